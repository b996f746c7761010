// Several presses one after the other, as one: the next is sent when the one before was answered well.

import { useEffect, useRef, useState } from 'preact/hooks';

import type { Presser } from '../live';
import type { Command } from '../protocol';

export interface Steps {
  /** How many were asked for last, and how many of them are done. */
  readonly all: number;
  readonly done: number;
  /** `stopped`: one was refused or not answered; why, the presser says. */
  readonly state: 'idle' | 'going' | 'done' | 'stopped';
  readonly start: (commands: readonly Command[]) => void;
  /** Forgets how it ended. */
  readonly forget: () => void;
}

export function useSteps(presser: Presser): Steps {
  const [commands, setCommands] = useState<readonly Command[]>([]);
  const [{ done, state }, setStand] = useState<Pick<Steps, 'done' | 'state'>>({ done: 0, state: 'idle' });
  const sent = useRef(false);
  useEffect(() => {
    if (state !== 'going' || presser.pending) return;
    const command = commands[done];
    if (!sent.current && command) {
      sent.current = true;
      presser.press(command);
      return;
    }
    sent.current = false;
    if (presser.failure) setStand({ done, state: 'stopped' });
    else setStand({ done: done + 1, state: done + 1 < commands.length ? 'going' : 'done' });
  }, [commands, done, state, presser.pending, presser.failure]);
  return {
    all: commands.length,
    done,
    state,
    start(commands) {
      if (presser.pending || commands.length === 0) return;
      sent.current = false;
      setCommands(commands);
      setStand({ done: 0, state: 'going' });
    },
    forget: () => setStand({ done: 0, state: 'idle' }),
  };
}
