// What the daemon says of what is to come, asked for again and again.

import { useCallback, useEffect, useState } from 'preact/hooks';

import { ask, type Answer } from '../access/ask';
import { toSignIn } from '../access/me';
import { SIGNED_OUT } from '../press';

/** Where it is told, below `/api/v1`; with `what` beside the forecast itself. */
export const pathOf = (branch: string, what = ''): string => `/branches/${encodeURIComponent(branch)}/forecast${what}`;

export interface Asked<Found> {
  /** The last answer. What is refused for good is taken back; while the daemon can't be reached for a moment it stays. */
  readonly found: Found | undefined;
  /** Why the last question came to nothing. */
  readonly failed: Exclude<Answer<Found>, { type: 'found' }> | undefined;
  readonly again: () => void;
}

/** Asks at a path at once and each time after so long. Whoever has to sign in first is led there. */
export function useAsked<Found>(path: string, every_ms: number): Asked<Found> {
  const [{ of, found, failed }, setStand] = useState<{ of: string; found?: Found | undefined; failed?: Asked<Found>['failed'] }>({ of: path });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let here = true;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      const answer = await ask<Found>('GET', path);
      if (!here) return;
      if (answer.type === 'found') setStand({ of: path, found: answer.found });
      else if (answer.type === 'refused' && SIGNED_OUT.includes(answer.error.code)) return toSignIn();
      else {
        const lasting = answer.type === 'refused' && !answer.passing;
        setStand((before) => ({ of: path, found: lasting || before.of !== path ? undefined : before.found, failed: answer }));
      }
      timer = setTimeout(() => void look(), every_ms);
    };
    void look();
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [path, every_ms, turn]);
  // The answer to another question is none to this one.
  const mine = of === path;
  return { found: mine ? found : undefined, failed: mine ? failed : undefined, again: useCallback(() => setTurn((n) => n + 1), []) };
}
