// What goes wrong in the office now, the worst first, and what can be done about it. Pure: the caller says
// what time it is.

import type { AlarmLevel, BranchView, Command, CounterView, ServiceView, TicketView } from '../protocol';

export interface Alarm {
  readonly kind: Kind | `ahead_${AlarmLevel}`;
  /** Whether people suffer by it now; else they soon may. */
  readonly wrong: boolean;
  /** What it is about. */
  readonly service?: ServiceView;
  readonly counter?: CounterView;
  readonly number?: string;
  /** Where it was not heard; one zone without a name is the whole office. */
  readonly zones?: readonly string[];
  /** How many people, numbers or minutes. */
  readonly count?: number;
  /** When the office closes. */
  readonly at_ms?: number;
  /** The longest wait and the one that was promised. */
  readonly longest_ms?: number;
  readonly promise_ms?: number;
  readonly remedy?: Remedy;
  /** The words of one that another part of the page tells. */
  readonly told?: { readonly fact: string; readonly advice: string };
}

export type Kind =
  | 'unmanned'
  | 'beyond'
  | 'near'
  | 'unheard'
  | 'walls'
  | 'silent'
  | 'closing'
  | 'after'
  | 'paused'
  | 'quota'
  | 'sold_out'
  | 'kiosks';

/** The same for as long as the same thing lasts. */
export const idOf = ({ kind, service, counter, number }: Alarm): string =>
  [kind, service?.id, counter?.id, number].join(' ');

/** What can be done about it: a press, a dialog that opens, or a page to put on a screen. */
export type Remedy =
  | { readonly type: 'press'; readonly what: 'open' | 'resume' | 'add' | 'recall'; readonly counter: CounterView; readonly command: Command }
  | { readonly type: 'ask'; readonly what: 'extra' | 'notices' }
  | { readonly type: 'go'; readonly what: 'display' | 'speak' | 'kiosk' };

/** From what part of the promised wait on somebody is near its end. */
const NEAR = 0.8;
/** How much longer than a call may wait until nobody needs to be told any more for want of a voice. */
const OLD_CALL_MS = 360_000;
/** How long a call may wait where the office has not said. */
const WITHIN_S = 180;
/** How long a pause may be before somebody should look. */
const PAUSE_MS = 20 * 60_000;
/** From how many numbers on people should be told that they run out. */
const FEW = 5;
/** How long before closing the hall should be looked at. */
const CLOSING_MS = 30 * 60_000;

/** `ahead` is what is wrong with what is to come, if it is known. */
export function alarms(view: BranchView, waiting: readonly TicketView[], now: number, ahead?: Alarm): Alarm[] {
  const { opening, health, counters, services } = view;
  if (opening.state === 'closed') {
    if (waiting.length === 0) return [];
    return [{ kind: 'after', wrong: true, count: waiting.length, remedy: { type: 'ask', what: 'extra' } }];
  }
  const wrong: Alarm[] = [];
  const soon: Alarm[] = [];
  const add = (alarm: Alarm) => void (alarm.wrong ? wrong : soon).push(alarm);

  const works = (counter: CounterView) => counter.open && !counter.pause;
  const overdue: Alarm[] = [];
  for (const service of services) {
    const here = waiting.filter((ticket) => ticket.service === service.id).map(({ arrived_at }) => now - Date.parse(arrived_at));
    if (here.length === 0) continue;
    const help = remedy(view, service);
    if (!counters.some((counter) => works(counter) && takes(counter, service.id))) {
      add({ kind: 'unmanned', wrong: true, service, count: here.length, ...help });
      continue;
    }
    const promise_ms = (service.charter?.wait_s ?? Infinity) * 1000;
    const over = here.filter((ms) => ms > promise_ms);
    const near = here.filter((ms) => ms > promise_ms * NEAR);
    if (near.length === 0) continue;
    const kind = over.length > 0 ? 'beyond' : 'near';
    overdue.push({
      kind,
      wrong: kind === 'beyond',
      service,
      count: (kind === 'beyond' ? over : near).length,
      longest_ms: Math.max(...here),
      promise_ms,
      ...help,
    });
  }
  // Of what is late the latest first, by how much of the promise is used up.
  const used = ({ longest_ms = 0, promise_ms = 1 }: Alarm) => longest_ms / promise_ms;
  overdue.sort((a, b) => used(b) - used(a)).forEach(add);

  for (const counter of counters) {
    const alarm = unheard(view, counter, now);
    if (alarm) add(alarm);
  }
  // A hall that nobody sees or hears. Many an office has no loudspeaker: then it is no fault that none is here.
  if (health?.screens === 0) add({ kind: 'walls', wrong: true, remedy: { type: 'go', what: 'display' } });
  if (health?.speakers === 0) {
    add({ kind: 'silent', wrong: health.last_heard != null, remedy: { type: 'go', what: 'speak' } });
  }
  if (opening.state === 'open' && waiting.length > 0) {
    const at_ms = Date.parse(opening.until);
    if (at_ms - now <= CLOSING_MS) {
      add({ kind: 'closing', wrong: false, at_ms, count: waiting.length, remedy: { type: 'ask', what: 'extra' } });
    }
  }
  for (const counter of counters) {
    if (!counter.pause || now - Date.parse(counter.pause.since) <= PAUSE_MS) continue;
    const count = Math.floor((now - Date.parse(counter.pause.since)) / 60_000);
    add({ kind: 'paused', wrong: false, counter, count, remedy: goOn(counter) });
  }
  for (const service of services) {
    const left = service.numbers_left;
    if (left == null || left > FEW) continue;
    add({ kind: left === 0 ? 'sold_out' : 'quota', wrong: false, service, count: left, remedy: { type: 'ask', what: 'notices' } });
  }
  if (health?.kiosks === 0) add({ kind: 'kiosks', wrong: false, remedy: { type: 'go', what: 'kiosk' } });
  // What is stands before what is to come.
  if (ahead) add(ahead);
  return [...wrong, ...soon];
}

