// The languages of a wall. Nobody can press for another, so it says everything twice: in the office's first
// language, which always stands there, and in the others in turn.

import { createContext } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';

import { asked, useSpeech } from '../live';
import type { BranchView, Language } from '../protocol';
import { beside, load, say as sayIn, type Key } from '../text';
import { languagesAsked } from './asked';

/** How long the second language stands there before the next has its turn. */
const TURN_MS = 6_000;

export interface Tongues {
  /** The language that stands below the page's own now; none where the office has but one. */
  readonly second: Language | undefined;
  /** All that can be shown. */
  readonly ready: readonly Language[];
}

export const TonguesContext = createContext<Tongues>({ second: undefined, ready: [] });

export const useSecond = () => useContext(TonguesContext).second;

/** The page's language and one beside it, as lines in which something is said twice. */
export function usePair(): Language[] {
  const { language } = useSpeech();
  const second = useSecond();
  return second ? [language, second] : [language];
}

/** Whose turn it is. What is not loaded yet is left out. */
export function useTongues(view: BranchView | undefined, now: number): Tongues {
  const { language, choose } = useSpeech();
  const named = useMemo(languagesAsked, []);
  const all = named.length > 0 ? named : (view?.languages ?? [language, beside(language)]);
  const [ready, setReady] = useState<readonly Language[]>([language, beside(language)]);
  const key = all.join();
  useEffect(() => {
    const [first] = all;
    if (view && first && asked('lang') === undefined) choose(first);
    // One that does not come makes a fault, and faults are mended.
    for (const tongue of all) {
      void load(tongue).then(() => setReady((known) => (known.includes(tongue) ? known : [...known, tongue])));
    }
  }, [key, choose, !view]);
  const others = all.filter((tongue) => tongue !== language && ready.includes(tongue));
  return { second: others[Math.floor(now / TURN_MS) % others.length], ready };
}

/** A word in the page's language and in the one beside it. */
export function Both({ say: key, second: own }: { say: Key; second?: Language | undefined }) {
  const { say } = useSpeech();
  const turn = useSecond();
  const second = own ?? turn;
  return (
    <>
      <span>{say(key)}</span>
      {second && (
        <>
          {' '}
          <span class="second" lang={second}>
            {sayIn(second, key)}
          </span>
        </>
      )}
    </>
  );
}
