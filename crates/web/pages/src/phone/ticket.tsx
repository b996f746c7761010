// One ticket: waiting, called, at the counter or over. Nobody looks at a phone all the time, so a change is told
// in every way that a phone has: the screen, the page's title, sound, vibration, and words to screen readers.

import { useEffect, useRef, useState } from 'preact/hooks';

import { useSpeech, type Say } from '../live';
import type { PhonePlace, PhoneTicket } from '../protocol';
import { pick } from '../text';
import { range } from '../time';
import { Header, Languages, LinkDown } from '../ui/frame';
import { useLater } from '../ui/later';
import { Aids } from './aids';
import { chime, ring } from './alarm';
import { SOON } from './schedule';
import { isCalled, useTicket, type Watch } from './watch';

/** `Kaunter 3` */
const placeOf = (say: Say, { place, number }: PhonePlace) => `${say(`place.${place}`)} ${number}`;

export function Ticket({ branch, secret, onTake }: { branch: string; secret: string; onTake: () => void }) {
  const { language, say } = useSpeech();
  const watch = useTicket(branch, secret);
  const [left, setLeft] = useState(false);
  const { ticket } = watch;
  const over = watch.over || left;
  const alarms = over ? [] : (ticket?.urgent ?? []);
  const urgent = useLater(alarms.length > 0, () => import('../urgent/urgent'));
  const called = ticket && !over && isCalled(ticket) ? ticket : undefined;
  const waiting = ticket && !over && ticket.state === 'waiting' ? ticket : undefined;
  const soon = waiting?.ahead != null && waiting.ahead <= SOON;
  useCrossed(waiting && soon, () => chime('soon'));

  const stand = waiting?.ahead != null ? say('phone.place', { number: waiting.number, count: waiting.ahead }) : undefined;
  const turn = called?.to && `${say(called.state === 'called' ? 'phone.turn' : 'phone.next')} ${called.number} → ${placeOf(say, called.to)}`;
  const title = turn ?? stand ?? say('phone.title');
  useEffect(() => {
    document.title = title;
  }, [title, language]);

  const body = () => {
    if (over) return <Over ticket={ticket} left={left} onTake={onTake} />;
    if (called) return <Turn ticket={called} watch={watch} />;
    if (ticket) {
      return (
        <main>
          <Slip ticket={ticket} soon={soon} reckoning={watch.reckoning} />
          {waiting && <Aids />}
          <Actions
            branch={branch}
            secret={secret}
            ticket={ticket}
            onChanged={watch.again}
            onLeft={() => {
              watch.end();
              setLeft(true);
            }}
          />
        </main>
      );
    }
    return (
      <main class="words">
        <h1>{say('link.opening')}</h1>
      </main>
    );
  };
  return (
    <div class="phone" data-called={Boolean(called)}>
      <Header office={ticket ? pick(ticket.office, language) : say('index.title')}>
        <Languages />
      </Header>
      <p class="unseen" role="status">
        {stand} {soon && say('phone.soon')}
      </p>
      {!over && <LinkDown link={watch.link} zone={ticket?.time_zone} ahead_ms={watch.ahead_ms} />}
      {urgent && <urgent.Urgent urgent={alarms} />}
      {body()}
    </div>
  );
}

/** Acts when it comes about, and not where it was so from the beginning. */
function useCrossed(is: boolean | undefined, act: () => void): void {
  const was = useRef(is);
  useEffect(() => {
    if (is && was.current === false) act();
    was.current = is;
  }, [is]);
}

