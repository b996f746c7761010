// The sign above one counter: its number, whom it serves, or why it serves nobody.

import type { BranchView } from '../protocol';
import { pick } from '../text';
import { freshOf, State, stateOf, useReport } from './calls';
import type { Stage } from './stage';
import { Both, usePair } from './tongues';
import './words';

export function Sign({ view, stage, counter: id }: { view: BranchView; stage: Stage; counter: string }) {
  const pair = usePair();
  const counter = view.counters[0];
  const current = counter?.current;
  const shown = stage.on.find(({ call }) => call.number === current?.number);
  useReport(view.id, freshOf(shown));
  if (!counter) {
    return (
      <section class="stage closed" data-state="none">
        <p class="none">
          <Both say="display.no_counter" /> {id}
        </p>
      </section>
    );
  }
  const { place, number, open, pause, ahead } = counter;
  const word = pause ? 'paused' : open ? 'free' : 'closed';
  const state = shown ? stateOf(shown.call, view) : current?.serving ? 'serving' : 'called';
  return (
    <section
      key={shown?.call.seq}
      class="stage sign-of"
      data-state={current ? state : word}
      data-fresh={shown?.since_ms !== undefined}
      data-seq={shown?.call.seq}
    >
      <p class="whose">
        <span class="label">
          <Both say={`place.${place}`} />
        </span>
        <strong class="place">{number}</strong>
      </p>
      {current ? (
        <div class="served">
          <p class="number" style={{ '--characters': current.number.length }}>
            {current.number}
          </p>
          <State state={state} />
        </div>
      ) : (
        <p class="none">
          <span class={`sign ${word}`} aria-hidden="true" />
          <Both say={`display.sign.${word}`} />
        </p>
      )}
      <p class="next">
        {ahead && !pause ? (
          <>
            <Both say="display.ahead" /> <strong>{ahead.number}</strong>
          </>
        ) : (
          open &&
          pair.map((tongue, n) => (
            <span key={n} lang={tongue} class={n > 0 ? 'second' : ''}>
              {view.services
                .filter(({ id }) => counter.services.includes(id))
                .map(({ name }) => pick(name, tongue))
                .join(' · ')}
            </span>
          ))
        )}
      </p>
    </section>
  );
}
