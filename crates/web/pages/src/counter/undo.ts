// Until when the last press at the counter can be taken back. Kept in the tab, so that it is known after a reload.

import { useState } from 'preact/hooks';

import type { Command } from '../protocol';

const KEY = 'giliran.pressed';

/** What can be taken back. */
const PRESSES: readonly Command['type'][] = [
  'call_next',
  'call_next_of',
  'call_ticket',
  'start_serving',
  'finish',
  'no_show',
  'transfer',
  'park',
];

export interface Undo {
  /** When the last such press was answered, by this machine's clock; 0 for none. */
  readonly at_ms: number;
  /** A command was answered. */
  readonly done: (command: Command) => void;
}

export function useUndo(counter: string | undefined): Undo {
  const [at_ms, setAt] = useState(() => {
    const [of, at] = (sessionStorage.getItem(KEY) ?? '').split(' ');
    return of === counter ? Number(at) : 0;
  });
  return {
    at_ms,
    done({ type }) {
      const pressed = PRESSES.includes(type);
      if (!pressed && type !== 'undo') return;
      const at = pressed ? Date.now() : 0;
      sessionStorage.setItem(KEY, `${counter} ${at}`);
      setAt(at);
    },
  };
}
