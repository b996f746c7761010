// What stands below the number at the counter: the time against the charter, whether the hall was told, how a
// visitor is greeted.

import { before, fateOf } from '../announce/fate';
import { useSpeech } from '../live';
import type { BranchView, CounterView } from '../protocol';
import { learn } from '../text';
import desk from '../text/desk';
import { elapsed } from '../time';
import { levelOf } from './charter';

learn(desk);

export function Beside({ view, counter, now, onUngreeted }: {
  view: BranchView;
  counter: CounterView;
  now: number;
  /** Switches the greeting off; none where it is. */
  onUngreeted: (() => void) | undefined;
}) {
  const { current } = counter;
  if (!current) return null;
  return (
    <>
      <Promised view={view} current={current} now={now} />
      {!current.serving && <Told view={view} counter={counter} now={now} />}
      {!current.serving && onUngreeted && <Greeting onHide={onUngreeted} />}
    </>
  );
}

/** What the office promises, where it does: of the wait until somebody comes, of the service from then on. */
function Promised({ view, current, now }: {
  view: BranchView;
  current: NonNullable<CounterView['current']>;
  now: number;
}) {
  const arrived_at = view.tickets?.find(({ id }) => id === current.ticket)?.arrived_at;
  const charter = view.services.find(({ id }) => id === current.service)?.charter;
  const since_ms = Date.parse(current.since);
  const seconds = (ms: number) => Math.max(0, Math.floor(ms / 1000));
  if (current.serving) {
    return charter?.serve_s ? <Charter spent_s={seconds(now - since_ms)} promised_s={charter.serve_s} /> : null;
  }
  // A later leg of the visit, or another call, is not what was promised.
  const first = current.attempts === 1 && view.calls?.filter(({ number }) => number === current.number).length === 1;
  if (!first || !charter?.wait_s || !arrived_at) return null;
  return <Charter waited spent_s={seconds(since_ms - Date.parse(arrived_at))} promised_s={charter.wait_s} />;
}

/** After how long the hall should have been told. */
const TOLD_MS = { shown: 5_000, spoken: 15_000 };

/** Whether screens have shown the call, and loudspeakers said it. */
function Told({ view, counter, now }: { view: BranchView; counter: CounterView; now: number }) {
  const { say } = useSpeech();
  const call = view.calls?.findLast((call) => call.counter === counter.id && call.number === counter.current?.number);
  if (!call) return null;
  const report = view.reports?.find(({ call: seq }) => seq === call.seq);
  const shown = report?.shown ?? 0;
  const age_ms = now - Date.parse(call.at);
  const mute = view.health?.speakers === 0;
  const fate = fateOf(report);
  const first = fate === 'queued' ? before(view, call, now) : 0;
  const spoken = fate ?? (mute ? 'none' : age_ms > TOLD_MS.spoken ? 'late' : undefined);
  const unseen = !shown && age_ms > TOLD_MS.shown;
  const trouble = unseen || spoken === 'failed' || spoken === 'late' || spoken === 'unheard';
  const parts = [
    shown ? say(shown === 1 ? 'desk.shown_one' : 'desk.shown', { count: shown }) : unseen && say('desk.not_shown'),
    spoken && (first > 0 ? say('desk.spoken.after', { count: first }) : say(`desk.spoken.${spoken}`)),
  ].filter(Boolean);
  return <p class={`told ${trouble ? 'trouble' : ''}`}>{parts.join(' · ')}</p>;
}

/** Service that goes on: a bar, and the same in words. A wait has ended and needs none. */
function Charter({ spent_s, promised_s, waited = false }: {
  spent_s: number;
  promised_s: number;
  waited?: boolean;
}) {
  const { say } = useSpeech();
  const level = levelOf(spent_s, promised_s);
  if (waited) {
    const key = level === 'over' ? 'desk.charter.waited_over' : 'desk.charter.waited';
    const fill = { time: elapsed(spent_s * 1000), promised: elapsed(promised_s * 1000) };
    return (
      <p class="charter" data-level={level === 'over' ? 'over' : 'within'}>
        {say(key, fill)}
      </p>
    );
  }
  return (
    <div class="charter" data-level={level}>
      <progress aria-hidden="true" max={promised_s} value={Math.min(spent_s, promised_s)} />
      <p>{say(`desk.charter.${level}`, { time: elapsed(Math.abs(promised_s - spent_s) * 1000) })}</p>
    </div>
  );
}

/** The eight points by which Malaysian offices greet, beside a number that has just been called. */
function Greeting({ onHide }: { onHide: () => void }) {
  const { say } = useSpeech();
  return (
    <p class="greeting">
      <strong aria-hidden="true">8S</strong>
      <span>{say('desk.greeting')}</span>
      <button type="button" class="quiet" onClick={onHide}>
        {say('desk.greeting.hide')}
      </button>
    </p>
  );
}
