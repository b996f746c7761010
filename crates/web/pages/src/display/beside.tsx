// What stands beside the calls: those before, how many wait for each service and how long it will take, who goes
// to the place near a counter already, notices, pictures, the hall's code.

import { useMemo } from 'preact/hooks';

import { asked, useSpeech } from '../live';
import type { BranchView, CallView, Language } from '../protocol';
import { pick, say as sayIn } from '../text';
import { range } from '../time';
import { useLater } from '../ui/later';
import type { Layout } from './asked';
import { State, stateOf } from './calls';
import type { Shown, Stage } from './stage';
import { Both, usePair, useSecond } from './tongues';
import './words';

/** How many earlier calls there is room for. */
const ROWS = { hall: 5, side: 2, canteen: 18 };
/** So long after the last call there is time for pictures. */
const IDLE_MS = 60_000;

/** Where pictures and films stand: in the place of the calls while there are none, beside them, or nowhere. */
const mediaAsked = (): 'stage' | 'side' | 'off' => {
  const where = asked('media');
  return where === 'side' || where === 'off' ? where : 'stage';
};

export function Beside({ view, stage, layout, now, quiet, up }: {
  view: BranchView;
  stage: Stage;
  layout: Layout;
  now: number;
  /** Whether the office is closed, and the wall has to say so. */
  quiet: boolean;
  /** Whether the link is up. */
  up: boolean;
}) {
  const where = useMemo(mediaAsked, []);
  const media = useLater(where !== 'off', () => import('./media'));
  const qr = useLater(true, () => import('./hall-code'));
  const notices = useLater(Boolean(view.notices?.length), () => import('./notices'));
  const side = where === 'side' && layout === 'hall';
  // In the calls' own place there are pictures only while nobody is called, and none when somebody is.
  const fills = where !== 'off' && !side && !quiet && isIdle(stage);
  const pictures = media && (side || fills) && <media.Media branch={view.id} up={up} />;
  return (
    <>
      {fills && pictures}
      <div class="aside">
        <Earlier view={view} on={fills && pictures ? [] : stage.on} rows={side ? ROWS.side : layout === 'canteen' ? ROWS.canteen : ROWS.hall} />
        {side && pictures}
      </div>
      <Ahead view={view} />
      <div class="foot">
        <Queues view={view} />
        {qr && <qr.HallCode branch={view.id} now={now} />}
      </div>
      {notices && <notices.Notices view={view} now={now} />}
    </>
  );
}

/** Whether nobody was called for a while. */
function isIdle({ on, queue }: Stage): boolean {
  const now = performance.now();
  return queue.length === 0 && on.every(({ since_ms }) => now - (since_ms ?? 0) > IDLE_MS);
}

/** The calls before those that have the stage. */
function Earlier({ view, on, rows: most }: { view: BranchView; on: readonly Shown[]; rows: number }) {
  const rows = earlier(view.calls ?? [], on).slice(0, most);
  return (
    <section class="earlier">
      <h2>
        <Both say="display.earlier" />
      </h2>
      <table>
        <thead class="unseen">
          <tr>
            <th scope="col">
              <Both say="number" />
            </th>
            <th scope="col">
              <Both say="place.counter" />
            </th>
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
                  <span class="words">
                    <span class="place">
                      <Both say={`place.${call.place}`} />
                    </span>
                    <State state={state} />
                  </span>
                  <strong>{call.counter_number}</strong>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** The last calls, newest first, each number once, without those on stage. */
function earlier(calls: readonly CallView[], on: readonly Shown[]): CallView[] {
  const shown = new Set(on.map(({ call }) => call.number));
  return calls.toReversed().filter(({ number }) => !shown.has(number) && shown.add(number));
}

function Queues({ view }: { view: BranchView }) {
  const { language } = useSpeech();
  const second = useSecond();
  return (
    <section class="queues" data-many={view.services.length > 4}>
      <h2>
        <Both say="display.waiting" />
      </h2>
      <ul>
        {view.services.map(({ id, name, letters, wait, waiting }) => (
          <li key={id}>
            <span class="letters" aria-hidden="true">
              {letters}
            </span>
            <span class="names">
              <span>{pick(name, language)}</span>
              {second && name[second] && (
                <span class="second" lang={second}>
                  {name[second]}
                </span>
              )}
              {/* What is not known is left out: how many wait is always there. */}
              {wait && <span class="wait">{range(wait, language, true)}</span>}
            </span>
            <strong>{waiting}</strong>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Ahead({ view }: { view: BranchView }) {
  const pair = usePair();
  const rows = view.counters.flatMap(({ id, place, number, ahead }) => (ahead ? [{ id, place, number, ahead }] : []));
  if (rows.length === 0) return null;
  const where = (tongue: Language, { place, number, ahead }: (typeof rows)[number]) =>
    ahead.place
      ? sayIn(tongue, 'display.at', { place: pick(ahead.place, tongue) })
      : sayIn(tongue, 'display.near', { place: `${sayIn(tongue, `place.${place}`)} ${number}` });
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
              {pair.map((tongue, n) => (
                <span key={n} lang={tongue} class={n > 0 ? 'second' : ''}>
                  {where(tongue, row)}{' '}
                </span>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
