// The page on a visitor's own phone, from the number to the turn, on good links and bad ones.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createRequire } from 'node:module';
import { once } from 'node:events';
import test, { after, before } from 'node:test';

import { reads, startBrowser, visitor } from './browser.mjs';
import { command, OFFICE, startDaemon, state } from './daemon.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true };
/** The office, with numbers by phone, and with coming back for who missed a call. */
const REMOTE = OFFICE.replace('[[branch.class]]', '[branch.remote]\n[branch.calling]\ncome_back = "30m"\n\n[[branch.class]]');

/** All that a page may load before its reader has the ticket, and its script alone, in bytes as they are sent. */
const MOST_BYTES = 50_000;
const MOST_SCRIPT = 20_000;
/** What comes when the ticket stands there already. */
const LATER = /\/(?:dialogs|insist)-/;

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

async function hall(t) {
  const daemon = await startDaemon({ office: REMOTE });
  t.after(() => daemon.stop());
  const visit = visitor(t, browser, daemon);
  return {
    daemon,
    /** Opens the page with something behind `#`. */
    open: (behind, { lang = 'ms', ...options } = {}) =>
      visit(`/phone?branch=contoh&lang=${lang}${behind && `#${behind}`}`, { ...PHONE, ...options }),
    take: (service = 'pertanyaan') => command(daemon, { type: 'issue_ticket', service, language: 'ms' }),
    call: (counter = 'kaunter-2') => command(daemon, { type: 'call_next', counter }),
    do: (type, more = {}) => command(daemon, { type, counter: 'kaunter-2', ...more }),
  };
}

const code = async (daemon) => (await (await fetch(`${daemon.url}/api/v1/branches/contoh/hall-code`)).json()).code;

/** Writes down what the page does with the phone itself. */
const spied = async (page) => {
  await page.addInitScript(() => {
    window.vibrations = [];
    Navigator.prototype.vibrate = (pattern) => window.vibrations.push(pattern) > 0;
    window.contexts = [];
    window.notes = 0;
    const Real = window.AudioContext;
    window.AudioContext = class extends Real {
      constructor() {
        super();
        window.contexts.push(this);
      }
      createOscillator() {
        window.notes += 1;
        return super.createOscillator();
      }
    };
  });
};

const ahead = (page) => page.locator('.facts dd').first();

test('the page shows number, place and calls, warns when the turn is near, and cannot be overlooked when it comes', async (t) => {
  const { open, take, call, do: act } = await hall(t);
  for (let n = 0; n < 4; n += 1) await take();
  const mine = await take();
  await act('open_counter');
  const page = await open(mine.phone, { before: spied });
  await reads(page.locator('h1'), 'Nombor anda A005');
  assert.equal(await page.getByText('Connecting').isVisible(), false);
  await reads(page.locator('.what'), 'Pertanyaan dan bayaran');
  await reads(page.locator('header'), /Pejabat Daerah Contoh/);
  await reads(ahead(page), '4');
  await reads(page.locator('.calls'), /Belum ada panggilan hari ini\./);
  assert.equal(await page.title(), 'A005: 4 orang di hadapan');
  assert.equal(await page.locator('.soon').count(), 0);

  const sound = page.getByRole('button', { name: 'Bunyikan apabila tiba giliran saya' });
  assert.equal(await sound.getAttribute('aria-pressed'), 'false');
  await sound.click();
  await page.locator('.aids [aria-pressed="true"]').waitFor();
  assert.deepEqual(await page.evaluate(() => window.contexts.map(({ state }) => state)), ['running']);
  const notes = await page.evaluate(() => window.notes);
  assert.ok(notes > 0, 'whoever switches the sound on hears it');

  // One is called: three are left, and the phone says that it is soon.
  const { ticket: first } = await call();
  await reads(ahead(page), '3');
  await reads(page.locator('.calls li'), 'A001 Kaunter 2');
  await reads(page.locator('.soon'), 'Giliran anda hampir tiba. Sila berada di ruang menunggu.');
  await reads(page.getByRole('status').first(), /A005: 3 orang di hadapan Giliran anda hampir tiba/);
  await page.waitForFunction((notes) => window.notes > notes, notes);
  // The sound is begun before the vibration, and this looks in between as well.
  await page.waitForFunction(() => JSON.stringify(window.vibrations.at(-1)) === '[250]');

  let last = first;
  for (let n = 0; n < 4; n += 1) {
    await act('start_serving', { ticket: last });
    await act('finish', { ticket: last });
    last = (await call()).ticket;
  }
  assert.equal(last, mine.ticket);
  const turn = page.locator('.turn');
  await reads(turn.getByRole('alert'), 'Giliran anda! A005 Sila ke Kaunter 2');
  assert.equal(await page.title(), 'Giliran anda! A005 → Kaunter 2');
  // It fills the screen with the one colour that means a call.
  const { colour, called, share } = await page.evaluate(() => {
    const phone = document.querySelector('.phone');
    const called = getComputedStyle(document.documentElement).getPropertyValue('--bg-called').trim();
    const box = document.querySelector('.turn').getBoundingClientRect();
    return { colour: getComputedStyle(phone).backgroundColor, called, share: (box.width * box.height) / (innerWidth * innerHeight) };
  });
  assert.equal(colour, `rgb(${[1, 3, 5].map((at) => parseInt(called.slice(at, at + 2), 16)).join(', ')})`);
  assert.ok(share > 0.7, `${share}`);
  // It rings again and again, until its holder says to have seen it; also over a reload, and then no more.
  const rung = () => page.evaluate(() => window.vibrations.filter((pattern) => pattern.length === 5).length);
  await page.waitForFunction(() => window.vibrations.filter((pattern) => pattern.length === 5).length >= 2);
  assert.ok((await rung()) >= 2);
  await page.getByRole('button', { name: 'Baik, saya datang' }).click();
  await page.locator('.turn[data-fresh="false"]').waitFor();
  // It stops at once.
  await page.waitForFunction(() => window.vibrations.at(-1) === 0, undefined, { timeout: 2_000 });
  await page.reload();
  await reads(turn.getByRole('alert'), /Kaunter 2$/);
  assert.equal(await page.locator('.turn[data-fresh="true"]').count(), 0);
  assert.equal(await rung(), 0);

  await act('start_serving', { ticket: last });
  await reads(page.locator('.note'), 'Anda sedang dilayan di Kaunter 2.');
  await act('finish', { ticket: last });
  await reads(page.locator('h1'), 'Urusan anda selesai');
  assert.equal(await page.title(), 'Nombor giliran saya');
  assert.equal(await page.evaluate(() => localStorage.getItem('giliran.phone.contoh')), null, 'the secret is forgotten');
});

test('whoever was called while the phone was locked is told where to go as soon as it is looked at', async (t) => {
  const { open, take, call, do: act } = await hall(t);
  const mine = await take();
  await act('open_counter');
  // A locked phone runs no timers, and an hour goes by.
  const page = await open(mine.phone, {
    before: (page) =>
      page.addInitScript(() => {
        const [later, now] = [window.setTimeout, Date.now];
        window.setTimeout = (act, ...more) => later(() => window.locked || act(), ...more);
        Date.now = () => now() + (window.locked === undefined ? 0 : 3_600_000);
        Object.defineProperty(document, 'visibilityState', { get: () => (window.locked ? 'hidden' : 'visible') });
      }),
  });
  await reads(ahead(page), '0');
  const lock = (locked) =>
    page.evaluate((locked) => {
      window.locked = locked;
      document.dispatchEvent(new Event('visibilitychange'));
    }, locked);
  await lock(true);
  await call();
  // Until the answer is here it says that what it shows is old.
  let answer;
  const held = new Promise((go) => (answer = go));
  const asked = new Promise((done) =>
    page.route('**/phone/ticket', async (route) => {
      done();
      await held;
      await route.continue();
    }),
  );
  await lock(false);
  await asked;
  await reads(page.locator('.notice.down'), /Sambungan terputus sejak \d\d:\d\d\. Maklumat di skrin mungkin lama\./);
  answer();
  await reads(page.locator('.turn').getByRole('alert'), 'Giliran anda! A001 Sila ke Kaunter 2');
  await page.locator('.notice.down').waitFor({ state: 'detached' });
});

test('who missed the call is told what to do, and the page goes on when an officer puts the number back', async (t) => {
  const { daemon, open, take, call, do: act } = await hall(t);
  const mine = await take();
  await act('open_counter');
  const page = await open(mine.phone);
  await call();
  await reads(page.locator('.turn').getByRole('alert'), /Giliran anda!/);
  await act('no_show', { ticket: mine.ticket });
  await reads(page.locator('h1'), 'Panggilan nombor A001 sudah berlalu');
  await reads(page.locator('main p'), /sila ke kaunter sekarang dan tunjukkan nombor ini/);
  // It is found again without the address.
  const answered = page.waitForResponse('**/phone/ticket');
  await page.goto(page.url().replace(/#.*/, ''));
  await reads(page.locator('h1'), 'Panggilan nombor A001 sudah berlalu');
  await (await answered).finished();
  await command(daemon, { type: 'come_back', ticket: mine.ticket });
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await reads(page.locator('h1'), 'Nombor anda A001');
  await call();
  await reads(page.locator('.turn[data-fresh="true"]').getByRole('alert'), /Giliran anda!/);
});

test('a visitor leaves the queue after being asked once more, and the press is done once though its answer is lost', async (t) => {
  const { daemon, open, take } = await hall(t);
  const [mine, other] = [await take(), await take()];
  const page = await open(mine.phone);
  const leave = page.getByRole('button', { name: 'Keluar dari giliran' });
  await leave.click();
  await page.getByRole('button', { name: 'Tidak, saya terus menunggu' }).click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  assert.equal((await state(daemon, 'supervisor')).tally.cancelled, 0);
  const lose = async (route) => {
    await route.fetch();
    await route.abort();
  };
  await page.route('**/phone/leave', lose, { times: 1 });
  await leave.click();
  await reads(page.locator('dialog p'), /Nombor A001 akan dibatalkan dan tidak dapat dipulihkan/);
  await page.getByRole('button', { name: 'Ya, batalkan nombor saya' }).click();
  await reads(page.locator('h1'), 'Nombor A001 telah dibatalkan');
  assert.equal((await state(daemon, 'supervisor')).tally.cancelled, 1);
  assert.deepEqual((await state(daemon, 'supervisor')).tickets.map(({ id }) => id), [other.ticket]);
  await page.goto(page.url().replace(/#.*/, ''));
  await reads(page.locator('h1'), 'Tiada nombor giliran di telefon ini');
});

test('a visitor lets others go first, no more than are there', async (t) => {
  const { open, take, call, do: act } = await hall(t);
  const mine = await take();
  const page = await open(mine.phone);
  await reads(ahead(page), '0');
  assert.equal(await page.getByRole('button', { name: 'Beri laluan kepada orang lain' }).count(), 0, 'nobody waits behind');
  for (let n = 0; n < 4; n += 1) await take();
  await page.getByRole('button', { name: 'Beri laluan kepada orang lain' }).click();
  const dialog = page.locator('dialog');
  assert.deepEqual(await dialog.locator('label').allInnerTexts(), ['1 orang', '3 orang']);
  await dialog.getByText('3 orang').click();
  await reads(dialog.locator('p'), /Tempat asal tidak dapat diambil semula\./);
  await dialog.getByRole('button', { name: 'Beri laluan' }).click();
  await dialog.waitFor({ state: 'detached' });
  await reads(ahead(page), '3');
  await act('open_counter');
  const order = [];
  for (let n = 0; n < 5; n += 1) {
    const { number, ticket } = await call();
    order.push(number);
    await act('start_serving', { ticket });
    await act('finish', { ticket });
  }
  assert.deepEqual(order, ['A002', 'A003', 'A004', 'A001', 'A005']);
});

test('who lets others go first does so once, though the answer is lost and the daemon is busy after that', async (t) => {
  const { open, take } = await hall(t);
  const mine = await take();
  for (let n = 0; n < 4; n += 1) await take();
  const page = await open(mine.phone);
  await page.getByRole('button', { name: 'Beri laluan kepada orang lain' }).click();
  const busy = { error: { code: 'overloaded', message: { ms: 'Sibuk.' } } };
  await page.route('**/phone/give-way', (route) => route.fulfill({ status: 503, json: busy, headers: { 'retry-after': '60' } }), { times: 1 });
  const lose = async (route) => {
    await route.fetch();
    await route.abort();
  };
  // The last that is told of a request is asked first.
  await page.route('**/phone/give-way', lose, { times: 1 });
  const dialog = page.locator('dialog');
  const go = dialog.getByRole('button', { name: 'Beri laluan' });
  await go.click();
  await reads(dialog.locator('.wrong'), 'Sibuk.');
  await go.click();
  await dialog.waitFor({ state: 'detached' });
  await reads(ahead(page), '1');
});

test("whoever can read the hall's code takes a number by phone, and holds it from then on", async (t) => {
  const { daemon, open, take } = await hall(t);
  await take('lesen');
  const page = await open(`hall=${await code(daemon)}`, { lang: 'en' });
  await reads(page.locator('h1'), 'Choose a service');
  await reads(page.locator('.services button', { hasText: 'Permits' }), /^Permits and licences 1 waiting/);
  await page.getByRole('button', { name: /Permits and licences/ }).click();
  await reads(page.locator('h1'), 'Permits and licences');
  await page.getByLabel('Your phone number').fill('tiada');
  await page.getByRole('button', { name: 'Take a number' }).click();
  await reads(page.getByRole('alert'), /./);
  await page.getByLabel('Your phone number').fill('012-345 6789');
  // The answer is lost once; the page asks again, and there is one number all the same.
  const lose = async (route) => {
    await route.fetch();
    await route.abort();
  };
  await page.route('**/phone/tickets', lose, { times: 1 });
  await page.getByRole('button', { name: 'Take a number' }).click();
  await reads(page.locator('h1'), 'Your number L002');
  await reads(ahead(page), '1');
  const { tickets, tally } = await state(daemon, 'supervisor');
  assert.deepEqual([tally.issued, tickets.at(-1).language], [2, 'en']);
  // The code on the wall leads back to the number while it lives.
  await page.goto('about:blank');
  await page.goto(`${daemon.url}/phone?branch=contoh&lang=en#hall=${await code(daemon)}`);
  await reads(page.locator('h1'), 'Your number L002');
});

test('a code that is another by now is asked for, and what was chosen stays', async (t) => {
  const { daemon, open } = await hall(t);
  const page = await open('hall=BCDFGH');
  await reads(page.getByRole('alert'), /Kod dewan itu tidak betul atau sudah bertukar/);
  await page.getByLabel('Kod dewan').fill((await code(daemon)).toLowerCase());
  await page.getByRole('button', { name: 'Teruskan' }).click();
  await page.getByRole('button', { name: /Urusan tanah/ }).click();
  await page.getByLabel('Nombor telefon anda').fill('0123456789');
  // Meanwhile a minute or two went by.
  const late = (route) => route.continue({ postData: { ...route.request().postDataJSON(), code: 'BCDFGH' } });
  await page.route('**/phone/tickets', late, { times: 1 });
  await page.getByRole('button', { name: 'Ambil nombor' }).click();
  await reads(page.getByRole('alert'), /sudah bertukar/);
  await page.getByLabel('Kod dewan').fill(await code(daemon));
  await page.getByRole('button', { name: 'Ambil nombor' }).click();
  await reads(page.locator('h1'), 'Nombor anda C001');
});

test('an address that opens nothing is explained, keeps nothing, and sends nothing that is no secret', async (t) => {
  const { open, take } = await hall(t);
  for (const behind of ['AAAAAAAAAAAAAAAAAAAAAA', 'x', '%3Cscript%3E']) {
    const asked = [];
    const before = (page) => page.on('request', (request) => request.url().includes('/phone/ticket') && asked.push(request));
    const page = await open(behind, { lang: 'zh', before });
    await reads(page.locator('h1'), '找不到这个号码');
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    assert.equal(asked.length, behind.startsWith('%') ? 0 : 1);
    await page.context().close();
  }
  const page = await open('');
  await reads(page.locator('h1'), 'Tiada nombor giliran di telefon ini');
  // A code that is scanned into the same tab is taken up.
  const { phone } = await take();
  await page.evaluate((phone) => (location.hash = phone), phone);
  await reads(page.locator('h1'), 'Nombor anda A001');
});

test('a cut link is said with its time, what was known stays, also over a reload, and it comes back by itself', async (t) => {
  const { open, take } = await hall(t);
  await take();
  const { phone } = await take();
  const page = await open(phone);
  await reads(ahead(page), '1');
  await page.route('**/phone/ticket', (route) => route.abort());
  await reads(page.locator('.notice.down'), /Sambungan terputus sejak \d\d:\d\d/);
  await reads(page.locator('h1'), 'Nombor anda A002');
  await page.goto(page.url().replace(/#.*/, ''));
  await reads(page.locator('h1'), 'Nombor anda A002');
  await reads(page.locator('.notice.down'), /Sambungan terputus sejak \d\d:\d\d/);
  await page.unroute('**/phone/ticket');
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await page.locator('.notice.down').waitFor({ state: 'detached' });
  await take();
  await reads(page.getByRole('button', { name: 'Beri laluan kepada orang lain' }), 'Beri laluan kepada orang lain');
});

/** Stands between the browser and the daemon; `sent` are the bytes that went to the browser, `heads` what was asked. */
async function wire(t, daemon) {
  const seen = { sent: 0, heads: '' };
  const { hostname, port } = new URL(daemon.url);
  const server = createServer();
  server.removeAllListeners('connection');
  server.on('connection', (near) => {
    const far = connect(Number(port), hostname);
    near.on('data', (bytes) => {
      seen.heads += bytes;
      // The daemon knows itself by its own port.
      far.write(String(bytes).replaceAll(`127.0.0.1:${server.address().port}`, new URL(daemon.url).host));
    });
    far.on('data', (bytes) => {
      seen.sent += bytes.length;
      near.write(bytes);
    });
    for (const [one, other] of [[near, far], [far, near]]) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  return { seen, url: `http://127.0.0.1:${server.address().port}` };
}

test('all that the page loads is below 50 kB, and no secret stands in an address that is sent, nor in the log', async (t) => {
  const { daemon, take } = await hall(t);
  const { phone } = await take();
  const { seen, url } = await wire(t, daemon);
  const context = await browser.newContext(PHONE);
  t.after(() => context.close());
  const page = await context.newPage();
  const link = await context.newCDPSession(page);
  await link.send('Network.enable');
  // A bad mobile link: 400 kbit/s, 400 ms there and back.
  await link.send('Network.emulateNetworkConditions', { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 });
  const sizes = new Map();
  const urls = new Map();
  link.on('Network.responseReceived', ({ requestId, response }) => urls.set(requestId, [new URL(response.url).pathname, response.encodedDataLength]));
  link.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const [path, head] = urls.get(requestId);
    sizes.set(path, encodedDataLength - head);
  });
  const begun = performance.now();
  // Tamil has the longest texts.
  await page.goto(`${url}/phone?branch=contoh&lang=ta#${phone}`);
  await page.locator('.slip .number').waitFor();
  const took = performance.now() - begun;
  await page.waitForLoadState('networkidle');
  const script = [...sizes].filter(([path]) => path.endsWith('.js') && !LATER.test(path)).reduce((sum, [, size]) => sum + size, 0);
  console.log(`the page sends ${seen.sent} bytes in all, ${script} of them script, in ${sizes.size} files; number after ${Math.round(took)} ms at 400 kbit/s`);
  assert.ok(sizes.size >= 6 && sizes.has('/phone'), [...sizes.keys()].join());
  assert.ok(seen.sent < MOST_BYTES, `${seen.sent}`);
  assert.ok(script <= MOST_SCRIPT, `${script}`);
  assert.deepEqual([...sizes.keys()].filter((path) => /woff/.test(path)), [], 'a phone has letters of its own');

  // Leaving and asking go the same way.
  await page.getByRole('button', { name: 'வரிசையிலிருந்து விலகு' }).click();
  await page.getByRole('button', { name: 'ஆம், என் எண்ணை ரத்து செய்' }).click();
  await reads(page.locator('h1'), /A001/);
  const lines = seen.heads.split('\r\n').filter((line) => line.includes(phone));
  assert.ok(lines.length > 0, 'the secret goes to the daemon');
  assert.deepEqual(lines.filter((line) => !line.startsWith('giliran-ticket: ')), []);
  assert.ok(!daemon.log().includes(phone));
});

test('it can be used by everybody: machine, languages, light and dark, keyboard, 320 pixels, twice the size, calm', async (t) => {
  const { daemon, open, take, call, do: act } = await hall(t);
  await act('open_counter');
  const called = await take();
  await call();
  const waiting = [];
  for (let n = 0; n < 4; n += 1) waiting.push(await take());
  const faults = async (page) => {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`));
  };
  const wide = (page) =>
    page.evaluate(() =>
      [...document.querySelectorAll('body *')]
        .filter((place) => !place.closest('.unseen') && place.getBoundingClientRect().right > innerWidth + 1)
        .map((place) => `${place.localName}.${place.className}`),
    );
  const scenes = [
    [waiting[3].phone, '.slip'],
    [called.phone, '.turn'],
    ['AAAAAAAAAAAAAAAAAAAAAA', '.words'],
    ['hall=', '.services'],
    ['hall=', '.field', (page) => page.locator('.services button').first().click()],
    [waiting[0].phone, 'dialog', (page) => page.locator('.ways button').last().click()],
    [waiting[0].phone, 'dialog', (page) => page.locator('.ways button').first().click()],
  ];
  for (const colorScheme of ['light', 'dark']) {
    for (const [n, lang] of ['ms', 'en', 'zh', 'ta'].entries()) {
      for (const [behind, place, go] of n === 0 || colorScheme === 'dark' ? scenes : scenes.slice(0, 2)) {
        // 320 pixels are also what is left of 640 at 200 %.
        // The code is another each minute, and this takes longer.
        const address = behind === 'hall=' ? behind + (await code(daemon)) : behind;
        const page = await open(address, { lang, colorScheme, reducedMotion: 'reduce', viewport: { width: 320, height: 568 } });
        await go?.(page);
        await page.locator(place).first().waitFor();
        assert.equal(await page.evaluate(() => document.documentElement.lang), lang);
        assert.deepEqual(await faults(page), [], `${place} ${lang} ${colorScheme}`);
        assert.deepEqual(await wide(page), [], `${place} ${lang}`);
        await page.context().close();
      }
    }
  }
  // Large letters on a small phone, and no flashing for who asked for calm.
  const large = await open(called.phone, { reducedMotion: 'reduce', viewport: { width: 320, height: 568 } });
  await large.locator('.turn').waitFor();
  assert.equal(await large.locator('.turn').evaluate((place) => getComputedStyle(place).animationName), 'none');
  const lively = await open(called.phone);
  const motion = await lively.locator('.turn[data-fresh="true"]').evaluate((place) => {
    const { animationName, animationDuration } = getComputedStyle(place);
    return [animationName, animationDuration];
  });
  assert.deepEqual(motion, ['turn', '1s'], 'one flash a second, below the three that can do harm');

  // By keyboard alone, from the language to the confirmation.
  const page = await open(waiting[3].phone);
  await page.locator('.ways').waitFor();
  const press = async (name) => {
    for (let n = 0; n < 20; n += 1) {
      const focused = await page.evaluate(() => (document.activeElement?.matches('button') && document.activeElement.textContent) || '');
      if (focused.includes(name)) return page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
    }
    assert.fail(`${name} cannot be reached`);
  };
  await press('English');
  await reads(page.locator('h1'), /^Your number/);
  // What the reader chose stays when the page is opened again.
  assert.equal(new URL(page.url()).searchParams.get('lang'), 'en');
  await press('Leave the queue');
  await page.locator('dialog').waitFor();
  await press('Yes, cancel my number');
  await reads(page.locator('h1'), `Number ${waiting[3].number} is cancelled`);
});
