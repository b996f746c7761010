import assert from 'node:assert/strict';
import test from 'node:test';

import { CALLS_KEPT, take, type Picture } from '../../src/picture';
import type { Change, ToClient } from '../../src/protocol';
import { call, entry, LOG, NOON, office, snapshot, ticket } from './sample';

const HERE = Date.parse(NOON);

/** The picture after messages, none of which may show a hole. */
function after(...messages: ToClient[]): Picture {
  let picture: Picture | undefined;
  for (const message of messages) {
    const next = take(picture, message, HERE);
    assert.notEqual(next, 'missed', JSON.stringify(message));
    picture = next as Picture;
  }
  assert.ok(picture);
  return picture;
}

test('a snapshot is the whole picture', () => {
  const view = office({ day: null });
  assert.deepEqual(after(snapshot(3), snapshot(9, view)), { log: LOG, seq: 9, view, ahead_ms: 0 });
});

test('an entry that follows on what is known is taken in', () => {
  const { seq, view } = after(snapshot(3), entry(3, 7, { type: 'queue', service: 'lesen', waiting: 4 }));
  assert.equal(seq, 7);
  assert.deepEqual(view.services.map(({ waiting }) => waiting), [0, 4]);
});

test('a snapshot may be ahead of the entries of its audience', () => {
  assert.equal(after(snapshot(5), entry(2, 6)).seq, 6);
});

test('a hole is seen by the next entry and by a heartbeat', () => {
  const picture = after(snapshot(3));
  assert.equal(take(picture, entry(4, 5), HERE), 'missed');
  assert.equal(take(picture, { type: 'heartbeat', seq: 4, now: NOON }, HERE), 'missed');
  assert.notEqual(take(picture, { type: 'heartbeat', seq: 3, now: NOON }, HERE), 'missed');
});

test('an entry or a resumption without a picture is a hole', () => {
  assert.equal(take(undefined, entry(0, 1), HERE), 'missed');
  assert.equal(take(undefined, { type: 'resumed', seq: 1, now: NOON }, HERE), 'missed');
});

test('an entry that came before changes nothing', () => {
  const picture = after(snapshot(3), entry(3, 4, { type: 'call', call: call(4) }));
  assert.equal(take(picture, entry(3, 4, { type: 'call', call: call(4) }), HERE), picture);
});

test('a message of a newer daemon changes nothing', () => {
  const picture = after(snapshot(3));
  const foreign = { type: 'weather', rain: true } as unknown as ToClient;
  assert.equal(take(picture, foreign, HERE), picture);
  const strange = { type: 'weather' } as unknown as never;
  assert.deepEqual(after(snapshot(3), entry(3, 4, strange)).view, picture.view);
});

test('tickets are added, changed and removed in the order of their ids', () => {
  const view = office({ tickets: [ticket(2), ticket(5)] });
  const { tickets } = after(
    snapshot(1, view),
    entry(1, 2, { type: 'ticket', ticket: ticket(9) }),
    entry(2, 3, { type: 'ticket', ticket: ticket(3) }),
    entry(3, 4, { type: 'ticket', ticket: ticket(5, { state: 'parked' }) }),
    entry(4, 5, { type: 'ticket_ended', ticket: 2 }),
  ).view;
  assert.deepEqual(tickets?.map(({ id, state }) => [id, state]), [
    [3, 'waiting'],
    [5, 'parked'],
    [9, 'waiting'],
  ]);
});

test('an audience without tickets is not given any', () => {
  const { view } = after(snapshot(1), entry(1, 2, { type: 'ticket', ticket: ticket(1) }));
  assert.equal(view.tickets, undefined);
});

test('a counter is replaced by its new form', () => {
  const counter = { id: 'k1', place: 'counter', number: 1, open: false, services: ['lesen'] } as const;
  const { view } = after(snapshot(1), entry(1, 2, { type: 'counter', counter: { ...counter, services: ['lesen'] } }));
  assert.deepEqual(view.counters, [counter]);
});

test('the last calls are kept, oldest first, and no more than a snapshot holds', () => {
  const calls = Array.from({ length: CALLS_KEPT }, (_, n) => call(n + 1));
  const { view } = after(snapshot(20, office({ calls })), entry(20, 21, { type: 'call', call: call(21) }));
  assert.deepEqual(view.calls?.map(({ seq }) => seq), Array.from({ length: CALLS_KEPT }, (_, n) => n + 2));
});

test('notices are replaced by all that there are now', () => {
  const one = { id: 1, text: { ms: 'Satu' } };
  const two = { id: 2, text: { ms: 'Dua' } };
  const told = entry(3, 4, { type: 'notices', notices: [one] }, { type: 'notices', notices: [two] });
  assert.deepEqual(after(snapshot(3), told).view.notices, [two]);
});

test('what became of a call is kept for as long as the call is', () => {
  const report = (call: number, shown: number) => ({ call, shown, started: 0, finished: 0, failed: 0 });
  const told = (call: number, shown: number): ToClient => ({ type: 'reported', report: report(call, shown) });
  const calls = (from: number, to: number): Change[] =>
    Array.from({ length: to - from + 1 }, (_, n) => ({ type: 'call', call: call(from + n) }));
  const begun = [snapshot(1, office({ calls: [], reports: [] })), entry(1, 4, ...calls(2, 4))];
  const reported = [...begun, told(3, 1), told(2, 1), told(3, 2), told(9, 1)];
  assert.deepEqual(after(...reported).view.reports, [report(2, 1), report(3, 2)]);
  const later = after(...reported, entry(4, 22, ...calls(5, 22)));
  assert.deepEqual(later.view.reports, [report(3, 2)], 'the call before is gone');
  const wall = after(snapshot(1, office({ calls: [] })), entry(1, 2, ...calls(2, 2)), told(2, 1));
  assert.equal(wall.view.reports, undefined);
});

