// One live link from a page to its branch: opens a WebSocket, keeps the picture, comes back by itself.
//
// What the messages mean is `picture.ts`'s work; what is shown is the page's.
//
// Invariant: while the status says `up`, the picture is whole up to the daemon's last word, and that
// word is younger than `SILENCE_MS`. Whatever goes wrong ends in `down`, and in another try.

import { eventsAddress } from './api';
import { take, type Picture } from './picture';
import type { Audience, ErrorView, Hello, ToClient } from './protocol';

/** After how long without a word the link is taken for dead. The daemon speaks every five seconds. */
export const SILENCE_MS = 12_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

export type LinkStatus =
  | { readonly state: 'opening' }
  | { readonly state: 'up' }
  | {
      readonly state: 'down';
      /** When the daemon was last heard, by this machine's clock. */
      readonly since_ms: number;
      /** Why the daemon sent us away, if it did. */
      readonly refusal?: ErrorView;
    };

export interface LinkListener {
  /** A new picture; `message` is what made it so. */
  picture(picture: Picture, message: ToClient): void;
  status(status: LinkStatus): void;
}

export interface Link {
  /** Tries at once, without sitting a pause out. */
  again(): void;
  /** Closes the link for good. */
  close(): void;
}

/** Opens a link that lasts until it is closed; `zones` are those in which this page says calls aloud, if it does. */
export function openLink(branch: string, audience: Audience, listener: LinkListener, zones?: string[]): Link {
  let picture: Picture | undefined;
  let socket: WebSocket | undefined;
  let status: LinkStatus = { state: 'opening' };
  let heard_ms = Date.now();
  let failures = 0;
  // A second hole in a row means that our picture can't be mended: ask for a whole one.
  let holes = 0;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let pause: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  const say = (next: LinkStatus) => {
    if (next.state === status.state && next.state !== 'down') return;
    status = next;
    listener.status(next);
  };

  const listen = () => {
    clearTimeout(silence);
    silence = setTimeout(() => lose(), SILENCE_MS);
  };

  /** Gives this socket up and tries again after a pause. */
  const lose = (refusal?: ErrorView) => {
    if (closed) return;
    drop();
    const since_ms = status.state === 'down' ? status.since_ms : heard_ms;
    say({ state: 'down', since_ms, ...(refusal ? { refusal } : {}) });
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
    failures += 1;
    // Many pages lose their link at the same moment; they should not all come back at the same moment.
    pause = setTimeout(open, longest * (0.5 + Math.random() / 2));
  };

  const drop = () => {
    clearTimeout(silence);
    clearTimeout(pause);
    const old = socket;
    socket = undefined;
    old?.close();
  };

  const open = () => {
    drop();
    const mine = new WebSocket(eventsAddress(branch));
    socket = mine;
    listen();
    mine.onopen = () => {
      const hello: Hello = { type: 'hello', audience, ...(zones && { speaks: true, zones }) };
      if (picture && holes < 2) hello.resume = { log: picture.log, seq: picture.seq };
      mine.send(JSON.stringify(hello));
    };
    mine.onclose = () => mine === socket && lose();
    mine.onmessage = (event) => mine === socket && hear(String(event.data));
  };

  const hear = (data: string) => {
    let message: ToClient;
    try {
      message = JSON.parse(data) as ToClient;
    } catch {
      return lose();
    }
    if (message.type === 'refused') return lose(message.error);
    const next = take(picture, message, Date.now());
    if (next === 'missed') {
      holes += 1;
      return lose();
    }
    heard_ms = Date.now();
    listen();
    if (!next) return;
    const changed = next !== picture;
    picture = next;
    if (message.type === 'snapshot' || message.type === 'entry') holes = 0;
    if (message.type === 'snapshot' || message.type === 'resumed') failures = 0;
    if (changed) listener.picture(next, message);
    say({ state: 'up' });
  };

  // The machine's network came back: no need to sit the pause out.
  const again = () => {
    if (status.state === 'down') open();
  };
  addEventListener('online', again);
  open();
  return {
    again,
    close() {
      closed = true;
      removeEventListener('online', again);
      drop();
    },
  };
}
