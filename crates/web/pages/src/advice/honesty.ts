// Whether the waits that were announced came true, in a sentence.

import type { Say } from '../live';
import type { HonestyFigures, HonestyView } from '../protocol';

/** A share in whole percent, rounded down: an aim that was just missed was missed. */
export const percent = (share: number): number => Math.floor(share * 100 + 1e-4);

/** Minutes with a tenth: `3.1`. */
export const minutes = (seconds: number): string => (seconds / 60).toFixed(1);

const known = ({ told, within }: HonestyFigures): number | undefined => (told > 0 && within != null ? percent(within) : undefined);

/** Nothing while nobody was told a wait and called. */
export function lineOf({ today, month }: HonestyView, say: Say): string | undefined {
  const [now, long] = [known(today), known(month)];
  if (long === undefined) return undefined;
  const within =
    now === undefined
      ? say('honest.month', { month: long, told: month.told })
      : say('honest.both', { today: now, told: today.told, month: long });
  const { error_s, naive_error_s } = month;
  if (error_s == null || naive_error_s == null) return within;
  return `${within} ${say('honest.error', { own: minutes(error_s), plain: minutes(naive_error_s) })}`;
}
