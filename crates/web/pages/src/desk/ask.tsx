// What an officer is asked before something is done: how it ended, why, where to, until when.
//
// The first choice has the focus, so Enter takes it; digits take any.

import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';

import { useSpeech } from '../live';
import type { BranchView, Command, CounterView, PauseReason, TicketView } from '../protocol';
import { learn, pick } from '../text';
import desk from '../text/desk';
import staff from '../text/staff';
import { clock, todayAt } from '../time';
import { Action, Dialog } from '../ui/frame';
import { Pause } from '../ui/pause';

learn(desk, staff);

/** A dialog that is open, and the ticket that it was opened for. */
export interface Asked {
  readonly name: string;
  readonly ticket: number | undefined;
}

interface Asking {
  view: BranchView;
  counter: CounterView;
  onClose: () => void;
  /** Sends it, and the dialog is done. */
  onDo: (command: Command) => void;
}

/** About the ticket at the counter. */
interface About extends Asking {
  current: NonNullable<CounterView['current']>;
  ticket: TicketView | undefined;
  now: number;
}

/** How long a reason or a note may be. */
const REMARK = 200;

/** Which dialog. One for a ticket that is no longer here must not act on the next one. */
export function Ask({ asked, now, ...asking }: Asking & { asked: Asked; now: number }) {
  const { view, counter } = asking;
  const { current } = counter;
  const ticket = view.tickets?.find(({ id }) => id === asked.ticket);
  switch (asked.name) {
    case 'pause': {
      const pause = (reason: PauseReason) => asking.onDo({ type: 'pause_counter', counter: counter.id, reason });
      return <Pause onClose={asking.onClose} onChoose={pause} />;
    }
    case 'of':
      return <NextOf {...asking} />;
    case 'manage':
      // Whoever has moved meanwhile is asked about anew.
      return ticket ? <Manage key={ticket.state} {...asking} ticket={ticket} /> : null;
  }
  const Of = { finish: Finish, transfer: Transfer, park: Park, note: Note }[asked.name];
  return Of && current && current.ticket === asked.ticket ? (
    <Of {...asking} current={current} ticket={ticket} now={now} />
  ) : null;
}

function Titled({ title, onClose, children }: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const { say } = useSpeech();
  return (
    <Dialog label={title} onClose={onClose}>
      <h2>{title}</h2>
      {children}
      <button type="button" class="quiet" onClick={onClose}>
        {say('cancel')} <kbd aria-hidden="true">Esc</kbd>
      </button>
    </Dialog>
  );
}

function Choice({ first, can = true, pressed, onPress, children }: {
  /** Whether it has the focus to begin with. */
  first?: boolean;
  can?: boolean;
  pressed?: boolean;
  onPress: () => void;
  children: ComponentChildren;
}) {
  return (
    <li>
      <button
        type="button"
        autofocus={first}
        aria-disabled={!can}
        aria-pressed={pressed}
        onClick={() => can && onPress()}
      >
        {children}
      </button>
    </li>
  );
}

/** How the visit ended. */
function Finish({ view, counter, current, onDo, onClose }: About) {
  const { language, say } = useSpeech();
  const { ticket, number } = current;
  return (
    <Titled title={say('desk.outcome', { number })} onClose={onClose}>
      <ul class="choices">
        {view.outcomes?.map(({ id, name }, n) => (
          <Choice
            key={id}
            first={n === 0}
            onPress={() => onDo({ type: 'finish', counter: counter.id, ticket, outcome: id })}
          >
            {pick(name, language)} {n === 0 && <kbd aria-hidden="true">Enter ↵</kbd>}
          </Choice>
        ))}
      </ul>
    </Titled>
  );
}

/** What whoever serves the visitor next should know. */
function Note({ counter, current, ticket, onDo, onClose }: About) {
  const { say } = useSpeech();
  return (
    <Titled title={say('desk.note_for', { number: current.number })} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          const note = String(new FormData(event.currentTarget).get('note')).trim();
          onDo({ type: 'add_note', counter: counter.id, ticket: current.ticket, note });
        }}
      >
        <label>
          {say('desk.note')}
          <input name="note" defaultValue={ticket?.note ?? ''} maxLength={REMARK} autocomplete="off" />
        </label>
        <button class="primary">
          {say('save')} <kbd aria-hidden="true">Enter ↵</kbd>
        </button>
      </form>
    </Titled>
  );
}

/** To another service, to a certain counter, or both; one press on the service sends the visitor on. */
function Transfer({ view, counter, current, onDo, onClose }: About) {
  const { language, say } = useSpeech();
  const [to, setTo] = useState('');
  const [note, setNote] = useState('');
  const others = view.counters.filter(({ id, open }) => open && id !== counter.id);
  return (
    <Titled title={say('desk.transfer_to', { number: current.number })} onClose={onClose}>
      <div class="fields">
        <label>
          {say('desk.transfer.counter')}
          <select value={to} onChange={({ currentTarget }) => setTo(currentTarget.value)}>
            <option value="">{say('desk.transfer.any')}</option>
            {others.map(({ id, place, number }) => (
              <option key={id} value={id}>
                {say(`place.${place}`)} {number}
              </option>
            ))}
          </select>
        </label>
        <label>
          {say('desk.note')}
          <input value={note} maxLength={REMARK} onInput={({ currentTarget }) => setNote(currentTarget.value)} />
        </label>
      </div>
      <ul class="choices">
        {view.services
          // To the same service only where the counter is another.
          .filter(({ id }) => to || id !== current.service)
          .map(({ id, letters, name }, n) => (
            <Choice
              key={id}
              first={n === 0}
              onPress={() =>
                onDo({
                  type: 'transfer',
                  counter: counter.id,
                  ticket: current.ticket,
                  ...(id !== current.service && { service: id }),
                  ...(to && { to }),
                  ...(note.trim() && { note: note.trim() }),
                })
              }
            >
              <span class="letters" aria-hidden="true">
                {letters}
              </span>
              {pick(name, language)}
            </Choice>
          ))}
      </ul>
    </Titled>
  );
}

