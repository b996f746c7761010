// What every page has: the office's name, the languages, the word when the link is down, the branch.

import { render, type ComponentChildren, type ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { toSignIn } from '../access/me';
import { branches } from '../api';
import { asked, firstLanguage, ready, SpeechContext, useLanguage, useSpeech, type Presser } from '../live';
import type { LinkStatus } from '../link';
import type { BranchInfo, Language } from '../protocol';
import { LANGUAGES, learn, pick, type Book, type Key } from '../text';
import { clock } from '../time';

/** Puts a page into the document, once its branch is known unless it is for any. */
export function show(
  Page: ComponentType<{ branch: string }>,
  { title, texts, remember, bilingual = false, anyBranch = false, mend = mendItself }: {
    title: Key;
    texts: Book[];
    /** Whether the same person sits down again. */
    remember: boolean;
    /** Whether it speaks two languages at once. */
    bilingual?: boolean;
    anyBranch?: boolean;
    /** What becomes of it after a fault, if it is not merely loaded again. */
    mend?: () => void;
  },
): void {
  mend();
  learn(...texts);
  const place = document.getElementById('page');
  if (!place) throw new Error('the document has no place for the page');
  const Root = () => {
    const speech = useLanguage(title, remember, bilingual);
    return (
      <SpeechContext.Provider value={speech}>
        {anyBranch ? <Page branch="" /> : <OfBranch Page={Page} />}
      </SpeechContext.Provider>
    );
  };
  // A language that does not come makes a fault, and faults are mended.
  void ready(firstLanguage(remember), bilingual).then(() => render(<Root />, place));
}

/** How long a fault is left on the screen before the page is loaded afresh. */
const MEND_MS = 10_000;

/**
 * A page that threw may show something old as if it were new, and on a wall nobody would notice: it is
 * loaded again. A press that was under way goes on from where it was.
 */
function mendItself(): void {
  const again = () => setTimeout(() => location.reload(), MEND_MS);
  addEventListener('error', again);
  addEventListener('unhandledrejection', again);
}

/** The page for the branch that the address names, or for the only one, or a choice. */
function OfBranch({ Page }: { Page: ComponentType<{ branch: string }> }) {
  const { language, say } = useSpeech();
  const named = asked('branch');
  const known = useBranches(named === undefined);
  if (named !== undefined) return <Page branch={named} />;
  if (known?.length === 1 && known[0]) return <Page branch={known[0].id} />;
  return (
    <>
      <Header office={say('index.title')}>
        <Languages />
      </Header>
      <main class="plain">
        <h1>{say(known ? (known.length ? 'branch.choose' : 'branch.none') : 'link.opening')}</h1>
        <ul class="cards">
          {known?.map((branch) => (
            <li key={branch.id}>
              <a class="card" href={withParameter('branch', branch.id)}>
                <strong>{pick(branch.name, language)}</strong>
              </a>
            </li>
          ))}
        </ul>
      </main>
    </>
  );
}

/** The daemon's branches, asked for until they are told, and then again after so long if at all. */
export function useBranches(wanted: boolean, again_ms?: number): BranchInfo[] | undefined {
  const [known, setKnown] = useState<BranchInfo[]>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let here = true;
    const later = (ms: number) => {
      if (here) timer = setTimeout(ask, ms);
    };
    const ask = () =>
      branches().then(
        (known) => {
          setKnown(known);
          if (again_ms !== undefined) later(again_ms);
        },
        // Whoever has to sign in first is led there.
        ({ message }: Error) => (message === '401' ? toSignIn() : later(2_000)),
      );
    if (wanted) void ask();
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [wanted, again_ms]);
  return known;
}

/** The page's own address with one thing changed. */
export function withParameter(name: string, value: string): string {
  const parameters = new URLSearchParams(location.search);
  parameters.set(name, value);
  return `?${parameters}`;
}

/** The languages, or those that are offered in their order, each by its own name, always in sight. */
export function Languages({ offered }: { offered?: readonly Language[] | undefined }) {
  const { language, choose, say } = useSpeech();
  const names = offered?.flatMap((tag) => LANGUAGES.filter(([known]) => known === tag)) ?? LANGUAGES;
  return (
    <div class="languages" role="group" aria-label={say('language')}>
      {names.map(([tag, name]) => (
        <button key={tag} type="button" lang={tag} aria-pressed={tag === language} onClick={() => choose(tag)}>
          {name}
        </button>
      ))}
    </div>
  );
}

/** The top of a page for people: whose it is, what it is, and in which language. */
export function Header({ office, children }: { office: string; children: ComponentChildren }) {
  return (
    <header class="header">
      <span class="mark" aria-hidden="true" />
      <p class="office">{office}</p>
      {children}
    </header>
  );
}

/** Says that what is shown may be old, and since when. */
export function LinkDown({ link, zone, ahead_ms, beside }: {
  link: LinkStatus;
  zone: string | undefined;
  ahead_ms: number;
  /** A second language to say it in. */
  beside?: (key: Key, fill: Record<string, string>) => { language: Language; text: string };
}) {
  const { say, language } = useSpeech();
  if (link.state !== 'down') return <div role="status" />;
  const time = clock(link.since_ms + ahead_ms, zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const second = beside?.('link.down', { time });
  return (
    <div role="status">
      <p class="notice down">
        <span aria-hidden="true">⚠ </span>
        {link.refusal ? pick(link.refusal.message, language) : say('link.down', { time })}
        {second && !link.refusal && (
          <>
            {' '}
            <span lang={second.language}>{second.text}</span>
          </>
        )}
      </p>
    </div>
  );
}

/** Says why a press came to nothing. */
export function Failure({ presser }: { presser: Presser }) {
  const { language, say } = useSpeech();
  const { failure, dismiss } = presser;
  return (
    <div role="alert">
      {failure && (
        <p class="notice refused">
          <span>
            <span aria-hidden="true">✕ </span>
            {failure.type === 'refused' ? pick(failure.error.message, language) : say(`press.${failure.type}`)}
          </span>
          <button type="button" class="quiet" onClick={dismiss}>
            {say('dismiss')}
          </button>
        </p>
      )}
    </div>
  );
}

/** A button that can wait without losing the focus, as `disabled` would. */
export function Action({ can, children, onPress, ...rest }: {
  can: boolean;
  children: ComponentChildren;
  onPress: () => void;
  class?: string;
  id?: string;
  'aria-keyshortcuts'?: string;
  'aria-pressed'?: boolean;
  'aria-label'?: string;
}) {
  return (
    <button type="button" aria-disabled={!can} onClick={() => can && onPress()} {...rest}>
      {children}
    </button>
  );
}

/** A native dialog that is open while it is in the document. */
export function Dialog({ label, wide = false, onClose, children }: {
  label: string;
  /** Whether it holds a table. */
  wide?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    return () => opened?.close();
  }, []);
  return (
    // A browser tells of the closing with its next frame; by then this one is gone and another may be open.
    <dialog ref={dialog} class={wide ? 'wide' : ''} aria-label={label} onClose={() => dialog.current && onClose()}>
      {children}
    </dialog>
  );
}
