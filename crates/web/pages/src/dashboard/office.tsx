// The office's day in a line: until when it is open, and what else can be done about it.

import { useSpeech, type Presser } from '../live';
import type { BranchView } from '../protocol';
import { clock, date } from '../time';
import { Action } from '../ui/frame';
import type { Ask } from './asking';

export function Office({ view, presser, ask }: { view: BranchView; presser: Presser; ask: Ask }) {
  const { language, say } = useSpeech();
  const { opening, time_zone, notices } = view;
  const state = () => {
    if (opening.state === 'always') return say('dashboard.always');
    if (opening.state === 'open') {
      const until = say('dashboard.open_until', { time: clock(Date.parse(opening.until), time_zone) });
      return opening.extra ? `${until} (${say('dashboard.extra')})` : until;
    }
    if (!opening.next) return say('opening.closed');
    const next = Date.parse(opening.next);
    const opens = say('opening.next', { date: date(next, time_zone, language), time: clock(next, time_zone) });
    return `${say('opening.closed')}. ${opens}`;
  };
  const free = !presser.pending;
  return (
    <section class="day" aria-label={say('dashboard.hours')}>
      <p class="opening" data-state={opening.state}>
        {state()}
      </p>
      <p class="buttons">
        {opening.state !== 'always' && (
          <>
            <Action can={free} onPress={() => ask({ what: 'extra' })}>
              {say('dashboard.open_extra')}
            </Action>
            <Action can={free && opening.state === 'open'} onPress={() => ask({ what: 'close' })}>
              {say('dashboard.close_day')}
            </Action>
          </>
        )}
        <button type="button" onClick={() => ask({ what: 'announce' })}>
          {say('dashboard.announce')}
        </button>
        <button type="button" onClick={() => ask({ what: 'notices' })}>
          {say('dashboard.notices')}
          {notices && notices.length > 0 && <span class="count">{notices.length}</span>}
        </button>
        <button type="button" onClick={() => ask({ what: 'fair' })}>
          {say('dashboard.fair')}
        </button>
      </p>
    </section>
  );
}
