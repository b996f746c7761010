// What is wrong with rules: what this page sees as somebody types, and what the daemon finds; and at which
// field it is to be shown.

import type { Key } from '../text';
import { get, isTree, listOf, segment, treeOf, type Field, type Json, type Sections, type Tree } from './schema';

export interface Fault {
  /** Where, as the daemon says it: `service.pasport.series`. */
  readonly at: string;
  /** What, as this page says it, or in the daemon's English. */
  readonly say?: Key;
  readonly fill?: Record<string, string | number>;
  readonly what?: string;
}

/** As people write lengths of time; whatever else the daemon understands it says itself. */
const SPAN = /^(\d+(\.\d+)?\s*(h|m|s|ms)\s*)+$|^PT/;
const ID = /^[a-z0-9-]{1,32}$/;

export const join = (at: string, key: string) => (at ? `${at}.${key}` : key);

/** What can't be meant, in all fields. */
export const typed = (sections: Sections, rules: Tree): Fault[] =>
  Object.values(sections).flatMap((fields) => ofFields(fields, rules, ''));

const ofFields = (fields: readonly Field[], value: Json | undefined, at: string): Fault[] =>
  fields.flatMap((field) => ofField(field, get(value, [field.key]), join(at, field.key)));

function ofField(field: Field, value: Json | undefined, at: string): Fault[] {
  const { kind, need, least = 0, most = 0, fields } = field;
  if (kind === 'names') return ofNames(field, value, at);
  if (value === undefined || value === '') return need && field.else === undefined ? [{ at, say: 'fault.need' }] : [];
  const wrong = (sound: boolean, say: Key, fill?: Record<string, number>): Fault[] =>
    sound ? [] : [{ at, say, ...(fill && { fill }) }];
  switch (kind) {
    case 'id':
      return wrong(ID.test(String(value)), 'fault.id');
    case 'letters':
      return wrong(/^[A-Z]{1,2}$/.test(String(value)), 'fault.letters');
    case 'span':
      return wrong(SPAN.test(String(value)), 'fault.span');
    case 'number':
      return wrong(Number.isInteger(value) && Number(value) >= least && Number(value) <= most, 'fault.number', { least, most });
    case 'numbers':
      return wrong(Array.isArray(value), 'fault.numbers');
    case 'chain':
    case 'picks':
      return wrong(!need || listOf(value).length > 0, 'fault.pick');
    case 'times':
      return wrong(listOf(value).every((time) => /^\d\d:\d\d/.test(String(time))), 'fault.need');
    case 'sound':
      return wrong(Object.values(treeOf(value)).some(Boolean), 'fault.need');
    case 'map':
      return isTree(value) ? Object.entries(value).flatMap(([key, span]) => ofField({ key, kind: 'span' }, span, join(at, key))) : [];
    case 'group':
      return fields ? ofFields(fields, value, at) : [];
    case 'list':
      return listOf(value).flatMap((item, n) => {
        const place = join(at, segment(field, item, n));
        return fields ? ofFields(fields, item, place) : ofNames({ ...field, need: true }, item, place);
      });
    default:
      return [];
  }
}

/** Malay stands in for a language that is not there, so it has to be. */
function ofNames({ need }: Field, value: Json | undefined, at: string): Fault[] {
  const malay = String(get(value, ['ms']) ?? '').trim();
  return (need || value !== undefined) && !malay ? [{ at: join(at, 'ms'), say: 'fault.need' }] : [];
}

/** Whether a fault's place is this or within it. */
export const within = (fault: Fault, at: string) => fault.at === at || fault.at.startsWith(`${at}.`);

/** What is to be shown here: what is here or within, and at none of the places inside. */
export const faultsAt = (faults: readonly Fault[], at: string, inner: readonly string[] = []): Fault[] =>
  faults.filter((fault) => within(fault, at) && !inner.some((place) => within(fault, place)));

/** Whether rules from a file have the form that the fields need; what they say is checked elsewhere. */
export const fits = (sections: Sections, rules: unknown): rules is Tree =>
  isTree(rules) && Object.values(sections).every((fields) => fields.every((field) => fit(field, rules[field.key])));

function fit({ kind, fields }: Field, value: Json | undefined): boolean {
  if (value === undefined) return true;
  const each = (item: Json) => !fields || (isTree(item) && fields.every((field) => fit(field, item[field.key])));
  switch (kind) {
    case 'names':
      return isTree(value) && Object.values(value).every((text) => typeof text === 'string');
    case 'group':
      return each(value);
    case 'map':
      return isTree(value);
    case 'list':
      return Array.isArray(value) && value.every((item: Json) => isTree(item) && each(item));
    case 'picks':
    case 'chain':
    case 'times':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'sound':
      return isTree(value) && Object.values(value).every((name) => typeof name === 'string');
    case 'tiers':
      return Array.isArray(value) && value.every(Array.isArray);
    case 'numbers':
      return Array.isArray(value) || typeof value === 'string';
    default:
      return typeof value !== 'object';
  }
}
