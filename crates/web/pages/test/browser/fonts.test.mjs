// Whether the pages are drawn in the fonts that they bring along: every script, on every page, whatever is
// installed on the machine.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { drawn, startBrowser, visitor } from './browser.mjs';
import { command, OFFICE, startDaemon } from './daemon.mjs';

let browser;
let daemon;
before(async () => {
  [browser, daemon] = await Promise.all([startBrowser(), startDaemon()]);
  await command(daemon, { type: 'open_counter', counter: 'kaunter-1' });
  for (const language of ['ms', 'zh', 'ta']) {
    await command(daemon, { type: 'issue_ticket', service: 'pertanyaan', language });
  }
  await command(daemon, { type: 'call_next', counter: 'kaunter-1' });
});
after(async () => {
  await browser.close();
  await daemon.stop();
});

/** The fonts in which a page's texts are drawn. */
async function fonts(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('DOM.enable');
  await devtools.send('CSS.enable');
  const { root } = await devtools.send('DOM.getDocument');
  const { nodeIds } = await devtools.send('DOM.querySelectorAll', { nodeId: root.nodeId, selector: 'body *' });
  // What is gone by now, as clocks and lists change, is drawn in nothing.
  const of = (nodeId) => devtools.send('CSS.getPlatformFontsForNode', { nodeId }).catch(() => ({ fonts: [] }));
  const drawn = await Promise.all(nodeIds.map(of));
  await devtools.detach();
  return drawn.flatMap(({ fonts }) => fonts);
}

/** Waits until nothing is drawn in a font of the machine's, and gives the families. */
async function shipped(page, what) {
  const until = Date.now() + 15_000;
  let found;
  await page.evaluate(() => document.styleSheets[0].insertRule('::before, ::after { content: none !important }'));
  do {
    // Signs such as a warning triangle stand beside words and may be anybody's; letters may not.
    await page.evaluate(() => {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replace(/[^\p{L}\p{M}\p{N}\s]/gu, '');
    });
    found = await fonts(page);
    if (found.length > 0 && found.every(({ isCustomFont }) => isCustomFont)) return [...new Set(found.map(({ familyName }) => familyName))];
    await page.waitForTimeout(250);
  } while (Date.now() < until);
  assert.fail(`${what} is drawn in ${JSON.stringify(found.filter(({ isCustomFont }) => !isCustomFont))}`);
}

const SCRIPTS = [
  ['ms', /^Poppins|^Inter/],
  ['en', /^Poppins|^Inter/],
  ['zh', /^Noto Sans SC/],
  ['ta', /^Noto Sans Tamil/],
];

for (const [language, family] of SCRIPTS) {
  test(`every page is drawn in its own letters: ${language}`, async (t) => {
    const visit = visitor(t, browser, daemon);
    for (const path of ['/', '/kiosk', '/counter?counter=kaunter-1', '/display', '/dashboard', '/planning', '/sign-in']) {
      const page = await visit(`${path}${path.includes('?') ? '&' : '?'}lang=${language}`);
      await page.waitForFunction((language) => document.documentElement.lang === language, language);
      await page.locator('h1, h2, label').first().waitFor();
      const families = await shipped(page, `${path} in ${language}`);
      assert.ok(families.some((name) => family.test(name)), `${path}: ${families}`);
      await page.context().close();
    }
  });
}

test('what an office writes in rare characters is drawn in them too, in the weight that is asked for', async (t) => {
  const rare = await startDaemon({ office: OFFICE.replace('示范县公署', '彧鑫喆骉镇龘办事处') });
  t.after(() => rare.stop());
  const kiosk = await visitor(t, browser, rare)('/kiosk?lang=zh');
  await drawn(kiosk);
  const families = await shipped(kiosk, 'the kiosk');
  assert.ok(families.some((name) => name.startsWith('Noto Sans SC')), `${families}`);
  const loaded = await kiosk.evaluate(() =>
    [...document.fonts].filter(({ family, status }) => family.includes('Noto Sans SC Variable') && status === 'loaded').map(({ weight }) => weight),
  );
  assert.ok(loaded.length > 3 && loaded.every((weight) => weight === '100 900'), `${loaded}`);
});

test('whoever does not read Chinese fetches two characters of it', async (t) => {
  const visit = visitor(t, browser, daemon);
  const fetched = [];
  const kiosk = await visit('/kiosk', {
    before: (page) => page.on('request', (request) => fetched.push(new URL(request.url()).pathname)),
  });
  await drawn(kiosk);
  await shipped(kiosk, 'the kiosk');
  const chinese = fetched.filter((path) => /noto-sans-sc|chinese|zhong|wen/.test(path)).map((path) => path.replace(/-[\w-]{8}\./, '.'));
  assert.deepEqual(chinese.sort(), ['/assets/wen.woff2', '/assets/zhong.woff2']);
});
