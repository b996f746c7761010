// The office's rules, changed on the page: checked before they are applied, seen on the other pages at once,
// never laid over what somebody else changed, and taken out and in as a file.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { drawn, reads } from './browser.mjs';
import { command, OFFICE, state } from './daemon.mjs';
import { apply, applyButton, changes, field, go, office, open, rulesOf, SECTIONS, settings, shown } from './settings.mjs';

test('a name is looked at before it is applied, and then stands on the kiosk at once', async (t) => {
  const { daemon, visit } = await office(t);
  const kiosk = await visit('/kiosk');
  await drawn(kiosk);
  const page = await settings(visit);
  await field(page, 'name.ms').fill('Pejabat Daerah Baharu');
  await page.getByRole('link', { name: 'Semak perubahan' }).click();
  await reads(page.locator('.changes li'), 'Ditukar Nama › Bahasa Melayu Pejabat Daerah Contoh → Pejabat Daerah Baharu');
  await reads(page.locator('.preview .office'), 'Pejabat Daerah Baharu');
  assert.equal(await page.locator('.preview').evaluate((box) => box.inert), true);
  assert.equal((await rulesOf(daemon)).name.ms, 'Pejabat Daerah Contoh');
  await reads(kiosk.locator('.office'), 'Pejabat Daerah Contoh');
  await apply(page);
  await reads(kiosk.locator('.office'), 'Pejabat Daerah Baharu');
  await reads(page.locator('main .empty'), 'Tiada perubahan.');
});

test('a new service with letters of its own, and a counter that takes it, give out numbers', async (t) => {
  const { daemon, visit } = await office(t);
  const page = await settings(visit, 'services');
  await page.getByRole('button', { name: 'Tambah perkhidmatan' }).click();
  // A, L, C and R are taken: of those that are told apart best, F comes next.
  assert.equal(await field(page, 'service.perkhidmatan-5.series.letters').inputValue(), 'F');
  await page.getByRole('group', { name: 'Huruf yang jelas didengar:' }).getByRole('button', { name: 'Q' }).click();
  await field(page, 'service.perkhidmatan-5.name.ms').fill('Lesen anjing');
  await field(page, 'service.perkhidmatan-5.id').fill('anjing');
  // Nobody takes it yet: that is told at the service itself.
  await reads(page.locator('.folded div.item > .faults'), '✕ Tiada kaunter yang mengambilnya.');
  await go(page, 'counters');
  await open(page, 'Kaunter 2');
  await page.getByRole('group', { name: 'Perkhidmatan sendiri' }).getByLabel('Lesen anjing').check();
  await go(page, 'review');
  await reads(page.locator('.changes li'), /^Baharu Perkhidmatan › Lesen anjing/);
  await reads(page.locator('.changes li'), /^Ditukar Kaunter › Kaunter 2 › Perkhidmatan sendiri .*→ .*Lesen anjing$/);
  await apply(page);
  const { number } = await command(daemon, { type: 'issue_ticket', service: 'anjing' });
  assert.equal(number, 'Q001');
});

test('services change places by keyboard alone, and the focus stays with what moved', async (t) => {
  const { visit } = await office(t);
  const kiosk = await visit('/kiosk');
  await drawn(kiosk);
  const page = await settings(visit, 'services');
  await page.getByRole('button', { name: 'Turunkan: Pertanyaan dan bayaran' }).focus();
  await page.keyboard.press('Enter');
  const order = page.locator('.folded .title > span:nth-child(2)');
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Turunkan: Pertanyaan dan bayaran');
  assert.deepEqual((await order.allInnerTexts()).slice(0, 2), ['Permit dan lesen', 'Pertanyaan dan bayaran']);
  await page.locator('aside.bar a').focus();
  await page.keyboard.press('Enter');
  await reads(page.locator('.changes li'), /^Susunan Perkhidmatan Pertanyaan dan bayaran · Permit dan lesen/);
  const button = applyButton(page);
  await page.locator('main button.primary:not([aria-disabled="true"])').waitFor();
  await button.focus();
  await page.keyboard.press('Enter');
  await reads(page.locator('main > .done'), 'Tetapan baharu sudah berkuat kuasa.');
  await reads(kiosk.locator('.services li:first-child strong'), 'Permit dan lesen');
});

