// A place to key something in by finger, by keyboard or by scanner.

import { useId } from 'preact/hooks';

import { useSpeech } from '../live';
import { Icon } from './icon';

export const DIGITS = [...'123456789', '', '0'];
export const SIGNS = [...'1234567890ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

export function Pad({ label, why, keys, most, value, secret = false, onChange, onEnter }: {
  label: string;
  /** What the asked for is for, and what becomes of it. */
  why?: string;
  /** The keys, in their order; an empty one keeps its place free. */
  keys: readonly string[];
  /** How many characters there may be. */
  most: number;
  value: string;
  /** Whether it is hidden; then a keyboard may type more than there are keys for. */
  secret?: boolean;
  onChange: (value: string) => void;
  onEnter?: () => void;
}) {
  const { say } = useSpeech();
  const id = useId();
  const known = (sign: string) => keys.find((key) => key.toLowerCase() === sign.toLowerCase()) ?? '';
  const set = (text: string) => onChange((secret ? text : [...text].map(known).join('')).slice(0, most));
  return (
    <div class="pad" data-keys={keys.length}>
      <label for={id}>{label}</label>
      <input
        id={id}
        {...(secret ? { type: 'password' } : { type: 'text' })}
        value={value}
        inputMode="none"
        autocomplete="off"
        aria-describedby={why && `${id}-why`}
        onInput={({ currentTarget }) => {
          set(currentTarget.value);
          currentTarget.value = value;
        }}
        onKeyDown={({ key }) => key === 'Enter' && onEnter?.()}
      />
      {why && <p id={`${id}-why`}>{why}</p>}
      <div class="keys" role="group" aria-label={label}>
        {keys.map((key) =>
          key ? (
            <button key={key} type="button" onClick={() => set(value + key)}>
              {key}
            </button>
          ) : (
            <span key={key} />
          ),
        )}
        <button type="button" aria-label={say('kiosk.erase')} onClick={() => set(value.slice(0, -1))}>
          <Icon name="erase" />
        </button>
      </div>
    </div>
  );
}
