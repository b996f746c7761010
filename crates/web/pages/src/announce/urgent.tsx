// Above all else on the page: what is repeated in the hall until it is called off, with the button that does so, and
// announcements that nobody has said though somebody should have.

import { useSpeech, type Presser } from '../live';
import type { BranchView } from '../protocol';
import { learn } from '../text';
import announce from '../text/announce';
import { clock } from '../time';
import { Action } from '../ui/frame';
import { untold } from './fate';
import { nameOf, placesOf, useSentences } from './words';

learn(announce);

export function Urgent({ branch, view, presser, now }: {
  branch: string;
  view: BranchView;
  presser: Presser;
  now: number;
}) {
  const { language, say } = useSpeech();
  const { urgent = [], time_zone } = view;
  const missed = untold(view, now);
  const known = useSentences(branch, urgent.length + missed.length > 0);
  const can = !presser.pending;
  return (
    <div class="urgent" role="alert">
      {urgent.map((one) => {
        const words = nameOf(one, known, language, say);
        return (
          <section key={one.id} aria-label={say('urgent.now')}>
            <p>
              <strong>‼ {say('urgent.now')}</strong>{' '}
              <span>
                {say('urgent.since', { time: clock(Date.parse(one.at), time_zone) })} ·{' '}
                {placesOf(view, one.zones ?? [], language, say)}
              </span>
              <span class="line">{words}</span>
            </p>
            <Action
              can={can}
              aria-label={`${say('urgent.end')}: ${words}`}
              onPress={() => presser.press({ type: 'end_announcement', announcement: one.id })}
            >
              {say('urgent.end')}
            </Action>
          </section>
        );
      })}
      {missed.map(({ announcement, zones, again }) => {
        const words = nameOf(announcement, known, language, say);
        const told = say('untold.now', { time: clock(Date.parse(announcement.at), time_zone) });
        return (
          <section key={`untold ${announcement.seq}`} class="untold" aria-label={told}>
            <p>
              <strong>▲ {told}</strong> <span>{placesOf(view, zones, language, say)}.</span> {say('untold.advice')}
              <span class="line">{words}</span>
            </p>
            {again && (
              <Action can={can} aria-label={`${say('untold.again')}: ${words}`} onPress={() => presser.press(again)}>
                {say('untold.again')}
              </Action>
            )}
          </section>
        );
      })}
    </div>
  );
}
