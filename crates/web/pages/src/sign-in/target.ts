// Where somebody is led who has signed in.

import type { Grant, Role } from '../protocol';

/**
 * The page that was asked for, if it is one of ours. `to` comes from an address that anybody may have
 * written: it must lead to no other host, and ask for nothing but a page.
 */
export function ours(to: string | undefined, origin: string): string | undefined {
  if (!to || !/^\/(?![/\\])/.test(to)) return undefined;
  // As the browser reads it: tabs and newlines drop out, and `/.//host` becomes a path with two slashes.
  const url = new URL(to, origin);
  if (url.origin !== origin || /^\/(?:\/|api\/|sign-in)/.test(url.pathname)) return undefined;
  return url.pathname + url.search + url.hash;
}

/** The page that was asked for, else the one for the person's work. */
export const target = (to: string | undefined, grants: readonly Grant[], origin: string): string =>
  origin + (ours(to, origin) ?? home(grants));

/** Where the work is, for whom. A supervisor who also works at a counter looks after the hall first. */
const HOMES: readonly (readonly [Role, string])[] = [
  ['supervisor', '/dashboard'],
  ['officer', '/counter'],
];

function home(grants: readonly Grant[]): string {
  for (const [role, page] of HOMES) {
    const mine = grants.filter((grant) => grant.role === role);
    const [only] = mine;
    if (only) return mine.length === 1 && only.branch ? `${page}?${new URLSearchParams({ branch: only.branch })}` : page;
  }
  return '/people';
}
