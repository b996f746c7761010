// What an officer can do now, by button or by key.
//
// What usually comes next is one large button that is always in the same place; the others have places of their
// own. The focus stays where work goes on: once a press is done it is on the large button.

import { useEffect, useRef, useState } from 'preact/hooks';

import { useSpeech, type Presser } from '../live';
import type { BranchView, Command, CounterView } from '../protocol';
import type { Key } from '../text';
import { elapsed } from '../time';
import { useKeys } from './keys';

interface Offer {
  readonly name: string;
  readonly key: string;
  readonly can: boolean;
  /** What it asks the daemon for; none for what opens a dialog. */
  readonly command?: Command;
}

/** For how long the large button rests when it has become another: whoever struck twice meant the first. */
const SETTLE_MS = 250;
/** How long an answer may take before it is spoken of. */
const SLOW_MS = 600;

/** Whether it has been so for a while. */
function useLasting(wanted: unknown, ms: number): boolean {
  const [lasting, setLasting] = useState<unknown>();
  useEffect(() => {
    const timer = setTimeout(() => setLasting(wanted), ms);
    return () => clearTimeout(timer);
  }, [wanted, ms]);
  return lasting === wanted;
}

export function Actions({ view, counter, waiting, presser, linked, undo_ms, keys, onAsk }: {
  view: BranchView;
  counter: CounterView;
  /** How many wait whom the counter may call. */
  waiting: number;
  presser: Presser;
  /** Whether the link is up. */
  linked: boolean;
  /** For how long the last press can still be taken back. */
  undo_ms: number;
  /** Whether single keys act. */
  keys: boolean;
  /** Opens a dialog. */
  onAsk: (name: string) => void;
}) {
  const { say } = useSpeech();
  const offers = offersOf(view, counter, waiting, undo_ms);
  const usual = offers[usualOf(counter)];
  const free = !presser.pending;
  const settled = useLasting(usual?.name, SETTLE_MS);
  const slow = useLasting(presser.pending, SLOW_MS) && !free;

  const run = (offer: Offer | undefined) => {
    if (!offer?.can || !free) return;
    if (offer.command) presser.press(offer.command);
    else onAsk(offer.name);
  };
  useKeys(keys, (key) => {
    if (key === 'Enter') {
      if (settled) run(usual);
      return true;
    }
    // Z as elsewhere, U as the word begins.
    const offer = Object.values(offers).find((offer) => offer.key === (key === 'Z' ? 'U' : key));
    run(offer);
    return offer !== undefined;
  });

  const group = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const focused = document.activeElement;
    const stranded = !focused || focused === document.body || group.current?.contains(focused);
    if (free && stranded) group.current?.querySelector<HTMLElement>('.primary')?.focus();
  }, [usual?.name, free]);

  const label = ({ name }: Offer) => say(`counter.do.${name}` as Key);
  return (
    <div class="actions" ref={group} role="group" aria-label={say('counter.actions')}>
      {usual && (
        <button
          type="button"
          data-name={usual.name}
          class="primary"
          // While it rests or waits it looks as before: it is no other button.
          data-resting={usual.can && !(free && settled)}
          aria-disabled={!usual.can || !free || !settled}
          aria-keyshortcuts={keys ? usual.key : undefined}
          // The second of two quick clicks is none.
          onClick={({ detail }) => detail < 2 && settled && run(usual)}
        >
          <span>
            {label(usual)}
            {usual.name === 'next' && !usual.can && <small>{say('counter.nobody')}</small>}
          </span>
          {keys && (
            <span class="keys" aria-hidden="true">
              <kbd>{usual.key}</kbd> <kbd>Enter ↵</kbd>
            </span>
          )}
        </button>
      )}
      <p class="sending" role="status">
        {slow && say(linked ? 'counter.sending' : 'counter.kept')}
      </p>
      <div class="others">
        {PLACES.map((names) => {
          const offer = names.map((name) => offers[name]).find((offer) => offer && offer !== usual);
          if (!offer) return <span key={names[0]} />;
          return (
            <button
              key={names[0]}
              type="button"
              data-name={offer.name}
              aria-disabled={!offer.can || !free}
              aria-keyshortcuts={keys ? offer.key : undefined}
              onClick={() => run(offer)}
            >
              <span>
                {label(offer)}
                {offer.name === 'undo' && offer.can && <small aria-hidden="true">{elapsed(undo_ms)}</small>}
              </span>
              {keys && <kbd aria-hidden="true">{offer.key}</kbd>}
            </button>
          );
        })}
      </div>
    </div>
  );
}

/** Where a hand finds each: about the visitor of now, about the next, about the counter. */
const PLACES = [
  ['recall'],
  ['no_show'],
  ['finish'],
  ['transfer'],
  ['park'],
  ['note'],
  ['of'],
  ['manage'],
  ['ahead'],
  ['undo'],
  ['pause', 'go_on'],
  ['close', 'open'],
];

/** All that there is. */
function offersOf(view: BranchView, counter: CounterView, waiting: number, undo_ms: number): Record<string, Offer> {
  const { id, open, current, pause, ahead } = counter;
  const ticket = current?.ticket ?? 0;
  const here = current != null;
  const called = here && !current.serving;
  const calls = open && !pause;
  const offer = (name: string, key: string, can: boolean, command?: Command) => ({
    [name]: { name, key, can, ...(command && { command }) },
  });
  return {
    ...offer('next', 'N', calls && (waiting > 0 || ahead != null) && !here, { type: 'call_next', counter: id }),
    ...offer('of', 'V', calls && !here && waiting > 0),
    ...offer('recall', 'R', called, { type: 'recall', counter: id, ticket }),
    ...offer('start', 'S', called, { type: 'start_serving', counter: id, ticket }),
    // Where the office wants to know how, it is asked first.
    ...offer('finish', 'F', here, view.outcomes?.length ? undefined : { type: 'finish', counter: id, ticket }),
    ...offer('no_show', 'X', called, { type: 'no_show', counter: id, ticket }),
    ...offer('transfer', 'T', here),
    ...offer('park', 'P', here),
    ...offer('note', 'K', here),
    ...(counter.calls_ahead &&
      offer('ahead', 'A', calls && !ahead && waiting > 0, { type: 'call_ahead', counter: id })),
    ...offer('manage', 'M', here),
    ...(view.undo_s && offer('undo', 'U', open && undo_ms > 0, { type: 'undo', counter: id })),
    ...(pause
      ? offer('go_on', 'G', true, { type: 'resume_counter', counter: id })
      : offer('pause', 'H', open && !here)),
    ...(open
      ? offer('close', 'C', !here, { type: 'close_counter', counter: id })
      : offer('open', 'O', true, { type: 'open_counter', counter: id })),
  };
}

/** What usually comes next. */
function usualOf({ open, current, pause }: CounterView): string {
  if (!open) return 'open';
  if (pause) return 'go_on';
  if (!current) return 'next';
  return current.serving ? 'finish' : 'start';
}
