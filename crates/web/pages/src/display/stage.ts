// Which call has the stage of a wall, and for how long.
//
// Pure: the caller says what time it is, by any clock that only goes forward.
//
// Invariant: calls come on stage in the order of the log, each once, and each stays for its time
// before the next comes.

import { CALLS_KEPT } from '../picture';
import type { CallView } from '../protocol';

/** How long each call has the stage to itself. */
export const SHOWN_MS = 6_000;
/**
 * The same where no loudspeaker says it: twice as long. Whoever hears the number called looks up at once;
 * whoever has to find it there by a glance now and then must still find it.
 */
export const SHOWN_SILENT_MS = 12_000;
/** When so many wait for the stage that the last would come on after this, each gets less. */
const LATEST_MS = 60_000;
/** Less than this nobody can read. */
const SHORTEST_MS = 1_000;

export interface Stage {
  /** The call that people see; none at the beginning of a day. */
  readonly call: CallView | undefined;
  /** When it came on stage; none for a call of before the wall was switched on. */
  readonly since_ms: number | undefined;
  /** Calls that wait for the stage. */
  readonly queue: readonly CallView[];
  /** The last call that this stage knows of. */
  readonly seen: number;
}

/** A wall that was just switched on: it shows the last call, and does not make as if it were new. */
export function open(calls: readonly CallView[]): Stage {
  const call = calls.at(-1);
  return { call, since_ms: undefined, queue: [], seen: call?.seq ?? 0 };
}

/** Takes in the branch's last calls. With none left, a new day has begun. */
export function hear(
  stage: Stage,
  calls: readonly CallView[],
  now_ms: number,
  shown_ms = SHOWN_MS,
): Stage {
  if (calls.length === 0) return open(calls);
  const fresh = calls.filter(({ seq }) => seq > stage.seen);
  if (fresh.length === 0) return stage;
  // A call that has left everybody else's picture is too old to be put before people.
  const queue = [...stage.queue, ...fresh].slice(-CALLS_KEPT);
  return advance({ ...stage, queue, seen: fresh.at(-1)?.seq ?? stage.seen }, now_ms, shown_ms);
}

/** Puts the next call on stage if one waits and the time of the present one is up. */
export function advance(stage: Stage, now_ms: number, shown_ms = SHOWN_MS): Stage {
  const [call, ...queue] = stage.queue;
  if (!call || now_ms < dueAt(stage, shown_ms)) return stage;
  return { ...stage, call, since_ms: now_ms, queue };
}

/** When the present call has had its time. */
export function dueAt({ since_ms, queue }: Stage, shown_ms = SHOWN_MS): number {
  if (since_ms === undefined) return -Infinity;
  const fair = LATEST_MS / Math.max(1, queue.length);
  return since_ms + Math.max(SHORTEST_MS, Math.min(shown_ms, fair));
}
