// Choosing a service and seeing the number, for one visitor after the other.
//
// Each visitor finds the page as it was meant: in its first language, for an ordinary visitor.

import { useEffect, useRef, useState } from 'preact/hooks';

import { useLive, useNow, usePress, useSpeech } from '../live';
import type { BranchView, ClassView, Language, Outcome, ServiceView } from '../protocol';
import { useRenewal } from '../renew';
import { beside, pick, say as sayIn } from '../text';
import { clock, date, range } from '../time';
import { Action, Failure, Header, Languages, LinkDown } from '../ui/frame';
import { TicketScreen } from './ticket';

/** After how long without a touch the page belongs to the next visitor. */
const IDLE_MS = 40_000;

export type Issued = Extract<Outcome, { type: 'issued' }>;

export function Kiosk({ branch }: { branch: string }) {
  const { language, say, choose } = useSpeech();
  const { picture, link } = useLive(branch, 'kiosk');
  const first = useRef(language);
  const [chosenClass, setChosenClass] = useState<string>();
  const [issued, setIssued] = useState<Issued>();
  const presser = usePress(branch, ({ outcome }) => {
    if (outcome.type === 'issued') setIssued(outcome);
  });
  useRenewal(link, !issued && !presser.pending);
  const now = useNow(picture);

  const next = () => {
    setIssued(undefined);
    setChosenClass(undefined);
    presser.dismiss();
    choose(first.current);
  };
  useIdle(IDLE_MS, next);

  const view = picture?.view;
  const group = view?.classes.find(({ id }) => id === chosenClass) ?? view?.classes[0];
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
      {view && issued ? (
        <TicketScreen issued={issued} view={view} onDone={next} />
      ) : (
        <main>
          <div class="lead">
            <h1>{say('kiosk.choose')}</h1>
            <p class="waiting" role="status">
              {presser.pending ? say('kiosk.printing') : view ? '' : say('link.opening')}
            </p>
            <p class="second" lang={beside(language)}>
              {sayIn(beside(language), 'kiosk.choose')}
            </p>
          </div>
          {view && (
            <>
              <ul class="services" data-many={view.services.length > 6}>
                {view.services.map((service) => (
                  <li key={service.id}>
                    <Action
                      class="service"
                      can={!presser.pending}
                      onPress={() =>
                        presser.press({
                          type: 'issue_ticket',
                          service: service.id,
                          language,
                          ...(group && group !== view.classes[0] ? { class: group.id } : {}),
                        })
                      }
                    >
                      <Service service={service} language={language} />
                    </Action>
                  </li>
                ))}
              </ul>
              {view.classes.length > 1 && (
                <Classes view={view} chosen={group} onChoose={setChosenClass} />
              )}
            </>
          )}
        </main>
      )}
    </div>
  );
}

function Service({ service, language }: { service: ServiceView; language: Language }) {
  const { say } = useSpeech();
  const other = beside(language);
  return (
    <>
      <span class="letters" aria-hidden="true">
        {service.letters}
      </span>
      <span class="names">
        <strong>{pick(service.name, language)}</strong>
        {service.name[other] && (
          <span class="second" lang={other}>
            {service.name[other]}
          </span>
        )}
      </span>
      <span class="facts">
        <span>{say(service.waiting === 1 ? 'kiosk.waiting.one' : 'kiosk.waiting', { count: service.waiting })}</span>
        <span>{service.wait ? range(service.wait, language) : say('kiosk.wait.unknown')}</span>
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
