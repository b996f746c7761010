import assert from 'node:assert/strict';
import test from 'node:test';

import { beside, LANGUAGES, pick, say } from '../../src/text';
import { clock, date, duration, elapsed, range } from '../../src/time';
import { uuid7 } from '../../src/uuid';

test('an elapsed time has hours only when there are some', () => {
  for (const [seconds, text] of [
    [-3, '0:00'],
    [0, '0:00'],
    [9.9, '0:09'],
    [247, '4:07'],
    [3600, '1:00:00'],
    [3847, '1:04:07'],
  ] as const) {
    assert.equal(elapsed(seconds * 1000), text);
  }
  assert.equal(duration(247_500), 'PT247S');
});

test("times are told in the branch's zone, whatever the machine's", () => {
  const at = Date.parse('2026-11-22T16:05:00Z');
  assert.equal(clock(at, 'Asia/Kuala_Lumpur'), '00:05');
  assert.equal(date(at, 'Asia/Kuala_Lumpur', 'en'), 'Monday, 23 November 2026');
});

test('a wait is a range in minutes, in hours when it is long, and honest when it is not known', () => {
  for (const [p50_s, p90_s, ms, short] of [
    [0, 0, 'tidak sampai 1 minit', 'tidak sampai 1 minit'],
    [20, 60, 'tidak sampai 1 minit', 'tidak sampai 1 minit'],
    [20, 150, 'kurang daripada 3 minit', 'kurang daripada 3 minit'],
    [300, 300, 'kira-kira 5 minit', 'kira-kira 5 minit'],
    [359, 720, 'kira-kira 5–12 minit', '5–12 min'],
    [7199, 9000, 'kira-kira 119–150 minit', '119–150 min'],
    [7200, 10801, 'kira-kira 2–4 jam', '2–4 jam'],
  ] as const) {
    assert.equal(range({ p50_s, p90_s }, 'ms'), ms);
    assert.equal(range({ p50_s, p90_s }, 'ms', true), short);
  }
  assert.equal(range(undefined, 'ms'), 'belum diketahui');
  assert.equal(range(null, 'en'), 'not known yet');
});

test('sentences are filled in', () => {
  assert.equal(say('ms', 'kiosk.waiting', { count: 7 }), '7 orang menunggu');
  assert.equal(say('en', 'link.down', { time: '14:05' }), 'The link has been down since 14:05. What is shown may be old.');
});

test("an office's text that is missing is told in Malay", () => {
  assert.equal(pick({ ms: 'Lesen', en: null }, 'en'), 'Lesen');
  assert.equal(pick({ ms: 'Lesen', en: 'Licences' }, 'en'), 'Licences');
  assert.deepEqual(LANGUAGES.map(([tag]) => beside(tag)), ['en', 'ms', 'ms', 'ms']);
});

test('ids are UUIDs of version 7, in the order of time', () => {
  const at = Date.parse('2026-11-23T04:00:00Z');
  const ids = [at, at + 1, at + 2 ** 16, at + 2 ** 33].map((now) => uuid7(now));
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual(ids, ids.toSorted());
  assert.equal(parseInt(ids[0]!.replace('-', '').slice(0, 12), 16), at);
  assert.notEqual(uuid7(at), uuid7(at));
});
