// Choosing a service and seeing the number, for one visitor after the other.
//
// Each visitor finds the page as it was meant: at its first page, in its first language, for an ordinary
// visitor, without aids. A number is one press away, or two where the office has groups of services or asks
// for more.

import { useEffect, useRef, useState } from 'preact/hooks';

import { Away, useRefusal } from '../access/away';
import type { Aids } from '../aids/aids';
import { asked, useLive, useNow, usePress, useSpeech } from '../live';
import type { BranchView, Outcome, ServiceView } from '../protocol';
import { useRenewal } from '../renew';
import { pick } from '../text';
import { clock, date } from '../time';
import { Failure, Header, Languages, LinkDown } from '../ui/frame';
import { useLater } from '../ui/later';
import { Idle } from './idle';
import { Offered } from './second';
import { Classes, Services } from './services';

/** What an appointment's code looks like. */
const CODE = /^[a-z0-9]{4,16}$/i;

export type Issued = Extract<Outcome, { type: 'issued' }>;

/** Where a visitor is. */
type Place = { at: 'page'; group?: string } | { at: 'prepare'; id: string; group?: string } | { at: 'check_in' };

const START: Place = { at: 'page' };

const page = (group: string | null | undefined): Place => (group ? { at: 'page', group } : START);

export function Kiosk({ branch }: { branch: string }) {
  const { language, choose, say } = useSpeech();
  const { picture, link, again } = useLive(branch, 'kiosk');
  const refusal = useRefusal(link);
  const [chosenClass, setChosenClass] = useState<string>();
  const [place, setPlace] = useState<Place>(START);
  const [issued, setIssued] = useState<Issued>();
  const [aids, setAids] = useState<Aids>({});
  const [keyed, setKeyed] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const [misread, setMisread] = useState(false);
  const presser = usePress(branch, ({ outcome }) => {
    if (outcome.type === 'issued') setIssued(outcome);
  });
  const now = useNow(picture);
  const view = picture?.view;
  const first = useFirstLanguage(view);
  // As the next visitor should find it.
  const untouched =
    place === START &&
    !chosenClass &&
    !keyed &&
    !leaving &&
    !misread &&
    !presser.failure &&
    !Object.values(aids).some(Boolean) &&
    (!first || language === first);
  useRenewal(link, untouched && !issued && !presser.pending);
  // They are fetched before anybody wants them: a link that is cut meanwhile must not keep a number back.
  const ticket = useLater(view !== undefined, () => import('./ticket'));
  const steps = useLater(view !== undefined, () => import('./steps'));
  const help = useLater(view !== undefined, () => import('../aids/aids'));
  const code = useLater(view !== undefined, () => import('../ui/code'));
  const urgent = useLater(view !== undefined, () => import('../urgent/urgent'));
  const notices = useLater(Boolean(view?.notices?.length), () => import('./notices'));
  const closed = useLater(view !== undefined, () => import('./closed'));
  const keys = useLater(view !== undefined, () => import('./keys'));
  const exit = useLater(leaving, () => import('../exit/leave'));

  const next = () => {
    setIssued(undefined);
    setPlace(START);
    setChosenClass(undefined);
    setAids({});
    setKeyed(false);
    setLeaving(false);
    setMisread(false);
    presser.dismiss();
    if (first) choose(first);
  };
  const back = () => setPlace(page('group' in place ? place.group : undefined));
  const group = view?.classes.find(({ id }) => id === chosenClass) ?? view?.classes[0];
  const checkIn = (code: string, speaks = language) =>
    presser.press({ type: 'check_in', code: code.toUpperCase(), language: speaks });

  if (refusal) return <Away refusal={refusal} pairable={{ device: 'kiosk', branch, again }} />;
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
  const service = place.at === 'prepare' ? view?.services.find(({ id }) => id === place.id) : undefined;
  const screen = () => {
    if (!view) return <Waiting />;
    if (issued) return ticket ? <ticket.TicketScreen issued={issued} view={view} Code={code?.Code} onDone={next} /> : <Waiting />;
    if (view.health?.trouble || view.opening.state === 'closed') return closed ? <closed.Closed view={view} /> : <Waiting />;
    if (steps && place.at === 'check_in') {
      return <steps.CheckIn can={!presser.pending} onCheckIn={(code) => checkIn(code)} onBack={() => setPlace(START)} />;
    }
    if (steps && service) {
      return (
        <steps.Prepare
          view={view}
          service={service}
          can={!presser.pending && service.numbers_left !== 0}
          onTake={(person) => take(service, person)}
          onBack={back}
        >
          {classes}
        </steps.Prepare>
      );
    }
    return (
      <Services
        view={view}
        within={place.at === 'page' ? place.group : undefined}
        busy={Boolean(presser.pending)}
        cut={link.state === 'down'}
        keyed={keyed}
        onAppointment={() => setPlace({ at: 'check_in' })}
        onService={(service) => {
          if (asksMore(service)) setPlace({ ...place, at: 'prepare', id: service.id });
          else take(service);
        }}
        onGroup={(group) => setPlace(page(group))}
      >
        {classes}
      </Services>
    );
  };
  const languages = <Languages offered={view?.languages} />;
  const idle = <Idle active={!issued && !untouched} onDone={next} />;
  return (
    <Offered.Provider value={view?.languages ?? []}>
      <div class="kiosk" onContextMenu={(event) => event.preventDefault()}>
        <Header office={view ? pick(view.name, language) : ''}>
          <p class="now">
            {view && (
              <>
                <span class="date">{date(now, view.time_zone, language)}</span>
                <time>{clock(now, view.time_zone)}</time>
              </>
            )}
          </p>
          {!aids.low && languages}
        </Header>
        <LinkDown link={link} zone={view?.time_zone} ahead_ms={picture?.ahead_ms ?? 0} />
        {urgent && view?.urgent && <urgent.Urgent urgent={view.urgent} offered={view.languages} />}
        {notices && view && !issued && place.at === 'page' && <notices.Notices view={view} />}
        {screen()}
        <footer class="foot">
          <Failure presser={presser} />
          <div role="alert">{misread && <p class="notice refused">{say('kiosk.scanned')}</p>}</div>
          {!leaving && idle}
          {aids.low && languages}
          {help && (
            <help.AidsBar
              aids={aids}
              scene={[language, issued?.ticket, place.at, service?.id ?? ('group' in place ? place.group : '')].join()}
              onChange={setAids}
            />
          )}
        </footer>
        {keys && (
          <keys.Keys
            onScan={(code) => {
              if (!view?.appointments || presser.pending) return;
              // Whoever holds a code to the scanner while another's number stands there is the next visitor.
              if (issued) next();
              setMisread(!CODE.test(code));
              if (CODE.test(code)) checkIn(code, issued ? first : language);
            }}
            onDigit={(nth) => document.querySelectorAll<HTMLElement>('.services button')[nth - 1]?.click()}
            onBack={() => {
              if (issued || place === START) next();
              else if (place.at === 'page') setPlace(page(view?.groups?.find(({ id }) => id === place.group)?.within));
              else back();
            }}
            onKeyed={() => setKeyed(true)}
            onWayOut={() => setLeaving(true)}
          />
        )}
        {exit && leaving && (
          <exit.Leave branch={branch} onBack={() => setLeaving(false)}>
            {idle}
          </exit.Leave>
        )}
      </div>
    </Offered.Provider>
  );
}

/** Whether a service is chosen in two steps. */
const asksMore = ({ documents, one_per_person }: ServiceView): boolean =>
  Boolean(documents?.length || one_per_person);

/** The language that the address names, else the office's first; the page speaks it until somebody chooses. */
function useFirstLanguage(view: BranchView | undefined) {
  const { language, choose } = useSpeech();
  const named = useRef(asked('lang') !== undefined ? language : undefined);
  const first = named.current ?? view?.languages[0];
  useEffect(() => {
    if (first) choose(first);
  }, [first]);
  return first;
}

function Waiting() {
  const { say } = useSpeech();
  return (
    <main>
      <h1>{say('link.opening')}</h1>
    </main>
  );
}
