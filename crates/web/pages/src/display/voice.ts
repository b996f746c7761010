// The order in which a screen says calls, and the element that plays them.

import type { CallView, Language, Report } from '../protocol';

/** A call that is older than this when its turn comes is of no use to anybody. */
const STALE_MS = 60_000;
/** So many calls may wait; of more the oldest is given up. */
const LONGEST_QUEUE = 16;
/** With more calls waiting than this, only the first language is spoken. */
const ONE_LANGUAGE_OVER = 2;
/** Nothing that is said takes so long. */
const LONGEST_MS = 60_000;

export interface VoiceListener {
  says(call: CallView | undefined): void;
  report(what: Report): void;
  /** Whether the browser lets this page be heard. */
  allowed(allowed: boolean): void;
  /** Whether the last call could be said. */
  works(works: boolean): void;
}

export class Voice {
  #audio = new Audio();
  #context = new AudioContext();
  #seen: { log: string; seq: number } | undefined;
  #queue: { call: CallView; until_ms: number }[] = [];
  #busy = false;
  #allowed: boolean | undefined;
  #closed = false;

  constructor(
    readonly branch: string,
    /** The language in which calls are said when many wait. */
    readonly first: Language,
    readonly listener: VoiceListener,
  ) {
    this.#context.onstatechange = () => this.#ask();
    this.#ask();
  }

  /** Takes in the last calls. Those of before are not said. */
  hear(log: string, calls: readonly CallView[], now: number): void {
    const last = calls.at(-1)?.seq ?? 0;
    const fresh = this.#seen?.log === log ? calls.filter(({ seq }) => seq > this.#seen!.seq) : [];
    this.#seen = { log, seq: this.#seen?.log === log ? Math.max(last, this.#seen.seq) : last };
    for (const call of fresh) {
      this.#queue.push({ call, until_ms: performance.now() + STALE_MS - Math.max(0, now - Date.parse(call.at)) });
    }
    while (this.#queue.length > LONGEST_QUEUE) this.#fail(this.#queue.shift()!.call, 'crowded');
    void this.#go();
  }

  /** Somebody has touched the screen. */
  allow(): void {
    void this.#context.resume();
  }

  close(): void {
    this.#closed = true;
    this.#queue = [];
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

  #fail(call: CallView, why: string): void {
    this.listener.report({ call: call.seq, what: 'failed', why });
  }

  /** Says what waits, one after the other. */
  async #go(): Promise<void> {
    if (this.#busy || !this.#allowed) return;
    this.#busy = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      const { call, until_ms } = next;
      if (performance.now() > until_ms) {
        this.#fail(call, 'stale');
        continue;
      }
      this.listener.says(call);
      try {
        await this.#play(call);
        if (this.#closed) return;
        this.listener.report({ call: call.seq, what: 'finished' });
        this.listener.works(true);
      } catch (why) {
        this.listener.works(false);
        this.#fail(call, String(why).slice(0, 200));
      }
    }
    this.#busy = false;
    if (!this.#closed) this.listener.says(undefined);
  }

  /** Plays a call's sound to its end. */
  async #play({ seq }: CallView): Promise<void> {
    const audio = this.#audio;
    const over = new AbortController();
    const { signal } = over;
    try {
      await new Promise<void>((done, failed) => {
        const timer = setTimeout(() => failed('it did not end'), LONGEST_MS);
        signal.addEventListener('abort', () => clearTimeout(timer));
        audio.addEventListener('ended', () => done(), { signal });
        audio.addEventListener('pause', () => this.#closed && done(), { signal });
        audio.addEventListener('error', () => failed(audio.error?.message || 'no sound came'), { signal });
        audio.addEventListener('playing', () => this.listener.report({ call: seq, what: 'started' }), { signal, once: true });
        const which = this.#queue.length > ONE_LANGUAGE_OVER ? `?language=${this.first}` : '';
        audio.src = `/api/v1/branches/${encodeURIComponent(this.branch)}/announcements/${seq}${which}`;
        audio.play().catch(failed);
      });
    } finally {
      over.abort();
      audio.pause();
    }
  }
}
