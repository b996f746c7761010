// The wall display: the newest call across the hall, five earlier ones, how many wait.
//
// Nobody touches it. Whatever it says it says in two languages, since nobody can press for another.

import { useCallback, useEffect, useReducer } from 'preact/hooks';

import { useLive, useNow, useSpeech } from '../live';
import type { Picture } from '../picture';
import type { BranchView, CallView, Language } from '../protocol';
import { useRenewal } from '../renew';
import { beside, pick, say as sayIn, type Key } from '../text';
import { clock, date } from '../time';
import { Header, LinkDown } from '../ui/frame';
import { whyOf } from '../ui/trouble';
import { advance, dueAt, hear, open, SHOWN_MS, SHOWN_SILENT_MS, type Stage } from './stage';
import { useWakeLock } from './wake';

/** How many earlier calls stand beside the newest. */
const ROWS = 5;

export function Display({ branch }: { branch: string }) {
  const { language } = useSpeech();
  const [stage, silent, heard] = useStage();
  const { picture, link } = useLive(branch, 'display', heard);
  useRenewal(link, true);
  const now = useNow(picture);
  useWakeLock();
  const view = picture?.view;
  const second = beside(language);
  return (
    <div class="wall" data-silent={silent}>
      <Header office={view ? pick(view.name, language) : ''}>
        <p class="now">
          {view && (
            <>
              <span class="date">{date(now, view.time_zone, language)}</span>
              <time>{clock(now, view.time_zone)}</time>
            </>
          )}
        </p>
      </Header>
      <LinkDown
        link={link}
        zone={view?.time_zone}
        ahead_ms={picture?.ahead_ms ?? 0}
        beside={(key, fill) => ({ language: second, text: sayIn(second, key, fill) })}
      />
      <Trouble view={view} />
      {view ? (
        <main>
          <h1 class="unseen">
            <Both say="display.title" />
          </h1>
          {isQuiet(view) ? <Closed view={view} /> : <Newest view={view} stage={stage} />}
          <Earlier view={view} stage={stage} />
          <Ahead view={view} />
          <Queues view={view} language={language} />
        </main>
      ) : (
        <main>
          <h1 class="opening">
            <Both say="link.opening" />
          </h1>
        </main>
      )}
    </div>
  );
}

/** A word in the page's language and in the one beside it. */
function Both({ say: key }: { say: Key }) {
  const { language, say } = useSpeech();
  const second = beside(language);
  return (
    <>
      <span>{say(key)}</span> <span class="second" lang={second}>{sayIn(second, key)}</span>
    </>
  );
}

