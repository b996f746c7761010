// The kiosk, as visitors meet it: by finger, by keys, by scanner, with and without aids, in each language.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test, { after, before } from 'node:test';

import { drawn, reads, startBrowser, visitor } from './browser.mjs';
import { command, startDaemon, state } from './daemon.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What a finger needs: 20 mm on a screen of 21.5 inches with 1920 by 1080 points, of which an inch has 102. */
const FINGER = Math.floor((20 / 25.4) * 102);
const ACROSS = { width: 1920, height: 1080 };
const UPRIGHT = { width: 1080, height: 1920 };

/** A zone in which it is about noon, so that today neither begins nor ends while a test runs. */
const AHEAD_H = 12 - new Date().getUTCHours();
const ZONE = `Etc/GMT${AHEAD_H > 0 ? '-' : '+'}${Math.abs(AHEAD_H)}`;
const WEEKDAY = new Intl.DateTimeFormat('en', { weekday: 'short', timeZone: ZONE });
const TOMORROW = WEEKDAY.format(Date.now() + 86_400_000).toLowerCase();
const CLOSED = `[branch.hours]\n[[branch.hours.week]]\ndays = ["${TOMORROW}"]\nopen = [{ from = "08:00", until = "17:00" }]`;

const NAMES = {
  office: { ms: 'Dewan Contoh', en: 'Contoh Hall', zh: '示范大厅', ta: 'சோந்தோ மண்டபம்' },
  ordinary: { ms: 'Biasa', en: 'General', zh: '一般', ta: 'பொது' },
  infant: { ms: 'Membawa bayi', en: 'With an infant', zh: '携带婴儿', ta: 'கைக்குழந்தையுடன்' },
  appointment: { ms: 'Janji temu', en: 'Appointment', zh: '预约', ta: 'சந்திப்பு' },
  passport: { ms: 'Pasport', en: 'Passport', zh: '护照', ta: 'கடவுச்சீட்டு' },
  enquiries: { ms: 'Pertanyaan', en: 'Enquiries', zh: '咨询', ta: 'விசாரணை' },
  fresh: { ms: 'Pasport baharu', en: 'New passport', zh: '新护照', ta: 'புதிய கடவுச்சீட்டு' },
  child: { ms: 'Pasport kanak-kanak', en: "Child's passport", zh: '儿童护照', ta: 'குழந்தையின் கடவுச்சீட்டு' },
  photo: { ms: 'Gambar', en: 'Photograph', zh: '照片', ta: 'புகைப்படம்' },
  notice: { ms: 'Bayaran tunai sahaja.', en: 'Cash only.', zh: '只收现金。', ta: 'பணம் மட்டுமே.' },
};
const toml = (texts) => `{ ${Object.entries(texts).map(([tag, text]) => `${tag} = ${JSON.stringify(text)}`).join(', ')} }`;

const office = ({ id = 'contoh', hours = '', languages = ['ms', 'en', 'zh', 'ta'] } = {}) => `
[[branch]]
id = "${id}"
name = ${toml(NAMES.office)}
time_zone = "${ZONE}"
languages = ${JSON.stringify(languages)}
${hours}
[branch.appointments]
class = "janji-temu"
[[branch.notice]]
text = ${toml(NAMES.notice)}

[[branch.class]]
id = "biasa"
name = ${toml(NAMES.ordinary)}
[[branch.class]]
id = "bayi"
name = ${toml(NAMES.infant)}
allowance = "5m"
[[branch.class]]
id = "janji-temu"
name = ${toml(NAMES.appointment)}

[[branch.group]]
id = "pasport"
name = ${toml(NAMES.passport)}
icon = "passport"

[[branch.service]]
id = "pertanyaan"
name = ${toml(NAMES.enquiries)}
icon = "question"
series = { letters = "A" }
quota = 9
[[branch.service]]
id = "baharu"
name = ${toml(NAMES.fresh)}
group = "pasport"
series = { letters = "C" }
[[branch.service]]
id = "kanak"
name = ${toml(NAMES.child)}
group = "pasport"
series = { letters = "F" }
documents = [${toml(NAMES.photo)}]
one_per_person = true

[[branch.counter]]
id = "k1"
number = 1
services = ["pertanyaan", "baharu", "kanak"]
`;

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

