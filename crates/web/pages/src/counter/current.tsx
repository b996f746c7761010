// Who is at the counter, what for, and for how long.

import type { ComponentChildren } from 'preact';

import { useSpeech } from '../live';
import type { BranchView, CounterView } from '../protocol';
import { pick } from '../text';
import { Emergency, nameOf, Since } from './parts';

export function Current({ view, counter, now, children }: {
  view: BranchView;
  counter: CounterView;
  now: number;
  /** What stands below. */
  children: ComponentChildren;
}) {
  const { language, say } = useSpeech();
  const { current, pause } = counter;
  const state = !counter.open ? 'closed' : pause ? 'paused' : !current ? 'free' : current.serving ? 'serving' : 'called';
  const ticket = current && view.tickets?.find(({ id }) => id === current.ticket);
  const group = ticket && view.classes.slice(1).find(({ id }) => id === ticket.class);
  const since = current?.since ?? pause?.since;
  return (
    <div class="current" data-state={state}>
      <div class="who" role="status">
        <h1 id="now">
          <span class="state">
            <span class={`sign ${state}`} aria-hidden="true" />
            {say(`counter.state.${state}`)}
            {pause && `: ${say(`pause.${pause.reason}`)}`}
            {ticket?.goes_next && <Emergency />}
          </span>{' '}
          {current && <strong class="number">{current.number}</strong>}
        </h1>
      </div>
      {current && (
        <dl>
          <div>
            <dt>{say('service')}</dt>
            <dd>{nameOf(view, current.service, language)}</dd>
          </div>
          {ticket && (
            <div>
              <dt>{say('language')}</dt>
              <dd>{say(`language.${ticket.language}`)}</dd>
            </div>
          )}
          {group && (
            <div>
              <dt>{say('class')}</dt>
              <dd>{pick(group.name, language)}</dd>
            </div>
          )}
          {ticket && ticket.legs && ticket.legs.length > 0 && (
            <div>
              <dt>{say('counter.legs')}</dt>
              <dd>{ticket.legs.map((id) => nameOf(view, id, language)).join(', ')}</dd>
            </div>
          )}
          {current.attempts > 1 && (
            <div>
              <dt>{say('counter.attempts')}</dt>
              <dd>{current.attempts}</dd>
            </div>
          )}
          {ticket?.note && (
            <div class="note">
              <dt>{say('counter.note')}</dt>
              <dd>{ticket.note}</dd>
            </div>
          )}
        </dl>
      )}
      {since && (
        <p class="timer">
          {current && say(current.serving ? 'counter.serving_for' : 'counter.called_for')}{' '}
          <Since at={since} now={now} />
        </p>
      )}
      {children}
    </div>
  );
}
