// From a press of a button to its answer: one command, sent again with the same id until answered.
//
// A press is kept in the tab's storage until its answer is here, so a page that is loaded again
// meanwhile asks for that answer and does not press a second time.

import { commandsAddress } from './api';
import type { Actor, Command, CommandAnswer, ErrorView } from './protocol';
import { uuid7 } from './uuid';

/** How long an answer is waited for, from the press. */
export const PATIENCE_MS = 20_000;
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
  /** When the button was pressed, by this machine's clock. */
  readonly at_ms: number;
}

/** How a press ended. `lost`: nobody knows whether it was done, because no answer came. */
export type Ending =
  | { readonly type: 'answered'; readonly answer: CommandAnswer }
  | { readonly type: 'refused'; readonly error: ErrorView }
  | { readonly type: 'lost' };

export const press = (branch: string, command: Command, by?: Actor): Press => ({
  id: uuid7(),
  branch,
  command,
  ...(by && { by }),
  at_ms: Date.now(),
});

/**
 * Sends a press until it has an ending, no sooner again than the daemon asks for. `doubt`: it may have been
 * done before. Never throws.
 */
export async function send({ id, branch, command, by, at_ms }: Press, doubt = false): Promise<Ending> {
  const body = JSON.stringify({ id, command, by });
  for (let pause_ms = FIRST_PAUSE_MS; ; pause_ms = Math.min(2 * pause_ms, LONGEST_PAUSE_MS)) {
    const tried = await attempt(branch, body);
    if ('type' in tried) return tried;
    doubt ||= !tried.turnedAway;
    // Whoever was turned away at the same moment must not come back at the same moment.
    const again_ms = Math.max(pause_ms, tried.after_ms * (1 + Math.random() / 2));
    if (Date.now() + again_ms - at_ms > PATIENCE_MS) {
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

/** Keeps a press over a reload of the page. */
export const keep = (press: Press) => sessionStorage.setItem(KEY, JSON.stringify(press));

/** The press has ended. */
export const forget = () => sessionStorage.removeItem(KEY);

/** The press that was not answered when this page was left, if it still may be. */
export function kept(branch: string): Press | undefined {
  const text = sessionStorage.getItem(KEY);
  if (!text) return undefined;
  const press = JSON.parse(text) as Press;
  if (press.branch === branch && Date.now() - press.at_ms < PATIENCE_MS) return press;
  forget();
  return undefined;
}
