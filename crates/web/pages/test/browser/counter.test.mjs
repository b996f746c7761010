// The officer's console: everything by keyboard alone, one large button in one place, nothing lost or done twice.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test, { after, before } from 'node:test';

import { act, drawn, reads, startBrowser, visitor } from './browser.mjs';
import { command, report, speakFrom, startDaemon, state } from './daemon.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const OUTCOMES = `
[[branch.outcome]]
id = "siap"
name = { ms = "Selesai sepenuhnya", en = "Completed", zh = "已办妥", ta = "முழுமையாக முடிந்தது" }
[[branch.outcome]]
id = "dokumen"
name = { ms = "Dokumen tidak lengkap", en = "Documents missing", zh = "文件不齐", ta = "ஆவணங்கள் போதாது" }
[[branch.outcome]]
id = "rujuk"
name = { ms = "Dirujuk ke jabatan lain", en = "Referred elsewhere", zh = "转介其他部门", ta = "வேறு துறைக்கு அனுப்பப்பட்டது" }
`;

const office = ({ outcomes = '', greeting = true, undo = '30s' } = {}) => `
[[branch]]
id = "contoh"
name = { ms = "Pejabat Contoh", en = "Contoh Office", zh = "示范官署", ta = "சோந்தோ அலுவலகம்" }
[branch.calling]
come_back = "30m"
undo = "${undo}"
[branch.screens]
greeting = ${greeting}
${outcomes}
[[branch.class]]
id = "biasa"
name = { ms = "Biasa", en = "General" }
[[branch.class]]
id = "warga-emas"
name = { ms = "Warga emas", en = "Senior citizen" }
allowance = "5m"

[[branch.service]]
id = "pertanyaan"
name = { ms = "Pertanyaan", en = "Enquiries", zh = "咨询", ta = "விசாரணை" }
series = { letters = "A" }
allowance = "15m"
charter = { waiting = "15m", serving = "10m" }
[[branch.service]]
id = "lesen"
name = { ms = "Lesen", en = "Licences", zh = "执照", ta = "உரிமங்கள்" }
series = { letters = "L" }

[[branch.counter]]
id = "k1"
number = 1
services = ["pertanyaan"]
helps = [["lesen"]]
[[branch.counter]]
id = "k2"
number = 2
services = ["lesen"]
`;

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

async function hall(t, { flags, ...options } = {}) {
  const daemon = await startDaemon({ office: office(options), flags });
  t.after(() => daemon.stop());
  return { daemon, visit: visitor(t, browser, daemon) };
}

const HERE = '/counter?counter=k1';
const DESK = { viewport: { width: 1366, height: 768 } };
const issue = (daemon, service = 'pertanyaan', more = {}) =>
  command(daemon, { type: 'issue_ticket', service, language: 'ms', ...more });
const number = (page) => page.locator('.current .number');
const stands = (page, state) => page.locator(`.current[data-state="${state}"]`).waitFor();
/** The large button, once it is that one and can be pressed. */
const ready = (page, name) => page.locator(`.primary[data-name="${name}"][aria-disabled="false"]`).waitFor();
/** Waits for the parts that come when the page stands. */
const whole = (page) => page.waitForLoadState('networkidle');
const wide = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
const faults = async (page) => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`));
};
/** The commands that a page sends. */
function sent(page) {
  const commands = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/commands')) commands.push(request.postDataJSON().command);
  });
  return commands;
}

