import assert from 'node:assert/strict';
import test from 'node:test';

import { canDo, changeOf, fresh, kindOf, mayDo, placesOf, stepsOf, whatOf, whyOf } from '../../src/advice/advice';
import { lineOf, minutes, percent } from '../../src/advice/honesty';
import { alarms, idOf } from '../../src/alarms/alarms';
import type { AdviceView, CounterView, ForecastView, HonestyView, Language, Me } from '../../src/protocol';
import { learn, load, say as sayIn, type Key } from '../../src/text';
import advice from '../../src/text/advice';
import honest from '../../src/text/advice-honest';
import { NOON, office, ticket } from './sample';

learn(advice, honest);
await Promise.all([load('ms'), load('en')]);

const NOW = Date.parse(NOON);
const after = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
const say = (language: Language) => (key: Key, fill?: Record<string, string | number>) => sayIn(language, key, fill);

const counter = (number: number, more: Partial<CounterView> = {}): CounterView => ({
  id: `k${number}`,
  place: 'counter',
  number,
  open: false,
  services: ['lesen'],
  ...more,
});
const VIEW = office({ counters: [counter(1, { open: true }), counter(2), counter(3, { open: true, pause: { reason: 'rest', since: NOON } })] });
const ADVICE: AdviceView = {
  id: 'a',
  step: 'open',
  counters: [
    { counter: 'k2', services: ['lesen'] },
    { counter: 'k3', paused: true, services: ['lesen', 'pertanyaan'] },
  ],
  by: after(20),
  service: 'lesen',
  until: after(120),
  late_without: 38,
  late_with: 4,
  people: 120,
};

test('an advice says what to do by when, and what it brings', () => {
  assert.equal(whatOf(ADVICE, VIEW, NOW, say('ms'), 'ms'), 'Buka 2 kaunter lagi untuk Lesen sebelum 12:20');
  assert.equal(whatOf(ADVICE, VIEW, NOW, say('en'), 'en'), 'Open 2 more counters for Lesen by 12:20');
  assert.equal(whatOf({ ...ADVICE, by: NOON, counters: ADVICE.counters.slice(1) }, VIEW, NOW, say('en'), 'en'), 'Open one more counter for Lesen now');
  assert.equal(
    whyOf(ADVICE, VIEW, say('en')),
    'Otherwise 38 of 120 people will wait longer than the charter promises until 14:00; with this, 4.',
  );
  assert.deepEqual(placesOf(ADVICE, VIEW, say('en')), ['Counter 2', 'Counter 3']);
  assert.equal(changeOf(ADVICE, 'k2', VIEW, say('en'), 'en'), undefined);
  assert.equal(changeOf(ADVICE, 'k3', VIEW, say('en'), 'en'), 'ends its pause; takes Lesen, Pertanyaan');
});

test("the charter's minutes are told where all services promise the same", () => {
  const promising = (...waits: number[]) => ({
    ...VIEW,
    services: VIEW.services.map((service, n) => ({ ...service, ...(waits[n] !== undefined && { charter: { wait_s: waits[n] } }) })),
  });
  assert.match(whyOf(ADVICE, promising(900), say('en')), /over the charter’s 15 minutes/);
  assert.match(whyOf(ADVICE, promising(900, 900), say('ms')), /melebihi piagam 15 minit/);
  assert.match(whyOf(ADVICE, promising(900, 1200), say('en')), /longer than the charter promises/);
});

test('what a counter takes is chosen before it opens, a pause is ended, and nothing is done twice', () => {
  assert.deepEqual(stepsOf(ADVICE, VIEW), [
    { type: 'open_counter', counter: 'k2' },
    { type: 'choose_services', counter: 'k3', services: ['lesen', 'pertanyaan'], helps: [] },
    { type: 'resume_counter', counter: 'k3' },
  ]);
  const helps = office({ counters: [counter(2, { helps: [['pertanyaan'], ['tanah', 'pertanyaan']] })] });
  const takes = { ...ADVICE, counters: [{ counter: 'k2', services: ['pertanyaan'] }] };
  assert.deepEqual(stepsOf(takes, helps)[0], { type: 'choose_services', counter: 'k2', services: ['pertanyaan'], helps: [['tanah']] });
  const opened = office({ counters: [counter(2, { open: true }), counter(3, { open: true, services: ['pertanyaan', 'lesen'] })] });
  assert.deepEqual(stepsOf(ADVICE, opened), []);
  assert.deepEqual(stepsOf(ADVICE, office({ counters: [] })), []);
});

