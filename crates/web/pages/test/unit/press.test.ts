// A press against a daemon that the test answers for, on a clock that the test moves.

import assert from 'node:assert/strict';
import test, { mock, type TestContext } from 'node:test';

import { forget, HELD_MS, hold, keep, kept, mayGoOn, PATIENCE_MS, press, send, type Ending } from '../../src/press';

type Answer = (() => Response) | 'cut';
const ANSWER = { seq: 4, outcome: { type: 'done' } };
const ok: Answer = () => Response.json(ANSWER);
const status = (status: number, body: unknown = {}, headers = {}): Answer => () =>
  Response.json(body, { status, headers });
const turnedAway = (code: string, seconds: number): Answer =>
  status(503, { error: { code, message: { ms: 'Sibuk.' } } }, { 'retry-after': `${seconds}` });

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
  void send(press('contoh', { type: 'call_next', counter: 'k1' }, { kind: 'officer', id: 'aminah' })).then((end) => (ending = end));
  while (!ending) {
    await new Promise((done) => setImmediate(done));
    mock.timers.tick(250);
  }
  return { ending, bodies };
}

test('an answer ends it, and who pressed is told', async (t) => {
  const { ending, bodies } = await sent(t, ok);
  assert.deepEqual(ending, { type: 'answered', answer: ANSWER });
  assert.equal(bodies.length, 1);
  const { command, by } = JSON.parse(bodies[0]!);
  assert.deepEqual([command.type, by], ['call_next', { kind: 'officer', id: 'aminah' }]);
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

test('a daemon that is too busy is left alone for as long as it asks', async (t) => {
  const times: number[] = [];
  const noted = (answer: () => Response): Answer => () => {
    times.push(Date.now());
    return answer();
  };
  const busy = turnedAway('overloaded', 4) as () => Response;
  const { ending } = await sent(t, noted(busy), noted(ok as () => Response));
  assert.equal(ending.type, 'answered');
  assert.ok(times[1]! - times[0]! >= 4_000);
});

test('whoever is turned away to the end is told so, and that nothing was done', async (t) => {
  const { ending } = await sent(t, turnedAway('overloaded', 2));
  assert.equal(ending.type === 'refused' && ending.error.code, 'overloaded');
});

test('after an answer that was lost, being turned away leaves it open whether it was done', async (t) => {
  const { ending } = await sent(t, 'cut', turnedAway('overloaded', 2));
  assert.deepEqual(ending, { type: 'lost' });
});

for (const [code, told] of [['store_full', 507], ['store_read_only', 503]] as const) {
  test(`a disk that takes nothing is told at once: ${code}`, async (t) => {
    const error = { code, message: { ms: 'Cakera.' } };
    const { ending, bodies } = await sent(t, status(told, { error }, { 'retry-after': '5' }));
    assert.deepEqual(ending, { type: 'refused', error });
    assert.equal(bodies.length, 1);
  });
}

test('patience ends', async (t) => {
  const { ending, bodies } = await sent(t, 'cut');
  assert.deepEqual(ending, { type: 'lost' });
  assert.ok(bodies.length > 5);
});

const signedOut = { code: 'not_signed_in', message: { ms: 'Sila log masuk.' } };

test('an ended session is no ending: the press may go on after the sign-in', async (t) => {
  const { ending, bodies } = await sent(t, status(401, { error: signedOut }));
  assert.deepEqual(ending, { type: 'signed_out', error: signedOut, doubt: false });
  assert.equal(bodies.length, 1);
});

test('after an answer that was lost an ended session leaves it open whether it was done', async (t) => {
  const { ending } = await sent(t, 'cut', status(401, { error: signedOut }));
  assert.equal(ending.type === 'signed_out' && ending.doubt, true);
});

test('a PIN that has to be changed first is as an ended session; what is not allowed is a refusal', async (t) => {
  const must = { code: 'must_change_secret', message: { ms: 'Tukar PIN.' } };
  assert.equal((await sent(t, status(403, { error: must }))).ending.type, 'signed_out');
  mock.timers.reset();
  mock.restoreAll();
  const denied = { code: 'not_allowed', message: { ms: 'Tidak dibenarkan.' } };
  assert.deepEqual((await sent(t, status(403, { error: denied }))).ending, { type: 'refused', error: denied });
});

test('patience for a press that was held begins when it goes on, and the id stays', async (t) => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  t.after(() => {
    mock.timers.reset();
    mock.restoreAll();
  });
  const pressed = press('contoh', { type: 'call_next', counter: 'k1' }, undefined, 'aminah');
  const bodies: string[] = [];
  mock.method(globalThis, 'fetch', async (_: unknown, { body }: { body: string }) => {
    bodies.push(body);
    return bodies.length < 2 ? Response.json({}, { status: 503 }) : Response.json(ANSWER);
  });
  mock.timers.tick(PATIENCE_MS + 1_000);
  let ending: Ending | undefined;
  void send(pressed, false, Date.now()).then((end) => (ending = end));
  while (!ending) {
    await new Promise((done) => setImmediate(done));
    mock.timers.tick(250);
  }
  assert.equal(ending.type, 'answered');
  assert.deepEqual(bodies.map((body) => JSON.parse(body).id), [pressed.id, pressed.id]);
  assert.equal('who' in JSON.parse(bodies[0]!), false);
});

function storage(): Map<string, string> {
  const store = new Map<string, string>();
  Object.assign(globalThis, {
    sessionStorage: {
      setItem: (key: string, value: string) => store.set(key, value),
      getItem: (key: string) => store.get(key) ?? null,
      removeItem: (key: string) => store.delete(key),
    },
  });
  return store;
}

test('a press that is held waits for its own person, and not for ever', (t) => {
  storage();
  mock.timers.enable({ apis: ['Date'] });
  t.after(() => mock.timers.reset());
  const pressed = press('contoh', { type: 'call_next', counter: 'k1' }, undefined, 'aminah');
  keep({ ...pressed, doubt: false });
  hold();
  mock.timers.tick(PATIENCE_MS + 1);
  const held = kept('contoh');
  assert.deepEqual(held, { ...pressed, doubt: false, held: true });
  assert.equal(mayGoOn(held!, 'aminah'), true);
  assert.equal(mayGoOn(held!, 'badrul'), false);
  assert.equal(mayGoOn(held!, undefined), false);
  mock.timers.tick(HELD_MS);
  // Its person is still to be told.
  assert.equal(kept('contoh')?.id, pressed.id);
  assert.equal(mayGoOn(held!, 'aminah'), false);
});

test('what is under way when the page is left for the sign-in may have been done', () => {
  storage();
  hold();
  assert.equal(kept('contoh'), undefined);
  keep(press('contoh', { type: 'call_next', counter: 'k1' }, undefined, 'aminah'));
  hold();
  assert.equal(kept('contoh')?.doubt, true);
  assert.equal(kept('contoh')?.held, true);
  forget();
});

test('a press is kept over a reload for as long as it may be answered, and for its branch', (t) => {
  const store = storage();
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

test('a browser that keeps nothing for pages does not keep a press from being sent', () => {
  const refuses = () => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  Object.defineProperty(globalThis, 'sessionStorage', {
    configurable: true,
    value: { getItem: refuses, setItem: refuses, removeItem: refuses },
  });
  keep(press('contoh', { type: 'call_next', counter: 'k1' }));
  assert.equal(kept('contoh'), undefined);
  hold();
  forget();
});
