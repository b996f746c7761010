// Takes pictures of the pages for `docs/pictures`, of an office in the middle of its day.
//
// Usage: GILIRAN_DAEMON=path/to/giliran npm run pictures

import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { startBrowser } from '../test/browser/browser.mjs';
import { command, OFFICE, speakFrom, startDaemon } from '../test/browser/daemon.mjs';

const FOLDER = process.env.PICTURES ?? fileURLToPath(new URL('../../../../docs/pictures', import.meta.url));
/** The pictures' time of day is the daemon's, so that they are the same whenever they are taken. */
const DAY = '2026-11-23T';
/** A day of the week before, for what is usual. */
const BEFORE = '2026-11-16T';

/** What an office promises, and how a visit may end. */
const PROMISED = { A: '20m', L: '15m', C: '30m', R: '40m' };
const CHARTER = OFFICE.replaceAll(
  /letters = "(\w)"[^]*?^serving = "(\d+m)"$/gm,
  (service, letter, serving) => `${service}\ncharter = { waiting = "${PROMISED[letter]}", serving = "${serving}" }`,
);
const OUTCOMES = [
  ['siap', 'Selesai sepenuhnya', 'Completed'],
  ['dokumen', 'Dokumen tidak lengkap', 'Documents missing'],
  ['rujuk', 'Dirujuk ke jabatan lain', 'Referred to another department'],
]
  .map(([id, ms, en]) => `[[branch.outcome]]\nid = "${id}"\nname = { ms = "${ms}", en = "${en}" }\n`)
  .join('');

const daemon = await startDaemon({ office: CHARTER + OUTCOMES, flags: ['--simulated-clock'] });
const browser = await startBrowser();
let weekend;
await mkdir(FOLDER, { recursive: true });

/** Sends a command at a time of the day, in Malaysia. */
const at = (time, what, day = DAY) =>
  command(daemon, what, 'contoh', {
    'giliran-simulated-time': new Date(`${day}${time}+08:00`).toISOString(),
  });

const SERVICES = ['pertanyaan', 'lesen', 'pertanyaan', 'tanah', 'pertanyaan', 'lesen', 'rundingan'];

/** Each counter's visitors take so many minutes. */
const PACE = { 'kaunter-1': 3, 'kaunter-2': 4, 'kaunter-3': 5, 'bilik-1': 9 };

/** A morning from eight o'clock to ten to ten: numbers are taken, called, served and missed. */
async function morning(day) {
  const clock = (minute, second) =>
    [8 + Math.floor(minute / 60), minute % 60, second].map((part) => String(part).padStart(2, '0')).join(':');
  const on = (time, what) => at(time, what, day);
  const visitors = new Map();
  for (const counter of Object.keys(PACE)) await on('08:00:00', { type: 'open_counter', counter });
  for (let minute = 1; minute <= 110; minute += 1) {
    const service = SERVICES[minute % SERVICES.length];
    const group = minute % 9 === 0 ? 'warga-emas' : minute % 13 === 0 ? 'oku' : undefined;
    const language = minute % 4 === 3 ? 'en' : 'ms';
    await on(clock(minute, 5), { type: 'issue_ticket', service, language, ...(group && { class: group }) });
    let second = 10;
    for (const [counter, pace] of Object.entries(PACE)) {
      if (minute % pace !== 0) continue;
      const before = visitors.get(counter);
      visitors.delete(counter);
      if (before) {
        const end = before.came ? (minute === 100 ? 'park' : 'finish') : 'no_show';
        await on(clock(minute, second), { type: end, counter, ticket: before.ticket });
      }
      const called = await on(clock(minute, second + 5), { type: 'call_next', counter }).catch(() => undefined);
      second += 9;
      if (called) visitors.set(counter, { ticket: called.ticket, came: minute % 11 !== 0 });
    }
    for (const [counter, visitor] of visitors) {
      if (!visitor.came || visitor.started || minute === 110) continue;
      await on(clock(minute, 55), { type: 'start_serving', counter, ticket: visitor.ticket });
      visitor.started = true;
    }
  }
  return visitors;
}

for (const [counter, { ticket }] of await morning(BEFORE)) {
  await at('09:51:00', { type: 'finish', counter, ticket }, BEFORE);
  await at('09:52:00', { type: 'close_counter', counter }, BEFORE);
}
await morning(DAY);

const SIZES = {
  wall: [1920, 1080],
  upright: [1080, 1920],
  strip: [1920, 540],
  sign: [1024, 600],
  desk: [1280, 720],
  wide: [1600, 900],
  desktop: [1366, 768],
  phone: [390, 844],
};

/** The same office on a day on which it is closed. */
async function onSaturday() {
  const hours = `
[branch.hours]
[[branch.hours.week]]
days = ["mon", "tue", "wed", "thu", "fri"]
open = [{ from = "08:00", until = "17:00" }]
[[branch.notice]]
text = { ms = "Cukai taksiran dikutip hingga 31 Disember.", en = "Assessment tax is collected until 31 December.", zh = "门牌税征收至十二月三十一日。", ta = "மதிப்பீட்டு வரி டிசம்பர் 31 வரை வசூலிக்கப்படும்." }

[[branch.class]]`;
  weekend = await startDaemon({ office: OFFICE.replace('[[branch.class]]', hours), flags: ['--simulated-clock'] });
  await command(weekend, { type: 'open_counter', counter: 'kaunter-1' }, 'contoh', {
    'giliran-simulated-time': new Date('2026-11-28T10:12:00+08:00').toISOString(),
  });
  return weekend;
}