/** The number with all that is known of its turn. */
function Slip({ ticket, soon, reckoning }: { ticket: PhoneTicket; soon: boolean; reckoning: boolean }) {
  const { language, say } = useSpeech();
  const { state, to } = ticket;
  return (
    <section class="slip">
      <h1>
        <span class="label">{say('phone.number')}</span> <strong class="number">{ticket.number}</strong>
      </h1>
      <p class="what">{pick(ticket.service, language)}</p>
      {soon && <p class="soon">{say('phone.soon')}</p>}
      {state === 'waiting' && (
        <dl class="facts">
          <div>
            <dt>{say('phone.ahead')}</dt>
            <dd>{ticket.ahead ?? '–'}</dd>
          </div>
          <div>
            <dt>{say('phone.wait')}</dt>
            <dd>{!ticket.wait && reckoning ? say('phone.reckoning') : range(ticket.wait, language)}</dd>
          </div>
        </dl>
      )}
      {state === 'serving' && to && <p class="note">{say('phone.serving', { place: placeOf(say, to) })}</p>}
      {state === 'parked' && (
        <p class="note">
          <strong>{say('phone.parked')}</strong> {say('phone.parked.what')}
        </p>
      )}
      {state === 'waiting' && (
        <section class="calls">
          <h2>{say('phone.calls')}</h2>
          {ticket.calls?.length ? (
            <ul>
              {ticket.calls.map((call) => (
                <li key={call.number}>
                  <strong class="number">{call.number}</strong> <span>{placeOf(say, call.to)}</span>
                </li>
              ))}
            </ul>
          ) : (
            <p>{say('phone.calls.none')}</p>
          )}
        </section>
      )}
    </section>
  );
}

/** The turn: it can't be mistaken for anything else, and rings until its holder says to have seen it. */
function Turn({ ticket, watch: { answered, answer } }: { ticket: PhoneTicket; watch: Watch }) {
  const { language, say } = useSpeech();
  const place = ticket.to ? placeOf(say, ticket.to) : '';
  const call = `${ticket.state} ${ticket.to?.place} ${ticket.to?.number}`;
  const seen = answered === call;
  useEffect(() => (seen ? undefined : ring()), [call, seen]);
  const turn = ticket.state === 'called';
  return (
    <main class="turn" data-fresh={!seen}>
      <div role="alert">
        <h1>{say(turn ? 'phone.turn' : 'phone.next')}</h1>
        <p class="number">{ticket.number}</p>
        <p class="go">{say(turn ? 'phone.go' : 'phone.near')}</p>
        <p class="where">{place}</p>
      </div>
      <p>{pick(ticket.service, language)}</p>
      {!seen && (
        <button type="button" onClick={() => answer(call)}>
          {say('phone.coming')}
        </button>
      )}
    </main>
  );
}

/** What a visitor may do about the own place. */
function Actions({ branch, secret, ticket, onChanged, onLeft }: {
  branch: string;
  secret: string;
  ticket: PhoneTicket;
  onChanged: () => void;
  onLeft: () => void;
}) {
  const { say } = useSpeech();
  const [asks, setAsks] = useState<'give_way' | 'leave'>();
  // After the ticket stands there, and before anything is pressed: the link may be gone by then.
  const dialogs = useLater(true, () => import('./dialogs'));
  const close = () => setAsks(undefined);
  const { state, may_let_past: behind = 0 } = ticket;
  if (state === 'serving') return null;
  const about = { branch, secret, ticket, onClose: close };
  return (
    <section class="ways">
      {behind > 0 && (
        <button type="button" onClick={() => setAsks('give_way')}>
          {say('phone.give_way')}
        </button>
      )}
      <button type="button" onClick={() => setAsks('leave')}>
        {say('phone.leave')}
      </button>
      {dialogs && asks === 'give_way' && (
        <dialogs.GiveWay
          {...about}
          onDone={() => {
            close();
            onChanged();
          }}
        />
      )}
      {dialogs && asks === 'leave' && <dialogs.Leave {...about} onDone={onLeft} />}
    </section>
  );
}

/** A ticket that is no longer there, or was never; and what to do. */
function Over({ ticket, left, onTake }: { ticket: PhoneTicket | undefined; left: boolean; onTake: () => void }) {
  const { say } = useSpeech();
  const why = left ? 'left' : !ticket ? 'unknown' : ticket.state === 'serving' ? 'done' : isCalled(ticket) ? 'missed' : 'over';
  return (
    <main class="words">
      <div role="status">
        <h1>{say(`phone.over.${why}`, { number: ticket?.number ?? '' })}</h1>
        <p>{say(`phone.what.${why}`)}</p>
      </div>
      {why !== 'missed' && (
        <button type="button" onClick={onTake}>
          {say('phone.take')}
        </button>
      )}
    </main>
  );
}
