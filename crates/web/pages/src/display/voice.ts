// The order in which a screen says calls and announcements, and the element that plays them.
//
// Invariants: one sound at a time; calls are in the order of the log, each said once at most; while something is
// urgent nothing else is said; of everything that is not said the daemon is told why.

import type { AnnouncementView, BranchView, CallView, Report, UrgentView } from '../protocol';
import { isIn } from './asked';
import { isQuiet, languagesOf, volumeOf } from './place';

/** What is older than this when it comes in is of no use to anybody. */
const STALE_MS = 60_000;
/** A call that has waited so long is left out if its visitor has come meanwhile. */
const COME_MS = 15_000;
/** How much longer than a call may wait what is of no hurry may have waited. */
const SAID_LATE_MS = 300_000;
/** How long a call may wait, where the office does not say. */
const WITHIN_S = 90;
/** With more calls waiting than this, only the first language is spoken. */
const ONE_LANGUAGE_OVER = 2;
/** The silence between two repetitions of something urgent: time to act on it. */
const URGENT_PAUSE_MS = 5_000;
/** Nothing that is said takes so long. */
const LONGEST_MS = 90_000;

type Made = CallView | AnnouncementView;

/** What is said now; something urgent with its place in the log, while that is known. */
interface Turn {
  readonly made: Made | UrgentView;
  readonly seq: number | undefined;
  readonly urgent: boolean;
}

export interface VoiceListener {
  says(call: CallView | undefined): void;
  report(what: Report): void;
  /** Whether the browser lets this page be heard. */
  allowed(allowed: boolean): void;
  /** Whether the last sound could be played. */
  works(works: boolean): void;
}

export class Voice {
  #audio = new Audio();
  #context = new AudioContext();
  #seen: { log: string; seq: number } | undefined;
  #view: BranchView | undefined;
  /** The daemon's clock minus this machine's. */
  #ahead_ms = 0;
  #calls: CallView[] = [];
  #others: AnnouncementView[] = [];
  #urgent: UrgentView[] = [];
  /** Where in the log each of what is urgent stands. */
  #places = new Map<number, number>();
  /** Which of what is urgent comes next, and when. */
  #next = 0;
  #rests_until = 0;
  #wakes: ReturnType<typeof setTimeout> | undefined;
  /** What is urgent that is being said. */
  #alarm: number | undefined;
  /** Cuts off what is being said, for what is urgent. */
  #cut: (() => void) | undefined;
  #busy = false;
  #allowed: boolean | undefined;
  #closed = false;

  constructor(
    readonly branch: string,
    /** The zones in which it is heard; all of them when empty. */
    readonly here: readonly string[],
    readonly listener: VoiceListener,
  ) {
    this.#context.onstatechange = () => this.#ask();
    this.#ask();
  }

  /** Takes in the picture. What was made before the first is not said, but for what is urgent still. */
  hear(log: string, view: BranchView, now: number): void {
    this.#view = view;
    this.#ahead_ms = now - Date.now();
    const listed: Made[] = [...(view.calls ?? []), ...(view.announcements ?? [])].sort((a, b) => a.seq - b.seq);
    const before = this.#seen?.log === log ? this.#seen.seq : Infinity;
    this.#seen = { log, seq: Math.max(listed.at(-1)?.seq ?? 0, before < Infinity ? before : 0) };
    for (const made of listed) {
      if ('sound' in made && made.urgent != null) this.#places.set(made.urgent, made.seq);
      if (made.seq > before && isIn(made.zones, this.here)) this.#take(made);
    }
    const urgent = (view.urgent ?? []).filter(({ zones }) => isIn(zones, this.here));
    if (urgent.some(({ id }) => !this.#urgent.some((known) => known.id === id))) {
      // The newest first, and at once.
      this.#next = urgent.length - 1;
      this.#rests_until = 0;
      this.#cut?.();
    }
    // What was called off is not said to its end.
    if (this.#alarm !== undefined && !urgent.some(({ id }) => id === this.#alarm)) this.#cut?.();
    this.#urgent = urgent;
    void this.#go();
  }

  /** Somebody has touched the screen. */
  allow(): void {
    void this.#context.resume();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#wakes);
    this.#audio.pause();
    void this.#context.close();
  }

  #ask(): void {
    const allowed = this.#context.state === 'running';
    if (this.#closed || allowed === this.#allowed) return;
    this.#allowed = allowed;
    this.listener.allowed(allowed);
    void this.#go();
  }

  #now = () => Date.now() + this.#ahead_ms;

  /** How long ago somebody wanted it to be said. */
  #age = (made: Made) => this.#now() - Date.parse(('due' in made && made.due) || made.at);

  #within_ms = () => (this.#view?.announcing?.within_s ?? WITHIN_S) * 1000;

  #report({ seq, zones }: { seq: number | undefined; zones?: string[] }, what: Report['what'], why?: string): void {
    if (seq === undefined) return;
    const mine = this.here.length > 0 && { zones: zones?.length ? zones.filter((zone) => this.here.includes(zone)) : [...this.here] };
    this.listener.report({ call: seq, what, ...mine, ...(why !== undefined && { why: why.slice(0, 200) }) });
  }

  /** Takes in what is new. */
  #take(made: Made): void {
    const urgent = 'sound' in made && made.urgent != null;
    if (!urgent && this.#age(made) > STALE_MS) return this.#report(made, 'failed', 'stale');
    this.#report(made, 'queued');
    if (urgent) return; // it is said for as long as it is urgent
    if ('sound' in made) {
      this.#others.push(made);
      return;
    }
    // What was to be said of the same number would be said twice in a row.
    const isSame = ({ number, counter }: CallView) => number === made.number && counter === made.counter;
    this.#calls = this.#calls.filter((call) => !isSame(call) || this.#report(call, 'withheld', 'called again meanwhile'));
    this.#calls.push(made);
  }

  /** What comes next; nothing while what is urgent rests. */
  #choose(): Turn | undefined {
    const { length } = this.#urgent;
    if (length > 0) {
      const rest_ms = this.#rests_until - performance.now();
      clearTimeout(this.#wakes);
      if (rest_ms > 0) {
        this.#wakes = setTimeout(() => void this.#go(), rest_ms);
        return undefined;
      }
      const made = this.#urgent[this.#next % length]!;
      this.#next = (this.#next + 1) % length;
      return { made, seq: this.#places.get(made.id), urgent: true };
    }
    this.#leaveOut();
    const [other] = this.#others;
    // A call goes before what is of no hurry, but not for ever.
    const isOther = other && (this.#calls.length === 0 || this.#age(other) > this.#within_ms());
    const made = isOther ? this.#others.shift() : this.#calls.shift();
    return made && { made, seq: made.seq, urgent: false };
  }

  /** Takes out what is not to be said any more. */
  #leaveOut(): void {
    const quiet = ({ zones }: Made) => isQuiet(this.#view?.announcing, zones, this.here, this.#now());
    this.#calls = this.#calls.filter((call) => {
      const current = this.#view?.counters.find(({ id }) => id === call.counter)?.current;
      if (quiet(call)) return this.#report(call, 'withheld', 'quiet hours');
      if (this.#age(call) > COME_MS && (current?.number !== call.number || current.serving)) {
        return this.#report(call, 'withheld', 'the visitor has come meanwhile');
      }
      if (this.#age(call) > this.#within_ms()) return this.#report(call, 'failed', 'crowded');
      return true;
    });
    this.#others = this.#others.filter((made) => {
      if (quiet(made)) return this.#report(made, 'withheld', 'quiet hours');
      // What it says may be false by then.
      return this.#age(made) <= this.#within_ms() + SAID_LATE_MS || this.#report(made, 'failed', 'crowded');
    });
  }

