// Who may take part: people sign in and out, devices are paired and revoked, and nothing pressed is lost or
// done twice on the way.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test, { after, before } from 'node:test';

import { act, reads, startBrowser, visitor } from './browser.mjs';
import { startDaemon } from './daemon.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const ZAINAB = { id: 'zainab', name: 'Zainab binti Omar', secret: 'teh tarik kurang manis' };
const AMINAH = { id: 'aminah', name: 'Aminah binti Ali', secret: '482915' };
const BADRUL = { id: 'badrul', name: 'Badrul Hisham', secret: '739204' };

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** Asks the daemon as whoever has signed in at a page; the answer's body, if there is one. */
const ask = (page, method, path, body, expected = true) =>
  page.evaluate(
    async ([method, path, body, expected]) => {
      const answer = await fetch(`/api/v1${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (expected && !answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text ? JSON.parse(text) : undefined;
    },
    [method, path, body, expected],
  );

/** Fills the sign-in in, and presses its button. */
async function fill(page, { id, secret }) {
  await page.locator('[name="id"]').fill(id);
  await page.locator('[name="secret"]').fill(secret);
  await page.locator('form button.primary').click();
}

/** A daemon with its first administrator, whose page this gives, made without the form. */
async function office(t) {
  const daemon = await startDaemon({ signIn: true });
  t.after(() => daemon.stop());
  if (!daemon.own) return t.skip('people sign in at a daemon of the test’s own');
  const visit = visitor(t, browser, daemon);
  const admin = await visit('/');
  await ask(admin, 'POST', '/first-administrator', { token: daemon.first, ...ZAINAB });
  return { daemon, visit, admin };
}

/** Adds somebody who has chosen the own PIN already, unless it is to be chosen still. */
async function add(visit, admin, { id, name, secret }, grants, chosen = true) {
  await ask(admin, 'PUT', `/people/${id}`, { name, grants });
  const first = '6190357248';
  await ask(admin, 'POST', `/people/${id}/secret`, { secret: chosen ? first : secret });
  if (!chosen) return;
  const page = await visit('/');
  await ask(page, 'POST', '/sign-in', { id, secret: first });
  await ask(page, 'POST', '/me/secret', { old: first, new: secret });
  await ask(page, 'POST', '/sign-out', {});
  await page.context().close();
}

const officer = [{ role: 'officer', branch: 'contoh' }];
const DESK = '/counter?branch=contoh&counter=kaunter-2';

/** A page of its own for somebody, through the sign-in. */
async function signedIn(visit, path, person, options) {
  const page = await visit(path, options);
  await page.waitForURL('**/sign-in?*');
  await fill(page, person);
  await page.waitForURL((url) => url.pathname === path.split(/[?#]/)[0]);
  return page;
}

const state = (page, audience = 'supervisor') => ask(page, 'GET', `/branches/contoh/state?audience=${audience}`).then((body) => body.view ?? body);
const command = (page, command) => ask(page, 'POST', '/branches/contoh/commands', { id: crypto.randomUUID(), command });

test('the address in the log makes the first administrator, once, and its token leaves the address at once', async (t) => {
  const daemon = await startDaemon({ signIn: true });
  t.after(() => daemon.stop());
  if (!daemon.own) return t.skip('the first administrator is made at a daemon of the test’s own');
  const visit = visitor(t, browser, daemon);
  const page = await visit(`/sign-in?lang=en#first=${daemon.first}`);
  await reads(page.locator('h1'), 'First administrator');
  assert.equal(new URL(page.url()).hash, '');
  assert.equal(await page.evaluate(() => history.length <= 2 && !document.body.innerHTML.includes('first=')), true);
  await page.locator('[name="name"]').fill(ZAINAB.name);
  await fill(page, { ...ZAINAB, secret: 'short' });
  await reads(page.locator('.wrong'), /10 to 128 characters/);
  await fill(page, ZAINAB);
  await page.waitForURL('**/people*');
  await reads(page.locator('tbody th'), 'Zainab binti Omar zainab');

  const again = await visit(`/sign-in?lang=en#first=${daemon.first}`);
  await again.locator('[name="name"]').fill('Somebody else');
  await fill(again, { id: 'else', secret: 'another long password' });
  await again.locator('.wrong').waitFor();
  assert.deepEqual((await ask(page, 'GET', '/people')).map(({ id }) => id), ['zainab']);
});

test('whoever has not signed in is led to the sign-in and back; a wrong PIN is told in words and tried again', async (t) => {
  const { visit, admin } = await office(t);
  await add(visit, admin, AMINAH, officer);
  const page = await visit(`${DESK}&lang=en`);
  await page.waitForURL('**/sign-in?*');
  await reads(page.locator('h1'), 'Sign in');
  await fill(page, { ...AMINAH, secret: '000111' });
  await page.locator('.wrong').waitFor();
  const secret = page.locator('[name="secret"]');
  assert.equal(await secret.getAttribute('aria-invalid'), 'true');
  assert.equal(await secret.evaluate((field) => field === document.activeElement), true);
  assert.equal(await page.locator('[name="id"]').inputValue(), 'aminah');
  await page.getByRole('button', { name: /^Show/ }).click();
  assert.equal(await secret.getAttribute('type'), 'text');
  // As a phone writes it.
  await fill(page, { ...AMINAH, id: 'Aminah ' });
  await page.waitForURL((url) => url.pathname === '/counter' && url.searchParams.get('counter') === 'kaunter-2');
  await reads(page.locator('.officer strong'), 'Aminah binti Ali');
});

test('an officer is seated at the counter that opens, and presses in the own name', async (t) => {
  const { visit, admin } = await office(t);
  await add(visit, admin, AMINAH, officer);
  const page = await signedIn(visit, `${DESK}&lang=en`, AMINAH);
  await page.locator('.actions').waitFor();
  await act(page, 'o');
  await page.waitForFunction(async () => {
    const answer = await fetch('/api/v1/branches/contoh/state?audience=counter');
    const body = await answer.json();
    return (body.view ?? body).counters.find(({ id }) => id === 'kaunter-2').officer === 'aminah';
  });
  assert.equal(await page.locator('.officer input').count(), 0);
});

test('whoever has a PIN from another chooses an own one before anything else', async (t) => {
  const { visit, admin } = await office(t);
  await add(visit, admin, AMINAH, officer, false);
  const page = await visit(`${DESK}&lang=en`);
  await page.waitForURL('**/sign-in?*');
  await fill(page, AMINAH);
  await reads(page.locator('h1'), 'Choose your own PIN or password');
  // It was typed a moment ago and is not asked for again.
  assert.equal(await page.locator('[name="old"]').count(), 0);
  const chosen = page.locator('[name="secret"]');
  assert.equal(await chosen.getAttribute('autocomplete'), 'new-password');
  await chosen.fill('12');
  await page.locator('form button.primary').click();
  await reads(page.locator('.wrong'), /6 to 12 digits/);
  // A page that is opened meanwhile leads back here.
  const other = await page.context().newPage();
  await other.goto(new URL(DESK, page.url()).href);
  await other.waitForURL('**/sign-in?*');
  await other.locator('[name="old"]').waitFor();
  await other.close();
  await chosen.fill('915284');
  await page.locator('form button.primary').click();
  await page.waitForURL('**/counter?*');
  await page.locator('.actions').waitFor();
});

test('who may not see a page is told so and by which name, and may sign in by another', async (t) => {
  const { visit, admin } = await office(t);
  await add(visit, admin, AMINAH, officer);
  const page = await visit('/dashboard?branch=contoh&lang=en');
  await page.waitForURL('**/sign-in?*');
  await fill(page, AMINAH);
  await page.waitForURL('**/dashboard?*');
  await reads(page.locator('.denied p').first(), /Aminah binti Ali \(aminah\)/);
  await page.getByRole('button', { name: 'Sign in as another' }).click();
  await page.waitForURL('**/sign-in?*');
  await fill(page, ZAINAB);
  await page.waitForURL('**/dashboard?*');
  await page.locator('main').waitFor();
});

test('signing out closes the other tab too, within a few seconds', async (t) => {
  const { visit, admin } = await office(t);
  await add(visit, admin, AMINAH, officer);
  const page = await signedIn(visit, `${DESK}&lang=en`, AMINAH);
  await page.locator('.actions').waitFor();
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.locator('.actions').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in?*');
  await other.waitForURL('**/sign-in?*', { timeout: 10_000 });
  // After signing in at the one tab the other goes on by a press.
  await fill(page, AMINAH);
  await page.waitForURL('**/counter?*');
  await other.bringToFront();
  await other.evaluate(() => dispatchEvent(new Event('focus')));
  await other.getByRole('button', { name: 'Go on' }).click();
  await other.waitForURL('**/counter?*');
  await other.locator('.officer strong').waitFor();
});

/** A page at which somebody presses just as the session ends: the press is the first to meet it. */
async function pressedAsSessionEnds(visit, admin, person) {
  let deaf = false;
  const page = await signedIn(visit, `${DESK}&lang=en`, person, {
    before: async (page) => {
      // The link hears nothing of the end, so that it is the press that does.
      await page.routeWebSocket(/\/events$/, (link) => {
        const server = link.connectToServer();
        server.onMessage((message) => deaf || link.send(message));
        server.onClose(() => deaf || link.close());
      });
    },
  });
  await page.locator('.actions').waitFor();
  await act(page, 'o');
  await reads(page.locator('h1'), /Ready to call/);
  // The seat is taken.
  await page.waitForTimeout(500);
  deaf = true;
  await ask(admin, 'DELETE', `/people/${person.id}/sessions`);
  await page.locator('[data-name="next"]').click();
  await page.waitForURL('**/sign-in?*');
  deaf = false;
  return page;
}

test('a press that met an ended session is done once, after its person has signed in again', async (t) => {
  const { visit, admin, daemon } = await office(t);
  await add(visit, admin, AMINAH, officer);
  await add(visit, admin, { id: 'chong', name: 'Chong', secret: 'kopi o kosong satu' }, [{ role: 'supervisor' }]);
  const chong = await visit('/');
  await ask(chong, 'POST', '/sign-in', { id: 'chong', secret: 'kopi o kosong satu' });
  for (let n = 0; n < 3; n += 1) await command(chong, { type: 'issue_ticket', service: 'pertanyaan', language: 'ms' });
  const page = await pressedAsSessionEnds(visit, admin, AMINAH);
  assert.equal((await state(chong)).counters.find(({ id }) => id === 'kaunter-2').current ?? undefined, undefined);
  await fill(page, AMINAH);
  await page.waitForURL('**/counter?*');
  await reads(page.locator('.current .number'), 'A001');
  // Once: the others still wait, and a fresh page presses nothing more.
  await page.goto(daemon.url + DESK);
  await reads(page.locator('.current .number'), 'A001');
  assert.equal((await state(chong)).tickets.filter(({ state }) => state === 'waiting').length, 2);
});

test('a press that met an ended session is never sent in another name, and that it was not done is told', async (t) => {
  const { visit, admin } = await office(t);
  await add(visit, admin, AMINAH, officer);
  await add(visit, admin, BADRUL, officer);
  await add(visit, admin, { id: 'chong', name: 'Chong', secret: 'kopi o kosong satu' }, [{ role: 'supervisor' }]);
  const chong = await visit('/');
  await ask(chong, 'POST', '/sign-in', { id: 'chong', secret: 'kopi o kosong satu' });
  await command(chong, { type: 'issue_ticket', service: 'pertanyaan', language: 'ms' });
  const page = await pressedAsSessionEnds(visit, admin, AMINAH);
  await fill(page, BADRUL);
  await page.waitForURL('**/counter?*');
  await reads(page.locator('.notice.refused'), /Your last press was not done/);
  assert.equal((await state(chong)).tickets.filter(({ state }) => state === 'waiting').length, 1);
  await reads(page.locator('.officer strong'), 'Badrul Hisham');
});

/** The code on an unpaired screen. */
async function codeOn(page) {
  const groups = page.locator('.pairing .group');
  await groups.first().waitFor();
  return (await groups.allTextContents()).join('-');
}

test('a kiosk is paired from its code to its first ticket, and shows a code again once revoked', async (t) => {
  const { visit, admin, daemon } = await office(t);
  const kiosk = await visit('/kiosk?branch=contoh&lang=en');
  const code = await codeOn(kiosk);
  assert.match(code, /^[A-Z]{4}-[A-Z]{4}$/);
  for (const [tongue, text] of [['ms', /Minta penyelia/], ['en', /Ask a supervisor/], ['zh', /请主管/], ['ta', /மேற்பார்வையாளரிடம்/]]) {
    await reads(kiosk.locator(`.pairing li[lang="${tongue}"]`), text);
  }
  const height = await kiosk.locator('.pairing .group').first().evaluate((group) => parseFloat(getComputedStyle(group).fontSize));
  assert.ok(height > 100, `${height}`);

  await admin.goto(`${daemon.url}/people?lang=en#devices`);
  const field = admin.locator('.approve input');
  await field.fill('bbbbbbbb');
  await admin.locator('.approve button.primary').click();
  await admin.locator('.approve .wrong').waitFor();
  // In any case, without its hyphen.
  await field.fill(code.toLowerCase().replace('-', ' '));
  await admin.locator('.approve button.primary').click();
  await reads(admin.locator('.approve dd'), 'Kiosk');
  await reads(admin.locator('.approve dd'), '127.0.0.1');
  assert.equal(await field.inputValue(), 'kiosk-1');
  await field.fill('kiosk-depan');
  await admin.locator('.approve button.primary').click();
  await reads(admin.locator('.told'), /kiosk-depan is paired\./);

  await kiosk.locator('.service').first().click();
  await reads(kiosk.locator('.slip .number'), 'A001');
  // The key is kept by the browser, where no script reads it.
  assert.equal(await kiosk.evaluate(() => document.cookie), '');
  await kiosk.reload();
  await kiosk.locator('.service').first().waitFor();
  // It can do its own work and nothing else.
  const refused = await ask(kiosk, 'GET', '/people', undefined, false);
  assert.ok(['not_allowed', 'not_signed_in'].includes(refused.error.code), JSON.stringify(refused));

  await admin.getByRole('button', { name: 'Revoke: kiosk-depan' }).click();
  await admin.locator('dialog button.danger').click();
  await reads(admin.locator('.told'), /kiosk-depan was revoked\./);
  const next = await codeOn(kiosk);
  assert.notEqual(next, code);
  assert.equal(await kiosk.locator('.service').count(), 0);
});

test('a wall is paired and never shows a page of people’s', async (t) => {
  const { visit, admin } = await office(t);
  const wall = await visit('/display?branch=contoh');
  const code = await codeOn(wall);
  const wide = await wall.evaluate(() => document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight);
  assert.equal(wide, false, 'the code fits the wall');
  await ask(admin, 'POST', '/branches/contoh/pairing/approve', { code, id: 'dinding' });
  await wall.locator('.stage').waitFor();
  await wall.goto(wall.url().replace('/display', '/kiosk'));
  await wall.locator('.denied').waitFor();
  await reads(wall.locator('.denied p').first(), /dinding/);
});

test('people are added, changed and removed by keyboard and by hand; the last administrator stays', async (t) => {
  const { daemon, admin } = await office(t);
  await admin.goto(`${daemon.url}/people?lang=en`);
  await admin.getByRole('button', { name: 'Add a person' }).click();
  const dialog = admin.locator('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Devi a/p Subramaniam');
  await dialog.getByLabel(/^Short name/).fill('Devi');
  await dialog.getByRole('checkbox', { name: 'Officer: Contoh District Office' }).check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByLabel(/^PIN or password/).fill('58203947');
  await dialog.getByRole('button', { name: 'Set' }).click();
  await reads(admin.locator('.told'), /The PIN or password of Devi/);
  await reads(admin.locator('tbody th'), 'Devi a/p Subramaniam devi');
  const [devi] = (await ask(admin, 'GET', '/people')).filter(({ id }) => id === 'devi');
  assert.deepEqual([devi.grants, devi.secret, devi.must_change], [[{ role: 'officer', branch: 'contoh' }], true, true]);

  // By keyboard alone, and the focus comes back.
  const manage = admin.getByRole('button', { name: 'Manage: Devi a/p Subramaniam' });
  await manage.focus();
  await admin.keyboard.press('Enter');
  await dialog.waitFor();
  await admin.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await manage.evaluate((button) => button === document.activeElement), true);
  await manage.click();
  await dialog.getByRole('button', { name: 'Remove the person' }).click();
  await dialog.locator('button.danger').click();
  await reads(admin.locator('.told'), /Devi a\/p Subramaniam was removed\./);

  await admin.getByRole('button', { name: 'Manage: Zainab binti Omar' }).click();
  await dialog.getByRole('button', { name: 'Remove the person' }).click();
  await dialog.locator('button.danger').click();
  await dialog.locator('.wrong').waitFor();
  assert.deepEqual((await ask(admin, 'GET', '/people')).map(({ id }) => id), ['zainab']);
});

