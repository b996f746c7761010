// The link against a socket that the test speaks through, on a clock that the test moves.

import assert from 'node:assert/strict';
import test, { mock, type TestContext } from 'node:test';

import { openLink, SILENCE_MS, type LinkStatus } from '../../src/link';
import type { Picture } from '../../src/picture';
import type { Hello, ToClient } from '../../src/protocol';
import { entry, LOG, NOON, snapshot } from './sample';

class Socket {
  static all: Socket[] = [];
  static get last(): Socket {
    return Socket.all.at(-1)!;
  }
  sent: Hello[] = [];
  closed = false;
  onopen?: () => void;
  onclose?: () => void;
  onmessage?: (event: { data: string }) => void;
  constructor(readonly address: string) {
    Socket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  says(...messages: ToClient[]) {
    for (const message of messages) this.onmessage?.({ data: JSON.stringify(message) });
  }
}

function start(context: TestContext) {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.parse(NOON) });
  mock.method(Math, 'random', () => 1);
  Socket.all = [];
  const online = new EventTarget();
  Object.assign(globalThis, {
    WebSocket: Socket,
    location: { href: 'http://office.example/display' },
    addEventListener: online.addEventListener.bind(online),
    removeEventListener: online.removeEventListener.bind(online),
  });
  const heard = { pictures: [] as Picture[], statuses: [] as LinkStatus[] };
  const link = openLink('contoh', 'display', {
    picture: (picture) => heard.pictures.push(picture),
    status: (status) => heard.statuses.push(status),
  });
  context.after(() => {
    link.close();
    mock.timers.reset();
    mock.restoreAll();
  });
  return { ...heard, link, online };
}

const pass = (ms: number) => mock.timers.tick(ms);
const states = (statuses: LinkStatus[]) => statuses.map(({ state }) => state);

test('the first word is who looks, the first answer a picture', (t) => {
  const { pictures, statuses } = start(t);
  assert.equal(Socket.last.address, 'ws://office.example/api/v1/branches/contoh/events');
  Socket.last.onopen?.();
  assert.deepEqual(Socket.last.sent, [{ type: 'hello', audience: 'display' }]);
  assert.deepEqual(states(statuses), []);
  Socket.last.says(snapshot(3));
  assert.deepEqual(pictures.map(({ seq }) => seq), [3]);
  assert.deepEqual(states(statuses), ['up']);
});

test('a cut link says since when, and comes back from where it stopped', (t) => {
  const { pictures, statuses } = start(t);
  Socket.last.onopen?.();
  Socket.last.says(snapshot(3), entry(3, 5));
  pass(4_000);
  Socket.last.onclose?.();
  assert.deepEqual(statuses.at(-1), { state: 'down', since_ms: Date.parse(NOON) });
  pass(250);
  assert.equal(Socket.all.length, 2);
  Socket.last.onopen?.();
  assert.deepEqual(Socket.last.sent, [{ type: 'hello', audience: 'display', resume: { log: LOG, seq: 5 } }]);
  Socket.last.says({ type: 'resumed', seq: 7, now: NOON }, entry(5, 7));
  assert.deepEqual(states(statuses), ['up', 'down', 'up']);
  assert.equal(pictures.at(-1)?.seq, 7);
});

test('silence is a cut', (t) => {
  const { statuses } = start(t);
  Socket.last.onopen?.();
  Socket.last.says(snapshot(3));
  pass(SILENCE_MS - 1);
  Socket.last.says({ type: 'heartbeat', seq: 3, now: NOON });
  pass(SILENCE_MS - 1);
  assert.deepEqual(states(statuses), ['up']);
  pass(1);
  assert.deepEqual(states(statuses), ['up', 'down']);
  assert.ok(Socket.all[0]?.closed);
});

test('a socket that never opens is given up too', (t) => {
  start(t);
  pass(SILENCE_MS);
  pass(250);
  assert.equal(Socket.all.length, 2);
});

