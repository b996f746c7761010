import assert from 'node:assert/strict';
import test from 'node:test';

import { dateIn, dayOf, mondayOf, plus } from '../../src/planning/days';
import { alone, together } from '../../src/planning/quarters';
import { AS_IS, atOnce, blamed, firstOpen, planOf, stretches, type Row } from '../../src/planning/stretches';
import type { CounterView, QuarterView } from '../../src/protocol';
import { NOON, office } from './sample';

/** Noon in Malaysia; the office closes at five. */
const NOW = Date.parse(NOON);
const at = (hours: number) => new Date(NOW + hours * 3_600_000).toISOString();
const DAY = { now: NOW, until: Date.parse(at(5)), zone: 'Asia/Kuala_Lumpur' };
const row = (more: Partial<Row>): Row => ({ ...AS_IS, ...more });

const counter = (number: number, more: Partial<CounterView> = {}): CounterView => ({
  id: `k${number}`,
  place: 'counter',
  number,
  open: false,
  services: ['pertanyaan'],
  ...more,
});

test('a counter is open from now on, never, or for a while, and stays as it is unless something is said', () => {
  assert.equal(stretches(AS_IS, DAY), undefined);
  assert.deepEqual(stretches(row({ how: 'closed' }), DAY), { open: [] });
  assert.deepEqual(stretches(row({ how: 'open' }), DAY), { open: [{ from: at(0), until: at(5) }] });
  assert.deepEqual(stretches(row({ how: 'between', start: '13:00', end: '15:30' }), DAY), { open: [{ from: at(1), until: at(3.5) }] });
});

test('what lies before now or after closing is cut off', () => {
  assert.deepEqual(stretches(row({ how: 'between', start: '08:00', end: '23:00' }), DAY), { open: [{ from: at(0), until: at(5) }] });
});

test('a break parts the stretch, and is cut at its ends', () => {
  const rest = (rest_start: string, rest_end: string) => stretches(row({ how: 'open', rest_start, rest_end }), DAY);
  assert.deepEqual(rest('13:00', '14:00'), { open: [{ from: at(0), until: at(1) }, { from: at(2), until: at(5) }] });
  assert.deepEqual(rest('11:30', '12:30'), { open: [{ from: at(0.5), until: at(5) }] });
  assert.deepEqual(rest('16:30', '18:00'), { open: [{ from: at(0), until: at(4.5) }] });
  assert.deepEqual(rest('11:00', '18:00'), { open: [] });
});

test('what is filled in wrongly is told at its field', () => {
  const fault = (more: Partial<Row>) => stretches(row({ how: 'between', ...more }), DAY);
  assert.deepEqual(fault({ end: '15:00' }), { at: 'start', why: 'missing' });
  assert.deepEqual(fault({ start: '13:00' }), { at: 'end', why: 'missing' });
  assert.deepEqual(fault({ start: '15:00', end: '13:00' }), { at: 'end', why: 'order' });
  assert.deepEqual(fault({ start: '08:00', end: '11:00' }), { at: 'end', why: 'over' });
  assert.deepEqual(fault({ start: '17:00', end: '18:00' }), { at: 'start', why: 'after' });
  const times = { start: '13:00', end: '15:00' };
  assert.deepEqual(fault({ ...times, rest_start: '14:00' }), { at: 'rest_end', why: 'missing' });
  assert.deepEqual(fault({ ...times, rest_end: '14:00' }), { at: 'rest_start', why: 'missing' });
  assert.deepEqual(fault({ ...times, rest_start: '14:00', rest_end: '13:30' }), { at: 'rest_end', why: 'order' });
  assert.deepEqual(fault({ ...times, rest_start: '16:00', rest_end: '16:30' }), { at: 'rest_start', why: 'outside' });
});

test('a time past midnight is still to come where the day goes on so long', () => {
  const now = Date.parse('2026-11-23T14:00:00Z');
  const night = { ...DAY, now, until: now + 6 * 3_600_000 };
  assert.deepEqual(stretches(row({ how: 'between', start: '23:00', end: '01:00' }), night), {
    open: [{ from: '2026-11-23T15:00:00.000Z', until: '2026-11-23T17:00:00.000Z' }],
  });
});

