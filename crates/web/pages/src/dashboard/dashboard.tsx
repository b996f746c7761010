// Today's totals, each service's queue, each counter, and everybody who waits.

import { useState } from 'preact/hooks';

import { useLive, useNow, usePress, useSpeech, type Presser } from '../live';
import type { BranchView, CounterView, TicketView } from '../protocol';
import { useRenewal } from '../renew';
import { pick, type Key } from '../text';
import { clock, date, duration, elapsed, range } from '../time';
import { Action, Dialog, Failure, Header, Languages, LinkDown } from '../ui/frame';

export function Dashboard({ branch }: { branch: string }) {
  const { language, say } = useSpeech();
  const { picture, link } = useLive(branch, 'supervisor');
  const presser = usePress(branch);
  useRenewal(link, !presser.pending);
  const now = useNow(picture);
  const view = picture?.view;
  const waiting = (view?.tickets ?? [])
    .filter(({ state }) => state === 'waiting')
    .sort((a, b) => Date.parse(a.arrived_at) - Date.parse(b.arrived_at) || a.id - b.id);
  return (
    <div class="board">
      <Header office={view ? pick(view.name, language) : ''}>
        <p class="now">
          {view && (
            <>
              <span class="date">{date(now, view.time_zone, language)}</span>
              <time>{clock(now, view.time_zone)}</time>
            </>
          )}
        </p>
        <Languages />
      </Header>
      <LinkDown link={link} zone={view?.time_zone} ahead_ms={picture?.ahead_ms ?? 0} />
      <Failure presser={presser} />
      <main>
        <h1 class="unseen">{say('dashboard.title')}</h1>
        {view ? (
          <>
            <Totals view={view} waiting={waiting} now={now} />
            <Services view={view} waiting={waiting} now={now} />
            <Counters view={view} presser={presser} now={now} />
            <Waiting view={view} waiting={waiting} now={now} />
          </>
        ) : (
          <p role="status">{say('link.opening')}</p>
        )}
      </main>
    </div>
  );
}

interface Part {
  view: BranchView;
  /** Who waits, the longest first. */
  waiting: TicketView[];
  now: number;
}

