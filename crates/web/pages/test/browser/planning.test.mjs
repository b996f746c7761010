// What is to come: the advice on the dashboard and what follows from it, the rest of the day, a plan that is tried,
// a week's roster, and whether announced waits came true.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test, { after, before } from 'node:test';

import { drawn, reads, settled, startBrowser, visitor } from './browser.mjs';
import { command, OFFICE, startDaemon, state, until } from './daemon.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LANGUAGES = ['ms', 'en', 'zh', 'ta'];
const PARTS = { day: '.rest table', try: '.plan li', roster: '.roster table', honesty: '.honesty :is(table, .empty)' };
/** A Monday. */
const DAY = '2026-11-23';

const CHARTER = OFFICE.replace('series = { letters = "A" }', 'series = { letters = "A" }\ncharter = { waiting = "15m" }')
  .replace('series = { letters = "L" }', 'series = { letters = "L" }\ncharter = { waiting = "15m" }')
  .replace(
    '\n[[branch.class]]',
    `
[branch.hours]
[[branch.hours.week]]
days = ["mon", "tue", "wed", "thu", "fri"]
open = [{ from = "08:00", until = "17:00" }]

[[branch.class]]`,
  );

/** The same, with a day that never ends, for a clock that the test does not set. */
const ALL_DAY = CHARTER.replace('"thu", "fri"]\nopen = [{ from = "08:00", until = "17:00" }]', '"thu", "fri", "sat", "sun"]\nopen = [{ from = "00:00", until = "00:00" }]');

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** A Monday morning with one counter for more people than it can serve, whose clock the test sets. */
async function crowded(t) {
  const daemon = await startDaemon({ office: CHARTER, flags: ['--simulated-clock'] });
  t.after(() => daemon.stop());
  const at = (time, what) =>
    command(daemon, what, 'contoh', { 'giliran-simulated-time': new Date(`${DAY}T${time}+08:00`).toISOString() });
  const clock = (minute, second) => `${String(8 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:${second}`;
  await at('08:00:00', { type: 'open_counter', counter: 'kaunter-1' });
  let serving;
  for (let minute = 1; minute <= 60; minute += 1) {
    // Work for nearly four counters.
    for (const service of minute % 4 === 1 ? ['pertanyaan', 'lesen'] : []) await at(clock(minute, '05'), { type: 'issue_ticket', service, language: 'ms' });
    if (minute % 4 !== 0) continue;
    if (serving) await at(clock(minute, '10'), { type: 'finish', counter: 'kaunter-1', ticket: serving });
    ({ ticket: serving } = await at(clock(minute, '20'), { type: 'call_next', counter: 'kaunter-1' }));
    await at(clock(minute, '30'), { type: 'start_serving', counter: 'kaunter-1', ticket: serving });
  }
  return { daemon, at, visit: visitor(t, browser, daemon) };
}

/** What the daemon says of what is to come. */
async function told(daemon, what = '') {
  const answer = await fetch(`${daemon.url}/api/v1/branches/contoh/forecast${what}`);
  assert.equal(answer.status, 200, what);
  return answer.json();
}

const part = async (page, name) => {
  await page.locator(`nav.parts a[href="#${name}"]`).click();
  await page.locator(PARTS[name]).first().waitFor();
};
const openNow = async (daemon) => (await state(daemon, 'supervisor')).counters.filter(({ open, pause }) => open && !pause).map(({ id }) => id);

