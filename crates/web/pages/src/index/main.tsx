// The way in: the four pages of each branch.

import '../style/index.css';

import { useSpeech } from '../live';
import index from '../text/index';
import { Header, Languages, show, useBranches } from '../ui/frame';
import { pick, type Key } from '../text';
import { Trouble } from '../ui/trouble';

const PAGES = ['kiosk', 'counter', 'display', 'dashboard'] as const;

function Index() {
  const { language, say } = useSpeech();
  const branches = useBranches(true, 5_000);
  return (
    <>
      <Header office={say('index.title')}>
        <Languages />
      </Header>
      <main class="plain">
        <h1 class="unseen">{say('index.title')}</h1>
      {!branches && <p role="status">{say('link.opening')}</p>}
      {branches?.length === 0 && <p>{say('branch.none')}</p>}
      {branches?.map((branch) => (
        <section key={branch.id}>
          <h2>{pick(branch.name, language)}</h2>
          <Trouble trouble={branch.trouble} zone={undefined} />
          <ul class="cards">
            {PAGES.map((page) => (
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
      </main>
    </>
  );
}

show(Index, { texts: [index], title: 'index.title', remember: true, anyBranch: true });
