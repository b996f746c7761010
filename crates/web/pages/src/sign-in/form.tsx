// A form of few, large fields, which says in words what is wrong and stays as it was filled in.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import type { Answer } from '../access/ask';
import { useSpeech } from '../live';
import { pick, type Key } from '../text';
import { elapsed } from '../time';

/** How short names are written. */
export const ID_FORM = /^[a-z0-9-]{1,32}$/;
export const PASSWORD = /^.{10,128}$/su;
export const PIN_OR_PASSWORD = /^(?:[0-9]{6,12}|.{10,128})$/su;

/** What is wrong, and with which field. */
export interface Trouble {
  readonly of: string;
  /** What this page found itself. */
  readonly key?: Key;
  /** What the daemon said. */
  readonly answer?: Exclude<Answer<unknown>, { type: 'found' }>;
}

export function Form({ title, lead, go, trouble, onSend, children }: {
  title: string;
  lead?: string;
  /** What the button says. */
  go: string;
  trouble: Trouble | undefined;
  onSend: (fields: Record<string, string>) => Promise<void>;
  children: ComponentChildren;
}) {
  const { language, say } = useSpeech();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const wait_ms = useWait(trouble);
  const can = !busy && wait_ms <= 0;
  useEffect(() => {
    const field = form.current?.elements.namedItem(trouble?.of ?? '');
    if (field instanceof HTMLInputElement) field.select();
  }, [trouble]);
  useEffect(() => form.current?.querySelector<HTMLInputElement>('.field input')?.focus(), []);
  const refused = trouble?.answer?.type === 'refused' ? pick(trouble.answer.error.message, language) : undefined;
  return (
    <form
      ref={form}
      class="sign-in"
      aria-labelledby="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!can) return;
        setBusy(true);
        const fields = Object.fromEntries([...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)]));
        void onSend(fields).finally(() => setBusy(false));
      }}
    >
      <h1 id="form">{title}</h1>
      {lead && <p class="lead">{lead}</p>}
      <div role="alert">
        {trouble && (
          <p class="wrong" id="wrong">
            <span aria-hidden="true">✕ </span>
            {refused ?? say(trouble.key ?? 'press.lost')}
          </p>
        )}
      </div>
      {children}
      <button class="primary" aria-disabled={!can}>
        {busy ? say('sign_in.busy') : wait_ms > 0 ? say('sign_in.wait', { time: elapsed(wait_ms + 999) }) : go}
      </button>
    </form>
  );
}

/** How long the daemon wants to be left alone, by the second. */
function useWait(trouble: Trouble | undefined): number {
  const [left_ms, setLeft] = useState(0);
  useEffect(() => {
    const after_ms = trouble?.answer?.type === 'refused' ? trouble.answer.after_ms : 0;
    const until_ms = Date.now() + after_ms;
    setLeft(after_ms);
    if (!after_ms) return;
    const timer = setInterval(() => {
      setLeft(until_ms - Date.now());
      if (Date.now() >= until_ms) clearInterval(timer);
    }, 500);
    return () => clearInterval(timer);
  }, [trouble]);
  return left_ms;
}

interface FieldProps {
  name: string;
  label: string;
  hint?: string;
  trouble: Trouble | undefined;
}

/** What a field is described by: what is wrong with it, then how it is filled in. */
const described = ({ name, hint, trouble }: FieldProps) => ({
  'aria-invalid': trouble?.of === name,
  'aria-describedby': [trouble?.of === name && 'wrong', hint && `${name}-hint`].filter(Boolean).join(' ') || undefined,
});

export function Field({ autocomplete, maxLength, short = false, ...field }: FieldProps & {
  autocomplete: 'username' | 'name';
  maxLength: number;
  /** Whether it is a short name. */
  short?: boolean;
}) {
  const { name, label, hint } = field;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint && <p id={`${name}-hint`}>{hint}</p>}
      <input
        id={name}
        name={name}
        required
        autocomplete={autocomplete}
        maxLength={maxLength}
        autocapitalize={short ? 'none' : 'words'}
        spellcheck={false}
        {...described(field)}
      />
    </div>
  );
}

/** A PIN or password, which can be looked at. */
export function Secret({ fresh = false, ...field }: FieldProps & {
  /** Whether it is a new one. */
  fresh?: boolean;
}) {
  const { say } = useSpeech();
  const [shown, setShown] = useState(false);
  const { name, label, hint } = field;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint && <p id={`${name}-hint`}>{hint}</p>}
      <span class="secret">
        <input
          id={name}
          name={name}
          required
          // The types know no field that is now the one and now the other.
          type={(shown ? 'text' : 'password') as 'password'}
          autocomplete={fresh ? 'new-password' : 'current-password'}
          maxLength={128}
          autocapitalize="none"
          spellcheck={false}
          {...described(field)}
        />
        <button type="button" aria-pressed={shown} aria-label={`${say('sign_in.show')}: ${label}`} onClick={() => setShown(!shown)}>
          {say(shown ? 'sign_in.hide' : 'sign_in.show')}
        </button>
      </span>
    </div>
  );
}
