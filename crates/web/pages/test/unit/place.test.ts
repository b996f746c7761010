// What the office has decided for the place where a wall speaks.

import assert from 'node:assert/strict';
import test from 'node:test';

import { isIn } from '../../src/display/asked';
import { isQuiet, languagesOf, volumeOf } from '../../src/display/place';
import type { AnnouncingView } from '../../src/protocol';

const at = (time: string) => `2026-11-23T${time}:00Z`;
const NOON = Date.parse(at('12:00'));
const ANNOUNCING: AnnouncingView = {
  repeats: 1,
  within_s: 180,
  languages: ['ms', 'en'],
  zones: [
    { id: 'dewan', name: { ms: 'Dewan' }, volume_db: -6 },
    { id: 'kantin', name: { ms: 'Kantin' }, volume_db: -20, languages: ['ta'], volumes: [{ from: at('11:00'), until: at('13:00'), db: -40 }] },
  ],
  quiet: [{ from: at('11:30'), until: at('12:30'), zones: ['surau'] }],
};

test('what is for no zone is for every wall, and a wall of no zone is told everything', () => {
  assert.ok(isIn([], ['dewan']) && isIn(undefined, []) && isIn(['kantin'], []));
  assert.ok(isIn(['kantin', 'dewan'], ['dewan']));
  assert.ok(!isIn(['kantin'], ['dewan']));
});

test('it is quiet where all zones in which something would be heard are quiet, and only then', () => {
  assert.ok(isQuiet(ANNOUNCING, [], ['surau'], NOON));
  assert.ok(isQuiet(ANNOUNCING, ['surau', 'dewan'], ['surau'], NOON));
  assert.ok(!isQuiet(ANNOUNCING, ['surau', 'dewan'], [], NOON));
  assert.ok(!isQuiet(ANNOUNCING, [], [], NOON));
  assert.ok(!isQuiet(ANNOUNCING, [], ['surau'], Date.parse(at('12:30'))));
  const everywhere = { ...ANNOUNCING, quiet: [{ from: at('11:30'), until: at('12:30') }] };
  assert.ok(isQuiet(everywhere, [], [], NOON) && isQuiet(everywhere, ['dewan'], ['dewan'], NOON));
  assert.ok(!isQuiet(undefined, [], [], NOON));
});

test('it is as loud as in the loudest zone in which it is heard from here', () => {
  assert.equal(volumeOf(ANNOUNCING, [], [], NOON), 1);
  assert.equal(volumeOf(ANNOUNCING, ['dewan', 'kantin'], [], NOON).toFixed(3), '0.501');
  assert.equal(volumeOf(ANNOUNCING, ['dewan', 'kantin'], ['kantin'], NOON).toFixed(3), '0.010');
  assert.equal(volumeOf(ANNOUNCING, [], ['kantin'], Date.parse(at('14:00'))).toFixed(3), '0.100');
});

test('it is said in the languages of the zone where it is heard in one alone, else in those of the office', () => {
  assert.deepEqual(languagesOf(ANNOUNCING, ['dewan', 'kantin'], ['kantin']), ['ta']);
  assert.deepEqual(languagesOf(ANNOUNCING, ['dewan', 'kantin'], []), ['ms', 'en']);
  assert.equal(languagesOf({ repeats: 1, within_s: 180 }, [], []), undefined);
});
