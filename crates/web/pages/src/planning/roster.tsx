// Who should be at the counters in a week: a table by hour and day, to be printed and taken into a spreadsheet.

import { useState } from 'preact/hooks';

import { pathOf, useAsked } from '../advice/asked';
import { placeOf } from '../dashboard/name';
import { useSpeech } from '../live';
import type { BranchView, RosterView } from '../protocol';
import { learn } from '../text';
import texts from '../text/planning-roster';
import { clock } from '../time';
import { Action } from '../ui/frame';
import { dateIn, dayOf, mondayOf, plus } from './days';
import type { PartProps } from './planning';
import { Why } from './why';

learn(texts);

/** What a week usually brings does not change from one minute to the next. */
const AGAIN_MS = 600_000;
/** How many weeks ahead may be looked at. */
const WEEKS = 12;

export function Part({ branch, view, now }: PartProps) {
  const { language, say } = useSpeech();
  const first = mondayOf(view.day ?? dateIn(view.time_zone, now));
  const [week, setWeek] = useState(() => plus(first, 7));
  const path = pathOf(branch, `/roster?week=${week}`);
  const { found, failed } = useAsked<RosterView>(path, AGAIN_MS);
  const weeks = Array.from({ length: WEEKS + 1 }, (_, n) => plus(first, 7 * n));
  const told = (monday: string) =>
    `${dayOf(monday, language)} – ${dayOf(plus(monday, 6), language)}`;
  return (
    <section class="panel roster" aria-labelledby="roster">
      <div class="head">
        <h2 id="roster">{say('roster.of', { from: dayOf(week, language, true), to: dayOf(plus(week, 6), language, true) })}</h2>
        <Action can={week !== weeks[0]} aria-label={say('roster.before')} onPress={() => setWeek(plus(week, -7))}>
          ‹
        </Action>
        <label class="seek">
          {say('roster.week')}{' '}
          <select value={week} onChange={({ currentTarget }) => setWeek(currentTarget.value)}>
            {weeks.map((monday, n) => (
              <option key={monday} value={monday}>
                {told(monday)}
                {n < 2 && ` (${say(n === 0 ? 'roster.this' : 'roster.next')})`}
              </option>
            ))}
          </select>
        </label>
        <Action can={week !== weeks.at(-1)} aria-label={say('roster.after')} onPress={() => setWeek(plus(week, 7))}>
          ›
        </Action>
        {found && (
          <>
            <a class="button" href={`/api/v1${path}&format=csv`} download={`roster-${week}.csv`}>
              {say('roster.csv')}
            </a>
            <button type="button" onClick={() => print()}>
              {say('roster.print')}
            </button>
          </>
        )}
      </div>
      <Why failed={failed} />
      {!found ? (
        <p class="empty" role="status">
          {!failed && say('link.opening')}
        </p>
      ) : found.days.length === 0 ? (
        <p class="empty">{say('roster.closed')}</p>
      ) : (
        <>
          <div class="scroll" tabIndex={0} role="group" aria-labelledby="roster">
            <Week roster={found} view={view} />
          </div>
          <p class="legend second">{say(found.days_known > 0 ? 'roster.known' : 'roster.unknown', { count: found.days_known })}</p>
        </>
      )}
    </section>
  );
}

function Week({ roster: { days }, view }: { roster: RosterView; view: BranchView }) {
  const { language, say } = useSpeech();
  const { time_zone } = view;
  const hour = (from: string) => clock(Date.parse(from), time_zone);
  // Every day begins where its own business day does: hours after midnight come last.
  const hours = [...new Set(days.flatMap((day) => day.hours.map(({ from }) => hour(from))))];
  const start = days.flatMap((day) => (day.hours[0] ? [hour(day.hours[0].from)] : [])).sort()[0] ?? '';
  hours.sort((a, b) => Number(a < start) - Number(b < start) || a.localeCompare(b));
  const name = (id: string) => {
    const counter = view.counters.find((counter) => counter.id === id);
    if (!counter) return id;
    return counter.place === 'counter' ? String(counter.number) : placeOf(counter, say);
  };
  return (
    <table>
      <caption class="second">{say('roster.what')}</caption>
      <thead>
        <tr>
          <th scope="col">{say('roster.from')}</th>
          {days.map(({ day }) => (
            <th key={day} scope="col">
              {dayOf(day, language)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {hours.map((time) => (
          <tr key={time}>
            <th scope="row">{time}</th>
            {days.map((day) => {
              const found = day.hours.find(({ from }) => hour(from) === time);
              return (
                <td key={day.day} data-closed={!found}>
                  {found ? (
                    <>
                      <strong>{found.counters.map(name).join(', ') || '–'}</strong>
                      <span class="second">{say('roster.people', { count: Math.round(found.arrivals) })}</span>
                    </>
                  ) : (
                    <span class="second">{say('roster.shut')}</span>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{say('roster.arrivals')}</th>
          {days.map(({ day, arrivals }) => (
            <td key={day}>{Math.round(arrivals)}</td>
          ))}
        </tr>
        <tr>
          <th scope="row">{say('roster.late')}</th>
          {days.map(({ day, late }) => (
            <td key={day}>{Math.round(late)}</td>
          ))}
        </tr>
      </tfoot>
    </table>
  );
}