async function hall(t, options) {
  const daemon = await startDaemon({ office: office(options) });
  t.after(() => daemon.stop());
  return { daemon, visit: visitor(t, browser, daemon) };
}

/** A kiosk with all that comes after the first painting. */
async function ready(page) {
  await page.locator('.aids').waitFor();
  return page;
}

const number = (kiosk) => kiosk.locator('.slip .number');
const service = (kiosk, name) => kiosk.locator('.service', { hasText: name });
const start = (kiosk, heading = 'Sila pilih perkhidmatan') => reads(kiosk.locator('h1'), heading);

/**
 * As a scanner types: at once, with Enter behind. All keys are sent before any is waited for, so that none comes
 * as late as a person's however busy the machine is.
 */
async function scan(kiosk, code) {
  const keys = [...[...code].map((key) => ({ key, text: key })), { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' }];
  const session = await kiosk.context().newCDPSession(kiosk);
  await Promise.all(
    keys.flatMap(({ text, ...key }) => [
      session.send('Input.dispatchKeyEvent', { type: 'keyDown', text, ...key }),
      session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key }),
    ]),
  );
  await session.detach();
}

async function appoint(daemon, code) {
  const answer = await fetch(`${daemon.url}/api/v1/branches/contoh/appointments?id=${crypto.randomUUID()}`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: `code,service,at\n${code},pertanyaan,${new Date().toISOString()}\n`,
  });
  assert.ok(answer.ok, await answer.text());
}

