// Addresses on the daemon, and plain questions to it. Commands are sent by `press.ts`.

import type { BranchInfo } from './protocol';

export const commandsAddress = (branch: string) =>
  `/api/v1/branches/${encodeURIComponent(branch)}/commands`;

export function eventsAddress(branch: string): string {
  const address = new URL(`/api/v1/branches/${encodeURIComponent(branch)}/events`, location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return address.href;
}

/** The branches that the daemon runs. */
export async function branches(): Promise<BranchInfo[]> {
  const answer = await fetch('/api/v1/branches', { signal: AbortSignal.timeout(5_000) });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()) as BranchInfo[];
}
