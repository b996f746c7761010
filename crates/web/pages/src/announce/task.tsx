// The dialog in which something is announced: what, where, how urgently, and what screens show with it.
//
// A planned announcement goes as it was planned; a prepared sentence or a recording as it is set here.

import { useEffect, useRef, useState } from 'preact/hooks';

import type { TaskProps } from '../dashboard/asking';
import { useSpeech } from '../live';
import type { AnnouncementView, Command, ErrorView, Texts } from '../protocol';
import { LANGUAGES, learn, pick } from '../text';
import announce from '../text/announce';
import dashboard from '../text/dashboard';
import { Action, Dialog, Failure } from '../ui/frame';
import { useLater } from '../ui/later';
import { textsOf, WordFields, type Words } from '../ui/words';
import { keepRecording } from './ask';
import type { Recording } from './recorder';
import { nameOf, placesOf, useSentences, wordsOf } from './words';

learn(announce, dashboard);

// All four languages are shown, whichever is the reader's.
void import('../style/chinese');

interface Chosen {
  readonly what: 'planned' | 'sentence' | 'own';
  /** By which the office or the voices know it; empty for one's own. */
  readonly id: string;
}

/** The one sentence that is hardly ever meant otherwise. */
const URGENT = 'emergency';

export function Task({ branch, view, presser, onClose }: TaskProps) {
  const { language, say } = useSpeech();
  const known = useSentences(branch);
  const { planned = [], zones = [] } = view.announcing ?? {};
  const [chosen, setChosen] = useState<Chosen>();
  const [left_out, setLeftOut] = useState<readonly string[]>([]);
  const [urgent, setUrgent] = useState(false);
  const [sure, setSure] = useState(false);
  const [shown, setShown] = useState(true);
  const [words, setWords] = useState<Words>({});
  const [recording, setRecording] = useState<Recording>();
  const [sending, setSending] = useState(false);
  const [fault, setFault] = useState<ErrorView | 'lost'>();
  const [done, setDone] = useState(false);
  const sent = useRef(false);
  const back = useRef<HTMLButtonElement>(null);
  const question = useRef<HTMLDivElement>(null);
  const recorder = useLater(chosen?.what === 'own', () => import('./record'));

  useEffect(() => {
    if (!sent.current || presser.pending) return;
    sent.current = false;
    if (presser.failure) return;
    setDone(true);
    setChosen(undefined);
    setUrgent(false);
    setWords({});
    setRecording(undefined);
    back.current?.focus();
  }, [presser.pending, presser.failure]);
  useEffect(() => {
    if (sure) question.current?.focus();
  }, [sure]);

  const plan = chosen?.what === 'planned' ? planned.find(({ id }) => id === chosen.id) : undefined;
  const sentence = chosen?.what === 'sentence' ? { sound: { sentence: chosen.id } } : undefined;
  const said: Texts | undefined = plan ? wordsOf(plan, known) : sentence && wordsOf(sentence, known);
  const heard = zones.map(({ id }) => id).filter((id) => !left_out.includes(id));
  const places = plan ? (plan.zones ?? []) : heard.length < zones.length ? heard : [];
  const written = textsOf(words);
  const half = !written && Object.values(words).some((line) => line.trim());
  const can =
    (plan !== undefined || ((sentence !== undefined || recording !== undefined) && (zones.length === 0 || heard.length > 0) && !half)) &&
    !presser.pending &&
    !sending;

  const choose = (chosen: Chosen) => {
    setChosen(chosen);
    setUrgent(chosen.id === URGENT && chosen.what === 'sentence');
    setSure(false);
    setDone(false);
    setFault(undefined);
  };
  const send = async () => {
    if (!can) return;
    setSure(false);
    setFault(undefined);
    let command: Command;
    if (plan) command = { type: 'announce_planned', planned: plan.id };
    else {
      let sound: AnnouncementView['sound'] | undefined = sentence?.sound;
      if (!sound && recording) {
        setSending(true);
        const kept = await keepRecording(branch, recording.wav);
        setSending(false);
        if (kept === 'lost' || 'code' in kept) return setFault(kept);
        sound = { recording: kept.recording };
      }
      if (!sound) return;
      const text = written ?? (shown ? said : undefined);
      command = { type: 'announce', sound, urgent, ...(text && { text }), ...(places.length > 0 && { zones: places }) };
    }
    sent.current = true;
    presser.press(command);
  };
  const option = (one: Chosen, text: string) => (
    <li key={one.id}>
      <label>
        <input
          type="radio"
          name="what"
          checked={chosen?.what === one.what && chosen.id === one.id}
          onChange={() => choose(one)}
        />
        <span>{text}</span>
      </label>
    </li>
  );
  const where = placesOf(view, places, language, say);
  return (
    <Dialog label={say('dashboard.announce')} onClose={onClose} wide>
      <h2>{say('dashboard.announce')}</h2>
      <Failure presser={presser} />
      <div role="alert">
        {fault && (
          <p class="notice refused">
            <span>✕ {fault === 'lost' ? say('press.lost') : pick(fault.message, language)}</span>
          </p>
        )}
      </div>
      <div class="announce">
        <fieldset class="what">
          <legend>{say('announce.what')}</legend>
          <ul>{option({ what: 'own', id: '' }, say('announce.own'))}</ul>
          {planned.length > 0 && (
            <>
              <h3>{say('announce.planned')}</h3>
              <ul>{planned.map((one) => option({ what: 'planned', id: one.id }, nameOf(one, known, language, say)))}</ul>
            </>
          )}
          <h3>{say('announce.sentences')}</h3>
          {known === 'failed' || known?.length === 0 ? (
            <p class="empty">{say(known === 'failed' ? 'announce.failed' : 'announce.none')}</p>
          ) : (
            <ul>{known?.map(({ id, text }) => option({ what: 'sentence', id }, pick(text, language)))}</ul>
          )}
        </fieldset>
        <div class="how">
          {recorder && <recorder.Record recording={recording} onRecorded={setRecording} />}
          {said && (
            <section aria-labelledby="preview">
              <h3 id="preview">{say('announce.preview')}</h3>
              <ul class="preview">
                {LANGUAGES.map(([tag]) => said[tag] && <li key={tag} lang={tag}>{said[tag]}</li>)}
              </ul>
            </section>
          )}
          {chosen && !plan && zones.length > 0 && (
            <fieldset>
              <legend>{say('announce.where')}</legend>
              <ul class="zones">
                {zones.map(({ id, name }) => (
                  <li key={id}>
                    <label>
                      <input
                        type="checkbox"
                        checked={!left_out.includes(id)}
                        onChange={({ currentTarget: { checked } }) =>
                          setLeftOut(checked ? left_out.filter((one) => one !== id) : [...left_out, id])
                        }
                      />
                      {pick(name, language)}
                    </label>
                  </li>
                ))}
              </ul>
            </fieldset>
          )}
          {plan && (
            <p>
              {say('announce.where')}: <strong>{where}</strong>
            </p>
          )}
          {chosen && !plan && (
            <>
              {sentence && (
                <label class="tick">
                  <input type="checkbox" checked={shown} onChange={({ currentTarget }) => setShown(currentTarget.checked)} />
                  {say('announce.show')}
                </label>
              )}
              <details>
                <summary>{say('announce.write')}</summary>
                <div class="fields words">
                  <WordFields words={words} required={half} onWords={setWords} />
                </div>
              </details>
              <label class="tick urgency">
                <input
                  type="checkbox"
                  checked={urgent}
                  onChange={({ currentTarget }) => {
                    setUrgent(currentTarget.checked);
                    setSure(false);
                  }}
                />
                {say('announce.urgent')}
              </label>
            </>
          )}
        </div>
      </div>
      <div class="foot">
        <p role="status">
          {done && <span class="calm">{say('announce.sent')}</span>}
          {sending && say('announce.sending')}
        </p>
        {sure ? (
          <div class="sure" role="group" aria-labelledby="sure" tabIndex={-1} ref={question}>
            <p id="sure">{say('announce.sure', { zones: where })}</p>
            <p class="buttons">
              <Action class="danger" can={can} onPress={() => void send()}>
                {say('announce.sure.do')}
              </Action>
              <button type="button" onClick={() => setSure(false)}>
                {say('announce.sure.not')}
              </button>
            </p>
          </div>
        ) : (
          <p class="buttons">
            <Action class={urgent ? 'danger' : 'primary'} can={can} onPress={() => void (urgent ? setSure(true) : send())}>
              {say(urgent ? 'announce.do.urgent' : 'announce.do')}
            </Action>
            <button type="button" class="quiet" ref={back} onClick={onClose}>
              {say('back')}
            </button>
          </p>
        )}
      </div>
    </Dialog>
  );
}
