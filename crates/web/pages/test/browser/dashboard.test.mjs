// The supervisor's page: each task in each language, alarms that come and go, how few presses it takes, the day's
// chart against the log, and that everybody can use it on any screen.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test, { after, before } from 'node:test';

import { drawn, reads, startBrowser, visitor } from './browser.mjs';
import { command, OFFICE, report, speakFrom, startDaemon, state, until } from './daemon.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LANGUAGES = ['ms', 'en', 'zh', 'ta'];
/** A Monday. */
const DAY = '2026-11-23';

const HOURS = `[branch.hours]
[[branch.hours.week]]
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
open = [{ from = "00:30", until = "17:00" }]
`;

/** The office with promises, few numbers for land matters, and hours if they are wanted. */
const office = (hours = '') =>
  OFFICE.replace('series = { letters = "A" }', 'series = { letters = "A" }\ncharter = { waiting = "20m" }')
    .replace('series = { letters = "L" }', 'series = { letters = "L" }\ncharter = { waiting = "15m" }')
    .replace('series = { letters = "C" }', 'series = { letters = "C" }\nquota = 6')
    .replace('\n[[branch.class]]', `\n${hours}\n[[branch.class]]`);

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** A hall on a Monday whose clock the test sets. */
async function hall(t, { hours } = {}) {
  const daemon = await startDaemon({ office: office(hours), flags: ['--simulated-clock'] });
  t.after(() => daemon.stop());
  /** Sends a command at a time of the day, in Malaysia. */
  const at = (time, what, day = DAY) =>
    command(daemon, what, 'contoh', { 'giliran-simulated-time': new Date(`${day}T${time}+08:00`).toISOString() });
  const issue = (time, service, day) => at(time, { type: 'issue_ticket', service, language: 'ms' }, day);
  return { daemon, at, issue, visit: visitor(t, browser, daemon) };
}

/** A button at a counter: the first opens or closes it, the second pauses it or lets it go on, the last moves services. */
const button = (board, counter, n) => board.locator('.counters > ul > li').nth(counter).locator('.buttons button').nth(n);
const alarm = (board, text) => board.locator('.alarms li', { hasText: text });
const gone = (locator) => locator.waitFor({ state: 'detached' });
const counterOf = async (daemon, id) => (await state(daemon, 'supervisor')).counters.find((counter) => counter.id === id);

/** Counts the presses on a page. */
const counting = async (page) => {
  await page.evaluate(() => {
    window.presses = 0;
    addEventListener('click', () => (window.presses += 1), true);
  });
  return async (task) => {
    await page.evaluate(() => (window.presses = 0));
    await task();
    return page.evaluate(() => window.presses);
  };
};

