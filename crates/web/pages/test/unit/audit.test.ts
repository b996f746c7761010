// The audit record from its end, against a daemon that gives it from its beginning.

import assert from 'node:assert/strict';
import test from 'node:test';

import { linesBefore, type Fetch } from '../../src/people/audit';

const AT_ONCE = 100;

/** A record of so many lines, of which the first may be gone. */
function record(count: number, first = 1) {
  const asked: number[] = [];
  const fetch: Fetch = async (after) => {
    asked.push(after);
    const from = Math.max(after + 1, first);
    const seqs = Array.from({ length: Math.max(0, Math.min(AT_ONCE, count - from + 1)) }, (_, n) => from + n);
    const last = seqs.at(-1) ?? after;
    return {
      lines: seqs.map((seq) => ({ seq, at: '', who: '', what: '', hash: '' })),
      ...(last < count && { next: last }),
    };
  };
  return { fetch, asked };
}

const seqs = async (fetch: Fetch, before: number | undefined, count: number) =>
  (await linesBefore(fetch, before, count)).map(({ seq }) => seq);

test('the newest lines come first, of a record of any length', async () => {
  for (const count of [0, 1, 49, 50, 51, 99, 100, 101, 200, 201, 1_000, 4_711]) {
    const { fetch } = record(count);
    const found = await seqs(fetch, undefined, 50);
    assert.deepEqual(found, Array.from({ length: Math.min(50, count) }, (_, n) => count - n), `${count}`);
  }
});

test('the end of a long record is found by few questions', async () => {
  const { fetch, asked } = record(1_000_000);
  const [newest] = await seqs(fetch, undefined, 50);
  assert.equal(newest, 1_000_000);
  assert.ok(asked.length < 40, `${asked.length}`);
});

test('a page goes on where the one before it ended, down to the first line', async () => {
  const { fetch } = record(120);
  assert.deepEqual((await seqs(fetch, 71, 50)).slice(0, 2), [70, 69]);
  assert.deepEqual(await seqs(fetch, 21, 50), Array.from({ length: 20 }, (_, n) => 20 - n));
  assert.deepEqual(await seqs(fetch, 1, 50), []);
});

test('a record whose beginning is gone is read as far as it goes', async () => {
  const { fetch } = record(700, 500);
  assert.deepEqual((await seqs(fetch, undefined, 50)).slice(0, 2), [700, 699]);
  assert.deepEqual(await seqs(fetch, 520, 50), Array.from({ length: 20 }, (_, n) => 519 - n));
});
