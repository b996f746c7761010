// Choosing a service and seeing the number, for one visitor after the other.
//
// Each visitor finds the page as it was meant: at its first page, in its first language, for an ordinary
// visitor. A number is one press away, or two where the office has groups of services or asks for more.

import { useEffect, useRef, useState } from 'preact/hooks';

import { useLive, useNow, usePress, useSpeech } from '../live';
import type { BranchView, ClassView, GroupView, Language, Outcome, ServiceView, TroubleView } from '../protocol';
import { useRenewal } from '../renew';
import { beside, pick, say as sayIn } from '../text';
import { clock, date, range } from '../time';
import { Action, Failure, Header, Languages, LinkDown } from '../ui/frame';
import { asksMore, Back, CheckIn, Prepare } from './steps';
import { whyOf } from '../ui/trouble';
import { TicketScreen } from './ticket';

/** After how long without a touch the page belongs to the next visitor. */
const IDLE_MS = 40_000;

export type Issued = Extract<Outcome, { type: 'issued' }>;

/** Where a visitor is. */
type Place = { at: 'page'; group?: string } | { at: 'prepare'; id: string; group?: string } | { at: 'check_in' };

export function Kiosk({ branch }: { branch: string }) {
  const { language, choose } = useSpeech();
  const { picture, link } = useLive(branch, 'kiosk');
  const first = useRef(language);
  const [chosenClass, setChosenClass] = useState<string>();
  const [place, setPlace] = useState<Place>({ at: 'page' });
  const [issued, setIssued] = useState<Issued>();
  const presser = usePress(branch, ({ outcome }) => {
    if (outcome.type === 'issued') setIssued(outcome);
  });
  useRenewal(link, !issued && !presser.pending);
  const now = useNow(picture);

  const next = () => {
    setIssued(undefined);
    setPlace({ at: 'page' });
    setChosenClass(undefined);
    presser.dismiss();
    choose(first.current);
  };
  useIdle(IDLE_MS, next);

  const view = picture?.view;
  const group = view?.classes.find(({ id }) => id === chosenClass) ?? view?.classes[0];
  const classes = view && view.classes.length > 1 && (
    <Classes view={view} chosen={group} onChoose={setChosenClass} />
  );
  const take = (service: ServiceView, person?: string) =>
    presser.press({
      type: 'issue_ticket',
      service: service.id,
      language,
      ...(group && group !== view?.classes[0] ? { class: group.id } : {}),
      ...(person !== undefined && { person }),
    });
  const screen = () => {
    if (!view) return <Waiting />;
    if (issued) return <TicketScreen issued={issued} view={view} onDone={next} />;
    if (view.health?.trouble) return <Trouble trouble={view.health.trouble} />;
    if (view.opening.state === 'closed') return <Closed view={view} />;
    if (place.at === 'check_in') {
      return (
        <CheckIn
          can={!presser.pending}
          onCheckIn={(code) => presser.press({ type: 'check_in', code, language })}
          onBack={() => setPlace({ at: 'page' })}
        />
      );
    }
    const service = place.at === 'prepare' ? view.services.find(({ id }) => id === place.id) : undefined;
    if (service) {
      return (
        <Prepare
          service={service}
          can={!presser.pending && service.numbers_left !== 0}
          onTake={(person) => take(service, person)}
          onBack={() => setPlace({ ...place, at: 'page' })}
        >
          {classes}
        </Prepare>
      );
    }
    return (
      <Page
        view={view}
        within={place.group}
        busy={Boolean(presser.pending)}
        onAppointment={() => setPlace({ at: 'check_in' })}
        onService={(service) => {
          if (asksMore(service)) setPlace({ ...place, at: 'prepare', id: service.id });
          else take(service);
        }}
        onGroup={(group) => setPlace({ at: 'page', ...(group && { group }) })}
      >
        {classes}
      </Page>
    );
  };
  return (
    <div class="kiosk">
      <Header office={view ? pick(view.name, language) : ''}>
        <p class="now">
          {view && (
            <>
              <span class="date">{date(now, view.time_zone, language)}</span>
              <time>{clock(now, view.time_zone)}</time>
            </>
          )}
        </p>
        <Languages />
      </Header>
      <LinkDown link={link} zone={view?.time_zone} ahead_ms={picture?.ahead_ms ?? 0} />
      <Failure presser={presser} />
      {screen()}
    </div>
  );
}

function Waiting() {
  const { say } = useSpeech();
  return (
    <main>
      <h1>{say('link.opening')}</h1>
    </main>
  );
}

/** Nobody gets a number now; when it will be so again. */
function Closed({ view }: { view: BranchView }) {
  const { language, say } = useSpeech();
  const other = beside(language);
  const next = view.opening.state === 'closed' ? view.opening.next : undefined;
  const at = next ? Date.parse(next) : undefined;
  const opens = (language: Language) =>
    at !== undefined &&
    sayIn(language, 'opening.next', { date: date(at, view.time_zone, language), time: clock(at, view.time_zone) });
  return (
    <main class="closed">
      <h1>{say('opening.closed')}</h1>
      <p class="second" lang={other}>
        {sayIn(other, 'opening.closed')}
      </p>
      <p class="advice">{opens(language) || say('kiosk.closed')}</p>
      {at !== undefined && (
        <p class="second" lang={other}>
          {opens(other)}
        </p>
      )}
    </main>
  );
}