const faults = async (page) => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`));
};

for (const [language, choose, ahead] of [
  ['ms', 'Sila pilih perkhidmatan', 'Orang di hadapan anda'],
  ['en', 'Please choose a service', 'People ahead of you'],
  ['zh', '请选择服务', '您前面的人数'],
  ['ta', 'சேவையைத் தேர்ந்தெடுக்கவும்', 'உங்களுக்கு முன் இருப்பவர்கள்'],
]) {
  test(`a number is two touches away, and what to know stands before it: ${language}`, async (t) => {
    const { daemon, visit } = await hall(t);
    const kiosk = await ready(await visit('/kiosk'));
    await kiosk.locator(`.languages [lang="${language}"]`).click();
    await start(kiosk, choose);
    await reads(kiosk.locator('.notices li'), NAMES.notice[language]);
    await reads(service(kiosk, NAMES.enquiries[language]).locator('.facts'), /0.*9/);
    await service(kiosk, NAMES.passport[language]).click();
    await service(kiosk, NAMES.fresh[language]).click();
    await reads(number(kiosk), 'C001');
    await reads(kiosk.locator('.slip dl'), new RegExp(`^${ahead} 0`));
    await reads(kiosk.locator('.slip .what'), NAMES.fresh[language]);
    const { tickets } = await state(daemon, 'counter');
    assert.deepEqual(tickets.map(({ language }) => language), [language]);
    await kiosk.locator('.ends .primary').click();
    // The next visitor is greeted in the office's first language.
    await start(kiosk);
  });
}

test('the office says which languages there are, and which comes first', async (t) => {
  const { visit } = await hall(t, { languages: ['en', 'ta'] });
  const kiosk = await ready(await visit('/kiosk'));
  await start(kiosk, 'Please choose a service');
  assert.deepEqual(await kiosk.locator('.languages button').allInnerTexts(), ['English', 'தமிழ்']);
  // Malay is not offered, so nothing is said in it a second time.
  assert.equal(await kiosk.locator('.second').count(), 0);
  await kiosk.getByRole('button', { name: 'தமிழ்' }).click();
  await start(kiosk, 'சேவையைத் தேர்ந்தெடுக்கவும்');
  await kiosk.keyboard.press('Escape');
  await start(kiosk, 'Please choose a service');
});

test('a service has its sign, and one without has its letters', async (t) => {
  const { visit } = await hall(t);
  const kiosk = await ready(await visit('/kiosk'));
  const sign = service(kiosk, 'Pasport').locator('svg use');
  assert.match(await sign.getAttribute('href'), /^\/assets\/icons-[\w-]+\.svg#passport$/);
  const box = await sign.evaluate((use) => {
    const { width, height } = use.getBBox();
    return [width, height];
  });
  assert.ok(box.every((side) => side > 0), 'the sign is drawn');
  await service(kiosk, 'Pasport').click();
  assert.deepEqual(await kiosk.locator('.service .letters').allInnerTexts(), ['C', 'F']);
});

test('by keys alone: digits choose, arrows move, Enter takes, Escape leads back', async (t) => {
  const { visit } = await hall(t);
  const kiosk = await ready(await visit('/kiosk'));
  assert.equal(await kiosk.locator('.service kbd').count(), 0);
  await kiosk.keyboard.press('ArrowDown');
  // Whoever goes by keys is shown which.
  assert.deepEqual(await kiosk.locator('.service kbd').allInnerTexts(), ['1', '2']);
  const focused = () => kiosk.evaluate(() => document.activeElement.innerText.split('\n')[0]);
  assert.equal(await focused(), 'Pasport');
  await kiosk.keyboard.press('ArrowRight');
  assert.equal(await focused(), 'Pertanyaan');
  await kiosk.keyboard.press('1');
  await start(kiosk, 'Pasport');
  await kiosk.keyboard.press('Escape');
  await start(kiosk);
  await kiosk.keyboard.press('1');
  await start(kiosk, 'Pasport');
  await kiosk.keyboard.press('2');
  await start(kiosk, 'Pasport kanak-kanak');
  await reads(kiosk.locator('.documents li'), 'Gambar');
  // What is typed goes where something is asked for.
  await kiosk.keyboard.type('012345678901', { delay: 120 });
  assert.equal(await kiosk.locator('.pad input').inputValue(), '012345678901');
  await kiosk.keyboard.press('Enter');
  await reads(number(kiosk), 'F001');
  await kiosk.keyboard.press('Escape');
  await start(kiosk);
  assert.equal(await kiosk.locator('.service kbd').count(), 0);
});

test('the class is chosen by asking for whom the number is, and only until the next visitor', async (t) => {
  const { daemon, visit } = await hall(t);
  const kiosk = await ready(await visit('/kiosk'));
  await reads(kiosk.locator('.classes legend'), 'Nombor ini untuk siapa?');
  // Nobody is asked about an appointment that way.
  assert.deepEqual(await kiosk.locator('.classes label').allInnerTexts(), ['Biasa', 'Membawa bayi']);
  await kiosk.getByText('Membawa bayi').click();
  await service(kiosk, 'Pertanyaan').click();
  await reads(number(kiosk), 'A001');
  assert.equal((await state(daemon, 'counter')).tickets[0].class, 'bayi');
  await kiosk.locator('.ends .primary').click();
  assert.equal(await kiosk.getByRole('radio', { name: 'Biasa' }).isChecked(), true);
});

test('a scanner checks in from any screen, and what it types presses nothing', async (t) => {
  const { daemon, visit } = await hall(t);
  for (const code of ['12AB', '2345']) await appoint(daemon, code);
  const kiosk = await ready(await visit('/kiosk'));
  await kiosk.getByRole('button', { name: 'English' }).click();
  await start(kiosk, 'Please choose a service');
  // With a button focused that Enter would press, and digits that would choose.
  await service(kiosk, 'Passport').focus();
  await scan(kiosk, '12ab');
  await reads(number(kiosk), 'A001');
  // The next visitor does not wait until the last has gone, and is spoken to as everybody is.
  await scan(kiosk, '2345');
  await reads(number(kiosk), 'A002');
  const { tickets } = await state(daemon, 'counter');
  assert.deepEqual(
    tickets.map((ticket) => [ticket.number, ticket.class, ticket.language]),
    [['A001', 'janji-temu', 'en'], ['A002', 'janji-temu', 'ms']],
  );
  await kiosk.keyboard.press('Escape');
  await start(kiosk);
  await scan(kiosk, 'https://elsewhere.example/');
  await reads(kiosk.locator('.foot .notice'), 'Kod itu bukan kod janji temu.');
  await scan(kiosk, '9999');
  await reads(kiosk.locator('.foot .notice.refused'), /./);
  await start(kiosk);
  assert.equal((await state(daemon, 'counter')).tickets.length, 2);
});

test('a code is keyed in by finger, or scanned where it is asked for', async (t) => {
  const { daemon, visit } = await hall(t);
  for (const code of ['AB12', 'CD34']) await appoint(daemon, code);
  const kiosk = await ready(await visit('/kiosk'));
  const go = kiosk.getByRole('button', { name: 'Daftar masuk' });
  await kiosk.getByRole('button', { name: 'Saya ada janji temu' }).click();
  assert.equal(await go.getAttribute('aria-disabled'), 'true');
  for (const key of ['A', 'B', '1', '2', '3']) await kiosk.locator('.keys').getByRole('button', { name: key, exact: true }).click();
  await kiosk.getByRole('button', { name: 'Padam' }).click();
  await go.click();
  await reads(number(kiosk), 'A001');
  await kiosk.keyboard.press('Escape');
  await kiosk.getByRole('button', { name: 'Saya ada janji temu' }).click();
  await scan(kiosk, 'CD34');
  await reads(number(kiosk), 'A002');
});

test('a closed office says when it opens next, and takes nothing', async (t) => {
  const { daemon, visit } = await hall(t, { hours: CLOSED });
  const kiosk = await ready(await visit('/kiosk'));
  await start(kiosk, 'Pejabat ditutup');
  await reads(kiosk.locator('.closed .second'), 'The office is closed');
  await reads(kiosk.locator('.advice'), /^Dibuka .*, 08:00$/);
  await reads(kiosk.locator('.notices li'), NAMES.notice.ms);
  await kiosk.keyboard.press('1');
  await kiosk.getByRole('button', { name: '中文' }).click();
  await reads(kiosk.locator('.advice'), /08:00/);
  assert.equal(await kiosk.locator('.service').count(), 0);
  assert.equal((await state(daemon, 'supervisor')).tally.issued, 0);
});

test('the page goes back by itself, asks before, and waits for whoever wants more time', async (t) => {
  const { visit } = await hall(t);
  const kiosk = await visit('/kiosk', { before: (page) => page.clock.install() });
  await ready(kiosk);
  await kiosk.getByRole('button', { name: 'English' }).click();
  await start(kiosk, 'Please choose a service');
  await kiosk.getByRole('button', { name: 'Larger text' }).click();
  await service(kiosk, 'Passport').click();
  const asks = kiosk.locator('.still');
  assert.equal(await asks.isVisible(), false);
  await kiosk.clock.runFor(21_000);
  await reads(asks, /^Still here\? The screen will go back to the start\. \d+ s Give me more time$/);
  await asks.getByRole('button').click();
  await asks.waitFor({ state: 'hidden' });
  await kiosk.clock.runFor(30_000);
  await start(kiosk, 'Passport');
  await kiosk.clock.runFor(15_000);
  await start(kiosk);
  assert.equal(await kiosk.locator('[aria-pressed="true"]').count(), 1, 'only the language is as it is');
  // Nobody there: nothing to ask.
  await kiosk.clock.runFor(60_000);
  assert.equal(await asks.isVisible(), false);
});

test('a number stays for half a minute, and longer for whoever asks', async (t) => {
  const { visit } = await hall(t);
  const kiosk = await visit('/kiosk', { before: (page) => page.clock.install() });
  await ready(kiosk);
  await service(kiosk, 'Pertanyaan').click();
  await reads(number(kiosk), 'A001');
  await kiosk.clock.runFor(25_000);
  await kiosk.getByRole('button', { name: 'Beri saya lebih masa' }).click();
  await kiosk.clock.runFor(25_000);
  await reads(number(kiosk), 'A001');
  await kiosk.clock.runFor(6_000);
  await start(kiosk);
});

/** All that is touched. */
const touched = (kiosk) =>
  kiosk.evaluate(() =>
    [...document.querySelectorAll('button, .classes label')].map((place) => {
      const { top, bottom, width, height } = place.getBoundingClientRect();
      return { name: place.innerText.split('\n')[0], top, bottom, width, height };
    }),
  );

for (const [name, viewport] of Object.entries({ across: ACROSS, upright: UPRIGHT })) {
  test(`with buttons lower down, all that is touched is in the lower half of the screen, ${name}`, async (t) => {
    const { daemon, visit } = await hall(t);
    await appoint(daemon, 'AB12');
    const kiosk = await ready(await visit('/kiosk', { viewport }));
    await kiosk.getByRole('button', { name: 'Butang di bawah' }).click();
    const low = async (what) => {
      for (const place of await touched(kiosk)) {
        assert.ok(place.top >= viewport.height / 2, `${what}: ${place.name} begins at ${place.top}`);
        assert.ok(place.bottom <= viewport.height, `${what}: ${place.name} ends at ${place.bottom}`);
      }
    };
    await low('start');
    await service(kiosk, 'Pasport').click();
    await start(kiosk, 'Pasport');
    await low('group');
    await service(kiosk, 'Pasport baharu').click();
    await reads(number(kiosk), 'C001');
    await low('ticket');
    await kiosk.locator('.ends .primary').click();
    await start(kiosk);
    assert.equal(await kiosk.evaluate(() => document.documentElement.hasAttribute('data-low')), false);
  });

  test(`what a finger presses is at least 20 mm each way, ${name}`, async (t) => {
    const { visit } = await hall(t);
    const kiosk = await ready(await visit('/kiosk', { viewport }));
    const large = async (what) => {
      for (const place of await touched(kiosk)) {
        assert.ok(place.width >= FINGER && place.height >= FINGER, `${what}: ${place.name} is ${place.width} by ${place.height}`);
      }
      const wide = await kiosk.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.equal(wide, false, what);
    };
    await large('start');
    await kiosk.getByRole('button', { name: 'Saya ada janji temu' }).click();
    await kiosk.locator('.pad').waitFor();
    await large('code');
    await kiosk.getByRole('button', { name: 'Kembali' }).click();
    await service(kiosk, 'Pasport').click();
    await service(kiosk, 'Pasport kanak-kanak').click();
    await kiosk.locator('.pad').waitFor();
    await large('documents');
    await kiosk.keyboard.press('Escape');
    await service(kiosk, 'Pasport baharu').click();
    await reads(number(kiosk), 'C001');
    await large('ticket');
    await kiosk.keyboard.press('Escape');
    await kiosk.keyboard.press('Control+Alt+k');
    await kiosk.locator('dialog').waitFor();
    await large('way out');
  });
}

test('larger text is larger, high contrast is 7 to 1 and more, and both end with the visit', async (t) => {
  const { visit } = await hall(t);
  const kiosk = await ready(await visit('/kiosk', { viewport: ACROSS }));
  const size = () => kiosk.locator('.service strong').first().evaluate((name) => parseFloat(getComputedStyle(name).fontSize));
  const before = await size();
  await kiosk.getByRole('button', { name: 'Tulisan besar' }).click();
  assert.ok((await size()) >= 1.2 * before - 0.01, `${await size()} after ${before}`);
  await kiosk.getByRole('button', { name: 'Kontras tinggi' }).click();
  await kiosk.evaluate(axe);
  const { violations } = await kiosk.evaluate(() =>
    window.axe.run(document, { runOnly: ['color-contrast-enhanced'], rules: { 'color-contrast-enhanced': { enabled: true } } }),
  );
  assert.deepEqual(violations.flatMap(({ nodes }) => nodes.map(({ target }) => target)), []);
  await service(kiosk, 'Pertanyaan').click();
  await reads(number(kiosk), 'A001');
  await kiosk.locator('.ends .primary').click();
  await start(kiosk);
  assert.equal(await size(), before);
});

/** Voices of a machine, and what they were given to say. */
const voices = (page, list) =>
  page.addInitScript((list) => {
    window.said = [];
    const voices = list.map(([lang, localService]) => ({ lang, localService, name: lang }));
    const speech = {
      getVoices: () => voices,
      speak: (utterance) => window.said.push([utterance.lang, utterance.text]),
      cancel() {},
      addEventListener() {},
      removeEventListener() {},
    };
    Object.defineProperty(window, 'speechSynthesis', { value: speech });
    window.SpeechSynthesisUtterance = class {
      constructor(text) {
        this.text = text;
      }
    };
  }, list);

test('the screen and the focused choice are read aloud where this machine has a voice for the language', async (t) => {
  const { visit } = await hall(t);
  const kiosk = await visit('/kiosk', { before: (page) => voices(page, [['ms-MY', true], ['en-GB', false]]) });
  await ready(kiosk);
  const speak = kiosk.getByRole('button', { name: 'Bacakan' });
  const said = () => kiosk.evaluate(() => window.said.splice(0));
  assert.deepEqual(await said(), []);
  await speak.click();
  await kiosk.waitForFunction(() => window.said.length > 0);
  const [[lang, text]] = await said();
  assert.equal(lang, 'ms-MY');
  assert.match(text, /^Sila pilih perkhidmatan\. .*Pasport\. .*Pertanyaan\. 0 orang menunggu\. .*Nombor ini untuk siapa\?/);
  assert.doesNotMatch(text, /Please|Enquiries/);
  await kiosk.keyboard.press('ArrowUp');
  await kiosk.waitForFunction(() => window.said.length > 0);
  await said();
  await service(kiosk, 'Pertanyaan').click();
  await reads(number(kiosk), 'A001');
  await kiosk.waitForFunction(() => window.said.some(([, text]) => text.includes('A001')));
  // A voice that is somebody's server is none.
  await kiosk.getByRole('button', { name: 'English' }).click();
  await reads(kiosk.locator('.slip .label'), /^Your number/);
  assert.equal(await kiosk.getByRole('button', { name: 'Read aloud' }).count(), 0);
});

test('without a voice nobody is offered one', async (t) => {
  const { visit } = await hall(t);
  const kiosk = await visit('/kiosk', { before: (page) => voices(page, []) });
  await ready(kiosk);
  assert.equal(await kiosk.locator('.aids button').count(), 3);
});

/** What a phone's camera reads off a picture. */
function decoded(picture) {
  const { stdout, error } = spawnSync('zbarimg', ['--quiet', '--raw', '-'], { input: picture });
  if (error) throw new Error(`zbarimg is needed (Debian: zbar-tools): ${error.message}`);
  return String(stdout).trim();
}

test('the code on the ticket leads a phone to its page, at every size and in every dress', async (t) => {
  // A longer address makes a larger code.
  for (const id of ['contoh', 'pejabat-daerah-dan-tanah-contoh']) {
    const { visit, daemon } = await hall(t, { id });
    for (const [viewport, options] of [
      [ACROSS, {}],
      [UPRIGHT, { colorScheme: 'dark' }],
      [{ width: 1280, height: 720 }, { language: 'ta' }],
      [{ width: 800, height: 1280 }, { contrast: true }],
    ]) {
      const { language = 'ms', contrast, ...rest } = options;
      const kiosk = await ready(await visit(`/kiosk?lang=${language}`, { viewport, ...rest }));
      if (contrast) await kiosk.locator('.aids button').nth(2).click();
      const issued = kiosk.waitForResponse('**/commands').then((answer) => answer.json());
      await service(kiosk, NAMES.enquiries[language]).click();
      const { outcome } = await issued;
      await kiosk.locator('.slip .code svg').waitFor();
      const expected = `${daemon.url}/phone?branch=${id}&lang=${language}#${outcome.phone}`;
      assert.equal(decoded(await kiosk.screenshot()), expected, JSON.stringify([viewport, options]));
      await kiosk.context().close();
    }
  }
});