test('what is wrong is shown at its field, is led to, and changes nothing', async (t) => {
  const { daemon, visit } = await office(t);
  const rules = await rulesOf(daemon);
  const page = await settings(visit, 'services');
  await open(page, 'Permit dan lesen');
  const letters = field(page, 'service.lesen.series.letters');
  await letters.fill('a');
  assert.equal(await letters.inputValue(), 'A');
  // What the daemon finds, at the series that has numbers in common with another.
  const box = field(page, 'service.lesen.series');
  await reads(box.locator('> .faults'), '✕ Ada nombor yang sama dengan `pertanyaan`.');
  assert.match((await box.getAttribute('aria-describedby')) ?? '', /service\.lesen\.series\?fault/);
  await letters.fill('L');
  await box.locator('> .faults p').waitFor({ state: 'detached' });
  // What is no length of time is seen before the daemon is asked.
  const serving = field(page, 'service.lesen.serving');
  await serving.fill('lima minit');
  await reads(page.locator('[id="service.lesen.serving?fault"]'), '✕ Tulis tempoh seperti 90s, 15m atau 1h 30m');
  assert.equal(await serving.getAttribute('aria-invalid'), 'true');
  await go(page, 'review');
  assert.equal(await applyButton(page).getAttribute('aria-disabled'), 'true');
  await page.locator('.wrong').getByRole('link', { name: /Perkhidmatan › Permit dan lesen › Tempoh layanan/ }).click();
  await page.waitForFunction(() => document.activeElement?.id === 'service.lesen.serving');
  assert.deepEqual(await rulesOf(daemon), rules);
});

test('who waits is told of, and keeps the number', async (t) => {
  const { daemon, visit } = await office(t);
  const { number } = await command(daemon, { type: 'issue_ticket', service: 'lesen' });
  const page = await settings(visit);
  await field(page, 'name.en').fill('New Office');
  await go(page, 'review');
  await page.locator('main button.primary:not([aria-disabled="true"])', { hasText: 'Guna pakai' }).click();
  const dialog = page.locator('dialog[open]');
  await reads(dialog.locator('p'), 'Pelawat yang memegang nombor sekarang: 1. Nombor mereka kekal.');
  assert.equal((await rulesOf(daemon)).name.en, 'Contoh District Office');
  await dialog.getByRole('button', { name: 'Guna pakai' }).click();
  await reads(page.locator('main > .done'), 'Tetapan baharu sudah berkuat kuasa.');
  assert.equal((await rulesOf(daemon)).name.en, 'New Office');
  const { tickets } = await state(daemon, 'supervisor');
  assert.deepEqual(tickets.map((ticket) => ticket.number), [number]);
});

test('what somebody else changed meanwhile is not laid over: it is shown and put together', async (t) => {
  const { daemon, visit } = await office(t);
  await command(daemon, { type: 'issue_ticket', service: 'lesen' });
  const page = await settings(visit);
  await field(page, 'name.en').fill('My Office');
  await go(page, 'review');
  const press = () => page.locator('main button.primary:not([aria-disabled="true"])', { hasText: 'Guna pakai' }).click();
  const dialog = page.locator('dialog[open]');
  const sure = async () => {
    await press();
    await dialog.getByRole('button', { name: 'Guna pakai' }).click();
    await dialog.waitFor({ state: 'detached' });
  };
  // While it is asked whether that is meant, since somebody waits, another changes something.
  await press();
  await dialog.waitFor();
  const theirs = await rulesOf(daemon);
  theirs.name.zh = '他人之县公署';
  theirs.service[1].name.ms = 'Lesen sahaja';
  await command(daemon, { type: 'set_rules', rules: theirs });
  await dialog.getByRole('button', { name: 'Guna pakai' }).click();
  const conflict = page.locator('.conflict');
  await reads(conflict.locator('h2'), 'Ditukar oleh orang lain sementara itu');
  await reads(conflict.locator('.changes li'), 'Ditukar Perkhidmatan › Lesen sahaja › Nama › Bahasa Melayu Permit dan lesen → Lesen sahaja');
  assert.equal((await rulesOf(daemon)).name.en, 'Contoh District Office');
  await conflict.getByRole('button', { name: 'Gabungkan' }).click();
  await conflict.waitFor({ state: 'detached' });
  assert.deepEqual(await changes(page), ['Ditukar Nama › English Contoh District Office → My Office']);
  // And before it is asked at all.
  theirs.name.ta = 'வேறு அலுவலகம்';
  await command(daemon, { type: 'set_rules', rules: theirs });
  await press();
  await conflict.getByRole('button', { name: 'Gabungkan' }).click();
  await conflict.waitFor({ state: 'detached' });
  await sure();
  await reads(page.locator('main > .done'), 'Tetapan baharu sudah berkuat kuasa.');
  const { name, service } = await rulesOf(daemon);
  assert.deepEqual(
    [name.en, name.zh, name.ta, service[1].name.ms],
    ['My Office', '他人之县公署', 'வேறு அலுவலகம்', 'Lesen sahaja'],
  );
});

