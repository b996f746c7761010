// A press against a daemon that the test answers for, on a clock that the test moves.

import assert from 'node:assert/strict';
import test, { mock, type TestContext } from 'node:test';

import { forget, keep, kept, PATIENCE_MS, press, send, type Ending } from '../../src/press';

type Answer = (() => Response) | 'cut';
const ANSWER = { seq: 4, outcome: { type: 'done' } };
const ok: Answer = () => Response.json(ANSWER);
const status = (status: number, body: unknown = {}): Answer => () => Response.json(body, { status });

/** Sends a press to a daemon that gives these answers one after the other, then the last again. */
async function sent(t: TestContext, ...answers: Answer[]): Promise<{ ending: Ending; bodies: string[] }> {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const bodies: string[] = [];
  mock.method(globalThis, 'fetch', async (_: unknown, { body }: { body: string }) => {
    const answer = answers[Math.min(bodies.length, answers.length - 1)]!;
    bodies.push(body);
    if (answer === 'cut') throw new TypeError('failed to fetch');
    return answer();
  });
  t.after(() => {
    mock.timers.reset();
    mock.restoreAll();
  });
  let ending: Ending | undefined;
  void send(press('contoh', { type: 'call_next', counter: 'k1' })).then((end) => (ending = end));
  while (!ending) {
    await new Promise((done) => setImmediate(done));
    mock.timers.tick(250);
  }
  return { ending, bodies };
}

test('an answer ends it', async (t) => {
  const { ending, bodies } = await sent(t, ok);
  assert.deepEqual(ending, { type: 'answered', answer: ANSWER });
  assert.equal(bodies.length, 1);
});

test('a lost answer is asked for again by the same id', async (t) => {
  const { ending, bodies } = await sent(t, 'cut', status(503), status(429), ok);
  assert.deepEqual(ending, { type: 'answered', answer: ANSWER });
  assert.equal(bodies.length, 4);
  assert.equal(new Set(bodies).size, 1);
});

test('a refusal is an answer', async (t) => {
  const error = { code: 'queue_empty', message: { ms: 'Tiada sesiapa menunggu.' } };
  const { ending, bodies } = await sent(t, status(409, { error }));
  assert.deepEqual(ending, { type: 'refused', error });
  assert.equal(bodies.length, 1);
});

test('patience ends', async (t) => {
  const { ending, bodies } = await sent(t, 'cut');
  assert.deepEqual(ending, { type: 'lost' });
  assert.ok(bodies.length > 5);
});

test('a press is kept over a reload for as long as it may be answered, and for its branch', (t) => {
  const store = new Map<string, string>();
  Object.assign(globalThis, {
    sessionStorage: {
      setItem: (key: string, value: string) => store.set(key, value),
      getItem: (key: string) => store.get(key) ?? null,
      removeItem: (key: string) => store.delete(key),
    },
  });
  mock.timers.enable({ apis: ['Date'] });
  t.after(() => mock.timers.reset());
  const pressed = press('contoh', { type: 'call_next', counter: 'k1' });
  keep(pressed);
  assert.deepEqual(kept('contoh'), pressed);
  assert.equal(kept('lain'), undefined);
  keep(pressed);
  mock.timers.tick(PATIENCE_MS);
  assert.equal(kept('contoh'), undefined);
  assert.equal(store.size, 0);
  keep(pressed);
  forget();
  assert.equal(kept('contoh'), undefined);
});
