// The way in: the pages of each branch.

import '../style/index.css';

import { useEffect, useState } from 'preact/hooks';

import { askMe, signInAddress } from '../access/me';
import { useSpeech } from '../live';
import type { Me } from '../protocol';
import index from '../text/index';
import { useLater } from '../ui/later';
import { Header, Languages, show, useBranches } from '../ui/frame';
import { pick, type Key } from '../text';
import { Trouble } from '../ui/trouble';

const PAGES = ['kiosk', 'counter', 'display', 'dashboard', 'planning', 'settings'] as const;

/** Whether a page is of use: only some may look after the office, or read its rules. */
const isFor = (page: (typeof PAGES)[number], me: Me | undefined, branch: string): boolean =>
  (page !== 'planning' && page !== 'settings') ||
  me?.kind === 'anybody' ||
  (me?.kind === 'person' && me.grants.some((grant) => grant.role !== 'officer' && (!grant.branch || grant.branch === branch)));

function Index() {
  const { language, say } = useSpeech();
  const branches = useBranches(true, 5_000);
  const [me, setMe] = useState<Me>();
  useEffect(() => {
    // Without an answer the pages are offered all the same: each asks for itself.
    askMe().then(setMe, () => {});
  }, []);
  const person = useLater(me?.kind === 'person', () => import('../access/person'));
  return (
    <>
      <Header office={say('index.title')}>
        {me?.kind === 'nobody' && (
          <a class="button" href={signInAddress()}>
            {say('index.sign_in')}
          </a>
        )}
        <Languages />
      </Header>
      {person && me?.kind === 'person' && <person.PersonBar me={me} />}
      <main class="plain">
        <h1 class="unseen">{say('index.title')}</h1>
      {!branches && <p role="status">{say('link.opening')}</p>}
      {branches?.length === 0 && <p>{say('branch.none')}</p>}
      {branches?.map((branch) => (
        <section key={branch.id}>
          <h2>{pick(branch.name, language)}</h2>
          <Trouble trouble={branch.trouble} zone={undefined} />
          <ul class="cards">
            {PAGES.filter((page) => isFor(page, me, branch.id)).map((page) => (
              <li key={page}>
                <a class={`card ${page}`} href={`/${page}?${new URLSearchParams({ branch: branch.id, lang: language })}`}>
                  <strong>{say(`index.${page}` satisfies Key)}</strong>
                  <span>{say(`index.${page}.for` satisfies Key)}</span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {me?.kind === 'person' && (
        <section>
          <h2>{say('index.system')}</h2>
          <ul class="cards">
            <li>
              <a class="card" href={`/people?${new URLSearchParams({ lang: language })}`}>
                <strong>{say('index.people')}</strong>
                <span>{say('index.people.for')}</span>
              </a>
            </li>
          </ul>
        </section>
      )}
      </main>
    </>
  );
}

show(Index, { texts: [index], title: 'index.title', remember: true, anyBranch: true });
