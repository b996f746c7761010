// A device asks to take part: it gets a code for its screen, and asks until somebody has approved it.

import { ask } from '../access/ask';
import type { DeviceKind, ErrorView, Pairing, PairingOffer } from '../protocol';

/** How often it asks whether it was approved. */
export const CLAIM_MS = 3_000;
/** How long it waits where no code is to be had. */
export const NO_CODE_MS = 5_000;

export interface PairingListener {
  /** The code for the screen. */
  code(code: string): void;
  /** Why there is none, or nothing where the daemon does not answer. */
  none(why: ErrorView | undefined): void;
  /** It is approved, and the browser keeps the key. */
  paired(): void;
}

/** Asks until it is paired or no longer wanted. A code that has expired is followed by another. */
export function pair(device: DeviceKind, branch: string, listener: PairingListener): () => void {
  let over = false;
  let timer: ReturnType<typeof setTimeout>;
  const later = (ms: number, next: () => Promise<void>) => {
    if (!over) timer = setTimeout(() => void next(), ms);
  };
  const begin = async (): Promise<void> => {
    const answer = await ask<PairingOffer>('POST', '/pairing', { device, branch });
    if (over) return;
    if (answer.type === 'found') {
      listener.code(answer.found.code);
      return later(CLAIM_MS, () => claim(answer.found.claim));
    }
    listener.none(answer.type === 'refused' ? answer.error : undefined);
    later(Math.max(NO_CODE_MS, answer.type === 'refused' ? answer.after_ms : 0), begin);
  };
  const claim = async (secret: string): Promise<void> => {
    const answer = await ask<Pairing>('POST', '/pairing/claim', { claim: secret, cookie: true });
    if (over) return;
    if (answer.type === 'found' && answer.found.state === 'paired') return listener.paired();
    if (answer.type === 'refused' && answer.error.code === 'unknown_pairing') return begin();
    // Waiting, too busy, or cut off: the code on the screen is still good.
    later(Math.max(CLAIM_MS, answer.type === 'refused' ? answer.after_ms : 0), () => claim(secret));
  };
  void begin();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