test('an auditor reads all and is offered no change', async (t) => {
  const { visit, admin } = await office(t);
  await add(visit, admin, { id: 'faridah', name: 'Faridah', secret: 'juruaudit negeri satu' }, [{ role: 'auditor' }]);
  const page = await signedIn(visit, '/people?lang=en', { id: 'faridah', secret: 'juruaudit negeri satu' });
  await reads(page.locator('tbody th'), 'Zainab binti Omar zainab');
  assert.equal(await page.locator('main button').count(), 0);
  await page.getByRole('link', { name: 'Devices' }).click();
  await reads(page.locator('main h2'), /^Devices/);
  assert.equal(await page.locator('.approve').count(), 0);
  await page.getByRole('link', { name: 'Audit record' }).click();
  await reads(page.locator('.audit tbody th').first(), /faridah/);
  const places = (await page.locator('.audit tbody td:first-child').allInnerTexts()).map(Number);
  assert.deepEqual(places, places.toSorted((a, b) => b - a), 'the newest first');
  assert.equal(await page.getByRole('link', { name: 'Download (CSV)' }).getAttribute('href'), '/api/v1/audit?format=csv');
});

test('a person’s name is never more than text', async (t) => {
  const { visit, admin, daemon } = await office(t);
  const names = [`<img src=x onerror=pwned=1>`, `"><svg/onload=pwned=1>`, `<script>pwned=1</script>`, `' autofocus onfocus='pwned=1`];
  for (const [n, name] of names.entries()) {
    await add(visit, admin, { id: `evil-${n}`, name, secret: '482915' }, officer, false);
  }
  const clean = async (page, what) => {
    const found = await page.evaluate(() => ({
      pwned: 'pwned' in globalThis,
      elements: document.querySelectorAll('img, svg, iframe, script:not([src])').length,
      handlers: [...document.querySelectorAll('*')].flatMap((element) => [...element.attributes]).filter(({ name }) => name.startsWith('on')).length,
    }));
    assert.deepEqual(found, { pwned: false, elements: 0, handlers: 0 }, what);
  };
  await admin.goto(`${daemon.url}/people?lang=en`);
  await reads(admin.locator('tbody th'), `${names[0]} evil-0`);
  await clean(admin, 'the list');
  await admin.locator('tbody button').first().click();
  await admin.locator('dialog').waitFor();
  await clean(admin, 'the dialog');
  await admin.goto(`${daemon.url}/people?lang=en#audit`);
  await admin.locator('.audit tbody tr').first().waitFor();
  await clean(admin, 'the audit record');
  const desk = await visit(`${DESK}&lang=en`);
  await desk.waitForURL('**/sign-in?*');
  await fill(desk, { id: 'evil-0', secret: '482915' });
  await desk.locator('[autocomplete="new-password"]').fill('915284');
  await desk.locator('form button.primary').click();
  await desk.waitForURL('**/counter?*');
  await reads(desk.locator('.officer strong'), names[0]);
  await clean(desk, 'the counter');
});

