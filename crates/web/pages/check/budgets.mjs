// Checks the built pages: no more script and style than an old kiosk bears, nothing from another host,
// nothing that the pages' policy forbids.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const BUDGETS = { js: 20_000, css: 10_000 };
const read = (path) => readFileSync(`${dist}/${path.replace(/^\//, '')}`);
const faults = [];

/** All that a page loads: what it names, and what that names. */
function parts(page) {
  const found = new Set();
  const queue = [...String(page).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  for (let path = queue.pop(); path; path = queue.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    if (path.endsWith('.js')) {
      for (const [, other] of String(read(path)).matchAll(/["'`]\.?\/?(?:assets\/)?([\w-]+\.(?:js|css))["'`]/g)) {
        queue.push(`/assets/${other}`);
      }
    }
  }
  return [...found];
}

for (const name of readdirSync(dist).filter((name) => name.endsWith('.html'))) {
  const page = read(name);
  const used = parts(page);
  const sizes = Object.entries(BUDGETS).map(([kind, most]) => {
    const size = used
      .filter((path) => path.endsWith(`.${kind}`))
      .reduce((sum, path) => sum + gzipSync(read(path), { level: 9 }).length, 0);
    if (size === 0) faults.push(`${name}: no ${kind} found`);
    if (size > most) faults.push(`${name}: ${size} bytes of ${kind} gzipped, more than ${most}`);
    return `${kind} ${(size / 1000).toFixed(1)} kB`;
  });
  console.log(`${name.padEnd(16)} ${sizes.join(', ')} gzipped`);
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
