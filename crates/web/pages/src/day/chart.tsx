// The day by hours beside a usual one: numbers given out and called, the longest wait, what was kept of the
// charter. A table whose first row is drawn, so that all of it can be read as well as seen.

import { useEffect, useState } from 'preact/hooks';

import { dayOf } from '../api';
import { useSpeech } from '../live';
import type { DayView, HourView } from '../protocol';
import { learn, type Key } from '../text';
import day from '../text/day';
import { clock } from '../time';

learn(day);

/** How often the figures are asked for. */
const AGAIN_MS = 60_000;

/** The day so far and when it was told; asked for again each minute, and when another day begins. */
function useDay(branch: string, day: string | null | undefined) {
  const [told, setTold] = useState<{ view: DayView; at_ms: number }>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let here = true;
    const ask = () =>
      dayOf(branch).then(
        (view) => {
          if (!here) return;
          setTold({ view, at_ms: Date.now() });
          setFailed(false);
        },
        () => here && setFailed(true),
      );
    void ask();
    const timer = setInterval(ask, AGAIN_MS);
    return () => {
      here = false;
      clearInterval(timer);
    };
  }, [branch, day]);
  return { told, failed };
}

export function Day({ branch, day, zone, now }: {
  branch: string;
  day: string | null | undefined;
  zone: string;
  now: number;
}) {
  const { say } = useSpeech();
  const { told, failed } = useDay(branch, day);
  const hours = told?.view.hours ?? [];
  const usual = told?.view.usual_of ?? 0;
  return (
    <section class="panel hours" aria-labelledby="hours">
      <h2 id="hours">
        {say('day.hours')}
        {hours.length > 0 && (
          <button type="button" class="chip" onClick={() => print()}>
            {say('hours.print')}
          </button>
        )}
      </h2>
      {failed && <p role="status">{say(told ? 'hours.old' : 'hours.failed')}</p>}
      {told && hours.length === 0 && <p class="empty">{say('hours.none')}</p>}
      {hours.length > 0 && (
        <>
          {/* It scrolls where the screen is narrow, so it must be possible to reach it by keyboard. */}
          <div class="scroll" tabIndex={0} role="group" aria-labelledby="hours">
            <Hours hours={hours} usual={usual > 0} zone={zone} now={now} />
          </div>
          <p class="legend second">{say(usual > 0 ? 'hours.usual_of' : 'hours.no_usual', { count: usual })}</p>
        </>
      )}
    </section>
  );
}

function Hours({ hours, usual, zone, now }: { hours: HourView[]; usual: boolean; zone: string; now: number }) {
  const { say } = useSpeech();
  const most = Math.max(
    1,
    ...hours.flatMap(({ issued, called, usual_issued, usual_called }) => [issued, called, usual_issued ?? 0, usual_called ?? 0]),
  );
  // Of an hour that is still to come only what is usual can be told.
  const told = ({ from }: HourView, count: number) => (Date.parse(from) > now ? '–' : count);
  const about = (n: number | null | undefined) => (n == null ? '–' : Math.round(n));
  const rows: [Key, (hour: HourView) => string | number, string?][] = [
    ['hours.issued', (hour) => told(hour, hour.issued), 'issued'],
    ['hours.called', (hour) => told(hour, hour.called), 'called'],
    ...(usual
      ? ([
          ['hours.usual_issued', ({ usual_issued }) => about(usual_issued), 'usual'],
          ['hours.usual_called', ({ usual_called }) => about(usual_called), 'usual'],
        ] satisfies typeof rows)
      : []),
    ['hours.longest', ({ called, longest_s }) => (called > 0 ? Math.ceil(longest_s / 60) : '–')],
    ['hours.within', ({ within, late }) => (within + late > 0 ? `${Math.floor((100 * within) / (within + late))} %` : '–')],
  ];
  return (
    <table>
      <thead>
        <tr aria-hidden="true">
          <td />
          {hours.map((hour) => (
            <td key={hour.from}>
              <Bars hour={hour} most={most} />
            </td>
          ))}
        </tr>
        <tr>
          <th scope="col">{say('hours.from')}</th>
          {hours.map(({ from }) => (
            <th key={from} scope="col">
              {clock(Date.parse(from), zone)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([key, figure, sign]) => (
          <tr key={key}>
            <th scope="row">
              {sign && <span class={`swatch ${sign}`} aria-hidden="true" />}{' '}
              {say(key)}
            </th>
            {hours.map((hour) => (
              <td key={hour.from}>{figure(hour)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** An hour's two bars, and around each what is usual as an outline. */
function Bars({ hour, most }: { hour: HourView; most: number }) {
  const bar = (kind: string, x: number, count: number) => (
    <rect class={kind} x={`${x}%`} width="36%" y={`${100 - (100 * count) / most}%`} height={`${(100 * count) / most}%`} />
  );
  return (
    <svg>
      {bar('issued', 12, hour.issued)}
      {bar('called', 52, hour.called)}
      {hour.usual_issued != null && bar('usual', 12, hour.usual_issued)}
      {hour.usual_called != null && bar('usual', 52, hour.usual_called)}
    </svg>
  );
}
