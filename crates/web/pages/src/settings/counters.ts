// Where people are served, and the classes of visitor.

import { learn } from '../text';
import texts from '../text/settings-counters';
import { freeId, treeOf, type Field, type Json, type Sections } from './schema';

learn(texts);

const id: Field = { key: 'id', kind: 'id', need: true };

/** The least number that no sign has. */
function freeNumber(there: readonly Json[]): number {
  const taken = new Set(there.map((counter) => treeOf(counter)['number']));
  for (let n = 1; ; n += 1) if (!taken.has(n)) return n;
}

export const sections: Sections = {
  counters: [
    {
      key: 'counter',
      kind: 'list',
      by: 'id',
      folded: true,
      fields: [
        id,
        { key: 'place', kind: 'choice', words: ['counter', 'room'], else: 'counter' },
        { key: 'number', kind: 'number', label: 'counter.number', least: 1, most: 99, need: true },
        { key: 'services', kind: 'picks', of: 'service', need: true },
        { key: 'helps', kind: 'tiers', of: 'service' },
        { key: 'zone', kind: 'choice', label: 'counter.zone', of: 'zone' },
        { key: 'reserved', kind: 'picks', of: 'class' },
        { key: 'others_when_idle', kind: 'flag', else: 'true' },
        { key: 'ahead', kind: 'names' },
      ],
      fresh: (_, there) => ({ id: freeId('kaunter', there), number: freeNumber(there), services: [] }),
    },
  ],
  classes: [
    {
      key: 'class',
      kind: 'list',
      by: 'id',
      folded: true,
      fields: [
        id,
        { key: 'name', kind: 'names', need: true },
        { key: 'allowance', kind: 'span', label: 'class.allowance' },
        { key: 'goes_next', kind: 'flag' },
      ],
      fresh: (_, there) => ({ id: freeId('golongan', there), name: { ms: '' } }),
    },
  ],
};
