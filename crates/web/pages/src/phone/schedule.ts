// When the phone asks again: often near the turn, seldom far from it, and less when the daemon does not answer.
//
// Pure. Hundreds of phones hang on one hall's network, so no two keep the same beat.

import type { PhoneTicket } from '../protocol';

/** Nobody knows of a change sooner than this. */
const NEAR_MS = 3_000;
/** A number that was just taken has its waiting time reckoned meanwhile. */
const RECKONED_MS = 1_500;
/** After so many answers without a waiting time there is none. */
export const RECKONED_AFTER = 4;
const MIDDLE_MS = 5_000;
const FAR_MS = 8_000;
/** A ticket that is no longer there seldom comes back. */
const OVER_MS = 20_000;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;

/** How many people ahead are few enough to be near the counters. */
export const SOON = 3;
const SOME = 10;

/** What is known when the next question is planned. */
export interface Known {
  /** As the ticket last stood; nothing when the daemon knows no such ticket, or before the first answer. */
  readonly seen: Pick<PhoneTicket, 'state' | 'ahead' | 'wait'> | undefined;
  /** How many answers there were since the page was opened. */
  readonly answers: number;
  /** How many questions in a row had no answer. */
  readonly failures: number;
  /** How long the daemon wants to be left alone. */
  readonly after_ms: number;
}

/** How long until the next question; `chance` is anything from 0 to 1. */
export function pause_ms({ seen, answers, failures, after_ms }: Known, chance: number): number {
  const wanted_ms = failures > 0 ? Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)) : beat_ms(seen, answers);
  return Math.max(wanted_ms, after_ms) * (1 + chance / 4);
}

function beat_ms(seen: Known['seen'], answers: number): number {
  if (!seen) return OVER_MS;
  if (seen.state === 'called' || seen.state === 'ahead') return NEAR_MS;
  if (seen.state !== 'waiting') return FAR_MS;
  if (!seen.wait && answers < RECKONED_AFTER) return RECKONED_MS;
  const ahead = seen.ahead ?? 0;
  return ahead <= SOON ? NEAR_MS : ahead <= SOME ? MIDDLE_MS : FAR_MS;
}