/** Why nothing moves. What was called before stays in sight. */
function Trouble({ view }: { view: BranchView | undefined }) {
  const { language } = useSpeech();
  const trouble = view?.health?.trouble;
  return (
    <div role="status">
      {trouble && (
        <p class="notice trouble">
          <span aria-hidden="true">⚠ </span>
          {[language, beside(language)].map((tongue) => (
            <span key={tongue} lang={tongue}>
              {sayIn(tongue, 'trouble.hall')}. {sayIn(tongue, 'trouble.ask')} {whyOf(trouble, tongue)}{' '}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

/** Whether the office is closed and nobody is at a counter any more. */
const isQuiet = (view: BranchView): boolean =>
  view.opening.state === 'closed' && view.counters.every(({ current }) => !current);

function Closed({ view }: { view: BranchView }) {
  const { language } = useSpeech();
  const next = view.opening.state === 'closed' ? view.opening.next : undefined;
  const at = next ? Date.parse(next) : undefined;
  return (
    <section class="stage closed" data-state="none">
      <p class="none">
        <Both say="opening.closed" />
      </p>
      {at !== undefined &&
        [language, beside(language)].map((tongue, n) => (
          <p key={tongue} lang={tongue} class={n > 0 ? 'second' : 'next'}>
            {sayIn(tongue, 'opening.next', {
              date: date(at, view.time_zone, tongue),
              time: clock(at, view.time_zone),
            })}
          </p>
        ))}
    </section>
  );
}

/** Who goes to the place near a counter already. */
function Ahead({ view }: { view: BranchView }) {
  const { language } = useSpeech();
  const rows = view.counters.flatMap(({ id, place, number, ahead }) => (ahead ? [{ id, place, number, ahead }] : []));
  if (rows.length === 0) return null;
  const where = (tongue: Language, { place, number, ahead }: (typeof rows)[number]) =>
    ahead.place
      ? sayIn(tongue, 'display.at', { place: pick(ahead.place, tongue) })
      : sayIn(tongue, 'display.near', { place: `${sayIn(tongue, `place.${place}`)} ${number}` });
  const second = beside(language);
  return (
    <section class="ahead">
      <h2>
        <Both say="display.ahead" />
      </h2>
      <ul>
        {rows.map((row) => (
          <li key={row.id}>
            <strong>{row.ahead.number}</strong>
            <span>
              {where(language, row)}{' '}
              <span class="second" lang={second}>
                {where(second, row)}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Newest({ view, stage }: { view: BranchView; stage: Stage }) {
  const { call } = stage;
  if (!call) {
    return (
      <section class="stage" data-state="none">
        <p class="none">
          <Both say="display.none" />
        </p>
      </section>
    );
  }
  const state = stateOf(call, view);
  // A new key makes a new element, so that the flashing begins anew with each call.
  return (
    <section key={call.seq} class="stage" data-state={state} data-fresh={stage.since_ms !== undefined} data-seq={call.seq}>
      <div class="what">
        <p class="label">
          <Both say="number" />
        </p>
        {/* A longer number is written smaller, so that it stays on one line. */}
        <p class="number" style={{ '--characters': call.number.length }}>
          {call.number}
        </p>
      </div>
      <div class="where">
        <p class="label">
          <Both say={`place.${call.place}`} />
        </p>
        <p class="place">
          <span class="arrow" aria-hidden="true" />
          {call.counter_number}
        </p>
      </div>
      <State state={state} />
    </section>
  );
}

function Earlier({ view, stage }: { view: BranchView; stage: Stage }) {
  const rows = earlier(view.calls ?? [], stage);
  return (
    <section class="earlier">
      <h2>
        <Both say="display.earlier" />
      </h2>
      <table>
        <thead class="unseen">
          <tr>
            <th scope="col"><Both say="number" /></th>
            <th scope="col"><Both say="place.counter" /></th>
          </tr>
        </thead>
        <tbody>
          {rows.map((call) => {
            const state = stateOf(call, view);
            return (
              <tr key={call.seq} data-state={state}>
                <th scope="row">{call.number}</th>
                <td>
                  <span class="arrow" aria-hidden="true" />
                  <span class="place">
                    <Both say={`place.${call.place}`} />
                  </span>
                  <strong>{call.counter_number}</strong>
                  <State state={state} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** The last calls, newest first, each number once, without the one on stage. */
function earlier(calls: readonly CallView[], { call: current }: Stage): CallView[] {
  const shown = new Set(current ? [current.number] : []);
  const rows: CallView[] = [];
  for (const call of calls.toReversed()) {
    if (shown.has(call.number)) continue;
    shown.add(call.number);
    rows.push(call);
  }
  return rows.slice(0, ROWS);
}

type CallState = 'called' | 'again' | 'serving' | 'past';

/** What became of a call, by the counter that made it. */
function stateOf(call: CallView, view: BranchView): CallState {
  const current = view.counters.find(({ id }) => id === call.counter)?.current;
  if (!current || current.number !== call.number) return 'past';
  if (current.serving) return 'serving';
  return call.attempt > 1 ? 'again' : 'called';
}

/** A state is a word with its own sign; the frame's form says it once more. */
function State({ state }: { state: CallState }) {
  if (state === 'past') return null;
  return (
    <p class="state">
      <span class={`sign ${state}`} aria-hidden="true" />
      <Both say={`display.${state}`} />
    </p>
  );
}

function Queues({ view, language }: { view: BranchView; language: Language }) {
  const second = beside(language);
  return (
    <section class="queues" data-many={view.services.length > 4}>
      <h2>
        <Both say="display.waiting" />
      </h2>
      <ul>
        {view.services.map((service) => (
          <li key={service.id}>
            <span class="letters" aria-hidden="true">
              {service.letters}
            </span>
            <span class="names">
              <span>{pick(service.name, language)}</span>
              {service.name[second] && (
                <span class="second" lang={second}>
                  {service.name[second]}
                </span>
              )}
            </span>
            <strong>{service.waiting}</strong>
          </li>
        ))}
      </ul>
    </section>
  );
}

type Heard = { picture: Picture } | 'time';
interface Theatre {
  readonly log: string | undefined;
  readonly stage: Stage;
  /** Whether nobody says the calls aloud. */
  readonly silent: boolean;
}

/** How long each call has the stage. */
const shownMs = ({ silent }: Theatre): number => (silent ? SHOWN_SILENT_MS : SHOWN_MS);

/** The stage, moved on by messages and by time. */
function useStage(): [Stage, boolean, (picture: Picture) => void] {
  const [theatre, dispatch] = useReducer((theatre: Theatre, heard: Heard): Theatre => {
    const now = performance.now();
    if (heard === 'time') return { ...theatre, stage: advance(theatre.stage, now, shownMs(theatre)) };
    const { log, view } = heard.picture;
    const calls = view.calls ?? [];
    const silent = view.health?.speakers === 0;
    // The numbers of another log say nothing about what was shown of this one.
    if (log !== theatre.log) return { log, silent, stage: open(calls) };
    return { log, silent, stage: hear(theatre.stage, calls, now, shownMs(theatre)) };
  }, { log: undefined, silent: false, stage: open([]) });
  const { stage, silent } = theatre;

  const waits = stage.queue.length > 0;
  const due = dueAt(stage, shownMs(theatre));
  useEffect(() => {
    if (!waits) return;
    let timer: ReturnType<typeof setTimeout>;
    // Set anew each time: a timer that fires a moment early finds nothing due and must not be the last.
    const arm = () => {
      timer = setTimeout(() => {
        dispatch('time');
        arm();
      }, Math.max(50, due - performance.now()));
    };
    arm();
    return () => clearTimeout(timer);
  }, [waits, due, stage]);
  return [stage, silent, useCallback((picture: Picture) => dispatch({ picture }), [])];
}
