// A plan to try: when which counter would be open, and what would come of it beside things as they are. Nothing is
// done until it is pressed, and then only what can be done at once.

import { useRef, useState } from 'preact/hooks';

import { ask } from '../access/ask';
import { toSignIn } from '../access/me';
import { pathOf, type Asked } from '../advice/asked';
import { placeOf } from '../dashboard/name';
import { useSpeech } from '../live';
import { SIGNED_OUT } from '../press';
import type { CounterPlan, WhatIf, WhatIfView } from '../protocol';
import { learn } from '../text';
import texts from '../text/planning-try';
import { useLater } from '../ui/later';
import type { PartProps } from './planning';
import { AS_IS, atOnce, blamed, firstOpen, planOf, type How, type Row } from './stretches';
import { Why } from './why';

learn(texts);

const HOWS: readonly How[] = ['as_is', 'open', 'closed', 'between'];

/** A plan that was tried, and what would come of it. */
export interface Tried {
  /** What was filled in. */
  readonly rows: Record<string, Row>;
  readonly plans: readonly CounterPlan[];
  readonly outcome: WhatIfView;
}

export function Part({ branch, view, presser, me, now, forecast, again }: PartProps) {
  const { say } = useSpeech();
  const [rows, setRows] = useState<Record<string, Row>>({});
  const [told, setTold] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<Asked<WhatIfView>['failed']>();
  const [tried, setTried] = useState<Tried>();
  const outcome = useLater(tried !== undefined, () => import('./outcome'));
  const { plans, faults } = forecast
    ? planOf(rows, view.counters, { now, until: Date.parse(forecast.until), zone: view.time_zone })
    : { plans: [], faults: {} };
  const change = (rows: Record<string, Row>) => {
    setRows(rows);
    setFailed(undefined);
  };
  const edit = (id: string, more: Partial<Row>) => change({ ...rows, [id]: { ...(rows[id] ?? AS_IS), ...more } });
  const count = view.counters.every(({ id }) => ['open', 'closed'].includes(rows[id]?.how ?? ''))
    ? view.counters.filter(({ id }) => rows[id]?.how === 'open').length
    : '';
  // What the daemon refuses is told at the counter that it names, else at the button.
  const wrong = failed?.type === 'refused' ? blamed(failed.error.detail, view.counters) : undefined;
  const attempt = async () => {
    setTold(true);
    if (Object.keys(faults).length > 0) {
      // Once it is drawn what is wrong.
      requestAnimationFrame(() => requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()));
      return;
    }
    if (busy || !forecast) return;
    setBusy(true);
    const body: WhatIf = { counters: plans };
    const answer = await ask<WhatIfView>('POST', pathOf(branch, '/what-if'), body);
    setBusy(false);
    if (answer.type === 'found') {
      setFailed(undefined);
      setTried({ rows, plans, outcome: answer.found });
    } else if (answer.type === 'refused' && SIGNED_OUT.includes(answer.error.code)) toSignIn();
    else setFailed(answer);
  };
  return (
    <>
      <section class="panel plan" aria-labelledby="plan">
        <div class="head">
          <h2 id="plan">{say('planning.part.try')}</h2>
          <label class="seek">
            {say('try.count')}{' '}
            <select
              value={count}
              onChange={({ currentTarget: { value } }) => change(value ? firstOpen(view.counters, Number(value)) : {})}
            >
              <option value="">{say(Object.values(rows).some(({ how }) => how !== 'as_is') && count === '' ? 'try.mixed' : 'try.how.as_is')}</option>
              {Array.from({ length: view.counters.length + 1 }, (_, n) => (
                <option key={n} value={n}>
                  {n}
                </option>
              ))}
            </select>
          </label>
          <button type="button" class="quiet" onClick={() => change({})}>
            {say('try.reset')}
          </button>
        </div>
        <p class="intro">{say('try.what')}</p>
        <form
          ref={form}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void attempt();
          }}
        >
          <ul>
            {view.counters.map((counter) => {
              const { id, open, pause } = counter;
              const row = rows[id] ?? AS_IS;
              const fault = told ? faults[id] : undefined;
              const field = (at: 'start' | 'end' | 'rest_start' | 'rest_end') => (
                <label key={at}>
                  {say(`try.${at}`)}
                  <input
                    type="time"
                    value={row[at]}
                    aria-invalid={fault?.at === at}
                    {...(fault?.at === at && { 'aria-describedby': `fault-${id}` })}
                    onInput={({ currentTarget }) => edit(id, { [at]: currentTarget.value })}
                  />
                </label>
              );
              return (
                <li key={id}>
                  <fieldset>
                    <legend>
                      {placeOf(counter, say)}{' '}
                      <span class="second">{say(pause ? 'counter.state.paused' : open ? 'counter.is_open' : 'counter.is_closed')}</span>
                    </legend>
                    <div class="fields" data-how={row.how}>
                      <label>
                        {say('try.plan')}
                        <select value={row.how} onChange={({ currentTarget }) => edit(id, { how: currentTarget.value as How })}>
                          {HOWS.map((how) => (
                            <option key={how} value={how}>
                              {say(`try.how.${how}`)}
                            </option>
                          ))}
                        </select>
                      </label>
                      {row.how === 'between' && [field('start'), field('end')]}
                      {(row.how === 'between' || row.how === 'open') && [field('rest_start'), field('rest_end')]}
                    </div>
                    {fault && (
                      <p class="fault" id={`fault-${id}`} role="alert">
                        <span aria-hidden="true">✕ </span>
                        {say(`try.fault.${fault.why}`)}
                      </p>
                    )}
                    {id === wrong && <Why failed={failed} />}
                  </fieldset>
                </li>
              );
            })}
          </ul>
          <Why failed={wrong === undefined ? failed : undefined} />
          <p class="buttons">
            <button class="primary" aria-disabled={busy || !forecast}>
              {say('try.do')}
            </button>
          </p>
        </form>
      </section>
      {tried && outcome && (
        <outcome.Outcome {...{ branch, view, presser, me, again, tried }} commands={atOnce(tried.plans, view, now)} changed={tried.rows !== rows} />
      )}
    </>
  );
}
