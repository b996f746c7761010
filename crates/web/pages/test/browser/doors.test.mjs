// What somebody who may write a text, or send a link, tries in order to run a script in others' pages.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { act, drawn, startBrowser, visitor } from './browser.mjs';
import { command, startDaemon, state } from './daemon.mjs';

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** Each would set `pwned` if any part of a page took it for more than text. */
const PAYLOADS = [
  `<script>pwned=1</script>`,
  `<img src=x onerror=pwned=1>`,
  `"><svg/onload=pwned=1>`,
  `' onmouseover='pwned=1' autofocus onfocus='pwned=1`,
  `javascript:pwned=1`,
  `<iframe srcdoc="<script>parent.pwned=1</script>">`,
  `</title></style></textarea><script>pwned=1</script>`,
  `<a href="javascript:pwned=1">x</a>`,
  '${pwned=1}{{constructor.constructor("pwned=1")()}}',
  `<math><mtext></p><img src=x onerror=pwned=1>`,
  `\\u003cimg src=x onerror=pwned=1\\u003e`,
  `&lt;img src=x onerror=pwned=1&gt;`,
];

/** A TOML string that says exactly this. */
const toml = (text) => JSON.stringify(text);
/** A name in all languages, one payload each. */
const name = (n) => {
  const of = (more) => toml(PAYLOADS[(n + more) % PAYLOADS.length]);
  return `{ ms = ${of(0)}, en = ${of(1)}, zh = ${of(2)}, ta = ${of(3)} }`;
};

/** An office in which every name is a payload; `special` goes into its hours. */
const office = (special = '') => `
[[branch]]
id = "contoh"
name = ${name(0)}
${special}
[[branch.class]]
id = "biasa"
name = ${name(1)}
[[branch.class]]
id = "lain"
name = ${name(2)}
allowance = "5m"
[[branch.service]]
id = "satu"
name = ${name(3)}
series = { letters = "A" }
[[branch.service]]
id = "dua"
name = ${name(7)}
series = { letters = "L" }
[[branch.counter]]
id = "kaunter-1"
number = 1
services = ["satu", "dua"]
[[branch.counter]]
id = "kaunter-2"
number = 2
services = ["dua"]
`;

const PAGES = ['/', '/kiosk', '/counter?counter=kaunter-1', '/display', '/dashboard', '/planning'];

/** That nothing in the page came of a payload but text. */
async function clean(page, what) {
  const found = await page.evaluate(() => ({
    pwned: 'pwned' in globalThis,
    elements: [...document.querySelectorAll('img, iframe, math, object, embed, base, script:not([src]), [srcdoc]')]
      .filter((element) => !element.getAttribute('src')?.startsWith('/assets/'))
      .map((element) => element.outerHTML),
    handlers: [...document.querySelectorAll('*')]
      .flatMap((element) => [...element.attributes])
      // Some attributes are read, and lead nowhere.
      .filter(({ name }) => !/^(?:value|title|alt|aria-label)$/.test(name))
      .filter(({ name, value }) => name.startsWith('on') || /^\s*javascript:/i.test(value))
      .map(({ name, value }) => `${name}=${value}`),
  }));
  assert.deepEqual(found, { pwned: false, elements: [], handlers: [] }, what);
}

test('no name, note or reason is ever more than text, on any page, in any language', async (t) => {
  const daemon = await startDaemon({ office: office() });
  t.after(() => daemon.stop());
  const visit = visitor(t, browser, daemon);
  await command(daemon, { type: 'open_counter', counter: 'kaunter-1' });
  await command(daemon, { type: 'open_counter', counter: 'kaunter-2' });
  const pages = await Promise.all(PAGES.map((path) => visit(path)));
  await Promise.all(pages.map(drawn));

  // All that people write, each payload once as a note and once as a reason.
  const take = (service) => command(daemon, { type: 'issue_ticket', service, class: 'lain', language: 'en' });
  for (const text of PAYLOADS) {
    await take('satu');
    await command(daemon, { type: 'call_next', counter: 'kaunter-1' });
    const [{ id }] = (await state(daemon, 'supervisor')).tickets.filter(({ counter }) => counter === 'kaunter-1');
    await command(daemon, { type: 'transfer', counter: 'kaunter-1', ticket: id, service: 'dua', note: text });
    await command(daemon, { type: 'change_class', ticket: id, class: 'biasa', reason: text });
  }
  const [{ id: gone }, { id: first }] = (await state(daemon, 'supervisor')).tickets;
  await command(daemon, { type: 'cancel_ticket', ticket: gone, reason: PAYLOADS[1] });
  await command(daemon, { type: 'call_ticket', counter: 'kaunter-2', ticket: first, reason: PAYLOADS[2] });
  for (const [n, page] of pages.entries()) await clean(page, PAGES[n]);

  // With the notes in sight, and in every language that a page has.
  const desk = await visit('/counter?counter=kaunter-2');
  await drawn(desk);
  const notes = await desk.locator('.note dd').allTextContents();
  assert.ok(notes.some((note) => PAYLOADS.includes(note)), `${notes}`);
  await clean(desk, 'the desk with a note');
  await act(desk, 't');
  await desk.locator('dialog[open]').waitFor();
  await clean(desk, 'the dialog of a transfer');
  for (const page of [...pages, desk]) {
    const languages = page.locator('.languages button');
    for (let n = 0; n < (await languages.count()); n += 1) {
      if (!(await languages.nth(n).isVisible())) continue;
      await languages.nth(n).click({ force: true });
      await clean(page, `${page.url()}, language ${n}`);
    }
  }
});