test('an office in which all is well is calm, and each thing that goes wrong is said until it is mended', async (t) => {
  const { daemon, at, issue, visit } = await hall(t);
  await at('09:00:00', { type: 'open_counter', counter: 'kaunter-2' });
  const [wall, kiosk, board] = await Promise.all([visit('/display'), visit('/kiosk'), visit('/dashboard')]);
  await Promise.all([wall, kiosk, board].map(drawn));
  await speakFrom(kiosk);
  await reads(board.locator('.alarms .calm'), 'Tiada amaran. Semuanya berjalan lancar.');
  assert.equal(await board.title(), 'Paparan penyelia');

  await t.test('nobody takes a service: a counter is opened', async () => {
    await issue('09:00:30', 'lesen');
    const unmanned = alarm(board, 'Permit dan lesen: 1 orang menunggu, tiada kaunter melayan.');
    await reads(unmanned, /^Segera .* Kaunter 1 masih ditutup dan boleh mengambilnya\. Buka Kaunter 1$/);
    assert.match(await board.title(), /^\(▲ 1\) Paparan penyelia$/);
    await unmanned.getByRole('button', { name: 'Buka Kaunter 1' }).click();
    await gone(unmanned);
    assert.equal((await counterOf(daemon, 'kaunter-1')).open, true);
    await reads(board.locator('.alarms .calm'), /Tiada amaran/);
  });

  await t.test('somebody waits near the charter, then beyond it: another counter is opened', async () => {
    await issue('09:13:00', 'pertanyaan');
    await reads(alarm(board, 'menghampiri had piagam 15 minit'), /^Perhatikan Permit dan lesen: 1 orang/);
    await issue('09:31:00', 'pertanyaan');
    const beyond = alarm(board, 'Permit dan lesen: 1 orang menunggu melebihi piagam 15 minit; paling lama');
    // The clock goes on by itself too, and the minute is soon full.
    await reads(beyond, /^Segera .*paling lama 3[01] minit\..*Buka Kaunter 3$/);
    await reads(board.locator('.totals [data-wrong="true"]'), /melebihi piagam/);
    await reads(board.locator('.services tr[data-wrong="true"]').first(), /Permit dan lesen .*▲ Melebihi piagam 15 minit/);
    await beyond.getByRole('button', { name: 'Buka Kaunter 3' }).click();
    await until(daemon, 'supervisor', ({ counters }) => counters[2].open, 'counter 3');
    await at('09:31:10', { type: 'call_next', counter: 'kaunter-3' });
    await gone(beyond);
  });

  await t.test('a call is not said: it is called again', async () => {
    // The clock goes on with the next command, whatever it is.
    await issue('09:31:40', 'tanah');
    const unheard = alarm(board, 'Panggilan L001 ke Kaunter 3 belum diumumkan.');
    await reads(unheard, /^Segera/);
    await unheard.getByRole('button', { name: 'Panggil semula L001' }).click();
    await gone(unheard);
    const { calls } = await until(daemon, 'supervisor', ({ calls }) => calls.at(-1).attempt === 2, 'the call');
    await issue('09:32:10', 'pertanyaan');
    await reads(unheard, /^Segera/);
    await report(daemon, calls.at(-1).seq, 'finished');
    await gone(unheard);
    await reads(board.locator('.hall dl'), /Pengumuman terakhir 09:32/);
  });

  await t.test('numbers run out: the public is told, in all languages, without writing any', async () => {
    await reads(alarm(board, 'Urusan tanah: tinggal 5 nombor hari ini.'), /^Perhatikan/);
    await alarm(board, 'Urusan tanah').getByRole('button', { name: 'Tulis notis' }).click();
    const dialog = board.locator('dialog');
    await board.waitForFunction(() => [...document.querySelectorAll('textarea')].every(({ value }) => value !== ''));
    await dialog.getByRole('button', { name: 'Paparkan' }).click();
    await reads(dialog.locator('[role=status]'), 'Notis sudah dipaparkan.');
    await board.keyboard.press('Escape');
    for (const audience of ['kiosk', 'display']) {
      const { notices } = await state(daemon, audience);
      assert.match(notices[0].text.ms, /Urusan tanah/);
      assert.match(notices[0].text.en, /Land matters/);
      assert.match(notices[0].text.zh, /土地事务/);
      assert.match(notices[0].text.ta, /நில விவகாரங்கள்/);
    }
  });

  await t.test('a counter pauses too long: it goes on', async () => {
    await at('09:33:00', { type: 'pause_counter', counter: 'kaunter-2', reason: 'rest' });
    await at('09:33:10', { type: 'start_serving', counter: 'kaunter-3', ticket: (await counterOf(daemon, 'kaunter-3')).current.ticket });
    await at('09:55:00', { type: 'finish', counter: 'kaunter-3', ticket: (await counterOf(daemon, 'kaunter-3')).current.ticket });
    const paused = alarm(board, 'Kaunter 2 sudah berhenti selama 22 minit.');
    await paused.getByRole('button', { name: 'Sambung Kaunter 2' }).click();
    await gone(paused);
    assert.equal((await counterOf(daemon, 'kaunter-2')).pause ?? undefined, undefined);
  });

  await t.test('what may be put away stays away, and only while it lasts', async () => {
    const few = alarm(board, 'Urusan tanah: tinggal 5 nombor');
    await few.getByRole('button', { name: /^Sembunyikan/ }).click();
    await gone(few);
    for (const _ of [1, 2, 3, 4, 5]) await issue('09:56:00', 'tanah');
    await reads(alarm(board, 'Urusan tanah: nombor hari ini sudah habis.'), /^Perhatikan/);
  });

  await t.test('the wall and the loudspeaker go: it is said until they are back', async () => {
    await wall.close();
    await kiosk.evaluate(() => window.speaker.close());
    const walls = alarm(board, 'Tiada skrin paparan');
    const silent = alarm(board, 'Tiada pembesar suara');
    await walls.waitFor({ timeout: 30_000 });
    await silent.waitFor({ timeout: 30_000 });
    assert.equal(await walls.getByRole('link', { name: 'Buka paparan' }).getAttribute('href'), '/display?branch=contoh');
    assert.equal(await silent.getAttribute('data-wrong'), 'true', 'there was one today');
    await drawn(await visit('/display'));
    await gone(walls);
    await speakFrom(kiosk);
    await gone(silent);
  });
});

