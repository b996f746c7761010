// Which counter the officer sits at.

import { useSpeech } from '../live';
import type { BranchView } from '../protocol';
import { learn } from '../text';
import desk from '../text/desk';
import staff from '../text/staff';
import { withParameter } from '../ui/frame';

learn(desk, staff);

export function Choice({ view }: { view: BranchView }) {
  const { say } = useSpeech();
  return (
    <>
      <h1>{say('desk.choose')}</h1>
      <ul class="cards">
        {view.counters.map((counter) => (
          <li key={counter.id}>
            <a class="card" href={withParameter('counter', counter.id)}>
              <strong>
                {say(`place.${counter.place}`)} {counter.number}
              </strong>
              <span>
                {say(counter.pause ? 'counter.state.paused' : counter.open ? 'counter.is_open' : 'counter.is_closed')}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
