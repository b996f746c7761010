// Checks the built pages: no more script and style than an old kiosk bears, nothing from another host,
// nothing that the pages' policy forbids.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const BUDGETS = { js: 20_000, css: 10_000 };
/** How much script a part may bring that comes when the page stands already, or stands in its place. */
const LATER = 4_000;
const LANGUAGES = ['ms', 'en', 'zh', 'ta'];
const read = (path) => readFileSync(`${dist}/${path.replace(/^\//, '')}`);
const faults = [];

/**
 * All that some files load for the reader with most to load: what they name, what that names, and of the
 * languages, which come when they are wanted, the largest; two on the pages that speak two at once. Beside
 * it the parts that come later, by their names.
 */
function parts(name, files, there = []) {
  const found = new Set();
  const languages = new Map();
  const later = new Map();
  const queue = [...files];
  for (let path = queue.pop(); path; path = queue.pop()) {
    if (found.has(path) || there.includes(path)) continue;
    found.add(path);
    if (!path.endsWith('.js')) continue;
    const text = String(read(path));
    for (const [, wanted, other, part] of text.matchAll(/(import\()?["'`]\.?\/?(?:assets\/)?((\w+)-[\w-]+\.(?:js|css))["'`]/g)) {
      const group = LANGUAGES.includes(part) ? languages : later;
      if (wanted) group.set(part, [...(group.get(part) ?? []), `/assets/${other}`]);
      else queue.push(`/assets/${other}`);
    }
  }
  const size = (paths) => paths.reduce((sum, path) => sum + read(path).length, 0);
  const spoken = /^(?:kiosk|display)/.test(name) ? 2 : 1;
  const largest = [...languages.values()].sort((a, b) => size(b) - size(a)).slice(0, spoken);
  return { now: [...found, ...largest.flat()], later };
}

const weight = (paths, kind) =>
  paths
    .filter((path) => path.endsWith(`.${kind}`))
    .reduce((sum, path) => sum + gzipSync(read(path), { level: 9 }).length, 0);

for (const name of readdirSync(dist).filter((name) => name.endsWith('.html'))) {
  const page = read(name);
  const named = [...String(page).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  const { now, later } = parts(name, named);
  const sizes = Object.entries(BUDGETS).map(([kind, most]) => {
    const size = weight(now, kind);
    if (size === 0) faults.push(`${name}: no ${kind} found`);
    if (size > most) faults.push(`${name}: ${size} bytes of ${kind} gzipped, more than ${most}`);
    return `${kind} ${(size / 1000).toFixed(1)} kB`;
  });
  // Parts of parts come later still.
  for (const files of later.values()) {
    for (const [part, its] of parts(name, files, now).later) if (!later.has(part)) later.set(part, its);
  }
  const more = [...later].map(([part, files]) => {
    const size = weight(parts(name, files, now).now, 'js');
    if (size > LATER) faults.push(`${name}: ${size} bytes of js for ${part}, more than ${LATER}`);
    return `${part} ${(size / 1000).toFixed(1)}`;
  });
  console.log(`${name.padEnd(16)} ${sizes.join(', ')} gzipped${more.length ? `; later ${more.join(', ')}` : ''}`);
  if (/<script(?![^>]*\ssrc=)/.test(page)) faults.push(`${name}: a script stands in the page`);
  if (/<style|\sstyle=|\son\w+=/.test(page)) faults.push(`${name}: a style or a handler stands in the page`);
}

for (const name of readdirSync(`${dist}/assets`)) {
  if (!/\.(js|css|svg)$/.test(name)) continue;
  // Names of XML vocabularies are no addresses.
  const foreign = String(read(`assets/${name}`)).match(/https?:\/\/(?!www\.w3\.org\/)[\w.-]+/g) ?? [];
  for (const address of foreign) faults.push(`assets/${name} names ${address}`);
}

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
