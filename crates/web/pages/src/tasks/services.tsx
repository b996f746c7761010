// Moves a counter's services: each in one press here, or several at once with what it helps with.

import './texts';

import { useState } from 'preact/hooks';

import type { TaskProps } from '../dashboard/asking';
import { placeOf } from '../dashboard/name';
import { useSpeech } from '../live';
import type { BranchView, CounterView } from '../protocol';
import { pick } from '../text';
import { Action, Dialog } from '../ui/frame';

export function Task({ view, presser, asking, onClose }: TaskProps) {
  const { language, say } = useSpeech();
  const counter = view.counters.find(({ id }) => asking.what === 'services' && id === asking.counter);
  if (!counter) return null;
  const own = counter.services;
  /** What a counter takes first from now on; the rest of what it helps with stays. */
  const choose = ({ id, helps = [] }: CounterView, services: string[], tiers = helps) => {
    onClose();
    const others = tiers.map((tier) => tier.filter((one) => !services.includes(one))).filter((tier) => tier.length > 0);
    presser.press({ type: 'choose_services', counter: id, services, helps: others });
  };
  const title = say('takes', { place: placeOf(counter, say) });
  return (
    <Dialog label={title} onClose={onClose}>
      <h2>{title}</h2>
      <ul class="moves">
        {view.services.map(({ id, name, letters, waiting }) => {
          const has = own.includes(id);
          const called = pick(name, language);
          return (
            <li key={id} data-own={has}>
              <span class="letters" aria-hidden="true">
                {letters}
              </span>
              <span class="name">
                {called} <span class="second">{say('takes.waiting', { count: waiting })}</span>
              </span>
              <Action
                can={!has || own.length > 1}
                aria-label={`${say(has ? 'takes.drop' : 'takes.add')}: ${called}`}
                onPress={() => choose(counter, has ? own.filter((one) => one !== id) : [...own, id])}
              >
                {say(has ? 'takes.drop' : 'takes.add')}
              </Action>
              <Action
                can={!has || own.length > 1}
                aria-label={`${say('takes.only')}: ${called}`}
                onPress={() => choose(counter, [id])}
              >
                {say('takes.only')}
              </Action>
            </li>
          );
        })}
      </ul>
      {view.counters.length > 1 && (
        <>
          <h3>{say('takes.give')}</h3>
          <p class="buttons">
            {view.counters
              .filter(({ id }) => id !== counter.id)
              .map((other) => (
                <Action
                  key={other.id}
                  can={own.some((id) => !other.services.includes(id))}
                  class="chip"
                  onPress={() => choose(other, [...new Set([...other.services, ...own])])}
                >
                  {placeOf(other, say)}
                </Action>
              ))}
          </p>
        </>
      )}
      <details>
        <summary>{say('takes.more')}</summary>
        <Tiers view={view} counter={counter} onChoose={(services, tiers) => choose(counter, services, tiers)} />
      </details>
      <button type="button" class="quiet" onClick={onClose}>
        {say('cancel')}
      </button>
    </Dialog>
  );
}

/** In how many tiers a counter may help, by this page. */
const TIERS = [1, 2, 3];

/** Which services a counter takes first, and which it helps with. */
function Tiers({ view, counter, onChoose }: {
  view: BranchView;
  counter: CounterView;
  onChoose: (services: string[], helps: string[][]) => void;
}) {
  const { language, say } = useSpeech();
  // 0 for its own, then the tiers.
  const [tiers, setTiers] = useState(
    () =>
      new Map([counter.services, ...(counter.helps ?? [])].flatMap((ids, tier) => ids.map((id) => [id, tier] as const))),
  );
  const of = (tier: number) => view.services.filter(({ id }) => tiers.get(id) === tier).map(({ id }) => id);
  return (
    <>
      <ul class="choices">
        {view.services.map(({ id, name }) => (
          <li key={id}>
            <label>
              {pick(name, language)}
              <select
                value={tiers.get(id) ?? ''}
                onChange={({ currentTarget: { value } }) => {
                  const next = new Map(tiers);
                  if (value === '') next.delete(id);
                  else next.set(id, Number(value));
                  setTiers(next);
                }}
              >
                <option value="">{say('takes.none')}</option>
                <option value={0}>{say('takes.own')}</option>
                {TIERS.map((tier) => (
                  <option key={tier} value={tier}>
                    {say('takes.help', { tier })}
                  </option>
                ))}
              </select>
            </label>
          </li>
        ))}
      </ul>
      <Action class="primary" can={of(0).length > 0} onPress={() => onChoose(of(0), TIERS.map(of))}>
        {say('save')}
      </Action>
    </>
  );
}
