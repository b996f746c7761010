// The officer's page: which office and counter, who works there, and the console.

import { useEffect, useRef } from 'preact/hooks';

import { Away, useRefusal } from '../access/away';
import { toSignIn, useMe } from '../access/me';
import { asked, personOf, useLive, useNow, usePress, useSpeech, type Presser } from '../live';
import type { CounterView, Me } from '../protocol';
import { useRenewal } from '../renew';
import { pick } from '../text';
import { clock } from '../time';
import { Failure, Header, Languages, LinkDown } from '../ui/frame';
import { useLater } from '../ui/later';
import { Silent, Trouble } from '../ui/trouble';
import { useOfficer, Who } from '../ui/who';
import { Console } from './console';
import { useSwitch } from './keys';
import { useUndo } from './undo';

export function Counter({ branch }: { branch: string }) {
  const { language, say } = useSpeech();
  const { picture, link } = useLive(branch, 'counter');
  const refusal = useRefusal(link);
  const me = useMe(link);
  const officer = useOfficer();
  const undo = useUndo(asked('counter'));
  const presser = usePress(branch, (_, command) => undo.done(command), {
    by: personOf(me) ? undefined : officer.by,
    me,
    leave: toSignIn,
  });
  useRenewal(link, !presser.pending);
  const [keys, setKeys] = useSwitch('giliran.shortcuts');
  const [greeted, setGreeted] = useSwitch('giliran.greeting');
  const now = useNow(picture);
  const view = picture?.view;
  const counter = view?.counters.find(({ id }) => id === asked('counter'));
  const choice = useLater(Boolean(view && !counter), () => import('../desk/choice'));
  useSeat(branch, link.state === 'up' ? counter : undefined, me, presser);
  if (refusal) return <Away refusal={refusal} />;
  return (
    <div class={`console ${keys ? 'by-key' : ''}`}>
      <Header office={view ? pick(view.name, language) : ''}>
        {counter && (
          <p class="sign">
            {say(`place.${counter.place}`)} <strong>{counter.number}</strong>
          </p>
        )}
        <p class="now">{view && <time>{clock(now, view.time_zone)}</time>}</p>
        <Languages />
      </Header>
      <LinkDown link={link} zone={view?.time_zone} ahead_ms={picture?.ahead_ms ?? 0} />
      <Trouble trouble={view?.health?.trouble} zone={view?.time_zone} />
      <Failure presser={presser} />
      {view && counter ? (
        <>
          <div class="strip">
            <Who
              me={me}
              officer={officer}
              onAnswer={(id) => {
                if (id && id !== counter.officer) {
                  presser.press({ type: 'seat_officer', counter: counter.id, officer: id });
                }
              }}
            />
            <Silent view={view} />
            <section class="switches" aria-label={say('counter.settings')}>
              <Switch on={keys} onSwitch={setKeys}>
                {say('counter.keys')}
              </Switch>
              {view.greeting && (
                <Switch on={greeted} onSwitch={setGreeted}>
                  {say('counter.greeting')}
                </Switch>
              )}
            </section>
          </div>
          <Console
            view={view}
            counter={counter}
            presser={presser}
            now={now}
            linked={link.state === 'up'}
            undo_ms={undo.at_ms + (view.undo_s ?? 0) * 1000 - Date.now()}
            keys={keys}
            onUngreeted={view.greeting && greeted ? () => setGreeted(false) : undefined}
          />
        </>
      ) : (
        <main class="plain">
          {view && choice ? <choice.Choice view={view} /> : <p role="status">{say('link.opening')}</p>}
        </main>
      )}
    </div>
  );
}

function Switch({ on, onSwitch, children }: { on: boolean; onSwitch: (on: boolean) => void; children: string }) {
  return (
    <label>
      <input type="checkbox" checked={on} onChange={({ currentTarget }) => onSwitch(currentTarget.checked)} />
      {children}
    </label>
  );
}

/**
 * Seats an officer who has signed in at the counter, once it is open; whoever is seated later stays so. Why a
 * press came to nothing is read first: this one would take it out of sight.
 */
function useSeat(branch: string, counter: CounterView | undefined, me: Me | undefined, presser: Presser): void {
  const done = useRef(false);
  const person = personOf(me);
  useEffect(() => {
    if (counter && !counter.open) done.current = false;
    const works = person?.grants.some(({ role, branch: at }) => role === 'officer' && (!at || at === branch));
    if (!counter?.open || !person || !works || presser.pending || presser.failure || done.current) return;
    done.current = true;
    if (counter.officer !== person.id) presser.press({ type: 'seat_officer', counter: counter.id, officer: person.id });
  });
}
