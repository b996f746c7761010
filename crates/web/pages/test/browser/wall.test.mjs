// The wall display: that no call is missed however many come, that everything on it can be read and harms nobody,
// and that it goes on by itself whatever happens.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';

import { drawn, reads, startBrowser, visitor } from './browser.mjs';
import { command, OFFICE, speakFrom, startDaemon, state } from './daemon.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const VOICES = fileURLToPath(new URL('../../../../../assets/voices', import.meta.url));

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** An office with more counters than the usual one. */
const withCounters = (numbers) =>
  OFFICE + numbers.map((n) => `[[branch.counter]]\nid = "tambahan-${n}"\nnumber = ${n}\nservices = ["pertanyaan"]\n`).join('');

const between = (from, to) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

async function hall(t, options) {
  const daemon = await startDaemon(options);
  t.after(() => daemon.stop());
  return { daemon, visit: visitor(t, browser, daemon) };
}

const issue = (daemon, service = 'pertanyaan', language = 'ms') => command(daemon, { type: 'issue_ticket', service, language });

/** A number is taken, called to a counter that is free, and its seq given. */
async function call(daemon, counter, service = 'pertanyaan') {
  await issue(daemon, service);
  return command(daemon, { type: 'call_next', counter });
}

/**
 * Notes when each call comes on stage and leaves it, and how large it was. By the stage's own time: that of the
 * message, or of the look at the clock, from which it was drawn, however long a busy machine took to draw it.
 */
const noteCalls = (page) =>
  page.addInitScript(() => {
    window.calls = [];
    const there = new Map();
    let now = 0;
    const begin = () => (now = performance.now());
    const { setInterval, WebSocket } = window;
    window.setInterval = (act, ...more) => setInterval(() => void (begin(), act()), ...more);
    window.WebSocket = class extends WebSocket {
      constructor(...at) {
        super(...at);
        this.addEventListener('message', begin);
      }
    };
    new MutationObserver(() => {
      const seen = new Set();
      for (const stage of document.querySelectorAll('.stage[data-fresh="true"]')) {
        const seq = stage.dataset.seq;
        seen.add(seq);
        if (there.has(seq)) continue;
        const one = { seq, number: stage.querySelector('.number').textContent.trim(), came: now };
        there.set(seq, one);
        window.calls.push(one);
        requestAnimationFrame(() => {
          one.px = parseFloat(getComputedStyle(stage.querySelector('.number')).fontSize);
          one.beside = document.querySelectorAll('.stage').length;
        });
      }
      for (const [seq, one] of there) {
        if (seen.has(seq)) continue;
        one.left = now;
        there.delete(seq);
      }
    }).observe(document, { childList: true, subtree: true, attributes: true });
  });

/** Changes what the daemon tells a page. */
const retell = (page, change) =>
  page.routeWebSocket(/\/events$/, (link) => {
    const daemon = link.connectToServer();
    daemon.onMessage((text) => {
      const message = JSON.parse(text);
      change(message);
      link.send(JSON.stringify(message));
    });
  });

test('of two hundred calls in a minute none is missed: each stands large on the wall for five seconds or more', async (t) => {
  const { daemon, visit } = await hall(t, { office: withCounters(between(5, 24)) });
  const wall = await visit('/display', { before: noteCalls });
  await drawn(wall);
  const counters = between(5, 24).map((n) => `tambahan-${n}`);
  for (const counter of counters) await command(daemon, { type: 'open_counter', counter });
  for (let n = 0; n < 200; n += 1) await issue(daemon);
  const held = new Map();
  const made = [];
  const start = performance.now();
  for (let n = 0; n < 200; n += 1) {
    const counter = counters[n % counters.length];
    const wait = start + n * 300 - performance.now();
    if (wait > 0) await wall.waitForTimeout(wait);
    if (held.has(counter)) await command(daemon, { type: 'finish', counter, ticket: held.get(counter) });
    const { ticket, number } = await command(daemon, { type: 'call_next', counter });
    held.set(counter, ticket);
    made.push({ number, at: performance.now() - start });
  }
  const took = (performance.now() - start) / 1000;
  await wall.waitForFunction(() => window.calls.length >= 200 && document.querySelectorAll('.stage').length === 1, undefined, {
    timeout: 180_000,
  });
  // Those that come in one frame are drawn in no order of their own.
  const inFrame = (a, b) => (Math.abs(a.came - b.came) < 50 ? a.number.localeCompare(b.number) : a.came - b.came);
  const calls = (await wall.evaluate(() => window.calls)).sort(inFrame);
  const stood = calls.flatMap(({ came, left }) => (left ? [left - came] : []));
  const first = calls[0].came;
  const late = calls.map(({ came }, n) => came - first - (made[n].at - made[0].at));
  console.log(
    `200 calls in ${took.toFixed(0)} s: each on stage for at least ${Math.min(...stood).toFixed(0)} ms, at most ${(Math.max(...late) / 1000).toFixed(1)} s after it was made; ` +
      `at most ${Math.max(...calls.map(({ beside }) => beside))} at once, letters of at least ${Math.min(...calls.map(({ px }) => px)).toFixed(0)} px`,
  );
  assert.ok(took < 75, `${took} s`);
  assert.deepEqual(calls.map(({ number }) => number), made.map(({ number }) => number));
  assert.ok(Math.min(...stood) >= 5_000, `${Math.min(...stood)}`);
  assert.ok(Math.max(...late) < 60_000, `${Math.max(...late)}`);
  // 10 m on a 43-inch screen: 50 mm, of which Poppins' capitals are 0.7.
  assert.ok(Math.min(...calls.map(({ px }) => px)) >= 143);
});

