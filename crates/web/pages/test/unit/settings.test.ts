// What the settings page does with rules before anybody sees it: reading, comparing, putting together.

import assert from 'node:assert/strict';
import test from 'node:test';

import { sections as announcing } from '../../src/settings/announcing';
import { sections as calling } from '../../src/settings/calling';
import { sections as counters } from '../../src/settings/counters';
import { differences } from '../../src/settings/diff';
import { merge } from '../../src/settings/draft';
import { faultsAt, fits, typed } from '../../src/settings/faults';
import { sections as hours } from '../../src/settings/hours';
import { proposeLetters } from '../../src/settings/letters';
import { sections as office } from '../../src/settings/office';
import { labelOf, optionsOf, plain, put, same, type Field, type Tree } from '../../src/settings/schema';
import { inWords } from '../../src/settings/said';
import { sections as services } from '../../src/settings/services';
import { learn, load, say } from '../../src/text';
import settings from '../../src/text/settings';
import form from '../../src/text/settings-form';
import review from '../../src/text/settings-review';

const SECTIONS = { ...office, ...services, ...counters, ...hours, ...calling, ...announcing };
learn(settings, form, review);
await load('ms');
const said = (key: Parameters<typeof say>[1], fill?: Record<string, string | number>) => say('ms', key, fill);

const rules = (): Tree => ({
  id: 'contoh',
  name: { ms: 'Contoh' },
  class: [{ id: 'biasa', name: { ms: 'Biasa' } }],
  service: [
    { id: 'lesen', name: { ms: 'Lesen' }, series: { letters: 'L' }, allowance: '15m', serving: '5m' },
    { id: 'tanah', name: { ms: 'Tanah' }, series: { letters: 'C' }, allowance: '15m', serving: '5m' },
  ],
  counter: [{ id: 'k1', place: 'counter', number: 1, services: ['lesen', 'tanah'] }],
});

/** The rules after some changes to them. */
const changed = (...edits: [(string | number)[], unknown][]) =>
  edits.reduce<Tree>((now, [path, value]) => put(now, path, value as string) as Tree, rules());

test('lengths and times are written as people write them, and texts for people are left alone', () => {
  const read = plain({ a: 'PT1H30M', b: 'PT0S', c: '08:00:00', d: 'PT15M', e: '08:00:30', name: { ms: 'PT15M' }, f: ['PT90S'] });
  assert.deepEqual(read, { a: '1h 30m', b: '0s', c: '08:00', d: '15m', e: '08:00:30', name: { ms: 'PT15M' }, f: ['1m 30s'] });
});

test('what is taken out again leaves nothing behind', () => {
  const given = put(rules(), ['service', 0, 'charter', 'waiting'], '15m');
  assert.equal(same(given, rules()), false);
  assert.equal(same(put(given, ['service', 0, 'charter', 'waiting'], undefined), rules()), true);
});

test('what can’t be meant is seen at its field', () => {
  assert.deepEqual(typed(SECTIONS, rules()), []);
  const wrong = changed(
    [['service', 0, 'allowance'], 'lima minit'],
    [['service', 1, 'name', 'ms'], undefined],
    [['service', 1, 'series', 'letters'], 'ABC'],
    [['counter', 0, 'number'], 100],
    [['counter', 0, 'services'], []],
  );
  assert.deepEqual(
    typed(SECTIONS, wrong).map(({ at, say }) => [at, say]),
    [
      ['service.lesen.allowance', 'fault.span'],
      ['service.tanah.name.ms', 'fault.need'],
      ['service.tanah.series.letters', 'fault.letters'],
      ['counter.k1.number', 'fault.number'],
      ['counter.k1.services', 'fault.pick'],
    ],
  );
});

test('a fault is shown where it is, or at the nearest that holds it', () => {
  const faults = [{ at: 'service.lesen.series' }, { at: 'service.lesen' }, { at: 'service.lesen.name.ms' }];
  const at = (place: string, ...inner: string[]) => faultsAt(faults, place, inner).map(({ at }) => at);
  assert.deepEqual(at('service.lesen.series', 'service.lesen.series.letters'), ['service.lesen.series']);
  assert.deepEqual(at('service.lesen.name'), ['service.lesen.name.ms']);
  assert.deepEqual(at('service.lesen', 'service.lesen.series', 'service.lesen.name'), ['service.lesen']);
  assert.deepEqual(at('service', 'service.lesen'), []);
  assert.deepEqual(at('service.les'), []);
});

test('changes are told in words: added, removed, changed and moved', () => {
  const after = changed(
    [['name', 'en'], 'Example'],
    [['service', 0, 'allowance'], '20m'],
    [['service', 2], { id: 'baharu', name: { ms: 'Baharu' }, series: { letters: 'F' } }],
    [['counter', 0, 'services'], ['tanah']],
    [['calling'], { undo: '15s' }],
    [['later'], { than: 'this page' }],
  );
  const told = differences(SECTIONS, rules(), after, said, 'ms').map(
    ({ kind, where, before, after }) => `${kind} ${where.join(' › ')}: ${before} → ${after}`,
  );
  assert.deepEqual(told, [
    'added Nama › English:  → Example',
    'changed Perkhidmatan › Lesen › Genap giliran selepas: 15m → 20m',
    'added Perkhidmatan › Baharu:  → Nama pendek: baharu; Siri nombor: Huruf: F',
    'changed Kaunter › Kaunter 1 › Perkhidmatan sendiri: Lesen, Tanah → Tanah',
    'added Panggilan › Tekanan terakhir boleh dibatalkan:  → 15s',
    'added later:  → {"than":"this page"}',
  ]);
  const [first, second] = rules()['service'] as Tree[];
  const moved = differences(SECTIONS, rules(), { ...rules(), service: [second as Tree, first as Tree] }, said, 'ms');
  assert.deepEqual(moved.map(({ kind, before, after }) => [kind, before, after]), [['moved', 'Lesen · Tanah', 'Tanah · Lesen']]);
  assert.deepEqual(differences(SECTIONS, rules(), rules(), said, 'ms'), []);
});

