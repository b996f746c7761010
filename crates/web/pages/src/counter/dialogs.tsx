// What an officer is asked before something is done: why, where to, until when.

import { useState } from 'preact/hooks';

import { useSpeech } from '../live';
import type { BranchView, Command, CounterView, TicketView } from '../protocol';
import { pick } from '../text';
import { clock, todayAt } from '../time';
import { Action, Dialog } from '../ui/frame';

interface Asking {
  view: BranchView;
  onClose: () => void;
  /** Sends it, and the dialog is done. */
  onDo: (command: Command) => void;
}

/** How long a reason or a note may be. */
const REMARK = 200;

function Cancel({ onClose }: { onClose: () => void }) {
  const { say } = useSpeech();
  return (
    <button type="button" class="quiet" onClick={onClose}>
      {say('cancel')}
    </button>
  );
}

/** To another service, to a certain counter, or both; one press on the service sends the visitor on. */
export function Transfer({ view, counter, ticket, onDo, onClose }: Asking & {
  counter: CounterView;
  ticket: { ticket: number; number: string; service: string };
}) {
  const { language, say } = useSpeech();
  const [to, setTo] = useState('');
  const [note, setNote] = useState('');
  const title = say('counter.transfer_to', { number: ticket.number });
  const others = view.counters.filter(({ id, open }) => open && id !== counter.id);
  return (
    <Dialog label={title} onClose={onClose}>
      <h2>{title}</h2>
      <div class="fields">
        <label>
          {say('counter.transfer.to')}
          <select value={to} onChange={({ currentTarget }) => setTo(currentTarget.value)}>
            <option value="">{say('counter.transfer.any')}</option>
            {others.map(({ id, place, number }) => (
              <option key={id} value={id}>
                {say(`place.${place}`)} {number}
              </option>
            ))}
          </select>
        </label>
        <label>
          {say('counter.note')}
          <input value={note} maxLength={REMARK} onInput={({ currentTarget }) => setNote(currentTarget.value)} />
        </label>
      </div>
      <ul class="choices">
        {view.services
          // To the same service only where the counter is another.
          .filter(({ id }) => to || id !== ticket.service)
          .map(({ id, letters, name }) => (
            <li key={id}>
              <Action
                can
                onPress={() =>
                  onDo({
                    type: 'transfer',
                    counter: counter.id,
                    ticket: ticket.ticket,
                    ...(id !== ticket.service && { service: id }),
                    ...(to && { to }),
                    ...(note.trim() && { note: note.trim() }),
                  })
                }
              >
                <span class="letters" aria-hidden="true">
                  {letters}
                </span>
                {pick(name, language)}
              </Action>
            </li>
          ))}
      </ul>
      <Cancel onClose={onClose} />
    </Dialog>
  );
}

/** Usual lengths of an errand, in minutes. */
const ERRANDS = [10, 20, 30, 60];

export function Park({ view, counter, ticket, now, onDo, onClose }: Asking & {
  counter: CounterView;
  ticket: { ticket: number; number: string };
  now: number;
}) {
  const { say } = useSpeech();
  const [time, setTime] = useState('');
  const title = say('counter.park_until', { number: ticket.number });
  const park = (until_ms?: number) =>
    onDo({
      type: 'park',
      counter: counter.id,
      ticket: ticket.ticket,
      ...(until_ms && { until: new Date(until_ms).toISOString() }),
    });
  return (
    <Dialog label={title} onClose={onClose}>
      <h2>{title}</h2>
      <ul class="choices">
        <li>
          <Action can onPress={() => park()}>
            {say('counter.park.open')}
          </Action>
        </li>
        {ERRANDS.map((count) => {
          const until_ms = now + count * 60_000;
          return (
            <li key={count}>
              <Action can onPress={() => park(until_ms)}>
                {say('counter.park.for', { count, time: clock(until_ms, view.time_zone) })}
              </Action>
            </li>
          );
        })}
      </ul>
      <div class="fields">
        <label>
          {say('counter.park.at')}
          <input type="time" value={time} onInput={({ currentTarget }) => setTime(currentTarget.value)} />
        </label>
        <Action can={time !== ''} onPress={() => park(todayAt(time, now, view.time_zone))}>
          {say('counter.do.park')}
        </Action>
      </div>
      <Cancel onClose={onClose} />
    </Dialog>
  );
}

/** The next visitor of one service. */
export function NextOf({ view, counter, onDo, onClose }: Asking & { counter: CounterView }) {
  const { language, say } = useSpeech();
  const taken = [counter.services, ...(counter.helps ?? [])].flat();
  return (
    <Dialog label={say('counter.of')} onClose={onClose}>
      <h2>{say('counter.of')}</h2>
      <ul class="choices">
        {view.services
          .filter(({ id }) => taken.includes(id))
          .map(({ id, letters, name, waiting }) => (
            <li key={id}>
              <Action
                can={waiting > 0}
                onPress={() => onDo({ type: 'call_next_of', counter: counter.id, service: id })}
              >
                <span class="letters" aria-hidden="true">
                  {letters}
                </span>
                {pick(name, language)} <span class="count">{waiting}</span>
              </Action>
            </li>
          ))}
      </ul>
      <Cancel onClose={onClose} />
    </Dialog>
  );
}

/** What is often the reason; anything else can be written. */
const REASONS = ['emergency', 'asked', 'class', 'mistake'] as const;

/** All that needs a reason: it is kept for everybody to check. */
export function Manage({ view, counter, ticket, onDo, onClose }: Asking & {
  counter: CounterView;
  ticket: TicketView;
}) {
  const { language, say } = useSpeech();
  const [written, setReason] = useState('');
  const [group, setGroup] = useState(ticket.class);
  const reason = written.trim();
  const title = say('counter.manage', { number: ticket.number });
  const there = ticket.state === 'called' || ticket.state === 'ahead';
  const queued = ticket.state === 'waiting' || ticket.state === 'parked';
  const free = counter.open && !counter.current && !counter.pause;
  const id = ticket.id;
  return (
    <Dialog label={title} onClose={onClose}>
      <h2>{title}</h2>
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
        <p class="buttons">
          {REASONS.map((name) => (
            <button key={name} type="button" class="chip" onClick={() => setReason(say(`reason.${name}`))}>
              {say(`reason.${name}`)}
            </button>
          ))}
        </p>
      </div>
      <ul class="choices">
        {queued && (
          <li>
            <Action
              can={reason !== '' && free}
              onPress={() => onDo({ type: 'call_ticket', counter: counter.id, ticket: id, reason })}
            >
              {say('counter.do.call')}
            </Action>
          </li>
        )}
        {there && (
          <li>
            <Action can={reason !== ''} onPress={() => onDo({ type: 'requeue', ticket: id, reason })}>
              {say('counter.do.requeue')}
            </Action>
          </li>
        )}
        {view.classes.length > 1 && (
          <li class="fields">
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
          </li>
        )}
        {(queued || ticket.state === 'ahead') && (
          <li>
            <Action can={reason !== ''} onPress={() => onDo({ type: 'cancel_ticket', ticket: id, reason })}>
              {say('counter.do.cancel')}
            </Action>
          </li>
        )}
      </ul>
      <Cancel onClose={onClose} />
    </Dialog>
  );
}
