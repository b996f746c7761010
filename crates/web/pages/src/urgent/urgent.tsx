// What is urgent in the office, on a screen that somebody reads: before everything else, until it is called off.

import type { Language, UrgentView } from '../protocol';
import { learn, pick, say as sayIn } from '../text';
import urgent from '../text/urgent';

learn(urgent);

export function Urgent({ urgent, tongues }: {
  urgent: readonly Pick<UrgentView, 'id' | 'text'>[];
  /** The reader's language, and another if there is room to say it twice. */
  tongues: readonly Language[];
}) {
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
