// Who works at a page for staff: who has signed in, or where nobody does, who says to. The latter is asked
// once in each tab, and kept with what is pressed.

import { useState } from 'preact/hooks';

import type { Actor, Me } from '../protocol';
import { useLater } from './later';

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

export function Who({ me, officer, onAnswer }: { me: Me | undefined; officer: Officer; onAnswer?: (id: string) => void }) {
  const person = useLater(me?.kind === 'person', () => import('../access/person'));
  const bar = useLater(me?.kind === 'anybody', () => import('./officer'));
  if (person && me?.kind === 'person') return <person.PersonBar me={me} />;
  if (bar) return <bar.OfficerBar officer={officer} {...(onAnswer && { onAnswer })} />;
  return <div class="officer" />;
}