test('without a secret for the phone there is no code', async (t) => {
  const { visit } = await hall(t);
  const kiosk = await ready(await visit('/kiosk'));
  await kiosk.route('**/commands', async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    delete body.outcome.phone;
    await route.fulfill({ response: answer, json: body });
  });
  await service(kiosk, 'Pertanyaan').click();
  await reads(number(kiosk), 'A001');
  assert.equal(await kiosk.locator('.slip .code').count(), 0);
});

for (const colorScheme of ['light', 'dark']) {
  test(`no screen of the kiosk has a fault that a machine can find, ${colorScheme}`, async (t) => {
    const { visit } = await hall(t);
    for (const aid of [undefined, 0, 1, 2]) {
      const kiosk = await ready(await visit('/kiosk', { colorScheme, reducedMotion: 'reduce' }));
      if (aid !== undefined) await kiosk.locator('.aids button').nth(aid).click();
      await kiosk.keyboard.press('ArrowDown');
      assert.deepEqual(await faults(kiosk), [], `start ${aid}`);
      await kiosk.getByRole('button', { name: 'Saya ada janji temu' }).click();
      await kiosk.locator('.pad').waitFor();
      assert.deepEqual(await faults(kiosk), [], `code ${aid}`);
      await kiosk.keyboard.press('Control+Alt+k');
      await kiosk.locator('dialog').waitFor();
      assert.deepEqual(await faults(kiosk), [], `way out ${aid}`);
      await kiosk.locator('dialog').getByRole('button', { name: 'Kembali' }).click();
      await kiosk.locator('main').getByRole('button', { name: 'Kembali' }).click();
      await service(kiosk, 'Pertanyaan').click();
      await reads(number(kiosk), /^A/);
      assert.deepEqual(await faults(kiosk), [], `ticket ${aid}`);
      await kiosk.context().close();
    }
  });
}

