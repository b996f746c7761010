// A device that waits to be let in, on a clock that the test moves.

import assert from 'node:assert/strict';
import test, { mock, type TestContext } from 'node:test';

import { CLAIM_MS, pair } from '../../src/pairing/pair';
import { grouped, freeName } from '../../src/people/devices';

type Answer = (() => Response) | 'cut';
const offer = (n: number): Answer => () => Response.json({ code: `CODE-${n}`, claim: `claim-${n}`, until: '' });
const waiting: Answer = () => Response.json({ state: 'waiting' });
const paired: Answer = () => Response.json({ state: 'paired', id: 'kiosk-1' });
const refused = (status: number, code: string, headers = {}): Answer => () =>
  Response.json({ error: { code, message: { ms: code } } }, { status, headers });

function start(t: TestContext, ...answers: Answer[]) {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const heard: string[] = [];
  mock.method(globalThis, 'fetch', async (path: string, { body }: { body: string }) => {
    const { claim } = JSON.parse(body);
    heard.push(claim ?? path);
    const answer = answers.shift() ?? waiting;
    if (answer === 'cut') throw new TypeError('failed to fetch');
    return answer();
  });
  const stop = pair('kiosk', 'contoh', {
    code: (code) => heard.push(`shows ${code}`),
    none: (why) => heard.push(`none ${why?.code ?? 'lost'}`),
    paired: () => heard.push('paired'),
  });
  t.after(() => {
    stop();
    mock.timers.reset();
    mock.restoreAll();
  });
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 500) {
      for (let n = 0; n < 5; n += 1) await new Promise((done) => setImmediate(done));
      mock.timers.tick(500);
    }
    for (let n = 0; n < 5; n += 1) await new Promise((done) => setImmediate(done));
  };
  return { heard, pass, stop };
}

test('a code is shown, asked about, and taken when it is approved', async (t) => {
  const { heard, pass } = start(t, offer(1), waiting, paired);
  await pass(3 * CLAIM_MS);
  assert.deepEqual(heard, ['/api/v1/pairing', 'shows CODE-1', 'claim-1', 'claim-1', 'paired']);
});

test('a code that has expired is followed by another', async (t) => {
  const { heard, pass } = start(t, offer(1), refused(404, 'unknown_pairing'), offer(2), paired);
  await pass(3 * CLAIM_MS);
  assert.deepEqual(heard, ['/api/v1/pairing', 'shows CODE-1', 'claim-1', '/api/v1/pairing', 'shows CODE-2', 'claim-2', 'paired']);
});

test('a cut keeps the code on the screen', async (t) => {
  const { heard, pass } = start(t, offer(1), 'cut', refused(503, 'overloaded'), paired);
  await pass(4 * CLAIM_MS);
  assert.deepEqual(heard, ['/api/v1/pairing', 'shows CODE-1', 'claim-1', 'claim-1', 'claim-1', 'paired']);
});

test('where there is no code it is said why, and asked for no sooner than the daemon likes', async (t) => {
  const { heard, pass } = start(t, 'cut', refused(429, 'too_many_requests', { 'retry-after': '20' }), offer(1));
  await pass(6_000);
  assert.deepEqual(heard, ['/api/v1/pairing', 'none lost', '/api/v1/pairing', 'none too_many_requests']);
  await pass(18_000);
  assert.equal(heard.length, 4);
  await pass(4_000);
  assert.equal(heard.includes('shows CODE-1'), true);
});

test('what is no longer wanted is not asked about', async (t) => {
  const { heard, pass, stop } = start(t, offer(1));
  await pass(500);
  stop();
  await pass(5 * CLAIM_MS);
  assert.deepEqual(heard, ['/api/v1/pairing', 'shows CODE-1']);
});

test('a code is grouped as it is typed', () => {
  assert.equal(grouped('bcdf'), 'BCDF');
  assert.equal(grouped('bcdfg'), 'BCDF-G');
  assert.equal(grouped(' bcdf ghjk '), 'BCDF-GHJK');
  assert.equal(grouped('BCDF-GHJKLM'), 'BCDF-GHJK');
  assert.equal(freeName('kiosk', ['kiosk-1', 'display-2']), 'kiosk-2');
});
