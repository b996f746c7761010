// Loads the page afresh after the daemon was replaced by a newer one.
//
// Nobody touches a wall for months. A link that comes back may lead to a new daemon with new pages, and
// the old page might not understand it.

import { useEffect, useRef, useState } from 'preact/hooks';

import type { LinkStatus } from './link';

/** What the daemon calls the present form of this page; nothing if it does not say. */
async function form(): Promise<string | undefined> {
  try {
    const answer = await fetch(location.pathname, { method: 'HEAD', cache: 'no-store' });
    return (answer.ok && answer.headers.get('etag')) || undefined;
  } catch {
    return undefined;
  }
}

/** Loads the page again if it is another one by now, as soon as that disturbs nobody. */
export function useRenewal({ state }: LinkStatus, undisturbed: boolean): void {
  const first = useRef<string | undefined>(undefined);
  const [stale, setStale] = useState(false);
  useEffect(() => {
    if (state !== 'up') return;
    void form().then((now) => {
      first.current ??= now;
      setStale(now !== undefined && now !== first.current);
    });
  }, [state]);
  useEffect(() => {
    if (stale && undisturbed) location.reload();
  }, [stale, undisturbed]);
}