test('ten calls at once stand on the wall at once, in their order, each for the length of its announcement', async (t) => {
  const { daemon, visit } = await hall(t, { office: withCounters(between(5, 14)) });
  await speakFrom(await visit('/'));
  const wall = await visit('/display', { before: noteCalls });
  await drawn(wall);
  // The loudspeaker's link is counted when it is there, and a wall without one shows each call for twice as long.
  await wall.locator('.wall[data-silent="false"]').waitFor();
  const counters = between(5, 14).map((n) => `tambahan-${n}`);
  for (const counter of counters) {
    await issue(daemon);
    await command(daemon, { type: 'open_counter', counter });
  }
  await Promise.all(counters.map((counter) => command(daemon, { type: 'call_next', counter })));
  await wall.waitForFunction(() => document.querySelectorAll('.stage').length === 10);
  const numbers = (await state(daemon, 'display')).calls.map(({ number }) => number);
  await reads(wall.locator('.stages'), new RegExp(numbers.join('.*')));
  await wall.waitForFunction(() => window.calls.some(({ left }) => left), undefined, { timeout: 30_000 });
  const [gone] = await wall.evaluate(() => window.calls.filter(({ left }) => left));
  assert.equal(gone.number, numbers[0]);
  // The length is 14 s by the stage's own time; half a second is for a machine that is busy between the message, or
  // the look at the clock, and the stage.
  assert.ok(gone.left - gone.came >= 13_500, `${gone.left - gone.came}`);
  assert.ok(gone.left - gone.came < 27_500, `as where nobody says it: ${gone.left - gone.came}`);
});

/** Makes the clocks of a page go faster; but for what waits once, if the link shall last. */
const hurry = (page, times, once = times) =>
  page.addInitScript(([times, once]) => {
    const [now, date, timeout, interval] = [performance.now.bind(performance), Date.now, setTimeout, setInterval];
    const [from, day] = [now(), date()];
    performance.now = () => (now() - from) * times;
    Date.now = () => day + (date() - day) * times;
    window.setTimeout = (act, ms = 0, ...more) => timeout(act, ms / once, ...more);
    window.setInterval = (act, ms = 0, ...more) => interval(act, ms / times, ...more);
  }, [times, once]);

test('a day of three thousand calls leaves nothing behind in the memory', async (t) => {
  const { daemon, visit } = await hall(t);
  const view = await state(daemon, 'display');
  let link;
  const wall = await visit('/display', {
    viewport: { width: 1280, height: 720 },
    before: async (page) => {
      await hurry(page, 200, 1);
      await page.route(/\/reports$/, (route) => route.fulfill({ status: 204 }));
      await page.routeWebSocket(/\/events$/, (mine) => {
        link = mine;
        const hello = { type: 'snapshot', log: '0190a000-0000-7000-8000-000000000001', seq: 0, now: new Date().toISOString(), view };
        mine.onMessage(() => mine.send(JSON.stringify(hello)));
      });
    },
  });
  await drawn(wall);
  let seq = 0;
  const counters = view.counters.filter(({ place }) => place === 'counter');
  const day = async (calls) => {
    for (let n = 0; n < calls; n += 1) {
      seq += 1;
      const counter = counters[seq % counters.length];
      const number = `A${String(seq % 1000).padStart(3, '0')}`;
      const at = new Date().toISOString();
      const made = { seq, at, number, service: 'pertanyaan', language: 'ms', counter: counter.id, place: 'counter', counter_number: counter.number, attempt: 1 };
      const current = { ticket: seq, number, service: 'pertanyaan', serving: false, since: at, attempts: 1 };
      const changes = [{ type: 'call', call: made }, { type: 'counter', counter: { ...counter, open: true, current } }];
      link.send(JSON.stringify({ type: 'entry', seq, prev: seq - 1, at, changes }));
      await wall.waitForFunction((seq) => document.querySelector(`.stage[data-seq="${seq}"]`) !== null, seq, { polling: 10 });
    }
  };
  const session = await wall.context().newCDPSession(wall);
  await session.send('Performance.enable');
  const memory = async () => {
    await wall.waitForFunction(() => document.querySelectorAll('.stage').length === 1);
    for (let n = 0; n < 3; n += 1) await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    const of = (name) => metrics.find((metric) => metric.name === name).value;
    return { heap: of('JSHeapUsedSize'), nodes: of('Nodes'), listeners: of('JSEventListeners') };
  };
  await day(500);
  const before = await memory();
  await day(2_500);
  const after = await memory();
  console.log(
    `after 500 and 3,000 calls: heap ${(before.heap / 1e6).toFixed(2)} and ${(after.heap / 1e6).toFixed(2)} MB, ` +
      `nodes ${before.nodes} and ${after.nodes}, listeners ${before.listeners} and ${after.listeners}`,
  );
  assert.ok(after.heap < before.heap + 300_000, `${before.heap} to ${after.heap} bytes`);
  assert.ok(after.nodes <= before.nodes + 100, `${before.nodes} to ${after.nodes} nodes`);
  assert.ok(after.listeners <= before.listeners + 20, `${before.listeners} to ${after.listeners} listeners`);
});

