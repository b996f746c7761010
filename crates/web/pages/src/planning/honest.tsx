// Whether the waits that were announced came true, by day.

import { pathOf, useAsked } from '../advice/asked';
import { minutes, percent } from '../advice/honesty';
import { useSpeech } from '../live';
import type { HonestyFigures, HonestyView } from '../protocol';
import { learn } from '../text';
import texts from '../text/planning-honesty';
import { dayOf } from './days';
import type { PartProps } from './planning';
import { Why } from './why';

learn(texts);

const AGAIN_MS = 120_000;
/** How many in a hundred should be called within the time that they were told. */
const AIM = 90;

const isShort = (within: number) => percent(within) < AIM;

export function Part({ branch }: PartProps) {
  const { language, say } = useSpeech();
  const { found, failed } = useAsked<HonestyView>(pathOf(branch, '/honesty'), AGAIN_MS);
  const row = (name: string, figures: HonestyFigures) => {
    const { told, within, error_s, naive_error_s } = figures;
    return (
      <tr key={name}>
        <th scope="row">{name}</th>
        <td>{told}</td>
        <td data-short={within != null && isShort(within)}>
          {within == null ? (
            '–'
          ) : (
            <>
              {isShort(within) && (
                <>
                  <span aria-hidden="true">▲ </span>
                  <span class="unseen">{say('honesty.below')} </span>
                </>
              )}
              {percent(within)} %
            </>
          )}
        </td>
        <td>{error_s == null ? '–' : minutes(error_s)}</td>
        <td>{naive_error_s == null ? '–' : minutes(naive_error_s)}</td>
      </tr>
    );
  };
  return (
    <section class="panel honesty" aria-labelledby="honesty">
      <div class="head">
        <h2 id="honesty">{say('planning.part.honesty')}</h2>
      </div>
      <p class="intro">{say('honesty.what')}</p>
      <Why failed={failed} />
      {!found ? (
        <p class="empty" role="status">
          {!failed && say('link.opening')}
        </p>
      ) : found.month.told === 0 ? (
        <p class="empty">{say('honesty.none')}</p>
      ) : (
        <>
          <Drawn days={found.days} />
          <div class="scroll" tabIndex={0} role="group" aria-labelledby="honesty">
            <table>
              <thead>
                <tr>
                  <th scope="col">{say('honesty.day')}</th>
                  <th scope="col">{say('honesty.told')}</th>
                  <th scope="col">{say('honesty.within')}</th>
                  <th scope="col">{say('honesty.error')}</th>
                  <th scope="col">{say('honesty.plain')}</th>
                </tr>
              </thead>
              <tbody>
                {row(say('honesty.month'), found.month)}
                {found.days.toReversed().map(({ day, figures }) => row(dayOf(day, language), figures))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}

/** Each day's share as a bar, the oldest first, and the aim as a line. The table says the same in figures. */
function Drawn({ days }: { days: HonestyView['days'] }) {
  const { say } = useSpeech();
  const width = 100 / Math.max(days.length, 1);
  return (
    <figure aria-hidden="true">
      <svg>
        {days.map(({ day, figures: { within } }, n) =>
          within == null ? null : (
            <rect
              key={day}
              class={isShort(within) ? 'short' : 'kept'}
              x={`${(n + 0.15) * width}%`}
              width={`${0.7 * width}%`}
              y={`${100 - 100 * within}%`}
              height={`${100 * within}%`}
            />
          ),
        )}
        <line class="aim" x1="0" x2="100%" y1={`${100 - AIM}%`} y2={`${100 - AIM}%`} />
      </svg>
      <figcaption class="second">{say('honesty.drawn')}</figcaption>
    </figure>
  );
}
