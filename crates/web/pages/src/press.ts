// From a press of a button to its answer: one command, sent again with the same id until answered.
//
// A press is kept in the tab's storage until its answer is here, so a page that is loaded again
// meanwhile asks for that answer and does not press a second time.

import { commandsAddress } from './api';
import type { Actor, Command, CommandAnswer, ErrorView } from './protocol';
import { uuid7 } from './uuid';

/** How long an answer is waited for, from the press. */
export const PATIENCE_MS = 20_000;
/** For how long a press may wait for its own person to sign in again. Later it would be a surprise. */
export const HELD_MS = 90_000;
/** How long one attempt may take. */
const ATTEMPT_MS = 5_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;

export interface Press {
  readonly id: string;
  readonly branch: string;
  readonly command: Command;
  /** Who pressed, where it is known. */
  readonly by?: Actor;
  /** Who had signed in when it was pressed. It is not sent: the daemon knows. */
  readonly who?: string;
  /** When the button was pressed, by this machine's clock. */
  readonly at_ms: number;
  /** Whether it waits for the one who pressed to sign in again. */
  readonly held?: boolean;
  /** Whether it may have been done all the same. */
  readonly doubt?: boolean;
}

/** How a press ended. `lost`: nobody knows whether it was done, because no answer came. */
export type Ending =
  | { readonly type: 'answered'; readonly answer: CommandAnswer }
  | { readonly type: 'refused'; readonly error: ErrorView }
  | { readonly type: 'lost' }
  /** The session has ended: it may be sent again by whoever pressed, once signed in. */
  | { readonly type: 'signed_out'; readonly error: ErrorView; readonly doubt: boolean };

export const press = (branch: string, command: Command, by?: Actor, who?: string): Press => ({
  id: uuid7(),
  branch,
  command,
  ...(by && { by }),
  ...(who !== undefined && { who }),
  at_ms: Date.now(),
});

/**
 * Sends a press until it has an ending, no sooner again than the daemon asks for. `doubt`: it may have been
 * done before; `from_ms`: when patience begins. Never throws.
 */
export async function send({ id, branch, command, by, at_ms }: Press, doubt = false, from_ms = at_ms): Promise<Ending> {
  const body = JSON.stringify({ id, command, by });
  for (let pause_ms = FIRST_PAUSE_MS; ; pause_ms = Math.min(2 * pause_ms, LONGEST_PAUSE_MS)) {
    const tried = await attempt(branch, body);
    if ('type' in tried) {
      if (tried.type !== 'refused' || !SIGNED_OUT.includes(tried.error.code)) return tried;
      return { type: 'signed_out', error: tried.error, doubt };
    }
    doubt ||= !tried.turnedAway;
    // Whoever was turned away at the same moment must not come back at the same moment.
    const again_ms = Math.max(pause_ms, tried.after_ms * (1 + Math.random() / 2));
    if (Date.now() + again_ms - from_ms > PATIENCE_MS) {
      return tried.turnedAway && !doubt ? { type: 'refused', error: tried.turnedAway } : { type: 'lost' };
    }
    await new Promise((done) => setTimeout(done, again_ms));
  }
}

/** A try that is worth another. */
interface Again {
  /** How long the daemon wants to be left alone. */
  readonly after_ms: number;
  /** The daemon's word that this try was not so much as looked at. */
  readonly turnedAway?: ErrorView | undefined;
}

/** Refusals before the command was so much as looked at. */
const UNSEEN = ['overloaded', 'too_many_requests'];

/** Refusals of whoever has to sign in, or to choose a PIN or password, before anything is done. */
export const SIGNED_OUT = ['not_signed_in', 'must_change_secret'];

/** Refusals for as long as somebody has not seen to the disk: to be told at once. Nothing was done. */
const LASTING = ['store_full', 'store_read_only'];

/** One try. */
async function attempt(branch: string, body: string): Promise<Ending | Again> {
  try {
    const response = await fetch(commandsAddress(branch), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(ATTEMPT_MS),
    });
    const answer: unknown = await response.json();
    if (response.ok) return { type: 'answered', answer: answer as CommandAnswer };
    const { error } = answer as { error?: ErrorView };
    // Busy, starting, stopping or broken: the same command may fare better in a moment.
    const passing = response.status >= 500 || response.status === 429 || response.status === 408;
    if (error && (!passing || LASTING.includes(error.code))) return { type: 'refused', error };
    return {
      after_ms: 1000 * Number(response.headers.get('retry-after') ?? 0) || 0,
      ...(error && UNSEEN.includes(error.code) && { turnedAway: error }),
    };
  } catch {
    return { after_ms: 0 };
  }
}

const KEY = 'giliran.press';

/** Keeps a press over a reload of the page. A browser that keeps nothing for pages sends it all the same. */
export function keep(press: Press): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(press));
  } catch {
    // Full or denied.
  }
}

/** The page is left for the sign-in: what was pressed waits. What is under way may be done meanwhile. */
export function hold(): void {
  const press = read();
  if (press) keep({ doubt: true, ...press, held: true });
}

/** The press has ended. */
export function forget(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // As above.
  }
}

function read(): Press | undefined {
  try {
    const text = sessionStorage.getItem(KEY);
    return text ? (JSON.parse(text) as Press) : undefined;
  } catch {
    return undefined;
  }
}

/** The press that was not answered when this page was left, if it still may be or its person has to be told. */
export function kept(branch: string): Press | undefined {
  const press = read();
  if (!press) return undefined;
  if (press.branch === branch && (press.held || Date.now() - press.at_ms < PATIENCE_MS)) return press;
  forget();
  return undefined;
}

/** Whether a press that was held may be sent: by whoever pressed, and soon enough. */
export const mayGoOn = (press: Press, who: string | undefined): boolean =>
  press.who === who && Date.now() - press.at_ms < HELD_MS;