/** How high capitals are, in pixels. */
const capital = (page, selector) =>
  page.evaluate((selector) => {
    const sizes = [...document.querySelectorAll(selector)].map((place) => {
      const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(place);
      const pen = document.createElement('canvas').getContext('2d');
      pen.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
      return pen.measureText('H').actualBoundingBoxAscent;
    });
    return sizes.length ? Math.min(...sizes) : undefined;
  }, selector);

const NOTICE = {
  text: {
    ms: 'Kaunter bayaran ditutup pada pukul 4.00 petang hari ini. Sila buat bayaran awal.',
    en: 'The payment counter closes at 4.00 pm today. Please pay early.',
    zh: '缴费柜台今天下午四点关闭，请提早缴费。',
    ta: 'கட்டண கவுண்டர் இன்று மாலை 4.00 மணிக்கு மூடப்படும்.',
  },
};

const LAYOUTS = [
  ['hall', '/display', [1920, 1080]],
  ['hall with notices', '/display?notices', [1920, 1080]],
  ['hall, upright', '/display?notices', [1080, 1920]],
  ['corridor', '/display?layout=corridor', [1920, 1080]],
  ['corridor, strip', '/display?layout=corridor', [1920, 540]],
  ['canteen', '/display?layout=canteen', [1920, 1080]],
  ['canteen, upright', '/display?layout=canteen', [1080, 1920]],
  ['canteen, Tamil', '/display?layout=canteen&languages=ms,ta', [1920, 1080]],
];

test('the number and its counter are read from ten metres in every layout, with one, three and twelve calls at once', async (t) => {
  const { daemon, visit } = await hall(t, { office: withCounters(between(5, 15)) });
  // The height of a 43-inch screen of 1080 lines.
  const mm = (43 * 25.4 * 1080) / Math.hypot(1920, 1080) / 1080;
  const counters = ['kaunter-1', 'kaunter-2', ...between(6, 15).map((n) => `tambahan-${n}`)];
  for (const counter of counters) await command(daemon, { type: 'open_counter', counter });
  const told = async (page) =>
    retell(page, (message) => {
      if (message.view && page.url().includes('notices')) message.view.notices = [NOTICE, NOTICE];
    });
  const walls = await Promise.all(
    LAYOUTS.map(async ([name, path, [width, height]]) => {
      const wall = await visit(path, { viewport: { width, height }, before: told });
      await drawn(wall);
      await wall.evaluate(() => document.fonts.ready);
      return [name, wall];
    }),
  );
  let made = 0;
  for (const many of [1, 3, 12]) {
    for (; made < many; made += 1) await call(daemon, counters[made]);
    for (const [name, wall] of walls) {
      const places = name.includes('strip') ? Math.min(many, 6) : name.includes('upright') ? Math.min(many, 10) : many;
      await wall.waitForFunction((many) => document.querySelectorAll('.stage[data-seq]').length === many, places);
      const figures = {};
      for (const [what, selector] of [['number', '.stage .number'], ['counter', '.stage .place'], ['earlier', '.earlier tbody th'], ['waiting', '.queues li > strong'], ['notice', '.board p']]) {
        const px = await capital(wall, selector);
        if (px) figures[what] = { px: Math.round(px), mm: Math.round(px * mm), m: (px * mm) / 5 };
      }
      const text = Object.entries(figures).map(([what, { px, mm, m }]) => `${what} ${px} px ${mm} mm ${m.toFixed(1)} m`);
      console.log(`${name}, ${places} at once: ${text.join('; ')}`);
      for (const what of ['number', 'counter']) {
        assert.ok(figures[what].m >= 10, `${name}, ${many} at once: ${what} is read from ${figures[what].m} m`);
      }
      const cut = await wall.evaluate(() =>
        [...document.querySelectorAll('.stage, .stage .number, .stage .place, .earlier, .earlier tbody tr, .queues, .queues li, .board')]
          .filter((place) => {
            const { right, bottom } = place.getBoundingClientRect();
            return place.scrollWidth > place.clientWidth + 1 || right > innerWidth + 1 || bottom > innerHeight + 1;
          })
          .map((place) => place.outerHTML.slice(0, 120)),
      );
      assert.deepEqual(cut, [], `${name}, ${many} at once`);
    }
  }
});

