// Tells the daemon what became of a call here, so that the officer who made it knows.
//
// Nothing waits for it. A call is of interest for a minute; then it is given up.

import type { Report } from '../protocol';

/** What was reported already, the last of it. */
const done: string[] = [];
const KEPT = 200;
const TRIES_MS = [500, 2_000, 5_000, 10_000, 20_000];

/** Reports, once, and again while the daemon does not answer. */
export async function report(branch: string, what: Report): Promise<void> {
  const name = `${what.call} ${what.what}`;
  if (done.includes(name)) return;
  done.push(name);
  if (done.length > KEPT) done.shift();
  for (const pause of [...TRIES_MS, 0]) {
    try {
      const answer = await fetch(`/api/v1/branches/${encodeURIComponent(branch)}/reports`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(what),
        signal: AbortSignal.timeout(5_000),
      });
      // What the daemon does not want it will not want a second time.
      if (answer.status < 500 && answer.status !== 429) return;
    } catch {
      // cut off
    }
    await new Promise((done) => setTimeout(done, pause));
  }
}
