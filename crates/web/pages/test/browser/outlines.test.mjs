// What is no text but has to be seen: the outline of every control and the ring around the one that has the focus,
// 3:1 against what lies around them (WCAG 2.2, 1.4.11 and 2.4.13), measured in the pages as they are drawn, light
// and dark. Browsers' tools look at text alone.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test, { after, before } from 'node:test';

import { settled, startBrowser, visitor } from './browser.mjs';
import { command, startDaemon } from './daemon.mjs';

/** Every page that is built. */
const PAGES = readdirSync(fileURLToPath(new URL('../..', import.meta.url)))
  .filter((name) => name.endsWith('.html'))
  .map((name) => (name === 'index.html' ? '/' : `/${name.slice(0, -5)}`));

const opened = (page) => page.locator('dialog[open]').waitFor();

/** What is seen only after a press. */
const SCENES = [
  ['/kiosk', (page) => page.locator('.service').first().click()],
  ...['t', 'p', 'm'].map((key) => ['/counter?counter=kaunter-3', async (page) => {
    await page.locator('.actions button:not([aria-disabled="true"])').first().waitFor();
    await page.keyboard.press(key);
    await opened(page);
  }]),
  ...[0, 1].map((n) => ['/dashboard', async (page) => {
    await page.locator('.day button').nth(n).click();
    await opened(page);
  }]),
  ['/dashboard', async (page) => {
    await page.locator('.counters li').first().getByRole('button').last().click();
    await opened(page);
    await page.locator('summary').click();
  }],
];

/** Finds the controls of the page that can hardly be seen, or whose focus can hardly be seen. */
function measure() {
  const CONTROLS = 'button, a[href], input:not([type="hidden"]), select, textarea, summary, [tabindex="0"]';
  const LEAST = 3;
  const numbers = (text) => text.match(/-?[\d.]+(?:e-?\d+)?/g).map(Number);
  /** A colour of a computed style, from 0 to 1, with how much it covers. */
  const colour = (text) => {
    const [r, g, b, a = 1] = numbers(text.replace(/^color\(\w+/, ''));
    const scale = text.startsWith('color(') ? 1 : 255;
    return [r / scale, g / scale, b / scale, a];
  };
  const over = ([r, g, b, a], ground) => [r, g, b].map((part, n) => part * a + ground[n] * (1 - a));
  const luminance = (parts) => {
    const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  /** What may lie behind a place, its own ground included: one colour, or those that a gradient runs through. */
  const grounds = (place) => {
    const dark = matchMedia('(prefers-color-scheme: dark)').matches;
    const above = [];
    for (let one = place; one; one = one.parentElement) {
      above.unshift(one);
      if (one.localName === 'dialog') break;
    }
    return above.reduce((under, one) => {
      const { backgroundColor, backgroundImage } = getComputedStyle(one);
      const plain = under.map((ground) => over(colour(backgroundColor), ground));
      const stops = backgroundImage.includes('gradient') ? (backgroundImage.match(/(?:rgba?|color)\([^)]+\)/g) ?? []) : [];
      return stops.length > 0 ? stops.flatMap((stop) => plain.map((ground) => over(colour(stop), ground))) : plain;
    }, [dark ? [0.07, 0.07, 0.07] : [1, 1, 1]]);
  };
  /** The least contrast of a colour with any of the grounds. */
  const least = (text, on) => Math.min(...on.map((ground) => contrast(over(colour(text), ground), ground)));
  const named = (place) =>
    `${place.localName}${place.className && typeof place.className === 'string' ? `.${place.className.replaceAll(' ', '.')}` : ''} "${(place.ariaLabel ?? place.innerText ?? place.name ?? '').replace(/\s+/g, ' ').slice(0, 40)}"`;

  /** How well the outline of a control, or else its face, stands out; nothing where there is no need of one. */
  const outline = (place) => {
    const style = getComputedStyle(place);
    if (place.matches('[aria-disabled="true"], :disabled, summary, [tabindex="0"]:not(button, a, input)')) return undefined;
    // A box or a slider that the browser draws is the browser's; words that are underlined are seen as words.
    if (place.matches('input') && ['checkbox', 'radio', 'file', 'range'].includes(place.type) && style.appearance !== 'none') return undefined;
    if (place.matches('a, button') && style.textDecorationLine.includes('underline')) return undefined;
    if (style.opacity === '0' || place.getBoundingClientRect().width <= 1) return undefined;
    // So are links that stand in a row of their own, as words alone.
    const unseen = (side) => parseFloat(style[`border${side}Width`]) === 0 || colour(style[`border${side}Color`])[3] === 0;
    const faceless = ['Top', 'Left'].every(unseen) && colour(style.backgroundColor)[3] === 0;
    // The one among them that leads here is marked by an edge, which is looked at as any outline.
    const edges = ['Bottom', 'Left'].filter((side) => !unseen(side));
    if (place.matches('a[aria-current]') && edges.length > 0) {
      return Math.max(...edges.map((side) => least(style[`border${side}Color`], grounds(place.parentElement))));
    }
    if (place.matches('a') && faceless) return undefined;
    const around = grounds(place.parentElement);
    const sides = ['Top', 'Right', 'Bottom', 'Left'].map((side) =>
      parseFloat(style[`border${side}Width`]) >= 1 && style[`border${side}Style`] !== 'none'
        ? least(style[`border${side}Color`], around)
        : 1,
    );
    return Math.max(Math.min(...sides), least(style.backgroundColor, around));
  };
  /** How well the ring is seen: around the control, or around what stands for it. */
  const ring = (place) => {
    place.focus({ preventScroll: true });
    if (document.activeElement !== place) return undefined;
    const stands = [place, place.nextElementSibling, place.closest('label')].filter(Boolean);
    return Math.max(
      ...stands.map((one) => {
        const { outlineStyle, outlineWidth, outlineColor, outlineOffset } = getComputedStyle(one);
        if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2) return 0;
        return least(outlineColor, grounds(parseFloat(outlineOffset) >= 0 ? one.parentElement : one));
      }),
    );
  };
  const dialog = document.querySelector('dialog[open]');
  const controls = [...(dialog ?? document).querySelectorAll(CONTROLS)].filter(
    (place) => place.checkVisibility({ visibilityProperty: true }) && !place.closest('[inert], [aria-hidden="true"]'),
  );
  const faults = [];
  for (const place of controls) {
    const seen = outline(place);
    if (seen !== undefined && seen < LEAST) faults.push(`${named(place)}: its outline has ${seen.toFixed(2)}:1`);
    if (place.tabIndex < 0) continue;
    const focus = ring(place);
    if (focus !== undefined && focus < LEAST) faults.push(`${named(place)}: its focus has ${focus.toFixed(2)}:1`);
  }
  return { faults: [...new Set(faults)], count: controls.length };
}

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** The faults of a page, as somebody sees it who goes about it by keyboard. */
async function faults(page) {
  await page.evaluate(() => document.fonts.ready);
  await settled(page);
  await page.keyboard.press('Tab');
  return page.evaluate(measure);
}