test('nothing on it is hard to see or to tell apart, in any layout, light and dark', async (t) => {
  const { daemon, visit } = await hall(t);
  for (const counter of ['kaunter-1', 'kaunter-2', 'kaunter-3']) {
    await command(daemon, { type: 'open_counter', counter });
    await call(daemon, counter, counter === 'kaunter-3' ? 'lesen' : 'pertanyaan');
  }
  const paths = ['/display', '/display?layout=corridor', '/display?layout=canteen', '/display?counter=kaunter-3', '/display?counter=kaunter-4', '/display?inches=20&lang=ta'];
  for (const colorScheme of ['light', 'dark']) {
    for (const path of paths) {
      const wall = await visit(path, {
        colorScheme,
        before: (page) => retell(page, (message) => message.view && (message.view.notices = [NOTICE])),
      });
      await drawn(wall);
      if (path.includes('inches')) await wall.keyboard.press('i');
      await wall.evaluate(axe);
      const { violations } = await wall.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].target}: ${nodes[0].failureSummary}`), [], `${path} ${colorScheme}`);
      await wall.context().close();
    }
  }
});

test('a call flashes once a second and then stands still, and not at all for whoever asks for calm', async (t) => {
  const { daemon, visit } = await hall(t);
  const [wall, calm] = await Promise.all([visit('/display'), visit('/display', { reducedMotion: 'reduce' })]);
  await Promise.all([drawn(wall), drawn(calm)]);
  await command(daemon, { type: 'open_counter', counter: 'kaunter-2' });
  await call(daemon, 'kaunter-2');
  await Promise.all([wall, calm].map((page) => page.locator('.stage[data-fresh="true"]').waitFor()));
  const turns = await wall.evaluate(async () => {
    const stage = document.querySelector('.stage[data-fresh="true"]');
    const end = performance.now() + 4_000;
    let last = getComputedStyle(stage).backgroundColor;
    let turns = 0;
    while (performance.now() < end) {
      await new Promise(requestAnimationFrame);
      const now = getComputedStyle(stage).backgroundColor;
      if (now !== last) turns += 1;
      last = now;
    }
    return turns;
  });
  // Two turns are a flash.
  assert.ok(turns >= 4 && turns <= 10, `${turns} turns in four seconds`);
  assert.equal(await calm.evaluate(() => document.getAnimations().length), 0);
  assert.equal(await calm.locator('.stage[data-fresh="true"]').count(), 1);
});

test('of several calls the newest is marked, and all flash together', async (t) => {
  const { daemon, visit } = await hall(t);
  const wall = await visit('/display');
  await drawn(wall);
  for (const [n, counter] of ['kaunter-1', 'kaunter-2', 'kaunter-3'].entries()) {
    await command(daemon, { type: 'open_counter', counter });
    await call(daemon, counter);
    await wall.waitForFunction((count) => document.querySelectorAll('.stage[data-fresh="true"]').length === count, n + 1);
  }
  await reads(wall.locator('.stage[data-newest="true"] .number'), 'A003');
  assert.equal(await wall.locator('.stage[data-newest="true"]').count(), 1);
  // A busy machine draws one later than another by some of a second, and never by half of it.
  const together = await wall.evaluate(async () => {
    const stages = [...document.querySelectorAll('.stage')];
    const end = performance.now() + 2_000;
    const frames = [];
    while (performance.now() < end) {
      await new Promise(requestAnimationFrame);
      frames.push(new Set(stages.map((stage) => getComputedStyle(stage).backgroundColor)).size === 1);
    }
    return frames.filter(Boolean).length / frames.length;
  });
  assert.ok(together > 0.7, `${together} of the time`);
});

test('the officer is told that a call stands on the screen', async (t) => {
  const { daemon, visit } = await hall(t);
  const wall = await visit('/display');
  await drawn(wall);
  const desk = await visit('/');
  await desk.evaluate(() => {
    window.told = [];
    const link = new WebSocket(`ws://${location.host}/api/v1/branches/contoh/events`);
    link.onopen = () => link.send(JSON.stringify({ type: 'hello', audience: 'counter' }));
    link.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === 'snapshot') window.ready = true;
      if (message.type === 'reported') window.told.push(message.report);
    };
  });
  await desk.waitForFunction(() => window.ready);
  await command(daemon, { type: 'open_counter', counter: 'kaunter-2' });
  await call(daemon, 'kaunter-2');
  await desk.waitForFunction(() => window.told.length > 0);
  const [{ seq }] = (await state(daemon, 'display')).calls;
  const [report] = await desk.evaluate(() => window.told);
  assert.deepEqual([report.call, report.shown], [seq, 1]);
});