test('at twice and four times its size nothing is cut off sideways, and with calm asked for nothing moves', async (t) => {
  const { visit } = await hall(t);
  for (const viewport of [{ width: 960, height: 540 }, { width: 540, height: 960 }, { width: 320, height: 256 }]) {
    for (const language of ['ms', 'ta']) {
      const kiosk = await ready(await visit(`/kiosk?lang=${language}`, { viewport, reducedMotion: 'reduce' }));
      const wide = () =>
        kiosk.evaluate(() =>
          document.documentElement.scrollWidth > innerWidth
            ? [...document.querySelectorAll('body *')].filter((place) => place.getBoundingClientRect().right > innerWidth + 1).map((place) => place.className)
            : [],
        );
      assert.deepEqual(await wide(), [], `start ${viewport.width} ${language}`);
      for (const aid of [0, 1]) {
        await kiosk.locator('.aids button').nth(aid).click();
        assert.deepEqual(await wide(), [], `aid ${aid} ${viewport.width} ${language}`);
      }
      await service(kiosk, NAMES.enquiries[language]).click();
      await kiosk.locator('.slip .code svg').waitFor();
      assert.deepEqual(await wide(), [], `ticket ${viewport.width} ${language}`);
      const moving = await kiosk.evaluate(() => document.getAnimations().length);
      assert.equal(moving, 0);
      await kiosk.context().close();
    }
  }
});

