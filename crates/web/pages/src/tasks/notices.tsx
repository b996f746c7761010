// What the office tells everybody on walls and kiosks: what is up now, and something new, in Malay at least.

import './texts';

import { useEffect, useRef, useState } from 'preact/hooks';

import type { TaskProps } from '../dashboard/asking';
import { useSpeech } from '../live';
import type { Language } from '../protocol';
import { LANGUAGES, load, pick, say as sayIn } from '../text';
import { clock, todayAt } from '../time';
import { Action, Dialog, Failure } from '../ui/frame';
import { textsOf, WordFields, type Words } from '../ui/words';

// A field is Chinese whatever the page is.
void import('../style/chinese');

/** What is often to be told, in all four languages, so that nobody has to write what they do not speak. */
const READY = ['patience', 'system', 'sold_out', 'closing'] as const;

export function Task({ view, presser, now, asking, onClose }: TaskProps) {
  const { language, say } = useSpeech();
  const [words, setWords] = useState<Words>({});
  const [until, setUntil] = useState('');
  const [posted, setPosted] = useState(false);
  const first = useRef<HTMLTextAreaElement>(null);
  const sent = useRef(false);
  const { notices = [], opening, time_zone } = view;
  const about = asking.what === 'notices' ? asking.about : undefined;

  const fill = async (ready: (typeof READY)[number]) => {
    await Promise.all(LANGUAGES.map(([tag]) => load(tag)));
    const time = opening.state === 'open' ? clock(Date.parse(opening.until), time_zone) : '';
    const tell = ([tag]: readonly [Language, string]) =>
      [tag, sayIn(tag, `ready.${ready}`, { service: about ? pick(about.name, tag) : '', time })] as const;
    setWords(Object.fromEntries(LANGUAGES.map(tell)));
  };
  // Without a service nothing can be said of one, and without an hour nothing of it.
  const offered = READY.filter((ready) => (ready !== 'sold_out' || about) && (ready !== 'closing' || opening.state === 'open'));
  useEffect(() => {
    // Nothing to lose: without the daemon there are no ready words, and nobody could post them.
    if (about) fill('sold_out').catch(() => {});
  }, []);
  useEffect(() => {
    if (!sent.current || presser.pending) return;
    sent.current = false;
    if (presser.failure) return;
    setPosted(true);
    setWords({});
    setUntil('');
    first.current?.focus();
  }, [presser.pending, presser.failure]);

  const text = textsOf(words);
  const post = () => {
    if (!text) return;
    sent.current = true;
    setPosted(false);
    presser.press({
      type: 'post_notice',
      text,
      ...(until && { until: new Date(todayAt(until, now, time_zone)).toISOString() }),
    });
  };
  return (
    <Dialog label={say('dashboard.notices')} onClose={onClose} wide>
      <h2>{say('dashboard.notices')}</h2>
      <Failure presser={presser} />
      <p role="status">{posted && say('notices.posted')}</p>
      <ul class="told">
        {notices.map(({ id, text, until }, n) => (
          <li key={id ?? `rules ${n}`}>
            <span>
              {pick(text, language)}{' '}
              <span class="second">
                {id == null ? say('notices.rules') : until ? say('until', { time: clock(Date.parse(until), time_zone) }) : ''}
              </span>
            </span>
            {id != null && (
              <Action
                can={!presser.pending}
                aria-label={`${say('notices.withdraw')}: ${pick(text, language)}`}
                onPress={() => presser.press({ type: 'withdraw_notice', notice: id })}
              >
                {say('notices.withdraw')}
              </Action>
            )}
          </li>
        ))}
      </ul>
      <h3>{say('notices.new')}</h3>
      <p class="buttons">
        {offered.map((ready) => (
          <button key={ready} type="button" class="chip" onClick={() => void fill(ready).catch(() => {})}>
            {say(`ready.name.${ready}`)}
          </button>
        ))}
      </p>
      <div class="fields words">
        <WordFields words={words} required onWords={setWords} first={first} />
        <label>
          {say('notices.until')}
          <input type="time" value={until} onInput={({ currentTarget }) => setUntil(currentTarget.value)} />
        </label>
      </div>
      <p class="buttons">
        <Action class="primary" can={text !== undefined && !presser.pending} onPress={post}>
          {say('notices.post')}
        </Action>
        <button type="button" class="quiet" onClick={onClose}>
          {say('back')}
        </button>
      </p>
    </Dialog>
  );
}
