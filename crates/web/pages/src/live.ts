// The link, the language, the time and the press, as hooks for the pages.

import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import { openLink, type Link, type LinkStatus } from './link';
import type { Picture } from './picture';
import { forget, keep, kept, mayGoOn, press as pressOf, send, type Ending, type Press } from './press';
import type { Actor, Audience, Command, CommandAnswer, Language, Me, ToClient } from './protocol';
import { beside, LANGUAGES, load, say, type Key } from './text';

/** What the address says after the question mark. */
export const asked = (name: string): string | undefined =>
  new URLSearchParams(location.search).get(name) ?? undefined;

export interface Live {
  readonly picture: Picture | undefined;
  readonly link: LinkStatus;
  /** Tries the link at once. */
  readonly again: () => void;
}

/**
 * The branch as it is. `each` sees every message that changed the picture, also when several come
 * between two paintings. `zones` are those in which this page says calls aloud, if it does: all when there are none.
 */
export function useLive(
  branch: string,
  audience: Audience,
  each?: (picture: Picture, message: ToClient) => void,
  zones?: string[],
): Live {
  const [picture, setPicture] = useState<Picture>();
  const [link, setLink] = useState<LinkStatus>({ state: 'opening' });
  const listener = useRef(each);
  listener.current = each;
  const live = useRef<Link>(undefined);
  useEffect(() => {
    const hears = {
      picture(next: Picture, message: ToClient) {
        setPicture(next);
        listener.current?.(next, message);
      },
      status: setLink,
    };
    const opened = (live.current = openLink(branch, audience, hears, zones));
    return () => opened.close();
  }, [branch, audience, zones]);
  return { picture, link, again: useCallback(() => live.current?.again(), []) };
}

/** The daemon's time, in milliseconds; the page is drawn again each second. */
export function useNow(picture: Picture | undefined): number {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return Date.now() + (picture?.ahead_ms ?? 0);
}

export type Say = (key: Key, fill?: Record<string, string | number>) => string;

export interface Speech {
  readonly language: Language;
  readonly say: Say;
  readonly choose: (language: Language) => void;
}

export const SpeechContext = createContext<Speech>({
  language: 'ms',
  say: (key, fill) => say('ms', key, fill),
  choose: () => {},
});

/** The reader's language, and what to say in it. */
export const useSpeech = () => useContext(SpeechContext);

const KEY = 'giliran.language';

/** The language that the address names, else (on a machine with one user) the last choice, else Malay. */
export function firstLanguage(remember: boolean): Language {
  const named = asked('lang') ?? (remember ? localStorage.getItem(KEY) : undefined);
  return LANGUAGES.find(([tag]) => tag === named)?.[0] ?? 'ms';
}

/** Fetches a language, and for a page that speaks two at once the one beside it. */
export const ready = (language: Language, bilingual: boolean): Promise<unknown> =>
  Promise.all([load(language), bilingual && load(beside(language))]);

/** Holds the page's language; `remember` where the same person sits down again. */
export function useLanguage(title: Key, remember: boolean, bilingual: boolean): Speech {
  const [language, setLanguage] = useState(() => firstLanguage(remember));
  const wanted = useRef(language);
  // With the words and not after them: a screen reader asks for the language as it reads.
  useLayoutEffect(() => {
    document.documentElement.lang = language;
    document.title = say(language, title);
  }, [language, title]);
  const choose = useCallback(
    (chosen: Language) => {
      if (remember) localStorage.setItem(KEY, chosen);
      wanted.current = chosen;
      // Without the daemon the language can't be had, and the page stays as it is.
      ready(chosen, bilingual).then(
        () => wanted.current === chosen && setLanguage(chosen),
        () => {},
      );
    },
    [remember, bilingual],
  );
  return {
    language,
    choose,
    say: useCallback<Say>((key, fill) => say(language, key, fill), [language]),
  };
}

export interface Presser {
  /** What was pressed and is not answered yet. While there is such, nothing else can be pressed. */
  readonly pending: Command | undefined;
  /** How the last press ended, if not well. `undone`: its person did not sign in again in time. */
  readonly failure: Exclude<Ending, { type: 'answered' | 'signed_out' }> | { readonly type: 'undone' } | undefined;
  readonly press: (command: Command) => void;
  readonly dismiss: () => void;
}

/** Somebody who has signed in, if it is so. */
export const personOf = (me: Me | undefined) => (me?.kind === 'person' ? me : undefined);

/** Who presses on a page for staff. */
export interface Staff {
  /** Who says to, where nobody signs in. */
  readonly by: Actor | undefined;
  /** Whom the daemon takes this browser for, once that is known. */
  readonly me: Me | undefined;
  /** Leads to the sign-in. What was pressed is held until its person is back. */
  readonly leave: () => void;
}

/** One press at a time; `answered` gets the good endings. */
export function usePress(
  branch: string,
  answered: (answer: CommandAnswer, command: Command) => void = () => {},
  staff?: Staff,
): Presser {
  // While it is open whether a press that was held goes on, nothing else can be pressed.
  const [pending, setPending] = useState<Command | undefined>(() => {
    const left = staff && kept(branch);
    return left?.held ? left.command : undefined;
  });
  const [failure, setFailure] = useState<Presser['failure']>();
  const underway = useRef(pending !== undefined);
  const listener = useRef(answered);
  listener.current = answered;
  const presser = useRef(staff);
  presser.current = staff;
  const me = staff?.me;
  const who = personOf(me)?.id;

  const start = useCallback(async (press: Press, doubt = false, from_ms?: number) => {
    // Asked here and not of `pending`, which changes only with the next painting.
    if (underway.current) return;
    underway.current = true;
    setPending(press.command);
    setFailure(undefined);
    keep(press);
    const ending = await send(press, doubt, from_ms);
    if (ending.type === 'signed_out' && presser.current) {
      keep({ ...press, doubt: ending.doubt });
      return presser.current.leave();
    }
    forget();
    underway.current = false;
    setPending(undefined);
    if (ending.type === 'answered') listener.current(ending.answer, press.command);
    else if (ending.type !== 'signed_out') setFailure(ending);
    else setFailure(ending.doubt ? { type: 'lost' } : { type: 'refused', error: ending.error });
  }, []);

  useEffect(() => {
    const left = kept(branch);
    if (!left) return;
    if (!left.held) return void start(left, true);
    if (!me) return;
    underway.current = false;
    if (mayGoOn(left, who)) return void start(left, left.doubt, Date.now());
    forget();
    setPending(undefined);
    setFailure({ type: left.doubt ? 'lost' : 'undone' });
  }, [branch, start, me?.kind, who]);

  return {
    pending,
    failure,
    press: useCallback(
      (command) => {
        const { by, me } = presser.current ?? {};
        void start(pressOf(branch, command, by, personOf(me)?.id));
      },
      [branch, start],
    ),
    dismiss: useCallback(() => setFailure(undefined), []),
  };
}
