// What is announced beside the calls: that it is read on the wall, heard from walls that speak, and that nobody who
// looks at any screen for visitors misses what is urgent.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test, { after, before } from 'node:test';

import { drawn, reads, startBrowser, visitor } from './browser.mjs';
import { command, OFFICE, startDaemon, state } from './daemon.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TEXT = {
  ms: 'Kereta WXY 1234, sila alihkan.',
  en: 'Car WXY 1234, please move it.',
  zh: '车牌 WXY 1234，请移车。',
  ta: 'WXY 1234 காரை அகற்றவும்.',
};
const EMERGENCY = { ms: 'Ini kecemasan.', en: 'This is an emergency.' };
const WAIT = { timeout: 30_000 };

let browser;
before(async () => (browser = await startBrowser('--autoplay-policy=no-user-gesture-required')));
after(() => browser.close());

/** An office with what its rules say of announcements. */
async function hall(t, rules = '', office = OFFICE) {
  const daemon = await startDaemon({
    office: office.replace('[[branch.class]]', `${rules}\n[[branch.class]]`),
  });
  t.after(() => daemon.stop());
  return { daemon, visit: visitor(t, browser, daemon) };
}

const announce = (daemon, more = {}) =>
  command(daemon, { type: 'announce', sound: { sentence: 'please-wait' }, text: TEXT, ...more });
const callOff = async (daemon) => {
  for (const { id } of (await state(daemon, 'display')).urgent) await command(daemon, { type: 'end_announcement', announcement: id });
};
const called = async (daemon, counter = 'kaunter-2') => {
  await command(daemon, { type: 'open_counter', counter });
  await command(daemon, { type: 'issue_ticket', service: 'pertanyaan', language: 'ms' });
  await command(daemon, { type: 'call_next', counter });
};
const sizeOf = (wall) => wall.locator('.stage .number').evaluate((number) => parseFloat(getComputedStyle(number).fontSize));

/** The voices' sentences, as a daemon that has voices tells them. */
const withSentences = (page) =>
  page.route(/\/sentences$/, (route) => route.fulfill({ json: { sentences: [{ id: 'emergency', text: EMERGENCY }] } }));

/** Waits until the reports are as they should be. */
async function reported(daemon, seq, is) {
  let report;
  for (const until = Date.now() + 30_000; Date.now() < until; await new Promise((done) => setTimeout(done, 50))) {
    report = (await state(daemon, 'supervisor')).reports.find(({ call }) => call === seq);
    if (report && is(report)) return;
  }
  assert.fail(`${seq} is reported as ${JSON.stringify(report)}`);
}

/** A sound of so many seconds, for a browser that asks for one: the voices have a test of their own. */
function sound(seconds) {
  const samples = 24_000 * seconds;
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + samples * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(24_000, 24);
  wav.writeUInt32LE(48_000, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples * 2, 40);
  for (let n = 0; n < samples; n += 1) wav.writeInt16LE(Math.round(3_000 * Math.sin(n / 9)), 44 + n * 2);
  return wav;
}

/** Opens a wall that speaks; `said` fills with what it begins to play and plays to its end. */
async function speaking(visit, address = '/display?speak=1', seconds = 1) {
  const said = [];
  const body = sound(seconds);
  const wall = await visit(address, {
    before: async (page) => {
      await page.exposeFunction('said', (type, src) => said.push(`${type} ${new URL(src).pathname.split('/').at(-1)}`));
      await page.route(/\/announcements\//, (route) => route.fulfill({ body, contentType: 'audio/wav' }));
      await page.addInitScript(() => {
        const Real = Audio;
        window.Audio = function () {
          const audio = new Real();
          // A browser whose machine is busy says again that it plays, after it had to wait.
          let last;
          audio.addEventListener('loadstart', () => (last = undefined));
          for (const type of ['playing', 'ended']) {
            audio.addEventListener(type, () => {
              if (last !== type) void window.said(type, audio.src);
              last = type;
            });
          }
          return audio;
        };
      });
    },
  });
  await drawn(wall);
  await wall.waitForFunction(() => document.querySelector('.wall')?.dataset.silent === 'false', undefined, WAIT);
  return { wall, said };
}

const until = async (wall, holds, what) => {
  for (const end = Date.now() + 30_000; !holds(); await wall.waitForTimeout(50)) assert.ok(Date.now() < end, what());
};

/** No rule of WCAG is broken. */
async function isAccessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), []);
}

