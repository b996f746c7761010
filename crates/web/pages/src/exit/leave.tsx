// The staff's way out of the kiosk: a short name and a PIN, on a keyboard of the page's own.

import { useEffect, useState } from 'preact/hooks';

import { ask, type Answer } from '../access/ask';
import { DIGITS, Pad, SIGNS } from '../kiosk/pad';
import { useSpeech } from '../live';
import { learn, pick } from '../text';
import exit from '../text/exit';
import { elapsed } from '../time';
import { Action, Dialog } from '../ui/frame';

learn(exit);

const NAME = { most: 32, keys: [...SIGNS.map((sign) => sign.toLowerCase()), '-'] };
const PIN = { least: 6, most: 128 };

export function Leave({ branch, children, onBack }: {
  branch: string;
  /** What else may have to be said meanwhile: the rest of the page can't be touched. */
  children: preact.ComponentChildren;
  onBack: () => void;
}) {
  const { language, say } = useSpeech();
  const [id, setId] = useState('');
  const [named, setNamed] = useState(false);
  const [secret, setSecret] = useState('');
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answer<unknown>>();
  const wait_ms = useWait(answer);
  const can = !busy && wait_ms <= 0 && (named ? secret.length >= PIN.least : id !== '');
  // Whoever types goes on typing.
  useEffect(() => document.querySelector<HTMLElement>('dialog .pad input')?.focus(), [named, answer]);
  const go = async () => {
    if (!can) return;
    if (!named) return setNamed(true);
    setBusy(true);
    const answer = await ask('POST', `/branches/${encodeURIComponent(branch)}/kiosk/leave`, { id, secret });
    // Where nobody is asked who they are, nobody is kept in.
    if (answer.type === 'found' || (answer.type === 'refused' && answer.error.code === 'sign_in_off')) {
      return location.assign('/');
    }
    setBusy(false);
    setSecret('');
    setAnswer(answer);
  };
  return (
    <Dialog label={say('exit.title')} onClose={onBack}>
      <h2>{say('exit.title')}</h2>
      <div role="alert">
        {answer && answer.type !== 'found' && (
          <p class="wrong">
            <span aria-hidden="true">✕ </span>
            {answer.type === 'refused' ? pick(answer.error.message, language) : say('press.lost')}
          </p>
        )}
      </div>
      {named ? (
        <Pad
          key="pin"
          label={say('exit.pin')}
          keys={DIGITS}
          most={PIN.most}
          value={secret}
          secret
          onChange={setSecret}
          onEnter={go}
        />
      ) : (
        <Pad
          key="name"
          label={say('exit.name')}
          keys={NAME.keys}
          most={NAME.most}
          value={id}
          onChange={setId}
          onEnter={go}
        />
      )}
      <div class="ends">
        <button type="button" onClick={() => (named ? setNamed(false) : onBack())}>
          {say('back')}
        </button>
        <Action class="primary" can={can} onPress={go}>
          {wait_ms > 0
            ? say('exit.wait', { time: elapsed(wait_ms + 999) })
            : say(named ? 'exit.go' : 'exit.next')}
        </Action>
      </div>
      {children}
    </Dialog>
  );
}

/** How long the daemon wants to be left alone, by the second. */
function useWait(answer: Answer<unknown> | undefined): number {
  const [left_ms, setLeft] = useState(0);
  useEffect(() => {
    const until_ms = Date.now() + (answer?.type === 'refused' ? answer.after_ms : 0);
    const look = () => setLeft(until_ms - Date.now());
    look();
    const timer = setInterval(look, 250);
    return () => clearInterval(timer);
  }, [answer]);
  return left_ms;
}