test('tries come at growing distances, up to five seconds', (t) => {
  start(t);
  const distances = [];
  for (let n = 0; n < 8; n += 1) {
    Socket.last.onclose?.();
    const before = Socket.all.length;
    let waited = 0;
    while (Socket.all.length === before) {
      pass(50);
      waited += 50;
    }
    distances.push(waited);
  }
  assert.deepEqual(distances, [250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
});

test('since when the link is down does not move with each try', (t) => {
  const { statuses } = start(t);
  Socket.last.says(snapshot(3));
  for (let n = 0; n < 3; n += 1) {
    Socket.last.onclose?.();
    pass(5_000);
  }
  const since = statuses.filter((status) => status.state === 'down').map(({ since_ms }) => since_ms);
  assert.deepEqual(since, [Date.parse(NOON), Date.parse(NOON), Date.parse(NOON)]);
});

test('a hole is mended by asking again, and a second one by a whole picture', (t) => {
  const { statuses, pictures } = start(t);
  Socket.last.onopen?.();
  Socket.last.says(snapshot(3), entry(4, 6));
  assert.deepEqual(states(statuses), ['up', 'down']);
  pass(5_000);
  Socket.last.onopen?.();
  assert.deepEqual(Socket.last.sent[0]?.resume, { log: LOG, seq: 3 });
  Socket.last.says({ type: 'resumed', seq: 6, now: NOON }, entry(4, 6));
  pass(5_000);
  Socket.last.onopen?.();
  assert.equal(Socket.last.sent[0]?.resume, undefined);
  Socket.last.says(snapshot(9));
  assert.equal(pictures.at(-1)?.seq, 9);
  assert.equal(states(statuses).at(-1), 'up');
});

test('a refusal is told, and tried again', (t) => {
  const { statuses } = start(t);
  const error = { code: 'unknown_branch', message: { ms: 'Tiada cawangan.' } };
  Socket.last.says({ type: 'refused', error });
  assert.deepEqual(statuses, [{ state: 'down', since_ms: Date.parse(NOON), refusal: error }]);
  pass(250);
  assert.equal(Socket.all.length, 2);
});

test('a session that ended is told, kept apart from a cut, and over as soon as it is tried again', (t) => {
  const { statuses, link } = start(t);
  Socket.last.onopen?.();
  Socket.last.says(snapshot(3));
  Socket.last.onclose?.();
  assert.deepEqual(statuses.at(-1), { state: 'down', since_ms: Date.parse(NOON) });
  pass(250);
  const error = { code: 'not_signed_in', message: { ms: 'Sila log masuk.' } };
  Socket.last.says({ type: 'refused', error });
  assert.deepEqual(statuses.at(-1), { state: 'down', since_ms: Date.parse(NOON), refusal: error });
  const before = Socket.all.length;
  link.again();
  assert.equal(Socket.all.length, before + 1);
  Socket.last.says(snapshot(4));
  assert.equal(states(statuses).at(-1), 'up');
  link.again();
  assert.equal(Socket.all.length, before + 1);
});

test('rubbish is a cut, not a crash', (t) => {
  const { statuses } = start(t);
  Socket.last.onmessage?.({ data: '{"type":' });
  assert.deepEqual(states(statuses), ['down']);
});

test('an old socket is not listened to', (t) => {
  const { pictures } = start(t);
  const old = Socket.last;
  old.onclose?.();
  pass(250);
  old.says(snapshot(3));
  assert.deepEqual(pictures, []);
});

test('when the network is back, the pause is over', (t) => {
  const { online } = start(t);
  Socket.last.onclose?.();
  online.dispatchEvent(new Event('online'));
  assert.equal(Socket.all.length, 2);
  pass(5_000);
  assert.equal(Socket.all.length, 2);
});

test('a closed link stays closed', (t) => {
  const { link } = start(t);
  link.close();
  Socket.last.onclose?.();
  pass(60_000);
  assert.equal(Socket.all.length, 1);
});
