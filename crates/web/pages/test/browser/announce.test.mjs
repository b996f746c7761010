// Announcements from the dashboard: prepared sentences, what the office has planned, recordings by the browser's
// microphone; what is urgent, what nobody has heard, and how the hall's loudspeakers fare.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';

import { drawn, reads, startBrowser, visitor } from './browser.mjs';
import { command, OFFICE, report, speakFrom, startDaemon, state, until } from './daemon.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LANGUAGES = ['ms', 'en', 'zh', 'ta'];
const VOICES = fileURLToPath(new URL('../../../../../assets/voices', import.meta.url));

/** Two zones, the second with a counter of its own, and something planned. */
const ZONED = `[voice]
folder = ${JSON.stringify(VOICES)}
${OFFICE.replace('id = "kaunter-2"', 'id = "kaunter-2"\nzone = "kantin"')}
[[branch.zone]]
id = "dewan"
name = { ms = "Dewan utama", en = "Main hall", zh = "主厅", ta = "பிரதான மண்டபம்" }
[[branch.zone]]
id = "kantin"
name = { ms = "Kantin", en = "Canteen", zh = "食堂", ta = "சிற்றுண்டிச்சாலை" }
[[branch.announcement]]
id = "derma"
sound = { sentence = "phones" }
text = { ms = "Kempen derma darah di Dewan utama.", en = "Blood donation drive in the main hall." }
zones = ["dewan"]
`;

let browser;
before(async () => {
  browser = await startBrowser('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream');
});
after(() => browser.close());

async function hall(t, office = ZONED) {
  const daemon = await startDaemon({ office });
  t.after(() => daemon.stop());
  return { daemon, visit: visitor(t, browser, daemon) };
}

const gone = (locator) => locator.waitFor({ state: 'detached' });
/** The last announcement, once there are so many. */
const made = async (daemon, count) =>
  (await until(daemon, 'supervisor', ({ announcements }) => announcements.length === count, 'announced')).announcements.at(-1);

/** Opens the dialog, by its one button. */
async function opened(board, name = 'Buat pengumuman') {
  await board.getByRole('button', { name }).click();
  await board.locator('.announce .what li').nth(3).waitFor();
  return board.locator('dialog');
}

/** How loud a WAV file of 16 bit is on average, as a share of full. */
function level(wav) {
  assert.equal(wav.subarray(0, 4).toString(), 'RIFF');
  const samples = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + 44 + 2 * Math.floor((wav.length - 44) / 2)));
  return Math.sqrt(samples.reduce((sum, sample) => sum + (sample / 32768) ** 2, 0) / samples.length);
}

/** What the loudspeakers say of an announcement. */
async function soundOf(daemon, { seq }) {
  const answer = await fetch(`${daemon.url}/api/v1/branches/contoh/announcements/${seq}`);
  assert.equal(answer.status, 200, await answer.clone().text());
  return Buffer.from(await answer.arrayBuffer());
}

test('a prepared sentence is announced in the chosen zones, with its words in all languages, and every page knows', async (t) => {
  const { daemon, visit } = await hall(t);
  const [board, other] = await Promise.all([visit('/dashboard'), visit('/dashboard?lang=en')]);
  await Promise.all([board, other].map(drawn));
  const dialog = await opened(board);
  const press = dialog.locator('.foot .primary');
  assert.equal(await press.getAttribute('aria-disabled'), 'true', 'nothing is chosen');
  await dialog.getByText('Satu barang tercicir telah dijumpai.').click();
  await reads(dialog.locator('.preview li:lang(en)'), /^A lost item has been found\./);
  assert.equal(await dialog.locator('.preview li').count(), 4);
  const zone = (name) => dialog.locator('ul.zones').getByLabel(name);
  await zone('Dewan utama').uncheck();
  await zone('Kantin').uncheck();
  assert.equal(await press.getAttribute('aria-disabled'), 'true', 'nobody would hear it');
  await zone('Kantin').check();
  await press.click();
  await reads(dialog.locator('.foot [role=status]'), /Pengumuman sudah dihantar/);
  const said = await made(daemon, 1);
  assert.deepEqual(said.sound, { sentence: 'lost-item' });
  assert.deepEqual(said.zones, ['kantin']);
  assert.equal(said.urgent ?? undefined, undefined);
  assert.match(said.text.zh, /失物/);
  assert.match(said.text.ta, /தொலைந்த பொருள்/);
  const { announcements } = await state(daemon, 'display');
  assert.deepEqual(announcements.at(-1), said, 'the walls have it');
  await reads(other.locator('.announced li'), /A lost item has been found\. .* Canteen Sent$/);
  await report(daemon, said.seq, 'queued');
  await reads(other.locator('.announced .fate'), 'Waits to be said');
  await report(daemon, said.seq, 'started');
  await reads(other.locator('.announced .fate'), 'Being said');
  await report(daemon, said.seq, 'finished');
  await reads(other.locator('.announced .fate'), 'Said');
  assert.ok(level(await soundOf(daemon, said)) > 0.01, 'it can be heard');
});

