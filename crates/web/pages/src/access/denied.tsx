// Somebody is known to the daemon and may not see this page.

import { useEffect, useState } from 'preact/hooks';

import { useSpeech } from '../live';
import { Pairing } from '../pairing/pairing';
import type { ErrorView, Me } from '../protocol';
import { learn, pick } from '../text';
import access from '../text/access';
import { Header, Languages } from '../ui/frame';
import type { Pairable } from './away';
import { askMe, signInAddress } from './me';
import { SignOut } from './person';

learn(access);

export function Denied({ refusal, pairable }: { refusal: ErrorView; pairable?: Pairable }) {
  const { language, say } = useSpeech();
  const [me, setMe] = useState<Me>();
  const [pairs, setPairs] = useState(false);
  useEffect(() => {
    let here = true;
    // Without an answer it is not said who it is; the link is tried all the while.
    askMe().then((me) => here && setMe(me), () => {});
    return () => {
      here = false;
    };
  }, []);
  if (pairs && pairable) return <Pairing {...pairable} />;
  return (
    <>
      <Header office={say('index.title')}>
        <Languages />
      </Header>
      <main class="plain denied">
        <h1>{pick(refusal.message, language)}</h1>
        <p>
          {me?.kind === 'person' && say('access.person', { name: me.name, id: me.id })}
          {me?.kind === 'device' && say('access.device', { id: me.id })}
        </p>
        <p class="buttons">
          {me?.kind === 'person' ? (
            <SignOut class="primary">{say('access.other')}</SignOut>
          ) : (
            <a class="button primary" href={signInAddress()}>
              {say('access.sign_in')}
            </a>
          )}
          {pairable && (
            <button type="button" onClick={() => setPairs(true)}>
              {say('access.pair')}
            </button>
          )}
          <a class="button" href="/">
            {say('access.home')}
          </a>
        </p>
      </main>
    </>
  );
}
