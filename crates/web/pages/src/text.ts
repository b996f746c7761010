// What the pages say, in the reader's language. Each page brings its own texts and all share `common`, so
// that no page loads another's. A folder below `text` has one file per language; `ms.json` is the
// measure, and a check keeps the others' keys equal to its.

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

/** What a page can say, by language. */
export type Book = Record<Language, Partial<Record<Key, string>>>;

const known: Book = { ms: { ...common.ms }, en: { ...common.en }, zh: { ...common.zh }, ta: { ...common.ta } };

/** Adds a page's own texts, before it says anything. */
export function learn(book: Book): void {
  for (const [language] of LANGUAGES) Object.assign(known[language], book[language]);
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
  return (known[language][key] ?? '').replace(/\{(\w+)\}/g, (_, name: string) => String(fill[name] ?? ''));
}

/** A text of the office's in a language, or in Malay where there is none. */
export const pick = (texts: Texts, language: Language): string => texts[language] ?? texts.ms;

/** The language that stands beside another: English beside Malay, Malay beside all others. */
export const beside = (language: Language): Language => (language === 'ms' ? 'en' : 'ms');