test('a counter that can be spared is closed when its time has come, and not before', () => {
  const close: AdviceView = { ...ADVICE, step: 'close', counters: [{ counter: 'k1', services: ['lesen'] }] };
  assert.deepEqual(stepsOf(close, VIEW), [{ type: 'close_counter', counter: 'k1' }]);
  assert.equal(canDo(close, NOW), false);
  assert.equal(canDo(close, NOW + 20 * 60_000), true);
  assert.equal(canDo(ADVICE, NOW), true);
  assert.equal(whatOf(close, VIEW, NOW, say('en'), 'en'), 'One counter for Lesen can be closed from 12:20');
});

test('a forecast is gone by while it is new, and followed by who looks after the office', () => {
  const forecast: ForecastView = { at: NOON, until: after(300), days_known: 0, services: [], alarm: 'none' };
  assert.equal(fresh(forecast, NOW + 179_000), forecast);
  assert.equal(fresh(forecast, NOW + 181_000), undefined);
  assert.equal(fresh(undefined, NOW), undefined);
  const who = (role: 'supervisor' | 'auditor' | 'administrator', branch?: string): Me => ({
    kind: 'person',
    id: 'a',
    name: 'A',
    grants: [{ role, ...(branch && { branch }) }],
  }) as Me;
  assert.equal(mayDo({ kind: 'anybody' }, 'contoh'), true);
  assert.equal(mayDo(who('supervisor'), 'contoh'), true);
  assert.equal(mayDo(who('supervisor', 'contoh'), 'contoh'), true);
  assert.equal(mayDo(who('supervisor', 'lain'), 'contoh'), false);
  assert.equal(mayDo(who('administrator'), 'contoh'), false);
  assert.equal(mayDo(who('auditor'), 'contoh'), false);
  assert.equal(mayDo(undefined, 'contoh'), false);
});

test('what is to come joins the alarms behind what is late already, and a new step is a new alarm', () => {
  const view = office({ services: office().services.map((service) => ({ ...service, charter: { wait_s: 1200 } })) });
  const late = [ticket(1, { arrived_at: new Date(NOW - 1_500_000).toISOString() })];
  const ahead = (level: 'watch' | 'soon' | 'missed') => {
    const kind = kindOf(level);
    assert.ok(kind);
    return { kind, wrong: level === 'missed', told: { fact: level, advice: '' } };
  };
  assert.deepEqual(alarms(view, late, NOW, ahead('missed')).map(({ kind }) => kind), ['beyond', 'ahead_missed']);
  assert.deepEqual(alarms(view, late, NOW, ahead('soon')).map(({ kind, wrong }) => [kind, wrong]), [['beyond', true], ['ahead_soon', false]]);
  assert.deepEqual(alarms(view, [], NOW, ahead('watch')).map(({ kind }) => kind), ['ahead_watch']);
  assert.notEqual(idOf(ahead('watch')), idOf(ahead('soon')));
  assert.equal(kindOf('none'), undefined);
  assert.deepEqual(alarms(office({ opening: { state: 'closed' } }), [], NOW, ahead('soon')), []);
});

test('whether announced waits came true is told as far as it is known, and never rounded up', () => {
  const told: HonestyView = {
    today: { told: 120, within: 0.914, error_s: 90, naive_error_s: 300 },
    month: { told: 2904, within: 0.8999, error_s: 186, naive_error_s: 444 },
    days: [],
  };
  assert.equal(
    lineOf(told, say('en')),
    'Called within the announced time: today 91 % of 120 (aim 90 %), last 31 days 89 %. Average error 3.1 min; a plain rule 7.4 min.',
  );
  assert.equal(
    lineOf({ ...told, today: { told: 0 }, month: { told: 12, within: 0.9 } }, say('ms')),
    'Dipanggil dalam masa yang diumumkan: 90 % daripada 12 orang dalam 31 hari ini (sasaran 90 %).',
  );
  assert.equal(lineOf({ ...told, month: { told: 0 } }, say('en')), undefined);
  assert.deepEqual([0.9, 0.29, 0.8999, 1, 0].map(percent), [90, 29, 89, 100, 0]);
  assert.equal(minutes(186), '3.1');
});