  /** Says what waits, one after the other. */
  async #go(): Promise<void> {
    if (this.#busy || !this.#allowed || this.#closed) return;
    let turn = this.#choose();
    if (!turn) return;
    this.#busy = true;
    for (; turn && !this.#closed; turn = this.#choose()) await this.#say(turn);
    this.#busy = false;
    if (!this.#closed) this.listener.says(undefined);
  }

  async #say({ made, seq, urgent }: Turn): Promise<void> {
    const told = { seq, ...(made.zones && { zones: made.zones }) };
    this.listener.says('number' in made ? made : undefined);
    this.#alarm = urgent ? (made as UrgentView).id : undefined;
    let pause = urgent;
    try {
      let left = 'number' in made ? (this.#view?.announcing?.repeats ?? 1) : 1;
      let whole;
      do whole = await this.#play(made, told, urgent);
      while (whole && --left > 0 && this.#calls.length + this.#others.length + this.#urgent.length === 0);
      if (this.#closed) return;
      this.listener.works(true);
      if (whole) this.#report(told, 'finished');
      // What cut it off comes at once.
      else if (urgent) pause = false;
      // It is said when what is urgent is over, if it is still of use.
      else if ('number' in made) this.#calls.unshift(made);
      else this.#others.unshift(made as AnnouncementView);
    } catch (why) {
      this.listener.works(false);
      this.#report(told, 'failed', String(why));
    }
    this.#alarm = undefined;
    if (pause) this.#rests_until = performance.now() + URGENT_PAUSE_MS;
  }

  /** Where the sound of something is. */
  #address(made: Made | UrgentView, seq: number | undefined): string {
    const of = `/api/v1/branches/${encodeURIComponent(this.branch)}`;
    if ('sound' in made && 'recording' in made.sound) return `${of}/recordings/${encodeURIComponent(made.sound.recording)}`;
    if (seq === undefined) throw 'its sound is no longer known';
    const screens = this.#view?.languages ?? [];
    const chosen = languagesOf(this.#view?.announcing, made.zones, this.here) ?? ('sound' in made ? screens : undefined);
    const languages = 'number' in made && this.#calls.length > ONE_LANGUAGE_OVER ? (chosen ?? screens).slice(0, 1) : chosen;
    return `${of}/announcements/${seq}${languages?.length ? `?language=${languages.join()}` : ''}`;
  }

  /** Plays a sound; says whether to its end, or cut off. */
  async #play(made: Made | UrgentView, told: { seq: number | undefined; zones?: string[] }, urgent: boolean): Promise<boolean> {
    const audio = this.#audio;
    const over = new AbortController();
    const { signal } = over;
    try {
      return await new Promise<boolean>((done, failed) => {
        const timer = setTimeout(() => failed('it did not end'), LONGEST_MS);
        signal.addEventListener('abort', () => clearTimeout(timer));
        audio.addEventListener('ended', () => done(true), { signal });
        audio.addEventListener('pause', () => this.#closed && done(false), { signal });
        audio.addEventListener('error', () => failed(audio.error?.message || 'no sound came'), { signal });
        audio.addEventListener('playing', () => this.#report(told, 'started'), { signal, once: true });
        this.#cut = () => done(false);
        audio.volume = urgent ? 1 : volumeOf(this.#view?.announcing, made.zones, this.here, this.#now());
        audio.src = this.#address(made, told.seq);
        // One that is paused before it begins has not failed.
        audio.play().catch((why) => !signal.aborted && failed(why));
      });
    } finally {
      this.#cut = undefined;
      over.abort();
      audio.pause();
    }
  }
}
