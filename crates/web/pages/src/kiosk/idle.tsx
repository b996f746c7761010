// Back to the start by itself: who walks away leaves nothing for the next. It is said before, with time
// enough to answer, and whoever needs longer gets it as often as asked (WCAG 2.2.1).

import { useEffect, useRef, useState } from 'preact/hooks';

import { useSpeech } from '../live';

/** For how long nobody has to touch anything. */
const QUIET_S = 20;
/** For how long is asked then. */
const ASKED_S = 20;

/** Seconds left until `done` is called. A touch or a key begins the time again. */
export function useCountdown(seconds: number, active: boolean, done: () => void): number {
  const [left, setLeft] = useState(seconds);
  const listener = useRef(done);
  listener.current = done;
  useEffect(() => {
    setLeft(seconds);
    if (!active) return;
    const timer = setInterval(() => setLeft((left) => Math.max(0, left - 1)), 1000);
    const again = () => setLeft(seconds);
    for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, again);
    return () => {
      clearInterval(timer);
      for (const kind of ['pointerdown', 'keydown']) removeEventListener(kind, again);
    };
  }, [seconds, active]);
  useEffect(() => {
    if (left === 0) listener.current();
  }, [left]);
  return left;
}

/** Asks whether somebody is still there. */
export function Idle({ active, onDone }: { active: boolean; onDone: () => void }) {
  const { say } = useSpeech();
  const left = useCountdown(QUIET_S + ASKED_S, active, onDone);
  const asks = active && left <= ASKED_S;
  return (
    <div role="alert" class="still" hidden={!asks}>
      {asks && (
        <>
          <p>{say('kiosk.still')}</p>
          {/* Each second of it would be read out. */}
          <p class="seconds" aria-hidden="true">
            {say('kiosk.seconds', { left })}
          </p>
          {/* Any touch is answer enough; the button says so. */}
          <button type="button" class="primary">
            {say('kiosk.more')}
          </button>
        </>
      )}
    </div>
  );
}