/** A page, as it looks. */
async function picture(name, path, size, { scheme = 'light', before, from = daemon } = {}) {
  const [width, height] = SIZES[size];
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto(from.url + path);
  await page.waitForSelector('main :is(.services, .stage, .actions, .totals, .card, .slip, .sheet), main:is(.closed, .turn)');
  await page.evaluate(() => document.fonts.ready);
  await before?.(page);
  await page.screenshot({ path: `${FOLDER}/${name}.png` });
  await context.close();
}

/** The supervisor has said who works here, and all parts of the page are there. */
const atWork = async (page) => {
  await page.locator('.officer .quiet').click();
  await page.locator('.hours svg').first().waitFor();
  await page.locator('.alarms :is(.calm, li)').first().waitFor();
};

const take = async (page) => {
  await page.locator('.service').first().click();
  await page.waitForSelector('.slip .code svg');
};

/** An officer who has said who it is, before whom the whole page stands. */
const seated = async (page) => {
  await page.locator('.officer .quiet').click();
  await page.waitForLoadState('networkidle');
};
/** Some changes to the rules, as they are looked at before they are applied. */
async function review(page) {
  await page.locator('[id="name.en"]').fill('Contoh District and Land Office');
  await page.locator('nav a[data-part="services"]').click();
  await page.locator('.folded .title').nth(1).click();
  await page.locator('[id="service.lesen.allowance"]').fill('30m');
  await page.locator('nav a[data-part="review"]').click();
  await page.waitForSelector('.preview .services');
}
/** Presses the nth of the kiosk's aids. */
const aid = (nth) => (page) => page.locator('.aids button').nth(nth).click();

// Languages take turns on a wall, and pictures should be the same each time.
await picture('display', '/display?languages=ms,en', 'wall');
await picture('display-dark-en', '/display?languages=en,ms&lang=en', 'wall', { scheme: 'dark' });
await picture('display-upright', '/display?languages=ms,zh', 'upright');
await picture('display-corridor', '/display?languages=ms,en&layout=corridor', 'strip');
await picture('display-canteen', '/display?languages=ms,ta&layout=canteen', 'wall');
await picture('display-sign', '/display?languages=ms,en&counter=kaunter-3', 'sign');
await picture('kiosk', '/kiosk', 'wall');
await picture('kiosk-upright-ta', '/kiosk?lang=ta', 'upright');
await picture('counter', '/counter?counter=kaunter-3', 'desktop', { before: seated });
await picture('counter-dark-en', '/counter?counter=kaunter-1&lang=en', 'desktop', { scheme: 'dark', before: seated });
await picture('counter-outcome', '/counter?counter=kaunter-2', 'desktop', {
  before: async (page) => {
    await seated(page);
    await page.keyboard.press('f');
    await page.locator('dialog[open]').waitFor();
  },
});
// The hall as the dashboard sees it: a kiosk, and a wall that speaks.
const hall = await Promise.all(['/kiosk', '/display'].map(async (path) => {
  const page = await browser.newPage();
  await page.goto(daemon.url + path);
  return page;
}));
await speakFrom(hall[1]);
await picture('dashboard', '/dashboard', 'wide', { before: atWork });
await picture('dashboard-dark-en', '/dashboard?lang=en', 'wide', { scheme: 'dark', before: atWork });
await at('10:05:00', { type: 'issue_ticket', service: 'lesen', language: 'ms' });
await Promise.all(hall.map((page) => page.close()));
await picture('dashboard-alarms', '/dashboard', 'desktop', {
  before: async (page) => {
    await atWork(page);
    await page.locator('[data-kind="walls"]').waitFor({ timeout: 30_000 });
  },
});
await phones();
await picture('settings', '/settings#services/service.lesen.name.ms', 'desk');
await picture('settings-review', '/settings#office', 'desk', { before: review });
await picture('settings-review-dark-en', '/settings?lang=en#office', 'desk', { scheme: 'dark', before: review });
await picture('kiosk-dark-zh', '/kiosk?lang=zh', 'desk', { scheme: 'dark' });
await picture('kiosk-low', '/kiosk', 'wall', { before: aid(0) });
await picture('kiosk-large', '/kiosk?lang=en', 'wall', { before: aid(1) });
await picture('kiosk-contrast', '/kiosk', 'wall', { before: aid(2) });
await picture('kiosk-ticket', '/kiosk', 'wall', { before: take });
await picture('kiosk-closed', '/kiosk', 'desk', { from: await onSaturday() });
await together('four-pages', ['kiosk', 'counter', 'display', 'dashboard']);

/** A visitor's own phone: waiting, called, and waiting in the dark in another language. */
async function phones() {
  const take = () => at('10:06:00', { type: 'issue_ticket', service: 'lesen', language: 'ms' });
  const address = (ticket, lang) => `/phone?branch=contoh&lang=${lang}#${ticket.phone}`;
  const [first, second] = [await take(), await take()];
  await take();
  await at('10:06:10', { type: 'open_counter', counter: 'kaunter-4' });
  await picture('phone', address(second, 'ms'), 'phone');
  await picture('phone-dark-ta', address(second, 'ta'), 'phone', { scheme: 'dark' });
  await at('10:06:20', { type: 'call_ticket', counter: 'kaunter-4', ticket: first.ticket, reason: 'visitor_asked' });
  await picture('phone-turn', address(first, 'ms'), 'phone');
}

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
await Promise.all([daemon.stop(), weekend.stop()]);