for (const [lang, open, next, start, finish, question] of [
  ['ms', 'Buka kaunter', 'Panggil seterusnya', 'Mula layan', 'Selesai', /Bagaimanakah urusan A001 berakhir\?/],
  ['en', 'Open counter', 'Call next', 'Start serving', 'Finish', /How did the visit of A001 end\?/],
  ['zh', '开放柜台', '叫下一位', '开始服务', '完成', /A001/],
  ['ta', 'கவுண்டரைத் திற', 'அடுத்தவரை அழை', 'சேவை தொடங்கு', 'முடி', /A001/],
]) {
  test(`a visit is called, served and ended by the one large button, ${lang}`, async (t) => {
    const { daemon, visit } = await hall(t, { outcomes: OUTCOMES });
    await issue(daemon);
    const page = await visit(`${HERE}&lang=${lang}`, DESK);
    const commands = sent(page);
    for (const [name, label, key] of [['open', open, 'Enter'], ['next', next, 'Space'], ['start', start, 'Enter'], ['finish', finish, 'Enter']]) {
      await ready(page, name);
      await reads(page.locator('.primary > span').first(), label);
      await page.keyboard.press(key);
    }
    await reads(page.locator('dialog h2'), question);
    // The usual one has the focus, once the dialog is drawn.
    await page.locator('dialog button:focus').waitFor();
    await page.keyboard.press('Enter');
    await stands(page, 'free');
    assert.deepEqual(commands.map(({ type, outcome }) => outcome ?? type), ['open_counter', 'call_next', 'start_serving', 'siap']);
    assert.equal((await state(daemon, 'supervisor')).tally.served, 1);
  });
}

test('every other task is done by its key, and what it asks for by digits', async (t) => {
  const { daemon, visit } = await hall(t, { outcomes: OUTCOMES });
  for (const _ of [1, 2, 3, 4]) await issue(daemon);
  await issue(daemon, 'lesen');
  await command(daemon, { type: 'open_counter', counter: 'k2' });
  const page = await visit(HERE, DESK);
  const commands = sent(page);
  const asked = (key) => act(page, key).then(() => page.locator('dialog[open]').waitFor());
  await act(page, 'o');
  await stands(page, 'free');

  // Recall, no-show, and the missed one comes back: down to the lists, and Enter.
  await act(page, 'n');
  await reads(number(page), 'A001');
  await act(page, 'r');
  await reads(page.locator('.current dl'), /Bilangan panggilan 2/);
  await act(page, 'x');
  await reads(page.locator('.missed strong'), 'A001');
  const focused = (label) => page.waitForFunction((label) => document.activeElement.getAttribute('aria-label') === label, label);
  await ready(page, 'next');
  for (let n = 0; n < 10 && (await page.locator('.missed button:focus').count()) === 0; n += 1) await page.keyboard.press('ArrowDown');
  await focused('Datang semula A001');
  await page.keyboard.press('Enter');
  await page.locator('.missed').waitFor({ state: 'detached' });

  // A note, which stands beside the number, is changed and taken away.
  await act(page, 'n');
  await reads(number(page), 'A001');
  await asked('k');
  await page.keyboard.type('Menunggu salinan geran');
  await page.keyboard.press('Enter');
  await reads(page.locator('.current .note'), 'Catatan Menunggu salinan geran');
  await asked('k');
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.press('Enter');
  await page.locator('.current .note').waitFor({ state: 'detached' });

  // Parked, and back by the lists.
  await asked('p');
  await page.keyboard.press('1');
  await reads(page.locator('.parked li'), /^A001 Pertanyaan/);
  await ready(page, 'next');
  for (let n = 0; n < 10 && (await page.locator('.aside button:focus').count()) === 0; n += 1) await page.keyboard.press('ArrowDown');
  await focused('Sambung semula A001');
  await page.keyboard.press('Enter');
  await page.locator('.parked').waitFor({ state: 'detached' });

  // One out of turn, with a reason; then back to the queue.
  await ready(page, 'next');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await focused('Tindakan bagi A002');
  await page.keyboard.press('Enter');
  await page.locator('dialog[open]').waitFor();
  await page.keyboard.press('2');
  await page.locator('.deeds button:focus').waitFor();
  await page.keyboard.press('Enter');
  await reads(number(page), 'A002');
  await asked('m');
  await page.keyboard.press('4');
  await page.locator('.deeds button:focus').waitFor();
  await page.keyboard.press('Enter');
  await stands(page, 'free');

  // One of the other service, sent on to the other counter with a note.
  await asked('v');
  await page.keyboard.press('2');
  await reads(number(page), 'L001');
  await asked('t');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.type('Sudah bayar');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await stands(page, 'free');
  assert.deepEqual(commands.findLast(({ type }) => type === 'transfer').note, 'Sudah bayar');
  assert.equal(commands.findLast(({ type }) => type === 'transfer').to, 'k2');

  // Taken back; ended without having started, by the second outcome; then a pause for prayer.
  await act(page, 'u');
  await reads(number(page), 'L001');
  await asked('f');
  await page.keyboard.press('2');
  await stands(page, 'free');
  assert.equal(commands.findLast(({ type }) => type === 'finish').outcome, 'dokumen');
  await asked('h');
  await page.keyboard.press('2');
  await reads(page.locator('.current .state'), 'Berhenti sebentar: Solat');
  await act(page, 'g');
  await stands(page, 'free');
  await act(page, 'c');
  await stands(page, 'closed');
});

