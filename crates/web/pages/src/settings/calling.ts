// How people are called and received, and how their visits end.

import { learn } from '../text';
import texts from '../text/settings-calling';
import { freeId, get, type Sections } from './schema';

learn(texts);

export const sections: Sections = {
  calling: [
    {
      key: 'calling',
      kind: 'group',
      fields: [
        { key: 'interval', kind: 'span', else: '0s' },
        { key: 'calls_most', kind: 'number', least: 1, most: 999 },
        { key: 'calls_least', kind: 'number', least: 1, most: 999 },
        {
          key: 'no_show',
          kind: 'group',
          first: () => ({ calls: 3, after: '2m' }),
          fields: [
            { key: 'calls', kind: 'number', least: 1, most: 999, need: true },
            { key: 'after', kind: 'span', need: true },
          ],
        },
        { key: 'come_back', kind: 'span', else: '0s' },
        { key: 'undo', kind: 'span', else: '0s' },
        { key: 'help_before', kind: 'span', else: '0s' },
      ],
    },
  ],
  appointments: [
    {
      key: 'appointments',
      kind: 'group',
      first: (rules) => ({ class: String(get(rules, ['class', 0, 'id']) ?? '') }),
      fields: [
        { key: 'class', kind: 'choice', label: 'appointments.class', of: 'class', need: true },
        { key: 'early', kind: 'span', else: '30m' },
        { key: 'late', kind: 'span', else: '15m' },
        { key: 'too_late', kind: 'choice', words: ['walk_in', 'refused'], else: 'walk_in' },
      ],
    },
  ],
  remote: [
    {
      key: 'remote',
      kind: 'group',
      first: () => ({ most_per_day: 3 }),
      fields: [{ key: 'most_per_day', kind: 'number', least: 1, most: 99999, need: true }],
    },
  ],
  outcomes: [
    {
      key: 'outcome',
      kind: 'list',
      by: 'id',
      folded: true,
      fields: [
        { key: 'id', kind: 'id', need: true },
        { key: 'name', kind: 'names', need: true },
      ],
      fresh: (_, there) => ({ id: freeId('hasil', there), name: { ms: '' } }),
    },
  ],
};
