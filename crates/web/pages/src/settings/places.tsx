// Places in the rules, as faults name them, in words; and what is wrong there.

import { useSpeech, type Say } from '../live';
import type { Language } from '../protocol';
import { LANGUAGES } from '../text';
import type { Fault } from './faults';
import { get, labelOf, listOf, nameOf, segment, type Field, type Json, type Sections, type Tree } from './schema';

/** Where something is, in words, from the outside in. */
function wordsOfPlace(sections: Sections, rules: Tree, at: string, say: Say, language: Language): string[] {
  const walk = (fields: readonly Field[], value: Json | undefined, rest: string): string[] => {
    const field = fields.find(({ key }) => rest === key || rest.startsWith(`${key}.`));
    if (!field) return [];
    const inside = get(value, [field.key]);
    const more = rest.slice(field.key.length + 1);
    const words = [say(labelOf(field))];
    if (field.kind === 'names') return [...words, ...LANGUAGES.filter(([tag]) => tag === more).map(([, name]) => name)];
    if (!more) return words;
    if (field.kind === 'group') return [...words, ...walk(field.fields ?? [], inside, more)];
    if (field.kind !== 'list') return words;
    const items = listOf(inside);
    const n = items.findIndex((item, n) => {
      const key = segment(field, item, n);
      return more === key || more.startsWith(`${key}.`);
    });
    if (n < 0) return words;
    const name = nameOf(items[n], language);
    return [...words, name || `${n + 1}`, ...walk(field.fields ?? [], items[n], more.slice(segment(field, items[n], n).length + 1))];
  };
  return walk(Object.values(sections).flat(), rules, at);
}

/** The section in which a place is. */
const sectionOf = (sections: Sections, at: string): string | undefined =>
  Object.keys(sections).find((name) => sections[name]?.some(({ key }) => at === key || at.startsWith(`${key}.`)));

export const What = ({ fault: { say: key, fill, what }, say }: { fault: Fault; say: Say }) =>
  key ? <>{say(key, fill)}</> : <span lang="en">{what}</span>;

/** All that is wrong, each with the way to its field. */
export function Summary({ faults, sections, rules }: { faults: readonly Fault[]; sections: Sections; rules: Tree }) {
  const { say, language } = useSpeech();
  return (
    <div role="alert">
      {faults.length > 0 && (
        <div class="wrong">
          <h2>{say(faults.length === 1 ? 'rules.faults.one' : 'rules.faults', { count: faults.length })}</h2>
          <Places found={faults} sections={sections} rules={rules} say={say} language={language} />
        </div>
      )}
    </div>
  );
}

/** Faults or warnings, each with its place in words. */
export const Places = ({ found, sections, rules, say, language }: {
  found: readonly Fault[];
  sections: Sections;
  rules: Tree;
  say: Say;
  language: Language;
}) => (
  <ul>
    {found.map((fault, n) => {
      const section = sectionOf(sections, fault.at);
      const words = wordsOfPlace(sections, rules, fault.at, say, language).join(' › ');
      return (
        <li key={n}>
          {section ? <a href={`#${section}/${encodeURIComponent(fault.at)}`}>{words}</a> : words}
          {words && ': '}
          <What fault={fault} say={say} />
        </li>
      );
    })}
  </ul>
);
