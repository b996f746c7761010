// Announcements (siar raya) as an administrator sets them: zones, quiet hours, how calls are said and what is planned,
// chosen by its words, checked at its field, and in force for everybody once it is applied.

import assert from 'node:assert/strict';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { reads } from './browser.mjs';
import { OFFICE, state } from './daemon.mjs';
import { apply, applyButton, axe, faults, field, go, office, open, rulesOf, settings, shown } from './settings.mjs';

const VOICES = fileURLToPath(new URL('../../../../../assets/voices', import.meta.url));

/** An office with hours, whose voices have sentences. */
const HOURS = '[branch.hours]\nweek = [{ days = ["mon"], open = [{ from = "08:00", until = "17:00" }] }]\n[[branch.class]]';
const SPEAKING = { office: OFFICE.replace('[[branch.class]]', HOURS), flags: ['--voices', VOICES] };
const CLOSING = 'Perhatian. Pejabat ini akan ditutup dalam masa lima belas minit.';

const add = (page, what) => page.getByRole('button', { name: `Tambah ${what}`, exact: true }).click();

test('a zone is made and given to a counter and a service, and an announcement is planned by its words', async (t) => {
  const { daemon, visit } = await office(t, SPEAKING);
  const page = await settings(visit, 'announcing');
  await add(page, 'zon');
  await field(page, 'zone.zon-1.name.ms').fill('Kantin');
  await field(page, 'zone.zon-1.id').fill('kantin');
  await field(page, 'zone.kantin.volume_db').fill('-6');
  await add(page, 'pengumuman');
  const sound = field(page, 'announcement.pengumuman-1.sound').getByRole('combobox', { name: 'Bunyi' });
  await sound.selectOption({ label: CLOSING });
  // What is said is written on the screens as well, in all languages.
  assert.equal(await field(page, 'announcement.pengumuman-1.text.ms').inputValue(), CLOSING);
  assert.match(await field(page, 'announcement.pengumuman-1.text.ta').inputValue(), /பதினைந்து/);
  await field(page, 'announcement.pengumuman-1.text.en').fill('We close in a quarter of an hour.');
  await field(page, 'announcement.pengumuman-1.before_close').fill('15m');
  await field(page, 'announcement.pengumuman-1.zones').getByLabel('Kantin').check();
  await go(page, 'counters');
  await open(page, 'Kaunter 2');
  await field(page, 'counter.kaunter-2.zone').selectOption({ label: 'Kantin' });
  await go(page, 'services');
  await open(page, 'Permit dan lesen');
  await page.getByRole('group', { name: 'Disebut juga di zon' }).getByLabel('Kantin').check();
  await go(page, 'review');
  await reads(page.locator('.changes li'), 'Baharu Kaunter › Kaunter 2 › Zon Kantin');
  await reads(page.locator('.changes li'), /^Baharu Zon › Kantin .*Kelantangan \(dB\): -6/);
  await reads(page.locator('.changes li'), /^Baharu Pengumuman terancang › .*Bunyi: Perhatian\. .* minit\.; .*Sebelum tutup: 15m; Zon: Kantin/);
  await apply(page);
  const { zone, announcement, counter, service } = await rulesOf(daemon);
  assert.deepEqual(zone, [{ id: 'kantin', name: { ms: 'Kantin' }, volume_db: -6 }]);
  const [{ id, sound: said, before_close, zones, text }] = announcement;
  assert.deepEqual({ id, said, before_close, zones }, { id: 'pengumuman-1', said: { sentence: 'closing-15' }, before_close: 'PT15M', zones: ['kantin'] });
  assert.equal(text.en, 'We close in a quarter of an hour.');
  assert.deepEqual([counter[1].zone, service[1].zones], ['kantin', ['kantin']]);
  // And whoever looks next has them: the screens' addresses here, supervisors by the daemon.
  const other = await settings(visit, 'screens');
  await other.getByLabel('Zon').selectOption({ label: 'Kantin' });
  const { announcing } = await state(daemon, 'supervisor');
  assert.deepEqual(announcing.zones.map(({ id, name }) => [id, name.ms]), [['kantin', 'Kantin']]);
  assert.deepEqual(announcing.planned.map(({ id }) => id), ['pengumuman-1']);
});

test('quiet hours that end before they begin are refused at their field', async (t) => {
  const { daemon, visit } = await office(t);
  const rules = await rulesOf(daemon);
  const page = await settings(visit, 'announcing');
  await add(page, 'waktu senyap');
  await field(page, 'quiet.1.until').fill('12:30');
  await reads(page.locator('[id="quiet.1.until?fault"]'), '✕ Tamat (12:30) mesti selepas mula (13:00).');
  assert.equal(await field(page, 'quiet.1.until').getAttribute('aria-invalid'), 'true');
  await go(page, 'review');
  assert.equal(await applyButton(page).getAttribute('aria-disabled'), 'true');
  await page.locator('.wrong').getByRole('link', { name: /Waktu senyap › .* › Hingga/ }).click();
  await page.waitForFunction(() => document.activeElement?.id === 'quiet.1.until');
  assert.deepEqual(await rulesOf(daemon), rules);
  await field(page, 'quiet.1.until').fill('13:30');
  await field(page, 'quiet.1.days').getByLabel('Jumaat').check();
  await field(page, 'quiet.1.name.ms').fill('Solat');
  await apply(page);
  assert.deepEqual((await rulesOf(daemon)).quiet, [{ name: { ms: 'Solat' }, days: ['fri'], from: '13:00:00', until: '13:30:00' }]);
});

