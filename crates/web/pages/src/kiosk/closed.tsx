// What stands there while no number can be had: the office is closed, or its system is in trouble.

import { useSpeech } from '../live';
import type { BranchView, Language, TroubleView } from '../protocol';
import { say as sayIn } from '../text';
import { clock, date } from '../time';
import { whyOf } from '../ui/trouble';
import { Second } from './second';

export const Closed = ({ view }: { view: BranchView }) =>
  view.health?.trouble ? <Trouble trouble={view.health.trouble} /> : <Hours view={view} />;

/** Nobody gets a number now; when it will be so again. */
function Hours({ view }: { view: BranchView }) {
  const { language, say } = useSpeech();
  const next = view.opening.state === 'closed' ? view.opening.next : undefined;
  const at = next ? Date.parse(next) : undefined;
  const opens = (language: Language) =>
    at === undefined
      ? ''
      : sayIn(language, 'opening.next', { date: date(at, view.time_zone, language), time: clock(at, view.time_zone) });
  return (
    <main class="closed">
      <h1>{say('opening.closed')}</h1>
      <Second of={(other) => sayIn(other, 'opening.closed')} />
      <p class="advice">{opens(language) || say('kiosk.closed')}</p>
      <Second of={opens} />
    </main>
  );
}

/** Nothing can be given out, and no button makes as if it could. It goes as it came. */
function Trouble({ trouble }: { trouble: TroubleView }) {
  const { language, say } = useSpeech();
  return (
    <main>
      <div class="closed" role="alert">
        <h1>{say('trouble.hall')}</h1>
        <Second of={(other) => sayIn(other, 'trouble.hall')} />
        <p class="advice">
          <strong>{say('trouble.ask')}</strong> {whyOf(trouble, language)}
        </p>
        <Second of={(other) => `${sayIn(other, 'trouble.ask')} ${whyOf(trouble, other)}`} />
      </div>
    </main>
  );
}