test('an announcement is read on the wall in its languages in turn, leaves the number its size, and goes by itself', async (t) => {
  const { daemon, visit } = await hall(t, '[branch.announcing]\nwithin = "30s"');
  let early = 0;
  const [wall, later] = await Promise.all([
    visit('/display?languages=ms,zh,ta'),
    visit('/display', {
      // As if it had been made a while ago.
      before: (page) =>
        page.routeWebSocket(/\/events$/, (link) => {
          link.connectToServer().onMessage((text) => {
            const message = JSON.parse(text);
            for (const { announcement } of message.changes ?? []) {
              if (announcement) announcement.at = new Date(Date.parse(announcement.at) - early).toISOString();
            }
            link.send(JSON.stringify(message));
          });
        }),
    }),
  ]);
  await called(daemon);
  await Promise.all([wall, later].map((page) => page.locator('.stage .number', { hasText: 'A001' }).waitFor()));
  const before = await sizeOf(wall);
  early = 52_000;
  await announce(daemon);
  await reads(wall.locator('.announced p'), TEXT.ms);
  await reads(later.locator('.announced p'), TEXT.ms);
  await later.locator('.announced').waitFor({ state: 'detached', ...WAIT });
  await reads(wall.locator('.announced [lang="zh"]'), TEXT.zh);
  await reads(wall.locator('.announced [lang="ta"]'), TEXT.ta);
  assert.ok((await sizeOf(wall)) >= 0.85 * before, 'the number keeps its size');
  await isAccessible(wall);
  assert.equal(await wall.locator('.announced').count(), 1);
  const [{ seq }] = (await state(daemon, 'display')).announcements;
  await reported(daemon, seq, ({ shown }) => shown > 0);
});

test('an announcement of a prepared sentence shows its words, and one without any that something is said', async (t) => {
  const { daemon, visit } = await hall(t);
  const wall = await visit('/display?languages=ms,en', { before: withSentences });
  await drawn(wall);
  await command(daemon, { type: 'announce', sound: { sentence: 'emergency' } });
  await reads(wall.locator('.announced p'), EMERGENCY.ms);
  await reads(wall.locator('.announced p'), EMERGENCY.en);
  const none = (page) => page.route(/\/sentences$/, (route) => route.fulfill({ json: { sentences: [] } }));
  const other = await visit('/display?languages=ms,en', { before: none });
  const wordless = other.locator('.announced p');
  await reads(wordless, 'Pengumuman sedang dibuat. Jika tidak terdengar, sila tanya petugas.');
  await reads(wordless, 'An announcement is being made. If you cannot hear it, please ask our staff.');
});

test('what is urgent is a banner on the wall and an alert at the kiosk and on the phone, until it is called off', async (t) => {
  const { daemon, visit } = await hall(t);
  await called(daemon);
  const { phone: secret } = await command(daemon, { type: 'issue_ticket', service: 'lesen', language: 'ms' });
  const [wall, sign, kiosk, phone] = await Promise.all([
    visit('/display?languages=ms,ta', { before: withSentences }),
    visit('/display?counter=kaunter-2', { viewport: { width: 1024, height: 600 } }),
    visit('/kiosk'),
    visit(`/phone?branch=contoh&lang=zh#${secret}`, {
      viewport: { width: 360, height: 740 },
    }),
  ]);
  await Promise.all([drawn(wall), drawn(sign), drawn(kiosk), phone.locator('.slip').waitFor()]);
  const before = await sizeOf(wall);
  await announce(daemon, { urgent: true });
  await reads(wall.locator('.urgent'), /^Kecemasan அவசரம் Kereta WXY 1234, sila alihkan\./);
  await reads(sign.locator('.urgent'), /^Kecemasan .*WXY 1234/);
  await reads(kiosk.getByRole('alert'), `Kecemasan: ${TEXT.ms} Emergency: ${TEXT.en}`);
  await reads(phone.getByRole('alert'), `紧急通知: ${TEXT.zh}`);
  const { width, screen } = await wall.locator('.urgent').evaluate((banner) => ({ width: banner.offsetWidth, screen: innerWidth }));
  assert.equal(width, screen);
  assert.ok((await sizeOf(wall)) >= 0.85 * before, 'the number keeps its size');
  for (const page of [wall, kiosk, phone]) await isAccessible(page);
  // Whoever takes a number meanwhile has it before them still.
  await kiosk.locator('.service').first().click();
  await kiosk.locator('.slip').waitFor();
  await reads(kiosk.getByRole('alert'), /WXY 1234/);
  // A screen that comes later shows it too, and what comes without writing is written as it is said.
  await command(daemon, { type: 'announce', sound: { sentence: 'emergency' }, urgent: true });
  await reads(kiosk.getByRole('alert'), /Ini kecemasan\./);
  await wall.reload();
  await reads(wall.locator('.urgent'), /Ini kecemasan\./);
  await callOff(daemon);
  for (const page of [wall, sign, kiosk, phone]) {
    await page.locator('.urgent').first().waitFor({ state: 'detached', ...WAIT });
  }
});

