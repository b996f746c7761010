// Everybody who waits, the longest first.

import { useSpeech } from '../live';
import type { BranchView, TicketView } from '../protocol';
import { pick } from '../text';
import { clock } from '../time';
import { serviceOf } from './name';
import { Since } from './since';

/** How many rows are drawn at once. */
const ROWS = 200;

export function People({ view, waiting, now }: { view: BranchView; waiting: TicketView[]; now: number }) {
  const { language, say } = useSpeech();
  return (
    <section class="panel people" aria-labelledby="people">
      <h2 id="people">
        {say('dashboard.people')} <span class="count">{waiting.length}</span>
      </h2>
      {waiting.length === 0 ? (
        <p class="empty">{say('counter.nobody')}</p>
      ) : (
        // It scrolls, so it must be possible to reach it by keyboard.
        <div class="scroll" tabIndex={0} role="group" aria-labelledby="people">
          <table>
            <thead>
              <tr>
                <th scope="col">{say('number')}</th>
                <th scope="col">{say('service')}</th>
                <th scope="col">{say('class')}</th>
                <th scope="col" class="figure">{say('arrived')}</th>
                <th scope="col" class="figure">{say('waited')}</th>
              </tr>
            </thead>
            <tbody>
              {waiting.slice(0, ROWS).map((ticket) => {
                const group = view.classes.find(({ id }) => id === ticket.class);
                return (
                  <tr key={ticket.id}>
                    <th scope="row">{ticket.number}</th>
                    <td>{serviceOf(view, ticket.service, language)}</td>
                    <td>{group ? pick(group.name, language) : ticket.class}</td>
                    <td class="figure">{clock(Date.parse(ticket.arrived_at), view.time_zone)}</td>
                    <td class="figure">
                      {Date.parse(ticket.due_at) <= now && (
                        <span class="late" title={say('late')}>
                          <span aria-hidden="true">▲</span>
                          <span class="unseen">{say('late')} </span>
                        </span>
                      )}
                      <Since at={ticket.arrived_at} now={now} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
