// What is urgent in the office, on a screen that somebody reads: before everything else, until it is called off.

import { useSpeech } from '../live';
import type { Language, UrgentView } from '../protocol';
import { beside, learn, pick, say as sayIn } from '../text';
import urgent from '../text/urgent';

learn(urgent);

export function Urgent({ urgent, offered = [] }: {
  urgent: readonly Pick<UrgentView, 'id' | 'text'>[];
  /** The office's languages, where there is room to say it twice. */
  offered?: readonly Language[];
}) {
  const { language } = useSpeech();
  const other = beside(language);
  const tongues = offered.includes(other) ? [language, other] : [language];
  return (
    <div role="alert">
      {urgent.map(({ id, text }) => (
        <p key={id} class="notice urgent">
          <span class="alarm" aria-hidden="true" />
          <span>
            {tongues.map((tongue, n) => (
              <span key={tongue} lang={tongue} class={n > 0 ? 'second' : ''}>
                <strong>{sayIn(tongue, 'urgent.title')}:</strong>{' '}
                {/* Not every recording has its words written with it. */}
                {text ? pick(text, tongue) : sayIn(tongue, 'urgent.listen')}{' '}
              </span>
            ))}
          </span>
        </p>
      ))}
    </div>
  );
}
