// Times as people read them, in the branch's time zone. The caller says what time it is.

import type { Language, Wait } from './protocol';
import { say } from './text';

const LOCALES: Record<Language, string> = { ms: 'ms-MY', en: 'en-MY', zh: 'zh-Hans-MY', ta: 'ta-MY' };

/** Making a format is slow and pages ask every second. */
const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${JSON.stringify(options)}`;
  let known = formats.get(key);
  if (!known) formats.set(key, (known = new Intl.DateTimeFormat(locale, { timeZone, ...options })));
  return known;
}

/** `14:05`, as all four languages write it. */
export const clock = (at_ms: number, timeZone: string): string =>
  format('en-GB', timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at_ms);

/** `Sabtu, 21 November 2026`. */
export const date = (at_ms: number, timeZone: string, language: Language): string =>
  format(LOCALES[language], timeZone, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  }).format(at_ms);

/** `4:07`, or `1:04:07` from an hour on. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** An elapsed time for machines: `PT4M7S`. */
export const duration = (ms: number): string => `PT${Math.max(0, Math.floor(ms / 1000))}S`;

/** From how many minutes on a wait is told in hours. */
const LONG_MIN = 120;

/**
 * `kira-kira 5–12 minit`, from the median, rounded down, to the 90th percentile, rounded up; `short`:
 * `5–12 min`.
 */
export function range(wait: Wait | null | undefined, language: Language, short = false): string {
  if (!wait) return say(language, 'wait.unknown');
  const unit = wait.p50_s >= LONG_MIN * 60 ? 3600 : 60;
  const from = Math.floor(wait.p50_s / unit);
  const to = Math.max(1, Math.ceil(wait.p90_s / unit));
  if (unit === 3600) return say(language, short ? 'wait.hours.short' : 'wait.hours', { from, to });
  if (to === 1) return say(language, 'wait.moment');
  if (from === 0) return say(language, 'wait.under', { to });
  if (from === to) return say(language, 'wait.about', { to });
  return say(language, short ? 'wait.range.short' : 'wait.range', { from, to });
}