test('words of its own go to the screens, and what was planned goes as it was planned', async (t) => {
  const { daemon, visit } = await hall(t);
  const board = await visit('/dashboard?lang=en');
  await drawn(board);
  const dialog = await opened(board, 'Announce');
  await dialog.getByText('There is a short delay.').click();
  await dialog.locator('summary').click();
  await dialog.locator('textarea').nth(1).fill('Ten minutes more.');
  assert.equal(await dialog.locator('.foot .primary').getAttribute('aria-disabled'), 'true', 'Malay is required');
  await dialog.locator('textarea').nth(0).fill('Sepuluh minit lagi.');
  await dialog.locator('.foot .primary').click();
  const written = await made(daemon, 1);
  assert.deepEqual(written.text, { ms: 'Sepuluh minit lagi.', en: 'Ten minutes more.' });
  assert.deepEqual(written.zones ?? [], [], 'everywhere');
  await dialog.getByText('Blood donation drive in the main hall.').click();
  assert.equal(await dialog.locator('.zones, .urgency').count(), 0);
  await dialog.locator('.foot .primary').click();
  const planned = await made(daemon, 2);
  assert.deepEqual([planned.sound, planned.zones], [{ sentence: 'phones' }, ['dewan']]);
});

test("an office without zones is not asked for any, and one without voices is told that it has none", async (t) => {
  const { visit } = await hall(t, `[voice]\nfolder = "nowhere"\n${OFFICE}`);
  const board = await visit('/dashboard');
  await drawn(board);
  await board.getByRole('button', { name: 'Buat pengumuman' }).click();
  const dialog = board.locator('dialog');
  await reads(dialog.locator('.empty'), /^Tiada suara dipasang/);
  await dialog.getByLabel('Rakam pengumuman sendiri').check();
  await dialog.locator('.recorder').waitFor();
  await dialog.locator('.urgency').waitFor();
  assert.equal(await dialog.locator('ul.zones').count(), 0);
});

/** Records for as long as it takes the clock on the page to say so. */
async function recorded(dialog, time = '0:02 / 1:00') {
  await dialog.getByRole('button', { name: 'Mula merakam' }).click();
  await reads(dialog.locator('.level'), time);
  await dialog.getByRole('button', { name: 'Berhenti' }).click();
  await dialog.getByRole('button', { name: 'Dengar' }).waitFor();
}

test('a recording of the microphone is heard first, thrown away or announced, and is what the loudspeakers get', async (t) => {
  const { daemon, visit } = await hall(t);
  const board = await visit('/dashboard');
  await drawn(board);
  const dialog = await opened(board);
  const press = dialog.locator('.foot button').first();
  await dialog.getByLabel('Rakam pengumuman sendiri').check();
  await recorded(dialog, '0:01 / 1:00');
  await dialog.getByRole('button', { name: 'Buang' }).click();
  await gone(dialog.getByRole('button', { name: 'Dengar' }));
  assert.equal(await press.getAttribute('aria-disabled'), 'true', 'nothing is left');
  await board.waitForFunction(() => document.activeElement.textContent.includes('Mula merakam'));
  await recorded(dialog);
  await dialog.getByRole('button', { name: 'Dengar' }).click();
  await dialog.getByRole('button', { name: 'Henti' }).click();
  await dialog.getByRole('button', { name: 'Dengar' }).waitFor();
  await press.click();
  const said = await made(daemon, 1);
  assert.match(said.sound.recording, /^[0-9a-f]{32}$/);
  await reads(dialog.locator('.foot [role=status]'), /Pengumuman sudah dihantar/);
  const sound = await soundOf(daemon, said);
  assert.ok(level(sound) > 0.01, `${level(sound)}`);
  const kept = await fetch(`${daemon.url}/api/v1/branches/contoh/recordings/${said.sound.recording}`);
  assert.deepEqual(Buffer.from(await kept.arrayBuffer()), sound);
  await board.keyboard.press('Escape');
  await reads(board.locator('.announced li'), /Rakaman suara/);
});

