// What an officer can do now, by button or by key.
//
// The focus stays where work goes on: when the pressed button can do no more, it moves to the one that
// usually comes next.

import { useEffect, useRef, useState } from 'preact/hooks';

import { useSpeech, type Presser } from '../live';
import type { BranchView, Command, CounterView } from '../protocol';
import { pick, type Key } from '../text';
import { Action, Dialog } from '../ui/frame';

interface Offer {
  readonly name: string;
  readonly key: string;
  readonly can: boolean;
  /** What it asks the daemon for; none for what opens a dialog. */
  readonly command?: Command;
}

export function Actions({ view, counter, waiting, presser }: {
  view: BranchView;
  counter: CounterView;
  waiting: number;
  presser: Presser;
}) {
  const { say } = useSpeech();
  const [transferring, setTransferring] = useState<number>();
  const offers = offersOf(counter, waiting);
  const free = !presser.pending;
  const [keys, setKeys] = useShortcuts();
  const usual = usualOf(counter);

  const run = (offer: Offer) => {
    if (!offer.can || !free) return;
    if (offer.command) presser.press(offer.command);
    else setTransferring(counter.current?.ticket);
  };
  useKeys(keys, (key) => {
    const offer = offers.find((offer) => offer.key === key);
    if (offer) run(offer);
    return offer !== undefined;
  });

  const group = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const focused = document.activeElement;
    const stranded = !focused || focused === document.body || focused.matches('.actions [aria-disabled="true"]');
    if (free && stranded) group.current?.querySelector<HTMLElement>(`[data-name="${usual}"]`)?.focus();
  }, [usual, free]);

  // A dialog for a ticket that is no longer here must not act on the next one.
  const open = transferring !== undefined && transferring === counter.current?.ticket;
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
      {open && (
        <Transfer
          view={view}
          counter={counter}
          onClose={() => setTransferring(undefined)}
          onChoose={(service) => {
            setTransferring(undefined);
            presser.press({ type: 'transfer', counter: counter.id, ticket: transferring, service });
          }}
        />
      )}
    </div>
  );
}

/** All that there is, in a fixed order, so that a hand finds its button. */
function offersOf({ id: counter, open, current }: CounterView, waiting: number): Offer[] {
  const ticket = current?.ticket ?? 0;
  const here = current != null;
  const called = here && !current.serving;
  return [
    { name: 'next', key: 'N', can: open && !here && waiting > 0, command: { type: 'call_next', counter } },
    { name: 'recall', key: 'R', can: called, command: { type: 'recall', counter, ticket } },
    { name: 'start', key: 'S', can: called, command: { type: 'start_serving', counter, ticket } },
    { name: 'finish', key: 'F', can: here, command: { type: 'finish', counter, ticket } },
    { name: 'no_show', key: 'X', can: called, command: { type: 'no_show', counter, ticket } },
    { name: 'transfer', key: 'T', can: here },
    { name: 'park', key: 'P', can: here, command: { type: 'park', counter, ticket } },
    open
      ? { name: 'close', key: 'C', can: !here, command: { type: 'close_counter', counter } }
      : { name: 'open', key: 'O', can: true, command: { type: 'open_counter', counter } },
  ];
}

/** What usually comes next. */
function usualOf({ open, current }: CounterView): string {
  if (!open) return 'open';
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

function Transfer({ view, counter, onChoose, onClose }: {
  view: BranchView;
  counter: CounterView;
  onChoose: (service: string) => void;
  onClose: () => void;
}) {
  const { language, say } = useSpeech();
  const title = say('counter.transfer_to', { number: counter.current?.number ?? '' });
  return (
    <Dialog label={title} onClose={onClose}>
      <h2>{title}</h2>
      <ul class="choices">
        {view.services
          .filter(({ id }) => id !== counter.current?.service)
          .map((service) => (
            <li key={service.id}>
              <Action can onPress={() => onChoose(service.id)}>
                <span class="letters" aria-hidden="true">
                  {service.letters}
                </span>
                {pick(service.name, language)}
              </Action>
            </li>
          ))}
      </ul>
      <button type="button" class="quiet" onClick={onClose}>
        {say('cancel')}
      </button>
    </Dialog>
  );
}
