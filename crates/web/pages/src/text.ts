// What the pages say, in the reader's language. Each page brings its own texts and those that it shares, so
// that no page loads another's, and a language is loaded when somebody reads it: an old kiosk on a slow
// line has little to fetch. A folder below `text` has one file per language; `ms.json` is the measure, and
// a check keeps the others' keys equal to its.

import type accessMs from './text/access/ms.json';
import type adviceMs from './text/advice/ms.json';
import type adviceHonestMs from './text/advice-honest/ms.json';
import type aidsMs from './text/aids/ms.json';
import type alarmsMs from './text/alarms/ms.json';
import type announceMs from './text/announce/ms.json';
import type announceRecordMs from './text/announce-record/ms.json';
import common from './text/common';
import type commonMs from './text/common/ms.json';
import type counterMs from './text/counter/ms.json';
import type dashboardMs from './text/dashboard/ms.json';
import type deskMs from './text/desk/ms.json';
import type dayMs from './text/day/ms.json';
import type displayMs from './text/display/ms.json';
import type displayPartsMs from './text/display-parts/ms.json';
import type exitMs from './text/exit/ms.json';
import type hallMs from './text/hall/ms.json';
import type indexMs from './text/index/ms.json';
import type installerMs from './text/installer/ms.json';
import type kioskMs from './text/kiosk/ms.json';
import type pairingMs from './text/pairing/ms.json';
import type peopleMs from './text/people/ms.json';
import type phoneMs from './text/phone/ms.json';
import type planningMs from './text/planning/ms.json';
import type planningDayMs from './text/planning-day/ms.json';
import type planningHonestyMs from './text/planning-honesty/ms.json';
import type planningOutcomeMs from './text/planning-outcome/ms.json';
import type planningRosterMs from './text/planning-roster/ms.json';
import type planningTryMs from './text/planning-try/ms.json';
import type remoteMs from './text/remote/ms.json';
import type settingsMs from './text/settings/ms.json';
import type settingsAnnouncingMs from './text/settings-announcing/ms.json';
import type settingsCallingMs from './text/settings-calling/ms.json';
import type settingsCountersMs from './text/settings-counters/ms.json';
import type settingsFileMs from './text/settings-file/ms.json';
import type settingsFormMs from './text/settings-form/ms.json';
import type settingsHoursMs from './text/settings-hours/ms.json';
import type settingsOfficeMs from './text/settings-office/ms.json';
import type settingsReviewMs from './text/settings-review/ms.json';
import type settingsSaidMs from './text/settings-said/ms.json';
import type settingsScreensMs from './text/settings-screens/ms.json';
import type settingsServicesMs from './text/settings-services/ms.json';
import type signInMs from './text/sign-in/ms.json';
import type staffMs from './text/staff/ms.json';
import type tasksMs from './text/tasks/ms.json';
import type urgentMs from './text/urgent/ms.json';
import type { Language, Texts } from './protocol';

export type Key =
  | keyof typeof accessMs
  | keyof typeof adviceMs
  | keyof typeof adviceHonestMs
  | keyof typeof aidsMs
  | keyof typeof commonMs
  | keyof typeof counterMs
  | keyof typeof dashboardMs
  | keyof typeof deskMs
  | keyof typeof alarmsMs
  | keyof typeof announceMs
  | keyof typeof announceRecordMs
  | keyof typeof commonMs
  | keyof typeof counterMs
  | keyof typeof dashboardMs
  | keyof typeof dayMs
  | keyof typeof displayMs
  | keyof typeof displayPartsMs
  | keyof typeof exitMs
  | keyof typeof hallMs
  | keyof typeof indexMs
  | keyof typeof installerMs
  | keyof typeof kioskMs
  | keyof typeof pairingMs
  | keyof typeof peopleMs
  | keyof typeof phoneMs
  | keyof typeof planningMs
  | keyof typeof planningDayMs
  | keyof typeof planningHonestyMs
  | keyof typeof planningOutcomeMs
  | keyof typeof planningRosterMs
  | keyof typeof planningTryMs
  | keyof typeof remoteMs
  | keyof typeof settingsMs
  | keyof typeof settingsAnnouncingMs
  | keyof typeof settingsCallingMs
  | keyof typeof settingsCountersMs
  | keyof typeof settingsFileMs
  | keyof typeof settingsFormMs
  | keyof typeof settingsHoursMs
  | keyof typeof settingsOfficeMs
  | keyof typeof settingsReviewMs
  | keyof typeof settingsSaidMs
  | keyof typeof settingsScreensMs
  | keyof typeof settingsServicesMs
  | keyof typeof signInMs
  | keyof typeof staffMs
  | keyof typeof tasksMs
  | keyof typeof urgentMs;

type Words = Partial<Record<Key, string>>;

/** What a page can say, by language. */
export type Book = Record<Language, () => Promise<{ default: Words }>>;

const books: Book[] = [common];
const known: Partial<Record<Language, Words>> = {};

/** Adds a page's own texts, or those of a part that comes later, before they are loaded. */
export const learn = (...more: Book[]) => books.push(...more);

/** Fetches what there is in a language. A browser fetches each book once, however often it is asked. */
export async function load(language: Language): Promise<void> {
  if (language === 'zh') void import('./style/chinese');
  // From the beginning, so that a book that is added meanwhile is fetched in this language too.
  const words = (known[language] ??= {});
  const more = await Promise.all(books.map((book) => book[language]()));
  Object.assign(words, ...more.map((word) => word.default));
}

/** Fetches what parts have added that came later, in all languages that the page speaks. */
export const loadAgain = () => Promise.all(Object.keys(known).map((tag) => load(tag as Language)));

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
