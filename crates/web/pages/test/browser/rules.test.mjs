// The rules of a counter hall, as people meet them on the pages: pages of services, quotas, hours,
// appointments, whatever is done out of turn and why.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { act, drawn, reads, startBrowser, visitor } from './browser.mjs';
import { command, startDaemon, state } from './daemon.mjs';

/** A zone in which it is about noon, so that today neither begins nor ends while a test runs. */
const AHEAD_H = 12 - new Date().getUTCHours();
const ZONE = `Etc/GMT${AHEAD_H > 0 ? '-' : '+'}${Math.abs(AHEAD_H)}`;
const WEEKDAY = new Intl.DateTimeFormat('en', { weekday: 'short', timeZone: ZONE });
const [TODAY, TOMORROW] = [0, 1].map((days) => WEEKDAY.format(Date.now() + days * 86_400_000).toLowerCase());

const office = ({ hours = '' } = {}) => `
[[branch]]
id = "contoh"
name = { ms = "Dewan Contoh", en = "Contoh Hall" }
time_zone = "${ZONE}"
${hours}
[branch.calling]
come_back = "30m"
undo = "10m"
[branch.appointments]
class = "janji-temu"

[[branch.class]]
id = "biasa"
name = { ms = "Biasa", en = "General" }
[[branch.class]]
id = "warga-emas"
name = { ms = "Warga emas", en = "Senior citizen" }
allowance = "5m"
[[branch.class]]
id = "janji-temu"
name = { ms = "Janji temu", en = "Appointment" }
[[branch.class]]
id = "kecemasan"
name = { ms = "Kecemasan", en = "Emergency" }
goes_next = true

[[branch.group]]
id = "pasport"
name = { ms = "Pasport", en = "Passport" }
[[branch.group]]
id = "kanak"
name = { ms = "Kanak-kanak", en = "Children" }
within = "pasport"

[[branch.service]]
id = "pertanyaan"
name = { ms = "Pertanyaan", en = "Enquiries" }
series = { letters = "A" }
[[branch.service]]
id = "baharu"
name = { ms = "Pasport baharu", en = "New passport" }
group = "pasport"
series = { letters = "C" }
documents = [{ ms = "MyKad", en = "MyKad" }, { ms = "Pasport lama", en = "Old passport" }]
one_per_person = true
then = ["bayaran"]
[[branch.service]]
id = "kanak"
name = { ms = "Pasport kanak-kanak", en = "Child's passport" }
group = "kanak"
series = { letters = "F" }
quota = 1
[[branch.service]]
id = "bayaran"
name = { ms = "Bayaran", en = "Payment" }
series = { letters = "L" }

[[branch.counter]]
id = "k1"
number = 1
services = ["pertanyaan", "baharu"]
helps = [["kanak"]]
ahead = { ms = "Kerusi merah", en = "the red chairs" }
[[branch.counter]]
id = "k2"
number = 2
services = ["bayaran", "kanak"]
`;

const CLOSED = `[branch.hours]\n[[branch.hours.week]]\ndays = ["${TOMORROW}"]\nopen = [{ from = "08:00", until = "17:00" }]`;
const OPEN = `[branch.hours]\n[[branch.hours.week]]\ndays = ["${TODAY}"]\nopen = [{ from = "08:00", until = "17:00" }]`;

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

async function hall(t, options) {
  const daemon = await startDaemon({ office: office(options) });
  t.after(() => daemon.stop());
  return { daemon, visit: visitor(t, browser, daemon) };
}

const issue = (daemon, service, more = {}) => command(daemon, { type: 'issue_ticket', service, language: 'ms', ...more });
const free = (counter) => reads(counter.locator('.current .state'), 'Sedia memanggil');
const number = (counter) => counter.locator('.current .number');

