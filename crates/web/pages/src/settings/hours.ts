// When the office is open.

import { learn } from '../text';
import texts from '../text/settings-hours';
import type { Field, Sections } from './schema';

learn(texts);

const open: Field = {
  key: 'open',
  kind: 'list',
  fields: [
    { key: 'from', kind: 'time', need: true },
    { key: 'until', kind: 'time', need: true },
    { key: 'counters', kind: 'picks', label: 'open.counters', of: 'counter' },
  ],
  fresh: (_, there) => (there.length ? { from: '14:00', until: '17:00' } : { from: '08:00', until: '13:00' }),
};

export const sections: Sections = {
  hours: [
    {
      key: 'hours',
      kind: 'group',
      first: () => ({
        week: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], open: [{ from: '08:00', until: '17:00' }] }],
      }),
      fields: [
        { key: 'last_ticket', kind: 'span', label: 'hours.last_ticket', else: '0s' },
        { key: 'at_close', kind: 'choice', words: ['served', 'carried', 'ended'], else: 'served' },
        {
          key: 'week',
          kind: 'list',
          need: true,
          fields: [
            { key: 'days', kind: 'picks', words: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], need: true },
            open,
          ],
          fresh: () => ({ days: [], open: [{ from: '08:00', until: '17:00' }] }),
        },
        {
          key: 'special',
          kind: 'list',
          by: 'date',
          folded: true,
          fields: [
            { key: 'date', kind: 'date', need: true },
            { key: 'name', kind: 'names', label: 'special.name' },
            open,
          ],
          fresh: () => ({ date: '' }),
        },
      ],
    },
  ],
};
