// The number that was given out, until the visitor has read it.

import { useEffect, useRef, useState } from 'preact/hooks';

import { useSpeech } from '../live';
import type { BranchView } from '../protocol';
import { beside, pick, say as sayIn } from '../text';
import { range } from '../time';
import { legsOf, type Issued } from './kiosk';

/** How long the number stands there. A touch or a key begins the time again. */
const SHOWN_S = 15;

export function TicketScreen({ issued, view, onDone }: {
  issued: Issued;
  view: BranchView;
  onDone: () => void;
}) {
  const { language, say } = useSpeech();
  const other = beside(language);
  const heading = useRef<HTMLHeadingElement>(null);
  const left_s = useCountdown(SHOWN_S, onDone);
  const service = view.services.find(({ id }) => id === issued.service);
  const legs = service ? legsOf(view, service, language) : '';
  useEffect(() => heading.current?.focus(), []);
  return (
    <main class="ticket">
      <section class="slip">
        <h1 ref={heading} tabIndex={-1}>
          <span class="label">
            {say('kiosk.number')} <span lang={other}>{sayIn(other, 'kiosk.number')}</span>
          </span>{' '}
          <strong class="number">{issued.number}</strong>
        </h1>
        <p class="what">{service ? pick(service.name, language) : ''}</p>
        {legs && <p>{say('then', { names: legs })}</p>}
        <dl>
          <div>
            <dt>{say('kiosk.ahead')}</dt>
            <dd>{issued.ahead}</dd>
          </div>
          {issued.wait && (
            <div>
              <dt>{say('kiosk.wait')}</dt>
              <dd>{range(issued.wait, language)}</dd>
            </div>
          )}
        </dl>
        {!issued.wait && <p class="unknown">{say('kiosk.wait.unknown')}</p>}
      </section>
      <p class="advice">{say('kiosk.remember')}</p>
      <button type="button" class="primary" onClick={onDone}>
        {say('kiosk.done')} <span class="left">({left_s})</span>
      </button>
      <progress max={SHOWN_S} value={left_s} aria-hidden="true" />
    </main>
  );
}

/** Seconds left until `done` is called. */
function useCountdown(seconds: number, done: () => void): number {
  const [left, setLeft] = useState(seconds);
  const listener = useRef(done);
  listener.current = done;
  useEffect(() => {
    const timer = setInterval(() => setLeft((left) => Math.max(0, left - 1)), 1000);
    const again = () => setLeft(seconds);
    for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, again);
    return () => {
      clearInterval(timer);
      for (const kind of ['pointerdown', 'keydown']) removeEventListener(kind, again);
    };
  }, [seconds]);
  useEffect(() => {
    if (left === 0) listener.current();
  }, [left]);
  return left;
}
