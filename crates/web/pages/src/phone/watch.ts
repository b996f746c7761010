// Keeps asking how a ticket stands, for as long as the page is open.
//
// Invariant: what is shown came from the daemon whole, and while the link is not said to be down it is no
// older than two of its beats. A phone that was locked asks at once when it is looked at again, and says until
// the answer is here that what it shows is old.

import { useEffect, useRef, useState } from 'preact/hooks';

import { ask } from '../access/ask';
import type { LinkStatus } from '../link';
import type { PhoneTicket } from '../protocol';
import { COMES_BACK_MS, forget, held, hold, isSecret, type Held } from './address';
import { pause_ms, RECKONED_AFTER } from './schedule';

/** The header that carries the secret; it never stands in an address that is sent. */
export const keyOf = (secret: string) => ({ 'giliran-ticket': secret });

/** Whether its holder is to be somewhere now. */
export const isCalled = ({ state }: PhoneTicket): boolean => state === 'called' || state === 'ahead';

/** An address for phones, below those of the branch. */
export const of = (branch: string, what: string) => `/branches/${encodeURIComponent(branch)}/phone/${what}`;

/** So many questions in a row without an answer are a link that is down, and no accident. */
const DOWN = 2;
/** What was not looked after for so long is old. */
const OLD_MS = 15_000;

export interface Watch {
  /** The ticket as it last stood. */
  readonly ticket: PhoneTicket | undefined;
  /** Whether the daemon knows it no longer, or never did. */
  readonly over: boolean;
  readonly link: LinkStatus;
  /** The daemon's clock minus this phone's. */
  readonly ahead_ms: number;
  /** Whether the waiting time may still be on its way. */
  readonly reckoning: boolean;
  /** The call that the holder has seen. */
  readonly answered: string | undefined;
  /** The holder has seen a call. */
  readonly answer: (call: string) => void;
  /** Asks at once. */
  readonly again: () => void;
  /** The holder has given the ticket up: nothing is asked any more. */
  readonly end: () => void;
}

interface State {
  readonly mine: Held | undefined;
  readonly over: boolean;
  readonly link: LinkStatus;
  readonly ahead_ms: number;
  /** How many answers there were. */
  readonly answers: number;
}

export function useTicket(branch: string, secret: string): Watch {
  const [state, setState] = useState<State>(() => {
    const kept = held(branch, Date.now());
    const mine = kept?.secret === secret ? kept : undefined;
    return { mine, over: mine?.over_ms !== undefined, link: { state: 'opening' }, ahead_ms: 0, answers: 0 };
  });
  const control = useRef({ again: () => {}, end: () => {} });
  const now = useRef(state);
  const set = (more: Partial<State>) => {
    now.current = { ...now.current, ...more };
    setState(now.current);
  };
  const keep = (mine: Held) => {
    hold(branch, mine);
    set({ mine });
  };

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let failures = 0;
    let closed = false;
    let underway = false;
    const begun_ms = Date.now();
    const heard_ms = () => now.current.mine?.heard_ms ?? begun_ms;
    const down = () => set({ link: { state: 'down', since_ms: heard_ms() } });

    const next = async (): Promise<void> => {
      clearTimeout(timer);
      if (underway || closed) return;
      underway = true;
      const answer = await ask<PhoneTicket>('GET', of(branch, 'ticket'), undefined, keyOf(secret));
      underway = false;
      if (closed) return;
      const at_ms = Date.now();
      let after_ms = 0;
      if (answer.type === 'found') {
        failures = 0;
        const seen = answer.found;
        // What was answered is this call; the next is another, be it to the same counter.
        const answered = isCalled(seen) ? now.current.mine?.answered : undefined;
        keep({ secret, seen, heard_ms: at_ms, answered });
        set({ over: false, link: { state: 'up' }, ahead_ms: Date.parse(seen.now) - at_ms, answers: now.current.answers + 1 });
      } else if (answer.type === 'refused' && !answer.passing) {
        failures = 0;
        const { mine } = now.current;
        const over_ms = mine?.over_ms ?? at_ms;
        if (mine) keep({ ...mine, over_ms });
        set({ over: true, link: { state: 'up' } });
        // Whoever was served needs it no longer; whoever missed a call may be put back.
        if (mine?.seen.state === 'serving' || at_ms - over_ms > COMES_BACK_MS) forget(branch);
        if (!mine || at_ms - over_ms > COMES_BACK_MS) return;
      } else {
        failures += 1;
        if (answer.type === 'refused') after_ms = answer.after_ms;
        if (failures >= DOWN) down();
      }
      const seen = now.current.over ? undefined : now.current.mine?.seen;
      timer = setTimeout(next, pause_ms({ seen, answers: now.current.answers, failures, after_ms }, Math.random()));
    };
    const look = () => {
      if (document.visibilityState !== 'visible') return;
      if (Date.now() - heard_ms() > OLD_MS && !now.current.over) down();
      failures = 0;
      void next();
    };
    const close = () => {
      closed = true;
      clearTimeout(timer);
    };
    control.current = {
      again: () => void next(),
      end() {
        close();
        forget(branch);
      },
    };
    // What goes to the daemon is a secret and nothing else that somebody wrote behind the `#`.
    if (isSecret(secret)) void next();
    else set({ over: true, link: { state: 'up' } });
    document.addEventListener('visibilitychange', look);
    addEventListener('pageshow', look);
    addEventListener('online', look);
    return () => {
      close();
      document.removeEventListener('visibilitychange', look);
      removeEventListener('pageshow', look);
      removeEventListener('online', look);
    };
  }, [branch, secret]);

  return {
    ticket: state.mine?.seen,
    over: state.over,
    link: state.link,
    ahead_ms: state.ahead_ms,
    reckoning: state.answers < RECKONED_AFTER,
    answered: state.mine?.answered,
    answer: (call) => state.mine && keep({ ...state.mine, answered: call }),
    again: () => control.current.again(),
    end: () => control.current.end(),
  };
}
