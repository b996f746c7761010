// One visitor's day on all four pages, and everything an officer can do.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { act, drawn, reads, startBrowser, visitor } from './browser.mjs';
import { command, startDaemon, state } from './daemon.mjs';

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** An office of the test's own. */
async function office(t) {
  const daemon = await startDaemon();
  t.after(() => daemon.stop());
  return daemon;
}

test('a number is taken at the kiosk, called by keyboard, and seen on the wall and the dashboard', async (t) => {
  const daemon = await office(t);
  const visit = visitor(t, browser, daemon);
  const [kiosk, counter, wall, board] = await Promise.all([
    visit('/kiosk'),
    visit('/counter?counter=kaunter-2'),
    visit('/display'),
    visit('/dashboard'),
  ]);
  await Promise.all([kiosk, counter, wall, board].map(drawn));
  await reads(wall.locator('.stage'), /Belum ada panggilan hari ini No call yet today/);
  await reads(counter.locator('.current .state'), 'Kaunter ditutup');

  // The kiosk without a mouse: the first stop after the languages is the first service.
  await kiosk.locator('.languages button').last().focus();
  await kiosk.keyboard.press('Tab');
  await kiosk.keyboard.press('Enter');
  await reads(kiosk.locator('.slip .number'), 'A001');
  await reads(kiosk.locator('.slip .what'), 'Pertanyaan dan bayaran');
  await reads(kiosk.locator('.slip dd').first(), '0');
  await reads(board.locator('.people tbody th'), 'A001');
  await reads(counter.locator('.desk tbody th'), 'A001');
  await reads(wall.locator('.queues li').first(), /Pertanyaan dan bayaran .* 1$/);

  await act(counter, 'o');
  await reads(counter.locator('.current .state'), 'Sedia memanggil');
  await act(counter, 'n');
  await reads(counter.locator('.current .number'), 'A001');
  await reads(counter.locator('.current .state'), 'Dipanggil');
  await reads(wall.locator('.stage .number'), 'A001');
  await reads(wall.locator('.stage .place'), '2');
  await reads(wall.locator('.stage .state'), 'Dipanggil Called');
  await reads(board.locator('.counters li').nth(1), /Kaunter 2 .*A001 Dipanggil/);

  await act(counter, 's');
  await reads(wall.locator('.stage .state'), 'Dilayan Being served');
  await act(counter, 'f');
  await reads(counter.locator('.current .state'), 'Sedia memanggil');
  await reads(board.locator('.totals div', { hasText: 'Selesai dilayan' }), / 1$/);
  await reads(board.locator('.totals div', { hasText: 'Nombor dikeluarkan' }), / 1$/);
});

test('every action of an officer does what it says, and the focus goes along', async (t) => {
  const daemon = await office(t);
  for (let n = 0; n < 6; n += 1) {
    await command(daemon, { type: 'issue_ticket', service: 'pertanyaan', language: 'ms' });
  }
  const counter = await visitor(t, browser, daemon)('/counter?counter=kaunter-1');
  const number = counter.locator('.current .number');
  const button = (name) => counter.locator(`.actions [data-name="${name}"]`);
  const focused = (name) => counter.locator(`[data-name="${name}"][aria-disabled="false"]:focus`).waitFor();

  await focused('open');
  await button('open').click();
  await focused('next');
  await counter.keyboard.press('Enter');
  await reads(number, 'A001');
  await focused('start');

  await act(counter, 'r');
  await reads(counter.locator('.current dl'), /Bilangan panggilan 2/);
  await act(counter, 'x');
  await reads(counter.locator('.current .state'), 'Sedia memanggil');

  await act(counter, 'n');
  await reads(number, 'A002');
  await act(counter, 'p');
  await counter.getByRole('button', { name: 'Tanpa masa' }).click();
  await reads(counter.locator('.parked strong'), 'A002');
  await counter.getByRole('button', { name: 'Sambung semula A002' }).click();
  await reads(counter.locator('.desk tbody th').first(), 'A002');
  assert.equal(await counter.locator('.parked li').count(), 0);

  await act(counter, 'n');
  await reads(number, 'A002');
  await act(counter, 's');
  await reads(counter.locator('.current .state'), 'Sedang dilayan');
  assert.equal(await button('recall').getAttribute('aria-disabled'), 'true');
  await act(counter, 't');
  await counter.locator('dialog').waitFor();
  // Keys are for what lies under the dialog only when it is closed.
  await counter.keyboard.press('f');
  await counter.getByRole('button', { name: 'Rundingan dengan pegawai' }).click();
  await reads(counter.locator('.current .state'), 'Sedia memanggil');
  const moved = (await state(daemon, 'counter')).tickets.find((ticket) => ticket.number === 'A002');
  assert.deepEqual([moved.service, moved.state], ['rundingan', 'waiting']);

  await act(counter, 'n');
  await reads(number, 'A003');
  await act(counter, 't');
  await counter.locator('dialog').waitFor();
  await counter.keyboard.press('Escape');
  await counter.locator('dialog').waitFor({ state: 'detached' });
  await reads(number, 'A003');
  await button('start').click();
  await button('finish').click();
  await reads(counter.locator('.current .state'), 'Sedia memanggil');

  await button('close').click();
  await reads(counter.locator('.current .state'), 'Kaunter ditutup');
  const { tally } = await state(daemon, 'supervisor');
  assert.deepEqual([tally.issued, tally.served, tally.missed], [6, 1, 1]);
});

