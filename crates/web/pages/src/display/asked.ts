// What a wall is asked to be, by its address.
//
// Each part of an address stands on its own, so that an installer can try one after the other.

import { asked } from '../live';
import type { BranchView, CounterView, Language } from '../protocol';
import { LANGUAGES } from '../text';

/** How a wall is laid out: with everything, with calls alone, or with many earlier calls. */
export type Layout = 'hall' | 'corridor' | 'canteen';
const LAYOUTS: readonly Layout[] = ['hall', 'corridor', 'canteen'];

/** `a,b` as its parts. */
const list = (name: string): string[] => (asked(name) ?? '').split(',').filter(Boolean);

export const layoutAsked = (): Layout => LAYOUTS.find((one) => one === asked('layout')) ?? 'hall';

/** The counter whose sign this is. */
export const counterAsked = (): string | undefined => asked('counter');

/** Whether this wall says the calls itself. */
export const speaksAsked = (): boolean => asked('speak') === '1';

/** The languages of this wall, if not all of the branch's. */
export function languagesAsked(): Language[] {
  const names = list('languages');
  return names.flatMap((name) => LANGUAGES.filter(([tag]) => tag === name).map(([tag]) => tag));
}

/** Whether somebody said how large the screen is. */
export const isSized = (): boolean => Boolean(asked('inches') ?? asked('screen_cm'));

/** The zones in which this wall hangs; none where it is for the whole office. */
export const zonesAsked = (): string[] => list('zone');

/** Whether something for some zones, everywhere if there are none, is for a wall of others. */
export const isIn = (zones: readonly string[] | undefined, here: readonly string[]): boolean =>
  !zones?.length || here.length === 0 || zones.some((zone) => here.includes(zone));

/**
 * What there is to see of the zones that are asked for, or of one counter: its calls; the counters that stand there
 * or call into it; and what these take.
 */
export function seen(view: BranchView): BranchView {
  const zones = zonesAsked();
  const sign = counterAsked();
  if (zones.length === 0 && sign === undefined) return view;
  const calls = view.calls?.filter((call) => (sign === undefined ? isIn(call.zones, zones) : call.counter === sign));
  const within = ({ id, zone }: CounterView) =>
    sign === undefined ? zones.includes(zone ?? '') || calls?.some(({ counter }) => counter === id) : id === sign;
  const counters = view.counters.filter(within);
  const takes = new Set(counters.flatMap(({ services, helps }) => [...services, ...(helps ?? []).flat()]));
  return {
    ...view,
    counters,
    services: view.services.filter(({ id }) => takes.has(id)),
    ...(calls && { calls }),
  };
}
