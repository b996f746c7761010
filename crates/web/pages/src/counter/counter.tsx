// The officer's page: who is at the counter, what can be done, who waits.

import { useState } from 'preact/hooks';

import { asked, useLive, useNow, usePress, useSpeech, type Presser } from '../live';
import type { BranchView, CounterView, Language, MissedView, TicketView } from '../protocol';
import { useRenewal } from '../renew';
import { pick } from '../text';
import { clock, duration, elapsed } from '../time';
import { Action, Failure, Header, Languages, LinkDown, withParameter } from '../ui/frame';
import { OfficerBar, useOfficer } from '../ui/officer';
import { Silent, Trouble } from '../ui/trouble';
import { Actions } from './actions';
import { Manage } from './dialogs';

export function Counter({ branch }: { branch: string }) {
  const { language, say } = useSpeech();
  const { picture, link } = useLive(branch, 'counter');
  const officer = useOfficer();
  const presser = usePress(branch, undefined, officer.by);
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
      <Trouble trouble={view?.health?.trouble} zone={view?.time_zone} />
      <Failure presser={presser} />
      <Silent view={view} />
      {view && counter ? (
        <>
          <OfficerBar
            officer={officer}
            onAnswer={(id) => {
              if (id && id !== counter.officer) {
                presser.press({ type: 'seat_officer', counter: counter.id, officer: id });
              }
            }}
          />
          <Console view={view} counter={counter} presser={presser} now={now} />
        </>
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
              <span>
                {say(counter.pause ? 'counter.state.paused' : counter.open ? 'counter.is_open' : 'counter.is_closed')}
              </span>
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
  const [managed, setManaged] = useState<number>();
  const tickets = view.tickets ?? [];
  const takes = [counter.services, ...(counter.helps ?? [])].flat();
  const mine = tickets
    .filter(
      ({ state, service, bound }) =>
        state === 'waiting' && (bound ? bound === counter.id : takes.includes(service)),
    )
    .sort(
      (a, b) =>
        Number(b.goes_next ?? false) - Number(a.goes_next ?? false) ||
        Date.parse(a.due_at) - Date.parse(b.due_at) ||
        a.id - b.id,
    );
  const parked = tickets.filter(({ state }) => state === 'parked');
  const ahead = tickets.find(({ id }) => id === counter.ahead?.ticket);
  const missed = (view.missed ?? []).filter(({ until }) => Date.parse(until) > now);
  const ticket = tickets.find(({ id }) => id === managed);
  const part = { view, now, can: !presser.pending, onManage: setManaged };
  return (
    <main class="desk">
      <section class="work" aria-labelledby="now">
        <Current view={view} counter={counter} now={now} />
        <Actions view={view} counter={counter} waiting={mine.length} presser={presser} now={now} />
      </section>
      <div class="aside">
        {ahead && (
          <section class="panel" aria-labelledby="ahead">
            <h2 id="ahead">{say('counter.ahead')}</h2>
            <ul class="parked">
              <Row ticket={ahead} {...part} />
            </ul>
          </section>
        )}
        <section class="panel" aria-labelledby="parked">
          <h2 id="parked">
            {say('counter.parked')} <span class="count">{parked.length}</span>
          </h2>
          <ul class="parked">
            {parked.map((ticket) => (
              <Row key={ticket.id} ticket={ticket} {...part}>
                <Action
                  can={!presser.pending}
                  aria-label={`${say('counter.resume')} ${ticket.number}`}
                  onPress={() => presser.press({ type: 'resume', ticket: ticket.id })}
                >
                  {say('counter.resume')}
                </Action>
              </Row>
            ))}
          </ul>
          {!parked.length && <p class="empty">{say('counter.none_parked')}</p>}
        </section>
        {missed.length > 0 && <Missed view={view} missed={missed} presser={presser} />}
      </div>
      <section class="panel queue" aria-labelledby="waiting">
        <h2 id="waiting">
          {say('counter.waiting')} <span class="count">{mine.length}</span>
        </h2>
        {mine.length ? (
          <Waiting tickets={mine} {...part} />
        ) : (
          <p class="empty">{say('counter.nobody')}</p>
        )}
      </section>
      {ticket && (
        <Manage
          // Whoever has moved meanwhile is asked about anew.
          key={ticket.state}
          view={view}
          counter={counter}
          ticket={ticket}
          onClose={() => setManaged(undefined)}
          onDo={(command) => {
            setManaged(undefined);
            presser.press(command);
          }}
        />
      )}
    </main>
  );
}

interface Part {
  view: BranchView;
  now: number;
  can: boolean;
  onManage: (ticket: number) => void;
}

/** A ticket that no counter serves, in a short list. */
function Row({ ticket, view, now, can, onManage, children }: Part & {
  ticket: TicketView;
  children?: preact.ComponentChildren;
}) {
  const { say } = useSpeech();
  return (
    <li>
      <strong>{ticket.number}</strong>
      <Since at={ticket.since} now={now} />
      {ticket.until && <span>{say('counter.until', { time: clock(Date.parse(ticket.until), view.time_zone) })}</span>}
      <span class="buttons">
        {children}
        <More ticket={ticket} can={can} onManage={onManage} />
      </span>
    </li>
  );
}

/** Opens what is seldom done, and needs a reason. */
function More({ ticket, can, onManage }: Omit<Part, 'view' | 'now'> & { ticket: TicketView }) {
  const { say } = useSpeech();
  return (
    <Action
      class="more"
      can={can}
      aria-label={say('counter.manage', { number: ticket.number })}
      onPress={() => onManage(ticket.id)}
    >
      …
    </Action>
  );
}

/** Who missed the call and may still come back to the same place. */
function Missed({ view, missed, presser }: { view: BranchView; missed: MissedView[]; presser: Presser }) {
  const { say } = useSpeech();
  return (
    <section class="panel" aria-labelledby="missed">
      <h2 id="missed">
        {say('counter.missed')} <span class="count">{missed.length}</span>
      </h2>
      <ul class="parked missed">
        {missed.map(({ ticket, number, until }) => (
          <li key={ticket}>
            <strong>{number}</strong>
            <span>{say('counter.until', { time: clock(Date.parse(until), view.time_zone) })}</span>
            <span class="buttons">
              <Action
                can={!presser.pending}
                aria-label={`${say('counter.come_back')} ${number}`}
                onPress={() => presser.press({ type: 'come_back', ticket })}
              >
                {say('counter.come_back')}
              </Action>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Who is at the counter, and for how long. */
function Current({ view, counter, now }: { view: BranchView; counter: CounterView; now: number }) {
  const { language, say } = useSpeech();
  const { current } = counter;
  const state = !counter.open ? 'closed' : counter.pause ? 'paused' : !current ? 'free' : current.serving ? 'serving' : 'called';
  const ticket = current && view.tickets?.find(({ id }) => id === current.ticket);
  const group = ticket && view.classes.slice(1).find(({ id }) => id === ticket.class);
  return (
    <div class="current" data-state={state}>
      <div role="status">
        <h1 id="now">
          <span class="state">
            <span class={`sign ${state}`} aria-hidden="true" />
            {say(`counter.state.${state}`)}
            {counter.pause && `: ${say(`pause.${counter.pause.reason}`)}`}
            {ticket?.goes_next && <Emergency />}
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
            <dd>{nameOf(view, current.service, language)}</dd>
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
          {ticket && ticket.legs && ticket.legs.length > 0 && (
            <div>
              <dt>{say('counter.legs')}</dt>
              <dd>{ticket.legs.map((id) => nameOf(view, id, language)).join(', ')}</dd>
            </div>
          )}
          {ticket?.note && (
            <div class="note">
              <dt>{say('counter.note')}</dt>
              <dd>{ticket.note}</dd>
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

function Waiting({ view, tickets, now, can, onManage }: Part & { tickets: TicketView[] }) {
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
          <th scope="col">
            <span class="unseen">{say('counter.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tickets.slice(0, ROWS).map((ticket) => {
          const group = view.classes.find(({ id }) => id === ticket.class);
          const late = Date.parse(ticket.due_at) <= now;
          return (
            <tr key={ticket.id}>
              <th scope="row">{ticket.number}</th>
              <td>
                {nameOf(view, ticket.service, language)}
                {ticket.note && <small> {ticket.note}</small>}
              </td>
              <td>
                {ticket.goes_next && <Emergency />}
                {ticket.class === ordinary || !group ? '' : pick(group.name, language)}
              </td>
              <td class="figure">
                {late && (
                  <span class="late" title={say('late')}>
                    <span aria-hidden="true">▲</span>
                    <span class="unseen">{say('late')} </span>
                  </span>
                )}
                <Since at={ticket.arrived_at} now={now} />
              </td>
              <td class="figure">
                <More ticket={ticket} can={can} onManage={onManage} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Goes before all that are none. */
function Emergency() {
  const { say } = useSpeech();
  return (
    <span class="emergency">
      <span aria-hidden="true">‼ </span>
      {say('counter.emergency')}
    </span>
  );
}

const nameOf = (view: BranchView, id: string, language: Language): string => {
  const service = view.services.find((service) => service.id === id);
  return service ? pick(service.name, language) : id;
};

/** A live timer. */
function Since({ at, now }: { at: string; now: number }) {
  const ms = now - Date.parse(at);
  return <time dateTime={duration(ms)}>{elapsed(ms)}</time>;
}
