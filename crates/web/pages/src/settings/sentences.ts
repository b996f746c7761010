// The sentences that the voices have prepared, fetched once, to be chosen and shown by their words.

import { useEffect, useState } from 'preact/hooks';

import { ask } from '../access/ask';
import type { Language, Texts } from '../protocol';
import { pick } from '../text';

const RETRY_MS = 2_000;

interface Sentence {
  readonly id: string;
  readonly text: Texts;
}

let known: readonly Sentence[] | undefined;

/** All of them, once they are here; asked for until they are. */
export function useSentences(branch: string): readonly Sentence[] | undefined {
  const [found, setFound] = useState(known);
  useEffect(() => {
    if (known) return;
    let here = true;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      const answer = await ask<{ sentences: Sentence[] }>('GET', `/branches/${encodeURIComponent(branch)}/sentences`);
      if (answer.type === 'found') known = answer.found.sentences;
      if (!here) return;
      if (known) setFound(known);
      else timer = setTimeout(() => void look(), RETRY_MS);
    };
    void look();
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [branch]);
  return found;
}

/** What a sentence says; its name where nobody here knows it. */
export function wordsOfSentence(id: string, language: Language): string {
  const sentence = known?.find((one) => one.id === id);
  return sentence ? pick(sentence.text, language) : id;
}
