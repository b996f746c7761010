// What is said in the hall: by which loudspeakers, what waits to be said and for how long, what is kept back, and
// what came of today's announcements.

import { useSpeech } from '../live';
import type { BranchView } from '../protocol';
import { learn, pick } from '../text';
import announce from '../text/announce';
import { clock, elapsed } from '../time';
import { backlog, fateOf } from './fate';
import { nameOf, placesOf, useSentences } from './words';

learn(announce);

export function Said({ branch, view, now }: { branch: string; view: BranchView; now: number }) {
  const { language, say } = useSpeech();
  const { announcing, reports, time_zone, health } = view;
  const announcements = view.announcements ?? [];
  const known = useSentences(branch, announcements.length > 0);
  const here = health?.zones ?? [];
  /** Those of a zone, and those that are heard everywhere. */
  const count = (id: string, what: 'speakers' | 'standby') =>
    here.filter(({ zone }) => zone === id || zone === '').reduce((sum, zone) => sum + zone[what], 0);
  const zones = announcing?.zones ?? [];
  /** In the first seconds, and while a link comes back, none is not yet none. */
  const settled = health?.speakers != null;
  const waits = backlog(view, now);
  const held = reports?.filter((report) => fateOf(report) === 'withheld').length ?? 0;
  const quiet = announcing?.quiet?.filter(({ from, until }) => Date.parse(from) <= now && now < Date.parse(until)) ?? [];
  const standby = count('', 'standby');
  return (
    <>
      <dl>
        <div>
          <dt>{say('hall.said.waits')}</dt>
          <dd>
            {waits.length}
            {waits[0] && ` (${say('hall.said.oldest', { time: elapsed(now - Date.parse(waits[0].at)) })})`}
          </dd>
        </div>
        {held > 0 && (
          <div>
            <dt>{say('hall.said.held')}</dt>
            <dd>{held}</dd>
          </div>
        )}
        {zones.length === 0 && standby > 0 && (
          <div>
            <dt>{say('hall.said.standby')}</dt>
            <dd>{standby}</dd>
          </div>
        )}
      </dl>
      {quiet.map(({ name, until, zones = [] }) => (
        <p key={until} class="quiet-now">
          {say('hall.said.quiet', { until: clock(Date.parse(until), time_zone) })}
          {name && `: ${pick(name, language)}`} ({placesOf(view, zones, language, say)})
        </p>
      ))}
      {zones.length > 0 && (
        <table class="zones">
          <thead>
            <tr>
              <th scope="col">{say('hall.zone')}</th>
              <th scope="col" class="figure">{say('hall.said.speak')}</th>
              <th scope="col" class="figure">{say('hall.said.standby')}</th>
            </tr>
          </thead>
          <tbody>
            {zones.map(({ id, name }) => (
              <tr key={id} data-none={settled && count(id, 'speakers') === 0}>
                <th scope="row">{pick(name, language)}</th>
                <td class="figure">{count(id, 'speakers') || (settled ? `▲ ${say('hall.said.nobody')}` : '–')}</td>
                <td class="figure">{count(id, 'standby')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {announcements.length > 0 && (
        <>
          <h3 id="announced">{say('hall.said.today')}</h3>
          {/* It scrolls, so it must be possible to reach it by keyboard. */}
          <div class="announced" tabIndex={0} role="group" aria-labelledby="announced">
            <ul class="told">
              {announcements.toReversed().map((one) => {
                const report = reports?.find(({ call }) => call === one.seq);
                const fate = fateOf(report);
                return (
                  <li key={one.seq} data-fate={fate}>
                    <span>
                      <time>{clock(Date.parse(one.at), time_zone)}</time> {one.urgent != null && <strong>‼ </strong>}
                      {nameOf(one, known, language, say)}{' '}
                      {zones.length > 0 && <span class="second">{placesOf(view, one.zones ?? [], language, say)}</span>}
                    </span>
                    <span class="fate">
                      {fate === 'unheard'
                        ? say('fate.unheard', { zones: placesOf(view, report?.unheard ?? [], language, say) })
                        : say(`fate.${fate ?? 'sent'}`)}
                    </span>
                  </li>
                );
              })}
            </ul>
          </div>
        </>
      )}
    </>
  );
}
