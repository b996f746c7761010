// What people see when the disk is full, nobody says the calls aloud, or no waiting time is known; and that
// it is over by itself.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { drawn, reads, startBrowser, visitor } from './browser.mjs';
import { command, hasSmallDisk, speakFrom, startDaemon } from './daemon.mjs';

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

const issue = { type: 'issue_ticket', service: 'pertanyaan', language: 'ms' };

test('a full disk is said on every page, the kiosk offers nothing, and all goes on when there is room', async (t) => {
  if (!hasSmallDisk()) {
    console.error('SKIPPED: a small disk cannot be mounted here (unshare, mount)');
    return t.skip('no small disk');
  }
  const daemon = await startDaemon({ small: true });
  t.after(() => daemon.stop());
  if (!daemon.own) return t.skip('the daemon is not ours to fill the disk of');
  const visit = visitor(t, browser, daemon);
  await command(daemon, { type: 'open_counter', counter: 'kaunter-2' });
  await command(daemon, issue);
  await command(daemon, { type: 'call_next', counter: 'kaunter-2' });
  const paths = ['/kiosk?lang=en', '/counter?counter=kaunter-2&lang=zh', '/display', '/dashboard?lang=ta', '/?lang=en'];
  const [kiosk, counter, wall, board, index] = await Promise.all(paths.map((path) => visit(path)));
  await Promise.all([kiosk, counter, wall, board, index].map(drawn));

  await daemon.fill();
  await assert.rejects(async () => {
    for (;;) await command(daemon, issue);
  }, /store_full/);
  await reads(kiosk.locator('h1'), 'No numbers can be given or called now');
  await reads(kiosk.locator('.closed'), /Please ask at the counter\. The disk of the system is full\./);
  await reads(kiosk.locator('.closed'), /Sila tanya di kaunter\. Cakera sistem penuh\./);
  assert.equal(await kiosk.locator('.service').count(), 0);
  await reads(wall.locator('.notice.trouble'), /Cakera sistem penuh\..*The disk of the system is full\./s);
  await reads(wall.locator('.stage .number'), 'A001');
  await reads(counter.locator('.notice.trouble'), /自 \d\d:\d\d 起无法记录.*系统磁盘已满。/);
  await reads(board.locator('.notice.trouble'), /வட்டு நிரம்பிவிட்டது/);
  await reads(index.locator('.notice.trouble'), /Since \d\d:\d\d nothing can be recorded/);
  // Whoever presses all the same is told at once.
  await counter.locator('.actions button[aria-disabled="false"]').first().click();
  await reads(counter.locator('.notice.refused:not(.trouble)'), /磁盘已满/);

  await daemon.makeRoom();
  const gone = [counter, wall, board, index].map((page) => page.locator('.notice.trouble').waitFor({ state: 'detached' }));
  await Promise.all(gone);
  await kiosk.locator('.service').first().click();
  await reads(kiosk.locator('.slip .number'), /^A\d{3}$/);
});

test('without a loudspeaker a call flashes longer and staff are told; with one all is as before', async (t) => {
  const daemon = await startDaemon();
  t.after(() => daemon.stop());
  const visit = visitor(t, browser, daemon);
  const paths = ['/display', '/counter?counter=kaunter-2', '/dashboard', '/kiosk'];
  const [wall, counter, board, kiosk] = await Promise.all(paths.map((path) => visit(path)));
  await Promise.all([wall, counter, board, kiosk].map(drawn));
  await wall.waitForSelector('.wall[data-silent="true"]', { timeout: 30_000 });
  for (const page of [counter, board]) {
    await reads(page.locator('.silent'), 'Tiada pembesar suara: panggilan dipaparkan, tidak diumumkan.');
  }
  assert.equal(await kiosk.locator('.silent').count(), 0);
  await command(daemon, { type: 'open_counter', counter: 'kaunter-2' });
  const flashes = async () => {
    await command(daemon, issue);
    await command(daemon, { type: 'call_next', counter: 'kaunter-2' });
    const stage = wall.locator('.stage[data-fresh="true"]');
    await stage.waitFor();
    const { count, length } = await stage.evaluate((stage) => {
      const { animationIterationCount: count, animationDuration: length } = getComputedStyle(stage);
      return { count, length };
    });
    assert.equal(length, '1s', 'one flash a second, below the three that can do harm');
    return Number(count);
  };
  assert.equal(await flashes(), 12);

  await speakFrom(board);
  await wall.waitForSelector('.wall[data-silent="false"]');
  for (const page of [counter, board]) await page.locator('.silent').waitFor({ state: 'detached' });
  const stage = wall.locator('.stage[data-fresh="true"]');
  assert.equal(await stage.evaluate((stage) => getComputedStyle(stage).animationIterationCount), '6');
});

test('while no waiting time is known the place in the queue is shown', async (t) => {
  const daemon = await startDaemon();
  t.after(() => daemon.stop());
  const visit = visitor(t, browser, daemon);
  // Nobody is at a counter, so nobody can tell how long it will take.
  await command(daemon, issue);
  const [kiosk, board] = await Promise.all([visit('/kiosk?lang=en'), visit('/dashboard?lang=en')]);
  await reads(kiosk.locator('.service').first(), /1 person waiting\s*waiting time not known yet/);
  await reads(board.locator('.services tbody td').last(), /not known yet; 0 ahead/);
  await reads(board.locator('.services tbody tr').first(), /not known yet; 1 ahead/);
  await kiosk.locator('.service').first().click();
  await reads(kiosk.locator('.slip dl'), /People ahead of you\s*1/);
  await reads(kiosk.locator('.slip .unknown'), 'waiting time not known yet');
  assert.doesNotMatch(await kiosk.locator('.slip dl').innerText(), /Expected wait/);
});
