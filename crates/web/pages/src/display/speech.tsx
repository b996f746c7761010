// Says calls and announcements through the screen's own loudspeaker, where there is no other: the daemon makes each
// one's sound.
//
// Calls are said in the order of the log, one at a time, each once at most, and the daemon is told what becomes of
// each. A browser may forbid sound until somebody has touched the screen, and the daemon may have no voices: then it
// says so, and counts as no loudspeaker.

import { useEffect, useRef, useState } from 'preact/hooks';

import type { BranchView, CallView } from '../protocol';
import { zonesAsked } from './asked';
import { report } from './report';
import { Both } from './tongues';
import { Voice } from './voice';
import './words';

export function Speech({ log, view, now, says, onVoice }: {
  log: string;
  view: BranchView;
  /** The daemon's time. */
  now: number;
  /** Is told which call is being said. */
  says: (call: CallView | undefined) => void;
  /** Is told in which zones calls are heard, if they are; in all where none is named. */
  onVoice: (zones: string[] | undefined) => void;
}) {
  const [allowed, setAllowed] = useState<boolean>();
  const [works, setWorks] = useState(true);
  const voice = useRef<Voice>(undefined);
  useEffect(() => {
    const mine = (voice.current = new Voice(view.id, zonesAsked(), {
      says,
      report: (what) => void report(view.id, what),
      allowed: setAllowed,
      works: setWorks,
    }));
    // Any touch is leave enough.
    const touched = () => mine.allow();
    addEventListener('pointerdown', touched);
    addEventListener('keydown', touched);
    return () => {
      removeEventListener('pointerdown', touched);
      removeEventListener('keydown', touched);
      mine.close();
    };
  }, [view.id, says]);
  useEffect(() => onVoice(works && allowed ? zonesAsked() : undefined), [works, allowed, onVoice]);
  useEffect(() => voice.current?.hear(log, view, now), [log, view]);
  return (
    <div role="status">
      {(allowed === false || !works) && (
        <p class="notice down sound">
          <span aria-hidden="true">⚠ </span>
          <span>
            <Both say="display.no_sound" />
          </span>
          {allowed === false && (
            <button type="button" class="primary" onClick={() => voice.current?.allow()}>
              <Both say="display.sound" />
            </button>
          )}
        </p>
      )}
    </div>
  );
}