test('what two people changed is put together thing by thing, and mine stands where both changed the same', () => {
  const mine = changed([['name', 'ms'], 'Saya'], [['service', 0, 'serving'], '9m']);
  const theirs = changed([['name', 'ms'], 'Mereka'], [['name', 'en'], 'Theirs'], [['service', 1, 'serving'], '7m'], [['service', 2], { id: 'baharu' }]);
  const both = merge(rules(), mine, theirs) as Tree;
  assert.deepEqual(both['name'], { ms: 'Saya', en: 'Theirs' });
  assert.deepEqual((both['service'] as Tree[]).map(({ id, serving }) => [id, serving]), [['lesen', '9m'], ['tanah', '7m'], ['baharu', undefined]]);
  const without = changed([['service', 1], undefined]);
  assert.deepEqual((merge(rules(), without, theirs) as Tree)['service'], [
    (theirs['service'] as Tree[])[0],
    // What I took away is gone, whatever they changed in it.
    (theirs['service'] as Tree[])[2],
  ]);
  assert.equal(same(merge(rules(), rules(), theirs), theirs), true);
  assert.equal(same(merge(rules(), mine, rules()), mine), true);
});

test('letters that sound like those that are taken are not proposed', () => {
  assert.deepEqual(proposeLetters(['A', 'L', 'C', 'R']).slice(0, 3), ['F', 'Q', 'W']);
  const beside = proposeLetters(['B', 'F', 'M']);
  for (const letter of 'DEGPTVSNBFM') assert.equal(beside.includes(letter), false, letter);
});

test('a file is taken if it has the form of rules, whatever it says', () => {
  assert.equal(fits(SECTIONS, rules()), true);
  assert.equal(fits(SECTIONS, { later: 1 }), true);
  for (const wrong of [null, [], { service: 'semua' }, { service: [1] }, { name: 'Contoh' }, { counter: [{ services: [1] }] }, { hours: [] }, { announcement: [{ sound: 'closed' }] }, { announcement: [{ at: '09:00' }] }]) {
    assert.equal(fits(SECTIONS, wrong), false, JSON.stringify(wrong));
  }
});

test('what the daemon finds is said in the reader’s language, and what is not known as it says it', () => {
  const words = (what: string) => inWords([{ at: 'service', what }]).map(({ say, fill, what }) => (say ? said(say, fill) : what))[0];
  assert.equal(words('has numbers in common with `lesen`'), 'Ada nombor yang sama dengan `lesen`.');
  assert.equal(words('08:00-07:00 closes before it opens'), '08:00-07:00: ditutup sebelum dibuka.');
  assert.equal(words('there are 501; 500 are the most that one office may have'), 'Terlalu banyak: paling banyak 500.');
  assert.equal(words('08:00-09:00: there is no counter `k9`'), '`k9` tidak wujud.');
  assert.equal(words('names mon twice'), '`mon` disebut dua kali.');
  assert.equal(words('is from tomorrow'), 'is from tomorrow');
});

test('what ends before it begins is told at the field of its end, where the daemon names only the thing', () => {
  const places = (at: string) => inWords([{ at, what: '13:00:00 is not before 12:30:00' }])[0];
  assert.equal(places('quiet.1')?.at, 'quiet.1.until');
  // A zone's volumes are no thing with a number: all of them are meant.
  assert.equal(places('zone.dewan.volume')?.at, 'zone.dewan.volume');
  const { say: key, fill } = places('quiet.2') ?? {};
  assert.equal(key && said(key, fill), 'Tamat (12:30) mesti selepas mula (13:00).');
});

test('zones that only counters and services name can be chosen too, each once', () => {
  const now = changed(
    [['zone'], [{ id: 'dewan', name: { ms: 'Dewan' } }]],
    [['counter', 0, 'zone'], 'kantin'],
    [['service', 0, 'zones'], ['dewan', 'surau', 'kantin']],
  );
  const [field] = (SECTIONS['announcing'] ?? []).filter(({ key }) => key === 'quiet').flatMap(({ fields = [] }) => fields.filter(({ key }) => key === 'zones'));
  assert.ok(field);
  const options = optionsOf(field, now, said, 'ms');
  assert.deepEqual(options, [['dewan', 'Dewan'], ['kantin', 'kantin'], ['surau', 'surau']]);
});

test('an announcement says something, and its times are times', () => {
  const at = (announcement: Tree) => typed(SECTIONS, { ...rules(), announcement: [{ id: 'tutup', ...announcement }] }).map(({ at }) => at);
  assert.deepEqual(at({ sound: { sentence: 'closed' }, at: ['09:00'] }), []);
  assert.deepEqual(at({ sound: { sentence: '' }, at: [''] }), ['announcement.tutup.sound', 'announcement.tutup.at']);
  assert.deepEqual(at({ sound: { recording: '' } }), ['announcement.tutup.sound']);
  assert.deepEqual(at({}), ['announcement.tutup.sound']);
});

test('every field of every section has a name', () => {
  const unnamed = (fields: readonly Field[]): string[] =>
    fields.flatMap((field) => [...(said(labelOf(field)) ? [] : [labelOf(field)]), ...unnamed(field.fields ?? [])]);
  assert.deepEqual(unnamed(Object.values(SECTIONS).flat()), []);
});
