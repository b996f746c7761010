import assert from 'node:assert/strict';
import test from 'node:test';

import { schedule } from '../../src/display/said';
import {
  advance,
  hear,
  open,
  placesOf,
  say,
  SHORTEST_MS,
  SHOWN_MS,
  SHOWN_SILENT_MS,
  type House,
  type Stage,
} from '../../src/display/stage';
import { call } from './sample';

const HALL: House = { places: 12, silent: false };
const SILENT: House = { places: 12, silent: true };

const calls = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => call(from + n));
const seqs = ({ on }: Stage) => on.map(({ call }) => call.seq);

/** Lets time pass until only the newest call is left, or so long; gives when each call came and went. */
function play(stage: Stage, house: House, from_ms: number, to_ms = Infinity) {
  const times = new Map<number, { came: number; left?: number }>();
  const note = (now: number) => {
    for (const { call } of stage.on) if (!times.has(call.seq)) times.set(call.seq, { came: now });
    const there = new Set(seqs(stage));
    for (const [seq, time] of times) if (!there.has(seq)) time.left ??= now;
  };
  note(from_ms);
  for (let now = from_ms; now <= to_ms && (stage.on.length > 1 || stage.queue.length > 0); now += 100) {
    stage = advance(stage, now, house);
    note(now);
  }
  return { stage, times };
}

test('a wall that is switched on shows the last call and does not flash it', () => {
  const { on, queue } = open(calls(1, 5));
  assert.deepEqual([on, queue], [[{ call: call(5), since_ms: undefined }], []]);
});

test('the first call takes the place of what was there when the wall was switched on', () => {
  const stage = hear(open(calls(1, 5)), calls(1, 6), 100, HALL);
  assert.deepEqual(stage.on, [{ call: call(6), since_ms: 100 }]);
});

test('a call whose time is over makes way, and the last one stays', () => {
  const stage = hear(hear(open([]), [call(1)], 0, HALL), calls(1, 2), SHOWN_MS, HALL);
  assert.deepEqual(seqs(stage), [2]);
  assert.equal(advance(stage, 10 * SHOWN_MS, HALL), stage);
});

test('a call that comes meanwhile stands beside the one before, and neither waits', () => {
  const stage = hear(hear(open([]), [call(1)], 0, HALL), calls(1, 2), 6_000, HALL);
  assert.deepEqual(stage.on.map(({ call, since_ms }) => [call.seq, since_ms]), [[1, 0], [2, 6_000]]);
  const { times } = play(stage, HALL, 6_000);
  assert.equal(times.get(1)?.left, SHOWN_MS);
});

test('ten calls at once stand there at once, each until it was said, however late that is', () => {
  const stage = hear(open([]), calls(1, 10), 0, HALL);
  assert.deepEqual(seqs(stage), calls(1, 10).map(({ seq }) => seq));
  const said = schedule([], calls(1, 10).map(({ seq }) => seq), 0);
  const { times } = play(stage, HALL, 0);
  for (const { seq, to_ms } of said.slice(0, -1)) {
    const { left = Infinity } = times.get(seq)!;
    assert.ok(left >= Math.max(SHOWN_MS, to_ms), `${seq} left at ${left}`);
    assert.ok(left <= Math.max(SHOWN_MS, to_ms) + 100, `${seq} left at ${left}`);
  }
});

test('the loudspeaker says one at a time, shorter the more wait, and what has begun goes on', () => {
  const said = schedule([], [1, 2, 3, 4, 5, 6, 7, 8], 0);
  assert.deepEqual(said.map(({ from_ms, to_ms }) => to_ms - from_ms), [4, 6.5, 6.5, 8, 8, 14, 14, 14].map((s) => s * 1000));
  assert.ok(said.every(({ from_ms }, n) => n === 0 || from_ms === said[n - 1]?.to_ms));
  const more = schedule(said.slice(5), [9], said[5]!.from_ms + 1);
  assert.deepEqual(more[0], said[5]);
  assert.deepEqual(more.map(({ seq }) => seq), [6, 7, 8, 9]);
  assert.equal(schedule([], calls(1, 40).map(({ seq }) => seq), 0).length, 16);
});

