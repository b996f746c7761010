// Who has signed in at this page, and the way out.

import { useState } from 'preact/hooks';

import { useSpeech } from '../live';
import type { Me } from '../protocol';
import { learn } from '../text';
import access from '../text/access';
import { signOut } from './leave';
import { signInAddress } from './me';

learn(access);

export function PersonBar({ me }: { me: Extract<Me, { kind: 'person' }> }) {
  const { say } = useSpeech();
  return (
    <aside class="officer" aria-label={say('access.who')}>
      {say('access.who')}: <strong>{me.name}</strong> {me.id}
      {!me.sign_on && (
        <a href={`${signInAddress()}&change=1`}>{say('access.change')}</a>
      )}
      <SignOut>{say('access.sign_out')}</SignOut>
    </aside>
  );
}

/** A button that ends the session. */
export function SignOut({ children, ...rest }: { children: string; class?: string }) {
  const { say } = useSpeech();
  const [lost, setLost] = useState(false);
  return (
    <>
      <button type="button" class="quiet" onClick={() => void signOut().then((out) => setLost(!out))} {...rest}>
        {children}
      </button>
      <span role="alert">{lost && say('press.lost')}</span>
    </>
  );
}
