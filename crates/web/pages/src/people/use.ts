// Lists that the daemon is asked for again and again, and changes to them.

import { useCallback, useEffect, useState } from 'preact/hooks';

import { ask, type Answer } from '../access/ask';
import { toSignIn } from '../access/me';
import { SIGNED_OUT } from '../press';
import type { ErrorView } from '../protocol';

export type Failed = Exclude<Answer<unknown>, { type: 'found' }>;

/** As `ask`, but whoever has to sign in first is led there. */
export async function askSignedIn<Found = unknown>(method: string, path: string, body?: unknown): Promise<Answer<Found>> {
  const answer = await ask<Found>(method, path, body);
  if (answer.type === 'refused' && SIGNED_OUT.includes(answer.error.code)) toSignIn();
  return answer;
}

export interface Listed<Found> {
  readonly found: Found | undefined;
  /** Why it can't be had, and what is shown may be old. */
  readonly failed: Failed | undefined;
  readonly again: () => void;
}

/** What the daemon says at an address, asked again now and then. */
export function useListed<Found>(path: string, every_ms: number): Listed<Found> {
  const [found, setFound] = useState<Found>();
  const [failed, setFailed] = useState<Failed>();
  const [turn, setTurn] = useState(0);
  useEffect(() => setFound(undefined), [path]);
  useEffect(() => {
    let here = true;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      const answer = await askSignedIn<Found>('GET', path);
      if (!here) return;
      setFailed(answer.type === 'found' ? undefined : answer);
      if (answer.type === 'found') setFound(answer.found);
      timer = setTimeout(() => void look(), every_ms);
    };
    void look();
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [path, every_ms, turn]);
  return { found, failed, again: useCallback(() => setTurn((n) => n + 1), []) };
}

/** A refusal that concerns the whole page. */
export const turnedAway = (failed: Failed | undefined): ErrorView | undefined =>
  failed?.type === 'refused' && failed.error.code === 'not_allowed' ? failed.error : undefined;

export interface Change {
  readonly busy: boolean;
  readonly failed: Failed | undefined;
  /** Asks for it; gives what came of it, if it was done. */
  readonly run: <Found>(method: string, path: string, body?: unknown) => Promise<{ found: Found } | undefined>;
}

/** One change at a time. */
export function useChange(): Change {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<Failed>();
  return {
    busy,
    failed,
    async run<Found>(method: string, path: string, body?: unknown) {
      if (busy) return undefined;
      setBusy(true);
      setFailed(undefined);
      const answer = await askSignedIn<Found>(method, path, body);
      setBusy(false);
      if (answer.type === 'found') return { found: answer.found };
      setFailed(answer);
      return undefined;
    },
  };
}