test("a plan names the counters that are spoken of, in the office's order, and what is wrong by counter", () => {
  const counters = [counter(1), counter(2), counter(3)];
  const rows = { k3: row({ how: 'closed' }), k1: row({ how: 'open' }), k2: row({ how: 'between' }) };
  const { plans, faults } = planOf(rows, counters, DAY);
  assert.deepEqual(plans.map(({ counter }) => counter), ['k1', 'k3']);
  assert.deepEqual(faults, { k2: { at: 'start', why: 'missing' } });
  assert.deepEqual(planOf({}, counters, DAY), { plans: [], faults: {} });
});

test('a refusal is told at the counter that it names', () => {
  const counters = [counter(1), counter(10)];
  assert.equal(blamed('stretches of k10 overlap', counters), 'k10');
  assert.equal(blamed('counters[1].k1: in the past', counters), 'k1');
  assert.equal(blamed('too many counters', counters), undefined);
  assert.equal(blamed(null, counters), undefined);
});

test('of so many counters those that work already come first', () => {
  const counters = [counter(1), counter(2, { open: true, pause: { reason: 'rest', since: NOON } }), counter(3, { open: true })];
  const rows = firstOpen(counters, 2);
  assert.deepEqual(['k1', 'k2', 'k3'].map((id) => rows[id]?.how), ['open', 'closed', 'open']);
  assert.deepEqual(Object.values(firstOpen(counters, 0)).map(({ how }) => how), ['closed', 'closed', 'closed']);
});

test('at once is done what the plan says of now, and nothing that is so already', () => {
  const view = office({
    counters: [counter(1), counter(2, { open: true }), counter(3, { open: true, pause: { reason: 'rest', since: NOON } }), counter(4), counter(5, { open: true })],
  });
  const now = [{ from: at(0), until: at(5) }];
  const later = [{ from: at(1), until: at(5) }];
  const plans = [
    { counter: 'k1', open: now },
    { counter: 'k2', open: later },
    { counter: 'k3', open: now },
    { counter: 'k4', open: later },
    { counter: 'k5', open: now },
    { counter: 'k9', open: now },
  ];
  assert.deepEqual(atOnce(plans, view, NOW + 60_000), [
    { type: 'open_counter', counter: 'k1' },
    { type: 'close_counter', counter: 'k2' },
    { type: 'resume_counter', counter: 'k3' },
  ]);
});

const quarter = (more: Partial<QuarterView> = {}): QuarterView => ({
  from: NOON,
  arrivals: 10,
  arrivals_low: 6,
  arrivals_high: 14,
  open: 2,
  late: 1,
  ...more,
});

test('all services together have the sum of who comes, a range that is narrower than the sum of ranges, and the longest wait', () => {
  const [column, next] = together([
    { service: 'a', quarters: [quarter({ needed: 3, p90_s: 600 })] },
    { service: 'b', quarters: [quarter({ arrivals_low: 7, arrivals_high: 13, needed: 2, p90_s: 900 }), quarter({ from: at(0.25), arrivals: 2, arrivals_low: 0 })] },
  ]);
  assert.deepEqual(column, { from: NOON, arrivals: 20, low: 15, high: 25, late: 2, p90_s: 900, short: ['a'] });
  assert.deepEqual([next?.from, next?.arrivals, next?.low, next?.p90_s], [at(0.25), 2, 0, undefined]);
});

test('one service has its counters beside those that it needs', () => {
  const [column] = alone({ service: 'a', quarters: [quarter({ needed: 3 })] });
  assert.deepEqual([column?.needed, column?.open, column?.short], [3, 2, ['a']]);
  assert.deepEqual(alone({ service: 'a', quarters: [quarter()] })[0]?.short, []);
});

test("weeks begin on Mondays, and days are those of the office's calendar", () => {
  assert.deepEqual(['2026-11-29', '2026-11-30', '2026-12-06'].map(mondayOf), ['2026-11-23', '2026-11-30', '2026-11-30']);
  assert.equal(plus('2026-12-28', 7), '2027-01-04');
  assert.equal(dateIn('Asia/Kuala_Lumpur', Date.parse('2026-11-29T17:00:00Z')), '2026-11-30');
  assert.match(dayOf('2026-11-30', 'en'), /Mon.*30/);
});