const takes = ({ services, helps = [] }: CounterView, service: string) =>
  services.includes(service) || helps.flat().includes(service);

const press = (what: 'open' | 'resume' | 'add' | 'recall', counter: CounterView, command: Command): Remedy => ({
  type: 'press',
  what,
  counter,
  command,
});

const goOn = (counter: CounterView): Remedy => press('resume', counter, { type: 'resume_counter', counter: counter.id });

/**
 * Who could take a service that is not taken fast enough: a counter that is closed, else one that pauses, else
 * one for which nobody waits. A counter that is kept for some visitors is left alone.
 */
function remedy(view: BranchView, service: ServiceView): { remedy?: Remedy } {
  const free = view.counters.filter(({ reserved = [] }) => reserved.length === 0);
  const able = free
    .filter((counter) => takes(counter, service.id))
    .sort((a, b) => Number(b.services.includes(service.id)) - Number(a.services.includes(service.id)));
  const closed = able.find(({ open, pause }) => !open && !pause);
  if (closed) return { remedy: press('open', closed, { type: 'open_counter', counter: closed.id }) };
  const paused = able.find(({ pause }) => pause);
  if (paused) return { remedy: goOn(paused) };
  const busy = (counter: CounterView) => view.services.some(({ id, waiting }) => waiting > 0 && takes(counter, id));
  const idle = free.find((counter) => counter.open && !counter.pause && !takes(counter, service.id) && !busy(counter));
  if (!idle) return {};
  const command: Command = { type: 'choose_services', counter: idle.id, services: [...idle.services, service.id] };
  return { remedy: press('add', idle, command) };
}

/** A call of which the daemon found that no loudspeaker has said it though one should have, while its visitor has not come. */
function unheard({ announcing, calls, reports }: BranchView, counter: CounterView, now: number): Alarm | undefined {
  const { current } = counter;
  const call = calls?.findLast((call) => call.counter === counter.id);
  if (!current || current.serving || call?.number !== current.number) return undefined;
  const zones = reports?.find((report) => report.call === call.seq)?.unheard ?? [];
  if (zones.length === 0 || now - Date.parse(call.at) > (announcing?.within_s ?? WITHIN_S) * 1000 + OLD_CALL_MS) return undefined;
  return {
    kind: 'unheard',
    wrong: true,
    number: call.number,
    counter,
    zones,
    remedy: press('recall', counter, { type: 'recall', counter: counter.id, ticket: current.ticket }),
  };
}
