// The page's parts. The address says which is in sight.

import { useEffect, useState } from 'preact/hooks';

import { Away, useRefusal } from '../access/away';
import { toSignIn, useMe } from '../access/me';
import { pathOf, useAsked } from '../advice/asked';
import { personOf, useLive, useNow, usePress, useSpeech, type Presser } from '../live';
import type { BranchView, ForecastView, Me } from '../protocol';
import { useRenewal } from '../renew';
import { pick } from '../text';
import { Failure, Header, Languages, LinkDown } from '../ui/frame';
import { useLater } from '../ui/later';
import { Trouble } from '../ui/trouble';
import { useOfficer, Who } from '../ui/who';
import { Why } from './why';

/** How often it is asked what is to come. */
const AGAIN_MS = 30_000;

const PARTS = ['day', 'try', 'roster', 'honesty'] as const;
type Part = (typeof PARTS)[number];

const partOf = (hash: string): Part => PARTS.find((part) => hash === `#${part}`) ?? 'day';

/** What each part is given. */
export interface PartProps {
  readonly branch: string;
  readonly view: BranchView;
  readonly presser: Presser;
  readonly me: Me | undefined;
  /** What is to come, once it is told. */
  readonly forecast: ForecastView | undefined;
  /** Asks for it at once. */
  readonly again: () => void;
  readonly now: number;
}

export function Planning({ branch }: { branch: string }) {
  const { language, say } = useSpeech();
  const { picture, link } = useLive(branch, 'supervisor');
  const refusal = useRefusal(link);
  const me = useMe(link);
  const officer = useOfficer();
  const presser = usePress(branch, undefined, { by: personOf(me) ? undefined : officer.by, me, leave: toSignIn });
  useRenewal(link, !presser.pending);
  const now = useNow(picture);
  const { found: forecast, failed, again } = useAsked<ForecastView>(pathOf(branch), AGAIN_MS);
  const [part, setPart] = useState(() => partOf(location.hash));
  useEffect(() => {
    const turn = () => setPart(partOf(location.hash));
    addEventListener('hashchange', turn);
    return () => removeEventListener('hashchange', turn);
  }, []);
  if (refusal) return <Away refusal={refusal} />;
  const view = picture?.view;
  return (
    <div class="planning-page">
      <Header office={view ? pick(view.name, language) : ''}>
        <a class="button" href={`/dashboard?${new URLSearchParams({ branch })}`}>
          {say('planning.dashboard')}
        </a>
        <Languages />
      </Header>
      <LinkDown link={link} zone={view?.time_zone} ahead_ms={picture?.ahead_ms ?? 0} />
      <Trouble trouble={view?.health?.trouble} zone={view?.time_zone} />
      <Failure presser={presser} />
      <Who me={me} officer={officer} />
      <nav class="parts" aria-label={say('planning.title')}>
        {PARTS.map((one) => (
          <a key={one} href={`#${one}`} aria-current={one === part ? 'page' : undefined}>
            {say(`planning.part.${one}`)}
          </a>
        ))}
      </nav>
      <main>
        <h1 class="unseen">{say('planning.title')}</h1>
        {(part === 'day' || part === 'try') && <Why failed={failed} />}
        {view ? <Shown key={part} {...{ part, branch, view, presser, me, now, forecast, again }} /> : <p role="status">{say('link.opening')}</p>}
      </main>
    </div>
  );
}

const FETCH = {
  day: () => import('./rest'),
  try: () => import('./plan'),
  roster: () => import('./roster'),
  honesty: () => import('./honest'),
};

/** The part in sight. */
function Shown({ part, ...props }: PartProps & { part: Part }) {
  const fetched = useLater(true, FETCH[part]);
  return fetched ? <fetched.Part {...props} /> : null;
}
