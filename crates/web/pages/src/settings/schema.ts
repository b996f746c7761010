// How a section of the rules is described: the form, the check of what is typed and the list of changes all
// go by the same table. Rules themselves are plain JSON, so that a key from a newer daemon stays as it is.

import type { JSX } from 'preact';

import type { Say } from '../live';
import type { Language, Texts } from '../protocol';
import { pick, say, type Key } from '../text';

export type Json = null | boolean | number | string | readonly Json[] | Tree;
export interface Tree {
  readonly [key: string]: Json | undefined;
}
export type Path = readonly (string | number)[];

export type Kind =
  /** A text in up to four languages, Malay first. */
  | 'names'
  | 'text'
  /** A short name: fixed once it is in force. */
  | 'id'
  | 'letters'
  /** A length of time, such as `15m`. */
  | 'span'
  | 'time'
  | 'date'
  | 'number'
  | 'numbers'
  | 'flag'
  /** One of some words, or of some things in the rules. */
  | 'choice'
  /** Some of them, in no order. */
  | 'picks'
  /** Some of them, in an order. */
  | 'chain'
  /** Orders of them, one after the other. */
  | 'tiers'
  /** Fields that belong together. */
  | 'group'
  | 'list'
  /** A length of time for each of some things. */
  | 'map'
  /** Times of the day. */
  | 'times'
  /** A prepared sentence, or something recorded. */
  | 'sound';

export interface Field {
  readonly key: string;
  readonly kind: Kind;
  /** What it is called, behind `rules.`; its key when absent. */
  readonly label?: string;
  readonly need?: true;
  readonly least?: number;
  readonly most?: number;
  /** What holds when nothing is said. */
  readonly else?: string;
  /** Which things can be chosen: the key of a list in the rules. */
  readonly of?: string;
  /** Which words can be chosen, and what they are called, behind `rules.`. */
  readonly words?: readonly string[];
  readonly word?: string;
  readonly fields?: readonly Field[];
  /** What a group is when it is put in, where the whole of it may be left out. */
  readonly first?: (rules: Tree) => Json;
  /** What draws it, where that is nothing that other sections need. */
  readonly part?: () => Promise<{ Part: (own: Own) => JSX.Element }>;
  /** What may be typed here, as advice. */
  readonly advise?: (rules: Tree) => readonly string[];
  /** A list's items are named by this in a fault's place; by their place in the list when absent. */
  readonly by?: string;
  /** Whether only one item of a list is open at a time, as where there are many. */
  readonly folded?: true;
  /** A new item of a list, beside those that are there. */
  readonly fresh?: (rules: Tree, there: readonly Json[]) => Json;
}

/** What a field has that is drawn by a part of its own. */
export interface Own {
  readonly field: Field;
  readonly path: Path;
  /** Where it is, as faults name it; also its id in the document. */
  readonly at: string;
  readonly rules: Tree;
  readonly fixed: boolean;
  readonly value: Json | undefined;
  /** Whether something is wrong at a place. */
  readonly wrong: (at: string) => true | undefined;
  readonly set: (value: Json | undefined) => void;
  readonly edit: (path: Path, value: Json | undefined) => void;
}

export type Sections = Readonly<Record<string, readonly Field[]>>;

export const labelOf = ({ key, label }: Field) => `rules.${label ?? key}` as Key;

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const treeOf = (value: Json | undefined): Tree => (isTree(value) ? value : {});
export const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

export const get = (value: Json | undefined, path: Path): Json | undefined =>
  path.reduce<Json | undefined>((at, key) => (at as Record<string, Json> | undefined)?.[key], value);

/** The same with one thing put, or taken out where it is nothing. */
export function put(value: Json | undefined, [key, ...rest]: Path, wanted: Json | undefined): Json {
  if (typeof key === 'number') {
    const list = [...listOf(value)];
    if (rest.length === 0 && wanted === undefined) list.splice(key, 1);
    else list[key] = rest.length ? put(list[key], rest, wanted) : (wanted as Json);
    return list;
  }
  const { [key ?? '']: before, ...others } = treeOf(value);
  let now = rest.length ? put(before, rest, wanted) : wanted;
  // What holds nothing any more is left out.
  if (wanted === undefined && typeof now === 'object' && now && Object.keys(now).length === 0) now = undefined;
  if (now === undefined) return others;
  // In the order in which it stood, so that equal rules look equal.
  return before === undefined ? { ...others, [key ?? '']: now } : { ...treeOf(value), [key ?? '']: now };
}

