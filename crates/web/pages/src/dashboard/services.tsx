// Each service's queue.

import { useSpeech } from '../live';
import type { BranchView, TicketView } from '../protocol';
import { pick } from '../text';
import { range } from '../time';
import { Since } from './since';

export function Services({ view, waiting, now }: { view: BranchView; waiting: TicketView[]; now: number }) {
  const { language, say } = useSpeech();
  const quota = view.services.some(({ numbers_left }) => numbers_left != null);
  const most = Math.max(1, ...view.services.map((service) => service.waiting));
  return (
    <section class="panel services" aria-labelledby="services">
      <h2 id="services">{say('dashboard.services')}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{say('service')}</th>
            <th scope="col">{say('dashboard.waiting')}</th>
            <th scope="col" class="figure">{say('dashboard.longest')}</th>
            {quota && (
              <th scope="col" class="figure">
                {say('dashboard.left')}
              </th>
            )}
            <th scope="col">{say('dashboard.expected')}</th>
          </tr>
        </thead>
        <tbody>
          {view.services.map((service) => {
            const longest = waiting.find((ticket) => ticket.service === service.id);
            const promise_s = service.charter?.wait_s;
            const over = longest && promise_s != null && now - Date.parse(longest.arrived_at) > promise_s * 1000;
            return (
              <tr key={service.id} data-wrong={Boolean(over)}>
                <th scope="row">
                  <span class="named">
                    <span class="letters" aria-hidden="true">
                      {service.letters}
                    </span>
                    {pick(service.name, language)}
                  </span>
                  {over && (
                    <span class="over">
                      <span aria-hidden="true">▲ </span>
                      {say('dashboard.over', { count: Math.round(promise_s / 60) })}
                    </span>
                  )}
                </th>
                <td>
                  <span class="bar">
                    <strong>{service.waiting}</strong>
                    <meter min={0} max={most} value={service.waiting} aria-hidden="true" />
                  </span>
                </td>
                <td class="figure">
                  {longest ? <Since at={longest.arrived_at} now={now} /> : '–'}
                </td>
                {quota && (
                  <td class="figure">
                    {service.numbers_left === 0 ? say('left.none') : (service.numbers_left ?? '–')}
                  </td>
                )}
                <td>
                  {service.wait ? (
                    <span class="range">{range(service.wait, language, true)}</span>
                  ) : (
                    <span class="unknown">{say('dashboard.ahead', { count: service.waiting })}</span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
