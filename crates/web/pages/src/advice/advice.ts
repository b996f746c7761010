// What an advice says in words, and what is pressed to follow it. Pure: the caller says what time it is.

import { placeOf, serviceOf } from '../dashboard/name';
import type { Say } from '../live';
import type { AdviceView, AlarmLevel, BranchView, Command, ForecastView, Language, Me } from '../protocol';
import { clock } from '../time';

/** How old a forecast may be until nothing is said of it any more. */
const OLD_MS = 180_000;
/** What is to be done within so long is to be done now. */
const NOW_MS = 60_000;

/** A forecast, if it is new enough to go by. */
export const fresh = (forecast: ForecastView | undefined, now: number): ForecastView | undefined =>
  forecast && now - Date.parse(forecast.at) <= OLD_MS ? forecast : undefined;

/** Whether somebody may follow it. What is allowed is the daemon's to say; this only spares people a refusal. */
export const mayDo = (me: Me | undefined, branch: string): boolean =>
  me?.kind === 'anybody' ||
  (me?.kind === 'person' && me.grants.some((grant) => grant.role === 'supervisor' && (!grant.branch || grant.branch === branch)));

/** Whether its time has come. */
export const isDue = ({ by }: AdviceView, now: number): boolean => Date.parse(by) - now <= NOW_MS;

/** Whether it can be followed now: a counter may open before it must, but not close before it can be spared. */
export const canDo = (advice: AdviceView, now: number): boolean => advice.step === 'open' || isDue(advice, now);

const same = (some: readonly string[], others: readonly string[]) =>
  some.length === others.length && some.every((one) => others.includes(one));

/** What is still to be pressed to follow it, in order: what a counter takes comes before its opening. */
export function stepsOf({ step, counters }: AdviceView, view: BranchView): Command[] {
  return counters.flatMap(({ counter, services }): Command[] => {
    const there = view.counters.find(({ id }) => id === counter);
    if (!there) return [];
    if (step === 'close') return there.open ? [{ type: 'close_counter', counter }] : [];
    const helps = (there.helps ?? []).map((tier) => tier.filter((one) => !services.includes(one))).filter((tier) => tier.length > 0);
    return [
      ...(services.length === 0 || same(services, there.services)
        ? []
        : [{ type: 'choose_services', counter, services, helps } satisfies Command]),
      ...(there.pause ? [{ type: 'resume_counter', counter } satisfies Command] : there.open ? [] : [{ type: 'open_counter', counter } satisfies Command]),
    ];
  });
}

/** The counters by their names, as far as they are known. */
export const placesOf = ({ counters }: AdviceView, view: BranchView, say: Say): string[] =>
  counters.map(({ counter }) => {
    const there = view.counters.find(({ id }) => id === counter);
    return there ? placeOf(there, say) : counter;
  });

/** What to do and by when: `Open 2 more counters for Passport by 10:20`. */
export function whatOf(advice: AdviceView, view: BranchView, now: number, say: Say, language: Language): string {
  const { step, counters, service, by } = advice;
  const count = counters.length;
  const time = clock(Date.parse(by), view.time_zone);
  const when = isDue(advice, now) ? say('advice.now') : say(step === 'open' ? 'advice.by' : 'advice.from', { time });
  return say(`advice.${step}.${count === 1 ? 'one' : 'more'}`, { count, when, service: serviceOf(view, service, language) });
}

/** What it would bring, by the minutes of the charter where all services promise the same. */
export function whyOf({ step, until, late_without, late_with, people }: AdviceView, view: BranchView, say: Say): string {
  const promises = new Set(view.services.flatMap(({ charter }) => charter?.wait_s ?? []));
  const [wait_s] = promises;
  return say(`advice.why.${step}`, {
    without: late_without,
    with: late_with,
    people,
    until: clock(Date.parse(until), view.time_zone),
    limit: promises.size === 1 && wait_s !== undefined ? say('advice.over', { minutes: Math.round(wait_s / 60) }) : say('advice.promised'),
  });
}

/** What changes at one of its counters beside that it opens: that a pause ends, or what it takes from then on. */
export function changeOf(advice: AdviceView, counter: string, view: BranchView, say: Say, language: Language): string | undefined {
  const there = view.counters.find(({ id }) => id === counter);
  const services = advice.counters.find((one) => one.counter === counter)?.services ?? [];
  if (!there || advice.step === 'close') return undefined;
  const told = [
    there.pause && say('advice.resumes'),
    services.length > 0 && !same(services, there.services) && say('advice.takes', { names: services.map((id) => serviceOf(view, id, language)).join(', ') }),
  ].filter(Boolean);
  return told.length > 0 ? told.join('; ') : undefined;
}

/** How an alarm of what is to come is called among the others. */
export const kindOf = (level: AlarmLevel) => (level === 'none' ? undefined : (`ahead_${level}` as const));
