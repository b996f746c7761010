// From what is filled in for each counter to the plan that is sent, and to what of it can be done at once. Pure:
// the caller says what time it is.

import type { BranchView, Command, CounterPlan, CounterView, StretchPlan } from '../protocol';
import { todayAt } from '../time';

export type How = 'as_is' | 'open' | 'closed' | 'between';

/** What is filled in for a counter; times as `14:05`, empty where nothing is. */
export interface Row {
  readonly how: How;
  readonly start: string;
  readonly end: string;
  /** A break, in which it is closed. */
  readonly rest_start: string;
  readonly rest_end: string;
}

export const AS_IS: Row = { how: 'as_is', start: '', end: '', rest_start: '', rest_end: '' };

/** What is wrong with a row, and at which of its fields. */
export interface Fault {
  readonly at: keyof Row;
  readonly why: 'missing' | 'order' | 'over' | 'after' | 'outside';
}

export interface Day {
  readonly now: number;
  /** When the office closes, or how far the forecast looks. */
  readonly until: number;
  readonly zone: string;
}

/** The moment of this business day at which the clock shows a time: one past midnight is still to come. */
function moment(time: string, { now, until, zone }: Day): number {
  const at = todayAt(time, now, zone);
  const next = at + 86_400_000;
  return at < now && next <= until ? next : at;
}

/** When a counter would be open, or what is wrong with its row; nothing where it stays as it is. */
export function stretches(row: Row, day: Day): { open: StretchPlan[] } | Fault | undefined {
  if (row.how === 'as_is') return undefined;
  if (row.how === 'closed') return { open: [] };
  const between = row.how === 'between';
  if (between && !row.start) return { at: 'start', why: 'missing' };
  if (between && !row.end) return { at: 'end', why: 'missing' };
  const from = between ? Math.max(moment(row.start, day), day.now) : day.now;
  const until = between ? Math.min(moment(row.end, day), day.until) : day.until;
  if (between && moment(row.end, day) <= moment(row.start, day)) return { at: 'end', why: 'order' };
  if (until <= day.now) return { at: 'end', why: 'over' };
  if (from >= day.until) return { at: 'start', why: 'after' };
  const stretch = (from: number, until: number) => ({ from: new Date(from).toISOString(), until: new Date(until).toISOString() });
  if (!row.rest_start && !row.rest_end) return { open: [stretch(from, until)] };
  if (!row.rest_start) return { at: 'rest_start', why: 'missing' };
  if (!row.rest_end) return { at: 'rest_end', why: 'missing' };
  const [rest, back] = [moment(row.rest_start, day), moment(row.rest_end, day)];
  if (back <= rest) return { at: 'rest_end', why: 'order' };
  if (back <= from || rest >= until) return { at: 'rest_start', why: 'outside' };
  return { open: [...(rest > from ? [stretch(from, rest)] : []), ...(back < until ? [stretch(back, until)] : [])] };
}

/** The counters' plans in the office's order, and what is wrong by counter. */
export function planOf(rows: Record<string, Row>, counters: readonly CounterView[], day: Day): { plans: CounterPlan[]; faults: Record<string, Fault> } {
  const plans: CounterPlan[] = [];
  const faults: Record<string, Fault> = {};
  for (const { id } of counters) {
    const found = stretches(rows[id] ?? AS_IS, day);
    if (!found) continue;
    if ('why' in found) faults[id] = found;
    else plans.push({ counter: id, open: found.open });
  }
  return { plans, faults };
}

/** The counter that a refusal speaks of, if it names one. */
export const blamed = (detail: string | null | undefined, counters: readonly CounterView[]): string | undefined =>
  counters.find(({ id }) => detail?.split(/[^\w-]+/).includes(id))?.id;

/** So many counters open from now on and the others closed; those that are open already come first. */
export function firstOpen(counters: readonly CounterView[], count: number): Record<string, Row> {
  const order = counters.toSorted((a, b) => Number(b.open && !b.pause) - Number(a.open && !a.pause));
  return Object.fromEntries(order.map(({ id }, n) => [id, { ...AS_IS, how: n < count ? 'open' : 'closed' }]));
}

/** What of a plan can be done at once: what is open now and should not be, and what should be and is not. */
export function atOnce(plans: readonly CounterPlan[], view: BranchView, now: number): Command[] {
  return plans.flatMap(({ counter, open }): Command[] => {
    const there = view.counters.find(({ id }) => id === counter);
    if (!there) return [];
    // What began while somebody read the outcome has begun.
    const should = open.some(({ from, until }) => Date.parse(from) <= now && now < Date.parse(until));
    if (!should) return there.open ? [{ type: 'close_counter', counter }] : [];
    if (there.pause) return [{ type: 'resume_counter', counter }];
    return there.open ? [] : [{ type: 'open_counter', counter }];
  });
}
