// A browser for the tests, and pages in it that are watched for what must never happen.

import { existsSync } from 'node:fs';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

/** Starts the browser that CHROMIUM names, or the system's, with `more` on its command line. */
export const startBrowser = (...more) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });

/** Sizes of screens on which the pages stand. */
export const SCREENS = {
  kiosk: { width: 1280, height: 800 },
  counter: { width: 1280, height: 800 },
  display: { width: 1920, height: 1080 },
  dashboard: { width: 1440, height: 900 },
  planning: { width: 1366, height: 768 },
};

/**
 * Opens pages of a daemon. At the end of the test no page may have asked another host for anything, nor
 * have thrown, nor have been stopped by its own policy.
 */
export function visitor(t, browser, daemon) {
  const faults = [];
  t.after(() => assert.deepEqual(faults, []));
  return async (path, options = {}) => {
    const name = new URL(path, daemon.url).pathname.slice(1);
    const context = await browser.newContext({ viewport: SCREENS[name] ?? SCREENS.kiosk, ...options });
    t.after(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', ({ message }) => {
      if (!isCutOff(message)) faults.push(`${path}: ${message}`);
    });
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) faults.push(`${path}: ${message.text()}`);
    });
    page.on('request', (request) => {
      if (new URL(request.url()).host !== new URL(daemon.url).host) faults.push(`${path}: ${request.url()}`);
    });
    if (options.before) await options.before(page);
    await page.goto(daemon.url + path);
    return page;
  };
}

/** Whether a page was left, or the daemon ended, while a part came that there is. */
function isCutOff(message) {
  const part = /Failed to fetch dynamically imported module: \S+\/assets\/([\w.-]+)$/.exec(message)?.[1];
  return part !== undefined && existsSync(new URL(`../../../dist/assets/${part}`, import.meta.url));
}

/** Waits until a page has its picture. */
export const drawn = (page) => page.waitForSelector('main :is(.services, .stage, .actions, .totals, .card, .rest)');

/** Waits until nothing has come to a page or gone from it for half a second: its parts come one by one. */
export const settled = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const quiet = () => setTimeout(() => (observer.disconnect(), resolve()), 500);
        let timer = quiet();
        const observer = new MutationObserver(() => {
          clearTimeout(timer);
          timer = quiet();
        });
        observer.observe(document.body, { childList: true, subtree: true });
      }),
  );

/** Waits until the place reads so; says what it read instead. */
export async function reads(locator, expected, what = String(locator)) {
  const until = Date.now() + 15_000;
  let text;
  do {
    // A page that loads itself anew meanwhile has no text for a moment.
    const texts = await locator.allInnerTexts().catch((why) => (/context was destroyed/.test(why.message) ? [] : Promise.reject(why)));
    text = texts.map((text) => text.replace(/\s+/g, ' ').trim());
    if (expected instanceof RegExp ? text.some((text) => expected.test(text)) : text.includes(expected)) return;
    await locator.page().waitForTimeout(50);
  } while (Date.now() < until);
  assert.fail(`${what} reads ${JSON.stringify(text)}, not ${expected}`);
}

/**
 * Presses an action's key at the counter, once the action can be taken and no dialog lies above it: a press
 * meanwhile is not one.
 */
export async function act(page, key) {
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  const shown = page.locator('kbd', { hasText: new RegExp(`^${key}$`, 'i') });
  await page.locator('.actions button:not([aria-disabled="true"])', { has: shown }).waitFor();
  await page.keyboard.press(key);
}