test('a wall that was cut off says since when in large letters, shows what it missed, and survives the daemon', async (t) => {
  const { daemon, visit } = await hall(t);
  if (!daemon.own) return t.skip('the daemon is not ours to stop');
  const scissors = { cut: false, links: [] };
  const wall = await visit('/display', {
    before: async (page) => {
      await noteCalls(page);
      await page.routeWebSocket(/\/events$/, (link) => {
        if (scissors.cut) return link.close();
        link.connectToServer();
        scissors.links.push(link);
      });
    },
  });
  await drawn(wall);
  scissors.cut = true;
  for (const link of scissors.links) await link.close();
  await reads(wall.locator('.notice.down'), /Sambungan terputus sejak \d\d:\d\d\./);
  const size = await wall.locator('.notice.down').evaluate((place) => parseFloat(getComputedStyle(place).fontSize) / innerHeight);
  assert.ok(size >= 0.035, `${size}`);
  for (const counter of ['kaunter-1', 'kaunter-2']) {
    await command(daemon, { type: 'open_counter', counter });
    await call(daemon, counter);
  }
  assert.deepEqual(await wall.evaluate(() => window.calls), []);
  scissors.cut = false;
  await wall.locator('.notice.down').waitFor({ state: 'detached' });
  await wall.waitForFunction(() => window.calls.length === 2);
  assert.deepEqual(await wall.evaluate(() => window.calls.map(({ number }) => number)), ['A001', 'A002']);

  await daemon.kill();
  await reads(wall.locator('.notice.down'), /The link has been down since \d\d:\d\d\./);
  await daemon.start();
  await wall.locator('.notice.down').waitFor({ state: 'detached' });
  await command(daemon, { type: 'open_counter', counter: 'kaunter-3' });
  await call(daemon, 'kaunter-3');
  await wall.waitForFunction(() => window.calls.at(-1)?.number === 'A003');
});

test('when the database was replaced the wall shows the new one and flashes nothing of it', async (t) => {
  const { daemon, visit } = await hall(t);
  await command(daemon, { type: 'open_counter', counter: 'kaunter-2' });
  await call(daemon, 'kaunter-2');
  let other = false;
  const links = [];
  const wall = await visit('/display', {
    before: (page) =>
      page.routeWebSocket(/\/events$/, (link) => {
        const server = link.connectToServer();
        links.push(link);
        link.onMessage((text) => server.send(JSON.stringify({ ...JSON.parse(text), resume: undefined })));
        server.onMessage((text) => {
          const message = JSON.parse(text);
          if (message.type === 'snapshot' && other) {
            message.log = '0190a000-0000-7000-8000-00000000000f';
            message.view.calls[0].number = 'X999';
          }
          link.send(JSON.stringify(message));
        });
      }),
  });
  await drawn(wall);
  await reads(wall.locator('.stage .number'), 'A001');
  other = true;
  await links.at(-1).close();
  await reads(wall.locator('.stage .number'), 'X999');
  assert.equal(await wall.locator('.stage[data-fresh="true"]').count(), 0);
});

test('a page that throws loads itself again, later each time, and only while the daemon is there', async (t) => {
  const { daemon } = await hall(t);
  if (!daemon.own) return t.skip('the daemon is not ours to stop');
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await hurry(page, 20);
  await page.goto(`${daemon.url}/display`);
  await drawn(page);
  const breaks = async () => {
    const from = performance.now();
    const loaded = page.waitForEvent('load');
    await page.evaluate(() => void setTimeout(() => { throw new Error('broken'); }));
    await loaded;
    await drawn(page);
    return performance.now() - from;
  };
  await breaks();
  assert.equal(await page.evaluate(() => sessionStorage.getItem('giliran.wall.faults')), '1');
  const second = await breaks();
  // Twenty seconds, on a clock that goes twenty times as fast.
  assert.ok(second >= 1_000, `${second}`);

  await page.evaluate(() => void setTimeout(() => { throw new Error('broken'); }));
  await daemon.kill();
  const asked = () => page.waitForRequest((request) => request.method() === 'HEAD' && request.url().endsWith('/display'));
  await asked();
  await asked();
  const loaded = page.waitForEvent('load');
  await daemon.start();
  await loaded;
  await drawn(page);
});

test('notices are shown one page at a time, in two languages, and nothing of a long one is lost', async (t) => {
  const { visit } = await hall(t);
  const sentence = (n) => `Ayat ${n} daripada makluman yang panjang tentang penyelenggaraan sistem pembayaran dalam talian.`;
  const long = between(1, 3).map(sentence).join(' ');
  const wall = await visit('/display?languages=ms,en', {
    before: (page) => retell(page, (message) => message.view && (message.view.notices = [NOTICE, { text: { ms: long } }])),
  });
  const board = wall.locator('.board');
  await reads(board, `i ${NOTICE.text.ms} ${NOTICE.text.en}`);
  for (const n of between(1, 3)) await reads(board, `i ${sentence(n)} ${n}/3`);
  await reads(board, `i ${NOTICE.text.ms} ${NOTICE.text.en}`);
});

