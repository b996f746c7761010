// The question who works at this page, where nobody signs in.

import { useSpeech } from '../live';
import type { Officer } from './who';

/** The question, or the answer with a way to change it. */
export function OfficerBar({ officer, onAnswer }: { officer: Officer; onAnswer?: (id: string) => void }) {
  const { say } = useSpeech();
  const answer = (id: string) => {
    officer.answer(id);
    onAnswer?.(id);
  };
  if (!officer.asked) {
    return (
      <aside class="officer" aria-label={say('officer.name')}>
        {say('officer.name')}: <strong>{officer.id ?? say('officer.none')}</strong>
        <button type="button" class="quiet" onClick={officer.change}>
          {say('officer.change')}
        </button>
      </aside>
    );
  }
  return (
    <form
      class="officer"
      aria-label={say('officer.name')}
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
