// What comes of a plan by hour, beside what comes of things as they are.

import { useEffect, useRef } from 'preact/hooks';

import { mayDo } from '../advice/advice';
import { useSteps } from '../advice/steps';
import { placeOf } from '../dashboard/name';
import { useSpeech } from '../live';
import type { Command, WhatIfView } from '../protocol';
import { learn } from '../text';
import texts from '../text/planning-outcome';
import { clock } from '../time';
import { Action } from '../ui/frame';
import type { Tried } from './plan';
import type { PartProps } from './planning';

learn(texts);

const whole = (n: number): string => (n > 0 && n < 0.5 ? '<1' : Math.round(n).toString());
const tenth = (n: number): string => n.toFixed(1);

export function Outcome({ branch, view, presser, me, again, tried, commands, changed }: Omit<PartProps, 'forecast' | 'now'> & {
  tried: Tried;
  /** What of it can be done at once. */
  commands: readonly Command[];
  /** Whether something else is filled in by now. */
  changed: boolean;
}) {
  const { say } = useSpeech();
  const steps = useSteps(presser);
  const places = (closed: boolean) =>
    view.counters
      .filter(({ id }) => commands.some((command) => (command.type === 'close_counter') === closed && 'counter' in command && command.counter === id))
      .map((counter) => placeOf(counter, say))
      .join(', ');
  const [opens, closes] = [places(false), places(true)];
  useEffect(() => steps.forget(), [tried, changed]);
  useEffect(() => {
    if (steps.state === 'done') again();
  }, [steps.state]);
  return (
    <section class="panel outcome" aria-labelledby="outcome">
      <Figures outcome={tried.outcome} zone={view.time_zone} />
      {changed ? (
        <p class="second" role="status">
          {say('outcome.changed')}
        </p>
      ) : (
        <>
          {commands.length > 0 && mayDo(me, branch) && (
            <p class="buttons">
              <Action class="primary" can={!presser.pending} onPress={() => steps.start(commands)}>
                {say('outcome.now')}
              </Action>
              <span>
                {opens && say('outcome.opens', { places: opens })} {closes && say('outcome.closes', { places: closes })}{' '}
                <span class="second">{say('outcome.rest')}</span>
              </span>
            </p>
          )}
          <p class={steps.state === 'stopped' ? 'fault' : 'followed'} role="status">
            {steps.state === 'done' && say('outcome.done')}
            {steps.state === 'stopped' && say('outcome.stopped', { done: steps.done, all: steps.all })}
          </p>
        </>
      )}
    </section>
  );
}

function Figures({ outcome, zone }: { outcome: WhatIfView; zone: string }) {
  const { say } = useSpeech();
  const { as_is, with: plan } = outcome;
  const head = useRef<HTMLHeadingElement>(null);
  // Whoever pressed goes on from here.
  useEffect(() => head.current?.focus(), [outcome]);
  const froms = [...new Set([...as_is.hours, ...plan.hours].map(({ from }) => from))].sort((a, b) => Date.parse(a) - Date.parse(b));
  const promises = as_is.promised > 0 || plan.promised > 0;
  const minutes = (s: number | null | undefined) => (s == null ? '–' : Math.ceil(s / 60));
  const better = Math.round(plan.late) < Math.round(as_is.late);
  const worse = Math.round(plan.late) > Math.round(as_is.late);
  return (
    <>
      <h2 id="outcome" ref={head} tabIndex={-1}>
        {say('outcome.title')}
      </h2>
      <p class="sum" data-better={better} data-worse={worse}>
        {promises && (
          <strong>
            <span aria-hidden="true">{better ? '✓ ' : worse ? '▲ ' : ''}</span>
            {say('outcome.late', { plan: whole(plan.late), as_is: whole(as_is.late), people: Math.round(plan.promised) })}
          </strong>
        )}{' '}
        {say('outcome.hours', { plan: tenth(plan.counter_hours), as_is: tenth(as_is.counter_hours) })}
      </p>
      <div class="scroll" tabIndex={0} role="group" aria-labelledby="outcome">
        <table>
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                {say('outcome.from')}
              </th>
              <th scope="col" rowSpan={2}>
                {say('outcome.arrivals')}
              </th>
              <th scope="colgroup" colSpan={4}>
                {say('outcome.as_is')}
              </th>
              <th scope="colgroup" colSpan={4} class="with">
                {say('outcome.with')}
              </th>
            </tr>
            <tr>
              {['as_is', 'with'].map((which) =>
                (['outcome.open', 'outcome.over', 'outcome.half', 'outcome.nine'] as const).map((key, n) => (
                  <th key={`${which} ${key}`} scope="col" class={which === 'with' ? (n === 0 ? 'with first' : 'with') : n === 0 ? 'first' : ''}>
                    {say(key)}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {froms.map((from) => {
              const [now, then] = [as_is, plan].map(({ hours }) => hours.find((hour) => hour.from === from));
              return (
                <tr key={from}>
                  <th scope="row">{clock(Date.parse(from), zone)}</th>
                  <td>{Math.round(then?.arrivals ?? now?.arrivals ?? 0)}</td>
                  {[now, then].map((hour, n) => [
                    <td class={n ? 'with first' : 'first'}>{hour?.open ?? '–'}</td>,
                    <td class={n ? 'with' : ''}>{hour && promises ? whole(hour.late) : '–'}</td>,
                    <td class={n ? 'with' : ''}>{minutes(hour?.p50_s)}</td>,
                    <td class={n ? 'with' : ''}>{minutes(hour?.p90_s)}</td>,
                  ])}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}