test('the languages of the office stand there two at a time, its first always, and a call in its own', async (t) => {
  const { daemon, visit } = await hall(t);
  const wall = await visit('/display', {
    before: (page) => retell(page, (message) => message.view && (message.view.languages = ['ms', 'zh', 'ta'])),
  });
  const heading = wall.locator('.earlier h2');
  await reads(heading, 'Panggilan terdahulu 先前叫号');
  await reads(heading, 'Panggilan terdahulu முந்தைய அழைப்புகள்');
  await issue(daemon, 'pertanyaan', 'ta');
  await command(daemon, { type: 'open_counter', counter: 'kaunter-2' });
  await command(daemon, { type: 'call_next', counter: 'kaunter-2' });
  await reads(wall.locator('.stage .where .label'), 'Kaunter கவுண்டர்');
});

test('a zone shows its own counters and what they take, and the sign above a counter says how it stands', async (t) => {
  const zones = OFFICE.replace('id = "kaunter-1"', 'id = "kaunter-1"\nzone = "timur"').replace('id = "kaunter-4"', 'id = "kaunter-4"\nzone = "barat"');
  const { daemon, visit } = await hall(t, { office: zones });
  const [east, west, both, sign] = await Promise.all([
    visit('/display?zone=timur'),
    visit('/display?zone=barat'),
    visit('/display?zone=timur,barat'),
    visit('/display?counter=kaunter-1', { viewport: { width: 800, height: 480 } }),
  ]);
  await Promise.all([east, west, both, sign].map(drawn));
  await reads(sign.locator('.stage .none'), 'Kaunter ditutup Counter closed');
  for (const counter of ['kaunter-1', 'kaunter-4']) await command(daemon, { type: 'open_counter', counter });
  await reads(sign.locator('.stage .none'), 'Sedia melayan Ready to serve');
  await call(daemon, 'kaunter-1');
  await call(daemon, 'kaunter-4', 'tanah');
  await reads(east.locator('.stages'), /A001.* 1 /);
  await reads(west.locator('.stages'), /C001.* 4 /);
  await both.waitForFunction(() => document.querySelectorAll('.stage').length === 2);
  assert.equal(await west.locator('.queues li').count(), 2);
  await reads(sign.locator('.stage .number'), 'A001');
  await reads(sign.locator('.stage .state'), 'Dipanggil Called');
  const [{ ticket }] = (await state(daemon, 'counter')).counters.flatMap(({ current }) => current ?? []);
  await command(daemon, { type: 'finish', counter: 'kaunter-1', ticket });
  await command(daemon, { type: 'pause_counter', counter: 'kaunter-1', reason: 'prayer' });
  await reads(sign.locator('.stage .none'), 'Berhenti sebentar Paused for a moment');
  const wrong = await visit('/display?counter=kaunter-77');
  await reads(wrong.locator('.stage .none'), /Tiada kaunter dengan nama ini:.* kaunter-77/);
});

/** A film of a second, made by a browser. */
async function film(page) {
  const bytes = await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [320, 180];
    const pen = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(15), { mimeType: 'video/webm' });
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const over = new Promise((done) => (recorder.onstop = done));
    recorder.start();
    for (let n = 0; n < 20; n += 1) {
      pen.fillStyle = `hsl(${n * 18} 80% 50%)`;
      pen.fillRect(0, 0, 320, 180);
      await new Promise((done) => setTimeout(done, 60));
    }
    recorder.stop();
    await over;
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
  });
  return Buffer.from(bytes);
}

/** An office whose walls show a picture, a film, and a film that is none but for its first bytes. */
async function withPictures(t) {
  const folder = await mkdtemp(join(tmpdir(), 'giliran-media-'));
  t.after(() => rm(folder, { recursive: true }));
  const page = await browser.newPage({ viewport: { width: 320, height: 180 } });
  await page.setContent('<body style="background: #0a7">');
  await writeFile(join(folder, '1-gambar.png'), await page.screenshot());
  await writeFile(join(folder, '3-filem.webm'), await film(page));
  await writeFile(join(folder, '2-rosak.mp4'), Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(400, 7)]));
  await page.close();
  return hall(t, { office: `[[media]]\nfolder = ${JSON.stringify(folder)}\nseconds = 3\n${OFFICE}` });
}

/** A wall that has hung there for an hour. */
const hoursAgo = (page) =>
  page.addInitScript(() => {
    const now = performance.now.bind(performance);
    performance.now = () => now() + 3_600_000;
  });

