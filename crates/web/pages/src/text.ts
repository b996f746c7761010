// What the pages say, in the reader's language. One file per language under `text`; `ms.json` is the
// measure, and a check keeps the others' keys equal to its.

import en from './text/en.json';
import ms from './text/ms.json';
import ta from './text/ta.json';
import zh from './text/zh.json';
import type { Language, Texts } from './protocol';

const TEXTS: Record<Language, typeof ms> = { ms, en, zh, ta };

export type Key = keyof typeof ms;

/** The languages as a page offers them, each by its own name. */
export const LANGUAGES: readonly (readonly [Language, string])[] = [
  ['ms', 'Bahasa Melayu'],
  ['en', 'English'],
  ['zh', '中文'],
  ['ta', 'தமிழ்'],
];

/** A sentence, its `{names}` filled in. */
export function say(language: Language, key: Key, fill: Record<string, string | number> = {}): string {
  return TEXTS[language][key].replace(/\{(\w+)\}/g, (_, name: string) => String(fill[name] ?? ''));
}

/** A text of the office's in a language, or in Malay where there is none. */
export const pick = (texts: Texts, language: Language): string => texts[language] ?? texts.ms;

/** The language that stands beside another: English beside Malay, Malay beside all others. */
export const beside = (language: Language): Language => (language === 'ms' ? 'en' : 'ms');