function Totals({ view, waiting, now }: Part) {
  const { say } = useSpeech();
  const longest = waiting[0];
  const open = view.counters.filter(({ open }) => open).length;
  const figures: [Key, preact.ComponentChildren][] = [
    ['dashboard.waiting_now', waiting.length],
    ['dashboard.longest', longest ? <Since at={longest.arrived_at} now={now} /> : '–'],
    ['dashboard.open', `${open}/${view.counters.length}`],
  ];
  if (view.tally) {
    const { issued, served, missed, cancelled } = view.tally;
    figures.push(
      ['dashboard.issued', issued],
      ['dashboard.served', served],
      ['dashboard.missed', missed],
      ['dashboard.cancelled', cancelled],
    );
  }
  return (
    <section class="totals" aria-label={say('dashboard.today')}>
      <dl>
        {figures.map(([key, figure]) => (
          <div key={key}>
            <dt>{say(key)}</dt>
            <dd>{figure}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Services({ view, waiting, now }: Part) {
  const { language, say } = useSpeech();
  const most = Math.max(1, ...view.services.map((service) => service.waiting));
  return (
    <section class="panel services" aria-labelledby="services">
      <h2 id="services">{say('dashboard.services')}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{say('service')}</th>
            <th scope="col">{say('dashboard.waiting')}</th>
            <th scope="col" class="figure">{say('dashboard.longest')}</th>
            <th scope="col">{say('dashboard.expected')}</th>
          </tr>
        </thead>
        <tbody>
          {view.services.map((service) => {
            const longest = waiting.find((ticket) => ticket.service === service.id);
            return (
              <tr key={service.id}>
                <th scope="row">
                  <span class="letters" aria-hidden="true">
                    {service.letters}
                  </span>
                  {pick(service.name, language)}
                </th>
                <td>
                  <span class="bar">
                    <strong>{service.waiting}</strong>
                    <meter min={0} max={most} value={service.waiting} aria-hidden="true" />
                  </span>
                </td>
                <td class="figure">{longest ? <Since at={longest.arrived_at} now={now} /> : '–'}</td>
                <td>{range(service.wait, language, true)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Counters({ view, presser, now }: { view: BranchView; presser: Presser; now: number }) {
  const { language, say } = useSpeech();
  const [choosing, setChoosing] = useState<string>();
  const chosen = view.counters.find(({ id }) => id === choosing);
  return (
    <section class="panel counters" aria-labelledby="counters">
      <h2 id="counters">{say('dashboard.counters')}</h2>
      <ul>
        {view.counters.map((counter) => {
          const name = `${say(`place.${counter.place}`)} ${counter.number}`;
          const names = counter.services.map((id) => {
            const service = view.services.find((service) => service.id === id);
            return service ? pick(service.name, language) : id;
          });
          return (
            <li key={counter.id} data-open={counter.open}>
              <h3>
                {name} <span class={`tag ${counter.open ? 'open' : 'closed'}`}>{say(counter.open ? 'counter.is_open' : 'counter.is_closed')}</span>
              </h3>
              <p class="there">
                {counter.current ? (
                  <>
                    <strong>{counter.current.number}</strong>{' '}
                    <span>{say(counter.current.serving ? 'counter.state.serving' : 'counter.state.called')}</span>{' '}
                    <Since at={counter.current.since} now={now} />
                  </>
                ) : (
                  <span>{counter.open ? say('counter.state.free') : '–'}</span>
                )}
              </p>
              <p class="takes">{names.join(' · ')}</p>
              <p class="buttons">
                <Action
                  can={!presser.pending}
                  aria-label={`${say(counter.open ? 'counter.do.close' : 'counter.do.open')}: ${name}`}
                  onPress={() =>
                    presser.press({ type: counter.open ? 'close_counter' : 'open_counter', counter: counter.id })
                  }
                >
                  {say(counter.open ? 'counter.do.close' : 'counter.do.open')}
                </Action>
                <Action
                  can={!presser.pending}
                  aria-label={`${say('dashboard.choose')}: ${name}`}
                  onPress={() => setChoosing(counter.id)}
                >
                  {say('dashboard.choose')}
                </Action>
              </p>
            </li>
          );
        })}
      </ul>
      {chosen && (
        <Choose
          view={view}
          counter={chosen}
          onClose={() => setChoosing(undefined)}
          onChoose={(services) => {
            setChoosing(undefined);
            presser.press({ type: 'choose_services', counter: chosen.id, services });
          }}
        />
      )}
    </section>
  );
}

/** Which services a counter takes. */
function Choose({ view, counter, onChoose, onClose }: {
  view: BranchView;
  counter: CounterView;
  onChoose: (services: string[]) => void;
  onClose: () => void;
}) {
  const { language, say } = useSpeech();
  const [services, setServices] = useState(counter.services);
  const title = say('dashboard.takes', { place: `${say(`place.${counter.place}`)} ${counter.number}` });
  return (
    <Dialog label={title} onClose={onClose}>
      <h2>{title}</h2>
      <ul class="choices">
        {view.services.map(({ id, name, letters }) => (
          <li key={id}>
            <label>
              <input
                type="checkbox"
                checked={services.includes(id)}
                onChange={({ currentTarget }) =>
                  setServices((services) =>
                    currentTarget.checked ? [...services, id] : services.filter((service) => service !== id),
                  )
                }
              />
              <span class="letters" aria-hidden="true">
                {letters}
              </span>
              {pick(name, language)}
            </label>
          </li>
        ))}
      </ul>
      <p class="buttons">
        <Action class="primary" can={services.length > 0} onPress={() => onChoose(services)}>
          {say('save')}
        </Action>
        <button type="button" class="quiet" onClick={onClose}>
          {say('cancel')}
        </button>
      </p>
    </Dialog>
  );
}

/** How many rows are drawn at once. */
const ROWS = 200;

function Waiting({ view, waiting, now }: Part) {
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
                const service = view.services.find(({ id }) => id === ticket.service);
                const group = view.classes.find(({ id }) => id === ticket.class);
                return (
                  <tr key={ticket.id}>
                    <th scope="row">{ticket.number}</th>
                    <td>{service ? pick(service.name, language) : ticket.service}</td>
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

/** A live timer. */
function Since({ at, now }: { at: string; now: number }) {
  const ms = now - Date.parse(at);
  return <time dateTime={duration(ms)}>{elapsed(ms)}</time>;
}
