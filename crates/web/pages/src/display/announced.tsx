// What is announced beside the calls, in writing, for whoever does not hear it; and what is urgent, before
// everything else, until it is called off.

import { useEffect, useState } from 'preact/hooks';

import { ask } from '../access/ask';
import type { AnnouncementView, BranchView, SentencesView, Texts, UrgentView } from '../protocol';
import { LANGUAGES, learn, say as sayIn, type Key } from '../text';
import urgentTexts from '../text/urgent';
import { counterAsked, isIn, zonesAsked } from './asked';
import { Board } from './board';
import { useReport } from './calls';
import { Both } from './tongues';
import './words';

learn(urgentTexts);

/** How long an announcement waits to be said at most, where the office does not say. */
const WITHIN_S = 90;
/** How long it stands there after that. */
const AFTER_MS = 30_000;
const AGAIN_MS = 10_000;

/** The zones of this wall; those of its counter where it is the sign above one. */
const here = ({ counters }: BranchView): string[] => {
  const zones = zonesAsked();
  return zones.length === 0 && counterAsked() !== undefined ? counters.flatMap(({ zone }) => zone ?? []) : zones;
};

/** What is urgent here. */
const urgentOf = (view: BranchView): UrgentView[] => view.urgent?.filter(({ zones }) => isIn(zones, here(view))) ?? [];

/** Whatever else is on the wall: a banner across all of it. */
export function Urgent({ view }: { view: BranchView }) {
  const urgent = urgentOf(view);
  const ids = urgent.map(({ id }) => id);
  useReport(view.id, view.announcements?.findLast(({ urgent }) => urgent != null && ids.includes(urgent))?.seq);
  const texts = useWords(view, urgent, 'urgent.listen');
  if (urgent.length === 0) return null;
  return (
    <Board texts={texts} kind="urgent">
      <strong class="what">
        <span class="alarm" aria-hidden="true" />
        <span>
          <Both say="urgent.title" />
        </span>
      </strong>
    </Board>
  );
}

/** The last announcements, until each was said and some time after. */
export function Announced({ view, now }: { view: BranchView; now: number }) {
  const until_ms = ({ at, due }: AnnouncementView) =>
    Date.parse(due ?? at) + (view.announcing?.within_s ?? WITHIN_S) * 1000 + AFTER_MS;
  const last = view.announcements?.filter(
    (made) => made.urgent == null && now < until_ms(made) && isIn(made.zones, here(view)),
  ) ?? [];
  const shown = urgentOf(view).length > 0 ? [] : last;
  useReport(view.id, shown.at(-1)?.seq);
  const texts = useWords(view, shown, 'display.announced');
  return (
    <Board texts={texts} kind="announced">
      <span class="loud" aria-hidden="true" />
    </Board>
  );
}

/** What is said, in words: those that were written with it, else the sentence's, else that something is said. */
function useWords(view: BranchView, made: readonly Pick<UrgentView, 'sound' | 'text'>[], unknown: Key): Texts[] {
  const sentences = useSentences(view.id, made.some(({ sound, text }) => !text && 'sentence' in sound));
  const spoken = Object.fromEntries(LANGUAGES.map(([tag]) => [tag, sayIn(tag, unknown)])) as Texts;
  return made.map(({ sound, text }) => {
    const known = 'sentence' in sound && sentences?.sentences.find(({ id }) => id === sound.sentence)?.text;
    return text || known || spoken;
  });
}

/** The sentences that the voices have prepared, once they are wanted. */
function useSentences(branch: string, wanted: boolean): SentencesView | undefined {
  const [sentences, setSentences] = useState<SentencesView>();
  useEffect(() => {
    if (!wanted) return;
    let timer: ReturnType<typeof setTimeout>;
    let over = false;
    const look = async () => {
      const answer = await ask<SentencesView>('GET', `/branches/${encodeURIComponent(branch)}/sentences`);
      if (over) return;
      if (answer.type === 'found') setSentences(answer.found);
      else timer = setTimeout(look, AGAIN_MS);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [branch, wanted]);
  return sentences;
}
