// Who works at this page: asked once in each tab, kept with what is pressed.

import { useState } from 'preact/hooks';

import { useSpeech } from '../live';
import type { Actor } from '../protocol';

const KEY = 'giliran.officer';

export interface Officer {
  /** The short name; none where nobody said. */
  readonly id: string | undefined;
  /** For commands. */
  readonly by: Actor | undefined;
  /** Whether the question is still open. */
  readonly asked: boolean;
  /** Answers it; nothing for "not needed". */
  readonly answer: (id: string) => void;
  /** Asks again. */
  readonly change: () => void;
}

export function useOfficer(): Officer {
  const [id, setId] = useState(() => sessionStorage.getItem(KEY) ?? undefined);
  const [asked, setAsked] = useState(id === undefined);
  return {
    id: id || undefined,
    by: id ? { kind: 'officer', id } : undefined,
    asked,
    answer(id) {
      sessionStorage.setItem(KEY, id);
      setId(id);
      setAsked(false);
    },
    change: () => setAsked(true),
  };
}

/** The question, or the answer with a way to change it. */
export function OfficerBar({ officer, onAnswer }: { officer: Officer; onAnswer?: (id: string) => void }) {
  const { say } = useSpeech();
  const answer = (id: string) => {
    officer.answer(id);
    onAnswer?.(id);
  };
  if (!officer.asked) {
    return (
      <aside class="officer" aria-label={say('officer')}>
        {say('officer')}: <strong>{officer.id ?? say('none')}</strong>
        <button type="button" class="quiet" onClick={officer.change}>
          {say('officer.change')}
        </button>
      </aside>
    );
  }
  return (
    <form
      class="officer"
      aria-label={say('officer')}
      onSubmit={(event) => {
        event.preventDefault();
        answer(String(new FormData(event.currentTarget).get('officer')));
      }}
    >
      <label>
        {say('officer.ask')}{' '}
        <input
          name="officer"
          required
          pattern="[a-z0-9\-]{1,32}"
          title={say('officer.form')}
          placeholder="aminah"
          defaultValue={officer.id}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
        />
      </label>
      <button>{say('save')}</button>
      <button type="button" class="quiet" onClick={() => answer('')}>
        {say('officer.skip')}
      </button>
    </form>
  );
}