test('how calls are said has its limits, and nothing chosen is what it says', async (t) => {
  const { daemon, visit } = await office(t);
  const page = await settings(visit, 'announcing');
  await reads(field(page, 'announcing.languages').locator('p').first(), 'Bahasa Melayu, kemudian bahasa pelawat');
  await field(page, 'announcing.repeats').fill('4');
  await reads(page.locator('[id="announcing.repeats?fault"]'), '✕ Nombor dari 1 hingga 3');
  await field(page, 'announcing.repeats').fill('3');
  await field(page, 'announcing.within').fill('6m');
  await reads(page.locator('[id="announcing.within?fault"]'), /^✕ Mesti antara 30s dengan 5m/);
  await field(page, 'announcing.within').fill('2m');
  await add(page, 'pengumuman');
  await reads(page.locator('[id="announcement.pengumuman-1.sound?fault"]'), '✕ Perlu diisi.');
  await page.getByRole('button', { name: /^Buang: pengumuman-1/ }).click();
  const languages = field(page, 'announcing.languages');
  for (const name of ['Bahasa Tamil', 'Bahasa Melayu']) {
    await languages.getByRole('combobox').selectOption({ label: name });
    await languages.getByRole('button', { name: 'Tambah' }).click();
  }
  await apply(page);
  assert.deepEqual((await rulesOf(daemon)).announcing, { languages: ['ta', 'ms'], repeats: 3, within: 'PT2M' });
});

test('an announcement repeated or before closing needs opening hours, and is told so at its field', async (t) => {
  const { visit } = await office(t, { flags: SPEAKING.flags });
  const page = await settings(visit, 'announcing');
  await add(page, 'pengumuman');
  await field(page, 'announcement.pengumuman-1.sound').getByRole('combobox').selectOption({ label: CLOSING });
  await field(page, 'announcement.pengumuman-1.before_close').fill('15m');
  await reads(page.locator('[id="announcement.pengumuman-1.before_close?fault"]'), /^✕ Pejabat tiada waktu buka/);
});

test('times are added and taken away by keyboard alone', async (t) => {
  const { visit } = await office(t, SPEAKING);
  const page = await settings(visit, 'announcing');
  await add(page, 'pengumuman');
  const times = field(page, 'announcement.pengumuman-1.at');
  const focused = (id) => page.waitForFunction((id) => document.activeElement?.id === id, id);
  await times.getByRole('button', { name: 'Tambah waktu' }).press('Enter');
  await focused('announcement.pengumuman-1.at.1');
  await page.keyboard.type('0930AM');
  await reads(page.locator('[id="announcement.pengumuman-1.at?fault"]'), '');
  await times.getByRole('button', { name: 'Buang: 09:30' }).press('Enter');
  await focused('announcement.pengumuman-1.at?add');
  assert.equal(await times.locator('input').count(), 0);
});

/** A second of a tone, as a file. */
function tone() {
  const rate = 24_000;
  const wav = Buffer.alloc(44 + 2 * rate);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + 2 * rate, 4);
  wav.write('WAVEfmt ', 8);
  [16, 0x10001, rate, 2 * rate, 0x100002].forEach((word, n) => wav.writeUInt32LE(word, 16 + 4 * n));
  wav.write('data', 36);
  wav.writeUInt32LE(2 * rate, 40);
  for (let n = 0; n < rate; n += 1) wav.writeInt16LE(Math.round(6_000 * Math.sin((n * 2 * Math.PI * 440) / rate)), 44 + 2 * n);
  return wav;
}

test('a recording is chosen by keyboard, kept and heard; what is none is refused at its field', async (t) => {
  const { daemon, visit } = await office(t, SPEAKING);
  const page = await settings(visit, 'announcing');
  await add(page, 'pengumuman');
  const sound = field(page, 'announcement.pengumuman-1.sound');
  await sound.getByRole('combobox').selectOption({ label: 'Rakaman pejabat sendiri' });
  // From now on choices are the test's, also one that is opened before it is waited for.
  page.on('filechooser', () => {});
  const choose = async (name, buffer) => {
    await sound.locator('input[type="file"]').focus();
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')]);
    await chooser.setFiles({ name, mimeType: 'audio/wav', buffer });
  };
  await choose('lagu.wav', Buffer.from('ID3 bukan WAV'));
  await reads(sound.locator('[role="alert"]'), /^✕ Rakaman itu tidak dapat digunakan/);
  await choose('rakaman.wav', tone());
  await sound.locator('audio').waitFor();
  // What is kept is what is heard.
  await page.waitForFunction(() => document.querySelector('audio').duration > 0.9);
  await field(page, 'announcement.pengumuman-1.text.ms').fill('Kantin ditutup.');
  await apply(page);
  const [{ sound: kept }] = (await rulesOf(daemon)).announcement;
  assert.match(kept.recording, /^\S+$/);
});

test('the announcements can be filled in without fault that a machine can find, in every language', async (t) => {
  const { visit } = await office(t, SPEAKING);
  for (const language of ['ms', 'en', 'zh', 'ta']) {
    const page = await visit(`/settings?branch=contoh&lang=${language}#announcing`, { reducedMotion: 'reduce' });
    await shown(page);
    await page.evaluate(axe);
    for (const list of ['zone', 'quiet', 'announcement']) await field(page, list).locator('> button.add').click();
    await page.locator('[id="zone.zon-1.volume"] > button').click();
    const sound = page.locator('[id="announcement.pengumuman-1.sound"] select');
    await sound.locator('optgroup').waitFor({ state: 'attached' });
    await sound.selectOption(' recorded');
    await page.locator('[id="announcement.pengumuman-1.at"] > button').click();
    await page.locator('[id="announcement.pengumuman-1.at.1"]').waitFor();
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await faults(page, colorScheme === 'dark' && ['color-contrast']), [], `${language}, ${colorScheme}`);
    }
    await page.context().close();
  }
});