test('changes outlive a reload, and whoever leaves is asked', async (t) => {
  const { visit } = await office(t);
  const page = await settings(visit);
  const asked = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await field(page, 'name.ta').fill('புதிய அலுவலகம்');
  await page.locator('aside.bar').waitFor();
  await page.reload();
  await shown(page);
  assert.deepEqual(asked, ['beforeunload']);
  assert.equal(await field(page, 'name.ta').inputValue(), 'புதிய அலுவலகம்');
  await go(page, 'review');
  await page.getByRole('button', { name: 'Buang semua perubahan' }).click();
  await page.locator('aside.bar').waitFor({ state: 'detached' });
  await page.reload();
  await shown(page);
  assert.deepEqual(asked, ['beforeunload'], 'nothing is left to lose');
});

test('a file taken out of one office makes another the same, and nothing else is taken for one', async (t) => {
  const more = `[branch.announcing]
languages = ["ta", "ms"]
[[branch.zone]]
id = "surau"
name = { ms = "Surau" }
volume = [{ from = "13:00", until = "13:30", db = -20 }]
[[branch.quiet]]
from = "13:00"
until = "13:30"
zones = ["surau"]
[[branch.announcement]]
id = "barang"
sound = { sentence = "lost-item" }
at = ["09:00", "15:30"]
[branch.calling]
undo = "15s"
no_show = { calls = 3, after = "2m" }
[[branch.class]]`;
  const { daemon, visit } = await office(t, { office: OFFICE.replace('[[branch.class]]', more) });
  const page = await settings(visit, 'file');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Simpan sebagai fail' }).click(),
  ]);
  assert.equal(download.suggestedFilename(), 'giliran-contoh.json');
  const file = readFileSync(await download.path());

  const other = await office(t, { office: OFFICE.replaceAll('Pejabat Daerah', 'Dewan').replace('number = 4', 'number = 9') });
  const there = await settings(other.visit, 'file');
  const wrong = there.locator('#file-fault');
  const give = (name, buffer) => there.locator('input[type="file"]').setInputFiles({ name, mimeType: 'application/json', buffer });
  for (const [name, buffer, said] of [
    ['besar.json', Buffer.alloc(512 * 1024 + 1, 0x20), 'Fail itu terlalu besar: paling besar 512 KB.'],
    ['bom.json', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(1000, 7)]), 'Itu bukan fail tetapan Giliran.'],
    ['dalam.json', Buffer.from('['.repeat(500_000)), 'Itu bukan fail tetapan Giliran.'],
    ['lain.json', Buffer.from('{"name":"apa-apa"}'), 'Itu bukan fail tetapan Giliran.'],
    ['baharu.json', Buffer.from('{"giliran_rules":9,"rules":{}}'), 'Fail itu dibuat oleh versi lain.'],
    ['salah.json', Buffer.from('{"giliran_rules":1,"rules":{"service":"semua"}}'), 'Kandungan fail itu tidak berbentuk tetapan pejabat.'],
  ]) {
    await give(name, buffer);
    await reads(wrong, `✕ ${said}`, name);
    assert.equal(await there.locator('aside.bar').count(), 0, name);
  }
  await give('giliran-contoh.json', file);
  await reads(there.locator('h1').first(), 'Semak dan guna pakai');
  await reads(there.locator('.changes li'), 'Ditukar Nama › Bahasa Melayu Dewan Contoh → Pejabat Daerah Contoh');
  await reads(there.locator('.preview .office'), 'Pejabat Daerah Contoh');
  await apply(there);
  assert.deepEqual(await rulesOf(other.daemon), await rulesOf(daemon));
});