test('while the link is cut the page says so, and goes on by itself', async (t) => {
  const { daemon, visit } = await hall(t);
  if (!daemon.own) return t.skip('a daemon of the test’s own is killed');
  const kiosk = await ready(await visit('/kiosk'));
  await daemon.kill();
  await reads(kiosk.locator('.notice.down'), /Sambungan terputus/);
  await service(kiosk, 'Pertanyaan').click();
  await daemon.start();
  await reads(number(kiosk), 'A001');
  await kiosk.keyboard.press('Escape');
  await kiosk.locator('.notice.down').waitFor({ state: 'detached' });
  await command(daemon, { type: 'issue_ticket', service: 'pertanyaan' });
  await reads(service(kiosk, 'Pertanyaan').locator('.facts'), /^2 orang menunggu/);
});

const ZAINAB = { id: 'zainab', name: 'Zainab binti Omar', secret: 'teh tarik kurang manis' };
const AMINAH = { id: 'aminah', secret: '482915' };

/** A request of a page's own. */
const ask = (page, method, path, body) =>
  page.evaluate(
    async ([method, path, body]) => {
      const answer = await fetch(`/api/v1${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    },
    [method, path, body],
  );

/** A kiosk that is paired, and an officer who has a PIN. */
async function paired(t) {
  const daemon = await startDaemon({ office: office(), signIn: true });
  t.after(() => daemon.stop());
  const visit = visitor(t, browser, daemon);
  const admin = await visit('/');
  await ask(admin, 'POST', '/first-administrator', { token: daemon.first, ...ZAINAB });
  await ask(admin, 'PUT', '/people/aminah', { name: 'Aminah binti Ali', grants: [{ role: 'officer', branch: 'contoh' }] });
  await ask(admin, 'POST', '/people/aminah/secret', { secret: '6190357248' });
  const officer = await visit('/');
  await ask(officer, 'POST', '/sign-in', { id: AMINAH.id, secret: '6190357248' });
  await ask(officer, 'POST', '/me/secret', { old: '6190357248', new: AMINAH.secret });
  await officer.context().close();
  const kiosk = await visit('/kiosk?branch=contoh', { before: (page) => page.clock.install() });
  const groups = kiosk.locator('.pairing .group');
  await groups.first().waitFor();
  const code = (await groups.allTextContents()).join('-');
  await ask(admin, 'POST', '/branches/contoh/pairing/approve', { code, id: 'kiosk-depan' });
  await drawn(kiosk);
  return ready(kiosk);
}

test('the staff leave by holding the mark for three seconds, then by name and PIN on the page’s own keys', async (t) => {
  const kiosk = await paired(t);
  const dialog = kiosk.locator('dialog');
  const key = (name) => dialog.locator('.keys').getByRole('button', { name, exact: true }).click();
  const mark = await kiosk.locator('.mark').boundingBox();
  await kiosk.mouse.move(mark.x + mark.width / 2, mark.y + mark.height / 2);
  const hold = async (ms) => {
    await kiosk.mouse.down();
    await kiosk.clock.runFor(ms);
    await kiosk.mouse.up();
  };
  await hold(2_000);
  assert.equal(await dialog.count(), 0, 'a visitor who leans on it finds nothing');
  await hold(3_000);
  await dialog.waitFor();
  for (const sign of AMINAH.id) await key(sign);
  await dialog.getByRole('button', { name: 'Seterusnya' }).click();
  for (const sign of '000111') await key(sign);
  const field = dialog.locator('input');
  assert.equal(await field.getAttribute('type'), 'password');
  await dialog.getByRole('button', { name: 'Keluar', exact: true }).click();
  await reads(dialog.locator('.wrong'), /./);
  assert.equal(await field.inputValue(), '');
  assert.equal(new URL(kiosk.url()).pathname, '/kiosk');
  for (const sign of AMINAH.secret) await key(sign);
  await dialog.getByRole('button', { name: 'Keluar', exact: true }).click();
  await kiosk.waitForURL((url) => url.pathname === '/');
});

test('the way out opens by keys too, says when too many were wrong, and closes by itself', async (t) => {
  const kiosk = await paired(t);
  const dialog = kiosk.locator('dialog');
  await kiosk.keyboard.press('Control+Alt+k');
  await dialog.waitFor();
  await kiosk.keyboard.type('aminah');
  await kiosk.keyboard.press('Enter');
  const field = dialog.locator('input[type="password"]');
  await field.waitFor();
  const button = dialog.locator('.ends .primary');
  // Until the daemon wants to be left alone: at first for two seconds, which a second look may find to be over.
  let waits = '';
  for (let tries = 0; tries < 20 && !/^Tunggu/.test((waits = await button.innerText())); tries += 1) {
    await field.fill('000111');
    const answer = kiosk.waitForResponse('**/kiosk/leave');
    await field.press('Enter');
    await answer;
    await kiosk.clock.runFor(300);
  }
  assert.match(waits, /^Tunggu \d:\d\d$/);
  await reads(dialog.locator('.wrong'), /./);
  // Nobody there: it is asked in the dialog, which the rest of the page lies behind, and then closed.
  await kiosk.clock.runFor(25_000);
  await reads(dialog.locator('.still'), /^Masih di sini\?/);
  await kiosk.clock.runFor(20_000);
  await dialog.waitFor({ state: 'detached' });
  await start(kiosk);
});

test('where nobody is asked who they are, nobody is kept in', async (t) => {
  const { visit } = await hall(t);
  const kiosk = await ready(await visit('/kiosk'));
  await kiosk.keyboard.press('Control+Alt+k');
  await kiosk.locator('dialog').waitFor();
  await kiosk.keyboard.press('Escape');
  await kiosk.locator('dialog').waitFor({ state: 'detached' });
  await kiosk.keyboard.press('Control+Alt+k');
  await kiosk.locator('dialog').waitFor();
  await kiosk.keyboard.type('sesiapa');
  await kiosk.keyboard.press('Enter');
  await kiosk.locator('dialog input[type="password"]').fill('123456');
  await kiosk.keyboard.press('Enter');
  await kiosk.waitForURL((url) => url.pathname === '/');
});
