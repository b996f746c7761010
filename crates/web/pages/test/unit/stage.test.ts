import assert from 'node:assert/strict';
import test from 'node:test';

import { CALLS_KEPT } from '../../src/picture';
import { advance, dueAt, hear, open, SHOWN_MS, SHOWN_SILENT_MS, type Stage } from '../../src/display/stage';
import { call } from './sample';

const calls = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => call(from + n));

/** Lets time pass until nothing waits; gives when each call came on. */
function play(stage: Stage): { seq: number | undefined; at_ms: number }[] {
  const shown = [];
  while (stage.queue.length > 0) {
    const at_ms = dueAt(stage);
    assert.equal(advance(stage, at_ms - 1), stage, 'too early');
    stage = advance(stage, at_ms);
    shown.push({ seq: stage.call?.seq, at_ms });
  }
  return shown;
}

test('a wall that is switched on shows the last call and does not flash it', () => {
  const { call, since_ms, queue } = open(calls(1, 5));
  assert.deepEqual([call?.seq, since_ms, queue], [5, undefined, []]);
});

test('a call comes on at once when the stage is free', () => {
  const stage = hear(open(calls(1, 5)), calls(1, 6), 100);
  assert.deepEqual([stage.call?.seq, stage.since_ms], [6, 100]);
  const next = hear(stage, calls(1, 7), 100 + SHOWN_MS);
  assert.deepEqual([next.call?.seq, next.since_ms], [7, 100 + SHOWN_MS]);
});

test('a call that comes too soon waits until the one before has had its time', () => {
  const stage = hear(hear(open([]), [call(1)], 0), calls(1, 2), 10);
  assert.equal(stage.call?.seq, 1);
  assert.deepEqual(play(stage), [{ seq: 2, at_ms: SHOWN_MS }]);
});

test('ten calls at once are shown in order, each for its full time', () => {
  const stage = hear(open([]), calls(1, 10), 0);
  assert.equal(stage.call?.seq, 1);
  assert.deepEqual(
    play(stage),
    calls(2, 10).map(({ seq }, n) => ({ seq, at_ms: (n + 1) * SHOWN_MS })),
  );
});

test('nothing is shown twice, whatever is heard again', () => {
  const stage = hear(open([]), calls(1, 3), 0);
  assert.equal(hear(stage, calls(1, 3), 50), stage);
  assert.equal(hear(stage, calls(2, 3), 50), stage);
});

test('under pressure calls get less time, so that none comes minutes late', () => {
  let stage = hear(open([]), calls(1, CALLS_KEPT), 0);
  const shown = play(stage);
  assert.deepEqual(shown.map(({ seq }) => seq), calls(2, CALLS_KEPT).map(({ seq }) => seq));
  assert.ok(shown.every(({ at_ms }, n) => at_ms - (shown[n - 1]?.at_ms ?? 0) >= 1_000));
  assert.ok((shown[CALLS_KEPT / 2]?.at_ms ?? Infinity) < 60_000);
});

test('what has left the picture is not put on stage any more', () => {
  let stage = hear(open([]), calls(1, 15), 0);
  stage = hear(stage, calls(11, 30), 1);
  assert.deepEqual(play(stage).map(({ seq }) => seq), calls(11, 30).map(({ seq }) => seq));
});

test('a new day clears the stage', () => {
  assert.deepEqual(hear(hear(open([]), calls(1, 3), 0), [], 1), open([]));
});

test('where nobody says the calls aloud each is shown twice as long, and a crowd still comes on in time', () => {
  assert.equal(SHOWN_SILENT_MS, 2 * SHOWN_MS);
  const one = hear(open([]), calls(1, 2), 0, SHOWN_SILENT_MS);
  assert.equal(dueAt(one, SHOWN_SILENT_MS), SHOWN_SILENT_MS);
  assert.equal(advance(one, SHOWN_SILENT_MS - 1, SHOWN_SILENT_MS), one);
  const crowd = hear(open([]), calls(1, 21), 0, SHOWN_SILENT_MS);
  assert.equal(dueAt(crowd, SHOWN_SILENT_MS), dueAt(crowd));
});
