// What is advised, high on the page: what to do by when, what it would bring, and one button that does it.
// Nothing where the daemon says nothing of what is to come.

import { useEffect, useRef, useState } from 'preact/hooks';

import type { Alarm } from '../alarms/alarms';
import { useSpeech, type Presser } from '../live';
import type { BranchView, ForecastView, Me } from '../protocol';
import { learn } from '../text';
import advice from '../text/advice';
import { Action } from '../ui/frame';
import { canDo, changeOf, fresh, kindOf, mayDo, placesOf, stepsOf, whatOf, whyOf } from './advice';
import { pathOf, useAsked } from './asked';
import { useSteps } from './steps';

learn(advice);

/** How often it is asked for. */
const AGAIN_MS = 30_000;
/** For how long an advice is put away that somebody will follow later, */
const LATER_MS = 15 * 60_000;
/** and one that was followed, until the daemon has seen what came of it. */
const FOLLOWED_MS = 90_000;
/** How long it is told that it was done. */
const TOLD_MS = 30_000;

export function Advice({ branch, view, presser, me, now, onAhead }: {
  branch: string;
  view: BranchView;
  presser: Presser;
  me: Me | undefined;
  now: number;
  /** What the alarms should say of what is to come. */
  onAhead: (alarm: Alarm | undefined) => void;
}) {
  const { language, say } = useSpeech();
  const { found, again } = useAsked<ForecastView>(pathOf(branch), AGAIN_MS);
  const [away, setAway] = useState<Record<string, number>>({});
  const [told, setTold] = useState('');
  const steps = useSteps(presser);
  const following = useRef<{ id: string; told: string }>(undefined);
  const pressed = useRef(false);
  const forecast = fresh(found, now);
  const advised = forecast?.advice ?? undefined;
  const put = advised !== undefined && (away[advised.id] ?? 0) > now;
  const shown = put ? undefined : advised;
  const putAway = (id: string, ms: number) => setAway((before) => ({ ...before, [id]: now + ms }));

  useEffect(() => {
    if (presser.pending) pressed.current = true;
    else if (pressed.current) again();
  }, [presser.pending]);
  useEffect(() => {
    if (steps.state !== 'done' || !following.current) return;
    putAway(following.current.id, FOLLOWED_MS);
    setTold(following.current.told);
    const timer = setTimeout(() => setTold(''), TOLD_MS);
    return () => clearTimeout(timer);
  }, [steps.state]);
  const kind = kindOf(forecast?.alarm ?? 'none');
  const help = put ? '' : say(advised?.step === 'open' ? 'ahead.see' : 'ahead.nobody');
  useEffect(() => {
    onAhead(kind && { kind, wrong: kind === 'ahead_missed', told: { fact: say(`ahead.${kind}`), advice: help } });
  }, [kind, help, say]);

  const what = shown ? whatOf(shown, view, now, say, language) : '';
  const commands = shown ? stepsOf(shown, view) : [];
  return (
    <div class="advice">
      {/* Alone in its place, so that a reader hears what is new and not the buttons each time. */}
      <p class="unseen" role="status">
        {what}
      </p>
      {shown && (
        <section aria-labelledby="advice" data-step={shown.step}>
          <div>
            <h2 id="advice">{what}</h2>
            <p>{whyOf(shown, view, say)}</p>
            <ul>
              {placesOf(shown, view, say).map((place, n) => {
                const id = shown.counters[n]?.counter ?? '';
                const change = changeOf(shown, id, view, say, language);
                return (
                  <li key={id}>
                    <strong>{place}</strong>
                    {change && <span class="second"> · {change}</span>}
                  </li>
                );
              })}
            </ul>
            {steps.state === 'stopped' && <p class="stopped">{say('advice.stopped', { done: steps.done, all: steps.all })}</p>}
          </div>
          <p class="buttons">
            {mayDo(me, branch) && canDo(shown, now) && commands.length > 0 && (
              <Action
                class="primary"
                can={!presser.pending}
                aria-label={`${say('advice.do')}: ${what}`}
                onPress={() => {
                  following.current = {
                    id: shown.id,
                    told: say(`advice.done.${shown.step}`, { places: placesOf(shown, view, say).join(', ') }),
                  };
                  setTold('');
                  steps.start(commands);
                }}
              >
                {say('advice.do')}
              </Action>
            )}
            <button type="button" class="quiet" onClick={() => putAway(shown.id, LATER_MS)}>
              {say('advice.later')}
            </button>
          </p>
        </section>
      )}
      <p class={told ? 'followed' : 'unseen'} role="status">
        {told}
      </p>
    </div>
  );
}
