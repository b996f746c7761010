// The calls that have the stage, large.

import { useContext, useEffect } from 'preact/hooks';

import { useSpeech } from '../live';
import type { BranchView, CallView } from '../protocol';
import { report } from './report';
import type { Shown, Stage } from './stage';
import { Both, TonguesContext } from './tongues';

export type CallState = 'called' | 'again' | 'serving' | 'past';

/** What became of a call, by the counter that made it. */
export function stateOf(call: CallView, view: BranchView): CallState {
  const current = view.counters.find(({ id }) => id === call.counter)?.current;
  if (!current || current.number !== call.number) return 'past';
  if (current.serving) return 'serving';
  return call.attempt > 1 ? 'again' : 'called';
}

/** The call that is to be reported: what stood there when the wall was switched on is not. */
export const freshOf = (shown: Shown | undefined) => (shown?.since_ms === undefined ? undefined : shown.call.seq);

/** Reports a call or an announcement once it stands before people: drawn, on a page that is in sight. */
export function useReport(branch: string, call: number | undefined): void {
  useEffect(() => {
    if (call === undefined) return;
    // A browser draws no frame of a page that nobody can see.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => void report(branch, { call, what: 'shown' }));
    });
    return () => cancelAnimationFrame(frame);
  }, [branch, call]);
}

/** All calls that have the stage, beside each other. */
export function Calls({ view, stage }: { view: BranchView; stage: Stage }) {
  const { on } = stage;
  const newest = on.length > 1 ? Math.max(...on.map(({ call }) => call.seq)) : undefined;
  return (
    <div class="stages" data-count={on.length}>
      {on.length === 0 && (
        <section class="stage" data-state="none">
          <p class="none">
            <Both say="display.none" />
          </p>
        </section>
      )}
      {/* A new key makes a new element, so that the flashing begins anew with each call. */}
      {on.map((shown) => (
        <Call key={shown.call.seq} view={view} shown={shown} saying={stage.saying === shown.call.seq} newest={newest === shown.call.seq} />
      ))}
    </div>
  );
}

function Call({ view, shown, saying, newest }: { view: BranchView; shown: Shown; saying: boolean; newest: boolean }) {
  const { language } = useSpeech();
  const { second, ready } = useContext(TonguesContext);
  useReport(view.id, freshOf(shown));
  const { call, since_ms } = shown;
  const state = stateOf(call, view);
  // Whoever is called reads it in the own language, if it is one of the wall's.
  const own = call.language !== language && ready.includes(call.language) ? call.language : second;
  return (
    <section
      class="stage"
      data-state={state}
      data-fresh={since_ms !== undefined}
      data-saying={saying}
      data-newest={newest}
      data-seq={call.seq}
      style={{ '--phase': (since_ms ?? 0) % 1000 }}
    >
      <div class="call">
        <div class="what">
          <p class="label">
            <Both say="number" second={own} />
          </p>
          {/* A longer number is written smaller, so that it stays on one line. */}
          <p class="number" style={{ '--characters': call.number.length }}>
            {call.number}
          </p>
        </div>
        <div class="where">
          <p class="label">
            <Both say={`place.${call.place}`} second={own} />
          </p>
          <p class="place">
            <span class="arrow" aria-hidden="true" />
            {call.counter_number}
          </p>
        </div>
        <State state={state} />
      </div>
    </section>
  );
}

/** A state is a word with its own sign; the frame's form says it once more. */
export function State({ state }: { state: CallState }) {
  if (state === 'past') return null;
  return (
    <span class="state">
      <span class={`sign ${state}`} aria-hidden="true" />
      <span>
        <Both say={`display.${state}`} />
      </span>
    </span>
  );
}
