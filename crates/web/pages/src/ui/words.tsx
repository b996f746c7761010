// A text in the office's languages, as staff write it: Malay first, which stands in for the others.

import type { Ref } from 'preact';

import { useSpeech } from '../live';
import type { Language, Texts } from '../protocol';
import { LANGUAGES } from '../text';

export type Words = Partial<Record<Language, string>>;

/** What the daemon takes in each language. */
const LONGEST = 200;

/** What was written; nothing where Malay is missing. */
export function textsOf(words: Words): Texts | undefined {
  const written = LANGUAGES.flatMap(([tag]) => {
    const said = words[tag]?.trim();
    return said ? [[tag, said] as const] : [];
  });
  const { ms, ...others } = Object.fromEntries(written) as Words;
  return ms ? { ms, ...others } : undefined;
}

export function WordFields({ words, required, onWords, first }: {
  words: Words;
  /** Whether there has to be a text. */
  required: boolean;
  onWords: (words: Words) => void;
  first?: Ref<HTMLTextAreaElement>;
}) {
  const { say } = useSpeech();
  return LANGUAGES.map(([tag, name]) => (
    <label key={tag}>
      <span>
        <span lang={tag}>{name}</span>
        {tag === 'ms' && required && ` (${say('required')})`}
      </span>
      <textarea
        lang={tag}
        rows={2}
        maxLength={LONGEST}
        required={tag === 'ms' && required}
        value={words[tag] ?? ''}
        {...(tag === 'ms' && first && { ref: first })}
        onInput={({ currentTarget: { value } }) => onWords({ ...words, [tag]: value })}
      />
    </label>
  ));
}