/** Whether two say the same, in whatever order their keys stand. */
export function same(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, n) => same(item, other[n]));
  }
  if (!isTree(one) || !isTree(other)) return false;
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((key) => same(one[key], other[key]));
}

const ISO = /^PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/;
const CLOCK = /^(\d\d:\d\d):00$/;

/** Rules as people write them: `15m` for `PT15M`, `08:00` for `08:00:00`. Texts for people stay as they are. */
export function plain<Value extends Json>(value: Value): Value;
export function plain(value: Json): Json {
  if (typeof value === 'string') {
    const span = ISO.exec(value);
    if (span) return written(span.slice(1).map((part) => Number(part ?? 0)));
    return CLOCK.exec(value)?.[1] ?? value;
  }
  if (Array.isArray(value)) return value.map((item: Json) => plain(item));
  if (!isTree(value) || 'ms' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item as Json)]));
}

/** So many hours, minutes and seconds, as `1h 30m`. */
function written([hours = 0, minutes = 0, seconds = 0]: number[]): string {
  const all = hours * 3600 + minutes * 60 + seconds;
  const parts = [
    [Math.floor(all / 3600), 'h'],
    [Math.floor(all / 60) % 60, 'm'],
    [all % 60, 's'],
  ] as const;
  return parts.flatMap(([n, unit]) => (n > 0 ? [`${n}${unit}`] : [])).join(' ') || '0s';
}

/** How an item of a list is named in a fault's place. */
export const segment = ({ by }: Field, item: Json | undefined, n: number): string =>
  by ? String(treeOf(item)[by] ?? '') : String(n + 1);

/** What a list's item is called. */
export function nameOf(item: Json | undefined, language: Language): string {
  const { name, text, id, date, number, place, from, until } = treeOf(item);
  if (number !== undefined) return `${say(language, place === 'room' ? 'place.room' : 'place.counter')} ${String(number)}`;
  const texts = (name ?? text) as unknown as Texts | undefined;
  return (texts && pick(texts, language)) || String(date ?? id ?? (from ? `${String(from)}–${String(until)}` : ''));
}

/** The short names that a list in the rules has. */
export const idsOf = (rules: Tree, list: string): string[] =>
  listOf(rules[list]).map((item) => String(treeOf(item)['id'] ?? ''));

/** The things of a list in the rules; of zones those too that only counters and services name. */
export function thingsOf(rules: Tree, list: string): readonly Json[] {
  const things = listOf(rules[list]);
  if (list !== 'zone') return things;
  const users = [...listOf(rules['counter']), ...listOf(rules['service'])].map(treeOf);
  const named = users.flatMap(({ zone = [], zones = [] }) => [zone, zones].flat() as Json[]);
  const ids = idsOf(rules, list);
  const others = [...new Set(named)].filter((id) => !ids.includes(String(id)));
  return [...things, ...others.map((id) => ({ id }))];
}

export type Option = readonly [string, string];

/** What can be chosen in a field, and what it is called. */
export function optionsOf({ key, word, words, of }: Field, rules: Tree, say: Say, language: Language): Option[] {
  if (words) return words.map((one) => [one, say(`rules.${word ?? key}.${one}` as Key)]);
  return thingsOf(rules, of ?? '').map((item) => [String(treeOf(item)['id']), nameOf(item, language)]);
}

/** Whether this is the place of a short name that the rules in force have. */
export function inForce(path: Path, rules: Tree, base: Tree): boolean {
  const [list = '', n] = path as [string, number];
  const id = String(get(rules, path));
  return path.length === 3 && idsOf(base, list).includes(id) && idsOf(rules, list).indexOf(id) === n;
}

/** A short name that no item has yet. */
export function freeId(stem: string, there: readonly Json[]): string {
  const ids = new Set(there.map((item) => treeOf(item)['id']));
  for (let n = there.length + 1; ; n += 1) if (!ids.has(`${stem}-${n}`)) return `${stem}-${n}`;
}
