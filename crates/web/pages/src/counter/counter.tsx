// The officer's page: who is at the counter, what can be done, who waits.

import { asked, useLive, useNow, usePress, useSpeech, type Presser } from '../live';
import type { BranchView, CounterView, TicketView } from '../protocol';
import { useRenewal } from '../renew';
import { pick } from '../text';
import { clock, duration, elapsed } from '../time';
import { Action, Failure, Header, Languages, LinkDown, withParameter } from '../ui/frame';
import { Actions } from './actions';

export function Counter({ branch }: { branch: string }) {
  const { language, say } = useSpeech();
  const { picture, link } = useLive(branch, 'counter');
  const presser = usePress(branch);
  useRenewal(link, !presser.pending);
  const now = useNow(picture);
  const view = picture?.view;
  const counter = view?.counters.find(({ id }) => id === asked('counter'));
  return (
    <div class="console">
      <Header office={view ? pick(view.name, language) : ''}>
        {counter && (
          <p class="sign">
            {say(`place.${counter.place}`)} <strong>{counter.number}</strong>
          </p>
        )}
        <p class="now">{view && <time>{clock(now, view.time_zone)}</time>}</p>
        <Languages />
      </Header>
      <LinkDown link={link} zone={view?.time_zone} ahead_ms={picture?.ahead_ms ?? 0} />
      <Failure presser={presser} />
      {view && counter ? (
        <Console view={view} counter={counter} presser={presser} now={now} />
      ) : (
        <main>{view ? <Choice view={view} /> : <p role="status">{say('link.opening')}</p>}</main>
      )}
    </div>
  );
}

/** Which counter the officer sits at. */
function Choice({ view }: { view: BranchView }) {
  const { say } = useSpeech();
  return (
    <>
      <h1>{say('counter.choose')}</h1>
      <ul class="cards">
        {view.counters.map((counter) => (
          <li key={counter.id}>
            <a class="card" href={withParameter('counter', counter.id)}>
              <strong>
                {say(`place.${counter.place}`)} {counter.number}
              </strong>
              <span>{say(counter.open ? 'counter.is_open' : 'counter.is_closed')}</span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

function Console({ view, counter, presser, now }: {
  view: BranchView;
  counter: CounterView;
  presser: Presser;
  now: number;
}) {
  const { say } = useSpeech();
  const tickets = view.tickets ?? [];
  const mine = tickets
    .filter(({ state, service }) => state === 'waiting' && counter.services.includes(service))
    .sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at) || a.id - b.id);
  const parked = tickets.filter(({ state }) => state === 'parked');
  return (
    <main class="desk">
      <section class="work" aria-labelledby="now">
        <Current view={view} counter={counter} now={now} />
        <Actions view={view} counter={counter} waiting={mine.length} presser={presser} />
      </section>
      <section class="panel" aria-labelledby="parked">
        <h2 id="parked">
          {say('counter.parked')} <span class="count">{parked.length}</span>
        </h2>
        <ul class="parked">
          {parked.map((ticket) => (
            <li key={ticket.id}>
              <strong>{ticket.number}</strong>
              <Since at={ticket.since} now={now} />
              <Action
                can={!presser.pending}
                aria-label={`${say('counter.resume')} ${ticket.number}`}
                onPress={() => presser.press({ type: 'resume', ticket: ticket.id })}
              >
                {say('counter.resume')}
              </Action>
            </li>
          ))}
        </ul>
        {!parked.length && <p class="empty">{say('counter.none_parked')}</p>}
      </section>
      <section class="panel" aria-labelledby="waiting">
        <h2 id="waiting">
          {say('counter.waiting')} <span class="count">{mine.length}</span>
        </h2>
        {mine.length ? (
          <Waiting view={view} tickets={mine} now={now} />
        ) : (
          <p class="empty">{say('counter.nobody')}</p>
        )}
      </section>
    </main>
  );
}

/** Who is at the counter, and for how long. */
function Current({ view, counter, now }: { view: BranchView; counter: CounterView; now: number }) {
  const { language, say } = useSpeech();
  const { current } = counter;
  const state = !counter.open ? 'closed' : !current ? 'free' : current.serving ? 'serving' : 'called';
  const ticket = current && view.tickets?.find(({ id }) => id === current.ticket);
  const service = current && view.services.find(({ id }) => id === current.service);
  const group = ticket && view.classes.slice(1).find(({ id }) => id === ticket.class);
  return (
    <div class="current" data-state={state}>
      <div role="status">
        <h1 id="now">
          <span class="state">
            <span class={`sign ${state}`} aria-hidden="true" />
            {say(`counter.state.${state}`)}
          </span>{' '}
          {current ? <strong class="number">{current.number}</strong> : <span class="number none">–</span>}
        </h1>
      </div>
      {current && (
        <dl>
          <div class="timer">
            <dt>{say(current.serving ? 'counter.serving_for' : 'counter.called_for')}</dt>
            <dd>
              <Since at={current.since} now={now} />
            </dd>
          </div>
          <div>
            <dt>{say('service')}</dt>
            <dd>{service ? pick(service.name, language) : current.service}</dd>
          </div>
          {ticket && (
            <div>
              <dt>{say('language')}</dt>
              <dd>{say(`language.${ticket.language}`)}</dd>
            </div>
          )}
          {group && (
            <div>
              <dt>{say('class')}</dt>
              <dd>{pick(group.name, language)}</dd>
            </div>
          )}
          {current.attempts > 1 && (
            <div>
              <dt>{say('counter.attempts')}</dt>
              <dd>{current.attempts}</dd>
            </div>
          )}
        </dl>
      )}
    </div>
  );
}

/** How many rows are drawn: more than an officer reads, fewer than an old machine minds. */
const ROWS = 50;

function Waiting({ view, tickets, now }: { view: BranchView; tickets: TicketView[]; now: number }) {
  const { language, say } = useSpeech();
  const ordinary = view.classes[0]?.id;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{say('number')}</th>
          <th scope="col">{say('service')}</th>
          <th scope="col">{say('class')}</th>
          <th scope="col" class="figure">{say('waited')}</th>
        </tr>
      </thead>
      <tbody>
        {tickets.slice(0, ROWS).map((ticket) => {
          const service = view.services.find(({ id }) => id === ticket.service);
          const group = view.classes.find(({ id }) => id === ticket.class);
          const late = Date.parse(ticket.due_at) <= now;
          return (
            <tr key={ticket.id}>
              <th scope="row">{ticket.number}</th>
              <td>{service ? pick(service.name, language) : ticket.service}</td>
              <td>{ticket.class === ordinary || !group ? '' : pick(group.name, language)}</td>
              <td class="figure">
                {late && (
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
  );
}

/** A live timer. */
function Since({ at, now }: { at: string; now: number }) {
  const ms = now - Date.parse(at);
  return <time dateTime={duration(ms)}>{elapsed(ms)}</time>;
}
