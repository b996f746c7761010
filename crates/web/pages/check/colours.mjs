// Checks the colours of `tokens.css`, light and dark, and the kiosk's high contrast over both, by WCAG 2.2:
// text 4.5:1 (7:1 in high contrast), outlines and the focus 3:1, on every ground on which they stand. Browsers' tools look at text alone.

import { readFileSync } from 'node:fs';

const css = readFileSync(new URL('../src/style/tokens.css', import.meta.url), 'utf8');
const tokens = (text) => Object.fromEntries([...text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]));
const dark = css.indexOf('@media (prefers-color-scheme: dark)');
const light = tokens(css.slice(0, dark));
const themes = { light, dark: { ...light, ...tokens(css.slice(dark)) } };
const [high] = /\[data-contrast\] \{[^}]*/.exec(readFileSync(new URL('../src/style/kiosk.css', import.meta.url), 'utf8'));
for (const theme of ['light', 'dark']) themes[`contrast over ${theme}`] = { ...themes[theme], ...tokens(high) };

const GROUNDS = ['bg-washed', 'bg-white'];
const TEXT = [
  ['txt-black-900', [...GROUNDS, 'bg-gray-100', 'bg-primary-50']],
  ['txt-black-500', [...GROUNDS, 'bg-gray-100']],
  ['txt-primary', [...GROUNDS, 'bg-primary-50']],
  ['txt-danger', [...GROUNDS, 'bg-danger-50']],
  ['txt-warning', ['bg-warning-50']],
  ['txt-success', ['bg-white', 'bg-success-50']],
  ['txt-white', ['bg-primary-600', 'bg-primary-700']],
  ['txt-masthead', ['bg-masthead', 'bg-masthead-end']],
  ['bg-masthead', ['txt-masthead']],
  ['txt-urgent', ['bg-urgent']],
  ['txt-called', ['bg-called', 'bg-called-flash', 'bg-thread']],
];
const OUTLINES = [
  ['otl-gray-300', GROUNDS],
  ['fr-primary', [...GROUNDS, 'bg-primary-50']],
  ['bg-primary-600', GROUNDS],
  ['otl-masthead', ['bg-masthead', 'bg-masthead-end']],
  ['bg-thread', ['bg-masthead', 'bg-masthead-end']],
  ['otl-called', ['bg-called']],
  ['txt-success', GROUNDS],
];

/** How light a colour is, from 0 to 1. */
function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const faults = [];
let pairs = 0;
for (const [theme, colours] of Object.entries(themes)) {
  for (const [rules, least] of [[TEXT, theme.startsWith('contrast') ? 7 : 4.5], [OUTLINES, 3]]) {
    for (const [front, grounds] of rules) {
      for (const ground of grounds) {
        const found = contrast(colours[front], colours[ground]);
        pairs += 1;
        if (!(found >= least)) faults.push(`${theme}: ${front} on ${ground} is ${found.toFixed(2)}:1, below ${least}:1`);
      }
    }
  }
}
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log(`colours: ${pairs} pairs have contrast enough`);
