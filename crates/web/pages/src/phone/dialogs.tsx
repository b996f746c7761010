// What is asked before a visitor's own place changes: neither can be taken back.

import { useRef, useState } from 'preact/hooks';

import { useSpeech } from '../live';
import type { PhoneTicket } from '../protocol';
import { pick } from '../text';
import { Action, Dialog } from '../ui/frame';
import { uuid7 } from '../uuid';
import { insist } from './insist';
import { keyOf, of } from './watch';

/** How many one may let go first at once. */
const PAST = [1, 3, 5];

interface About {
  readonly branch: string;
  readonly secret: string;
  readonly ticket: PhoneTicket;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/**
 * One press until its answer. Pressed again after a lost answer, it is the same press: so it is after a refusal
 * that passes, since an attempt before it may have been done and only its answer lost. Another choice is another.
 */
function useSent({ branch, secret, onDone }: About, what: string) {
  const { language, say } = useSpeech();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const ids = useRef(new Map<string, string>()).current;
  const send = async (more: Record<string, unknown> = {}) => {
    setBusy(true);
    setTrouble('');
    const choice = JSON.stringify(more);
    const id = ids.get(choice) ?? uuid7();
    ids.set(choice, id);
    const answer = await insist(of(branch, what), { id, ...more }, keyOf(secret));
    setBusy(false);
    if (answer.type === 'found') return onDone();
    setTrouble(answer.type === 'lost' ? say('press.lost') : pick(answer.error.message, language));
    if (answer.type === 'refused' && !answer.passing) ids.delete(choice);
  };
  return { busy, send, trouble: <div role="alert">{trouble && <p class="wrong">{trouble}</p>}</div> };
}

export function GiveWay(about: About) {
  const { say } = useSpeech();
  const { may_let_past: behind = 0 } = about.ticket;
  const [past, setPast] = useState(1);
  const { busy, send, trouble } = useSent(about, 'give-way');
  return (
    <Dialog label={say('phone.give_way')} onClose={about.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void send({ past });
        }}
      >
        <h2>{say('phone.give_way')}</h2>
        <fieldset class="past">
          <legend>{say('phone.give_way.how')}</legend>
          {PAST.filter((count) => count <= behind).map((count) => (
            <label key={count}>
              <input type="radio" name="past" checked={past === count} onChange={() => setPast(count)} />
              {say('phone.people', { count })}
            </label>
          ))}
        </fieldset>
        <p>{say('phone.give_way.what')}</p>
        {trouble}
        <div class="ways">
          <button class="primary" aria-disabled={busy}>
            {say('phone.give_way.go')}
          </button>
          <button type="button" onClick={about.onClose}>
            {say('phone.stay')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function Leave(about: About) {
  const { say } = useSpeech();
  const { busy, send, trouble } = useSent(about, 'leave');
  return (
    <Dialog label={say('phone.leave')} onClose={about.onClose}>
      <h2>{say('phone.leave.sure')}</h2>
      <p>{say('phone.leave.what', { number: about.ticket.number })}</p>
      {trouble}
      <div class="ways">
        <button type="button" class="primary" onClick={about.onClose}>
          {say('phone.stay')}
        </button>
        <Action can={!busy} onPress={() => void send()}>
          {say('phone.leave.go')}
        </Action>
      </div>
    </Dialog>
  );
}
