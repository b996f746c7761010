// Those whom the counter had or will have: called ahead, parked, missed.

import type { ComponentChildren } from 'preact';

import { Emergency, More, nameOf, type Part } from '../counter/parts';
import { useSpeech, type Presser } from '../live';
import type { CounterView, TicketView } from '../protocol';
import { learn } from '../text';
import desk from '../text/desk';
import staff from '../text/staff';
import { clock } from '../time';
import { Action } from '../ui/frame';

learn(desk, staff);

export function Aside({ counter, presser, ...part }: Part & { counter: CounterView; presser: Presser }) {
  const { say } = useSpeech();
  const { view, now, can } = part;
  const tickets = view.tickets ?? [];
  const ahead = tickets.find(({ id }) => id === counter.ahead?.ticket);
  const parked = tickets.filter(({ state }) => state === 'parked');
  const missed = (view.missed ?? []).filter(({ until }) => Date.parse(until) > now);
  return (
    <>
      {ahead && (
        <List name="ahead" title={say('desk.ahead')}>
          <Row ticket={ahead} {...part} />
        </List>
      )}
      <List name="parked" title={say('desk.parked')} count={parked.length}>
        {parked.map((ticket) => (
          <Row key={ticket.id} ticket={ticket} {...part}>
            <Action
              can={can}
              aria-label={`${say('desk.resume')} ${ticket.number}`}
              onPress={() => presser.press({ type: 'resume', ticket: ticket.id })}
            >
              {say('desk.resume')}
            </Action>
          </Row>
        ))}
      </List>
      <List name="missed" title={say('desk.missed')} count={missed.length}>
        {missed.map(({ ticket, number, until }) => (
          <li key={ticket}>
            <strong>{number}</strong>
            <span>{say('desk.until', { time: clock(Date.parse(until), view.time_zone) })}</span>
            <span class="buttons">
              <Action
                can={can}
                aria-label={`${say('desk.come_back')} ${number}`}
                onPress={() => presser.press({ type: 'come_back', ticket })}
              >
                {say('desk.come_back')}
              </Action>
            </span>
          </li>
        ))}
      </List>
    </>
  );
}

/** A short list; none where nobody is in it. */
function List({ name, title, count, children }: {
  name: string;
  title: string;
  /** How many, where there may be several. */
  count?: number;
  children: ComponentChildren;
}) {
  if (count === 0) return null;
  return (
    <section class="panel aside" aria-labelledby={name}>
      <h2 id={name}>
        {title} {count && <span class="count">{count}</span>}
      </h2>
      <ul class={`parked ${name}`}>{children}</ul>
    </section>
  );
}

function Row({ ticket, view, now, can, onManage, children }: Part & {
  ticket: TicketView;
  children?: ComponentChildren;
}) {
  const { language, say } = useSpeech();
  return (
    <li>
      <strong>{ticket.number}</strong>
      <span>
        {nameOf(view, ticket.service, language)} {ticket.goes_next && <Emergency />}
        {ticket.until && (
          <span class="second">
            {' '}
            {say('desk.until', { time: clock(Math.max(now, Date.parse(ticket.until)), view.time_zone) })}
          </span>
        )}
      </span>
      <span class="buttons">
        {children}
        <More ticket={ticket} can={can} onManage={onManage} />
      </span>
    </li>
  );
}
