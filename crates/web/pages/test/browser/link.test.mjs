// What people see when the link is cut, and that nothing is missed when it is back.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { drawn, reads, startBrowser, visitor } from './browser.mjs';
import { command, startDaemon, state } from './daemon.mjs';

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
