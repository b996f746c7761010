// What a page says when the branch can't take commands, and when nobody says its calls aloud.

import { useSpeech } from '../live';
import type { BranchView, Language, TroubleView } from '../protocol';
import { say as sayIn, type Key } from '../text';
import { clock } from '../time';

/** Why, in a sentence; nothing for what a newer daemon knows of. */
export const whyOf = ({ code }: TroubleView, language: Language): string =>
  sayIn(language, `trouble.${code}` as Key);

/** For staff: since when, why, and what to do. */
export function Trouble({ trouble, zone }: { trouble: TroubleView | null | undefined; zone: string | undefined }) {
  const { language, say } = useSpeech();
  if (!trouble) return <div role="alert" />;
  const time = clock(Date.parse(trouble.since), zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  return (
    <div role="alert">
      <p class="notice trouble refused">
        <span aria-hidden="true">⚠</span>
        <span>
          {say('trouble.staff', { time })} {whyOf(trouble, language)} {say('trouble.tell')}
        </span>
      </p>
    </div>
  );
}

/** For staff: that calls are only shown. */
export function Silent({ view }: { view: BranchView | undefined }) {
  const { say } = useSpeech();
  return <div role="status">{view?.health?.speakers === 0 && <p class="silent">{say('speakers.none')}</p>}</div>;
}
