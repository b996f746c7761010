// What is said aloud and where (siar raya): how calls are said, zones, quiet hours and planned announcements.

import { learn } from '../text';
import texts from '../text/settings-announcing';
import { freeId, thingsOf, treeOf, type Field, type Json, type Sections, type Tree } from './schema';

learn(texts);

const LOWEST_DB = -40;

const id: Field = { key: 'id', kind: 'id', need: true };
const from: Field = { key: 'from', kind: 'time', need: true };
const until: Field = { key: 'until', kind: 'time', need: true };
const days: Field = {
  key: 'days',
  kind: 'picks',
  label: 'on_days',
  words: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
  word: 'days',
};
const zones: Field = { key: 'zones', kind: 'picks', label: 'in_zones', of: 'zone' };
const languages = (label: string): Field => ({
  key: 'languages',
  kind: 'chain',
  label,
  words: ['ms', 'en', 'zh', 'ta'],
  word: 'languages',
});

/** A zone that counters or services name already and that has no rules of its own yet, or one that is new. */
function freshZone(rules: Tree, there: readonly Json[]): Json {
  const [named] = thingsOf(rules, 'zone').slice(there.length);
  return { id: String(treeOf(named)['id'] ?? freeId('zon', there)), name: { ms: '' } };
}

export const sections: Sections = {
  announcing: [
    {
      key: 'announcing',
      kind: 'group',
      fields: [
        { key: 'repeats', kind: 'number', least: 1, most: 3, else: '1' },
        { key: 'within', kind: 'span', label: 'announcing.within', else: '1m 30s' },
        languages('announcing.languages'),
      ],
    },
    {
      key: 'zone',
      kind: 'list',
      by: 'id',
      folded: true,
      fields: [
        id,
        { key: 'name', kind: 'names', need: true },
        languages('zone.languages'),
        { key: 'volume_db', kind: 'number', least: LOWEST_DB, most: 0, else: '0' },
        {
          key: 'volume',
          kind: 'list',
          fields: [from, until, { key: 'db', kind: 'number', least: LOWEST_DB, most: 0, need: true }],
          fresh: () => ({ from: '13:00', until: '14:00', db: -10 }),
        },
      ],
      fresh: freshZone,
    },
    {
      key: 'quiet',
      kind: 'list',
      folded: true,
      fields: [from, until, { key: 'name', kind: 'names', label: 'quiet.name' }, days, zones],
      fresh: () => ({ from: '13:00', until: '14:00' }),
    },
    {
      key: 'announcement',
      kind: 'list',
      by: 'id',
      folded: true,
      fields: [
        id,
        { key: 'sound', kind: 'sound', need: true, part: () => import('./sound') },
        { key: 'text', kind: 'names', label: 'announcement.text' },
        { key: 'before_close', kind: 'span' },
        { key: 'every', kind: 'span' },
        { key: 'at', kind: 'times', part: () => import('./times') },
        days,
        zones,
      ],
      fresh: (_, there) => ({ id: freeId('pengumuman', there), sound: { sentence: '' } }),
    },
  ],
};
