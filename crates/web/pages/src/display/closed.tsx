// What a wall says while the office is closed.

import type { BranchView } from '../protocol';
import { say as sayIn } from '../text';
import { clock, date } from '../time';
import { Both, usePair } from './tongues';

export function Closed({ view }: { view: BranchView }) {
  const pair = usePair();
  const next = view.opening.state === 'closed' ? view.opening.next : undefined;
  const at = next ? Date.parse(next) : undefined;
  return (
    <section class="stage closed" data-state="none">
      <p class="none">
        <Both say="opening.closed" />
      </p>
      {at !== undefined &&
        pair.map((tongue, n) => (
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