test('single keys can be switched off', async (t) => {
  const daemon = await office(t);
  const counter = await visitor(t, browser, daemon)('/counter?counter=kaunter-1');
  await drawn(counter);
  await counter.getByLabel('Kekunci pantas').uncheck();
  await counter.locator('kbd').first().waitFor({ state: 'detached' });
  // No key stands on the button now that could be waited for.
  await counter.keyboard.press('o');
  await counter.getByLabel('Kekunci pantas').check();
  await reads(counter.locator('.current .state'), 'Kaunter ditutup');
  await act(counter, 'o');
  await reads(counter.locator('.current .state'), 'Sedia memanggil');
});

test("a refusal is told in the reader's language", async (t) => {
  const daemon = await office(t);
  const board = await visitor(t, browser, daemon)('/dashboard?lang=en');
  await drawn(board);
  await command(daemon, { type: 'open_counter', counter: 'kaunter-2' });
  await command(daemon, { type: 'issue_ticket', service: 'pertanyaan', language: 'ms' });
  await command(daemon, { type: 'call_next', counter: 'kaunter-2' });
  await board.getByRole('button', { name: 'Close counter: Counter 2' }).click();
  await reads(board.locator('[role=alert]'), /The counter still has A001\./);
  await board.getByRole('button', { name: 'Bahasa Melayu' }).click();
  await reads(board.locator('[role=alert]'), /Kaunter ini sedang melayan A001\./);
  await board.getByRole('button', { name: 'Tutup mesej' }).click();
  await reads(board.locator('[role=alert]'), '');
});

test('a supervisor opens and closes a counter and chooses what it takes', async (t) => {
  const daemon = await office(t);
  const board = await visitor(t, browser, daemon)('/dashboard');
  await board.getByRole('button', { name: 'Buka kaunter: Bilik 1' }).click();
  await reads(board.locator('.counters li').last(), /Bilik 1 .*Dibuka/);
  await board.getByRole('button', { name: 'Perkhidmatan: Bilik 1' }).click();
  await board.getByText('Ubah beberapa sekali gus').click();
  const takes = (service) => board.getByRole('combobox', { name: service });
  await takes('Urusan tanah').selectOption({ label: 'Sendiri' });
  await takes('Permit dan lesen').selectOption({ label: 'Membantu, tahap 1' });
  await takes('Rundingan dengan pegawai').selectOption({ label: 'Tidak' });
  await board.locator('dialog').getByRole('button', { name: 'Simpan' }).click();
  const room = board.locator('.counters li').last().locator('.takes');
  await reads(room.first(), /^Urusan tanah C$/);
  await reads(room.last(), /^Membantu: Permit dan lesen L$/);
  await board.getByRole('button', { name: 'Tutup kaunter: Bilik 1' }).click();
  await reads(board.locator('.counters li').last(), /Ditutup/);
});

test('a visitor of a class is called before, and the next visitor finds the kiosk as it was', async (t) => {
  const daemon = await office(t);
  const kiosk = await visitor(t, browser, daemon)('/kiosk');
  await drawn(kiosk);
  await kiosk.getByRole('button', { name: /Permit dan lesen/ }).click();
  await kiosk.getByRole('button', { name: /Selesai/ }).click();
  await kiosk.getByRole('button', { name: 'English' }).click();
  await kiosk.getByText('Senior citizen').click();
  await kiosk.getByRole('button', { name: /Permits and licences/ }).click();
  await reads(kiosk.locator('.slip .number'), 'L002');
  await reads(kiosk.locator('.slip dd').first(), '0');
  await kiosk.getByRole('button', { name: /Done/ }).click();
  await reads(kiosk.locator('h1'), 'Sila pilih perkhidmatan');
  assert.equal(await kiosk.getByRole('radio', { name: 'Biasa' }).isChecked(), true);
  const { tickets } = await state(daemon, 'counter');
  assert.deepEqual(
    tickets.map((ticket) => [ticket.number, ticket.class, ticket.language]),
    [['L001', 'biasa', 'ms'], ['L002', 'warga-emas', 'en']],
  );
});

test('the kiosk goes back by itself', async (t) => {
  const daemon = await office(t);
  const kiosk = await visitor(t, browser, daemon)('/kiosk', { before: (page) => page.clock.install() });
  await drawn(kiosk);
  await kiosk.locator('.service').first().click();
  await reads(kiosk.locator('.slip .number'), 'A001');
  await kiosk.clock.runFor(31_000);
  await reads(kiosk.locator('h1'), 'Sila pilih perkhidmatan');
});

test('a press whose answer is lost gives one number, also over a reload', async (t) => {
  const daemon = await office(t);
  const kiosk = await visitor(t, browser, daemon)('/kiosk');
  await drawn(kiosk);
  let reached;
  const done = new Promise((done) => (reached = done));
  // The daemon hears the press; its answer never comes back.
  await kiosk.route('**/commands', async (route) => {
    await route.fetch();
    await route.abort();
    reached();
  });
  await kiosk.locator('.service').first().click();
  await done;
  // Neither this page nor the next presses a second time, whatever the visitor does.
  await kiosk.locator('.service').nth(1).dispatchEvent('click');
  await kiosk.unroute('**/commands');
  await kiosk.reload();
  await reads(kiosk.locator('.slip .number'), 'A001');
  assert.equal((await state(daemon, 'supervisor')).tally.issued, 1);
});

test('an officer chooses the counter where the address names none, and a visitor the page', async (t) => {
  const daemon = await office(t);
  const visit = visitor(t, browser, daemon);
  const counter = await visit('/counter');
  await counter.getByRole('link', { name: /Kaunter 3/ }).click();
  await reads(counter.locator('.sign'), 'Kaunter 3');
  const index = await visit('/');
  await index.getByRole('link', { name: /Kiosk/ }).click();
  await drawn(index);
  assert.equal(new URL(index.url()).pathname, '/kiosk');
});
