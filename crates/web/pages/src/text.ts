// What the pages say, in the reader's language. Each page brings its own texts and all share `common`, so
// that no page loads another's, and a language is loaded when somebody reads it: an old kiosk on a slow
// line has little to fetch. A folder below `text` has one file per language; `ms.json` is the measure, and
// a check keeps the others' keys equal to its. Until a language is there, Malay stands in for it.

import common from './text/common';
import type counter from './text/counter';
import type dashboard from './text/dashboard';
import type display from './text/display';
import type index from './text/index';
import type kiosk from './text/kiosk';
import type { Language, Texts } from './protocol';

export type Key =
  | keyof typeof common.ms
  | keyof typeof counter.ms
  | keyof typeof dashboard.ms
  | keyof typeof display.ms
  | keyof typeof index.ms
  | keyof typeof kiosk.ms;

type Words = Partial<Record<Key, string>>;

/** What a page can say: in Malay, and how to come by the other languages. */
export type Book = { ms: Words } & Record<Exclude<Language, 'ms'>, () => Promise<{ default: Words }>>;

const books: Book[] = [common];
const known: Partial<Record<Language, Words>> = { ms: { ...common.ms } };

/** Adds a page's own texts, before it says anything. */
export function learn(book: Book): void {
  books.push(book);
  known.ms = { ...known.ms, ...book.ms };
}

/** Fetches what there is in a language, once. */
export async function load(language: Language): Promise<void> {
  if (language === 'ms' || known[language]) return;
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

/** A sentence, its `{names}` filled in. */
export function say(language: Language, key: Key, fill: Record<string, string | number> = {}): string {
  return (known[language]?.[key] ?? known.ms?.[key] ?? '').replace(/\{(\w+)\}/g, (_, name: string) => String(fill[name] ?? ''));
}

/** A text of the office's in a language, or in Malay where there is none. */
export const pick = (texts: Texts, language: Language): string => texts[language] ?? texts.ms;

/** The language that stands beside another: English beside Malay, Malay beside all others. */
export const beside = (language: Language): Language => (language === 'ms' ? 'en' : 'ms');
