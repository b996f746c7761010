// The form: fields as the sections describe them, each with what is wrong at it.

import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';

import { useSpeech } from '../live';
import { LANGUAGES, learn, type Key } from '../text';
import texts from '../text/settings-form';
import { Action } from '../ui/frame';
import { useLater } from '../ui/later';
import { faultsAt, join, within, type Fault } from './faults';
import { What } from './places';
import {
  get,
  inForce,
  labelOf,
  listOf,
  nameOf,
  optionsOf,
  segment,
  treeOf,
  type Field,
  type Json,
  type Option,
  type Path,
  type Tree,
} from './schema';

learn(texts);

export interface Form {
  readonly rules: Tree;
  /** The rules as they are in force. */
  readonly base: Tree;
  readonly faults: readonly Fault[];
  /** Whether they can only be read. */
  readonly fixed: boolean;
  /** The place that is to be opened and to have the focus. */
  readonly target: string | undefined;
  readonly edit: (path: Path, value: Json | undefined) => void;
}

const FormContext = createContext<Form | undefined>(undefined);

function useForm(): Form {
  const form = useContext(FormContext);
  if (!form) throw new Error('a field stands in no form');
  return form;
}

export function SectionForm({ fields, ...form }: Form & { fields: readonly Field[] }) {
  const { target } = form;
  useEffect(() => {
    if (!target) return;
    // The field itself, or what it stands in where the fault is of more than one.
    for (let at = target; at; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
      const place = document.getElementById(at);
      if (!place) continue;
      place.focus();
      // Of what is longer than the window the beginning is seen.
      return place.scrollIntoView({ block: place.offsetHeight > innerHeight / 2 ? 'start' : 'center' });
    }
  }, [target, fields]);
  return (
    <FormContext.Provider value={form}>
      <div class="sheet">
        <Fields fields={fields} path={[]} at="" />
      </div>
    </FormContext.Provider>
  );
}

interface Place {
  readonly field: Field;
  readonly path: Path;
  /** Where it is, as faults name it; also its id in the document. */
  readonly at: string;
}

const Fields = ({ fields, path, at }: { fields: readonly Field[]; path: Path; at: string }) => (
  <div class="grid">
    {fields.map((field) => (
      <Entry key={field.key} field={field} path={[...path, field.key]} at={join(at, field.key)} />
    ))}
  </div>
);

function Entry(place: Place) {
  switch (place.field.kind) {
    case 'names':
      return <Names {...place} />;
    case 'group':
      return <Group {...place} />;
    case 'list':
      return place.field.folded ? <Folded {...place} /> : <List {...place} />;
    case 'picks':
      return <Picks {...place} />;
    case 'chain':
      return (
        <Box {...place}>
          <Chain {...place} />
        </Box>
      );
    case 'tiers':
      return <Tiers {...place} />;
    case 'map':
      return <Spans {...place} />;
    case 'times':
    case 'sound':
      return <Own {...place} />;
    case 'flag':
      return <Flag {...place} />;
    default:
      return <Plain {...place} />;
  }
}

/** What is wrong at a place, and what describes it. */
function Faults({ at, inner = [] }: { at: string; inner?: readonly string[] }) {
  const { faults } = useForm();
  const { say } = useSpeech();
  const found = faultsAt(faults, at, inner);
  return (
    <div id={`${at}?fault`} class="faults">
      {found.map((fault, n) => (
        <p key={n}>
          <span aria-hidden="true">✕ </span>
          <What fault={fault} say={say} />
        </p>
      ))}
    </div>
  );
}

const Hint = ({ field, at }: { field: Field; at: string }) => {
  const { say } = useSpeech();
  const hint = say(`${labelOf(field)}.why` as Key);
  return hint ? (
    <small id={`${at}?hint`} class="hint">
      {hint}
    </small>
  ) : null;
};

const described = (at: string) => `${at}?hint ${at}?fault`;

