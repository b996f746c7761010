// The page's parts: people, devices, the audit record. The address says which is in sight.

import { useEffect, useState } from 'preact/hooks';

import { Away } from '../access/away';
import { askMe, toSignIn } from '../access/me';
import { PersonBar } from '../access/person';
import { useSpeech } from '../live';
import type { ErrorView, Me } from '../protocol';
import { Header, Languages, useBranches } from '../ui/frame';
import { useLater } from '../ui/later';
import { People } from './persons';
import { isAny } from './rights';

const PARTS = ['people', 'devices', 'audit'] as const;
type Part = (typeof PARTS)[number];

const partOf = (hash: string): Part => PARTS.find((part) => hash === `#${part}`) ?? 'people';

export function PeoplePage() {
  const { say } = useSpeech();
  const [me, setMe] = useState<Me>();
  const [refusal, setRefusal] = useState<ErrorView>();
  const [part, setPart] = useState(() => partOf(location.hash));
  const branches = useBranches(true);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const look = () => {
      clearTimeout(timer);
      askMe().then(
        (me) => {
          if (me.kind === 'nobody' || (me.kind === 'person' && me.must_change)) toSignIn();
          else setMe(me);
        },
        () => (timer = setTimeout(look, 2_000)),
      );
    };
    const turn = () => setPart(partOf(location.hash));
    look();
    addEventListener('focus', look);
    addEventListener('hashchange', turn);
    return () => {
      clearTimeout(timer);
      removeEventListener('focus', look);
      removeEventListener('hashchange', turn);
    };
  }, []);
  const parts = PARTS.filter((part) => part !== 'audit' || isAny(me, 'administrator', 'auditor'));
  const shown = parts.includes(part) ? part : 'people';
  const devices = useLater(shown === 'devices', () => import('./devices'));
  const record = useLater(shown === 'audit', () => import('./record'));
  if (refusal) return <Away refusal={refusal} />;
  return (
    <div class="people-page">
      <Header office={say('people.title')}>
        <a class="button" href="/dashboard">
          {say('people.dashboard')}
        </a>
        <a class="button" href="/settings">
          {say('people.settings')}
        </a>
        <Languages />
      </Header>
      {me?.kind === 'person' && <PersonBar me={me} />}
      {me?.kind === 'person' && (
        <nav class="parts" aria-label={say('people.title')}>
          {parts.map((part) => (
            <a key={part} href={`#${part}`} aria-current={part === shown ? 'page' : undefined}>
              {say(`people.part.${part}`)}
            </a>
          ))}
        </nav>
      )}
      <main>
        <h1 class="unseen">{say('people.title')}</h1>
        {!me || !branches ? (
          <p role="status">{say('link.opening')}</p>
        ) : me.kind === 'anybody' ? (
          <p class="empty">{say('people.anybody')}</p>
        ) : shown === 'people' ? (
          <People me={me} branches={branches} onTurnedAway={setRefusal} />
        ) : devices ? (
          <devices.Devices me={me} branches={branches} />
        ) : (
          record && <record.Record />
        )}
      </main>
    </div>
  );
}
