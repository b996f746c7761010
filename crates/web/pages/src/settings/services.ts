// What people come for, and the pages of the kiosk on which it stands.

import { learn } from '../text';
import texts from '../text/settings-services';
import { proposeLetters } from './letters';
import { freeId, get, listOf, type Field, type Sections, type Tree } from './schema';

learn(texts);

const ICONS = [
  'question',
  'payment',
  'document',
  'identity',
  'passport',
  'licence',
  'land',
  'house',
  'vehicle',
  'business',
  'family',
  'education',
  'health',
  'medicine',
  'water',
  'power',
  'talk',
  'appointment',
  'parcel',
  'application',
];
const icon: Field = { key: 'icon', kind: 'choice', words: ICONS };
const id: Field = { key: 'id', kind: 'id', need: true };
const name: Field = { key: 'name', kind: 'names', need: true };

const free = (rules: Tree) =>
  proposeLetters(listOf(rules['service']).map((service) => String(get(service, ['series', 'letters']) ?? '')));

export const sections: Sections = {
  services: [
    {
      key: 'service',
      kind: 'list',
      by: 'id',
      folded: true,
      fields: [
        id,
        name,
        icon,
        { key: 'group', kind: 'choice', label: 'service.group', of: 'group' },
        {
          key: 'series',
          kind: 'group',
          fields: [
            { key: 'letters', kind: 'letters', need: true, advise: (rules) => free(rules).slice(0, 5) },
            { key: 'first', kind: 'number', least: 1, most: 9999, else: '1' },
            { key: 'last', kind: 'number', least: 1, most: 9999, else: '999' },
            { key: 'width', kind: 'number', least: 1, most: 4, else: '3' },
            { key: 'skip', kind: 'numbers' },
          ],
        },
        { key: 'allowance', kind: 'span', else: '15m' },
        { key: 'serving', kind: 'span', else: '5m' },
        {
          key: 'charter',
          kind: 'group',
          fields: [
            { key: 'waiting', kind: 'span', label: 'charter.waiting' },
            { key: 'serving', kind: 'span', label: 'charter.serving' },
          ],
        },
        { key: 'class_allowance', kind: 'map', of: 'class' },
        { key: 'quota', kind: 'number', least: 1, most: 99999 },
        { key: 'last_ticket', kind: 'time', label: 'service.last_ticket' },
        { key: 'documents', kind: 'list', fresh: () => ({ ms: '' }) },
        { key: 'then', kind: 'chain', of: 'service' },
        { key: 'zones', kind: 'picks', label: 'service.zones', of: 'zone' },
        { key: 'one_per_person', kind: 'flag' },
      ],
      fresh: (rules, there) => ({
        id: freeId('perkhidmatan', there),
        name: { ms: '' },
        series: { letters: free(rules)[0] ?? '' },
      }),
    },
  ],
  groups: [
    {
      key: 'group',
      kind: 'list',
      by: 'id',
      folded: true,
      fields: [id, name, icon, { key: 'within', kind: 'choice', of: 'group' }],
      fresh: (_, there) => ({ id: freeId('kumpulan', there), name: { ms: '' } }),
    },
  ],
};
