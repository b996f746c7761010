// The page on a visitor's own phone: the ticket that it was opened with or that the phone holds, or a number
// to be taken.

import { useEffect, useState } from 'preact/hooks';

import { asked, useSpeech } from '../live';
import { Header, Languages, withParameter } from '../ui/frame';
import { useLater } from '../ui/later';
import { forget, held, opened, turnTo } from './address';
import { Ticket } from './ticket';

/** What stands on the page. */
type Shown =
  | { readonly at: 'ticket'; readonly secret: string }
  | { readonly at: 'take'; readonly code: string }
  | { readonly at: 'nothing' };

/** A ticket that this phone holds goes before the hall's code: nobody needs a second number. */
function shown(branch: string): Shown {
  const found = opened(location.hash);
  if (found.by === 'ticket') return { at: 'ticket', secret: found.secret };
  const kept = held(branch, Date.now());
  if (kept && !(found.by === 'hall' && kept.over_ms)) return { at: 'ticket', secret: kept.secret };
  return found.by === 'hall' ? { at: 'take', code: found.code } : { at: 'nothing' };
}

export function PhonePage({ branch }: { branch: string }) {
  const { language } = useSpeech();
  const [now, setNow] = useState(() => shown(branch));
  useEffect(() => {
    // Whoever scans another code may land in the same tab.
    const turn = () => setNow(shown(branch));
    addEventListener('hashchange', turn);
    return () => removeEventListener('hashchange', turn);
  }, [branch]);
  useEffect(() => {
    // The ticket's own language is the first; what the reader chose instead holds when the page is opened again.
    if (asked('lang') !== undefined) history.replaceState(null, '', withParameter('lang', language) + location.hash);
  }, [language]);
  const take = () => {
    forget(branch);
    turnTo('');
    setNow({ at: 'take', code: '' });
  };
  if (now.at === 'ticket') return <Ticket key={now.secret} branch={branch} secret={now.secret} onTake={take} />;
  if (now.at === 'nothing') return <Nothing onTake={take} />;
  return (
    <Take
      key={now.code}
      branch={branch}
      code={now.code}
      onTaken={(secret) => {
        turnTo(secret);
        setNow({ at: 'ticket', secret });
      }}
    />
  );
}

function Nothing({ onTake }: { onTake: () => void }) {
  const { say } = useSpeech();
  return (
    <div class="phone">
      <Header office={say('index.title')}>
        <Languages />
      </Header>
      <main class="words">
        <h1>{say('phone.none')}</h1>
        <p>{say('phone.none.what')}</p>
        <button type="button" onClick={onTake}>
          {say('phone.take')}
        </button>
      </main>
    </div>
  );
}

/** Comes when it is wanted: who has a ticket has no use for it. */
function Take(props: { branch: string; code: string; onTaken: (secret: string) => void }) {
  const { say } = useSpeech();
  const part = useLater(true, () => import('../remote/remote'));
  if (part) return <part.Remote {...props} />;
  return (
    <div class="phone">
      <main class="words">
        <h1>{say('link.opening')}</h1>
      </main>
    </div>
  );
}
