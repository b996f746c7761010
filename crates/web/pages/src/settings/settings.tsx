// The page's sections and the way from one to the other; what was changed, whether it is sound, and the step
// in which it is looked at as a whole before it is applied. The address says which section is in sight, and
// which field in it.

import { useEffect, useMemo, useState } from 'preact/hooks';

import { Away } from '../access/away';
import { askMe, toSignIn } from '../access/me';
import { useSpeech } from '../live';
import type { ErrorView, Me } from '../protocol';
import type { Key } from '../text';
import { Header, Languages } from '../ui/frame';
import { useLater } from '../ui/later';
import { useCheck, useDraft, type Draft } from './draft';
import { typed, within, type Fault } from './faults';
import { Summary } from './places';
import { isTree, same, type Sections, type Tree } from './schema';
import { fetchSections, NAMES } from './sections';

const PARTS = [...NAMES, 'screens', 'file', 'review'] as const;
type Part = (typeof PARTS)[number];

/** As it was meant; whoever cut a link short in the middle of a sign still finds the page. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The section and the field that the address names: `#services/service.pasport.series`. */
function placeOf(hash: string): { part: Part; target: string | undefined } {
  const [name, target] = decoded(hash.slice(1)).split('/');
  return { part: PARTS.find((part) => part === name) ?? 'office', target };
}

const mayChange = (me: Me | undefined, branch: string): boolean =>
  me?.kind === 'anybody' ||
  (me?.kind === 'person' &&
    me.grants.some((grant) => grant.role === 'administrator' && (!grant.branch || grant.branch === branch)));

export function SettingsPage({ branch }: { branch: string }) {
  const { language, say } = useSpeech();
  const [refusal, setRefusal] = useState<ErrorView>();
  const [me, setMe] = useState<Me>();
  const [{ part, target }, setPlace] = useState(() => placeOf(location.hash));
  const draft = useDraft(branch, setRefusal);
  const sections = useLater(true, fetchSections);
  const local = useMemo(() => (sections && draft ? typed(sections, draft.rules) : []), [sections, draft?.rules]);
  const fixed = !mayChange(me, branch);
  // Who can't change anything has nothing to be checked.
  const checked = useCheck(branch, draft?.rules, sections !== undefined && local.length === 0 && !fixed);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const look = () =>
      askMe().then(
        (me) => (me.kind === 'nobody' || (me.kind === 'person' && me.must_change) ? toSignIn() : setMe(me)),
        () => (timer = setTimeout(look, 2_000)),
      );
    const turn = () => setPlace(placeOf(location.hash));
    void look();
    addEventListener('hashchange', turn);
    return () => {
      clearTimeout(timer);
      removeEventListener('hashchange', turn);
    };
  }, []);
  const person = useLater(me?.kind === 'person', () => import('../access/person'));
  const form = useLater(true, () => import('./form'));
  const review = useLater(part === 'review', () => import('./review'));
  const screens = useLater(part === 'screens', () => import('./screens'));
  const file = useLater(part === 'file', () => import('./file'));
  const found = checked && [...checked.faults, ...checked.warnings];
  const said = useLater(Boolean(found?.length), () => import('./said'));
  if (refusal) return <Away refusal={refusal} />;
  const inWords = said?.inWords ?? ((faults: readonly Fault[]) => faults);
  const faults = local.length ? local : inWords(checked?.faults ?? []);
  const name = draft?.rules['name'];
  const content = () => {
    if (!draft || !me || !sections || !form) return <p role="status">{say('link.opening')}</p>;
    switch (part) {
      case 'review':
        return review && <review.Review branch={branch} draft={draft} sections={sections} faults={faults} checked={checked} warnings={inWords(checked?.warnings ?? [])} fixed={fixed} />;
      case 'screens':
        return screens && <screens.Screens branch={branch} rules={draft.rules} />;
      case 'file':
        return file && <file.File branch={branch} draft={draft} sections={sections} fixed={fixed} />;
      default:
        return (
          <>
            <Summary faults={faults} sections={sections} rules={draft.rules} />
            <form.SectionForm
              key={part}
              fields={sections[part] ?? []}
              rules={draft.rules}
              base={draft.base}
              faults={faults}
              fixed={fixed}
              target={target}
              edit={draft.edit}
            />
          </>
        );
    }
  };
  return (
    <div class="settings-page">
      <Header office={(isTree(name) && String(name[language] ?? name['ms'] ?? '')) || say('settings.title')}>
        <a class="button" href={`/people?${new URLSearchParams({ branch })}`}>
          {say('settings.people')}
        </a>
        <Languages />
      </Header>
      {person && me?.kind === 'person' && <person.PersonBar me={me} />}
      <div class="columns">
        <nav aria-label={say('settings.title')}>
          <ul>
            {PARTS.map((one) => (
              <li key={one}>
                <a href={`#${one}`} data-part={one} aria-current={one === part ? 'page' : undefined}>
                  {say(`settings.part.${one}` as Key)}
                  <Mark part={one} draft={draft} sections={sections} faults={faults} />
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <main>
          <h1>{say(`settings.part.${part}` as Key)}</h1>
          <p class="intro">{say(`settings.part.${part}.why` as Key)}</p>
          {me && fixed && <p class="told">{say('settings.fixed')}</p>}
          {draft?.theirs && part !== 'review' && (
            <p class="wrong" role="alert">
              {say('settings.theirs')} <a href="#review">{say('settings.part.review')}</a>
            </p>
          )}
          {content()}
        </main>
      </div>
      {draft?.changed && (
        <aside class="bar" aria-label={say('settings.unsaved')}>
          <p role="status">
            {say(faults.length ? 'settings.unsound' : checked?.of === draft.rules && !checked.lost ? 'settings.sound' : 'settings.checking', {
              count: faults.length,
            })}
          </p>
          {part !== 'review' && (
            <a class="button primary" href="#review">
              {say('settings.review')}
            </a>
          )}
        </aside>
      )}
    </div>
  );
}

/** Says that something in a section is wrong or was changed. */
function Mark({ part, draft, sections, faults }: {
  part: Part;
  draft: Draft | undefined;
  sections: Sections | undefined;
  faults: readonly Fault[];
}) {
  const { say } = useSpeech();
  const keys = sections?.[part]?.map(({ key }) => key) ?? [];
  const wrong = keys.some((key) => faults.some((fault) => within(fault, key)));
  const changed = draft && keys.some((key) => changedAt(draft, key));
  if (!wrong && !changed) return null;
  return (
    <span class={wrong ? 'bad' : 'new'}>
      <span aria-hidden="true">{wrong ? '✕' : '●'}</span>
      <span class="unseen">{say(wrong ? 'settings.mark.wrong' : 'settings.mark.changed')}</span>
    </span>
  );
}

const changedAt = ({ base, rules }: { base: Tree; rules: Tree }, key: string) => !same(base[key], rules[key]);
