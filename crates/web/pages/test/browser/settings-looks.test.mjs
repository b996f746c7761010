// How the settings look: every section on every size of screen, in every language, without a fault that a machine can
// find, in letters that can be read.

import assert from 'node:assert/strict';
import test from 'node:test';

import { axe, faults, field, go, office, SECTIONS, settings, shown } from './settings.mjs';

test('every section is in sight on a small screen, above the bar of what was changed', async (t) => {
  const { visit } = await office(t);
  for (const language of ['ms', 'ta']) {
    const page = await visit(`/settings?branch=contoh&lang=${language}`, { viewport: { width: 1366, height: 768 } });
    await shown(page);
    await field(page, 'name.en').fill('Another Office');
    const bar = await page.locator('aside.bar').boundingBox();
    const last = await page.locator('.columns nav a').last().boundingBox();
    assert.ok(last.y + last.height <= bar.y, `${language}: ${last.y + last.height} is below ${bar.y}`);
  }
});

test('the kiosk in the preview looks like one: what is round stays round', async (t) => {
  const { visit } = await office(t);
  const page = await settings(visit);
  await field(page, 'name.ms').fill('Pejabat Baharu');
  await go(page, 'review');
  const round = page.locator('.preview input[type="radio"]').first();
  await round.waitFor();
  const { width, height } = await round.boundingBox();
  assert.ok(Math.abs(width - height) < 1, `${width} × ${height}`);
});

test('a Chinese name is drawn in Chinese letters on a Malay page, and no more of them are fetched than stand there', async (t) => {
  const { visit } = await office(t);
  const page = await settings(visit);
  assert.equal(await field(page, 'name.zh').inputValue(), '示范县公署');
  const loaded = () =>
    [...document.fonts].filter(({ family, status }) => /Noto Sans SC/.test(family) && status === 'loaded').map(({ unicodeRange }) => unicodeRange);
  await page.waitForFunction(() => document.fonts.check('1rem "Noto Sans SC Variable"', '示范县公署') && document.fonts.size > 50);
  await page.evaluate(() => document.fonts.ready);
  const ranges = await page.evaluate(loaded);
  assert.ok(ranges.length >= 2 && ranges.length <= 10, `${ranges.length} slices`);
});

for (const language of ['ms', 'en', 'zh', 'ta']) {
  test(`each section says what it is, and has no fault that a machine can find: ${language}`, async (t) => {
    const { visit } = await office(t);
    const page = await visit(`/settings?branch=contoh&lang=${language}#office`, { reducedMotion: 'reduce' });
    await shown(page);
    await page.evaluate(axe);
    const headings = new Set();
    for (const section of SECTIONS) {
      await go(page, section);
      const first = page.locator('.folded .title').first();
      if (await first.count()) await first.click();
      else if (await page.getByRole('checkbox').count()) await page.getByRole('checkbox').first().check();
      headings.add(await page.locator('h1').first().innerText());
      // No field without a name.
      assert.deepEqual((await page.locator('main :is(label, legend)').allInnerTexts()).filter((text) => !text.trim()), [], section);
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await faults(page, colorScheme === 'dark' && ['color-contrast']), [], `${section}, ${colorScheme}`);
      }
    }
    assert.equal(headings.size, SECTIONS.length);
  });
}

test('every section can be read and filled in at twice the size, and on a phone', async (t) => {
  const { visit } = await office(t);
  for (const viewport of [{ width: 640, height: 400 }, { width: 360, height: 740 }, { width: 320, height: 256 }]) {
    const page = await settings(visit, 'office', { viewport });
    for (const section of SECTIONS) {
      await go(page, section);
      const first = page.locator('.folded .title').first();
      if (await first.count()) await first.click();
      const wide = await page.evaluate(() =>
        document.documentElement.scrollWidth > innerWidth
          ? [...document.querySelectorAll('body *')]
              .filter((place) => place.getBoundingClientRect().right > innerWidth + 1)
              .map((place) => `${place.localName}.${place.className}`)
          : [],
      );
      assert.deepEqual(wide, [], `${section} at ${viewport.width}`);
    }
    await page.context().close();
  }
});
