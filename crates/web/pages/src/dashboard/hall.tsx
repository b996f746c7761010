// How the hall fares: what shows and says the calls, what gives out numbers, and what is told to everybody.

import { useSpeech } from '../live';
import type { BranchView } from '../protocol';
import { pick, type Key } from '../text';
import { clock } from '../time';
import { useLater } from '../ui/later';

export function Hall({ branch, view, now }: { branch: string; view: BranchView; now: number }) {
  const { language, say } = useSpeech();
  const { health = {}, time_zone, notices = [] } = view;
  const appointments = useLater(view.appointments === true, () => import('../tasks/appointments'));
  const said = useLater(true, () => import('../announce/hall'));
  const counts: [Key, number | null | undefined][] = [
    ['hall.screens', health.screens],
    ['hall.speakers', health.speakers],
    ['hall.kiosks', health.kiosks],
  ];
  return (
    <section class="panel hall" aria-labelledby="hall">
      <h2 id="hall">{say('dashboard.hall')}</h2>
      <dl>
        {counts.map(([key, count]) => (
          <div key={key} data-none={count === 0}>
            <dt>{say(key)}</dt>
            <dd>{count === 0 ? `▲ ${say('hall.none')}` : (count ?? '–')}</dd>
          </div>
        ))}
        <div>
          <dt>{say('hall.heard')}</dt>
          <dd>{health.last_heard ? clock(Date.parse(health.last_heard), time_zone) : '–'}</dd>
        </div>
      </dl>
      {said && <said.Said branch={branch} view={view} now={now} />}
      <h3>{say('hall.notices')}</h3>
      {notices.length === 0 ? (
        <p class="empty">{say('hall.notices.none')}</p>
      ) : (
        <ul class="told">
          {notices.map(({ id, text, until }, n) => (
            <li key={id ?? `rules ${n}`}>
              {pick(text, language)}
              {until && <span class="second"> {say('until', { time: clock(Date.parse(until), time_zone) })}</span>}
            </li>
          ))}
        </ul>
      )}
      {appointments && <appointments.Import branch={branch} />}
    </section>
  );
}