test('the office closes with people waiting: it stays open longer', async (t) => {
  const { daemon, issue, visit } = await hall(t, { hours: HOURS });
  await issue('16:40:00', 'pertanyaan');
  const board = await visit('/dashboard?lang=en');
  // Once it is said who works here nothing moves any more.
  await board.locator('.officer .quiet').click();
  const closing = alarm(board, 'The office closes at 17:00; 1 still wait.');
  await closing.getByRole('button', { name: 'Open longer' }).click();
  await board.getByLabel('Until').fill('18:15');
  await board.getByLabel('Reason').fill('Full hall');
  await board.locator('dialog .primary').click();
  await gone(closing);
  await reads(board.locator('.opening'), 'Open until 18:15 (extra time)');
  assert.equal((await state(daemon, 'kiosk')).opening.extra, true);
});

for (const language of LANGUAGES) {
  test(`each task can be done, and the frequent ones in two presses, ${language}`, async (t) => {
    const { daemon, at, visit } = await hall(t, { hours: HOURS });
    await at('09:00:00', { type: 'issue_ticket', service: 'tanah', language: 'ms' });
    const board = await visit(`/dashboard?lang=${language}`);
    await drawn(board);
    const presses = await counting(board);
    const view = (holds, what) => until(daemon, 'supervisor', holds, what);

    // Counter 4 opens, pauses, goes on, takes another service, hands all to counter 2, and closes.
    assert.equal(await presses(async () => {
      await button(board, 3, 0).click();
      await view(({ counters }) => counters[3].open, 'opened');
    }), 1);
    assert.ok((await presses(async () => {
      await button(board, 3, 1).click();
      await board.locator('dialog .choices button').nth(1).click();
      await view(({ counters }) => counters[3].pause?.reason === 'prayer', 'paused');
    })) <= 2);
    assert.equal(await presses(async () => {
      await board.locator('.counters .tag.paused').waitFor();
      await button(board, 3, 1).click();
      await view(({ counters }) => !counters[3].pause, 'went on');
    }), 1);
    const move = (row, n) => board.locator('dialog .moves li').nth(row).getByRole('button').nth(n);
    const moved = (counter, ...services) =>
      view(({ counters }) => counters[counter].services.toSorted().join() === services.toSorted().join(), services.join());
    assert.ok((await presses(async () => {
      await button(board, 3, 2).click();
      await move(3, 0).click();
      await moved(3, 'tanah', 'lesen', 'rundingan');
    })) <= 2);
    assert.ok((await presses(async () => {
      await button(board, 3, 2).click();
      await move(1, 1).click();
      await moved(3, 'lesen');
    })) <= 2);
    assert.ok((await presses(async () => {
      await button(board, 3, 2).click();
      await board.locator('dialog > .buttons .chip').nth(1).click();
      await moved(1, 'pertanyaan', 'lesen');
    })) <= 2);
    assert.equal(await presses(async () => {
      await button(board, 3, 0).click();
      await view(({ counters }) => !counters[3].open, 'closed');
    }), 1);

    // Several at once, with what it helps with.
    await button(board, 0, 2).click();
    await board.locator('dialog summary').click();
    await board.locator('dialog select').nth(1).selectOption('1');
    await board.locator('dialog details .primary').click();
    await view(({ counters }) => counters[0].services.toSorted().join() === 'pertanyaan,tanah' && counters[0].helps?.join() === 'lesen', 'helps');

    // Notices: what is written, and until when; then withdrawn.
    const day = board.locator('.day button');
    await day.nth(3).click();
    const text = board.locator('dialog textarea').first();
    const post = board.locator('dialog .primary');
    assert.equal(await post.getAttribute('aria-disabled'), 'true', 'Malay is required');
    await text.fill('Surau di tingkat 2.');
    await board.locator('dialog input[type=time]').fill('12:30');
    await post.click();
    const told = await until(daemon, 'display', ({ notices }) => notices?.length === 1, 'the notice');
    assert.deepEqual(told.notices[0].text, { ms: 'Surau di tingkat 2.' });
    assert.equal(Date.parse(told.notices[0].until), Date.parse(`${DAY}T12:30:00+08:00`));
    await reads(board.locator('.hall .told li'), /^Surau di tingkat 2\. .*12:30/);
    await board.locator('dialog .told button').click();
    await until(daemon, 'kiosk', ({ notices = [] }) => notices.length === 0, 'withdrawn');
    await board.keyboard.press('Escape');
    await gone(board.locator('.hall .told'));

    // The fair-order record, extra time, and the end of the day.
    await day.nth(4).click();
    await board.locator('dialog [role=status]').waitFor();
    await board.keyboard.press('Escape');
    await day.nth(0).click();
    await board.locator('dialog input[type=time]').fill('18:00');
    await board.locator('dialog input:not([type])').fill('Ramai');
    await board.locator('dialog .primary').click();
    await view(({ opening }) => opening.extra, 'longer');
    await reads(board.locator('.opening'), /18:00/);
    await day.nth(1).click();
    await board.locator('dialog .primary').click();
    await view(({ opening }) => opening.state === 'closed', 'closed');
    await reads(board.locator('.alarms li'), /1/);
  });
}

