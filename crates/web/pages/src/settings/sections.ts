// The sections of the rules, in the order in which they stand on the page. How each is made up comes later.

import type { Sections } from './schema';

export const NAMES = [
  'office',
  'services',
  'groups',
  'counters',
  'classes',
  'hours',
  'calling',
  'announcing',
  'appointments',
  'remote',
  'outcomes',
  'notices',
] as const;

export async function fetchSections(): Promise<Sections> {
  const files = [
    import('./office'),
    import('./services'),
    import('./counters'),
    import('./hours'),
    import('./calling'),
    import('./announcing'),
  ];
  return Object.assign({}, ...(await Promise.all(files)).map(({ sections }) => sections));
}
