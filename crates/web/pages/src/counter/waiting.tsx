// Who waits for the counter, in calling order, and how long.

import { useSpeech } from '../live';
import type { CounterView, TicketView } from '../protocol';
import { pick } from '../text';
import { elapsed } from '../time';
import { standing, tierOf, type Standing } from './order';
import { Emergency, More, nameOf, Since, type Part } from './parts';

/** How many rows are drawn: more than an officer reads, fewer than an old machine minds. */
const ROWS = 50;

/** What stands before a time that is worth a look; each has a form of its own. */
const SIGNS: Record<Standing, string> = { late: '▲', soon: '◔', early: '' };

export function Waiting({ counter, tickets, keys, ...part }: Part & {
  counter: CounterView;
  tickets: TicketView[];
  /** Whether the keys that go through the list are shown. */
  keys: boolean;
}) {
  const { language, say } = useSpeech();
  const { view, now } = part;
  const ordinary = view.classes[0]?.id;
  const standings = tickets.map((ticket) => standing(ticket, now));
  const count = (wanted: Standing) => standings.filter((standing) => standing === wanted).length;
  const oldest = Math.min(...tickets.map(({ arrived_at }) => Date.parse(arrived_at)));
  return (
    <section class="panel queue" aria-labelledby="waiting">
      <div class="summary">
        <h2 id="waiting">
          {say('counter.waiting')} <span class="count">{tickets.length}</span>
        </h2>
        {tickets.length > 0 && <p>{say('counter.oldest', { time: elapsed(now - oldest) })}</p>}
        {(['late', 'soon'] as const).map(
          (standing) =>
            count(standing) > 0 && (
              <p key={standing} class={standing}>
                <span aria-hidden="true">{SIGNS[standing]} </span>
                {say(`counter.${standing}`, { count: count(standing) })}
              </p>
            ),
        )}
        {keys && tickets.length > 0 && (
          <p class="hint" aria-hidden="true">
            <kbd>↑</kbd> <kbd>↓</kbd>
          </p>
        )}
      </div>
      {tickets.length > 0 ? (
        <div class="rows">
          <table>
            <thead>
              <tr>
                <th scope="col">{say('number')}</th>
                <th scope="col">{say('service')}</th>
                <th scope="col" class="figure">{say('waited')}</th>
                <th scope="col">
                  <span class="unseen">{say('counter.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {tickets.slice(0, ROWS).map((ticket, n) => {
                const group = view.classes.find(({ id }) => id === ticket.class);
                const stands = standings[n] ?? 'early';
                return (
                  <tr key={ticket.id}>
                    <th scope="row">{ticket.number}</th>
                    <td>
                      {nameOf(view, ticket.service, language)}
                      {ticket.note && <small> {ticket.note}</small>}{' '}
                      {ticket.goes_next && <Emergency />}{' '}
                      {group && group.id !== ordinary && <span class="tag">{pick(group.name, language)}</span>}{' '}
                      {tierOf(counter, ticket) !== 0 && <span class="tag helped">{say('counter.helped')}</span>}
                    </td>
                    <td class="figure">
                      {stands !== 'early' && (
                        <span class={stands} title={say(stands === 'late' ? 'late' : 'counter.due_soon')}>
                          <span aria-hidden="true">{SIGNS[stands]}</span>
                          <span class="unseen">{say(stands === 'late' ? 'late' : 'counter.due_soon')} </span>
                        </span>
                      )}
                      <Since at={ticket.arrived_at} now={now} />
                    </td>
                    <td class="figure">
                      <More ticket={ticket} {...part} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      ) : (
        <p class="empty">{say('counter.nobody')}</p>
      )}
    </section>
  );
}