test('on a screen of 1366 by 768 everything is in sight, and the large button is always in the same place', async (t) => {
  const { daemon, visit } = await hall(t);
  for (let n = 0; n < 30; n += 1) await issue(daemon);
  const page = await visit(HERE, DESK);
  await whole(page);
  const places = [];
  for (const [name, key] of [['open', 'o'], ['next', 'n'], ['start', 's'], ['finish', 'f'], ['next', 'h']]) {
    await ready(page, name);
    const below = await page.evaluate(() =>
      document.documentElement.scrollHeight > innerHeight
        ? ['page']
        : [...document.querySelectorAll('.actions button, .current > *')]
            .filter((place) => place.getBoundingClientRect().bottom > innerHeight)
            .map((place) => place.textContent),
    );
    assert.deepEqual(below, [], name);
    places.push(JSON.stringify(await page.locator('.primary').boundingBox()));
    await act(page, key);
  }
  assert.equal(new Set(places).size, 1, places.join(' '));
  const { height } = await page.locator('.primary').boundingBox();
  const others = await page.locator('.others button').evaluateAll((all) => all.map((button) => button.offsetHeight));
  assert.ok(Math.max(...others) < height, `${others} beside ${height}`);
});

test('a key that is held down, or struck twice at once, presses once', async (t) => {
  const { daemon, visit } = await hall(t);
  for (const _ of [1, 2]) await issue(daemon);
  const page = await visit(HERE, DESK);
  const commands = sent(page);
  await ready(page, 'open');
  await page.keyboard.down('Enter');
  for (let n = 0; n < 20; n += 1) await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  await ready(page, 'next');
  // Again and again, until a little after it has become another.
  await page.evaluate(
    () =>
      new Promise((done) => {
        const button = document.querySelector('.primary');
        let until = Infinity;
        const strike = () => {
          if (button.dataset.name === 'start') until = Math.min(until, performance.now() + 100);
          if (performance.now() > until) return done();
          button.click();
          requestAnimationFrame(strike);
        };
        strike();
      }),
  );
  await ready(page, 'start');
  await page.locator('.primary').dblclick();
  await ready(page, 'finish');
  assert.deepEqual(commands.map(({ type }) => type), ['open_counter', 'call_next', 'start_serving']);
  const { calls } = await state(daemon, 'counter');
  assert.deepEqual(calls.map(({ number }) => number), ['A001']);
});

test('the serving time is held against the charter, in words and by the form of a bar', async (t) => {
  const { daemon, visit } = await hall(t, { flags: ['--simulated-clock'] });
  const at = (time, what) =>
    command(daemon, what, 'contoh', { 'giliran-simulated-time': new Date(`2026-11-23T${time}+08:00`).toISOString() });
  await at('08:00:00', { type: 'open_counter', counter: 'k1' });
  await at('08:00:00', { type: 'issue_ticket', service: 'pertanyaan', language: 'ms' });
  const { ticket } = await at('08:20:00', { type: 'call_next', counter: 'k1' });
  const page = await visit(HERE, DESK);
  const charter = page.locator('.charter');
  await reads(charter, 'Menunggu 20:00, melebihi masa piagam 15:00');
  await at('08:20:30', { type: 'start_serving', counter: 'k1', ticket });
  /** Lets the daemon's clock be told to the page. */
  const later = (time) => at(time, { type: 'issue_ticket', service: 'lesen', language: 'ms' });
  const bar = () => charter.locator('progress').evaluate(({ value, max }) => Math.round((100 * value) / max));
  for (const [time, level, words, filled] of [
    ['08:23:30', 'within', /^Dalam masa piagam, (7:00|6:5\d) lagi$/, 30],
    ['08:29:00', 'nearly', /^Hampir tamat masa piagam, 1:(30|2\d) lagi$/, 85],
    ['08:32:00', 'over', /^Melebihi masa piagam sebanyak 1:(30|3\d)$/, 100],
  ]) {
    await later(time);
    await page.locator(`.charter[data-level="${level}"]`).waitFor();
    await reads(charter, words);
    assert.ok(Math.abs((await bar()) - filled) <= 2, `${await bar()} at ${time}`);
  }
});

