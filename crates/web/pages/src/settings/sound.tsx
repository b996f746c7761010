// What a planned announcement sounds like: a sentence, chosen by its words, or a recording from a file.

import { useState } from 'preact/hooks';

import { useSpeech } from '../live';
import type { ErrorView, Texts } from '../protocol';
import { pick } from '../text';
import { FileButton } from '../ui/file';
import { get, put, same, type Json, type Own } from './schema';
import { useSentences } from './sentences';

/** As the select names it: no sentence is called so. */
const RECORDED = ' recorded';

export function Part({ field, path, at, rules, fixed, value, wrong, edit }: Own) {
  const { say, language } = useSpeech();
  const branch = String(rules['id']);
  const sentences = useSentences(branch);
  const sentence = get(value, ['sentence']);
  const recording = get(value, ['recording']);
  const textAt = [...path.slice(0, -1), 'text'];
  const described = `${at}?hint ${at}?fault`;
  const choose = (id: string) => {
    if (id === RECORDED) return edit(path, { recording: '' });
    edit(path, { sentence: id });
    // What is said is shown in writing as well, unless somebody has written something of their own.
    const words = (wanted: Json | undefined) => sentences?.find((one) => one.id === wanted)?.text as unknown as Json | undefined;
    const written = get(rules, textAt);
    if (written === undefined || same(written, words(sentence))) edit(textAt, words(id));
  };
  const chosen = recording === undefined ? String(sentence ?? '') : RECORDED;
  const known = sentences?.some(({ id }) => id === chosen);
  return (
    <>
      <select
        aria-label={say('rules.sound')}
        aria-describedby={described}
        aria-invalid={wrong(at)}
        aria-required={field.need}
        disabled={fixed}
        value={chosen}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        <option value="">{say('rules.sound.choose')}</option>
        {sentence && !known && <option value={chosen}>{chosen}</option>}
        {sentences && sentences.length > 0 && (
          <optgroup label={say('rules.sound.sentences')}>
            {sentences.map(({ id, text }) => (
              <option key={id} value={id}>
                {pick(text, language)}
              </option>
            ))}
          </optgroup>
        )}
        <option value={RECORDED}>{say('rules.sound.recorded')}</option>
      </select>
      {sentences?.length === 0 && <p class="hint">{say('rules.sound.none')}</p>}
      {recording !== undefined && (
        <Recording
          branch={branch}
          at={at}
          kept={String(recording)}
          fixed={fixed}
          onKept={(name) => edit(path, put(value, ['recording'], name))}
        />
      )}
    </>
  );
}

/** A recording: heard, and given from a file. */
function Recording({ branch, at, kept, fixed, onKept }: {
  branch: string;
  at: string;
  kept: string;
  fixed: boolean;
  onKept: (name: string) => void;
}) {
  const { say, language } = useSpeech();
  const [sending, setSending] = useState(false);
  const [wrong, setWrong] = useState<ErrorView | 'lost'>();
  const recordings = `/api/v1/branches/${encodeURIComponent(branch)}/recordings`;
  const send = async (file: File) => {
    setSending(true);
    try {
      const answer = await fetch(recordings, { method: 'POST', headers: { 'content-type': 'audio/wav' }, body: file });
      const body = await answer.json();
      setWrong(answer.ok ? undefined : (body as { error: ErrorView }).error);
      if (answer.ok) onKept((body as { recording: string }).recording);
    } catch {
      setWrong('lost');
    }
    setSending(false);
  };
  return (
    <>
      {/* What is said in it stands in the field of its text. */}
      {kept && <audio controls src={`${recordings}/${encodeURIComponent(kept)}`} aria-label={say('rules.sound.recorded')} />}
      {!fixed && (
        <>
          <FileButton label={say('rules.sound.file')} accept=".wav,audio/wav" describedBy={`${at}?file`} onFile={(file) => void send(file)} />
          <p id={`${at}?file`} class="hint" role="status">
            {say(sending ? 'rules.sound.sending' : 'rules.sound.file.why')}
          </p>
        </>
      )}
      <div role="alert" class="faults">
        {wrong && (
          <p>
            <span aria-hidden="true">✕ </span>
            {wrong === 'lost' ? say('press.lost') : pick(wrong.message as Texts, language)}{' '}
            {wrong !== 'lost' && wrong.detail && <span lang="en">{wrong.detail}</span>}
          </p>
        )}
      </div>
    </>
  );
}