test('pictures and films take turns while nobody is called, a broken one is passed over, and a call wins at once', async (t) => {
  const { daemon, visit } = await withPictures(t);
  const wall = await visit('/display', {
    before: async (page) => {
      await hoursAgo(page);
      await page.addInitScript(() => {
        window.films = [];
        const note = ({ target }) => window.films.push({ time: target.currentTime, muted: target.muted });
        for (const type of ['timeupdate', 'ended']) document.addEventListener(type, note, true);
      });
    },
  });
  await drawn(wall);
  const shown = (name) => wall.locator(`.media[data-name="${name}"]`).waitFor();
  await shown('1-gambar.png');
  await shown('3-filem.webm');
  // The film is short: what it did is noted as it happens.
  await wall.waitForFunction(() => window.films.some(({ time }) => time > 0));
  assert.ok(await wall.evaluate(() => window.films.every(({ muted }) => muted)));
  await shown('1-gambar.png');
  await command(daemon, { type: 'open_counter', counter: 'kaunter-2' });
  await call(daemon, 'kaunter-2');
  await wall.locator('.stage[data-fresh="true"]').waitFor();
  assert.equal(await wall.locator('.media').count(), 0);
});

test('pictures stand beside the calls where that is asked for, without films for whoever asks for calm', async (t) => {
  const { daemon, visit } = await withPictures(t);
  const wall = await visit('/display?media=side', { reducedMotion: 'reduce' });
  await wall.locator('.aside .media[data-name="1-gambar.png"]').waitFor();
  await command(daemon, { type: 'open_counter', counter: 'kaunter-2' });
  await call(daemon, 'kaunter-2');
  await wall.locator('.stage[data-fresh="true"]').waitFor();
  assert.equal(await wall.locator('.aside .media').count(), 1);
  assert.equal(await wall.locator('video').count(), 0);
});

test('pictures that could not be had while the link was bad are shown once it is back', async (t) => {
  const { visit } = await withPictures(t);
  let cut = true;
  let link;
  const refused = new Set();
  const wall = await visit('/display', {
    before: async (page) => {
      await hoursAgo(page);
      await page.route(/\/media\/./, (route) => {
        if (!cut) return route.continue();
        refused.add(route.request().url());
        return route.abort();
      });
      await page.routeWebSocket(/\/events$/, (opened) => {
        link = opened;
        link.connectToServer();
      });
    },
  });
  await drawn(wall);
  // Each of the three was tried, and there is nothing left to show.
  for (const until = Date.now() + 15_000; refused.size < 3 && Date.now() < until; ) await wall.waitForTimeout(50);
  assert.equal(refused.size, 3);
  await wall.locator('.media').waitFor({ state: 'detached' });
  cut = false;
  await link.close();
  await wall.locator('.media').waitFor();
  await wall.waitForFunction(() => document.querySelector('.media img')?.naturalWidth > 0);
});

/** Notes when sounds are played. */
const noteSounds = (page) =>
  page.addInitScript(() => {
    window.sounds = [];
    const Real = Audio;
    window.Audio = function () {
      const audio = new Real();
      for (const type of ['playing', 'ended']) {
        audio.addEventListener(type, () => window.sounds.push({ type, src: audio.src, at: performance.now(), length: audio.duration }));
      }
      return audio;
    };
  });

const SPEAKING = `[voice]\nfolder = ${JSON.stringify(VOICES)}\n${OFFICE}`;

test('a screen that may speaks the calls in their order, never two at once, and reports each', async (t) => {
  const loud = await startBrowser('--autoplay-policy=no-user-gesture-required');
  t.after(() => loud.close());
  const daemon = await startDaemon({ office: SPEAKING });
  t.after(() => daemon.stop());
  const wall = await visitor(t, loud, daemon)('/display?speak=1', { before: noteSounds });
  await drawn(wall);
  // It counts as a loudspeaker.
  await wall.waitForFunction(() => document.querySelector('.wall')?.dataset.silent === 'false');
  assert.equal(await wall.locator('.sound').count(), 0);
  for (const counter of ['kaunter-1', 'kaunter-2', 'kaunter-3']) await command(daemon, { type: 'open_counter', counter });
  for (const counter of ['kaunter-1', 'kaunter-2', 'kaunter-3']) await call(daemon, counter);
  await wall.locator('.stage[data-saying="true"]').waitFor();
  await wall.waitForFunction(() => window.sounds.filter(({ type }) => type === 'ended').length === 3, undefined, { timeout: 90_000 });
  const all = await wall.evaluate(() => window.sounds);
  // A browser whose machine is busy says again that it plays, after it had to wait.
  const sounds = all.filter(({ type, src }, n) => !(type === 'playing' && all[n - 1]?.type === 'playing' && all[n - 1].src === src));
  const seqs = (await state(daemon, 'display')).calls.map(({ seq }) => seq);
  assert.deepEqual(
    sounds.map(({ type, src }) => `${type} ${new URL(src).pathname.split('/').at(-1)}`),
    seqs.flatMap((seq) => [`playing ${seq}`, `ended ${seq}`]),
  );
  for (const n of [0, 2, 4]) {
    const [from, to] = [sounds[n], sounds[n + 1]];
    assert.ok(to.at - from.at >= from.length * 1000 - 1_500, `${to.at - from.at} ms of ${from.length} s`);
  }
  await wall.locator('.stage[data-saying="true"]').waitFor({ state: 'detached' });
  const finished = async () => (await state(daemon, 'counter')).reports.every(({ started, finished }) => started === 1 && finished === 1);
  for (const until = Date.now() + 15_000; !(await finished()); await wall.waitForTimeout(50)) {
    assert.ok(Date.now() < until, 'each is reported once');
  }
});

