// The console: the visitor of now and what can be done at the left, those to come at the right.
//
// What is seldom wanted comes when the page stands, ahead of the first press that needs it, so that no press
// waits for the network.

import { useCallback, useEffect, useState } from 'preact/hooks';

import type { Asked } from '../desk/ask';
import { useSpeech, type Presser } from '../live';
import type { BranchView, CounterView } from '../protocol';
import { load } from '../text';
import { useLater } from '../ui/later';
import { Actions } from './actions';
import { Current } from './current';
import { inOrder } from './order';
import { Waiting } from './waiting';

export function Console({ view, counter, presser, now, linked, undo_ms, keys, onUngreeted }: {
  view: BranchView;
  counter: CounterView;
  presser: Presser;
  now: number;
  /** Whether the link is up. */
  linked: boolean;
  /** For how long the last press can still be taken back. */
  undo_ms: number;
  /** Whether single keys act. */
  keys: boolean;
  /** Switches the greeting off; none where it is. */
  onUngreeted: (() => void) | undefined;
}) {
  const [asked, setAsked] = useState<Asked>();
  const ask = useAhead(useCallback(() => import('../desk/ask'), []));
  const beside = useAhead(useCallback(() => import('../desk/beside'), []));
  const aside = useAhead(useCallback(() => import('../desk/aside'), []));
  const waiting = inOrder(counter, view.tickets ?? [], now);
  const part = {
    view,
    now,
    can: !presser.pending,
    onManage: (ticket: number) => setAsked({ name: 'manage', ticket }),
  };
  return (
    <main class="desk">
      <section class="work" aria-labelledby="now">
        <Current view={view} counter={counter} now={now}>
          {beside && <beside.Beside view={view} counter={counter} now={now} onUngreeted={onUngreeted} />}
        </Current>
        <Actions
          view={view}
          counter={counter}
          waiting={waiting.length}
          presser={presser}
          linked={linked}
          undo_ms={undo_ms}
          keys={keys}
          onAsk={(name) => setAsked({ name, ticket: counter.current?.ticket })}
        />
      </section>
      <div class="side">
        <Waiting counter={counter} tickets={waiting} keys={keys} {...part} />
        {aside && <aside.Aside counter={counter} presser={presser} {...part} />}
      </div>
      {ask && asked && (
        <ask.Ask
          asked={asked}
          view={view}
          counter={counter}
          now={now}
          onClose={() => setAsked(undefined)}
          onDo={(command) => {
            setAsked(undefined);
            presser.press(command);
          }}
        />
      )}
    </main>
  );
}

/** How long to wait before a part that did not come is asked for again. */
const AGAIN_MS = 2_000;

/** A part, fetched with its words once the page stands; asked for until it comes. */
function useAhead<Part>(fetch: () => Promise<Part>): Part | undefined {
  const { language } = useSpeech();
  const [stands, setStands] = useState(false);
  useEffect(() => setStands(true), []);
  return useLater(stands, async () => {
    for (;;) {
      try {
        const part = await fetch();
        await load(language);
        return part;
      } catch {
        await new Promise((done) => setTimeout(done, AGAIN_MS));
      }
    }
  });
}
