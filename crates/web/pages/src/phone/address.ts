// What stands behind `#` in the page's address, and what the phone keeps of it.
//
// A browser does not send what is behind `#`, so neither the secret of a ticket nor the hall's code gets into
// an address on the way or into a log. The phone keeps a secret that has opened a ticket, so that the page can
// be opened again without it, and for no longer than it is of use.

import type { PhoneTicket } from '../protocol';

/** What the page was opened with. */
export type Opened =
  | { readonly by: 'ticket'; readonly secret: string }
  | { readonly by: 'hall'; readonly code: string }
  | { readonly by: 'nothing' };

export function opened(hash: string): Opened {
  const behind = hash.replace(/^#/, '');
  const code = new URLSearchParams(behind).get('hall');
  if (code !== null) return { by: 'hall', code };
  return behind ? { by: 'ticket', secret: behind } : { by: 'nothing' };
}

/** Whether it may be sent as a secret at all: what else is found in an address goes nowhere. */
export const isSecret = (text: string): boolean => /^[\w-]{1,64}$/.test(text);

/** A ticket that this phone holds. */
export interface Held {
  readonly secret: string;
  /** How it stood when the daemon was last heard, and when that was, by this phone's clock. */
  readonly seen: PhoneTicket;
  readonly heard_ms: number;
  /** The call that its holder has seen. */
  readonly answered?: string | undefined;
  /** Since when it is no longer there; an officer may still put it back. */
  readonly over_ms?: number | undefined;
}

/** Longer than any office's day after which nothing was heard. */
const DAY_MS = 16 * 3_600_000;
/** For how long a visitor who missed a call may come back. */
export const COMES_BACK_MS = 3_600_000;

const name = (branch: string) => `giliran.phone.${branch}`;

/** What the phone holds for a branch, if it is still of use. */
export function held(branch: string, now_ms: number): Held | undefined {
  try {
    const text = localStorage.getItem(name(branch));
    const found = text ? (JSON.parse(text) as Held) : undefined;
    if (found && now_ms - found.heard_ms < DAY_MS && !(now_ms - (found.over_ms ?? now_ms) > COMES_BACK_MS)) return found;
  } catch {
    // A browser that keeps nothing for pages: the address still opens the ticket.
    return undefined;
  }
  forget(branch);
  return undefined;
}

export function hold(branch: string, held: Held): void {
  try {
    localStorage.setItem(name(branch), JSON.stringify(held));
  } catch {
    // As above.
  }
}

export function forget(branch: string): void {
  try {
    localStorage.removeItem(name(branch));
  } catch {
    // As above.
  }
}

/** Puts another word behind `#`, without a step that "back" would return to. */
export const turnTo = (behind: string): void =>
  history.replaceState(null, '', location.pathname + location.search + (behind && `#${behind}`));