test('a notice that cannot be posted says why where it was written, and is not lost', async (t) => {
  const { at, visit } = await hall(t);
  await at('09:00:00', { type: 'issue_ticket', service: 'tanah', language: 'ms' });
  const board = await visit('/dashboard');
  await board.getByRole('button', { name: /^Notis/ }).click();
  await board.locator('dialog textarea').first().fill('Surau di tingkat 2.');
  await board.locator('dialog input[type=time]').fill('08:00');
  await board.getByRole('button', { name: 'Paparkan' }).click();
  await board.locator('dialog .notice.refused').waitFor();
  assert.equal(await board.locator('dialog textarea').first().inputValue(), 'Surau di tingkat 2.');
});

test('why a press came to nothing is in sight wherever the page is scrolled to', async (t) => {
  const { visit } = await troubled(t);
  const board = await visit('/dashboard', { viewport: { width: 1366, height: 500 } });
  await drawn(board);
  await board.locator('.people table').waitFor();
  await board.evaluate(() => scrollTo(0, 300));
  const error = { code: 'counter_closed', message: { ms: 'Kaunter itu ditutup.' } };
  await board.route('**/commands', (route) => route.fulfill({ status: 409, json: { error } }));
  await button(board, 4, 0).click();
  const refused = board.locator('.notice.refused');
  await reads(refused, /Kaunter itu ditutup\./);
  assert.ok((await board.evaluate(() => scrollY)) > 100);
  const { y, height } = await refused.boundingBox();
  assert.ok(y >= 0 && y + height <= 500, `${y}`);
  await refused.getByRole('button').click();
  await gone(refused);
});

