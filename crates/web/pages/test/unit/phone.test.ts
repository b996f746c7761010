// When a phone asks again, and what it keeps.

import assert from 'node:assert/strict';
import test from 'node:test';

import { COMES_BACK_MS, forget, held, hold, isSecret, opened } from '../../src/phone/address';
import { pause_ms, RECKONED_AFTER } from '../../src/phone/schedule';
import type { PhoneTicket, TicketState } from '../../src/protocol';

const plan = (state: TicketState, ahead?: number, failures = 0, after_ms = 0) =>
  [0, 1].map((chance) =>
    pause_ms({ seen: { state, ...(ahead !== undefined && { ahead }) }, answers: RECKONED_AFTER, failures, after_ms }, chance) / 1000,
  );

test('it asks every 3 to 10 seconds, the oftener the nearer the turn', () => {
  assert.deepEqual(plan('waiting', 0), [3, 3.75]);
  assert.deepEqual(plan('waiting', 3), [3, 3.75]);
  assert.deepEqual(plan('waiting', 4), [5, 6.25]);
  assert.deepEqual(plan('waiting', 11), [8, 10]);
  for (const state of ['called', 'ahead'] as const) assert.deepEqual(plan(state), [3, 3.75]);
  for (const state of ['serving', 'parked'] as const) assert.deepEqual(plan(state), [8, 10]);
});

test('a ticket that is no longer there is asked for seldom', () => {
  assert.equal(pause_ms({ seen: undefined, answers: 1, failures: 0, after_ms: 0 }, 0), 20_000);
});

test('a waiting time that is still being reckoned is asked for at once, a few times', () => {
  const pause = (answers: number, wait?: PhoneTicket['wait']) =>
    pause_ms({ seen: { state: 'waiting', ahead: 20, ...(wait && { wait }) }, answers, failures: 0, after_ms: 0 }, 0);
  assert.equal(pause(1), 1_500);
  assert.equal(pause(1, { p50_s: 60, p90_s: 120 }), 8_000);
  assert.equal(pause(RECKONED_AFTER), 8_000);
});

test('without an answer it asks less and less, and never less than twice a minute', () => {
  const pauses = [1, 2, 3, 4, 5, 20].map((failures) => plan('waiting', 0, failures)[0]);
  assert.deepEqual(pauses, [2, 4, 8, 16, 30, 30]);
});

test('it leaves the daemon alone for as long as it is asked to, and phones do not come back together', () => {
  const [soonest, latest] = plan('waiting', 0, 1, 7_000);
  assert.deepEqual([soonest, latest], [7, 8.75]);
  assert.deepEqual(plan('waiting', 0, 5, 7_000), [30, 37.5]);
});

test('an address holds a secret, a code of the hall, or nothing', () => {
  assert.deepEqual(opened('#a_B-9'), { by: 'ticket', secret: 'a_B-9' });
  assert.deepEqual(opened('#hall=BCDFGH'), { by: 'hall', code: 'BCDFGH' });
  assert.deepEqual(opened('#'), { by: 'nothing' });
  assert.deepEqual(opened(''), { by: 'nothing' });
});

test('what is no secret is not sent as one', () => {
  assert.ok(isSecret('AAAAAAAAAAAAAAAAAAAAAA'));
  for (const text of ['', 'a b', 'a\nb: c', '<script>', 'x'.repeat(65), 'ä']) assert.ok(!isSecret(text), text);
});

const seen: PhoneTicket = {
  number: 'A001',
  office: { ms: 'Pejabat' },
  service: { ms: 'Bayaran' },
  time_zone: 'Asia/Kuala_Lumpur',
  state: 'waiting',
  may_let_past: 0,
  now: '2026-11-23T01:00:00Z',
};

test('a ticket is kept for the day, and an hour after it has ended', () => {
  const kept = new Map<string, string>();
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    value: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => kept.set(key, text),
      removeItem: (key: string) => kept.delete(key),
    },
  });
  const mine = { secret: 's', seen, heard_ms: 1_000 };
  hold('contoh', mine);
  assert.deepEqual(held('contoh', 2_000), mine);
  assert.equal(held('lain', 2_000), undefined);
  assert.equal(held('contoh', 1_000 + 17 * 3_600_000), undefined);
  assert.equal(kept.size, 0, 'what is of no use is not kept');

  hold('contoh', { ...mine, over_ms: 5_000 });
  assert.equal(held('contoh', 5_000 + COMES_BACK_MS)?.secret, 's');
  assert.equal(held('contoh', 5_001 + COMES_BACK_MS), undefined);
  hold('contoh', mine);
  forget('contoh');
  assert.equal(held('contoh', 2_000), undefined);
});

test('a browser that keeps nothing for pages does not keep them from working', () => {
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    get() {
      throw new DOMException('denied', 'SecurityError');
    },
  });
  hold('contoh', { secret: 's', seen, heard_ms: 0 });
  assert.equal(held('contoh', 0), undefined);
  forget('contoh');
});