test('why there is no recording is said', async (t) => {
  const { visit } = await hall(t);
  /** A page whose microphone is another. */
  const withMicrophone = async (microphone) => {
    const board = await visit('/dashboard', { before: (page) => page.addInitScript(microphone) });
    await drawn(board);
    const dialog = await opened(board);
    await dialog.getByLabel('Rakam pengumuman sendiri').check();
    await dialog.getByRole('button', { name: 'Mula merakam' }).click();
    return dialog;
  };
  const refuses = (name) => `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '${name}'))`;
  for (const [microphone, told] of [
    [refuses('NotFoundError'), 'Tiada mikrofon pada komputer ini.'],
    [refuses('NotAllowedError'), /^Mikrofon tidak dibenarkan\./],
    [refuses('NotReadableError'), /program lain/],
    ["Object.defineProperty(navigator, 'mediaDevices', { value: undefined })", /https/],
  ]) {
    const dialog = await withMicrophone(microphone);
    await reads(dialog.locator('.fault'), told);
    await dialog.page().context().close();
  }
  const silent = await withMicrophone(`navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext();
    const [tone, soft, out] = [new OscillatorNode(context), new GainNode(context, { gain: 0.001 }), context.createMediaStreamDestination()];
    tone.connect(soft).connect(out);
    tone.start();
    return out.stream;
  }`);
  await reads(silent.locator('.level'), '0:01 / 1:00');
  await silent.getByRole('button', { name: 'Berhenti' }).click();
  await reads(silent.locator('.fault'), /^Tiada suara dirakam\./);
});

test('a recording ends by itself after a minute, and what was said until then can be announced', async (t) => {
  const { daemon, visit } = await hall(t);
  const board = await visit('/dashboard', { before: (page) => page.clock.install() });
  await drawn(board);
  const dialog = await opened(board);
  await dialog.getByLabel('Rakam pengumuman sendiri').check();
  await dialog.getByRole('button', { name: 'Mula merakam' }).click();
  await reads(dialog.locator('.level'), '0:01 / 1:00');
  await board.clock.fastForward(60_000);
  await reads(dialog.locator('.recorder [role=status]'), /Had satu minit dicapai/);
  await dialog.locator('.foot .primary').click();
  assert.ok((await made(daemon, 1)).sound.recording);
});

test('a recording that the daemon does not take says why where it was made, and is not lost', async (t) => {
  const { visit } = await hall(t);
  const board = await visit('/dashboard');
  await drawn(board);
  const dialog = await opened(board);
  await dialog.getByLabel('Rakam pengumuman sendiri').check();
  await recorded(dialog, '0:01 / 1:00');
  await board.route('**/recordings', (route) => route.abort());
  await dialog.locator('.foot .primary').click();
  await reads(dialog.locator('.notice.refused'), /Tiada jawapan daripada sistem/);
  await board.unroute('**/recordings');
  await dialog.locator('.foot .primary').click();
  await reads(dialog.locator('.foot [role=status]'), /Pengumuman sudah dihantar/);
});

test('an emergency is asked about, stands on top of every dashboard until it is called off in one press', async (t) => {
  const { daemon, visit } = await hall(t);
  const board = await visit('/dashboard');
  await drawn(board);
  const dialog = await opened(board);
  await dialog.getByText('Perhatian. Ini kecemasan.').click();
  assert.equal(await dialog.locator('.urgency input').isChecked(), true, 'it is hardly ever meant otherwise');
  await dialog.getByRole('button', { name: /^Umumkan kecemasan/ }).click();
  await reads(dialog.locator('.sure p').first(), /Seluruh pejabat.*diulang.*sehingga dihentikan/);
  await dialog.getByRole('button', { name: 'Tidak' }).click();
  assert.deepEqual((await state(daemon, 'supervisor')).urgent ?? [], []);
  await dialog.getByRole('button', { name: /^Umumkan kecemasan/ }).click();
  await dialog.getByRole('button', { name: 'Ya, umumkan kecemasan' }).click();
  const { urgent } = await until(daemon, 'display', ({ urgent }) => urgent?.length === 1, 'urgent');
  assert.deepEqual(urgent[0].sound, { sentence: 'emergency' });
  // It is no matter of a moment: whoever comes later has it too, and what is said once does not end it.
  await report(daemon, (await made(daemon, 1)).seq, 'finished');
  const later = await visit('/dashboard?lang=en');
  await reads(later.locator('.urgent section'), /Emergency being announced .* Whole office .*Leave the building calmly/);
  await later.getByRole('button', { name: /^Call off/ }).click();
  await until(daemon, 'kiosk', ({ urgent = [] }) => urgent.length === 0, 'called off');
  await gone(later.locator('.urgent section'));
  await board.keyboard.press('Escape');
  await gone(board.locator('.urgent section'));
});

