// What the pages say, in the reader's language. Each page brings its own texts and those that it shares, so
// that no page loads another's, and a language is loaded when somebody reads it: an old kiosk on a slow
// line has little to fetch. A folder below `text` has one file per language; `ms.json` is the measure, and
// a check keeps the others' keys equal to its.

import common from './text/common';
import type commonMs from './text/common/ms.json';
import type counterMs from './text/counter/ms.json';
import type dashboardMs from './text/dashboard/ms.json';
import type displayMs from './text/display/ms.json';
import type hallMs from './text/hall/ms.json';
import type indexMs from './text/index/ms.json';
import type kioskMs from './text/kiosk/ms.json';
import type staffMs from './text/staff/ms.json';
import type { Language, Texts } from './protocol';

export type Key =
  | keyof typeof commonMs
  | keyof typeof counterMs
  | keyof typeof dashboardMs
  | keyof typeof displayMs
  | keyof typeof hallMs
  | keyof typeof indexMs
  | keyof typeof kioskMs
  | keyof typeof staffMs;

type Words = Partial<Record<Key, string>>;

/** What a page can say, by language. */
export type Book = Record<Language, () => Promise<{ default: Words }>>;

const books: Book[] = [common];
const known: Partial<Record<Language, Words>> = {};

/** Adds a page's own texts, before any language is loaded. */
export const learn = (...more: Book[]) => books.push(...more);

/** Fetches what there is in a language, once. */
export async function load(language: Language): Promise<void> {
  if (known[language]) return;
  const words = await Promise.all(books.map((book) => book[language]()));
  known[language] = Object.assign({}, ...words.map((word) => word.default));
}

/** The languages as a page offers them, each by its own name. */
export const LANGUAGES: readonly (readonly [Language, string])[] = [
  ['ms', 'Bahasa Melayu'],
  ['en', 'English'],
  ['zh', '中文'],
  ['ta', 'தமிழ்'],
];

/** A sentence, its `{names}` filled in, in a language that is loaded. */
export function say(language: Language, key: Key, fill: Record<string, string | number> = {}): string {
  return (known[language]?.[key] ?? '').replace(/\{(\w+)\}/g, (_, name: string) => String(fill[name] ?? ''));
}

/** A text of the office's in a language, or in Malay where there is none. */
export const pick = (texts: Texts, language: Language): string => texts[language] ?? texts.ms;

/** The language that stands beside another: English beside Malay, Malay beside all others. */
export const beside = (language: Language): Language => (language === 'ms' ? 'en' : 'ms');