test('the list says who is late, who soon will be, who is only helped with, and who has waited longest', async (t) => {
  const { daemon, visit } = await hall(t, { flags: ['--simulated-clock'] });
  const at = (time, what) =>
    command(daemon, what, 'contoh', { 'giliran-simulated-time': new Date(`2026-11-23T${time}+08:00`).toISOString() });
  const issue = (time, service, more) => at(time, { type: 'issue_ticket', service, language: 'ms', ...more });
  await issue('08:00:00', 'pertanyaan');
  await issue('08:05:00', 'pertanyaan');
  await issue('08:15:30', 'pertanyaan');
  await issue('08:16:00', 'pertanyaan', { class: 'warga-emas' });
  await issue('08:16:30', 'lesen');
  const page = await visit(HERE, DESK);
  await reads(page.locator('.summary'), /^Menunggu 5 paling lama 16:3\d ▲ 1 lewat ◔ 2 hampir lewat/);
  const rows = await page.locator('.rows tbody tr').allInnerTexts();
  const numbers = rows.map((row) => row.slice(0, 4));
  assert.deepEqual(numbers, ['A001', 'A002', 'A004', 'A003', 'L001']);
  assert.match(rows[0], /▲/);
  assert.match(rows[2], /Warga emas/);
  assert.match(rows[4], /Membantu/);
});

test('the officer is told when the call stands on the walls, how it comes to be said, and when nobody has heard it', async (t) => {
  const { daemon, visit } = await hall(t);
  await speakFrom(await visit('/'));
  for (const counter of ['k1', 'k2']) await command(daemon, { type: 'open_counter', counter });
  for (const service of ['pertanyaan', 'lesen']) await issue(daemon, service);
  const page = await visit(HERE, DESK);
  const { ticket } = await command(daemon, { type: 'call_next', counter: 'k1' });
  await stands(page, 'called');
  const told = page.locator('.told');
  await reads(told, /Tidak kedengaran di ruang menunggu$/);
  assert.match(await told.getAttribute('class'), /trouble/);

  // Another call stands before it, and its loudspeaker says so at once.
  await command(daemon, { type: 'call_next', counter: 'k2' });
  const [other] = (await state(daemon, 'counter')).calls.slice(-1);
  await report(daemon, other.seq, 'queued');
  const again = async () => {
    await command(daemon, { type: 'recall', counter: 'k1', ticket });
    const { seq } = (await state(daemon, 'counter')).calls.at(-1);
    await report(daemon, seq, 'queued');
    await report(daemon, seq, 'shown');
    return seq;
  };
  const call = await again();
  await reads(told, 'Dipaparkan di 1 skrin · Menunggu diumumkan, 1 sebelumnya');
  assert.doesNotMatch(await told.getAttribute('class'), /trouble/);
  await report(daemon, other.seq, 'finished');
  await reads(told, 'Dipaparkan di 1 skrin · Menunggu diumumkan');
  await report(daemon, call, 'started');
  await reads(told, 'Dipaparkan di 1 skrin · Sedang diumumkan');
  await report(daemon, call, 'finished');
  await reads(told, 'Dipaparkan di 1 skrin · Diumumkan');
  // What was told is known after a reload too.
  await page.reload();
  await reads(told, 'Dipaparkan di 1 skrin · Diumumkan');
  await report(daemon, await again(), 'withheld');
  await reads(told, 'Dipaparkan di 1 skrin · Ditahan: waktu senyap');
  assert.doesNotMatch(await told.getAttribute('class'), /trouble/, 'it is meant so');
});

