// The rules as they are in force and as somebody is changing them. What was changed outlives a reload of the
// page, and is put together with what others changed meanwhile rather than laid over it.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

import { ask } from '../access/ask';
import { toSignIn } from '../access/me';
import { SIGNED_OUT } from '../press';
import type { ErrorView, RulesChecked, RulesInForce } from '../protocol';
import type { Fault } from './faults';
import { isTree, plain, put, same, type Json, type Path, type Tree } from './schema';

const RETRY_MS = 2_000;
/** How long after the last stroke the daemon is asked. */
const PAUSE_MS = 400;

export const rulesPath = (branch: string) => `/branches/${encodeURIComponent(branch)}/rules`;

interface Kept {
  /** What was in force when the changes began, */
  readonly base: Tree;
  /** and what is to be. */
  readonly rules: Tree;
}

export interface Draft extends Kept {
  readonly changed: boolean;
  /** What is in force by now, where that is not what the changes began from. */
  readonly theirs: Tree | undefined;
  readonly edit: (path: Path, value: Json | undefined) => void;
  /** Takes other rules as the draft. */
  readonly take: (rules: Tree) => void;
  /** Begins from these, which are in force. */
  readonly begin: (base: Tree, rules: Tree) => void;
  /** Asks what is in force; the draft's beginning is that from now on if nothing was changed. */
  readonly look: () => Promise<Tree | undefined>;
}

export function useDraft(branch: string, onRefused: (error: ErrorView) => void): Draft | undefined {
  const key = `giliran.settings.${branch}`;
  const [kept, setKept] = useState<Kept | undefined>(() => read(key));
  const [theirs, setTheirs] = useState<Tree>();
  const now = useRef(kept);
  const set = useCallback(
    (next: Kept) => {
      now.current = next;
      if (same(next.base, next.rules)) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, JSON.stringify(next));
      setKept(next);
    },
    [key],
  );
  const look = useCallback(async () => {
    const answer = await ask<RulesInForce>('GET', rulesPath(branch));
    if (answer.type === 'refused') {
      if (SIGNED_OUT.includes(answer.error.code)) toSignIn();
      // Whoever is only asked to wait asks again.
      else if (answer.error.code === 'not_allowed') onRefused(answer.error);
    }
    if (answer.type !== 'found') return undefined;
    const found = plain(answer.found.rules as Tree);
    const { base, rules } = now.current ?? { base: found, rules: found };
    const untouched = same(base, rules);
    if (!now.current || (untouched && !same(base, found))) set({ base: found, rules: found });
    // Somebody else may have done the same.
    else if (same(found, rules)) set({ base: found, rules });
    setTheirs(untouched || same(found, rules) || same(found, base) ? undefined : found);
    return found;
  }, [branch]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let here = true;
    const again = () => {
      clearTimeout(timer);
      void look().then((found) => {
        if (here && !found) timer = setTimeout(again, RETRY_MS);
      });
    };
    again();
    addEventListener('focus', again);
    return () => {
      here = false;
      clearTimeout(timer);
      removeEventListener('focus', again);
    };
  }, [look]);
  const changed = kept !== undefined && !same(kept.base, kept.rules);
  useEffect(() => {
    if (!changed) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [changed]);
  return (
    kept && {
      ...kept,
      changed,
      theirs,
      look,
      edit: (path, value) => {
        const { base, rules } = now.current ?? kept;
        set({ base, rules: put(rules, path, value) as Tree });
      },
      take: (rules) => set({ base: kept.base, rules }),
      begin: (base, rules) => {
        setTheirs(undefined);
        set({ base, rules });
      },
    }
  );
}

function read(key: string): Kept | undefined {
  const text = sessionStorage.getItem(key);
  return text ? (JSON.parse(text) as Kept) : undefined;
}

/**
 * What both changed from the same beginning. Where both changed the same thing it is as mine; lists of things
 * with short names are put together thing by thing.
 */
export function merge(base: Json | undefined, mine: Json | undefined, theirs: Json | undefined): Json | undefined {
  if (same(mine, base) || same(mine, theirs)) return theirs;
  if (same(theirs, base)) return mine;
  if (isTree(mine) && isTree(theirs)) {
    const from = isTree(base) ? base : {};
    const keys = [...new Set([...Object.keys(theirs), ...Object.keys(mine)])];
    const merged = keys.map((key) => [key, merge(from[key], mine[key], theirs[key])] as const);
    return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
  }
  const [from, one, other] = [base, mine, theirs].map(byId);
  if (!from || !one || !other) return mine;
  // In my order; what they added comes behind.
  const ids = [...new Set([...one.keys(), ...other.keys()])];
  return ids.flatMap((id) => merge(from.get(id), one.get(id), other.get(id)) ?? []);
}

const byId = (list: Json | undefined): Map<string, Json> | undefined =>
  Array.isArray(list) && list.every((item) => isTree(item) && 'id' in item)
    ? new Map(list.map((item: Tree) => [String(item['id']), item]))
    : undefined;

export interface Checked {
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  readonly view: RulesChecked['view'];
  /** The rules that were checked. */
  readonly of: Tree;
  /** Whether the daemon did not answer. */
  readonly lost?: true;
}

/** What the daemon finds, asked once somebody pauses; what is seen here already need not be asked. */
export function useCheck(branch: string, rules: Tree | undefined, ready: boolean): Checked | undefined {
  const [checked, setChecked] = useState<Checked>();
  useEffect(() => {
    if (!rules || !ready) return;
    let here = true;
    let timer = setTimeout(async function again() {
      const answer = await ask<RulesChecked>('POST', `${rulesPath(branch)}/check`, { rules });
      if (!here) return;
      if (answer.type === 'found') {
        const { faults, warnings, view } = answer.found;
        return setChecked({ faults, warnings, view, of: rules });
      }
      if (answer.type === 'refused') {
        const { code, detail, message } = answer.error;
        if (SIGNED_OUT.includes(code)) return toSignIn();
        // What is said of the rules, and not that this was no time to ask.
        if (!answer.after_ms) {
          const fault = { at: '', what: detail ?? message.en ?? message.ms };
          return setChecked({ faults: [fault], warnings: [], view: undefined, of: rules });
        }
      }
      setChecked({ faults: [], warnings: [], view: undefined, of: rules, lost: true });
      timer = setTimeout(() => void again(), RETRY_MS);
    }, PAUSE_MS);
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [branch, rules, ready]);
  return checked;
}
