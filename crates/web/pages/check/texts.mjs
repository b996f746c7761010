// Checks the texts: every language says the same things with the same blanks to fill in, a page says only
// what it brings along, and nothing is said that no page uses.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src', import.meta.url));
const books = readdirSync(`${source}/text`);
const read = (book, language) => JSON.parse(readFileSync(`${source}/text/${book}/${language}.json`, 'utf8'));
const blanks = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort().join(' ');

const faults = [];
const measures = Object.fromEntries(books.map((book) => [book, read(book, 'ms')]));
for (const book of books) {
  const measure = measures[book];
  for (const language of ['en', 'zh', 'ta']) {
    const texts = read(book, language);
    const name = `${book}/${language}.json`;
    for (const key of new Set([...Object.keys(measure), ...Object.keys(texts)])) {
      if (!(key in texts)) faults.push(`${name} lacks "${key}"`);
      else if (!(key in measure)) faults.push(`${name} has "${key}", which ms.json lacks`);
      else if (!texts[key].trim()) faults.push(`${name} says nothing for "${key}"`);
      else if (blanks(texts[key]) !== blanks(measure[key])) faults.push(`${name} has other blanks in "${key}"`);
    }
    if (Object.keys(texts).join() !== Object.keys(measure).join() && faults.length === 0) {
      faults.push(`${name} has its texts in another order than ms.json`);
    }
  }
}

/** The code below a folder, and all of it. */
const code = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('generated.ts'))
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
    .join('\n');
const all = code(source);
const says = (text, key) => {
  // `counter.do.${…}` uses all that begin so.
  const begun = [...text.matchAll(/`([\w.]+\.)\$\{/g)].map(([, start]) => start);
  return text.includes(`'${key}'`) || text.includes(`"${key}"`) || begun.some((start) => key.startsWith(start));
};
/** A page's texts may stand in several books, such as `settings` and `settings-hours`: parts that come later. */
const folders = readdirSync(source);
const folderOf = (book) => (folders.includes(book) ? book : book.split('-')[0]);
const pages = books.filter((book) => !['common', 'hall', 'staff'].includes(book));
const home = new Map();
for (const book of books) {
  for (const key of Object.keys(measures[book])) {
    if (home.has(key)) faults.push(`"${key}" stands in ${home.get(key)} and in ${book}`);
    home.set(key, book);
    if (!says(pages.includes(book) ? code(`${source}/${folderOf(book)}`) : all, key)) faults.push(`no page says "${key}" of ${book}`);
  }
}
// A page says only what it brings along.
for (const page of new Set(pages.map(folderOf))) {
  // A key of the office's rules is no text, whatever it is called.
  const text = code(`${source}/${page}`).replace(/\b(?:key|of|label): '\w+'|\['\w+'/g, '');
  const brought = ['common', ...[...text.matchAll(/from '\.\.\/text\/([\w-]+)'/g)].map(([, book]) => book)];
  for (const [, key] of text.matchAll(/'([a-z_]+(?:\.[a-z_]+)*)'/g)) {
    const book = home.get(key);
    if (book && !brought.includes(book)) faults.push(`${page} says "${key}" of ${book}, which it does not bring along`);
  }
}

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log(`texts: ${home.size} in 4 languages`);