const faults = async (page) => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`));
};
/** What stands out of the page's side. */
const wide = (page) =>
  page.evaluate(() =>
    document.documentElement.scrollWidth > innerWidth
      ? [...document.querySelectorAll('body *')].filter((place) => place.getBoundingClientRect().right > innerWidth + 1).map((place) => `${place.localName}.${place.className}`)
      : [],
  );

test('the dashboard advises what keeps the charter, says what it brings, and does it in one press', async (t) => {
  const { daemon, visit } = await crowded(t);
  const { advice, alarm } = await told(daemon);
  assert.equal(advice?.step, 'open');
  assert.ok(advice.late_with < advice.late_without, JSON.stringify(advice));
  assert.notEqual(alarm, 'none');
  const board = await visit('/dashboard?lang=en');
  const card = board.locator('.advice section');
  await reads(card.locator('h2'), advice.counters.length === 1 ? /^Open one more counter for / : new RegExp(`^Open ${advice.counters.length} more counters for `));
  await reads(card.locator('p').first(), new RegExp(`^Otherwise ${advice.late_without} of ${advice.people} people will wait over the charter’s 15 minutes until \\d\\d:\\d\\d; with this, ${advice.late_with}\\.$`));
  // What is wrong now stands before it, and below an advice there is room for two.
  await settled(board);
  const all = board.locator('.alarms > button');
  if (await all.count()) await all.click();
  await reads(board.locator(`.alarms li[data-kind="ahead_${alarm}"]`), /Follow the advice above\./);
  const before = await openNow(daemon);
  await card.getByRole('button', { name: /^Do it/ }).click();
  await reads(board.locator('.advice .followed'), /^✓? ?Done: .* now open\.$/);
  const wanted = advice.counters.map(({ counter }) => counter);
  assert.deepEqual(new Set(await openNow(daemon)), new Set([...before, ...wanted]));
  const { counters } = await state(daemon, 'supervisor');
  for (const { counter, services } of advice.counters) {
    assert.deepEqual(counters.find(({ id }) => id === counter).services.toSorted(), services.toSorted(), counter);
  }
});

test('an advice for later is put away, and one that is refused says so where it stands', async (t) => {
  const { visit } = await crowded(t);
  const board = await visit('/dashboard?lang=en');
  const card = board.locator('.advice section');
  await card.waitFor();
  const error = { code: 'counter_closed', message: { ms: 'Kaunter itu ditutup.', en: 'That counter is closed.' } };
  await board.route('**/commands', (route) => route.fulfill({ status: 409, json: { error } }));
  await card.getByRole('button', { name: /^Do it/ }).click();
  await reads(board.locator('.notice.refused'), /That counter is closed\./);
  await reads(card.locator('.stopped'), /^Stopped after 0 of \d+ steps?\. /);
  await card.getByRole('button', { name: 'Later' }).click();
  await card.waitFor({ state: 'detached' });
});

test('where the daemon says nothing of what is to come, nothing stands there', async (t) => {
  const { visit } = await crowded(t);
  const error = { code: 'not_allowed', message: { ms: 'Tidak dibenarkan.' } };
  const board = await visit('/dashboard', { before: (page) => page.route('**/forecast**', (route) => route.fulfill({ status: 403, json: { error } })) });
  await drawn(board);
  await settled(board);
  assert.equal(await board.locator('.advice section, .honest, .alarms li[data-kind^="ahead"]').count(), 0);
});

test('the rest of the day is drawn by quarters, of all services and of each, and says what it was learned from', async (t) => {
  const { daemon, visit } = await crowded(t);
  const page = await visit('/planning?lang=en');
  await drawn(page);
  await page.locator('.rest table').waitFor();
  const { services, days_known } = await told(daemon);
  const { quarters } = services[0];
  const heads = page.locator('.rest thead th');
  assert.equal(await heads.count(), quarters.length + 1);
  assert.equal(await heads.nth(1).innerText(), '09:00');
  await reads(page.locator('.rest .legend'), days_known > 0 ? /^Learned from \d+ of/ : /it is taken to go on as in the last hour/);
  await page.locator('.rest select').selectOption('pertanyaan');
  const row = (name) => page.locator('.rest tbody tr', { hasText: name }).locator('td').allInnerTexts();
  await reads(page.locator('.rest tbody th'), /Counters open/);
  assert.equal((await row('Counters open')).length, quarters.length);
  assert.match((await row('Counters needed'))[0], /^▲?\d+$/);
  // Each figure is drawn as well.
  assert.equal(await page.locator('.rest .drawn:not(.low) svg').count(), quarters.length);
});

test('a plan is tried without anything being done, and then what can be done at once is done', async (t) => {
  const { daemon, visit } = await crowded(t);
  const page = await visit('/planning?lang=en#try');
  await page.locator('.plan li').first().waitFor();
  const before = await openNow(daemon);
  const counter = (n) => page.locator('.plan li').nth(n);
  const press = () => page.getByRole('button', { name: 'Try', exact: true }).click();

  // What is filled in wrongly is said at its field.
  await counter(3).getByLabel('Plan').selectOption('between');
  await counter(3).getByLabel('From', { exact: true }).fill('11:00');
  await counter(3).getByLabel('Until', { exact: true }).fill('10:00');
  await press();
  await reads(counter(3).locator('.fault'), /The end must come after the beginning\./);
  assert.equal(await counter(3).getByLabel('Until', { exact: true }).getAttribute('aria-invalid'), 'true');

  await counter(3).getByLabel('Until', { exact: true }).fill('16:00');
  await counter(3).getByLabel('Break from').fill('13:00');
  await counter(3).getByLabel('Break until').fill('14:00');
  await counter(1).getByLabel('Plan').selectOption('open');
  await press();
  const sum = page.locator('.outcome .sum');
  await reads(sum, /^.*Over the charter: .+ of \d+ people instead of .+\. Counters are open for [\d.]+ hours in all instead of [\d.]+\.$/);
  const hours = await page.locator('.outcome tbody tr').count();
  assert.ok(hours >= 8 && hours <= 9, `${hours} hours`);
  assert.deepEqual(await openNow(daemon), before);

  await reads(page.locator('.outcome .buttons'), /Opens: Counter 2\. .*What begins later is not done by itself\./);
  await page.getByRole('button', { name: 'Do it now' }).click();
  await reads(page.locator('.outcome [role=status]'), /Done\./);
  assert.deepEqual(await openNow(daemon), [...before, 'kaunter-2']);

  await page.locator('.plan .head select').selectOption('3');
  await reads(page.locator('.outcome [role=status]'), /The plan has been changed\./);
  assert.equal(await page.getByRole('button', { name: 'Do it now' }).count(), 0);
  await page.getByRole('button', { name: 'Start over' }).click();
  assert.equal(await counter(3).getByLabel('Plan').inputValue(), 'as_is');
});

test('what is wrong with a plan has the focus, and what the daemon refuses is told at the counter that it names', async (t) => {
  const { visit } = await crowded(t);
  const page = await visit('/planning?lang=en#try');
  await page.locator('.plan li').first().waitFor();
  const counter = page.locator('.plan li').nth(2);
  // By keyboard alone.
  await counter.getByLabel('Plan').focus();
  await page.keyboard.press('End');
  await counter.getByLabel('From', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Try', exact: true }).press('Enter');
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-invalid') === 'true');
  assert.equal(await counter.getByLabel('From', { exact: true }).evaluate((field) => field === document.activeElement), true);
  await counter.getByLabel('Plan').selectOption('open');
  const error = { code: 'bad_plan', message: { ms: 'Rancangan ini tidak boleh dikira.', en: 'This plan can’t be worked out.' }, detail: 'counter kaunter-3: in the past' };
  await page.route('**/what-if', (route) => route.fulfill({ status: 400, json: { error } }));
  await page.getByRole('button', { name: 'Try', exact: true }).press('Enter');
  await reads(counter.locator('.wrong'), /This plan can’t be worked out\./);
  assert.equal(await page.locator('.plan .wrong').count(), 1);
});

test("next week's roster stands by day and hour, and is saved as a table", async (t) => {
  const { daemon, visit } = await crowded(t);
  const page = await visit('/planning?lang=en#roster');
  await reads(page.locator('.roster h2'), 'Counter roster, 30 November 2026 – 6 December 2026');
  await page.locator('.roster table').waitFor();
  const { days } = await told(daemon, '/roster?week=2026-11-30');
  assert.equal(await page.locator('.roster thead th').count(), days.length + 1);
  const csv = page.getByRole('link', { name: 'Save as CSV' });
  const saved = await page.evaluate(async (address) => {
    const answer = await fetch(address);
    return [answer.status, answer.headers.get('content-type'), (await answer.text()).trim().split('\n').length];
  }, await csv.getAttribute('href'));
  assert.equal(saved[0], 200);
  assert.match(saved[1], /^text\/csv/);
  assert.ok(saved[2] > days.length, `${saved[2]} lines`);
  assert.equal(await csv.getAttribute('download'), 'roster-2026-11-30.csv');
  await page.getByRole('button', { name: 'The week after' }).click();
  await reads(page.locator('.roster h2'), 'Counter roster, 7 December 2026 – 13 December 2026');
});

test('on paper stands the roster alone', async (t) => {
  const { visit } = await crowded(t);
  const page = await visit('/planning?lang=en#roster');
  await page.locator('.roster table').waitFor();
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.roster table').isVisible(), true);
  for (const gone of ['.parts', '.languages', '.officer', '.roster select', '.roster .head button']) {
    assert.equal(await page.locator(gone).first().isVisible(), false, gone);
  }
});

const ZAINAB = { id: 'zainab', name: 'Zainab binti Omar', secret: 'teh tarik kurang manis' };

/** Asks the daemon as whoever has signed in at a page. */
const ask = (page, method, path, body) =>
  page.evaluate(
    async ([method, path, body]) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`/api/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
      return answer.status;
    },
    [method, path, body],
  );

