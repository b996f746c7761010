// Takes pictures of the pages for `docs/pictures`, of an office in the middle of its day.
//
// Usage: GILIRAN_DAEMON=path/to/giliran npm run pictures

import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { startBrowser } from '../test/browser/browser.mjs';
import { command, startDaemon } from '../test/browser/daemon.mjs';

const FOLDER = process.env.PICTURES ?? fileURLToPath(new URL('../../../../docs/pictures', import.meta.url));
/** The pictures' time of day is the daemon's, so that they are the same whenever they are taken. */
const DAY = '2026-11-23T';

const daemon = await startDaemon({ flags: ['--simulated-clock'] });
const browser = await startBrowser();
await mkdir(FOLDER, { recursive: true });

/** Sends a command at a time of the day, in Malaysia. */
const at = (time, what) =>
  command(daemon, what, 'contoh', {
    'giliran-simulated-time': new Date(`${DAY}${time}+08:00`).toISOString(),
  });

const SERVICES = ['pertanyaan', 'lesen', 'pertanyaan', 'tanah', 'pertanyaan', 'lesen', 'rundingan'];

/** Each counter's visitors take so many minutes. */
const PACE = { 'kaunter-1': 3, 'kaunter-2': 4, 'kaunter-3': 5, 'bilik-1': 9 };

/** A morning from eight o'clock to ten to ten: numbers are taken, called, served and missed. */
async function morning() {
  const clock = (minute, second) =>
    [8 + Math.floor(minute / 60), minute % 60, second].map((part) => String(part).padStart(2, '0')).join(':');
  const visitors = new Map();
  for (const counter of Object.keys(PACE)) await at('08:00:00', { type: 'open_counter', counter });
  for (let minute = 1; minute <= 110; minute += 1) {
    const service = SERVICES[minute % SERVICES.length];
    const group = minute % 9 === 0 ? 'warga-emas' : minute % 13 === 0 ? 'oku' : undefined;
    const language = minute % 4 === 3 ? 'en' : 'ms';
    await at(clock(minute, 5), { type: 'issue_ticket', service, language, ...(group && { class: group }) });
    let second = 10;
    for (const [counter, pace] of Object.entries(PACE)) {
      if (minute % pace !== 0) continue;
      const before = visitors.get(counter);
      visitors.delete(counter);
      if (before) {
        const end = before.came ? (minute === 100 ? 'park' : 'finish') : 'no_show';
        await at(clock(minute, second), { type: end, counter, ticket: before.ticket });
      }
      const called = await at(clock(minute, second + 5), { type: 'call_next', counter }).catch(() => undefined);
      second += 9;
      if (called) visitors.set(counter, { ticket: called.ticket, came: minute % 11 !== 0 });
    }
    for (const [counter, visitor] of visitors) {
      if (!visitor.came || visitor.started || minute === 110) continue;
      await at(clock(minute, 55), { type: 'start_serving', counter, ticket: visitor.ticket });
      visitor.started = true;
    }
  }
}

await morning();

const SIZES = { wall: [1920, 1080], upright: [1080, 1920], desk: [1280, 720], wide: [1600, 900] };

/** A page, as it looks. */
async function picture(name, path, size, { scheme = 'light', before } = {}) {
  const [width, height] = SIZES[size];
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto(daemon.url + path);
  await page.waitForSelector('main :is(.services, .stage, .actions, .totals, .card)');
  await page.evaluate(() => document.fonts.ready);
  await before?.(page);
  await page.screenshot({ path: `${FOLDER}/${name}.png` });
  await context.close();
}

const take = async (page) => {
  await page.locator('.service').first().click();
  await page.waitForSelector('.slip');
};

await picture('display', '/display', 'wall');
await picture('display-dark-en', '/display?lang=en', 'wall', { scheme: 'dark' });
await picture('kiosk', '/kiosk', 'desk');
await picture('kiosk-upright-ta', '/kiosk?lang=ta', 'upright');
await picture('counter', '/counter?counter=kaunter-3', 'wide');
await picture('counter-dark-en', '/counter?counter=kaunter-1&lang=en', 'wide', { scheme: 'dark' });
await picture('dashboard', '/dashboard', 'wide');
await picture('dashboard-dark-en', '/dashboard?lang=en', 'wide', { scheme: 'dark' });
await picture('kiosk-ticket', '/kiosk', 'desk', { before: take });
await together('four-pages', ['kiosk', 'counter', 'display', 'dashboard']);

/** Pictures side by side, each shown whole. */
async function together(name, names) {
  const page = await browser.newPage({ viewport: { width: 1600, height: 928 } });
  const images = names.map((name) => {
    const data = readFileSync(`${FOLDER}/${name}.png`).toString('base64');
    return `<img src="data:image/png;base64,${data}">`;
  });
  await page.setContent(`<style>
    body { margin: 0; padding: 24px; display: grid; grid-template-columns: 1fr 1fr; grid-template-rows: 1fr 1fr;
      gap: 24px; background: #cfd8e8; }
    img { width: 764px; aspect-ratio: 16 / 9; border-radius: 8px; }
  </style>${images.join('')}`);
  await page.screenshot({ path: `${FOLDER}/${name}.png` });
  await page.close();
}

await browser.close();
await daemon.stop();
