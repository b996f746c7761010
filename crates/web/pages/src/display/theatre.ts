// The stage of this wall, moved on by messages and by time.

import { useCallback, useEffect, useReducer } from 'preact/hooks';

import type { Picture } from '../picture';
import type { CallView } from '../protocol';
import { counterAsked, seen } from './asked';
import { advance, hear, isBusy, open, placesOf, say, type House, type Stage } from './stage';

/** How often it is looked whether time has changed something, while it can. */
const LOOK_MS = 200;

interface Theatre {
  readonly log: string | undefined;
  readonly stage: Stage;
  /** Whether nobody says the calls aloud. */
  readonly silent: boolean;
}

type News = { readonly picture: Picture } | { readonly says: CallView | undefined } | 'time';

export interface Staging {
  readonly stage: Stage;
  readonly silent: boolean;
  /** Takes in a picture. */
  readonly heard: (picture: Picture) => void;
  /** Notes which call this wall says itself. */
  readonly says: (call: CallView | undefined) => void;
}

/** What the wall is like now: somebody may have turned the screen. */
const house = (silent: boolean): House => ({
  silent,
  places: counterAsked() === undefined ? placesOf(innerWidth, innerHeight) : 1,
});

function play(theatre: Theatre, news: News): Theatre {
  const now = performance.now();
  const { log, stage, silent } = theatre;
  if (news === 'time') {
    const next = advance(stage, now, house(silent));
    return next === stage ? theatre : { ...theatre, stage: next };
  }
  if ('says' in news) return { ...theatre, stage: say(stage, news.says, now) };
  const view = seen(news.picture.view);
  const calls = view.calls ?? [];
  const nobody = view.health?.speakers === 0;
  // The numbers of another log say nothing about what was shown of this one.
  if (news.picture.log !== log) return { log: news.picture.log, silent: nobody, stage: open(calls) };
  return { log, silent: nobody, stage: hear(stage, calls, now, house(nobody)) };
}

export function useStage(): Staging {
  const [{ stage, silent }, dispatch] = useReducer(play, { log: undefined, silent: false, stage: open([]) });
  const busy = isBusy(stage);
  useEffect(() => {
    if (!busy) return;
    const timer = setInterval(() => dispatch('time'), LOOK_MS);
    return () => clearInterval(timer);
  }, [busy]);
  return {
    stage,
    silent,
    heard: useCallback((picture: Picture) => dispatch({ picture }), []),
    says: useCallback((says: CallView | undefined) => dispatch({ says }), []),
  };
}
