import assert from 'node:assert/strict';
import test from 'node:test';

import { alarms, idOf } from '../../src/alarms/alarms';
import type { BranchView, CounterView } from '../../src/protocol';
import { call, NOON, office, ticket } from './sample';

const NOW = Date.parse(NOON);
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

const counter = (id: string, more: Partial<CounterView> = {}): CounterView => ({
  id,
  place: 'counter',
  number: Number(id.slice(1)),
  open: true,
  services: ['pertanyaan'],
  ...more,
});

const SERVICES = office().services.map((service) => ({ ...service, charter: { wait_s: 1200 } }));
const healthy = { speakers: 1, screens: 1, kiosks: 1 };

/** The alarms of an office in which all is well but what is said. */
const found = (more: Partial<BranchView>, waits_s: number[] = []) => {
  const tickets = waits_s.map((wait, n) => ticket(n + 1, { arrived_at: ago(wait) }));
  const services = more.services ?? SERVICES.map((service, n) => ({ ...service, waiting: n === 0 ? waits_s.length : 0 }));
  return alarms(office({ health: healthy, reports: [], calls: [], ...more, services, tickets }), tickets, NOW);
};
const ids = (...args: Parameters<typeof found>) => found(...args).map((alarm) => idOf(alarm).trim().replace(/ +/g, ' '));

test('an office in which all is well has no alarms', () => {
  assert.deepEqual(found({}, [10, 600]), []);
  assert.deepEqual(found({ health: {} }), []);
});

test('who waits beyond the charter is an alarm, who comes near it a lesser one, and each service has one', () => {
  assert.deepEqual(ids({}, [960]), []);
  assert.deepEqual(ids({}, [961]), ['near pertanyaan']);
  assert.deepEqual(ids({}, [1200, 1000]), ['near pertanyaan']);
  const [alarm, ...more] = found({}, [1500, 1201, 1000]);
  assert.deepEqual(more, []);
  assert.ok(alarm?.wrong);
  assert.deepEqual([alarm.kind, alarm.count, alarm.longest_ms, alarm.promise_ms], ['beyond', 2, 1_500_000, 1_200_000]);
});

test('a service without a promise is never late', () => {
  assert.deepEqual(found({ services: office().services }, [99_999]), []);
});

test('a closed counter that takes the service is to be opened, its own service before one that it helps with', () => {
  const counters = [
    counter('k1'),
    counter('k2', { open: false, services: ['lesen'], helps: [['pertanyaan']] }),
    counter('k3', { open: false }),
  ];
  const commands = (counters: CounterView[]) =>
    found({ counters }, [1300]).map(({ remedy }) => remedy?.type === 'press' && remedy.command);
  assert.deepEqual(commands(counters), [{ type: 'open_counter', counter: 'k3' }]);
  assert.deepEqual(commands(counters.slice(0, 2)), [{ type: 'open_counter', counter: 'k2' }]);
});

test('where no counter is closed one that pauses goes on, else one for which nobody waits takes the service too', () => {
  const command = (...others: CounterView[]) => {
    const [alarm] = found({ counters: [counter('k1'), ...others] }, [1300, 1250]);
    return alarm?.remedy?.type === 'press' ? alarm.remedy.command : undefined;
  };
  const idle = counter('k2', { services: ['lesen'] });
  assert.deepEqual(command(idle, counter('k3', { pause: { reason: 'rest', since: ago(60) } })), {
    type: 'resume_counter',
    counter: 'k3',
  });
  assert.deepEqual(command(idle), { type: 'choose_services', counter: 'k2', services: ['lesen', 'pertanyaan'] });
  // One that is kept for some visitors is left alone.
  assert.equal(command({ ...idle, reserved: ['oku'] }), undefined);
});

test('a service that nobody takes is said before anything else of it', () => {
  const counters = [counter('k1', { open: false })];
  assert.deepEqual(ids({ counters }, [1300]), ['unmanned pertanyaan']);
  const paused = [counter('k1', { pause: { reason: 'rest', since: ago(60) } })];
  assert.deepEqual(ids({ counters: paused }, [5]), ['unmanned pertanyaan']);
});