test('addresses of screens are put together by choosing', async (t) => {
  const zoned = OFFICE.replace('number = 2', 'number = 2\nzone = "utara"');
  const { daemon, visit } = await office(t, { office: zoned });
  const page = await settings(visit, 'screens');
  const wall = page.getByRole('textbox', { name: 'Paparan dinding' });
  await page.getByLabel('Susun atur').selectOption('corridor');
  await page.getByLabel('Zon').selectOption('utara');
  assert.equal(await wall.inputValue(), `${daemon.url}/display?branch=contoh&layout=corridor&zone=utara`);
  await page.getByLabel('Susun atur').selectOption('sign');
  await page.locator('label', { hasText: /^Kaunter/ }).locator('select').selectOption('bilik-1');
  assert.equal(await wall.inputValue(), `${daemon.url}/display?branch=contoh&counter=bilik-1`);
  await page.getByRole('button', { name: 'Salin' }).first().click();
  await reads(page.getByRole('status'), 'Disalin');
});

test('an address that was cut short in the middle of a sign opens the page all the same', async (t) => {
  const { visit } = await office(t);
  for (const path of ['/settings?branch=contoh#%E0%A4', '/sign-in#first=%E0%A4']) {
    const page = await visit(path);
    await reads(page.locator('h1').first(), /./);
  }
});

const ZAINAB = { id: 'zainab', name: 'Zainab binti Omar', secret: 'teh tarik kurang manis' };
const DEVI = { id: 'devi', name: 'Devi a/p Raman' };

/** Asks the daemon as whoever has signed in at a page. */
const ask = (page, method, path, body) =>
  page.evaluate(
    async ([method, path, body]) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
      return answer.status;
    },
    [method, path, body],
  );

test('an auditor reads everything and can change nothing', async (t) => {
  const { daemon, visit } = await office(t, { signIn: true });
  if (!daemon.own) return t.skip('people sign in at a daemon of the test’s own');
  const admin = await visit('/');
  await ask(admin, 'POST', '/first-administrator', { token: daemon.first, ...ZAINAB });
  await ask(admin, 'PUT', '/people/devi', { name: DEVI.name, grants: [{ role: 'auditor', branch: 'contoh' }] });
  await ask(admin, 'POST', '/people/devi/secret', { secret: '6190357248' });
  const page = await visit('/');
  await ask(page, 'POST', '/sign-in', { id: DEVI.id, secret: '6190357248' });
  await ask(page, 'POST', '/me/secret', { old: '6190357248', new: '482915738261' });
  await page.goto(`${daemon.url}/settings?branch=contoh#services/service.lesen`);
  await reads(page.locator('.told'), 'Untuk dibaca sahaja: pentadbir boleh menukar tetapan.');
  const name = field(page, 'service.lesen.name.ms');
  assert.equal(await name.inputValue(), 'Permit dan lesen');
  for (const section of SECTIONS) {
    await go(page, section);
    const open = page.locator('main :is(input:not([readonly], [disabled], .preview *), select:not([disabled]))');
    // Addresses of screens are put together by anybody.
    if (section !== 'screens') assert.equal(await open.count(), 0, section);
    const buttons = page.locator('main button:not(.title, .primary, .preview *)');
    if (section !== 'screens') assert.equal(await buttons.count(), 0, section);
    assert.equal(await applyButton(page).count(), 0, section);
  }
  const command = { type: 'set_rules', rules: await rulesAs(page) };
  assert.equal(await ask(page, 'POST', '/branches/contoh/commands', { id: crypto.randomUUID(), command }), 403);
  // An administrator who comes by the start page may.
  await admin.goto(`${daemon.url}/`);
  await admin.getByRole('link', { name: /^Tetapan/ }).click();
  await shown(admin);
  assert.equal(await field(admin, 'name.ms').getAttribute('readonly'), null);
});

const rulesAs = (page) => page.evaluate(async () => (await (await fetch('/api/v1/branches/contoh/rules')).json()).rules);