/** Waits until a page has something to say. */
const stands = (page) => page.locator(':is(main, .stage) :is(h1, h2, button, input, .stage, p)').first().waitFor();

for (const colorScheme of ['light', 'dark']) {
  test(`the outline and the focus of every control can be seen, ${colorScheme}`, async (t) => {
    const [daemon, guarded] = await Promise.all([startDaemon(), startDaemon({ signIn: true })]);
    t.after(() => Promise.all([daemon.stop(), guarded.stop()]));
    await command(daemon, { type: 'open_counter', counter: 'kaunter-3' });
    await command(daemon, { type: 'issue_ticket', service: 'lesen', language: 'ms' });
    await command(daemon, { type: 'issue_ticket', service: 'lesen', language: 'ms' });
    const { ticket } = await command(daemon, { type: 'call_next', counter: 'kaunter-3' });
    await command(daemon, { type: 'start_serving', counter: 'kaunter-3', ticket });
    const look = { colorScheme, reducedMotion: 'reduce' };
    let measured = 0;
    const check = async (page, what) => {
      const { faults: found, count } = await faults(page);
      assert.deepEqual(found, [], what);
      measured += count;
    };

    const visit = visitor(t, browser, daemon);
    for (const [path, act] of [...PAGES.map((path) => [path]), ['/counter?counter=kaunter-3'], ['/counter?counter=kaunter-4'], ...SCENES]) {
      const page = await visit(path, look);
      await stands(page);
      await act?.(page);
      await check(page, path);
      await page.context().close();
    }
    assert.ok(measured > 200, `${measured} controls were measured`);

    // As the first administrator, and as a device that waits for its code.
    if (!guarded.own) return;
    const enter = visitor(t, browser, guarded);
    const admin = await enter('/sign-in', look);
    await admin.evaluate(async (token) => {
      const body = JSON.stringify({ token, id: 'zainab', name: 'Zainab binti Omar', secret: 'teh tarik kurang manis' });
      await fetch('/api/v1/first-administrator', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    }, guarded.first);
    for (const path of PAGES) {
      await admin.goto(guarded.url + path);
      await stands(admin);
      await check(admin, `${path}, signed in`);
    }
    const kiosk = await enter('/kiosk', look);
    await stands(kiosk);
    await check(kiosk, '/kiosk, not paired');
  });
}