test('the reason of a closed day is text', async (t) => {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Kuala_Lumpur' }).format(new Date());
  const special = `[branch.hours]
[[branch.hours.week]]
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
open = [{ from = "00:00", until = "23:59" }]
[[branch.hours.special]]
date = "${today}"
name = ${name(1)}`;
  const daemon = await startDaemon({ office: office(special) });
  t.after(() => daemon.stop());
  const visit = visitor(t, browser, daemon);
  for (const path of PAGES) await clean(await visit(path), path);
});

test('nothing in an address runs, nor is a page led elsewhere by it', async (t) => {
  const daemon = await startDaemon({ office: office() });
  t.after(() => daemon.stop());
  const visit = visitor(t, browser, daemon);
  for (const text of PAYLOADS.slice(1, 4)) {
    const evil = encodeURIComponent(text);
    for (const path of ['/kiosk', '/counter', '/display', '/dashboard', '/planning', '/phone']) {
      const page = await visit(`${path}?branch=${evil}&counter=${evil}&lang=${evil}&next=${evil}#${evil}`);
      await page.waitForFunction(() => document.querySelector('#page')?.childElementCount);
      assert.equal(new URL(page.url()).host, new URL(daemon.url).host);
      await clean(page, `${path} with ${text}`);
      await page.context().close();
    }
  }
});

test('a page of another site can neither read, send, join nor frame', async (t) => {
  const daemon = await startDaemon();
  t.after(() => daemon.stop());
  const before = await state(daemon, 'supervisor');
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  // Another site, on this very machine: same host, another port, so that cookies would go along.
  await page.route('http://127.0.0.1:9/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>evil</title>' }),
  );
  await page.goto('http://127.0.0.1:9/');
  const outcome = await page.evaluate(async (url) => {
    const body = JSON.stringify({ id: crypto.randomUUID(), command: { type: 'issue_ticket', service: 'pertanyaan' } });
    const tries = {
      read: () => fetch(`${url}/api/v1/branches/contoh/state?audience=supervisor`).then((answer) => answer.text()),
      send: () =>
        fetch(`${url}/api/v1/branches/contoh/commands`, {
          method: 'POST',
          mode: 'no-cors',
          credentials: 'include',
          headers: { 'content-type': 'text/plain' },
          body,
        }).then((answer) => (answer.type === 'opaque' ? 'opaque' : answer.text())),
      join: () =>
        new Promise((open, refused) => {
          const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/branches/contoh/events`);
          socket.onopen = () => open('open');
          socket.onerror = () => refused(new Error('refused'));
        }),
      script: () =>
        new Promise((open, refused) => {
          const script = document.createElement('script');
          script.src = `${url}/api/v1/branches`;
          script.onload = () => open('loaded');
          script.onerror = () => refused(new Error('refused'));
          document.head.append(script);
        }),
    };
    const said = {};
    for (const [what, attempt] of Object.entries(tries)) said[what] = await attempt().catch(() => 'refused');
    return said;
  }, daemon.url);
  const { send, ...others } = outcome;
  assert.deepEqual(others, { read: 'refused', join: 'refused', script: 'refused' });
  // A browser sends such a form's request and hides the answer; what counts is that nothing came of it.
  assert.ok(['opaque', 'refused'].includes(send), send);
  assert.equal((await state(daemon, 'supervisor')).tally.issued, before.tally.issued);

  const framed = await page.evaluate(async (url) => {
    const frame = document.createElement('iframe');
    frame.src = `${url}/dashboard`;
    const loaded = new Promise((done) => (frame.onload = done));
    document.body.append(frame);
    await loaded;
    return frame.contentWindow.length;
  }, daemon.url);
  assert.equal(framed, 0);
  const inner = page.frames().find((frame) => frame.parentFrame());
  assert.ok(!(await inner?.locator('#page').count().catch(() => 0)), 'the dashboard stands in a frame');
});