test('what nobody has said where somebody should is an alarm that names the zone, and is gone when it is said', async (t) => {
  const { daemon, visit } = await hall(t);
  const canteen = await visit('/');
  await speakFrom(canteen, { zones: ['kantin'] });
  const board = await visit('/dashboard');
  await drawn(board);
  await until(daemon, 'supervisor', ({ health }) => health.zones?.some(({ zone }) => zone === 'kantin'), 'the loudspeaker');
  await command(daemon, { type: 'open_counter', counter: 'kaunter-2' });
  await command(daemon, { type: 'issue_ticket', service: 'pertanyaan', language: 'ms' });
  await command(daemon, { type: 'call_next', counter: 'kaunter-2' });
  const alarm = board.locator('.alarms li[data-kind="unheard"]');
  await reads(alarm, /^Segera Panggilan A001 ke Kaunter 2 belum diumumkan\. Zon: Kantin\./);
  const { calls } = await state(daemon, 'supervisor');
  await report(daemon, calls.at(-1).seq, 'finished', ['kantin']);
  await gone(alarm);

  await command(daemon, { type: 'announce', sound: { sentence: 'parking' }, zones: ['kantin'] });
  const untold = board.locator('.urgent .untold');
  await reads(untold, /belum disebut\. Kantin\./);
  await reads(board.locator('.announced .fate'), 'Tidak kedengaran: Kantin');
  await untold.getByRole('button', { name: /^Umumkan semula/ }).click();
  const again = await made(daemon, 2);
  assert.deepEqual([again.sound, again.zones], [{ sentence: 'parking' }, ['kantin']]);
  await report(daemon, again.seq, 'finished', ['kantin']);
  await gone(untold);
  await reads(board.locator('.announced .fate').first(), 'Sudah disebut');
});

test('the hall shows which zones speak and stand by, what waits to be said, and what quiet hours keep back', async (t) => {
  const { daemon, visit } = await hall(t);
  const [one, two] = await Promise.all([visit('/'), visit('/')]);
  await speakFrom(one, { zones: ['dewan'] });
  await speakFrom(two, { zones: ['dewan'], standby: true });
  const board = await visit('/dashboard');
  await drawn(board);
  const zone = (name) => board.locator('.hall .zones tbody tr', { hasText: name });
  await reads(zone('Dewan utama'), 'Dewan utama 1 1');
  await reads(zone('Kantin'), 'Kantin ▲ tiada 0');
  await reads(board.locator('.hall dl'), /Menunggu disebut 0/);
  await command(daemon, { type: 'announce', sound: { sentence: 'lunch' }, zones: ['dewan'] });
  const { seq } = await made(daemon, 1);
  await report(daemon, seq, 'queued', ['dewan']);
  await reads(board.locator('.hall dl'), /Menunggu disebut 1 \(paling lama 0:\d\d\)/);
  await report(daemon, seq, 'withheld', ['dewan']);
  await reads(board.locator('.hall dl'), /Menunggu disebut 0 Ditahan \(waktu senyap\) 1/);
  await reads(board.locator('.announced .fate'), 'Ditahan: waktu senyap');
});