/** Nothing can be given out, and no button makes as if it could. It goes as it came. */
function Trouble({ trouble }: { trouble: TroubleView }) {
  const { language, say } = useSpeech();
  const other = beside(language);
  return (
    <main>
      <div class="closed" role="alert">
        <h1>{say('trouble.hall')}</h1>
        <p class="second" lang={other}>
          {sayIn(other, 'trouble.hall')}
        </p>
        <p class="advice">
          <strong>{say('trouble.ask')}</strong> {whyOf(trouble, language)}
        </p>
        <p class="second" lang={other}>
          {sayIn(other, 'trouble.ask')} {whyOf(trouble, other)}
        </p>
      </div>
    </main>
  );
}

/** One page of services and of groups of them. */
function Page({ view, within, busy, children, onAppointment, onService, onGroup }: {
  view: BranchView;
  within: string | undefined;
  busy: boolean;
  children: preact.ComponentChildren;
  onAppointment: () => void;
  onService: (service: ServiceView) => void;
  onGroup: (group: string | undefined) => void;
}) {
  const { language, say } = useSpeech();
  const other = beside(language);
  const here = view.groups?.find(({ id }) => id === within);
  const groups = view.groups?.filter((group) => (group.within ?? undefined) === here?.id) ?? [];
  const services = view.services.filter(({ group }) => (group ?? undefined) === here?.id);
  return (
    <main>
      {here && <Back onBack={() => onGroup(here.within ?? undefined)} />}
      <div class="lead">
        <h1>{here ? pick(here.name, language) : say('kiosk.choose')}</h1>
        <p class="waiting" role="status">
          {busy ? say('kiosk.printing') : ''}
        </p>
        <p class="second" lang={other}>
          {here ? here.name[other] : sayIn(other, 'kiosk.choose')}
        </p>
        {view.appointments && (
          <button type="button" class="appointment" onClick={onAppointment}>
            {say('kiosk.appointment')}
          </button>
        )}
      </div>
      <ul class="services" data-many={groups.length + services.length > 6}>
        {groups.map((group) => (
          <li key={group.id}>
            <Action class="service group" can={!busy} onPress={() => onGroup(group.id)}>
              <Group view={view} group={group} />
            </Action>
          </li>
        ))}
        {services.map((service) => (
          <li key={service.id}>
            <Action class="service" can={!busy && service.numbers_left !== 0} onPress={() => onService(service)}>
              <Service view={view} service={service} />
            </Action>
          </li>
        ))}
      </ul>
      {children}
    </main>
  );
}

function Group({ view, group }: { view: BranchView; group: GroupView }) {
  const { language } = useSpeech();
  const inside = [
    ...(view.groups?.filter(({ within }) => within === group.id) ?? []),
    ...view.services.filter((service) => service.group === group.id),
  ];
  return (
    <>
      <span class="letters" aria-hidden="true">
        …
      </span>
      <Names name={group.name} />
      <span class="facts">{inside.map(({ name }) => pick(name, language)).join(' · ')}</span>
    </>
  );
}

function Names({ name }: { name: ServiceView['name'] }) {
  const { language } = useSpeech();
  const other = beside(language);
  return (
    <span class="names">
      <strong>{pick(name, language)}</strong>
      {name[other] && (
        <span class="second" lang={other}>
          {name[other]}
        </span>
      )}
    </span>
  );
}

/** The services that a visit goes on to, as people read them. */
export const legsOf = (view: BranchView, service: ServiceView, language: Language): string =>
  (service.then ?? [])
    .flatMap((id) => view.services.filter((service) => service.id === id))
    .map(({ name }) => pick(name, language))
    .join(', ');

function Service({ view, service }: { view: BranchView; service: ServiceView }) {
  const { language, say } = useSpeech();
  const { numbers_left, last_ticket } = service;
  const legs = legsOf(view, service, language);
  return (
    <>
      <span class="letters" aria-hidden="true">
        {service.letters}
      </span>
      <Names name={service.name} />
      <span class="facts">
        {numbers_left === 0 ? (
          <strong>{say('left.none')}</strong>
        ) : (
          <>
            <span>
              {say(service.waiting === 1 ? 'kiosk.waiting.one' : 'kiosk.waiting', { count: service.waiting })}
            </span>
            <span>{service.wait ? range(service.wait, language) : say('kiosk.wait.unknown')}</span>
            {numbers_left != null && <span>{say('left', { count: numbers_left })}</span>}
            {last_ticket && <span>{say('kiosk.last_ticket', { time: last_ticket.slice(0, 5) })}</span>}
          </>
        )}
        {legs && <span>{say('then', { names: legs })}</span>}
      </span>
    </>
  );
}

/** For whom the number is. The ordinary visitor has nothing to choose. */
function Classes({ view, chosen, onChoose }: {
  view: BranchView;
  chosen: ClassView | undefined;
  onChoose: (id: string) => void;
}) {
  const { language, say } = useSpeech();
  return (
    <fieldset class="classes">
      <legend>{say('kiosk.for')}</legend>
      {view.classes.map((group) => (
        <label key={group.id}>
          <input
            type="radio"
            name="class"
            checked={group === chosen}
            onChange={() => onChoose(group.id)}
          />
          <span>{pick(group.name, language)}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Calls back once nobody has touched the page for a while. */
function useIdle(after_ms: number, idle: () => void): void {
  const listener = useRef(idle);
  listener.current = idle;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const touched = () => {
      clearTimeout(timer);
      timer = setTimeout(() => listener.current(), after_ms);
    };
    for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, touched);
    touched();
    return () => {
      clearTimeout(timer);
      for (const kind of ['pointerdown', 'keydown']) removeEventListener(kind, touched);
    };
  }, [after_ms]);
}
