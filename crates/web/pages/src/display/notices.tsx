// What the office tells everybody, as long as it holds.

import type { BranchView } from '../protocol';
import { Board } from './board';

export function Notices({ view, now }: { view: BranchView; now: number }) {
  const notices = (view.notices ?? []).filter(({ until }) => !until || Date.parse(until) > now);
  return (
    <Board texts={notices.map(({ text }) => text)}>
      <span class="info" aria-hidden="true">
        i
      </span>
    </Board>
  );
}
