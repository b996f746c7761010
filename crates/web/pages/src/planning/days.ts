// Days by their dates, without a time or a zone.

import type { Language } from '../protocol';

const LOCALES: Record<Language, string> = { ms: 'ms-MY', en: 'en-MY', zh: 'zh-Hans-MY', ta: 'ta-MY' };

const DAY_MS = 86_400_000;
const text = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The date so many days later: `2026-11-30`. */
export const plus = (day: string, days: number): string => text(Date.parse(day) + days * DAY_MS);

/** The Monday of a day's week. */
export const mondayOf = (day: string): string => plus(day, -((new Date(day).getUTCDay() + 6) % 7));

/** The date that a place's calendar shows. */
export const dateIn = (zone: string, now: number): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now);

/** `Isn, 30 Nov`; `long` with its year. */
export const dayOf = (day: string, language: Language, long = false): string =>
  new Intl.DateTimeFormat(LOCALES[language], {
    timeZone: 'UTC',
    day: 'numeric',
    month: long ? 'long' : 'short',
    ...(long ? { year: 'numeric' } : { weekday: 'short' }),
  }).format(Date.parse(day));