test('the sign-in leads to pages of ours alone', async (t) => {
  const { visit, admin, daemon } = await office(t);
  await add(visit, admin, AMINAH, officer);
  for (const to of ['//evil.example/', '/\\evil.example', 'https://evil.example', '/%09/evil.example', 'javascript:alert(1)']) {
    const page = await visit(`/sign-in?lang=en&to=${to.includes('%') ? to : encodeURIComponent(to)}`);
    await fill(page, AMINAH);
    await page.waitForURL('**/counter*');
    assert.equal(new URL(page.url()).host, new URL(daemon.url).host, to);
    await page.context().close();
  }
});

test('the new pages have no fault that a machine can find, in every language, and bear four times their size', async (t) => {
  const { visit, admin, daemon } = await office(t);
  await add(visit, admin, AMINAH, officer);
  await add(visit, admin, BADRUL, officer, false);
  const faults = async (page) => {
    await page.evaluate(() => document.fonts.ready);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`));
  };
  const fits = (page) =>
    page.evaluate(() =>
      document.documentElement.scrollWidth > innerWidth
        ? [...document.querySelectorAll('body *')].filter((place) => place.getBoundingClientRect().right > innerWidth + 1).map((place) => `${place.localName}.${place.className}`)
        : [],
    );
  const session = await admin.context().storageState();
  const manage = (n) => async (page) => {
    await page.locator('tbody button').first().click();
    if (n !== undefined) await page.locator('dialog .choices button').nth(n).click();
  };
  const scenes = [
    ['/sign-in', 'form'],
    ['/sign-in?refused=no_part', '.wrong'],
    [`/sign-in#first=${daemon.first}`, 'form'],
    ['/sign-in?to=/counter', 'form', (page) => fill(page, { ...AMINAH, secret: '000111' }).then(() => page.locator('.wrong').waitFor())],
    ['/sign-in?to=/counter', 'form', (page) => fill(page, BADRUL).then(() => page.locator('[autocomplete="new-password"]').waitFor())],
    ['/sign-in', '.sign-in', undefined, session],
    ['/kiosk?branch=contoh', '.pairing .group'],
    ['/display?branch=contoh', '.pairing .group'],
    ['/counter?branch=contoh', '.denied', undefined, session],
    ['/people', 'tbody tr', undefined, session],
    ['/people', 'tbody tr', (page) => page.locator('.head button').click(), session],
    ...[undefined, 0, 1, 2, 3].map((n) => ['/people', 'tbody tr', manage(n), session]),
    ['/people#devices', '.approve', undefined, session],
    ['/people#audit', '.audit tbody tr', undefined, session],
    ['/', '.card', undefined, session],
  ];
  for (const colorScheme of ['light', 'dark']) {
    for (const [path, there, act, storageState] of scenes) {
      const page = await visit(path, { colorScheme, reducedMotion: 'reduce', ...(storageState && { storageState }) });
      await page.locator(there).first().waitFor();
      await act?.(page);
      assert.deepEqual(await faults(page), [], `${path}, ${colorScheme}`);
      await page.context().close();
    }
  }
  for (const language of ['ms', 'en', 'zh', 'ta']) {
    for (const [path, there, , storageState] of scenes.filter(([, , act]) => !act)) {
      const [before, hash] = path.split('#');
      const address = `${before}${before.includes('?') ? '&' : '?'}lang=${language}${hash ? `#${hash}` : ''}`;
      // 1280 by 1024 at 400 %, as WCAG 1.4.10 measures it.
      const page = await visit(address, { viewport: { width: 320, height: 256 }, ...(storageState && { storageState }) });
      await page.locator(there).first().waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.lang), language, path);
      assert.deepEqual(await fits(page), [], `${path}, ${language}`);
      await page.context().close();
    }
  }
});