test('an auditor sees all of it and can do nothing, and an officer is kept out', async (t) => {
  const daemon = await startDaemon({ office: ALL_DAY, signIn: true });
  t.after(() => daemon.stop());
  if (!daemon.own) return t.skip('people sign in at a daemon of the test’s own');
  const visit = visitor(t, browser, daemon);
  const admin = await visit('/');
  await ask(admin, 'POST', '/first-administrator', { token: daemon.first, ...ZAINAB });
  const someone = async (id, role) => {
    await ask(admin, 'PUT', `/people/${id}`, { name: id, grants: [{ role, branch: 'contoh' }] });
    await ask(admin, 'POST', `/people/${id}/secret`, { secret: '6190357248' });
    const page = await visit('/');
    await ask(page, 'POST', '/sign-in', { id, secret: '6190357248' });
    await ask(page, 'POST', '/me/secret', { old: '6190357248', new: '482915738261' });
    return page;
  };
  const auditor = await someone('devi', 'auditor');
  await auditor.goto(`${daemon.url}/planning?branch=contoh&lang=en`);
  for (const name of ['roster', 'honesty', 'try']) await part(auditor, name);
  await auditor.locator('.plan .head select').selectOption('3');
  await auditor.getByRole('button', { name: 'Try', exact: true }).click();
  await auditor.locator('.outcome table').waitFor();
  assert.equal(await auditor.getByRole('button', { name: 'Do it now' }).count(), 0);
  const press = { id: crypto.randomUUID(), command: { type: 'open_counter', counter: 'kaunter-1' } };
  assert.equal(await ask(auditor, 'POST', '/branches/contoh/commands', press), 403);

  const supervisor = await someone('suhana', 'supervisor');
  await supervisor.goto(`${daemon.url}/dashboard?branch=contoh&lang=en`);
  await supervisor.getByRole('link', { name: 'Planning' }).click();
  await drawn(supervisor);
  assert.equal(new URL(supervisor.url()).pathname, '/planning');

  const officer = await someone('aminah', 'officer');
  await officer.goto(`${daemon.url}/planning?branch=contoh&lang=en`);
  await officer.locator('.denied').waitFor();
  for (const path of ['/forecast', '/forecast/roster', '/forecast/honesty']) {
    assert.equal(await ask(officer, 'GET', `/branches/contoh${path}`), 403, path);
  }
});

