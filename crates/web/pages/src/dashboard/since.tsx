// A live timer.

import { duration, elapsed } from '../time';

export function Since({ at, now }: { at: string; now: number }) {
  const ms = now - Date.parse(at);
  return <time dateTime={duration(ms)}>{elapsed(ms)}</time>;
}
