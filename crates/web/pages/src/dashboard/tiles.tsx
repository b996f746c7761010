// The day in a few figures: how it stands now, and so far.

import type { ComponentChildren } from 'preact';

import { useSpeech } from '../live';
import type { BranchView, TicketView } from '../protocol';
import type { Key } from '../text';
import { Since } from './since';

/** How much of what was promised was kept, in whole percent; nothing while nothing was promised. */
export const share = (within = 0, late = 0): number | undefined =>
  within + late > 0 ? Math.floor((100 * within) / (within + late)) : undefined;

export function Tiles({ view, waiting, now }: { view: BranchView; waiting: TicketView[]; now: number }) {
  const { say } = useSpeech();
  const [longest] = waiting;
  const open = view.counters.filter(({ open, pause }) => open && !pause).length;
  const { within, late: over, issued, served, missed, cancelled, expired, carried } = view.tally ?? {};
  const kept = share(within, over);
  const late = view.services.some(({ id, charter }) => {
    const first = waiting.find(({ service }) => service === id);
    return first && charter?.wait_s != null && now - Date.parse(first.arrived_at) > charter.wait_s * 1000;
  });
  const figures: [Key, ComponentChildren, (string | false)?][] = [
    ['dashboard.waiting_now', waiting.length],
    ['dashboard.longest', longest ? <Since at={longest.arrived_at} now={now} /> : '–', late && say('dashboard.longest.over')],
    ['dashboard.open', `${open}/${view.counters.length}`],
    ['dashboard.within', kept === undefined ? '–' : `${kept} %`],
    ['dashboard.issued', issued ?? '–'],
    ['dashboard.served', served ?? '–'],
    ['dashboard.missed', missed ?? '–'],
    ['dashboard.cancelled', cancelled ?? '–'],
  ];
  // Most offices have none of these, and then nothing is said of them.
  if (expired) figures.push(['dashboard.expired', expired]);
  if (carried) figures.push(['dashboard.carried', carried]);
  return (
    <section class="totals" aria-label={say('dashboard.today')}>
      <dl>
        {figures.map(([key, figure, fault]) => (
          <div key={key} data-wrong={Boolean(fault)}>
            <dt>
              {say(key)}
              {fault && <span class="over">▲ {fault}</span>}
            </dt>
            <dd>{figure}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