test("the day's chart has the figures of the log, hour by hour, beside those of a usual day", async (t) => {
  const { at, issue, visit } = await hall(t);
  /** A morning: so many numbers in each hour from eight, each called so many minutes later. */
  const morning = async (day, hours) => {
    for (const [n, [count, wait]] of hours.entries()) {
      for (let k = 0; k < count; k += 1) await issue(`0${8 + n}:00:0${k}`, 'pertanyaan', day);
      for (let k = 0; k < count; k += 1) {
        const time = `0${8 + n}:${String(wait).padStart(2, '0')}:${10 + k}`;
        const { ticket } = await at(time, { type: 'call_next', counter: 'kaunter-2' }, day);
        await at(time, { type: 'finish', counter: 'kaunter-2', ticket }, day);
      }
    }
  };
  await at('07:59:00', { type: 'open_counter', counter: 'kaunter-2' }, '2026-11-16');
  await morning('2026-11-16', [[4, 5], [2, 10]]);
  await morning(DAY, [[2, 10], [3, 25]]);
  const board = await visit('/dashboard?lang=en');
  const row = async (name) => {
    const found = board.locator('.hours tbody tr', { hasText: name });
    await found.first().waitFor();
    return found.first().locator('td').allInnerTexts();
  };
  await reads(board.locator('.hours thead th'), '08:00');
  assert.deepEqual(await board.locator('.hours thead th').allInnerTexts(), ['From', '08:00', '09:00']);
  assert.deepEqual(await row('Issued'), ['2', '3']);
  assert.deepEqual(await row('Called'), ['2', '3']);
  assert.deepEqual(await row('Usually issued'), ['4', '2']);
  assert.deepEqual(await row('Usually called'), ['4', '2']);
  assert.deepEqual(await row('Longest wait (min)'), ['11', '26']);
  assert.deepEqual(await row('Within charter'), ['100 %', '0 %']);
  await reads(board.locator('.legend'), 'Dashed outline: the mean of the last 1 such weekdays.');
  // As much as is told is drawn: the usual four in the first hour are the most.
  const drawnBars = await board.locator('.hours svg').first().evaluate((svg) => {
    const whole = svg.getBoundingClientRect().height;
    return [...svg.querySelectorAll('rect')].map((rect) => [rect.getAttribute('class'), rect.height.baseVal.value / whole]);
  });
  assert.deepEqual(drawnBars.map(([kind]) => kind), ['issued', 'called', 'usual', 'usual']);
  for (const [n, part] of [0.5, 0.5, 1, 1].entries()) assert.ok(Math.abs(drawnBars[n][1] - part) < 0.02, `${drawnBars}`);
  await reads(board.locator('.totals div', { hasText: 'Within charter today' }), /40 %/);
});

test("the day's chart is asked for each minute and when another day begins", async (t) => {
  const { issue, visit } = await hall(t);
  await issue('09:00:00', 'pertanyaan');
  const board = await visit('/dashboard?lang=en', { before: (page) => page.clock.install() });
  const issued = board.locator('.hours tbody tr').first();
  await reads(issued, 'Issued 1');
  await issue('09:00:10', 'pertanyaan');
  await reads(board.locator('.totals div', { hasText: 'Numbers issued' }), / 2$/);
  await reads(issued, 'Issued 1');
  await board.clock.fastForward(61_000);
  await reads(issued, 'Issued 2');
  await issue('08:00:00', 'lesen', '2026-11-24');
  await reads(issued, 'Issued 1');
  await reads(board.locator('.hours thead th'), '08:00');
});

