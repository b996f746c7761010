// Today's totals, each service's queue, each counter, and everybody who waits.

import { useState } from 'preact/hooks';

import { useLive, useNow, usePress, useSpeech, type Presser } from '../live';
import type { BranchView, Command, CounterView, Language, TicketView } from '../protocol';
import { useRenewal } from '../renew';
import { pick, type Key } from '../text';
import { clock, date, duration, elapsed, range } from '../time';
import { Action, Dialog, Failure, Header, Languages, LinkDown } from '../ui/frame';
import { OfficerBar, useOfficer } from '../ui/officer';
import { Pause } from '../ui/pause';
import { Silent, Trouble } from '../ui/trouble';
import { Day } from './day';

export function Dashboard({ branch }: { branch: string }) {
  const { language, say } = useSpeech();
  const { picture, link } = useLive(branch, 'supervisor');
  const officer = useOfficer();
  const presser = usePress(branch, undefined, officer.by);
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
      <Trouble trouble={view?.health?.trouble} zone={view?.time_zone} />
      <Failure presser={presser} />
      <OfficerBar officer={officer} />
      <Silent view={view} />
      <main>
        <h1 class="unseen">{say('dashboard.title')}</h1>
        {view ? (
          <>
            <Totals view={view} waiting={waiting} now={now} />
            <Services view={view} waiting={waiting} now={now} />
            <Day branch={branch} view={view} presser={presser} now={now} />
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
    const { issued, served, missed, cancelled, expired, carried } = view.tally;
    figures.push(
      ['dashboard.issued', issued],
      ['dashboard.served', served],
      ['dashboard.missed', missed],
      ['dashboard.cancelled', cancelled],
    );
    // Most offices have none of these, and then nothing is said of them.
    if (expired) figures.push(['dashboard.expired', expired]);
    if (carried) figures.push(['dashboard.carried', carried]);
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
  const quota = view.services.some(({ numbers_left }) => numbers_left != null);
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
            {quota && (
              <th scope="col" class="figure">
                {say('dashboard.left')}
              </th>
            )}
            <th scope="col">{say('dashboard.expected')}</th>
          </tr>
        </thead>
        <tbody>
          {view.services.map((service) => {
            const longest = waiting.find((ticket) => ticket.service === service.id);
            const promise_s = service.charter?.wait_s;
            const over = longest && promise_s != null && now - Date.parse(longest.arrived_at) > promise_s * 1000;
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
                <td class="figure">
                  {longest ? <Since at={longest.arrived_at} now={now} /> : '–'}
                  {over && (
                    <span class="over">
                      <span aria-hidden="true">▲ </span>
                      {say('dashboard.over', { count: Math.round(promise_s / 60) })}
                    </span>
                  )}
                </td>
                {quota && (
                  <td class="figure">
                    {service.numbers_left === 0 ? say('left.none') : (service.numbers_left ?? '–')}
                  </td>
                )}
                <td>
                  {service.wait
                    ? range(service.wait, language, true)
                    : say('dashboard.ahead', { count: service.waiting })}
                </td>
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
  const [pausing, setPausing] = useState<string>();
  const chosen = view.counters.find(({ id }) => id === choosing);
  return (
    <section class="panel counters" aria-labelledby="counters">
      <h2 id="counters">{say('dashboard.counters')}</h2>
      <ul>
        {view.counters.map((counter) => {
          const name = `${say(`place.${counter.place}`)} ${counter.number}`;
          const state = counter.pause ? 'paused' : counter.open ? 'open' : 'closed';
          const names = (ids: readonly string[]) => ids.map((id) => nameOf(view, id, language)).join(' · ');
          const helps = names((counter.helps ?? []).flat());
          const open = counter.open;
          return (
            <li key={counter.id} data-open={counter.open}>
              <h3>
                {name}{' '}
                <span class={`tag ${state}`}>
                  {counter.pause
                    ? `${say('counter.state.paused')}: ${say(`pause.${counter.pause.reason}`)}`
                    : say(open ? 'counter.is_open' : 'counter.is_closed')}
                </span>
              </h3>
              <p class="there">
                {counter.current ? (
                  <>
                    <strong>{counter.current.number}</strong>{' '}
                    <span>{say(counter.current.serving ? 'counter.state.serving' : 'counter.state.called')}</span>{' '}
                    <Since at={counter.current.since} now={now} />
                  </>
                ) : counter.pause ? (
                  <Since at={counter.pause.since} now={now} />
                ) : (
                  <span>{open ? say('counter.state.free') : '–'}</span>
                )}
                {counter.officer && (
                  <>
                    {' · '}
                    {say('officer')}: <span class="who">{counter.officer}</span>
                  </>
                )}
              </p>
              <p class="takes">
                <span>{names(counter.services)}</span>
                {helps && <span>{say('dashboard.helps', { names: helps })}</span>}
              </p>
              <p class="buttons">
                <Press presser={presser} name={name} say={open ? 'counter.do.close' : 'counter.do.open'}>
                  {{ type: open ? 'close_counter' : 'open_counter', counter: counter.id }}
                </Press>
                {counter.pause ? (
                  <Press presser={presser} name={name} say="counter.do.go_on">
                    {{ type: 'resume_counter', counter: counter.id }}
                  </Press>
                ) : (
                  <Action
                    can={!presser.pending && open && !counter.current}
                    aria-label={`${say('counter.do.pause')}: ${name}`}
                    onPress={() => setPausing(counter.id)}
                  >
                    {say('counter.do.pause')}
                  </Action>
                )}
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
          onChoose={(services, helps) => {
            setChoosing(undefined);
            presser.press({ type: 'choose_services', counter: chosen.id, services, helps });
          }}
        />
      )}
      {pausing !== undefined && (
        <Pause
          onClose={() => setPausing(undefined)}
          onChoose={(reason) => {
            setPausing(undefined);
            presser.press({ type: 'pause_counter', counter: pausing, reason });
          }}
        />
      )}
    </section>
  );
}

/** A button at a counter that asks for nothing more. */
function Press({ presser, name, say: key, children: command }: {
  presser: Presser;
  /** The counter's. */
  name: string;
  say: Key;
  children: Command;
}) {
  const { say } = useSpeech();
  return (
    <Action can={!presser.pending} aria-label={`${say(key)}: ${name}`} onPress={() => presser.press(command)}>
      {say(key)}
    </Action>
  );
}

/** In how many tiers a counter may help, by this page. */
const TIERS = [1, 2, 3];

/** Which services a counter takes first, and which it helps with. */
function Choose({ view, counter, onChoose, onClose }: {
  view: BranchView;
  counter: CounterView;
  onChoose: (services: string[], helps: string[][]) => void;
  onClose: () => void;
}) {
  const { language, say } = useSpeech();
  // 0 for its own, then the tiers.
  const [tiers, setTiers] = useState(
    () =>
      new Map([counter.services, ...(counter.helps ?? [])].flatMap((ids, tier) => ids.map((id) => [id, tier] as const))),
  );
  const of = (tier: number) => view.services.filter(({ id }) => tiers.get(id) === tier).map(({ id }) => id);
  const title = say('dashboard.takes', { place: `${say(`place.${counter.place}`)} ${counter.number}` });
  return (
    <Dialog label={title} onClose={onClose}>
      <h2>{title}</h2>
      <ul class="choices">
        {view.services.map(({ id, name, letters }) => (
          <li key={id}>
            <label>
              <span class="letters" aria-hidden="true">
                {letters}
              </span>
              {pick(name, language)}
              <select
                value={tiers.get(id) ?? ''}
                onChange={({ currentTarget: { value } }) => {
                  const next = new Map(tiers);
                  if (value === '') next.delete(id);
                  else next.set(id, Number(value));
                  setTiers(next);
                }}
              >
                <option value="">{say('dashboard.takes.none')}</option>
                <option value={0}>{say('dashboard.takes.own')}</option>
                {TIERS.map((tier) => (
                  <option key={tier} value={tier}>
                    {say('dashboard.takes.help', { tier })}
                  </option>
                ))}
              </select>
            </label>
          </li>
        ))}
      </ul>
      <p class="buttons">
        <Action
          class="primary"
          can={of(0).length > 0}
          onPress={() => onChoose(of(0), TIERS.map(of).filter((tier) => tier.length > 0))}
        >
          {say('save')}
        </Action>
        <button type="button" class="quiet" onClick={onClose}>
          {say('cancel')}
        </button>
      </p>
    </Dialog>
  );
}

const nameOf = (view: BranchView, id: string, language: Language): string => {
  const service = view.services.find((service) => service.id === id);
  return service ? pick(service.name, language) : id;
};

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
