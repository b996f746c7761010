// Whom the daemon takes this browser for, and the way to the sign-in.

import { useEffect, useState } from 'preact/hooks';

import { asked } from '../live';
import type { LinkStatus } from '../link';
import { hold } from '../press';
import type { Me } from '../protocol';

export async function askMe(): Promise<Me> {
  const answer = await fetch('/api/v1/me', { signal: AbortSignal.timeout(5_000) });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()) as Me;
}

/** The sign-in, which leads back to this page. */
export function signInAddress(): string {
  const { pathname, search, hash } = location;
  const lang = asked('lang');
  return `/sign-in?${new URLSearchParams({ to: pathname + search + hash, ...(lang && { lang }) })}`;
}

/** Leads to the sign-in and back. What is under way here goes on afterwards. */
export function toSignIn(): void {
  hold();
  location.replace(signInAddress());
}

const RETRY_MS = 2_000;

/** Who works at this page for staff, once its link has stood. Whoever has to sign in is led there. */
export function useMe({ state }: LinkStatus): Me | undefined {
  const [me, setMe] = useState<Me>();
  useEffect(() => {
    if (state !== 'up') return;
    let timer: ReturnType<typeof setTimeout>;
    let here = true;
    const take = (found: Me) => {
      if (!here) return;
      if (found.kind === 'nobody' || (found.kind === 'person' && found.must_change)) return toSignIn();
      setMe((before) => {
        // Somebody else has signed in by another tab: nothing that stands here is theirs.
        if (before && nameOf(before) !== nameOf(found)) location.reload();
        return found;
      });
    };
    const ask = () => {
      clearTimeout(timer);
      askMe().then(take, () => {
        if (here) timer = setTimeout(ask, RETRY_MS);
      });
    };
    ask();
    addEventListener('focus', ask);
    return () => {
      here = false;
      clearTimeout(timer);
      removeEventListener('focus', ask);
    };
  }, [state]);
  return me;
}

const nameOf = (me: Me) => ('id' in me ? `${me.kind} ${me.id}` : me.kind);
