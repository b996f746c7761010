// Addresses on the daemon, and plain questions to it. Commands are sent by `press.ts`.

import type { BranchInfo, DayView, ErrorView, FairOrder, FairOrderRecord } from './protocol';

export const of = (branch: string, what: string) => `/api/v1/branches/${encodeURIComponent(branch)}/${what}`;

export const commandsAddress = (branch: string) => of(branch, 'commands');

export function eventsAddress(branch: string): string {
  const address = new URL(of(branch, 'events'), location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return address.href;
}

/** The branches that the daemon runs. */
export async function branches(): Promise<BranchInfo[]> {
  const answer = await fetch('/api/v1/branches', { signal: AbortSignal.timeout(5_000) });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()) as BranchInfo[];
}

/** Today's fair-order record, in the order of the log. */
export async function fairOrder(branch: string): Promise<FairOrderRecord[]> {
  const records: FairOrderRecord[] = [];
  for (let after: number | undefined; ; ) {
    const query = after === undefined ? '' : `?after=${after}`;
    const answer = await fetch(of(branch, `fair-order${query}`), { signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const part = (await answer.json()) as FairOrder;
    records.push(...part.records);
    if (part.next == null) return records;
    after = part.next;
  }
}

/** The day by hours, beside a usual one. */
export async function dayOf(branch: string): Promise<DayView> {
  const answer = await fetch(of(branch, 'day'), { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()) as DayView;
}

/** Sends a file of appointments; says why, if it is not taken. */
export async function importAppointments(
  branch: string,
  id: string,
  file: Blob,
): Promise<ErrorView | 'lost' | undefined> {
  try {
    const answer = await fetch(of(branch, `appointments?id=${id}`), {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: file,
      signal: AbortSignal.timeout(10_000),
    });
    if (answer.ok) return undefined;
    return ((await answer.json()) as { error: ErrorView }).error;
  } catch {
    return 'lost';
  }
}