test('a wall that speaks says an announcement once, after the call, and reports what became of it', async (t) => {
  const { daemon, visit } = await hall(t);
  const { wall, said } = await speaking(visit);
  await called(daemon);
  await announce(daemon);
  const { calls, announcements } = await state(daemon, 'display');
  const [call, made] = [calls[0].seq, announcements[0].seq];
  await until(wall, () => said.length >= 4, () => said.join());
  await reported(daemon, made, ({ queued, started, finished }) => queued === 1 && started === 1 && finished === 1);
  await reported(daemon, call, ({ queued, finished }) => queued === 1 && finished === 1);
  // What comes after it is said at once, and it is not said again.
  await announce(daemon);
  const next = (await state(daemon, 'display')).announcements[1].seq;
  await until(wall, () => said.length >= 6, () => said.join());
  assert.deepEqual(said, [call, made, next].flatMap((seq) => [`playing ${seq}`, `ended ${seq}`]));
});

test('something urgent cuts off what is said, and is said again and again until it is called off', async (t) => {
  const { daemon, visit } = await hall(t);
  const { wall, said } = await speaking(visit, '/display?speak=1', 3);
  await announce(daemon);
  await until(wall, () => said.length === 1, () => said.join());
  await announce(daemon, { urgent: true });
  const [made, urgent] = (await state(daemon, 'display')).announcements.map(({ seq }) => seq);
  await called(daemon);
  const ends = () => said.filter((one) => one === `ended ${urgent}`).length;
  await until(wall, () => ends() >= 2, () => said.join());
  assert.deepEqual([...new Set(said.slice(1))], [`playing ${urgent}`, `ended ${urgent}`]);
  await reported(daemon, urgent, ({ queued, finished }) => queued === 1 && finished === 1);
  await callOff(daemon);
  await wall.locator('.urgent').waitFor({ state: 'detached' });
  const before = ends();
  const { calls } = await state(daemon, 'display');
  // What it cut off is said, and the call that waited.
  await until(wall, () => [made, calls[0].seq].every((seq) => said.includes(`ended ${seq}`)), () => said.join());
  assert.ok(ends() <= before + 1);
});

test('in quiet hours a wall that speaks is silent and says why, but for what is urgent', async (t) => {
  const { daemon, visit } = await hall(t, '[[branch.quiet]]\nname = { ms = "Solat" }\nfrom = "00:00"\nuntil = "00:00"');
  const { wall, said } = await speaking(visit);
  await called(daemon);
  await announce(daemon);
  const { calls, announcements } = await state(daemon, 'display');
  for (const { seq } of [...calls, ...announcements]) await reported(daemon, seq, ({ withheld }) => withheld === 1);
  await reads(wall.locator('.announced p'), TEXT.ms);
  await announce(daemon, { urgent: true });
  const urgent = (await state(daemon, 'display')).announcements[1].seq;
  await until(wall, () => said.length >= 2, () => said.join());
  assert.deepEqual(said.slice(0, 2), [`playing ${urgent}`, `ended ${urgent}`]);
});

test('a wall of a zone shows and says what is for its zone, and counts as a loudspeaker there alone', async (t) => {
  const zone = (id) => `[[branch.zone]]\nid = "${id}"\nname = { ms = "${id}" }\n`;
  const office = OFFICE.replace('id = "kaunter-1"', 'id = "kaunter-1"\nzone = "timur"').replace('id = "kaunter-2"', 'id = "kaunter-2"\nzone = "barat"');
  const { daemon, visit } = await hall(t, zone('timur') + zone('barat'), office);
  const { wall, said } = await speaking(visit, '/display?speak=1&zone=timur');
  const speakers = async () => Object.fromEntries(((await state(daemon, 'supervisor')).health.zones ?? []).map(({ zone, speakers }) => [zone, speakers]));
  for (const end = Date.now() + 15_000; (await speakers()).timur !== 1; await wall.waitForTimeout(50)) assert.ok(Date.now() < end);
  assert.equal((await speakers()).barat ?? 0, 0);
  await called(daemon, 'kaunter-2');
  await announce(daemon, { zones: ['barat'] });
  await called(daemon, 'kaunter-1');
  await announce(daemon, { zones: ['timur'], text: { ms: 'Untuk dewan timur.' } });
  const { calls, announcements } = await state(daemon, 'display');
  await until(wall, () => said.length >= 4, () => said.join());
  assert.deepEqual(said, [calls[1].seq, announcements[1].seq].flatMap((seq) => [`playing ${seq}`, `ended ${seq}`]));
  await reads(wall.locator('.announced p'), 'Untuk dewan timur.');
  assert.deepEqual(await wall.locator('.stage .number').allInnerTexts(), ['A002']);
});