test('services stand on pages, and what to bring is told before the number is taken', async (t) => {
  const { daemon, visit } = await hall(t);
  const kiosk = await visit('/kiosk');
  await drawn(kiosk);
  assert.deepEqual(await kiosk.locator('.services strong').allInnerTexts(), ['Pasport', 'Pertanyaan', 'Bayaran']);
  // Neither an emergency nor an appointment is for the visitor to choose.
  assert.deepEqual(await kiosk.locator('.classes label').allInnerTexts(), ['Biasa', 'Warga emas']);
  await kiosk.getByRole('button', { name: /^Pasport/ }).click();
  await reads(kiosk.locator('h1'), 'Pasport');
  await kiosk.getByRole('button', { name: /^Kanak-kanak/ }).click();
  await kiosk.getByRole('button', { name: 'Kembali' }).click();
  await reads(kiosk.locator('h1'), 'Pasport');
  await kiosk.getByRole('button', { name: /Pasport baharu.*seterusnya: Bayaran/ }).click();
  await reads(kiosk.locator('.documents li'), 'Pasport lama');
  const take = kiosk.getByRole('button', { name: 'Ambil nombor' });
  assert.equal(await take.getAttribute('aria-disabled'), 'true');
  for (const key of '0123456789') await kiosk.locator('.keys').getByRole('button', { name: key, exact: true }).click();
  await kiosk.getByRole('button', { name: 'Padam' }).click();
  assert.equal(await kiosk.locator('.pad input').inputValue(), '012345678');
  await kiosk.getByText('Warga emas').click();
  await take.click();
  await reads(kiosk.locator('.slip .number'), 'C001');
  await reads(kiosk.locator('.slip p'), 'seterusnya: Bayaran');
  await kiosk.getByRole('button', { name: /Selesai/ }).click();
  await reads(kiosk.locator('h1'), 'Sila pilih perkhidmatan');
  const [ticket] = (await state(daemon, 'counter')).tickets;
  assert.deepEqual([ticket.class, ticket.legs], ['warga-emas', ['bayaran']]);

  // One person has one number at a time.
  await kiosk.getByRole('button', { name: /^Pasport/ }).click();
  await kiosk.getByRole('button', { name: /Pasport baharu/ }).click();
  await kiosk.locator('.pad input').fill('012 345-678');
  await take.click();
  await kiosk.locator('.notice.refused').waitFor();
  assert.equal((await state(daemon, 'supervisor')).tally.issued, 1);
});

test('where the numbers have run out nobody can take one', async (t) => {
  const { visit } = await hall(t);
  const [kiosk, board] = await Promise.all([visit('/kiosk'), visit('/dashboard')]);
  await drawn(kiosk);
  await kiosk.getByRole('button', { name: /^Pasport/ }).click();
  await kiosk.getByRole('button', { name: /^Kanak-kanak/ }).click();
  const service = kiosk.locator('.service');
  await reads(service, /tinggal 1 nombor/);
  await reads(board.locator('.services tr', { hasText: 'Pasport kanak-kanak' }), / 1 belum diketahui; 0 orang di hadapan$/);
  await service.click();
  await reads(kiosk.locator('.slip .number'), 'F001');
  await kiosk.getByRole('button', { name: /Selesai/ }).click();
  await kiosk.getByRole('button', { name: /^Pasport/ }).click();
  await kiosk.getByRole('button', { name: /^Kanak-kanak/ }).click();
  await reads(service, /nombor habis/);
  assert.equal(await service.getAttribute('aria-disabled'), 'true');
  await reads(board.locator('.services tr', { hasText: 'Pasport kanak-kanak' }), /nombor habis/);
});

test('a closed office says when it opens, and a supervisor opens it longer, with a reason', async (t) => {
  const { daemon, visit } = await hall(t, { hours: CLOSED });
  const [kiosk, wall, board] = await Promise.all([visit('/kiosk'), visit('/display'), visit('/dashboard')]);
  await reads(kiosk.locator('h1'), 'Pejabat ditutup');
  await reads(kiosk.locator('.advice'), /^Dibuka .*, 08:00$/);
  await reads(wall.locator('.stage'), /Pejabat ditutup The office is closed Dibuka .*, 08:00 Opens .*, 08:00/);
  await reads(board.locator('.opening'), /^Pejabat ditutup\. Dibuka .*, 08:00$/);
  await board.getByRole('button', { name: 'Buka lebih masa' }).click();
  await board.getByLabel('Hingga pukul').fill('16:30');
  await board.getByLabel('Sebab').fill('Hari pelanggan');
  await board.locator('dialog').getByRole('button', { name: 'Buka lebih masa' }).click();
  await reads(board.locator('.opening'), 'Dibuka hingga 16:30 (waktu tambahan)');
  await reads(kiosk.locator('h1'), 'Sila pilih perkhidmatan');
  await reads(wall.locator('.stage'), /Belum ada panggilan/);
  assert.equal((await state(daemon, 'kiosk')).opening.extra, true);
});

test('a supervisor closes the office for the day', async (t) => {
  const { visit } = await hall(t, { hours: OPEN });
  const [kiosk, board] = await Promise.all([visit('/kiosk'), visit('/dashboard')]);
  await drawn(kiosk);
  await reads(board.locator('.opening'), 'Dibuka hingga 17:00');
  await board.getByRole('button', { name: 'Tutup hari ini' }).click();
  await board.locator('dialog').getByRole('button', { name: 'Tutup hari ini' }).click();
  await reads(kiosk.locator('h1'), 'Pejabat ditutup');
});