test('nothing is shown twice, whatever is heard again', () => {
  const stage = hear(open([]), calls(1, 3), 0, HALL);
  assert.equal(hear(stage, calls(1, 3), 50, HALL), stage);
  assert.equal(hear(stage, calls(2, 3), 50, HALL), stage);
});

test('of two hundred calls in a minute none is missed, each stands there for five seconds, none comes a minute late', () => {
  for (const house of [HALL, SILENT, { places: 10, silent: false }]) {
    let stage = open([call(1)]);
    const came = new Map<number, number>();
    const left = new Map<number, number>();
    for (let now = 0; now < 240_000; now += 100) {
      const last = Math.min(201, 1 + Math.floor(now / 300));
      const before = new Set(seqs(stage));
      stage = advance(hear(stage, calls(Math.max(1, last - 19), last), now, house), now, house);
      for (const seq of seqs(stage)) if (!before.has(seq)) came.set(seq, now);
      for (const seq of before) if (!seqs(stage).includes(seq)) left.set(seq, now);
      assert.ok(stage.on.length <= house.places);
    }
    assert.deepEqual([...came.keys()].sort((a, b) => a - b), calls(2, 201).map(({ seq }) => seq));
    for (const [seq, at] of came) {
      assert.ok((left.get(seq) ?? Infinity) - at >= SHORTEST_MS, `${seq} stood for ${(left.get(seq) ?? 0) - at} ms`);
      assert.ok(at - (seq - 1) * 300 < 60_000, `${seq} came ${at - (seq - 1) * 300} ms late`);
    }
  }
});

test('a call that is being said is not put off the stage by others', () => {
  let stage = hear(open([]), calls(1, 12), 0, HALL);
  const speaking = stage.said[1]!;
  stage = hear(stage, calls(1, 16), 1, HALL);
  const { times } = play(stage, HALL, 1, 30_000);
  assert.ok((times.get(2)?.left ?? Infinity) >= speaking.to_ms);
});

test('who comes on stage takes the very place of who leaves, so that nothing else moves', () => {
  let stage = hear(open([]), calls(1, 12), 0, SILENT);
  stage = hear(stage, calls(1, 13), 20_000, SILENT);
  assert.deepEqual(seqs(stage), [13, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

test('a number that is called again stands there once, with its last call', () => {
  const again = call(3, { number: 'A001', attempt: 2 });
  const stage = hear(hear(open([]), calls(1, 2), 0, HALL), [...calls(1, 2), again], 1_000, HALL);
  assert.deepEqual(stage.on.map(({ call, since_ms }) => [call.seq, since_ms]), [[3, 1_000], [2, 0]]);
});

test('what this wall says itself stands there meanwhile, also when it had left', () => {
  let stage = hear(hear(open([]), [call(1)], 0, HALL), calls(1, 2), SHOWN_MS, HALL);
  stage = say(stage, call(1), SHOWN_MS + 1_000);
  assert.deepEqual(seqs(stage), [2, 1]);
  assert.equal(advance(stage, 10 * SHOWN_MS, HALL), stage);
  assert.deepEqual(seqs(advance(say(stage, undefined, 0), 10 * SHOWN_MS, HALL)), [2]);
});

test('a new day clears the stage', () => {
  assert.deepEqual(hear(hear(open([]), calls(1, 3), 0, HALL), [], 1, HALL), open([]));
});

test('where nobody says the calls aloud each is shown twice as long', () => {
  assert.equal(SHOWN_SILENT_MS, 2 * SHOWN_MS);
  const { times } = play(hear(open([]), calls(1, 2), 0, SILENT), SILENT, 0);
  assert.equal(times.get(1)?.left, SHOWN_SILENT_MS);
});

test('a strip has fewer places than a screen', () => {
  assert.deepEqual([placesOf(1920, 1080), placesOf(1080, 1920), placesOf(1920, 540)], [12, 10, 6]);
});