test('where there is no loudspeaker the officer is told so', async (t) => {
  const { daemon, visit } = await hall(t);
  await issue(daemon);
  await command(daemon, { type: 'open_counter', counter: 'k1' });
  await command(daemon, { type: 'call_next', counter: 'k1' });
  const page = await visit(HERE, DESK);
  await reads(page.locator('.told'), /Tiada pembesar suara$/);
});

test('the 8S greeting stands beside a number that was just called, and an officer can turn it off', async (t) => {
  const { daemon, visit } = await hall(t);
  for (const _ of [1, 2]) await issue(daemon);
  const page = await visit(HERE, DESK);
  const greeting = page.locator('.greeting');
  await act(page, 'o');
  await stands(page, 'free');
  assert.equal(await greeting.count(), 0);
  await act(page, 'n');
  await reads(greeting, /Senyum · Salam · Sebut nama · Sopan · Segak · Sensitif · Segera · Sedia membantu/);
  await act(page, 's');
  await greeting.waitFor({ state: 'detached' });
  await act(page, 'f');
  await act(page, 'n');
  await greeting.getByRole('button', { name: 'Sembunyikan' }).click();
  await greeting.waitFor({ state: 'detached' });
  await page.reload();
  await stands(page, 'called');
  await whole(page);
  assert.equal(await greeting.count(), 0);
  await page.getByLabel('Peringatan 8S').check();
  await greeting.waitFor();
});

test('an office that does not want the greeting has none', async (t) => {
  const { daemon, visit } = await hall(t, { greeting: false });
  await issue(daemon);
  const page = await visit(HERE, DESK);
  await act(page, 'o');
  await act(page, 'n');
  await stands(page, 'called');
  await whole(page);
  assert.equal(await page.locator('.greeting').count(), 0);
  assert.equal(await page.getByLabel('Peringatan 8S').count(), 0);
});

test('how long a press can be taken back is counted down, also over a reload, and then it can not', async (t) => {
  const { daemon, visit } = await hall(t, { undo: '20s' });
  await issue(daemon);
  await command(daemon, { type: 'open_counter', counter: 'k1' });
  const page = await visit(HERE, { ...DESK, before: (page) => page.clock.install() });
  const undo = page.locator('[data-name="undo"]');
  await ready(page, 'next');
  assert.equal(await undo.getAttribute('aria-disabled'), 'true');
  await act(page, 'n');
  await stands(page, 'called');
  await reads(undo, /^Buat asal\s?0:(20|1\d)/);
  await page.clock.runFor(5_000);
  await page.reload();
  // Fewer on a machine that is busy: the daemon's seconds are real ones.
  await reads(undo, /^Buat asal\s?0:(1[0-5]|0\d)/);
  await page.clock.runFor(20_000);
  await reads(undo, /^Buat asal U$/);
  assert.equal(await undo.getAttribute('aria-disabled'), 'true');
});

test('a page that is loaded again in the middle of a visit goes on where it was', async (t) => {
  const { daemon, visit } = await hall(t);
  for (const _ of [1, 2]) await issue(daemon);
  const page = await visit(HERE, DESK);
  for (const [key, becomes] of [['o', 'free'], ['n', 'called'], ['s', 'serving'], ['f', 'free']]) {
    await act(page, key);
    await stands(page, becomes);
    await page.reload();
    await stands(page, becomes);
  }
  const { tally } = await state(daemon, 'supervisor');
  assert.deepEqual([tally.served, tally.issued], [1, 2]);
});

