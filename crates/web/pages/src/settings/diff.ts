// What differs between two sets of rules, thing by thing, in words.

import type { Say } from '../live';
import type { Language } from '../protocol';
import { LANGUAGES, type Key } from '../text';
import { join } from './faults';
import { get, labelOf, listOf, nameOf, same, segment, thingsOf, treeOf, type Field, type Json, type Sections, type Tree } from './schema';
import { wordsOfSentence } from './sentences';

export interface Difference {
  /** Where, as faults name it. */
  readonly at: string;
  /** Where, in words, from the outside in. */
  readonly where: readonly string[];
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  readonly before: string;
  readonly after: string;
}

interface Words {
  readonly say: Say;
  readonly language: Language;
  readonly before: Tree;
  readonly after: Tree;
}

export function differences(sections: Sections, before: Tree, after: Tree, say: Say, language: Language): Difference[] {
  const words: Words = { say, language, before, after };
  const known = Object.values(sections).flat();
  const named = known.flatMap((field) => ofField(field, before[field.key], after[field.key], field.key, [], words));
  // What a newer daemon knows and this page does not.
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const { key } of known) keys.delete(key);
  const others = [...keys].flatMap((key) => leaf(key, [key], text(before[key]), text(after[key])));
  return [...named, ...others];
}

const text = (value: Json | undefined): string =>
  value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);

function leaf(at: string, where: readonly string[], before: string, after: string): Difference[] {
  if (before === after) return [];
  return [{ at, where, kind: before === '' ? 'added' : after === '' ? 'removed' : 'changed', before, after }];
}

function ofField(field: Field, before: Json | undefined, after: Json | undefined, at: string, above: readonly string[], words: Words): Difference[] {
  if (same(before, after)) return [];
  const where = [...above, words.say(labelOf(field))];
  switch (field.kind) {
    case 'names':
      return ofNames(before, after, at, where);
    case 'group':
      return ofGroup(field, before, after, at, where, words);
    case 'list':
      return ofList(field, before, after, at, where, words);
    default:
      return leaf(at, where, wordsOf(field, before, words), wordsOf(field, after, words));
  }
}

const ofNames = (before: Json | undefined, after: Json | undefined, at: string, where: readonly string[]) =>
  LANGUAGES.flatMap(([tag, name]) =>
    leaf(join(at, tag), [...where, name], text(get(before, [tag])), text(get(after, [tag]))),
  );

function ofGroup(field: Field, before: Json | undefined, after: Json | undefined, at: string, where: readonly string[], words: Words): Difference[] {
  const { fields = [] } = field;
  return fields.flatMap((inner) =>
    ofField(inner, get(before, [inner.key]), get(after, [inner.key]), join(at, inner.key), where, words),
  );
}

/** Things with a name of their own are compared with themselves, others with what stands in their place. */
function ofList(field: Field, before: Json | undefined, after: Json | undefined, at: string, where: readonly string[], words: Words): Difference[] {
  const [old, now] = [before, after].map(
    (list) => new Map(listOf(list).map((item, n) => [segment(field, item, n), item])),
  ) as [Map<string, Json>, Map<string, Json>];
  const called = (item: Json | undefined, key: string) =>
    nameOf(item, words.language) || `${words.say(`${labelOf(field)}.one` as Key)} ${key}`;
  const found = [...new Set([...old.keys(), ...now.keys()])].flatMap((key): Difference[] => {
    const [one, other] = [old.get(key), now.get(key)];
    if (same(one, other)) return [];
    const place = join(at, key);
    const name = called(other ?? one, key);
    if (one === undefined || other === undefined) {
      const line = whole(field, other ?? one, words);
      const kind = one === undefined ? 'added' : 'removed';
      return [{ at: place, where: [...where, name], kind, before: other ? '' : line, after: other ? line : '' }];
    }
    if (!field.fields) return ofNames(one, other, place, [...where, name]);
    return ofGroup(field, one, other, place, [...where, name], words);
  });
  if (!field.by) return found;
  const order = ([one, other]: [Map<string, Json>, Map<string, Json>]) => [...one.keys()].filter((key) => other.has(key));
  const [stood, stands] = [order([old, now]), order([now, old])];
  if (stood.join() === stands.join()) return found;
  const list = (keys: string[]) => keys.map((key) => called(now.get(key), key)).join(' · ');
  return [...found, { at, where, kind: 'moved', before: list(stood), after: list(stands) }];
}

/** A whole thing in one line. */
const whole = (field: Field, item: Json | undefined, words: Words): string =>
  field.fields
    ? field.fields
        .flatMap((inner) => {
          const value = get(item, [inner.key]);
          const said = value === undefined || inner.kind === 'names' ? '' : wordsOf(inner, value, words);
          return said ? [`${words.say(labelOf(inner))}: ${said}`] : [];
        })
        .join('; ')
    : nameOf({ name: item as Json }, words.language);

/** A value as people read it. */
function wordsOf(field: Field, value: Json | undefined, words: Words): string {
  if (value === undefined || value === '') return '';
  const { say, language } = words;
  const one = (item: Json): string => {
    if (field.words) return say(`rules.${field.word ?? field.key}.${text(item)}` as Key) || text(item);
    if (!field.of) return text(item);
    const known = [words.after, words.before].flatMap((rules) => thingsOf(rules, field.of ?? ''));
    const named = known.find((thing) => treeOf(thing)['id'] === item);
    return (named && nameOf(named, language)) || text(item);
  };
  switch (field.kind) {
    case 'sound': {
      const { sentence } = treeOf(value);
      return sentence === undefined ? say('rules.sound.recorded') : wordsOfSentence(text(sentence), language);
    }
    case 'flag':
      return say(value === true ? 'rules.yes' : 'rules.no');
    case 'group':
    case 'list':
      return (Array.isArray(value) ? value : [value]).map((item) => whole(field, item, words)).filter(Boolean).join(' | ');
    case 'names':
      return nameOf({ name: value }, language);
    case 'map':
      return Object.entries(treeOf(value)).map(([key, span]) => `${one(key)}: ${text(span)}`).join(', ');
    case 'tiers':
      return listOf(value).map((tier) => listOf(tier).map(one).join(', ')).join(' → ');
    case 'chain':
      return listOf(value).map(one).join(' → ');
    default:
      return Array.isArray(value) ? value.map(one).join(', ') : one(value);
  }
}
