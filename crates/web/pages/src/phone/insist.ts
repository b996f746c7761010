// Sends what a visitor pressed until it is answered: with the same id, so that it happens once.

import { ask, type Answer } from '../access/ask';

/** How long an answer is waited for. */
const PATIENCE_MS = 20_000;
const PAUSE_MS = 1_500;

export async function insist<Found = unknown>(
  path: string,
  body: { readonly id: string },
  key?: Record<string, string>,
): Promise<Answer<Found>> {
  const begun_ms = Date.now();
  for (;;) {
    const answer = await ask<Found>('POST', path, body, key);
    if (answer.type === 'found' || (answer.type === 'refused' && !answer.passing)) return answer;
    const pause_ms = Math.max(PAUSE_MS, answer.type === 'refused' ? answer.after_ms : 0) * (1 + Math.random() / 4);
    if (Date.now() + pause_ms - begun_ms > PATIENCE_MS) return answer;
    await new Promise((done) => setTimeout(done, pause_ms));
  }
}