/** Usual lengths of an errand, in minutes. */
const ERRANDS = [10, 20, 30, 60];

function Park({ view, counter, current, now, onDo, onClose }: About) {
  const { say } = useSpeech();
  const [time, setTime] = useState('');
  const park = (until_ms?: number) =>
    onDo({
      type: 'park',
      counter: counter.id,
      ticket: current.ticket,
      ...(until_ms && { until: new Date(until_ms).toISOString() }),
    });
  return (
    <Titled title={say('desk.park_until', { number: current.number })} onClose={onClose}>
      <ul class="choices">
        <Choice first onPress={() => park()}>
          {say('desk.park.open')}
        </Choice>
        {ERRANDS.map((count) => {
          const until_ms = now + count * 60_000;
          return (
            <Choice key={count} onPress={() => park(until_ms)}>
              {say('desk.park.for', { count, time: clock(until_ms, view.time_zone) })}
            </Choice>
          );
        })}
      </ul>
      <div class="fields">
        <label>
          {say('desk.park.at')}
          <input type="time" value={time} onInput={({ currentTarget }) => setTime(currentTarget.value)} />
        </label>
        <Action can={time !== ''} onPress={() => park(todayAt(time, now, view.time_zone))}>
          {say('desk.park.do')}
        </Action>
      </div>
    </Titled>
  );
}

/** The next visitor of one service. */
function NextOf({ view, counter, onDo, onClose }: Asking) {
  const { language, say } = useSpeech();
  const taken = [counter.services, ...(counter.helps ?? [])].flat();
  return (
    <Titled title={say('desk.of')} onClose={onClose}>
      <ul class="choices">
        {view.services
          .filter(({ id }) => taken.includes(id))
          .map(({ id, letters, name, waiting }, n) => (
            <Choice
              key={id}
              first={n === 0}
              can={waiting > 0}
              onPress={() => onDo({ type: 'call_next_of', counter: counter.id, service: id })}
            >
              <span class="letters" aria-hidden="true">
                {letters}
              </span>
              {pick(name, language)} <span class="count">{waiting}</span>
            </Choice>
          ))}
      </ul>
    </Titled>
  );
}

/** What is often the reason; anything else can be written. */
const REASONS = ['emergency', 'asked', 'class', 'mistake'] as const;

/** All that needs a reason: it is kept for everybody to check. */
function Manage({ view, counter, ticket, onDo, onClose }: Asking & { ticket: TicketView }) {
  const { language, say } = useSpeech();
  const [written, setReason] = useState('');
  const [group, setGroup] = useState(ticket.class);
  const deeds = useRef<HTMLDivElement>(null);
  const reason = written.trim();
  const there = ticket.state === 'called' || ticket.state === 'ahead';
  const queued = ticket.state === 'waiting' || ticket.state === 'parked';
  const free = counter.open && !counter.current && !counter.pause;
  const id = ticket.id;
  return (
    <Titled title={say('desk.manage', { number: ticket.number })} onClose={onClose}>
      <ul class="choices reasons">
        {REASONS.map((name, n) => (
          <Choice
            key={name}
            first={n === 0}
            pressed={written === say(`desk.reason.${name}`)}
            onPress={() => {
              setReason(say(`desk.reason.${name}`));
              // What it is the reason for comes next.
              deeds.current?.querySelector('button')?.focus();
            }}
          >
            {say(`desk.reason.${name}`)}
          </Choice>
        ))}
      </ul>
      <div class="fields">
        <label>
          {say('reason')}
          <input
            value={written}
            maxLength={REMARK}
            required
            onInput={({ currentTarget }) => setReason(currentTarget.value)}
          />
        </label>
      </div>
      <div class="deeds" ref={deeds}>
        {queued && (
          <Action
            class="primary"
            can={reason !== '' && free}
            onPress={() => onDo({ type: 'call_ticket', counter: counter.id, ticket: id, reason })}
          >
            {say('desk.call')}
          </Action>
        )}
        {there && (
          <Action can={reason !== ''} onPress={() => onDo({ type: 'requeue', ticket: id, reason })}>
            {say('desk.requeue')}
          </Action>
        )}
        {(queued || ticket.state === 'ahead') && (
          <Action can={reason !== ''} onPress={() => onDo({ type: 'cancel_ticket', ticket: id, reason })}>
            {say('desk.cancel')}
          </Action>
        )}
      </div>
      {view.classes.length > 1 && (
        <div class="fields">
          <label>
            {say('class')}
            <select value={group} onChange={({ currentTarget }) => setGroup(currentTarget.value)}>
              {view.classes.map(({ id, name }) => (
                <option key={id} value={id}>
                  {pick(name, language)}
                </option>
              ))}
            </select>
          </label>
          <Action
            can={reason !== '' && group !== ticket.class}
            onPress={() => onDo({ type: 'change_class', ticket: id, class: group, reason })}
          >
            {say('class.change')}
          </Action>
        </div>
      )}
    </Titled>
  );
}