test('announcements stand beside the calls, as many, with what became of them, and what is urgent is replaced', () => {
  const announced = (seq: number): Change => ({ type: 'announcement', announcement: { seq, at: NOON, sound: { sentence: 'lunch' } } });
  const report = { call: 2, shown: 0, started: 0, finished: 1, failed: 0 };
  const begun = [snapshot(1, office({ calls: [], reports: [] })), entry(1, 2, announced(2)), { type: 'reported', report } as ToClient];
  assert.deepEqual(after(...begun).view.reports, [report]);
  assert.deepEqual(after(...begun, entry(2, 3, { type: 'call', call: call(3) })).view.reports, [report], 'a call is no end of it');
  const many = Array.from({ length: 20 }, (_, n) => announced(n + 3));
  const later = after(...begun, entry(2, 22, ...many), entry(22, 23, { type: 'call', call: call(23) })).view;
  assert.equal(later.announcements?.length, 20);
  assert.deepEqual(later.reports, []);
  const urgent = [{ id: 1, at: NOON, sound: { sentence: 'emergency' } }];
  assert.deepEqual(after(snapshot(1), entry(1, 2, { type: 'urgent', urgent })).view.urgent, urgent);
  assert.deepEqual(after(snapshot(1, office({ urgent })), entry(1, 2, { type: 'urgent', urgent: [] })).view.urgent, []);
});

test('totals are replaced and a reset replaces everything', () => {
  const tally = { issued: 3, served: 2, missed: 1, cancelled: 0 };
  assert.deepEqual(after(snapshot(1), entry(1, 2, { type: 'tally', tally })).view.tally, tally);
  const view = office({ day: '2026-11-24', calls: [] });
  assert.equal(after(snapshot(1), entry(1, 2, { type: 'reset', view })).view, view);
});

test('numbers left follow the queue, and are gone where the quota is', () => {
  const left = (numbers_left?: number) =>
    ({ type: 'queue', service: 'lesen', waiting: 1, ...(numbers_left !== undefined && { numbers_left }) }) as const;
  const first = after(snapshot(1), entry(1, 2, left(0)));
  assert.equal(first.view.services[1]?.numbers_left, 0);
  const { view } = after(snapshot(1), entry(1, 2, left(0)), entry(2, 3, left()));
  assert.equal(view.services[1]?.numbers_left ?? undefined, undefined);
});

test('who missed a call is kept once, until the time is over', () => {
  const missed = (ticket: number, until = NOON) => ({ ticket, number: `A00${ticket}`, service: 'lesen', until });
  const { view } = after(
    snapshot(1, office({ missed: [missed(1)] })),
    entry(1, 2, { type: 'missed', missed: missed(2) }),
    entry(2, 3, { type: 'missed', missed: missed(1, '2026-11-23T05:00:00Z') }),
    entry(3, 4, { type: 'missed_ended', ticket: 2 }),
  );
  assert.deepEqual(view.missed, [missed(1, '2026-11-23T05:00:00Z')]);
  const other = after(snapshot(1), entry(1, 2, { type: 'missed', missed: missed(2) }));
  assert.equal(other.view.missed, undefined);
});

test('the office opens and closes by time alone', () => {
  const opening = { state: 'closed', next: NOON } as const;
  const { seq, view } = after(snapshot(3), { type: 'opening', opening });
  assert.deepEqual([seq, view.opening], [3, opening]);
});

test('a told wait replaces the old one, and a service that is not named keeps its own', () => {
  const wait = { p50_s: 60, p90_s: 120 };
  const { view } = after(
    snapshot(1),
    { type: 'waits', waits: [{ service: 'lesen', wait }, { service: 'pertanyaan', wait }] },
    { type: 'waits', waits: [{ service: 'lesen' }] },
  );
  assert.deepEqual(view.services.map((service) => service.wait ?? undefined), [wait, undefined]);
});

test("the daemon's clock is followed, and never runs behind what it has told", () => {
  const later = '2026-11-23T04:00:10Z';
  assert.equal(after(snapshot(1), { type: 'heartbeat', seq: 1, now: later }).ahead_ms, 10_000);
  const told = { ...entry(1, 2), at: later } as ToClient;
  assert.equal(after(snapshot(1), told).ahead_ms, 10_000);
  assert.equal(after(snapshot(1), { type: 'heartbeat', seq: 1, now: later }, entry(1, 2)).ahead_ms, 10_000);
});

test('announcements are kept, the last of them, and what is urgent is as it was last told', () => {
  const announcement = { seq: 5, at: NOON, sound: { sentence: 'lunch' } };
  const urgent = [{ id: 1, at: NOON, sound: { sentence: 'emergency' } }];
  const { view } = after(snapshot(3), entry(3, 5, { type: 'announcement', announcement }, { type: 'urgent', urgent }));
  assert.deepEqual([view.announcements, view.urgent], [[announcement], urgent]);
  const more = Array.from({ length: CALLS_KEPT }, (_, n) =>
    entry(n + 5, n + 6, { type: 'announcement', announcement: { ...announcement, seq: n + 6 } }),
  );
  const later = after(snapshot(5, view), ...more, entry(25, 26, { type: 'urgent', urgent: [] }));
  assert.deepEqual(later.view.announcements?.map(({ seq }) => seq), Array.from({ length: CALLS_KEPT }, (_, n) => n + 6));
  assert.deepEqual(later.view.urgent, []);
});