test('appointments come in a file, and their holders check in by code', async (t) => {
  const { daemon, visit } = await hall(t);
  const [kiosk, board] = await Promise.all([visit('/kiosk'), visit('/dashboard')]);
  const send = (text) =>
    board.getByLabel('Import janji temu').setInputFiles({ name: 'janji.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await board.getByLabel('Import janji temu').waitFor();
  await send('code,service,at\nAB12,tiada,2026-01-01T00:00:00Z\n');
  await reads(board.locator('.import [role=status]'), /./);
  await send(`code,service,at\nAB12,pertanyaan,${new Date().toISOString()}\n`);
  await reads(board.locator('.import [role=status]'), 'janji.csv telah diimport.');
  await kiosk.getByRole('button', { name: 'Saya ada janji temu' }).click();
  for (const key of 'AB12') await kiosk.locator('.keys').getByRole('button', { name: key, exact: true }).click();
  await kiosk.getByRole('button', { name: 'Daftar masuk' }).click();
  await reads(kiosk.locator('.slip .number'), 'A001');
  assert.equal((await state(daemon, 'counter')).tickets[0].class, 'janji-temu');
});

test('who is called out of turn, why and by whom stands in the record', async (t) => {
  const { daemon, visit } = await hall(t);
  await issue(daemon, 'pertanyaan');
  await issue(daemon, 'pertanyaan');
  await issue(daemon, 'kanak');
  const [counter, board] = await Promise.all([visit('/counter?counter=k1'), visit('/dashboard')]);
  await counter.getByLabel('Siapa bertugas di sini?').fill('aminah');
  await counter.getByRole('button', { name: 'Simpan' }).click();
  await reads(board.locator('.counters li').first(), /Pegawai: aminah/);
  await counter.locator('[data-name="open"]').click();
  await free(counter);
  await counter.getByRole('button', { name: 'Tindakan bagi A002' }).click();
  const call = counter.getByRole('button', { name: 'Panggil sekarang' });
  assert.equal(await call.getAttribute('aria-disabled'), 'true');
  await counter.getByRole('button', { name: 'Permintaan pelawat' }).click();
  await call.click();
  await reads(number(counter), 'A002');

  // Back to the queue, and then the other service.
  await act(counter, 'm');
  await counter.getByLabel('Sebab').fill('Tersilap orang');
  await counter.getByRole('button', { name: 'Kembalikan ke giliran' }).click();
  await free(counter);
  await act(counter, 'v');
  await counter.locator('dialog').getByRole('button', { name: /Pasport kanak-kanak/ }).click();
  await reads(number(counter), 'F001');

  await counter.getByRole('button', { name: 'Tindakan bagi A002' }).click();
  await counter.locator('dialog').getByLabel('Golongan').selectOption({ label: 'Kecemasan' });
  await counter.getByLabel('Sebab').fill('Kematian');
  await counter.getByRole('button', { name: 'Tukar golongan' }).click();
  await reads(counter.locator('.desk tbody tr').first(), /A002 .*Kecemasan/);
  await counter.getByRole('button', { name: 'Tindakan bagi A001' }).click();
  await counter.getByRole('button', { name: 'Permintaan pelawat' }).click();
  await counter.getByRole('button', { name: 'Batalkan nombor' }).click();
  await reads(board.locator('.totals div', { hasText: 'Dibatalkan' }), / 1$/);

  await board.getByRole('button', { name: 'Rekod ketertiban giliran' }).click();
  const rows = board.locator('dialog tbody tr');
  await reads(rows.first(), /Dibatalkan Permintaan pelawat aminah$/);
  await reads(rows.nth(1), /Golongan ditukar: Biasa → Kecemasan Kematian aminah$/);
  await reads(rows.nth(2), /Dipanggil mengikut perkhidmatan, Kaunter 1/);
  await reads(rows.nth(3), /Dikembalikan ke giliran, Kaunter 1 Tersilap orang aminah$/);
  await reads(rows.last(), /A002 Dipanggil mendahului 1 orang, Kaunter 1 Permintaan pelawat aminah$/);
});

test('the last press is taken back', async (t) => {
  const { daemon, visit } = await hall(t);
  await issue(daemon, 'pertanyaan');
  const counter = await visit('/counter?counter=k1');
  await drawn(counter);
  await act(counter, 'o');
  await free(counter);
  await act(counter, 'n');
  await reads(number(counter), 'A001');
  await act(counter, 'u');
  await free(counter);
  await reads(counter.locator('.desk tbody th'), 'A001');
  await act(counter, 'n');
  await reads(number(counter), 'A001');
  await act(counter, 'f');
  await free(counter);
  await counter.keyboard.press('z');
  await reads(number(counter), 'A001');
  // There is no second one to take back.
  await counter.locator('[data-name="undo"][aria-disabled="true"]').waitFor();
});

test('a visitor is sent to a certain counter with a note, and the visit goes on to its next leg', async (t) => {
  const { daemon, visit } = await hall(t);
  await issue(daemon, 'baharu', { person: '0123456789' });
  await command(daemon, { type: 'open_counter', counter: 'k2' });
  const [first, second] = await Promise.all([visit('/counter?counter=k1'), visit('/counter?counter=k2')]);
  await drawn(first);
  await act(first, 'o');
  await free(first);
  await act(first, 'n');
  await reads(first.locator('.current dl'), /Seterusnya Bayaran/);
  await act(first, 't');
  await first.getByLabel('Ke kaunter').selectOption({ label: 'Kaunter 2' });
  await first.getByLabel('Catatan').fill('Borang sudah lengkap');
  await first.locator('dialog').getByRole('button', { name: /Pasport baharu/ }).click();
  await free(first);
  await reads(second.locator('.desk tbody tr'), /C001 Pasport baharu Borang sudah lengkap/);
  await act(second, 'n');
  await reads(second.locator('.current .note'), 'Catatan Borang sudah lengkap');
  await act(second, 'f');
  await reads(second.locator('.desk tbody tr'), /C001 Bayaran/);
});

test('a visitor is parked until a time, and one who missed the call comes back', async (t) => {
  const { daemon, visit } = await hall(t);
  await issue(daemon, 'pertanyaan');
  await issue(daemon, 'pertanyaan');
  const counter = await visit('/counter?counter=k1');
  await drawn(counter);
  await act(counter, 'o');
  await free(counter);
  await act(counter, 'n');
  await reads(number(counter), 'A001');
  await act(counter, 'p');
  await counter.getByRole('button', { name: /^20 minit, hingga \d\d:\d\d$/ }).click();
  await reads(counter.locator('.parked li'), /^A001 .* hingga \d\d:\d\d/);
  assert.ok((await state(daemon, 'counter')).tickets[0].until);
  await act(counter, 'n');
  await reads(number(counter), 'A002');
  await act(counter, 'x');
  await reads(counter.locator('.missed li'), /^A002 hingga \d\d:\d\d/);
  await counter.getByRole('button', { name: 'Datang semula A002' }).click();
  await reads(counter.locator('.desk tbody th'), 'A002');
  await counter.locator('.missed').waitFor({ state: 'detached' });
});

test('a counter pauses for a reason and goes on, by its officer or by the supervisor', async (t) => {
  const { daemon, visit } = await hall(t);
  await issue(daemon, 'pertanyaan');
  const [counter, board] = await Promise.all([visit('/counter?counter=k1'), visit('/dashboard')]);
  await drawn(counter);
  await act(counter, 'o');
  await free(counter);
  await act(counter, 'h');
  await counter.getByRole('button', { name: 'Solat' }).click();
  await reads(counter.locator('.current .state'), 'Berhenti sebentar: Solat');
  assert.equal(await counter.locator('[data-name="next"]').count(), 0);
  await reads(board.locator('.counters li').first(), /Berhenti sebentar: Solat/);
  await act(counter, 'g');
  await free(counter);
  await board.getByRole('button', { name: 'Berhenti sebentar: Kaunter 1' }).click();
  await board.getByRole('button', { name: 'Rehat' }).click();
  await reads(counter.locator('.current .state'), 'Berhenti sebentar: Rehat');
  await board.getByRole('button', { name: 'Sambung: Kaunter 1' }).click();
  await free(counter);
});

test('the next visitor is called to the place near the counter, and the wall says where', async (t) => {
  const { daemon, visit } = await hall(t);
  for (const _ of [1, 2]) await issue(daemon, 'pertanyaan');
  const [counter, wall] = await Promise.all([visit('/counter?counter=k1'), visit('/display')]);
  await drawn(counter);
  await act(counter, 'o');
  await free(counter);
  await act(counter, 'n');
  await reads(number(counter), 'A001');
  await act(counter, 'a');
  await reads(wall.locator('.ahead li'), 'A002 sila tunggu di Kerusi merah please wait at the red chairs');
  await reads(counter.locator('[aria-labelledby="ahead"]'), /Dipanggil awal A002/);
  const size = await wall.locator('.stage .number').evaluate((place) => parseFloat(getComputedStyle(place).fontSize) / innerHeight);
  assert.ok(size >= 0.3, `${size}`);
  await act(counter, 'f');
  await free(counter);
  await act(counter, 'n');
  await reads(number(counter), 'A002');
  await wall.locator('.ahead').waitFor({ state: 'detached' });
});
