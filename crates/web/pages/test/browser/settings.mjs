// The settings page for tests: an office, the way to a section and its fields, and the last step.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';

import { reads, startBrowser, visitor } from './browser.mjs';
import { startDaemon } from './daemon.mjs';

/** What a page is given to find faults in itself. */
export const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** All sections, in their order. */
export const SECTIONS = [
  'office',
  'services',
  'groups',
  'counters',
  'classes',
  'hours',
  'calling',
  'announcing',
  'appointments',
  'remote',
  'outcomes',
  'notices',
  'screens',
  'file',
  'review',
];

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

export async function office(t, options) {
  const daemon = await startDaemon(options);
  t.after(() => daemon.stop());
  return { daemon, visit: visitor(t, browser, daemon) };
}

export const rulesOf = async (daemon) => (await (await fetch(`${daemon.url}/api/v1/branches/contoh/rules`)).json()).rules;

/** The page at a section, once its fields are there. */
export async function settings(visit, section = 'office', options) {
  const page = await visit(`/settings?branch=contoh#${section}`, options);
  await shown(page);
  return page;
}
export const shown = (page) => page.locator('main :is(.sheet, .panel)').first().waitFor();
export const go = async (page, section) => {
  await page.locator(`nav a[data-part="${section}"]`).click();
  await page.locator(`nav a[data-part="${section}"][aria-current="page"]`).waitFor();
  await shown(page);
};
/** A field by the place that the daemon calls it by. */
export const field = (page, at) => page.locator(`[id="${at}"]`);
export const open = (page, name) => page.locator('.folded .title', { hasText: name }).click();
export const applyButton = (page) => page.locator('main').getByRole('button', { name: 'Guna pakai' });
export const changes = async (page) => (await page.locator('.changes li').allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));

export async function apply(page) {
  await go(page, 'review');
  await page.locator('main button.primary:not([aria-disabled="true"])', { hasText: 'Guna pakai' }).click();
  await reads(page.locator('main > .done'), 'Tetapan baharu sudah berkuat kuasa.');
  // The button is at the page's end and the message at its head: whoever pressed is brought there.
  await page.waitForFunction(() => {
    const { top, bottom } = document.activeElement.getBoundingClientRect();
    return document.activeElement.matches('main > .done') && top >= 0 && bottom <= innerHeight;
  });
}

/** What axe finds; of one kind of fault where the page is only coloured otherwise. */
export const faults = (page, runOnly) =>
  page.evaluate(async (runOnly) => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'], ...(runOnly && { runOnly }) });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`));
  }, runOnly);
