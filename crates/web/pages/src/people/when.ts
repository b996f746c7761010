// Moments as people read them, by the clock of whoever reads: this page is for no one branch.

import type { Language } from '../protocol';

const LOCALES: Record<Language, string> = { ms: 'ms-MY', en: 'en-MY', zh: 'zh-Hans-MY', ta: 'ta-MY' };

/** `21 Nov 2026, 14:05`; with seconds where the order counts. */
export const moment = (at: string, language: Language, seconds = false): string =>
  new Intl.DateTimeFormat(LOCALES[language], {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds && { second: '2-digit' }),
    hourCycle: 'h23',
  }).format(Date.parse(at));
