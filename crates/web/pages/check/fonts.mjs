// Checks that the pages bring the letters of all that they say, and makes the fonts of the two characters
// that stand on every page: `中文`, on the button that leads to Chinese. All other Chinese comes when it is
// wanted (`src/style/chinese.css`).
//
// Usage: node check/fonts.mjs [--write]

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import subset from 'subset-font';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const CHINESE = 'node_modules/@fontsource-variable/noto-sans-sc';
/** The two characters, by the files that are made for them. */
const NAME = { zhong: '中', wen: '文' };

/** The faces of a stylesheet: where each is, and the characters that it has. */
const faces = (path) =>
  [...readFileSync(at(path), 'utf8').matchAll(/@font-face\s*\{[^}]*\}/g)].map(([face]) => ({
    file: /url\(['"]?([^'")]+)/.exec(face)[1],
    ranges: /unicode-range:\s*([^;}]+)/
      .exec(face)[1]
      .split(',')
      .map((range) => range.trim().slice(2).split('-').map((code) => parseInt(code, 16))),
  }));
const has = ({ ranges }, letter) => ranges.some(([from, to = from]) => letter.codePointAt(0) >= from && letter.codePointAt(0) <= to);

const faults = [];
const slices = faces(`${CHINESE}/wght.css`);

// The name of the language, each character cut out of its slice. The same source gives the same bytes.
let weight = 0;
for (const [name, letter] of Object.entries(NAME)) {
  const file = `src/style/fonts/${name}.woff2`;
  const slice = slices.find((slice) => has(slice, letter));
  const made = await subset(readFileSync(at(`${CHINESE}/${slice.file}`)), letter, { targetFormat: 'woff2' });
  weight += made.length;
  if (process.argv.includes('--write')) writeFileSync(at(file), made);
  else if (!readFileSync(at(file)).equals(made)) faults.push(`${file} is not what its source gives: node check/fonts.mjs --write`);
}

// Every letter that is said, in the face that is there for it.
const own = faces('src/style/fonts.css');
let letters = 0;
for (const book of readdirSync(at('src/text'), { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
  for (const language of ['ms', 'en', 'zh', 'ta']) {
    const texts = Object.values(JSON.parse(readFileSync(at(`src/text/${book.name}/${language}.json`), 'utf8')));
    for (const letter of new Set(texts.join(''))) {
      if (!/[\p{L}\p{M}\p{N}]/u.test(letter)) continue;
      letters += 1;
      if (![...own, ...(language === 'zh' ? slices : [])].some((face) => has(face, letter))) {
        faults.push(`${book.name}/${language}.json says "${letter}", for which no font is shipped`);
      }
    }
  }
}

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log(`fonts: ${letters} letters are there; 中文 alone weighs ${(weight / 1000).toFixed(1)} kB`);
