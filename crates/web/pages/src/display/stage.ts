// Which calls have the stage of a wall, and for how long.
//
// Pure: the caller says what time it is, by any clock that only goes forward, and how many places there are.
//
// Calls that come at once stand beside each other, as many as can be read, so that hardly anybody waits for
// the stage. A call stays until it was said, as far as a wall can tell, and at least `SHOWN_MS`. Only when more
// come than there are places does one make room sooner, and then the one that was said already.
//
// Invariant: calls come on stage in the order of the log, each once, and none leaves before `SHORTEST_MS`
// unless its own number is called again.

import type { CallView } from '../protocol';
import { schedule, type Said } from './said';

/** How long each call is on stage: the chime and two languages. */
export const SHOWN_MS = 14_000;
/**
 * The same where no loudspeaker says it: twice as long. Whoever hears the number called looks up at once;
 * whoever has to find it there by a glance now and then must still find it.
 */
export const SHOWN_SILENT_MS = 28_000;
/**
 * Each call has so long, whatever comes: five seconds, more than a call in its short form and enough to find one of
 * twelve, and what a slow machine takes to draw it.
 */
export const SHORTEST_MS = 5_250;
/** So long a call waits for the stage while those on it are not said yet. */
export const PATIENCE_MS = 8_000;

/** What the wall is like. */
export interface House {
  /** How many calls can stand beside each other. */
  readonly places: number;
  /** Whether nobody says the calls aloud. */
  readonly silent: boolean;
}

export interface Shown {
  readonly call: CallView;
  /** When it came on stage; none for a call of before the wall was switched on. */
  readonly since_ms: number | undefined;
}

export interface Stage {
  /** The calls that people see, by their places; none at the beginning of a day. */
  readonly on: readonly Shown[];
  /** Calls that wait for the stage, and since when. */
  readonly queue: readonly { readonly call: CallView; readonly came_ms: number }[];
  /** The last call that this stage knows of. */
  readonly seen: number;
  /** When each is said, as far as a wall can tell. */
  readonly said: readonly Said[];
  /** The call that this very wall says now. */
  readonly saying: number | undefined;
}

/** A wall that was just switched on: it shows the last call, and does not make as if it were new. */
export function open(calls: readonly CallView[]): Stage {
  const call = calls.at(-1);
  const on = call ? [{ call, since_ms: undefined }] : [];
  return { on, queue: [], seen: call?.seq ?? 0, said: [], saying: undefined };
}

/** Takes in the branch's last calls. With none left, a new day has begun. */
export function hear(stage: Stage, calls: readonly CallView[], now_ms: number, house: House): Stage {
  if (calls.length === 0) return open(calls);
  const fresh = calls.filter(({ seq }) => seq > stage.seen);
  if (fresh.length === 0) return stage;
  const queue = [...stage.queue, ...fresh.map((call) => ({ call, came_ms: now_ms }))];
  const said = house.silent ? [] : schedule(stage.said, fresh.map(({ seq }) => seq), now_ms);
  return advance({ ...stage, queue, said, seen: fresh.at(-1)?.seq ?? stage.seen }, now_ms, house);
}

/** Notes which call this wall says itself, so that it stands there meanwhile, again if need be. */
export function say(stage: Stage, call: CallView | undefined, now_ms: number): Stage {
  const stands = !call || newestOf(stage.on, call) || stage.queue.some(({ call: { seq } }) => seq === call.seq);
  return { ...stage, on: stands ? stage.on : [...stage.on, { call, since_ms: now_ms }], saying: call?.seq };
}

/** Whether this call, or a newer one of its number, stands there. */
const newestOf = (on: readonly Shown[], { number, seq }: CallView): boolean =>
  on.some(({ call }) => call.number === number && call.seq >= seq);

/** Lets calls come and go by what time it is. */
export function advance(stage: Stage, now_ms: number, house: House): Stage {
  let { on, queue } = stage;
  for (let next = queue[0]; next; next = queue[0]) {
    const { call, came_ms } = next;
    let place = on.findIndex((shown) => shown.call.number === call.number);
    if (place < 0 && on.length >= house.places) place = leaving(stage, on, came_ms, now_ms);
    // What was there when the wall was switched on gives way to the first call.
    if (place < 0 && on.length === 1 && on[0]?.since_ms === undefined) place = 0;
    if (place < 0 && on.length >= house.places) break;
    on = place < 0 ? [...on, { call, since_ms: now_ms }] : on.with(place, { call, since_ms: now_ms });
    queue = queue.slice(1);
  }
  if (queue.length === 0) {
    const newest = Math.max(...on.map(({ call }) => call.seq));
    const stay = on.filter((shown) => shown.call.seq === newest || !isOver(stage, shown, now_ms, house));
    if (stay.length < on.length) on = stay;
  }
  return on === stage.on && queue === stage.queue ? stage : { ...stage, on, queue };
}

/** Whose place the next call gets: of those that had their least time one that was said, else the oldest. */
function leaving(stage: Stage, on: readonly Shown[], came_ms: number, now_ms: number): number {
  const may = on
    .filter(({ since_ms, call }) => now_ms >= (since_ms ?? -Infinity) + SHORTEST_MS && !isSaid(stage, call, now_ms, 'now'))
    .sort((a, b) => (a.since_ms ?? 0) - (b.since_ms ?? 0) || a.call.seq - b.call.seq);
  const done = may.find(({ call }) => !isSaid(stage, call, now_ms, 'later'));
  const one = done ?? (now_ms >= came_ms + PATIENCE_MS ? may[0] : undefined);
  return one ? on.indexOf(one) : -1;
}

/** Whether a call is being said, or will be. */
function isSaid({ said, saying }: Stage, { seq }: CallView, now_ms: number, when: 'now' | 'later'): boolean {
  if (saying === seq) return true;
  const time = said.find((one) => one.seq === seq);
  return time !== undefined && now_ms < time.to_ms && (when === 'later' || now_ms >= time.from_ms);
}

/** Whether a call had its time. */
const isOver = (stage: Stage, { call, since_ms }: Shown, now_ms: number, { silent }: House): boolean =>
  now_ms >= (since_ms ?? -Infinity) + (silent ? SHOWN_SILENT_MS : SHOWN_MS) && !isSaid(stage, call, now_ms, 'later');

/** Whether time alone can change what is on stage. */
export const isBusy = ({ on, queue }: Stage): boolean => on.length > 1 || queue.length > 0;

/** How many calls can stand beside each other and still be read across the hall, by the screen's shape. */
export function placesOf(width: number, height: number): number {
  if (width > 2.6 * height) return 6;
  return width > height ? 12 : 10;
}
