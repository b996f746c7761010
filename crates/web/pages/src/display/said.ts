// When the loudspeaker says each call, as far as a wall can tell.
//
// The loudspeaker does not tell walls what it does. But it says calls one at a time, in the order of the log, and
// shortens them by how many wait behind: from that and the lengths of the clips the times follow, near enough for
// a call to be still in sight while it is said.
//
// Pure.

/** When a call is said. */
export interface Said {
  readonly seq: number;
  readonly from_ms: number;
  readonly to_ms: number;
}

/** So many calls wait for the loudspeaker at most; it gives the oldest of more up. */
const LONGEST_QUEUE = 16;

/** How long a call takes with so many behind it: two languages, one, one without the chime, the short form. */
function lengthMs(behind: number): number {
  if (behind > 6) return 4_000;
  if (behind > 4) return 6_500;
  return behind > 2 ? 8_000 : 14_000;
}

/** What was to be said, with more behind it: what has begun goes on, the rest is shortened. */
export function schedule(said: readonly Said[], fresh: readonly number[], now_ms: number): Said[] {
  const begun = said.filter(({ from_ms, to_ms }) => from_ms <= now_ms && now_ms < to_ms);
  const waiting = [...said.filter(({ from_ms }) => from_ms > now_ms).map(({ seq }) => seq), ...fresh].slice(-LONGEST_QUEUE);
  let from_ms = begun.at(-1)?.to_ms ?? now_ms;
  const rest = waiting.map((seq, n) => {
    const one = { seq, from_ms, to_ms: from_ms + lengthMs(waiting.length - 1 - n) };
    from_ms = one.to_ms;
    return one;
  });
  return [...begun, ...rest];
}
