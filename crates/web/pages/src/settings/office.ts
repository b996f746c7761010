// The office itself, and what it tells everybody for good.

import { learn } from '../text';
import texts from '../text/settings-office';
import type { Sections } from './schema';

learn(texts);

export const sections: Sections = {
  office: [
    { key: 'name', kind: 'names', need: true },
    { key: 'languages', kind: 'chain', words: ['ms', 'en', 'zh', 'ta'], else: 'ms en zh ta', need: true },
    { key: 'time_zone', kind: 'text', else: 'Asia/Kuala_Lumpur' },
    { key: 'day_begins', kind: 'time', else: '00:00' },
    {
      key: 'screens',
      kind: 'group',
      fields: [
        { key: 'viewing_m', kind: 'number', least: 1, most: 30, else: '10' },
        { key: 'greeting', kind: 'flag', else: 'true' },
      ],
    },
  ],
  notices: [
    {
      key: 'notice',
      kind: 'list',
      folded: true,
      fields: [{ key: 'text', kind: 'names', label: 'notice.text', need: true }],
      fresh: () => ({ text: { ms: '' } }),
    },
  ],
};
