// Each counter: whether it calls, whom it has and for how long, what it takes; and what can be done about it.

import { useSpeech, type Presser } from '../live';
import type { BranchView, Command } from '../protocol';
import type { Key } from '../text';
import { Action } from '../ui/frame';
import type { Ask } from './asking';
import { placeOf, serviceOf } from './name';
import { Since } from './since';

export function Counters({ view, presser, ask, now }: { view: BranchView; presser: Presser; ask: Ask; now: number }) {
  const { say } = useSpeech();
  return (
    <section class="panel counters" aria-labelledby="counters">
      <h2 id="counters">{say('dashboard.counters')}</h2>
      <ul>
        {view.counters.map((counter) => {
          const { id, open, pause, current, officer } = counter;
          const name = placeOf(counter, say);
          const state = pause ? 'paused' : open ? 'open' : 'closed';
          return (
            <li key={id} data-open={open}>
              <h3>
                {name}{' '}
                <span class={`tag ${state}`}>
                  {pause
                    ? `${say('counter.state.paused')}: ${say(`pause.${pause.reason}`)}`
                    : say(open ? 'counter.is_open' : 'counter.is_closed')}
                </span>
                <Takes view={view} ids={counter.services} />
                <Takes view={view} ids={(counter.helps ?? []).flat()} helps />
              </h3>
              <p class="there">
                {current ? (
                  <>
                    <strong>{current.number}</strong>{' '}
                    <span>{say(current.serving ? 'counter.state.serving' : 'counter.state.called')}</span>{' '}
                    <Since at={current.since} now={now} />
                  </>
                ) : pause ? (
                  <Since at={pause.since} now={now} />
                ) : (
                  open && <span>{say('counter.state.free')}</span>
                )}
                {officer && (
                  <span class="second">
                    {' '}
                    · {say('officer.name')}: <span class="who">{officer}</span>
                  </span>
                )}
              </p>
              <p class="buttons">
                <Press presser={presser} name={name} short={open ? 'dashboard.do.close' : 'dashboard.do.open'} long={open ? 'counter.do.close' : 'counter.do.open'}>
                  {{ type: open ? 'close_counter' : 'open_counter', counter: id }}
                </Press>
                {pause ? (
                  <Press presser={presser} name={name} short="counter.do.go_on" long="counter.do.go_on">
                    {{ type: 'resume_counter', counter: id }}
                  </Press>
                ) : (
                  <Action
                    can={!presser.pending && open && !current}
                    aria-label={`${say('counter.do.pause')}: ${name}`}
                    onPress={() => ask({ what: 'pause', counter: id })}
                  >
                    {say('dashboard.do.pause')}
                  </Action>
                )}
                <Action
                  can={!presser.pending}
                  aria-label={`${say('dashboard.services')}: ${name}`}
                  onPress={() => ask({ what: 'services', counter: id })}
                >
                  {say('dashboard.services')}
                </Action>
              </p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What a counter takes, by the letters of its numbers; the names stand with the queues. */
function Takes({ view, ids, helps = false }: { view: BranchView; ids: readonly string[]; helps?: boolean }) {
  const { language, say } = useSpeech();
  if (ids.length === 0) return null;
  const names = ids.map((id) => serviceOf(view, id, language)).join(', ');
  const told = helps ? say('dashboard.helps', { names }) : names;
  return (
    <span class="takes" data-helps={helps} title={told}>
      <span class="unseen">{told}</span>
      {ids.map((id) => (
        <span key={id} class="letters" aria-hidden="true">
          {view.services.find((service) => service.id === id)?.letters ?? id}
        </span>
      ))}
    </span>
  );
}

/** A button at a counter that asks for nothing more. Its name says all of what its face says in short. */
function Press({ presser, name, short, long, children: command }: {
  presser: Presser;
  /** The counter's. */
  name: string;
  short: Key;
  long: Key;
  children: Command;
}) {
  const { say } = useSpeech();
  return (
    <Action can={!presser.pending} aria-label={`${say(long)}: ${name}`} onPress={() => presser.press(command)}>
      {say(short)}
    </Action>
  );
}
