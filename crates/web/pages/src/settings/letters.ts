// Letters for a new series of numbers that are told apart by ear from those there are: as the daemon's own
// advice goes, so that it is on the page before the daemon has to warn.

/** Letters that were told from one another best, in the order in which they are proposed. */
const CLEAR = 'ACFLQRW';
const ALL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Sets whose members are taken for one another. */
const ALIKE = ['BDEGPTV', 'FS', 'MN'];

const alike = (one: string, other: string) =>
  one === other || ALIKE.some((set) => set.includes(one) && set.includes(other));

/** Single letters beside those that are taken, the most distinct first. */
export const proposeLetters = (taken: readonly string[]): string[] =>
  [...new Set(CLEAR + ALL)].filter((letter) => !taken.some((other) => other.length === 1 && alike(letter, other)));