test('a press while the link is down is kept over a reload and done once', async (t) => {
  const { daemon, visit } = await hall(t);
  for (const _ of [1, 2]) await issue(daemon);
  await command(daemon, { type: 'open_counter', counter: 'k1' });
  const links = [];
  let cut = false;
  const page = await visit(HERE, {
    ...DESK,
    before: (page) =>
      page.routeWebSocket(/\/events$/, (link) => {
        if (cut) return link.close();
        link.connectToServer();
        links.push(link);
      }),
  });
  await ready(page, 'next');
  await whole(page);
  cut = true;
  await page.route('**/commands', (route) => route.abort());
  for (const link of links) await link.close();
  await page.locator('.notice.down').waitFor();
  await page.keyboard.press('n');
  await reads(page.locator('.sending'), /^Tekanan anda disimpan/);
  // What is pressed meanwhile is none.
  await page.keyboard.press('n');
  await page.keyboard.press('c');
  cut = false;
  await page.unroute('**/commands');
  await page.reload();
  await reads(number(page), 'A001');
  await ready(page, 'start');
  await reads(page.locator('.sending'), '');
  const { counters, tickets } = await state(daemon, 'counter');
  assert.deepEqual([counters[0].current.attempts, counters[0].open], [1, true]);
  assert.deepEqual(tickets.map(({ state }) => state), ['called', 'waiting']);
});

test('a press that the daemon has done but could not answer is not done again after a reload', async (t) => {
  const { daemon, visit } = await hall(t);
  for (const _ of [1, 2]) await issue(daemon);
  await command(daemon, { type: 'open_counter', counter: 'k1' });
  const page = await visit(HERE, DESK);
  await ready(page, 'next');
  await page.route('**/commands', async (route) => {
    await route.fetch();
    await route.abort();
  });
  const lost = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/commands'));
  await page.keyboard.press('n');
  await lost;
  // The page has sent it again by now, maybe, and nobody waits for what comes of that.
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.reload();
  await reads(number(page), 'A001');
  await ready(page, 'start');
  const { calls } = await state(daemon, 'counter');
  assert.deepEqual(calls.map(({ number, attempt }) => [number, attempt]), [['A001', 1]]);
});

test('with the daemon away the dialogs still open, and a press is done once it is back', async (t) => {
  const { daemon, visit } = await hall(t);
  if (!daemon.own) return t.skip('the daemon is not ours to stop');
  for (const _ of [1, 2]) await issue(daemon);
  await command(daemon, { type: 'open_counter', counter: 'k1' });
  await command(daemon, { type: 'call_next', counter: 'k1' });
  const page = await visit(HERE, DESK);
  await ready(page, 'start');
  await whole(page);
  await daemon.kill();
  await page.locator('.notice.down').waitFor();
  for (const key of ['t', 'p', 'k', 'm']) {
    await act(page, key);
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
  }
  await act(page, 'p');
  await page.locator('dialog[open]').waitFor();
  await page.keyboard.press('1');
  await reads(page.locator('.sending'), /^Tekanan anda disimpan/);
  await daemon.start();
  await stands(page, 'free');
  await reads(page.locator('.parked strong'), 'A001');
});

for (const colorScheme of ['light', 'dark']) {
  test(`no dialog and no state of the console has a fault that a machine can find, ${colorScheme}`, async (t) => {
    const { daemon, visit } = await hall(t, { outcomes: OUTCOMES });
    for (const _ of [1, 2, 3, 4]) await issue(daemon);
    await issue(daemon, 'lesen', { class: 'warga-emas' });
    const page = await visit(HERE, { ...DESK, colorScheme, reducedMotion: 'reduce' });
    const clean = async (what) => assert.deepEqual(await faults(page), [], what);
    const dialog = async (key) => {
      await act(page, key);
      await page.locator('dialog[open]').waitFor();
      await clean(`the dialog of ${key}`);
      await page.keyboard.press('Escape');
    };
    await ready(page, 'open');
    await clean('closed');
    await page.keyboard.press('o');
    await ready(page, 'next');
    await clean('free');
    await dialog('h');
    await dialog('v');
    await act(page, 'n');
    await page.locator('.greeting').waitFor();
    await ready(page, 'start');
    await clean('called');
    for (const key of ['t', 'p', 'k', 'm', 'f']) await dialog(key);
    await act(page, 'x');
    await act(page, 'n');
    await act(page, 'p');
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('1');
    await act(page, 'n');
    await act(page, 's');
    await ready(page, 'finish');
    await page.locator('.missed').waitFor();
    await page.locator('.charter progress').waitFor();
    await clean('serving, one missed and one parked');
    await page.locator('.rows .more').first().click();
    await page.locator('dialog[open]').waitFor();
    await clean('the dialog about one who waits');
    await page.keyboard.press('1');
    await page.locator('.deeds button:focus').waitFor();
    await clean('the same with a reason');
  });
}

