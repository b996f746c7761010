// What an officer can do now, by button or by key.
//
// The focus stays where work goes on: when the pressed button can do no more, it moves to the one that
// usually comes next.

import { useEffect, useRef, useState } from 'preact/hooks';

import { useSpeech, type Presser } from '../live';
import type { BranchView, Command, CounterView, PauseReason } from '../protocol';
import type { Key } from '../text';
import { Pause } from '../ui/pause';
import { Manage, NextOf, Park, Transfer } from './dialogs';

interface Offer {
  readonly name: string;
  readonly key: string;
  readonly can: boolean;
  /** What it asks the daemon for; none for what opens a dialog. */
  readonly command?: Command;
}

/** A dialog that is open, and the ticket that it was opened for. */
interface Asking {
  readonly name: string;
  readonly ticket: number | undefined;
}

export function Actions({ view, counter, waiting, presser, now }: {
  view: BranchView;
  counter: CounterView;
  /** How many wait whom the counter may call. */
  waiting: number;
  presser: Presser;
  now: number;
}) {
  const { say } = useSpeech();
  const [asking, setAsking] = useState<Asking>();
  const offers = offersOf(view, counter, waiting);
  const free = !presser.pending;
  const [keys, setKeys] = useShortcuts();
  const usual = usualOf(counter);

  const run = (offer: Offer) => {
    if (!offer.can || !free) return;
    if (offer.command) presser.press(offer.command);
    else setAsking({ name: offer.name, ticket: counter.current?.ticket });
  };
  useKeys(keys, (key) => {
    // Z as elsewhere, U as the word begins.
    const offer = offers.find((offer) => offer.key === (key === 'Z' ? 'U' : key));
    if (offer) run(offer);
    return offer !== undefined;
  });

  const group = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const focused = document.activeElement;
    const stranded = !focused || focused === document.body || focused.matches('.actions [aria-disabled="true"]');
    if (free && stranded) group.current?.querySelector<HTMLElement>(`[data-name="${usual}"]`)?.focus();
  }, [usual, free]);

  return (
    <div class="actions" ref={group} role="group" aria-label={say('counter.actions')}>
      {offers.map((offer) => (
        <button
          key={offer.name}
          type="button"
          data-name={offer.name}
          class={offer.name === usual ? 'primary' : ''}
          aria-disabled={!offer.can || !free}
          aria-keyshortcuts={keys ? offer.key : undefined}
          onClick={() => run(offer)}
        >
          {say(`counter.do.${offer.name}` as Key)} {keys && <kbd aria-hidden="true">{offer.key}</kbd>}
        </button>
      ))}
      <label class="shortcuts">
        <input type="checkbox" checked={keys} onChange={({ currentTarget }) => setKeys(currentTarget.checked)} />
        {say('counter.keys')}
      </label>
      {/* A dialog for a ticket that is no longer here must not act on the next one. */}
      {asking && asking.ticket === counter.current?.ticket && (
        <Ask
          name={asking.name}
          view={view}
          counter={counter}
          now={now}
          onClose={() => setAsking(undefined)}
          onDo={(command) => {
            setAsking(undefined);
            presser.press(command);
          }}
        />
      )}
    </div>
  );
}

/** The dialog of an action. */
function Ask({ name, now, ...asking }: {
  name: string;
  view: BranchView;
  counter: CounterView;
  now: number;
  onClose: () => void;
  onDo: (command: Command) => void;
}) {
  const { current } = asking.counter;
  const ticket = asking.view.tickets?.find(({ id }) => id === current?.ticket);
  if (name === 'pause') {
    const pause = (reason: PauseReason) =>
      asking.onDo({ type: 'pause_counter', counter: asking.counter.id, reason });
    return <Pause onClose={asking.onClose} onChoose={pause} />;
  }
  if (name === 'of') return <NextOf {...asking} />;
  if (!current) return null;
  if (name === 'transfer') return <Transfer {...asking} ticket={current} />;
  if (name === 'park') return <Park {...asking} ticket={current} now={now} />;
  return ticket ? <Manage {...asking} ticket={ticket} /> : null;
}

/** All that there is, in a fixed order, so that a hand finds its button. */
function offersOf(view: BranchView, counter: CounterView, waiting: number): Offer[] {
  const { id, open, current, pause, ahead } = counter;
  const ticket = current?.ticket ?? 0;
  const here = current != null;
  const called = here && !current.serving;
  const calls = open && !pause;
  const someone = calls && (waiting > 0 || ahead != null);
  return [
    { name: 'next', key: 'N', can: someone && !here, command: { type: 'call_next', counter: id } },
    { name: 'of', key: 'V', can: calls && !here && waiting > 0 },
    { name: 'recall', key: 'R', can: called, command: { type: 'recall', counter: id, ticket } },
    { name: 'start', key: 'S', can: called, command: { type: 'start_serving', counter: id, ticket } },
    { name: 'finish', key: 'F', can: here, command: { type: 'finish', counter: id, ticket } },
    { name: 'no_show', key: 'X', can: called, command: { type: 'no_show', counter: id, ticket } },
    { name: 'transfer', key: 'T', can: here },
    { name: 'park', key: 'P', can: here },
    ...(counter.calls_ahead
      ? [
          {
            name: 'ahead',
            key: 'A',
            can: calls && !ahead && waiting > 0,
            command: { type: 'call_ahead', counter: id },
          } as const,
        ]
      : []),
    { name: 'manage', key: 'M', can: here },
    // Whether there is something to take back only the daemon knows.
    ...(view.undo_s ? [{ name: 'undo', key: 'U', can: open, command: { type: 'undo', counter: id } } as const] : []),
    pause
      ? { name: 'go_on', key: 'G', can: true, command: { type: 'resume_counter', counter: id } }
      : { name: 'pause', key: 'H', can: open && !here },
    open
      ? { name: 'close', key: 'C', can: !here, command: { type: 'close_counter', counter: id } }
      : { name: 'open', key: 'O', can: true, command: { type: 'open_counter', counter: id } },
  ];
}

/** What usually comes next. */
function usualOf({ open, current, pause }: CounterView): string {
  if (!open) return 'open';
  if (pause) return 'go_on';
  if (!current) return 'next';
  return current.serving ? 'finish' : 'start';
}

const KEY = 'giliran.shortcuts';

/** Whether single keys act. Who speaks to the computer or strikes keys by accident switches them off. */
function useShortcuts(): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => localStorage.getItem(KEY) !== 'off');
  return [
    on,
    (on) => {
      localStorage.setItem(KEY, on ? 'on' : 'off');
      setOn(on);
    },
  ];
}

/** Single keys, except where a person writes or a dialog is open. */
function useKeys(on: boolean, pressed: (key: string) => boolean): void {
  const listener = useRef(pressed);
  listener.current = on ? pressed : () => false;
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.target instanceof Element && event.target.closest('input:not([type="checkbox"]), select, textarea, dialog')) return;
      if (listener.current(event.key.toUpperCase())) event.preventDefault();
    };
    addEventListener('keydown', down);
    return () => removeEventListener('keydown', down);
  }, []);
}