for (const colorScheme of ['light', 'dark']) {
  test(`planning can be used by everybody, in every language, ${colorScheme}`, async (t) => {
    const { visit } = await crowded(t);
    for (const lang of LANGUAGES) {
      const page = await visit(`/planning?lang=${lang}`, { colorScheme, reducedMotion: 'reduce' });
      for (const name of Object.keys(PARTS)) {
        await part(page, name);
        if (name === 'try') {
          await page.locator('.plan .head select').selectOption('3');
          await page.locator('.plan select').nth(1).selectOption('between');
          await page.locator('.plan button.primary').click();
          await page.locator('.plan .fault').waitFor();
          await page.locator('.plan select').nth(1).selectOption('open');
          await page.locator('.plan button.primary').click();
          await page.locator('.outcome table').waitFor();
        }
        await settled(page);
        assert.deepEqual(await faults(page), [], `${lang} ${name}`);
      }
      await page.context().close();
      const board = await visit(`/dashboard?lang=${lang}`, { colorScheme, reducedMotion: 'reduce' });
      await board.locator('.advice section').waitFor();
      await settled(board);
      assert.deepEqual(await faults(board), [], `${lang} dashboard`);
      await board.context().close();
    }
  });
}

test('planning fits a desk, a tablet and four times the size, without scrolling sideways', async (t) => {
  const { visit } = await crowded(t);
  for (const viewport of [{ width: 1366, height: 768 }, { width: 768, height: 1024 }, { width: 320, height: 256 }]) {
    for (const lang of LANGUAGES) {
      const page = await visit(`/planning?lang=${lang}`, { viewport });
      for (const name of Object.keys(PARTS)) {
        await part(page, name);
        await settled(page);
        assert.deepEqual(await wide(page), [], `${viewport.width} ${lang} ${name}`);
      }
      await page.context().close();
    }
  }
});

test('with an advice and alarms the figures and the counters stay in sight on a desk', async (t) => {
  const { visit } = await crowded(t);
  for (const lang of LANGUAGES) {
    const board = await visit(`/dashboard?lang=${lang}`, { viewport: { width: 1366, height: 768 } });
    await board.locator('.advice section').waitFor();
    await board.locator('.alarms li').first().waitFor();
    await board.locator('.officer .quiet').click();
    await settled(board);
    const below = await board.evaluate(() =>
      ['.advice section', '.alarms', '.totals', '.counters']
        .map((name) => [name, document.querySelector(name).getBoundingClientRect().bottom])
        .filter(([, bottom]) => bottom > innerHeight),
    );
    assert.deepEqual(below, [], lang);
    await board.context().close();
  }
});