for (const [what, viewport] of [['at 200 % of a 1366 by 768 screen', { width: 683, height: 384 }], ['400 px wide beside another program', { width: 400, height: 800 }]]) {
  test(`a visit and its dialogs fit ${what}`, async (t) => {
    const { daemon, visit } = await hall(t, { outcomes: OUTCOMES });
    for (const _ of [1, 2, 3]) await issue(daemon);
    for (const lang of ['ms', 'ta']) {
      const page = await visit(`${HERE}&lang=${lang}`, { viewport });
      if (lang === 'ms') await act(page, 'o');
      await ready(page, 'next');
      assert.equal(await wide(page), false, 'free');
      await act(page, 'n');
      await ready(page, 'start');
      await page.locator('.greeting').waitFor();
      assert.equal(await wide(page), false, 'called');
      for (const key of ['t', 'p', 'm', 'k', 'f']) {
        await act(page, key);
        const box = await page.locator('dialog[open]').boundingBox();
        assert.ok(box.x >= 0 && box.x + box.width <= viewport.width, `${key}: ${JSON.stringify(box)}`);
        assert.ok(box.y >= 0 && box.y + box.height <= viewport.height, `${key}: ${JSON.stringify(box)}`);
        if (key !== 'f') await page.keyboard.press('Escape');
      }
      await page.keyboard.press('1');
      await ready(page, 'next');
      // The large button has the focus, so it is in sight.
      const { y, height } = await page.locator('.primary').boundingBox();
      assert.ok(y >= 0 && y + height <= viewport.height, `${y}`);
      await page.context().close();
    }
  });
}

test('nothing moves for those who asked for calm, and nothing has to for the others', async (t) => {
  const { daemon, visit } = await hall(t);
  await issue(daemon);
  const page = await visit(HERE, { ...DESK, reducedMotion: 'reduce' });
  await act(page, 'o');
  await act(page, 'n');
  await stands(page, 'called');
  await whole(page);
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
});

test('a day of three hundred visitors by key alone: none is lost and none is called twice', { timeout: 240_000 }, async (t) => {
  const { daemon, visit } = await hall(t);
  const VISITORS = 300;
  for (let n = 0; n < VISITORS; n += 1) await issue(daemon);
  const page = await visit(HERE, DESK);
  const commands = sent(page);
  await act(page, 'o');
  const called = [];
  /** Waits until it is so, and a key counts again. */
  const when = (state, name) =>
    page.waitForFunction(
      ([state, name]) =>
        document.querySelector('.current').dataset.state === state &&
        document.querySelector(`.others [data-name="${name}"]`).ariaDisabled === 'false' &&
        (document.querySelector('.current .number')?.textContent ?? true),
      [state, name],
      { polling: 'raf' },
    );
  await when('free', 'close');
  for (let n = 0; n < VISITORS; n += 1) {
    await page.keyboard.press('n');
    called.push(await (await when('called', 'recall')).jsonValue());
    await page.keyboard.press('s');
    await when('serving', 'transfer');
    await page.keyboard.press('f');
    await when('free', 'close');
  }
  const expected = Array.from({ length: VISITORS }, (_, n) => `A${String(n + 1).padStart(3, '0')}`);
  assert.deepEqual(called, expected);
  assert.equal(commands.length, 1 + 3 * VISITORS);
  const { tally } = await state(daemon, 'supervisor');
  assert.deepEqual([tally.issued, tally.served, tally.missed], [VISITORS, VISITORS, 0]);
});
