// A question to the daemon that is no command: asked once, and answered in one of three ways.

import type { ErrorView } from '../protocol';

export type Answer<Found> =
  | { readonly type: 'found'; readonly found: Found }
  | {
      readonly type: 'refused';
      readonly error: ErrorView;
      /** Whether it may fare better in a moment: too busy, starting, stopping or broken. */
      readonly passing: boolean;
      /** When it may be asked again, if the daemon says so. */
      readonly after_ms: number;
    }
  | { readonly type: 'lost' };

/** Below `/api/v1`; `key` is a header that opens what no session does. Never throws. */
export async function ask<Found = unknown>(
  method: string,
  path: string,
  body?: unknown,
  key: Record<string, string> = {},
): Promise<Answer<Found>> {
  try {
    const response = await fetch(`/api/v1${path}`, {
      method,
      headers: { ...key, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    const answer: unknown = text ? JSON.parse(text) : undefined;
    if (response.ok) return { type: 'found', found: answer as Found };
    const { error } = answer as { error: ErrorView };
    const passing = response.status >= 500 || response.status === 429 || response.status === 408;
    return { type: 'refused', error, passing, after_ms: 1000 * Number(response.headers.get('retry-after') ?? 0) || 0 };
  } catch {
    return { type: 'lost' };
  }
}
