// One page of services and of groups of them, with what to know before a number is taken.

import { useSpeech } from '../live';
import type { BranchView, ClassView, GroupView, Language, ServiceView } from '../protocol';
import { pick, say as sayIn } from '../text';
import { range } from '../time';
import { Action } from '../ui/frame';
import { Back } from './back';
import { Icon } from './icon';
import { Second } from './second';

/** So many buttons have a digit. */
const DIGITS = 9;

export function Services({ view, within, busy, cut = false, keyed, children, onAppointment, onService, onGroup }: {
  view: BranchView;
  within: string | undefined;
  busy: boolean;
  /** Whether the link is down: what is known may be old, and a number takes until it is back. */
  cut?: boolean;
  /** Whether to show which digit chooses what. */
  keyed: boolean;
  children: preact.ComponentChildren;
  onAppointment: () => void;
  onService: (service: ServiceView) => void;
  onGroup: (group: string | undefined) => void;
}) {
  const { language, say } = useSpeech();
  const here = view.groups?.find(({ id }) => id === within);
  const groups = view.groups?.filter((group) => (group.within ?? undefined) === here?.id) ?? [];
  const services = view.services.filter(({ group }) => (group ?? undefined) === here?.id);
  const digit = (at: number) => (at < DIGITS ? String(at + 1) : undefined);
  const button = (item: GroupView | ServiceView, at: number, can: boolean, onPress: () => void, facts: preact.ComponentChildren) => (
    <li key={item.id}>
      <Action
        class={`service${'letters' in item ? '' : ' group'}`}
        can={can && !busy}
        onPress={onPress}
        {...(digit(at) && { 'aria-keyshortcuts': digit(at) as string })}
      >
        <Sign item={item} />
        <span class="names">
          <strong>{pick(item.name, language)}</strong>
          <Second inline of={(other) => item.name[other]} />
        </span>
        <span class="facts">{facts}</span>
        {keyed && digit(at) && <kbd aria-hidden="true">{digit(at)}</kbd>}
      </Action>
    </li>
  );
  return (
    <main data-cut={cut}>
      <div class="lead">
        {here && <Back onBack={() => onGroup(here.within ?? undefined)} />}
        <div class="title">
          <h1>{here ? pick(here.name, language) : say('kiosk.choose')}</h1>
          <Second of={(other) => (here ? here.name[other] : sayIn(other, 'kiosk.choose'))} />
        </div>
        <p class="waiting" role="status">
          {busy ? say('kiosk.printing') : cut ? say('kiosk.cut') : ''}
        </p>
        {view.appointments && (
          <button type="button" class="appointment" onClick={onAppointment}>
            <Icon name="appointment" />
            {say('kiosk.appointment')}
          </button>
        )}
      </div>
      <ul class="services" data-count={groups.length + services.length} data-many={groups.length + services.length > 6}>
        {groups.map((group, at) =>
          button(group, at, true, () => onGroup(group.id), inside(view, group, language)),
        )}
        {services.map((service, at) =>
          button(
            service,
            groups.length + at,
            service.numbers_left !== 0,
            () => onService(service),
            <Facts view={view} service={service} />,
          ),
        )}
      </ul>
      {children}
    </main>
  );
}

/** What stands on a group's page. */
const inside = (view: BranchView, group: GroupView, language: Language): string =>
  [
    ...(view.groups?.filter(({ within }) => within === group.id) ?? []),
    ...view.services.filter((service) => service.group === group.id),
  ]
    .map(({ name }) => pick(name, language))
    .join(' · ');

/** Its icon, else the letters of its numbers. */
function Sign({ item }: { item: GroupView | ServiceView }) {
  const { icon } = item;
  return (
    <span class="letters" aria-hidden="true">
      {icon && icon !== 'other' ? <Icon name={icon} /> : 'letters' in item ? item.letters : '…'}
    </span>
  );
}

/** The services that a visit goes on to, as people read them. */
export const legsOf = (view: BranchView, service: ServiceView, language: Language): string =>
  (service.then ?? [])
    .flatMap((id) => view.services.filter((service) => service.id === id))
    .map(({ name }) => pick(name, language))
    .join(', ');

/** How many wait, how long it takes, how many numbers are left. */
export function Facts({ view, service }: { view: BranchView; service: ServiceView }) {
  const { language, say } = useSpeech();
  const { numbers_left, last_ticket } = service;
  const legs = legsOf(view, service, language);
  return (
    <>
      {numbers_left === 0 ? (
        <strong>{say('left.none')}</strong>
      ) : (
        <>
          <span>{say(service.waiting === 1 ? 'kiosk.waiting.one' : 'kiosk.waiting', { count: service.waiting })}</span>
          <span>{service.wait ? range(service.wait, language) : say('kiosk.wait.unknown')}</span>
          {numbers_left != null && <span>{say('left', { count: numbers_left })}</span>}
          {last_ticket && <span>{say('kiosk.last_ticket', { time: last_ticket.slice(0, 5) })}</span>}
        </>
      )}
      {legs && <span>{say('then', { names: legs })}</span>}
    </>
  );
}

/**
 * For whom the number is. The ordinary visitor has nothing to choose, and nobody has to say what they are:
 * a number may be for somebody else.
 */
export function Classes({ view, chosen, onChoose }: {
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
          <input type="radio" name="class" checked={group === chosen} onChange={() => onChoose(group.id)} />
          <span>{pick(group.name, language)}</span>
        </label>
      ))}
    </fieldset>
  );
}