test('a screen that the browser keeps silent says so, and speaks once it was touched', async (t) => {
  const { daemon, visit } = await hall(t, { office: SPEAKING });
  // A browser without a window forbids nothing: this one does as those with one do.
  const forbid = (page) =>
    page.addInitScript(() => {
      window.AudioContext = class {
        state = 'suspended';
        async resume() {
          if (!navigator.userActivation.hasBeenActive) return;
          this.state = 'running';
          this.onstatechange?.();
        }
        async close() {}
      };
    });
  const wall = await visit('/display?speak=1&languages=ms,en', {
    before: async (page) => {
      await noteSounds(page);
      await forbid(page);
    },
  });
  await reads(wall.locator('.sound'), /Skrin ini tidak berbunyi.*This screen makes no sound/);
  await wall.getByRole('button', { name: 'Hidupkan bunyi' }).click();
  await wall.locator('.sound').waitFor({ state: 'detached' });
  await command(daemon, { type: 'open_counter', counter: 'kaunter-2' });
  await call(daemon, 'kaunter-2');
  await wall.waitForFunction(() => window.sounds.some(({ type }) => type === 'ended'), undefined, { timeout: 60_000 });
});

test('a screen whose calls cannot be said says so and counts as no loudspeaker', async (t) => {
  const loud = await startBrowser('--autoplay-policy=no-user-gesture-required');
  t.after(() => loud.close());
  const daemon = await startDaemon({ office: SPEAKING });
  t.after(() => daemon.stop());
  const wall = await visitor(t, loud, daemon)('/display?speak=1', {
    before: (page) => page.route(/\/announcements\//, (route) => route.fulfill({ status: 404 })),
  });
  await drawn(wall);
  await wall.waitForFunction(() => document.querySelector('.wall')?.dataset.silent === 'false');
  await command(daemon, { type: 'open_counter', counter: 'kaunter-2' });
  await call(daemon, 'kaunter-2');
  await reads(wall.locator('.sound'), /^⚠ Skrin ini tidak berbunyi/);
  assert.equal(await wall.locator('.sound button').count(), 0);
  await wall.waitForFunction(() => document.querySelector('.wall')?.dataset.silent === 'true', undefined, { timeout: 30_000 });
});

test('whoever hangs the screen up is told from how far it is read, and that the letters are too small', async (t) => {
  const { daemon, visit } = await hall(t);
  await command(daemon, { type: 'open_counter', counter: 'kaunter-2' });
  await call(daemon, 'kaunter-2');
  const [large, small] = await Promise.all([visit('/display?inches=43'), visit('/display?screen_cm=15')]);
  await reads(small.locator('.installer.warn'), /Huruf terlalu kecil: terbaca dari \d\.\d m, dikehendaki 10 m\./);
  await small.keyboard.press('i');
  await reads(small.locator('.installer'), /Untuk pemasang 1920 × 1080 px · 150 mm .*Nombor \d+ px \d+ mm \d\.\d m ✕ terlalu kecil/);
  await large.keyboard.press('i');
  await reads(large.locator('.installer'), /535 mm .*Nombor \d+ px \d+ mm \d\d\.\d m ✓ mencukupi/);
  await large.keyboard.press('i');
  await large.locator('.installer').waitFor({ state: 'detached' });
});

test('the hall’s code is drawn where numbers are given out by phone, and follows when it changes', async (t) => {
  const { visit } = await hall(t);
  let code = 'AAAA-1111';
  const wall = await visit('/display', {
    before: (page) =>
      page.route(/\/hall-code$/, (route) => route.fulfill({ json: { code, until: new Date(Date.now() + 1_000).toISOString() } })),
  });
  const drawing = wall.locator('.hall-code svg');
  await drawing.waitFor();
  const path = await drawing.locator('path').last().getAttribute('d');
  code = 'BBBB-2222';
  await wall.waitForFunction((path) => document.querySelector('.hall-code path:last-child')?.getAttribute('d') !== path, path);
  const none = await visit('/display');
  await drawn(none);
  assert.equal(await none.locator('.hall-code').count(), 0);
});