/** Each dialog, and what opens it. */
const DIALOGS = {
  pause: (board) => button(board, 2, 1).click(),
  services: async (board) => {
    await button(board, 0, 2).click();
    await board.locator('dialog summary').click();
  },
  extra: (board) => board.locator('.day button').nth(0).click(),
  close: (board) => board.locator('.day button').nth(1).click(),
  notices: (board) => board.locator('.day button').nth(3).click(),
  announce: (board) => board.locator('.day button').nth(2).click(),
  fair: (board) => board.locator('.day button').nth(4).click(),
};

/** A hall with alarms of both kinds, a chart and notices. */
async function troubled(t) {
  const { daemon, at, issue, visit } = await hall(t, { hours: HOURS });
  for (const counter of ['kaunter-2', 'kaunter-3']) await at('09:00:00', { type: 'open_counter', counter });
  for (const service of ['lesen', 'pertanyaan', 'tanah', 'pertanyaan', 'rundingan']) await issue('09:01:00', service);
  await at('09:02:00', { type: 'call_next', counter: 'kaunter-2' });
  await at('09:03:00', { type: 'post_notice', text: { ms: 'Surau di tingkat 2.', en: 'Surau on level 2.' } });
  await issue('09:30:00', 'pertanyaan');
  return { daemon, visit };
}

