// What people see when the link is cut, and that nothing is missed when it is back.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { drawn, reads, startBrowser, visitor } from './browser.mjs';
import { command, OFFICE, speakFrom, startDaemon, state } from './daemon.mjs';

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

test('every page says that the link is down and since when, keeps its picture, and comes back whole', async (t) => {
  const daemon = await startDaemon();
  t.after(() => daemon.stop());
  if (!daemon.own) return t.skip('the daemon is not ours to stop');
  const visit = visitor(t, browser, daemon);
  await command(daemon, { type: 'open_counter', counter: 'kaunter-2' });
  await command(daemon, { type: 'issue_ticket', service: 'pertanyaan', language: 'ms' });
  await command(daemon, { type: 'call_next', counter: 'kaunter-2' });
  await command(daemon, { type: 'issue_ticket', service: 'pertanyaan', language: 'ms' });
  const paths = ['/kiosk', '/counter?counter=kaunter-2', '/display', '/dashboard'];
  const pages = await Promise.all(paths.map((path) => visit(path)));
  const [kiosk, counter, wall, board] = pages;
  await Promise.all(pages.map(drawn));
  await reads(wall.locator('.stage .number'), 'A001');

  await daemon.kill();
  await Promise.all(pages.map((page) => reads(page.locator('.notice.down'), /Sambungan terputus sejak \d\d:\d\d\./)));
  await reads(wall.locator('.notice.down'), /The link has been down since \d\d:\d\d\./);
  await reads(wall.locator('.stage .number'), 'A001');
  await reads(counter.locator('.current .number'), 'A001');
  await reads(board.locator('.people tbody th'), 'A002');
  await reads(kiosk.locator('.service').first(), /1 orang menunggu/);

  await daemon.start();
  const [finish] = (await state(daemon, 'counter')).tickets;
  await command(daemon, { type: 'finish', counter: 'kaunter-2', ticket: finish.id });
  await command(daemon, { type: 'call_next', counter: 'kaunter-2' });
  await Promise.all(pages.map((page) => page.locator('.notice.down').waitFor({ state: 'detached' })));
  await reads(wall.locator('.stage .number'), 'A002');
  await reads(counter.locator('.current .number'), 'A002');
  await reads(board.locator('.counters li').nth(1), /A002/);
  await reads(kiosk.locator('.service').first(), /0 orang menunggu/);
});

test('a press while the daemon is away is done once it is back', async (t) => {
  const daemon = await startDaemon();
  t.after(() => daemon.stop());
  if (!daemon.own) return t.skip('the daemon is not ours to stop');
  const kiosk = await visitor(t, browser, daemon)('/kiosk');
  await drawn(kiosk);
  await daemon.kill();
  await kiosk.locator('.service').first().click();
  await reads(kiosk.locator('.waiting'), 'Sedang mengambil nombor …');
  await daemon.start();
  await reads(kiosk.locator('.slip .number'), 'A001');
  assert.equal((await state(daemon, 'supervisor')).tally.issued, 1);
});

/** A wall whose link the test can cut, and which notes what comes on stage. */
async function wallWithScissors(visit) {
  const scissors = { cut: false, links: [] };
  const wall = await visit('/display', {
    before: async (page) => {
      await page.routeWebSocket(/\/events$/, (link) => {
        if (scissors.cut) return link.close();
        link.connectToServer();
        scissors.links.push(link);
      });
      await page.addInitScript(() => {
        window.shown = [];
        new MutationObserver(() => {
          const stage = document.querySelector('.stage[data-seq]');
          const number = stage?.querySelector('.number').textContent.trim();
          if (stage?.dataset.fresh === 'true' && window.shown.at(-1)?.seq !== stage.dataset.seq) {
            window.shown.push({ seq: stage.dataset.seq, number, at_ms: performance.now() });
          }
        }).observe(document, { childList: true, subtree: true, attributes: true });
      });
    },
  });
  await drawn(wall);
  return { wall, scissors };
}

const TEN = OFFICE + [4, 5, 6, 7, 8]
  .map((n) => `[[branch.counter]]\nid = "tambahan-${n}"\nnumber = ${n + 1}\nservices = ["pertanyaan"]\n`)
  .join('');

