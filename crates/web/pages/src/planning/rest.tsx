// The rest of the day by quarters of an hour: who is expected, how many counters that needs beside those that are
// expected to be open, and what waits come of it. A table whose first rows are drawn.

import { useState } from 'preact/hooks';

import { useSpeech } from '../live';
import type { BranchView } from '../protocol';
import { learn, pick, type Key } from '../text';
import texts from '../text/planning-day';
import { clock } from '../time';
import type { PartProps } from './planning';
import { alone, together, type Column } from './quarters';

learn(texts);

export function Part({ view, forecast: found }: PartProps) {
  const { language, say } = useSpeech();
  const [chosen, setChosen] = useState('');
  const one = found?.services.find(({ service }) => service === chosen);
  const columns = found ? (one ? alone(one) : together(found.services)) : [];
  return (
    <section class="panel rest" aria-labelledby="rest">
      <div class="head">
        <h2 id="rest">{say('planning.part.day')}</h2>
        <label class="seek">
          {say('service')}{' '}
          <select value={one ? chosen : ''} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
            <option value="">{say('rest.all')}</option>
            {view.services.map(({ id, name }) => (
              <option key={id} value={id}>
                {pick(name, language)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {!found ? (
        <p class="empty" role="status">
          {say('rest.missing')}
        </p>
      ) : columns.length === 0 ? (
        <p class="empty">{say('rest.none')}</p>
      ) : (
        <>
          {/* It scrolls, so it must be possible to reach it by keyboard. */}
          <div class="scroll" tabIndex={0} role="group" aria-labelledby="rest">
            <Quarters columns={columns} one={one !== undefined} view={view} />
          </div>
          <p class="legend second">
            {say(found.days_known > 0 ? 'rest.known' : 'rest.unknown', { count: found.days_known })}{' '}
            {say('rest.at', { time: clock(Date.parse(found.at), view.time_zone) })}
          </p>
        </>
      )}
    </section>
  );
}

/** A number of people as it is read: less than ten with a tenth. */
const about = (n: number): string => (n < 9.95 ? (Math.round(n * 10) / 10).toString() : Math.round(n).toString());

function Quarters({ columns, one, view }: { columns: Column[]; one: boolean; view: BranchView }) {
  const { language, say } = useSpeech();
  const people = Math.max(1, ...columns.map(({ high }) => high));
  const counters = Math.max(1, ...columns.map(({ needed = 0, open = 0 }) => Math.max(needed, open)));
  const promises = !one || columns.some(({ needed }) => needed !== undefined);
  const letters = (id: string) => view.services.find((service) => service.id === id)?.letters ?? id;
  const names = (ids: readonly string[]) =>
    ids.flatMap((id) => view.services.filter((service) => service.id === id).map(({ name }) => pick(name, language))).join(', ');
  const rows: [Key, (column: Column) => string | number, string?][] = [
    ['rest.arrivals', ({ arrivals }) => about(arrivals), 'come'],
    ['rest.range', ({ low, high }) => `${Math.floor(low)}–${Math.ceil(high)}`, 'between'],
    ...(one
      ? ([
          ...(promises ? ([['rest.needed', ({ needed }) => needed ?? '–', 'needed']] satisfies typeof rows) : []),
          ['rest.open', ({ open }) => open ?? '–', 'open'],
        ] satisfies typeof rows)
      : []),
    ...(promises ? ([['rest.late', ({ late }) => about(late)]] satisfies typeof rows) : []),
    ['rest.wait', ({ p90_s }) => (p90_s === undefined ? '–' : Math.ceil(p90_s / 60))],
  ];
  return (
    <table>
      <thead>
        <tr aria-hidden="true" class="drawn">
          <td />
          {columns.map((column) => (
            <td key={column.from}>
              <Arrivals column={column} most={people} />
            </td>
          ))}
        </tr>
        {one && (
          <tr aria-hidden="true" class="drawn low">
            <td />
            {columns.map(({ from, needed, open = 0 }) => (
              <td key={from}>
                <Bars needed={needed} open={open} most={counters} />
              </td>
            ))}
          </tr>
        )}
        <tr>
          <th scope="col">{say('rest.from')}</th>
          {columns.map(({ from, short }) => (
            <th key={from} scope="col" data-short={short.length > 0}>
              {clock(Date.parse(from), view.time_zone)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([key, figure, sign]) => (
          <tr key={key}>
            <th scope="row">
              {sign && <span class={`swatch ${sign}`} aria-hidden="true" />} {say(key)}
            </th>
            {columns.map((column) => (
              <td key={column.from} data-short={key === 'rest.needed' && column.short.length > 0}>
                {key === 'rest.needed' && column.short.length > 0 && <span aria-hidden="true">▲</span>}
                {figure(column)}
              </td>
            ))}
          </tr>
        ))}
        {!one && (
          <tr>
            <th scope="row">{say('rest.short')}</th>
            {columns.map(({ from, short }) => (
              <td key={from} data-short={short.length > 0} title={names(short)}>
                {short.length > 0 ? (
                  <>
                    <span aria-hidden="true">▲{short.map(letters).join(' ')}</span>
                    <span class="unseen">{names(short)}</span>
                  </>
                ) : (
                  '–'
                )}
              </td>
            ))}
          </tr>
        )}
      </tbody>
    </table>
  );
}

/** Who is expected as a bar, and between which numbers as a line. */
function Arrivals({ column: { arrivals, low, high }, most }: { column: Column; most: number }) {
  const at = (count: number) => `${100 - (100 * count) / most}%`;
  const cap = (count: number) => <line class="between" x1="38%" x2="62%" y1={at(count)} y2={at(count)} />;
  return (
    <svg>
      <rect class="come" x="20%" width="60%" y={at(arrivals)} height={`${(100 * arrivals) / most}%`} />
      <line class="between" x1="50%" x2="50%" y1={at(low)} y2={at(high)} />
      {cap(low)}
      {cap(high)}
    </svg>
  );
}

/** The counters that are expected to be open as a bar, and those that are needed as an outline. */
function Bars({ needed, open, most }: { needed: number | undefined; open: number; most: number }) {
  const bar = (kind: string, count: number) => (
    <rect class={kind} x="20%" width="60%" y={`${100 - (100 * count) / most}%`} height={`${(100 * count) / most}%`} />
  );
  return (
    <svg>
      {bar('open', open)}
      {needed !== undefined && bar(needed > open ? 'needed short' : 'needed', needed)}
    </svg>
  );
}
