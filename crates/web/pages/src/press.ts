// From a press of a button to its answer: one command, sent again with the same id until answered.
//
// A press is kept in the tab's storage until its answer is here, so a page that is loaded again
// meanwhile asks for that answer and does not press a second time.

import { commandsAddress } from './api';
import type { Command, CommandAnswer, ErrorView } from './protocol';
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
  /** When the button was pressed, by this machine's clock. */
  readonly at_ms: number;
}

/** How a press ended. `lost`: nobody knows whether it was done, because no answer came. */
export type Ending =
  | { readonly type: 'answered'; readonly answer: CommandAnswer }
  | { readonly type: 'refused'; readonly error: ErrorView }
  | { readonly type: 'lost' };

export const press = (branch: string, command: Command): Press => ({
  id: uuid7(),
  branch,
  command,
  at_ms: Date.now(),
});

/** Sends a press until it has an ending. Never throws. */
export async function send({ id, branch, command, at_ms }: Press): Promise<Ending> {
  const body = JSON.stringify({ id, command });
  for (let pause_ms = FIRST_PAUSE_MS; ; pause_ms = Math.min(2 * pause_ms, LONGEST_PAUSE_MS)) {
    const ending = await attempt(branch, body);
    if (ending) return ending;
    if (Date.now() + pause_ms - at_ms > PATIENCE_MS) return { type: 'lost' };
    await new Promise((done) => setTimeout(done, pause_ms));
  }
}

/** One try; nothing if it is worth another. */
async function attempt(branch: string, body: string): Promise<Ending | undefined> {
  try {
    const response = await fetch(commandsAddress(branch), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(ATTEMPT_MS),
    });
    // Busy, starting, stopping or broken: the same command may fare better in a moment.
    if (response.status >= 500 || response.status === 429 || response.status === 408) return undefined;
    const answer: unknown = await response.json();
    if (response.ok) return { type: 'answered', answer: answer as CommandAnswer };
    return { type: 'refused', error: (answer as { error: ErrorView }).error };
  } catch {
    return undefined;
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