test('ten calls at once are each shown on the wall, in order, for six seconds', async (t) => {
  const daemon = await startDaemon({ office: TEN });
  t.after(() => daemon.stop());
  const visit = visitor(t, browser, daemon);
  // With no loudspeaker each would be shown twice as long.
  await speakFrom(await visit('/'));
  const { wall } = await wallWithScissors(visit);
  await callTen(daemon);
  const numbers = (await state(daemon, 'display')).calls.map(({ number }) => number);
  assert.equal(numbers.length, 10);
  const shownAll = wall.waitForFunction(() => window.shown.length >= 10, undefined, { timeout: 90_000 });
  await shownAll.catch(async (error) => {
    throw new Error(`of ${numbers} were shown ${JSON.stringify(await wall.evaluate(() => window.shown))}`, { cause: error });
  });
  const shown = await wall.evaluate(() => window.shown);
  assert.deepEqual(shown.map(({ number }) => number), numbers);
  // What the page waits by, not how fast this machine is: a call never leaves early.
  for (const [n, { at_ms }] of shown.slice(1).entries()) {
    assert.ok(at_ms - shown[n].at_ms > 5_900, `${shown[n].number} was on stage for ${at_ms - shown[n].at_ms} ms`);
  }
});

test('calls made while the wall was cut off are shown when it is back', async (t) => {
  const daemon = await startDaemon();
  t.after(() => daemon.stop());
  const { wall, scissors } = await wallWithScissors(visitor(t, browser, daemon));
  scissors.cut = true;
  for (const link of scissors.links) await link.close();
  await wall.locator('.notice.down').waitFor();
  for (const counter of ['kaunter-1', 'kaunter-2']) {
    await command(daemon, { type: 'issue_ticket', service: 'pertanyaan', language: 'ms' });
    await command(daemon, { type: 'open_counter', counter });
    await command(daemon, { type: 'call_next', counter });
  }
  assert.deepEqual(await wall.evaluate(() => window.shown), []);
  scissors.cut = false;
  await wall.locator('.notice.down').waitFor({ state: 'detached' });
  await wall.waitForFunction(() => window.shown.length === 2, undefined, { timeout: 30_000 });
  assert.deepEqual(await wall.evaluate(() => window.shown.map(({ number }) => number)), ['A001', 'A002']);
});

/** Ten counters call at the same moment. */
async function callTen(daemon) {
  const takes = (await state(daemon, 'counter')).counters.map(({ id, services }) => [id, services[0]]);
  assert.equal(takes.length, 10);
  for (const [counter, service] of takes) {
    // Two each: a counter that takes several services may call what another one waits for.
    await command(daemon, { type: 'issue_ticket', service, language: 'ms' });
    await command(daemon, { type: 'issue_ticket', service, language: 'ms' });
    await command(daemon, { type: 'open_counter', counter });
  }
  await Promise.all(takes.map(([counter]) => command(daemon, { type: 'call_next', counter })));
}

test('a page that has become another is loaded afresh, but not from under a visitor', async (t) => {
  const daemon = await startDaemon();
  t.after(() => daemon.stop());
  const links = [];
  let first;
  let form = '"old"';
  const kiosk = await visitor(t, browser, daemon)('/kiosk', {
    before: async (page) => {
      first = page.waitForResponse((response) => response.request().method() === 'HEAD');
      await page.routeWebSocket(/\/events$/, (link) => {
        link.connectToServer();
        links.push(link);
      });
      await page.route('**/kiosk', (route) =>
        route.request().method() === 'HEAD' ? route.fulfill({ headers: { etag: form } }) : route.continue(),
      );
    },
  });
  await drawn(kiosk);
  await first;
  await kiosk.locator('.service').first().click();
  await reads(kiosk.locator('.slip .number'), 'A001');
  form = '"new"';
  const answered = kiosk.waitForResponse((response) => response.request().method() === 'HEAD');
  await links.at(-1).close();
  await answered;
  await reads(kiosk.locator('.slip .number'), 'A001');
  const loaded = kiosk.waitForEvent('load');
  await kiosk.getByRole('button', { name: /Selesai/ }).click();
  await loaded;
  await drawn(kiosk);
});