test('a call of which the daemon found that nobody has said it is an alarm that names its zones, until its visitor comes', () => {
  const at = (unheard: string[], { age_s = 21, serving = false, calls = [call(7, { at: ago(age_s) })] } = {}) =>
    found({
      calls,
      reports: [{ call: 7, shown: 1, started: 0, finished: 0, failed: 0, unheard }],
      counters: [counter('k1', { current: { ticket: 7, number: 'A007', service: 'pertanyaan', serving, since: ago(age_s), attempts: 1 } })],
    });
  assert.deepEqual(at([]), []);
  assert.deepEqual(at(['']).map((alarm) => [alarm.kind, alarm.number, alarm.zones]), [['unheard', 'A007', ['']]]);
  assert.deepEqual(at(['kantin'])[0]?.zones, ['kantin']);
  assert.deepEqual(at([''], { serving: true }), []);
  assert.equal(at([''], { age_s: 540 }).length, 1);
  assert.deepEqual(at([''], { age_s: 541 }), []);
  // Called again, it is another call.
  assert.deepEqual(at([''], { calls: [call(7, { at: ago(60) }), call(9, { number: 'A007', at: ago(1), attempt: 2 })] }), []);
});

test('a hall without a wall is wrong, one without a loudspeaker only if there was one', () => {
  assert.deepEqual(found({ health: { ...healthy, screens: 0 } }).map(({ wrong }) => wrong), [true]);
  const silent = (last_heard?: string) => found({ health: { ...healthy, speakers: 0, ...(last_heard && { last_heard }) } });
  assert.deepEqual(silent().map(({ wrong }) => wrong), [false]);
  assert.deepEqual(silent(ago(3600)).map(({ wrong }) => wrong), [true]);
  assert.deepEqual(ids({ health: { ...healthy, kiosks: 0 } }), ['kiosks']);
});

test('a long pause, few numbers, and people who wait when the office closes are told of', () => {
  const pause = (seconds: number) => [counter('k1'), counter('k2', { pause: { reason: 'rest', since: ago(seconds) } })];
  assert.deepEqual(ids({ counters: pause(1200) }), []);
  assert.deepEqual(ids({ counters: pause(1201) }), ['paused k2']);
  const left = (numbers_left: number) => ids({ services: SERVICES.map((service) => ({ ...service, numbers_left })).slice(0, 1) });
  assert.deepEqual([left(6), left(5), left(0)], [[], ['quota pertanyaan'], ['sold_out pertanyaan']]);
  const until = (seconds: number) => ({ opening: { state: 'open', until: ago(-seconds), extra: false } }) as const;
  assert.deepEqual(ids(until(1801), [5]), []);
  assert.deepEqual(ids(until(1800), [5]), ['closing']);
  assert.deepEqual(ids(until(1800)), []);
});

test('a closed office says nothing but that people still wait', () => {
  const closed = { opening: { state: 'closed' }, health: { speakers: 0, screens: 0, kiosks: 0 } } as const;
  assert.deepEqual(ids(closed), []);
  assert.deepEqual(ids(closed, [5]), ['after']);
});

test('what is wrong stands before what may be, and the latest before the late', () => {
  const services = SERVICES.map((service) => ({ ...service, numbers_left: 3, waiting: 1 }));
  const tickets = [ticket(1, { arrived_at: ago(1300) }), ticket(2, { service: 'lesen', arrived_at: ago(2000) })];
  const counters = [counter('k1', { services: ['pertanyaan', 'lesen'] })];
  const view = office({ services, counters, tickets, health: { ...healthy, screens: 0, speakers: 0 } });
  assert.deepEqual(
    alarms(view, tickets, NOW).map(({ kind }) => kind),
    ['beyond', 'beyond', 'walls', 'silent', 'quota', 'quota'],
  );
  assert.equal(alarms(view, tickets, NOW)[0]?.service?.id, 'lesen');
});