for (const colorScheme of ['light', 'dark']) {
  test(`no dialog nor alarm has a fault that a machine can find, ${colorScheme}`, async (t) => {
    const { visit } = await troubled(t);
    const board = await visit('/dashboard', { colorScheme, reducedMotion: 'reduce' });
    await drawn(board);
    await board.locator('.alarms li[data-wrong="true"]').first().waitFor();
    await board.locator('.hours svg').first().waitFor();
    await board.evaluate(axe);
    const faults = async (scene) => {
      const { violations } = await board.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      const told = violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`));
      assert.deepEqual(told, [], scene);
    };
    await faults('the page');
    for (const [name, open] of Object.entries(DIALOGS)) {
      await open(board);
      await board.locator('dialog[open]').waitFor();
      await faults(name);
      await board.keyboard.press('Escape');
      await gone(board.locator('dialog'));
    }
  });
}

test('what has to be seen at a glance is in sight on a desk, and all of it on a large screen', async (t) => {
  const { visit } = await troubled(t);
  for (const lang of LANGUAGES) {
    const desk = await visit(`/dashboard?lang=${lang}`, { viewport: { width: 1366, height: 768 } });
    await drawn(desk);
    await desk.locator('.alarms li').first().waitFor();
    // Whoever works here has said so.
    await desk.locator('.officer .quiet').click();
    const below = await desk.evaluate(() =>
      ['.alarms', '.totals', '.services', '.counters']
        .map((name) => [name, document.querySelector(name).getBoundingClientRect().bottom])
        .filter(([, bottom]) => bottom > innerHeight),
    );
    assert.deepEqual(below, [], lang);
    await desk.context().close();
    const large = await visit(`/dashboard?lang=${lang}`, { viewport: { width: 1920, height: 1080 } });
    await drawn(large);
    await large.locator('.hours svg').first().waitFor();
    await large.locator('.people').waitFor();
    await large.locator('.officer .quiet').click();
    const height = await large.evaluate(() => document.documentElement.scrollHeight);
    assert.ok(height <= 1080, `${lang}: ${height}`);
    await large.context().close();
  }
});

test('the page and its dialogs fit a tablet, a phone, and twice the size, without scrolling sideways', async (t) => {
  const { visit } = await troubled(t);
  for (const viewport of [{ width: 768, height: 1024 }, { width: 390, height: 844 }, { width: 683, height: 384 }]) {
    for (const lang of LANGUAGES) {
      const board = await visit(`/dashboard?lang=${lang}`, { viewport });
      await drawn(board);
      await board.locator('.alarms li').first().waitFor();
      await board.locator('.hours svg').first().waitFor();
      const wide = () =>
        board.evaluate(() => {
          const place = document.querySelector('dialog[open]') ?? document.documentElement;
          return place.scrollWidth > place.clientWidth
            ? [...place.querySelectorAll('*')]
                .filter((part) => part.getBoundingClientRect().right > innerWidth + 1)
                .map((part) => `${part.localName}.${part.className}`)
            : [];
        });
      assert.deepEqual(await wide(), [], `${viewport.width} ${lang}`);
      for (const [name, open] of Object.entries(DIALOGS)) {
        await open(board);
        await board.locator('dialog[open]').waitFor();
        assert.deepEqual(await wide(), [], `${viewport.width} ${lang} ${name}`);
        await board.keyboard.press('Escape');
        await gone(board.locator('dialog'));
      }
      if (viewport.width === 390) {
        const small = await board.locator('main button, .strip button').evaluateAll((buttons) =>
          buttons.filter((one) => one.getBoundingClientRect().height < 44 && !one.matches('.chip')).map((one) => one.innerText),
        );
        assert.deepEqual(small, [], 'a thumb needs 44 pixels');
      }
      await board.context().close();
    }
  }
});

test('by keyboard alone: an alarm is seen to, a counter moved, a notice posted, and the focus comes back', async (t) => {
  const { daemon, visit } = await troubled(t);
  const board = await visit('/dashboard?lang=en');
  await drawn(board);
  await board.locator('.alarms li').first().waitFor();
  /** Goes on by Tab until the focus is there. */
  const tab = async (locator) => {
    for (let n = 0; n < 120; n += 1) {
      if (await locator.evaluate((place) => place === document.activeElement)) return;
      await board.keyboard.press('Tab');
    }
    assert.fail(`${locator} cannot be reached`);
  };
  const first = board.locator('.alarms li').first();
  const sentence = await first.locator('strong').innerText();
  await tab(first.locator('.buttons :is(button, a)').first());
  await board.keyboard.press('Enter');
  await gone(board.locator('.alarms strong', { hasText: sentence }));
  // What had the focus is gone first, and the focus is put elsewhere after that.
  await board.waitForFunction(() => document.activeElement.className === 'alarms');

  const services = button(board, 3, 2);
  await tab(services);
  await board.keyboard.press('Enter');
  await board.locator('dialog').waitFor();
  await tab(board.locator('dialog .moves li').first().getByRole('button').first());
  await board.keyboard.press('Enter');
  await until(daemon, 'supervisor', ({ counters }) => counters[3].services.includes('pertanyaan'), 'moved');
  await gone(board.locator('dialog'));
  await board.waitForFunction(() => document.activeElement.ariaLabel === 'Services: Counter 4');

  const notices = board.locator('.day button').nth(3);
  await notices.focus();
  await board.keyboard.press('Enter');
  await board.locator('dialog').waitFor();
  await tab(board.locator('dialog textarea').first());
  await board.keyboard.type('Surau di tingkat 3.');
  await tab(board.locator('dialog .primary'));
  await board.keyboard.press('Enter');
  await until(daemon, 'display', (view) => view.notices?.length === 2, 'posted');
  await reads(board.locator('dialog [role=status]'), 'The notice is on show.');
  await board.keyboard.press('Escape');
  await gone(board.locator('dialog'));
  await board.waitForFunction((place) => place === document.activeElement, await notices.elementHandle());
});

test('nothing moves for those who asked for calm, and on paper stand the figures and the chart alone', async (t) => {
  const { visit } = await troubled(t);
  const board = await visit('/dashboard', { reducedMotion: 'reduce' });
  await drawn(board);
  await board.locator('.hours svg').first().waitFor();
  assert.equal(await board.evaluate(() => document.getAnimations().length), 0);
  await board.emulateMedia({ media: 'print' });
  const seen = await board.evaluate(() =>
    [...document.querySelectorAll('main > *:not(.column), .column > *, .strip, .header > *')].filter((place) => place.checkVisibility() && place.className !== 'unseen').map((place) => place.className),
  );
  assert.deepEqual(seen, ['mark', 'office', 'now', 'totals', 'panel hours']);
});
