// The alarms on top of the page: what is wrong, what to do, and a button that does it. Calm when there are none.

import { useEffect, useRef, useState } from 'preact/hooks';

import type { Ask, Asking } from '../dashboard/asking';
import { placeOf, zonesOf } from '../dashboard/name';
import { useSpeech, type Presser, type Say } from '../live';
import type { BranchView, Language, TicketView } from '../protocol';
import { learn, pick } from '../text';
import texts from '../text/alarms';
import dashboard from '../text/dashboard';
import staff from '../text/staff';
import { clock } from '../time';
import { Action } from '../ui/frame';
import { alarms as alarmsOf, idOf, type Alarm, type Kind } from './alarms';

learn(texts, dashboard, staff);

/** How many alarms are drawn at once, and how many below an advice; the figures below must stay in sight. */
const ROWS = 4;
const ROWS_BELOW = 2;

export function Alarms({ branch, view, waiting, presser, ask, now, ahead }: {
  branch: string;
  view: BranchView;
  /** Who waits, the longest first. */
  waiting: TicketView[];
  presser: Presser;
  ask: Ask;
  now: number;
  /** What is wrong with what is to come, if it is known. */
  ahead: Alarm | undefined;
}) {
  const { language, say } = useSpeech();
  const alarms = alarmsOf(view, waiting, now, ahead);
  const [all, setAll] = useState(false);
  const { shown, hide } = useHidden(alarms);
  const place = useRef<HTMLElement>(null);
  const focused = useRef(false);
  const ids = shown.map(idOf).join();
  // Who pressed a button that went with its alarm goes on from here.
  useEffect(() => {
    if (focused.current && document.activeElement === document.body) place.current?.focus({ preventScroll: true });
  }, [ids, all]);
  const wrong = shown.filter(({ wrong }) => wrong).length;
  useEffect(() => {
    document.title = (shown.length ? `(${wrong ? '▲ ' : ''}${shown.length}) ` : '') + say('dashboard.title');
  }, [shown.length, wrong, language]);
  const rows = all ? shown : shown.slice(0, ahead ? ROWS_BELOW : ROWS);
  return (
    <section
      class="alarms"
      aria-label={say('alarms')}
      tabIndex={-1}
      ref={place}
      onFocusCapture={() => (focused.current = true)}
      onBlurCapture={({ relatedTarget }) => (focused.current = relatedTarget === null)}
    >
      <p class={shown.length ? 'unseen' : 'calm'} role="status">
        {shown.length ? say('alarms.count', { count: shown.length, wrong }) : say('alarms.none')}
        {!shown.length && alarms.length > 0 && ` ${say('alarms.hidden', { count: alarms.length })}`}
      </p>
      {shown.length > 0 && (
        <ul>
          {rows.map((alarm) => (
            <li key={idOf(alarm)} data-kind={alarm.kind} data-wrong={alarm.wrong}>
              <p>
                <span class="level">{say(alarm.wrong ? 'alarm.wrong' : 'alarm.soon')}</span>{' '}
                <strong class={alarm.kind === 'silent' ? 'silent' : ''}>{fact(alarm, say, language, view)}</strong> <span>{advice(alarm, say)}</span>
              </p>
              <div class="buttons">
                <Do alarm={alarm} branch={branch} presser={presser} ask={ask} />
                {!alarm.wrong && (
                  <button type="button" class="quiet" onClick={() => hide(idOf(alarm))}>
                    {say('alarm.hide')}
                    <span class="unseen">: {fact(alarm, say, language, view)}</span>
                  </button>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
      {rows.length < shown.length && (
        <button type="button" class="quiet" onClick={() => setAll(true)}>
          {say('alarms.all', { count: shown.length })}
        </button>
      )}
    </section>
  );
}

/** What is put away stays away until it is over; then it may come again. */
function useHidden(alarms: Alarm[]) {
  const [hidden, setHidden] = useState<readonly string[]>([]);
  const lasting = hidden.filter((id) => alarms.some((alarm) => idOf(alarm) === id));
  useEffect(() => {
    if (lasting.length < hidden.length) setHidden(lasting);
  }, [lasting.length, hidden.length]);
  return {
    shown: alarms.filter((alarm) => !lasting.includes(idOf(alarm))),
    hide: (id: string) => setHidden([...lasting, id]),
  };
}

/** The button that does what is to be done. */
function Do({ alarm, branch, presser, ask }: { alarm: Alarm; branch: string; presser: Presser; ask: Ask }) {
  const { say } = useSpeech();
  const { remedy } = alarm;
  if (!remedy) return null;
  const label =
    remedy.what === 'extra'
      ? say('dashboard.open_extra')
      : say(`alarm.do.${remedy.what}`, {
          place: 'counter' in remedy ? placeOf(remedy.counter, say) : '',
          number: alarm.number ?? '',
        });
  if (remedy.type === 'go') {
    // A wall, a wall that says the calls itself, a kiosk.
    const page = remedy.what === 'speak' ? 'display?speak=1&' : `${remedy.what}?`;
    return (
      <a class="button" href={`/${page}branch=${encodeURIComponent(branch)}`} target="_blank">
        {label}
      </a>
    );
  }
  const pressed = () => {
    if (remedy.type === 'press') presser.press(remedy.command);
    // Only a notice is about something.
    else ask({ what: remedy.what, ...(alarm.service && { about: alarm.service }) } as Asking);
  };
  return (
    <Action class={remedy.type === 'press' ? 'primary' : ''} can={!presser.pending} onPress={pressed}>
      {label}
    </Action>
  );
}

/** What is wrong, without seconds that run: a reader would hear each. */
function fact(alarm: Alarm, say: Say, language: Language, view: BranchView): string {
  if (alarm.told) return alarm.told.fact;
  const { kind, service, counter, number = '', count = 0, at_ms, longest_ms = 0, promise_ms = 0, zones = [] } = alarm;
  if (kind === 'silent') return say('speakers.none');
  const told = say(`alarm.${kind as Exclude<Kind, 'silent'>}`, {
    service: service ? pick(service.name, language) : '',
    place: counter ? placeOf(counter, say) : '',
    time: at_ms === undefined ? '' : clock(at_ms, view.time_zone),
    longest: Math.floor(longest_ms / 60_000),
    promise: Math.round(promise_ms / 60_000),
    number,
    count,
  });
  const places = zonesOf(view, zones, language);
  return places ? `${told} ${say('alarm.zones', { zones: places })}` : told;
}

/** Whose words stand here, and say the same whatever can be done. */
type Told = Exclude<Kind, 'sold_out' | 'unmanned' | 'beyond' | 'near'>;

/** What to do. */
function advice({ kind, remedy, told }: Alarm, say: Say): string {
  if (told) return told.advice;
  if (kind === 'sold_out') return say('alarm.advice.quota');
  if (kind !== 'unmanned' && kind !== 'beyond' && kind !== 'near') return say(`alarm.advice.${kind as Told}`);
  if (remedy?.type !== 'press') return say('alarm.advice.busy');
  // Who can help is never one who has to call again.
  return say(`alarm.advice.${remedy.what as 'open' | 'resume' | 'add'}`, { place: placeOf(remedy.counter, say) });
}
