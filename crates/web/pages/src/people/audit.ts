// The audit record from its end. The daemon gives it from its beginning, a part at a time, by the place
// after which to go on; its end is found by leaps that double and then by halves.

import type { Audit, AuditLine } from '../protocol';

export type Fetch = (after: number) => Promise<Audit>;

/** The last part of the record: that after which there is nothing. */
async function lastPart(fetch: Fetch): Promise<Audit> {
  let part = await fetch(0);
  if (part.next == null) return part;
  // There is something after `low`, and nothing after `high` once it is known.
  let low = part.next;
  let high: number | undefined;
  for (;;) {
    const after: number = high === undefined ? low * 2 : low + Math.floor((high - low) / 2);
    const there = await fetch(high !== undefined && after <= low ? low : after);
    if (there.lines.length === 0) {
      // Nothing was written after `low` either, or all of it between the two questions is gone.
      if (high !== undefined && after <= low) return part;
      high = after;
      continue;
    }
    part = there;
    if (there.next == null) return there;
    low = there.next;
  }
}

/** So many lines before a place, the newest first; the newest of all where no place is named. */
export async function linesBefore(fetch: Fetch, before: number | undefined, count: number): Promise<AuditLine[]> {
  let end = before;
  if (end === undefined) end = ((await lastPart(fetch)).lines.at(-1)?.seq ?? 0) + 1;
  const lines: AuditLine[] = [];
  for (let after: number | null | undefined = Math.max(0, end - 1 - count); after != null; ) {
    const part: Audit = await fetch(after);
    lines.push(...part.lines.filter(({ seq }) => seq < end));
    after = part.lines.some(({ seq }) => seq >= end - 1) ? null : part.next;
  }
  return lines.slice(-count).reverse();
}