/** Things that belong together, under one name. */
function Box({ field, at, inner = [], children }: Place & { inner?: readonly string[]; children: preact.ComponentChildren }) {
  const { say } = useSpeech();
  return (
    <fieldset id={at} tabIndex={-1} class="box" aria-describedby={described(at)}>
      <legend>{say(labelOf(field))}</legend>
      <Hint field={field} at={at} />
      {children}
      <Faults at={at} inner={inner} />
    </fieldset>
  );
}

function useValue(path: Path) {
  const form = useForm();
  return {
    ...form,
    value: get(form.rules, path),
    set: (value: Json | undefined) => form.edit(path, value === '' ? undefined : value),
    // A field that is read can still be reached, copied and read out.
    wrong: (at: string) => (form.faults.some((fault) => within(fault, at)) ? true : undefined),
  };
}

function Plain({ field, path, at }: Place) {
  const { rules, base, fixed, value, set, wrong, edit } = useValue(path);
  const { say, language } = useSpeech();
  const { kind } = field;
  const text = Array.isArray(value) ? value.join(', ') : String(value ?? '');
  const options = kind === 'choice' ? optionsOf(field, rules, say, language) : [];
  const attributes = {
    id: at,
    'aria-describedby': described(at),
    'aria-invalid': wrong(at),
    'aria-required': field.need,
  };
  return (
    <div class="field" data-kind={kind}>
      <label for={at}>{say(labelOf(field))}</label>
      <Hint field={field} at={at} />
      {kind === 'choice' ? (
        <select
          {...attributes}
          value={text || (field.else ?? '')}
          disabled={fixed}
          onChange={({ currentTarget }) => set(currentTarget.value)}
        >
          {!field.else && <option value="">{say('rules.none')}</option>}
          {text && !options.some(([option]) => option === text) && <option value={text}>{text}</option>}
          {options.map(([option, name]) => (
            <option key={option} value={option}>
              {name}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...attributes}
          type={(kind === 'time' || kind === 'date' ? kind : 'text') as 'text'}
          inputMode={kind === 'number' && !(Number(field.least) < 0) ? 'numeric' : 'text'}
          autocomplete="off"
          spellcheck={false}
          placeholder={field.else}
          value={text}
          readOnly={fixed || (kind === 'id' && inForce(path, rules, base))}
          onInput={({ currentTarget }) => {
            const read = readIn(kind, currentTarget.value);
            // What must be there is empty rather than absent, so that its group stays.
            if (read === '' && field.need) edit(path, '');
            else set(read);
          }}
        />
      )}
      {field.advise && !fixed && <Advice letters={field.advise(rules)} onChoose={set} />}
      <Faults at={at} />
    </div>
  );
}

/** What somebody typed, as the rules have it; a number that is none stays a text, to be told of. */
function readIn(kind: Field['kind'], text: string): Json {
  if (kind === 'letters') return text.toUpperCase();
  if (kind === 'number' && /^-?\d+$/.test(text)) return Number(text);
  if (kind === 'numbers' && /^\d+(\s*,\s*\d+)*$/.test(text)) return text.split(',').map(Number);
  return text;
}

function Advice({ letters, onChoose }: { letters: readonly string[]; onChoose: (letter: string) => void }) {
  const { say } = useSpeech();
  return (
    <p class="advice" role="group" aria-label={say('rules.advice')}>
      {say('rules.advice')}{' '}
      {letters.map((letter) => (
        <button key={letter} type="button" class="chip" onClick={() => onChoose(letter)}>
          {letter}
        </button>
      ))}
    </p>
  );
}

function Flag({ field, path, at }: Place) {
  const { fixed, value, edit } = useValue(path);
  const { say } = useSpeech();
  return (
    <div class="field" data-kind="flag">
      <label>
        <input
          id={at}
          type="checkbox"
          aria-describedby={described(at)}
          checked={(value ?? field.else === 'true') === true}
          disabled={fixed}
          // What holds anyway is not said.
          onChange={({ currentTarget: { checked } }) => edit(path, checked === (field.else === 'true') ? undefined : checked)}
        />
        {say(labelOf(field))}
      </label>
      <Hint field={field} at={at} />
      <Faults at={at} />
    </div>
  );
}

/** A text in the four languages, each marked as what it is. */
function Names(place: Place) {
  return (
    <Box {...place}>
      <Tongues {...place} />
    </Box>
  );
}

const Tongues = ({ field, path, at }: Place) => (
  <Inputs path={path} at={at} of={LANGUAGES} tongues need={field.need} />
);

/** Inputs side by side, one for each of some things. */
function Inputs({ path, at, of, tongues, need }: {
  path: Path;
  at: string;
  of: readonly Option[];
  /** Whether these are languages, each written in itself. */
  tongues?: boolean;
  need?: boolean | undefined;
}) {
  const { fixed, value, edit, wrong } = useValue(path);
  return (
    <div class="tongues">
      {of.map(([key, name]) => (
        <label key={key}>
          <span lang={tongues ? key : undefined}>{name}</span>
          <input
            id={join(at, key)}
            lang={tongues ? key : undefined}
            autocomplete="off"
            value={String(get(value, [key]) ?? '')}
            readOnly={fixed}
            aria-required={tongues && key === 'ms' && (need ?? value !== undefined)}
            aria-invalid={wrong(join(at, key))}
            aria-describedby={`${at}?fault`}
            onInput={({ currentTarget: { value } }) => edit([...path, key], value || undefined)}
          />
        </label>
      ))}
    </div>
  );
}

/** What another part draws. */
function Own(place: Place) {
  const value = useValue(place.path);
  const part = useLater(true, place.field.part!);
  return <Box {...place}>{part && <part.Part {...place} {...value} />}</Box>;
}

function Group({ field, path, at }: Place) {
  const { rules, fixed, value, set } = useValue(path);
  const { say } = useSpeech();
  const { first, fields = [] } = field;
  return (
    <Box field={field} path={path} at={at} inner={fields.map(({ key }) => join(at, key))}>
      {first && (
        <div class="field" data-kind="flag">
          <label>
            <input
              type="checkbox"
              checked={value !== undefined}
              disabled={fixed}
              onChange={({ currentTarget }) => set(currentTarget.checked ? first(rules) : undefined)}
            />
            {say('rules.used')}
          </label>
        </div>
      )}
      {(!first || value !== undefined) && <Fields fields={fields} path={path} at={at} />}
    </Box>
  );
}

function useOptions(field: Field, chosen: readonly string[]): Option[] {
  const { rules } = useForm();
  const { say, language } = useSpeech();
  const options = optionsOf(field, rules, say, language);
  // What is chosen and is no more must be seen, to be taken away.
  const gone = chosen.filter((one) => !options.some(([option]) => option === one));
  return [...options, ...gone.map((one) => [one, one] as const)];
}

function Picks(place: Place) {
  const { fixed, value, set } = useValue(place.path);
  const chosen = listOf(value) as readonly string[];
  const options = useOptions(place.field, chosen);
  const { need } = place.field;
  return (
    <Box {...place}>
      <div class="picks">
        {options.map(([option, name]) => (
          <label key={option}>
            <input
              type="checkbox"
              checked={chosen.includes(option)}
              disabled={fixed}
              onChange={({ currentTarget: { checked } }) => {
                const now = checked ? [...chosen, option] : chosen.filter((one) => one !== option);
                set(now.length || need ? now : undefined);
              }}
            />
            {name}
          </label>
        ))}
      </div>
    </Box>
  );
}

/** Some things in an order, which buttons change. */
function Chain({ field, path, at }: Place) {
  const { fixed, value, set: write } = useValue(path);
  const { say } = useSpeech();
  const chosen = (value === undefined && field.else ? field.else.split(' ') : listOf(value)) as readonly string[];
  const [picked, setPicked] = useState('');
  const set = (list: readonly string[]) => write(list.length || field.need ? list : undefined);
  const options = useOptions(field, chosen);
  const nameOf = (one: string) => options.find(([option]) => option === one)?.[1] ?? one;
  const none = say(`${labelOf(field)}.none` as Key);
  return (
    <>
      {chosen.length === 0 && none && <p>{none}</p>}
      <ol class="chain">
        {chosen.map((one, n) => (
          <li key={n}>
            <span>{nameOf(one)}</span>
            <Moves at={join(at, String(n + 1))} list={chosen} n={n} name={nameOf(one)} onChange={(list) => set(list as string[])} />
          </li>
        ))}
      </ol>
      {!fixed && (
        <p class="adds">
          <select aria-label={say('rules.add')} value={picked} onChange={({ currentTarget }) => setPicked(currentTarget.value)}>
            <option value="" />
            {options
              .filter(([option]) => field.key === 'then' || !chosen.includes(option))
              .map(([option, name]) => (
                <option key={option} value={option}>
                  {name}
                </option>
              ))}
          </select>
          <Action
            can={picked !== ''}
            onPress={() => {
              set([...chosen, picked]);
              setPicked('');
            }}
          >
            {say('rules.add')}
          </Action>
        </p>
      )}
    </>
  );
}

function Tiers({ field, path, at }: Place) {
  const { fixed, value, set } = useValue(path);
  const { say } = useSpeech();
  const tiers = listOf(value);
  return (
    <Box field={field} path={path} at={at}>
      {tiers.map((_, n) => (
        <fieldset key={n} class="item">
          <legend>{say('rules.tier', { n: n + 1 })}</legend>
          <Chain field={field} path={[...path, n]} at={join(at, String(n + 1))} />
        </fieldset>
      ))}
      {!fixed && (
        <button type="button" onClick={() => set([...tiers, []])}>
          {say('rules.add_tier')}
        </button>
      )}
    </Box>
  );
}

function Spans(place: Place) {
  const { field, path, at } = place;
  const options = useOptions(field, Object.keys(treeOf(useValue(path).value)));
  return (
    <Box {...place}>
      <Inputs path={path} at={at} of={options} />
    </Box>
  );
}

/** Up, down and away, for one of a list. The focus stays with what was moved. */
function Moves({ at, list, n, name, ordered = true, onChange }: {
  at: string;
  /** Whether it matters which comes first. */
  ordered?: boolean;
  list: readonly Json[];
  n: number;
  name: string;
  onChange: (list: Json[], to: number | undefined) => void;
}) {
  const { fixed } = useForm();
  const { say } = useSpeech();
  if (fixed) return null;
  const move = (to: number) => {
    const moved = list.filter((_, at) => at !== n);
    moved.splice(to, 0, list[n] as Json);
    onChange(moved, to);
    const way = to < n ? 'up' : 'down';
    const above = at.slice(0, at.lastIndexOf('.'));
    requestAnimationFrame(() => document.getElementById(`${above}.${to + 1}?${way}`)?.focus());
  };
  return (
    <span class="moves">
      {ordered && (
        <>
          <Action id={`${at}?up`} can={n > 0} aria-label={`${say('rules.up')}: ${name}`} onPress={() => move(n - 1)}>
            <span aria-hidden="true">↑</span>
          </Action>
          <Action id={`${at}?down`} can={n < list.length - 1} aria-label={`${say('rules.down')}: ${name}`} onPress={() => move(n + 1)}>
            <span aria-hidden="true">↓</span>
          </Action>
        </>
      )}
      <Action can aria-label={`${say('rules.remove')}: ${name}`} onPress={() => onChange(list.filter((_, at) => at !== n), undefined)}>
        <span aria-hidden="true">✕</span>
      </Action>
    </span>
  );
}

/** A few things, all open. */
function List(place: Place) {
  const { field, path, at } = place;
  const { rules, fixed, value, set } = useValue(path);
  const { say } = useSpeech();
  const items = listOf(value);
  const put = (list: readonly Json[]) => set(list.length || field.need ? list : undefined);
  const placeOf = (item: Json, n: number) => join(at, segment(field, item, n));
  return (
    <Box {...place} inner={items.map(placeOf)}>
      {items.map((item, n) => {
        const name = `${say(`${labelOf(field)}.one` as Key)} ${n + 1}`;
        const here = { field, path: [...path, n], at: placeOf(item, n) };
        return (
          <fieldset key={n} class="item" id={here.at} tabIndex={-1}>
            <legend>{name}</legend>
            <Moves at={join(at, String(n + 1))} list={items} n={n} name={name} ordered={!field.fields} onChange={put} />
            {field.fields ? <Fields fields={field.fields} path={here.path} at={here.at} /> : <Tongues {...here} />}
            <Faults at={here.at} inner={(field.fields ?? []).map(({ key }) => join(here.at, key))} />
          </fieldset>
        );
      })}
      {!fixed && (
        <button type="button" onClick={() => put([...items, field.fresh?.(rules, items) ?? ''])}>
          {say(`${labelOf(field)}.add` as Key)}
        </button>
      )}
    </Box>
  );
}

/** Many things, of which one is open. */
function Folded(place: Place) {
  const { field, path, at } = place;
  const { rules, fixed, faults, target, value, set } = useValue(path);
  const { say, language } = useSpeech();
  const items = listOf(value);
  const placeOf = (item: Json | undefined, n: number) => join(at, segment(field, item, n));
  const wanted = items.findIndex((item, n) => target && within({ at: target }, placeOf(item, n)));
  const [open, setOpen] = useState(wanted);
  const [sought, setSought] = useState(target);
  if (sought !== target) {
    setSought(target);
    if (wanted >= 0) setOpen(wanted);
  }
  const put = (list: readonly Json[]) => set(list.length || field.need ? list : undefined);
  const add = () => {
    put([...items, field.fresh?.(rules, items) ?? {}]);
    setOpen(items.length);
    requestAnimationFrame(() => document.getElementById(`${at}.${items.length + 1}?open`)?.focus());
  };
  return (
    <div class="folded" id={at} tabIndex={-1}>
      <h2>{say(labelOf(field))}</h2>
      <Hint field={field} at={at} />
      <Faults at={at} inner={items.map(placeOf)} />
      {items.length === 0 && <p class="empty">{say('rules.empty')}</p>}
      <ol>
        {items.map((item, n) => {
          const name = nameOf(item, language) || say('rules.unnamed');
          const here = placeOf(item, n);
          const wrong = faults.some((fault) => within(fault, here));
          const letters = get(item, ['series', 'letters']);
          return (
            <li key={n} data-open={open === n}>
              <div class="row" id={open === n ? undefined : here} tabIndex={-1}>
                <button
                  type="button"
                  class="title"
                  id={`${at}.${n + 1}?open`}
                  aria-expanded={open === n}
                  onClick={() => setOpen(open === n ? -1 : n)}
                >
                  {letters && <span class="letters">{String(letters)}</span>}
                  <span>{name}</span>
                  {wrong && (
                    <span class="bad">
                      <span aria-hidden="true">✕</span> {say('settings.mark.wrong')}
                    </span>
                  )}
                </button>
                <Moves
                  at={join(at, String(n + 1))}
                  list={items}
                  n={n}
                  name={name}
                  onChange={(list, to) => {
                    put(list);
                    setOpen(to === undefined || open < 0 ? -1 : open === n ? to : open === to ? n : open);
                  }}
                />
              </div>
              {open === n && (
                <div class="item" id={here} tabIndex={-1}>
                  <Faults at={here} inner={(field.fields ?? []).map(({ key }) => join(here, key))} />
                  <Fields fields={field.fields ?? []} path={[...path, n]} at={here} />
                </div>
              )}
            </li>
          );
        })}
      </ol>
      {!fixed && (
        <button type="button" class="add" onClick={add}>
          {say(`${labelOf(field)}.add` as Key)}
        </button>
      )}
    </div>
  );
}
