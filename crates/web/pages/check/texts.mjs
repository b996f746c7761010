// Checks the texts: every language says the same things with the same blanks to fill in, and nothing is
// said that no page uses.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src', import.meta.url));
const read = (language) => JSON.parse(readFileSync(`${source}/text/${language}.json`, 'utf8'));
const blanks = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort().join(' ');

const faults = [];
const measure = read('ms');
for (const language of ['en', 'zh', 'ta']) {
  const texts = read(language);
  for (const key of new Set([...Object.keys(measure), ...Object.keys(texts)])) {
    if (!(key in texts)) faults.push(`${language}.json lacks "${key}"`);
    else if (!(key in measure)) faults.push(`${language}.json has "${key}", which ms.json lacks`);
    else if (!texts[key].trim()) faults.push(`${language}.json says nothing for "${key}"`);
    else if (blanks(texts[key]) !== blanks(measure[key])) faults.push(`${language}.json has other blanks in "${key}"`);
  }
  if (Object.keys(texts).join() !== Object.keys(measure).join() && faults.length === 0) {
    faults.push(`${language}.json has its texts in another order than ms.json`);
  }
}

const code = readdirSync(source, { recursive: true })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => readFileSync(`${source}/${name}`, 'utf8'))
  .join('\n');
// `counter.do.${…}` uses all that begin so.
const begun = [...code.matchAll(/`([\w.]+\.)\$\{/g)].map(([, start]) => start);
for (const key of Object.keys(measure)) {
  const used = code.includes(`'${key}'`) || code.includes(`"${key}"`) || begun.some((start) => key.startsWith(start));
  if (!used) faults.push(`no page says "${key}"`);
}

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log(`texts: ${Object.keys(measure).length} in 4 languages`);