for (const colorScheme of ['light', 'dark']) {
  test(`no step of the dialog has a fault that a machine can find, ${colorScheme}`, async (t) => {
    const { daemon, visit } = await hall(t);
    const board = await visit('/dashboard', { colorScheme, reducedMotion: 'reduce' });
    await drawn(board);
    await board.evaluate(axe);
    const faults = async (scene) => {
      const { violations } = await board.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      const told = violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`));
      assert.deepEqual(told, [], scene);
    };
    const dialog = await opened(board);
    await dialog.getByText('Perhatian. Ini kecemasan.').click();
    await dialog.locator('summary').click();
    await faults('a sentence');
    await dialog.getByRole('button', { name: /^Umumkan kecemasan/ }).click();
    await dialog.locator('.sure').waitFor();
    await faults('the question');
    await dialog.getByRole('button', { name: 'Ya, umumkan kecemasan' }).click();
    await reads(dialog.locator('.foot [role=status]'), /Pengumuman sudah dihantar/);
    await dialog.getByLabel('Rakam pengumuman sendiri').check();
    await recorded(dialog, '0:01 / 1:00');
    await faults('a recording');
    await board.keyboard.press('Escape');
    await gone(dialog);
    await report(daemon, (await made(daemon, 1)).seq, 'finished');
    await reads(board.locator('.announced .fate'), 'Sudah disebut');
    await faults('the page');
  });
}

test('by keyboard alone an emergency is announced and called off, and the focus comes back', async (t) => {
  const { daemon, visit } = await hall(t);
  const board = await visit('/dashboard?lang=en');
  await drawn(board);
  /** Goes on by Tab until the focus is there. */
  const tab = async (locator) => {
    for (let n = 0; n < 120; n += 1) {
      if (await locator.evaluate((place) => place === document.activeElement)) return;
      await board.keyboard.press('Tab');
    }
    assert.fail(`${locator} cannot be reached`);
  };
  const opener = board.getByRole('button', { name: 'Announce' });
  await tab(opener);
  await board.keyboard.press('Enter');
  const dialog = board.locator('dialog');
  await dialog.locator('.what li').nth(3).waitFor();
  await tab(dialog.locator('.what input').first());
  // Arrows go from one choice to the next.
  const emergency = dialog.getByLabel('Attention please. This is an emergency.');
  for (let n = 0; n < 20 && !(await emergency.isChecked()); n += 1) await board.keyboard.press('ArrowDown');
  assert.equal(await emergency.isChecked(), true);
  await tab(dialog.locator('.foot .danger'));
  await board.keyboard.press('Enter');
  await board.waitForFunction(() => document.activeElement.className === 'sure');
  await board.keyboard.press('Tab');
  await board.keyboard.press('Enter');
  await until(daemon, 'display', ({ urgent }) => urgent?.length === 1, 'urgent');
  await reads(dialog.locator('.foot [role=status]'), /on its way to the hall/);
  await board.keyboard.press('Escape');
  await gone(dialog);
  await board.waitForFunction((place) => place === document.activeElement, await opener.elementHandle());
  await tab(board.locator('.urgent button'));
  await board.keyboard.press('Enter');
  await until(daemon, 'display', ({ urgent = [] }) => urgent.length === 0, 'called off');
});

test('the dialog, the banner and the hall fit any screen in every language, without scrolling sideways', async (t) => {
  const { daemon, visit } = await hall(t);
  await command(daemon, { type: 'announce', sound: { sentence: 'emergency' }, urgent: true });
  for (const viewport of [{ width: 390, height: 844 }, { width: 683, height: 384 }, { width: 1366, height: 768 }]) {
    for (const lang of LANGUAGES) {
      const board = await visit(`/dashboard?lang=${lang}`, { viewport });
      await drawn(board);
      await board.locator('.urgent section').waitFor();
      await board.locator('.announced li').waitFor();
      const wide = (place) => board.evaluate((place) => {
        const { scrollWidth, clientWidth } = document.querySelector(place);
        return scrollWidth - clientWidth;
      }, place);
      assert.equal(await wide(':root'), 0, `${viewport.width} ${lang}`);
      await board.locator('.day button').first().click();
      await board.locator('.what li').nth(3).waitFor();
      await board.locator('.what input').nth(5).check();
      assert.equal(await wide('dialog'), 0, `${viewport.width} ${lang} dialog`);
      // What sends it is in sight wherever the dialog is scrolled to.
      const { y, height } = await board.locator('.foot button').first().boundingBox();
      assert.ok(y >= 0 && y + height <= viewport.height, `${viewport.width} ${lang}: ${y}`);
      await board.context().close();
    }
  }
});
