// What announcements are called: by the office's own words, by those of the voices, or as a recording; and where
// they are heard.

import { useEffect, useState } from 'preact/hooks';

import { zonesOf } from '../dashboard/name';
import type { Say } from '../live';
import type { AnnouncementView, BranchView, Language, Texts } from '../protocol';
import { pick } from '../text';
import { sentences, type Sentence } from './ask';

const asked = new Map<string, Promise<Sentence[]>>();

/** The prepared sentences, once they are wanted; what failed is asked for again by whoever comes next. */
export function useSentences(branch: string, wanted = true): Sentence[] | 'failed' | undefined {
  const [known, setKnown] = useState<Sentence[] | 'failed'>();
  useEffect(() => {
    if (!wanted) return;
    let here = true;
    const answer = asked.get(branch) ?? sentences(branch);
    asked.set(branch, answer);
    answer.then(
      (known) => here && setKnown(known),
      () => {
        asked.delete(branch);
        if (here) setKnown('failed');
      },
    );
    return () => {
      here = false;
    };
  }, [branch, wanted]);
  return known;
}

type Said = Pick<AnnouncementView, 'sound' | 'text'>;

/** In words, if they are known. */
export function wordsOf({ sound, text }: Said, known: ReturnType<typeof useSentences>): Texts | undefined {
  if (text) return text;
  if (!('sentence' in sound) || !Array.isArray(known)) return undefined;
  return known.find(({ id }) => id === sound.sentence)?.text;
}

/** In a few words in any case. */
export function nameOf(said: Said, known: ReturnType<typeof useSentences>, language: Language, say: Say): string {
  const words = wordsOf(said, known);
  if (words) return pick(words, language);
  return 'sentence' in said.sound ? said.sound.sentence : say('announce.recording');
}

/** Where it is heard; one zone without a name is the whole office. */
export function placesOf(view: BranchView, zones: readonly string[], language: Language, say: Say): string {
  return zonesOf(view, zones, language) || say('announce.everywhere');
}
