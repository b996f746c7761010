// Addresses for the office's screens, put together by choosing, and the way to people and devices.

import { useState } from 'preact/hooks';

import { useSpeech } from '../live';
import { learn } from '../text';
import texts from '../text/settings-screens';
import { listOf, nameOf, thingsOf, treeOf, type Tree } from './schema';

learn(texts);

const LAYOUTS = ['hall', 'corridor', 'canteen', 'sign'] as const;

export function Screens({ branch, rules }: { branch: string; rules: Tree }) {
  const { say, language } = useSpeech();
  const [layout, setLayout] = useState<(typeof LAYOUTS)[number]>('hall');
  const [zone, setZone] = useState('');
  const [counter, setCounter] = useState('');
  const [speaks, setSpeaks] = useState(false);
  const counters = listOf(rules['counter']);
  const zones = thingsOf(rules, 'zone').map((one) => [String(treeOf(one)['id']), nameOf(one, language)] as const);
  const sign = layout === 'sign';
  const chosen = counter || String(treeOf(counters[0])['id'] ?? '');
  const address = (page: string, more: Record<string, string> = {}) => {
    const said = Object.entries({ branch, ...more }).filter(([, value]) => value);
    return new URL(`/${page}?${new URLSearchParams(said)}`, location.href).href;
  };
  const wall = { ...(sign ? { counter: chosen } : { layout, zone }), ...(speaks && { speak: '1' }) };
  const options = (values: readonly (readonly [string, string])[]) =>
    values.map(([value, name]) => (
      <option key={value} value={value}>
        {name}
      </option>
    ));
  return (
    <>
      <section class="panel">
        <h2>{say('screens.wall')}</h2>
        <p class="intro">{say('screens.wall.why')}</p>
        <div class="fields">
          <label>
            {say('screens.layout')}
            <select value={layout} onChange={({ currentTarget }) => setLayout(currentTarget.value as typeof layout)}>
              {options(LAYOUTS.map((one) => [one, say(`screens.layout.${one}`)]))}
            </select>
          </label>
          {sign ? (
            <label>
              {say('place.counter')}
              <select value={chosen} onChange={({ currentTarget }) => setCounter(currentTarget.value)}>
                {options(counters.map((one) => [String(treeOf(one)['id']), nameOf(one, language)]))}
              </select>
            </label>
          ) : (
            <label>
              {say('screens.zone')}
              <select value={zone} onChange={({ currentTarget }) => setZone(currentTarget.value)}>
                {options([['', say('screens.zone.all')], ...zones])}
              </select>
            </label>
          )}
        </div>
        <p class="field" data-kind="flag">
          <label>
            <input type="checkbox" checked={speaks} onChange={({ currentTarget }) => setSpeaks(currentTarget.checked)} />
            {say('screens.speaks')}
          </label>
        </p>
        <Address label={say('screens.wall')} address={address('display', wall)} />
      </section>
      <section class="panel">
        <h2>{say('screens.kiosk')}</h2>
        <Address label={say('screens.kiosk')} address={address('kiosk')} />
      </section>
      <section class="panel">
        <h2>{say('screens.people')}</h2>
        <p class="intro">{say('screens.people.why')}</p>
        <p class="buttons">
          <a class="button" href="/people#people">
            {say('screens.officers')}
          </a>
          <a class="button" href={`/people?${new URLSearchParams({ branch })}#devices`}>
            {say('screens.devices')}
          </a>
        </p>
      </section>
    </>
  );
}

/** An address to be copied, or typed on the machine where it is wanted. */
function Address({ label, address }: { label: string; address: string }) {
  const { say } = useSpeech();
  const [copied, setCopied] = useState('');
  const copy = async (input: HTMLInputElement) => {
    input.select();
    try {
      // A page that came by plain HTTP has no clipboard but the old one.
      if (navigator.clipboard) await navigator.clipboard.writeText(address);
      else if (!document.execCommand('copy')) return;
      setCopied(address);
    } catch {
      // It stands selected, to be copied by hand.
    }
  };
  return (
    <form
      class="address"
      onSubmit={(event) => {
        event.preventDefault();
        void copy(event.currentTarget.elements[0] as HTMLInputElement);
      }}
    >
      <input aria-label={label} readOnly value={address} />
      <button class="primary">{say('screens.copy')}</button>
      <a class="button" href={address} target="_blank" rel="noreferrer">
        {say('screens.open')}
      </a>
      <span role="status" class="done">
        {copied === address && say('screens.copied')}
      </span>
    </form>
  );
}
