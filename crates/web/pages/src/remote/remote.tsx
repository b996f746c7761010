// A number by phone, for whoever can read the hall's code: which service, whose phone, and the number is there.
//
// The code changes each minute and people take longer: when it is another by now, it is asked for and all else
// that was chosen stays.

import { useEffect, useRef, useState } from 'preact/hooks';

import { ask } from '../access/ask';
import { useSpeech } from '../live';
import { insist } from '../phone/insist';
import { of } from '../phone/watch';
import type { CommandAnswer, ErrorView, PhoneServices, ServiceView } from '../protocol';
import { learn, pick } from '../text';
import hallTexts from '../text/hall';
import remote from '../text/remote';
import { clock, date, range } from '../time';
import { Action, Header, Languages } from '../ui/frame';
import { uuid7 } from '../uuid';

learn(remote, hallTexts);

/** The id of a press whose answer is not here: sent again with it, no second number is given out. */
const PRESS = 'giliran.phone.take';
const RETRY_MS = 3_000;

const WRONG = 'wrong_hall_code';

/** As a header may carry it: letters, as they are on the screen in the hall. */
const letters = (code: string) => code.replace(/[^a-z]/gi, '').slice(0, 12);

export function Remote({ branch, code: first, onTaken }: {
  branch: string;
  /** The hall's code, if the page was opened with it. */
  code: string;
  onTaken: (secret: string) => void;
}) {
  const { language, say } = useSpeech();
  const [code, setCode] = useState(letters(first));
  const [hall, setHall] = useState<PhoneServices>();
  const [service, setService] = useState<ServiceView>();
  const [number, setNumber] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorView | 'lost'>();
  /** Whether the code is to be read off the screen. */
  const [asksCode, setAsksCode] = useState(false);

  const look = async (code: string): Promise<void> => {
    setBusy(true);
    const answer = await ask<PhoneServices>('GET', of(branch, 'services'), undefined, { 'giliran-hall-code': code });
    setBusy(false);
    const wrong = answer.type === 'refused' && answer.error.code === WRONG;
    setAsksCode(wrong);
    if (answer.type === 'found') setHall(answer.found);
    // Who has brought none yet is asked for it, and has done nothing wrong.
    setError(answer.type === 'lost' ? 'lost' : answer.type === 'refused' && (code || !wrong) ? answer.error : undefined);
  };
  // Without a code it finds out whether there are numbers by phone here.
  useEffect(() => void look(code), []);
  // Nobody need press anything again because a link was bad for a moment.
  useEffect(() => {
    if (error !== 'lost' || hall || busy) return;
    const timer = setTimeout(() => void look(code), RETRY_MS);
    return () => clearTimeout(timer);
  }, [error, hall, busy]);

  const take = async ({ id: wanted }: ServiceView) => {
    setBusy(true);
    setError(undefined);
    const id = sessionStorage.getItem(PRESS) ?? uuid7();
    sessionStorage.setItem(PRESS, id);
    const wish = { id, code, service: wanted, language, phone: number };
    const answer = await insist<CommandAnswer>(of(branch, 'tickets'), wish);
    setBusy(false);
    if (answer.type === 'lost') return setError('lost');
    if (answer.type === 'refused') {
      setAsksCode(answer.error.code === WRONG);
      // Whatever else is wrong, nothing was given out by this press or any like it before.
      if (answer.error.code !== WRONG && !answer.passing) sessionStorage.removeItem(PRESS);
      return setError(answer.error);
    }
    sessionStorage.removeItem(PRESS);
    const { outcome } = answer.found;
    if (outcome.type === 'issued' && outcome.phone) onTaken(outcome.phone);
  };

  const trouble = (
    <div role="alert">
      {error && <p class="wrong">{error === 'lost' ? say('remote.lost') : pick(error.message, language)}</p>}
    </div>
  );
  const codeField = <Code value={code} onChange={(typed) => setCode(letters(typed).toUpperCase())} />;
  const body = () => {
    if (!hall) {
      return (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!busy && code) void look(code);
          }}
        >
          <Heading>{say(asksCode || error ? 'remote.title' : 'link.opening')}</Heading>
          {trouble}
          {asksCode && (
            <>
              {codeField}
              <button class="primary" aria-disabled={busy || !code}>
                {say('remote.on')}
              </button>
            </>
          )}
        </form>
      );
    }
    if (hall.opening.state === 'closed') return <Closed hall={hall} />;
    if (!service) return <Services hall={hall} onChoose={setService} />;
    return (
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void take(service);
        }}
      >
        <button type="button" class="back" onClick={() => setService(undefined)}>
          <span aria-hidden="true">← </span>
          {say('back')}
        </button>
        <Heading key={service.id}>{pick(service.name, language)}</Heading>
        {service.documents && service.documents.length > 0 && (
          <section class="documents">
            <h2>{say('remote.documents')}</h2>
            <ul>
              {service.documents.map((document) => (
                <li key={document.ms}>{pick(document, language)}</li>
              ))}
            </ul>
          </section>
        )}
        <div class="field">
          <label for="number">{say('remote.phone')}</label>
          <input
            id="number"
            type="tel"
            autocomplete="tel"
            required
            value={number}
            aria-describedby="why"
            onInput={({ currentTarget }) => setNumber(currentTarget.value)}
          />
          <p id="why">{say('remote.phone.why')}</p>
        </div>
        {trouble}
        {asksCode && codeField}
        <button class="primary" aria-disabled={busy}>
          {say('remote.take')}
        </button>
      </form>
    );
  };
  return (
    <div class="phone">
      <Header office={hall ? pick(hall.office, language) : say('index.title')}>
        <Languages />
      </Header>
      <main class="take">{body()}</main>
    </div>
  );
}

/** Readers begin where the step begins. */
function Heading({ children }: { children: preact.ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

function Code({ value, onChange }: { value: string; onChange: (code: string) => void }) {
  const { say } = useSpeech();
  return (
    <div class="field">
      <label for="code">{say('remote.code')}</label>
      <input
        id="code"
        class="code"
        required
        value={value}
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        aria-describedby="code-what"
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      <p id="code-what">{say('remote.code.what')}</p>
    </div>
  );
}

function Services({ hall, onChoose }: { hall: PhoneServices; onChoose: (service: ServiceView) => void }) {
  const { language, say } = useSpeech();
  return (
    <>
      <Heading>{say('remote.choose')}</Heading>
      <ul class="services">
        {hall.services.map((service) => {
          const { numbers_left: left } = service;
          return (
            <li key={service.id}>
              <Action can={left !== 0} onPress={() => onChoose(service)}>
                <strong>{pick(service.name, language)}</strong>
                <span>
                  {say('remote.waiting', { count: service.waiting })}
                  {service.wait && ` · ${range(service.wait, language)}`}
                  {left != null && ` · ${say(left ? 'left' : 'left.none', { count: left })}`}
                </span>
              </Action>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Closed({ hall }: { hall: PhoneServices }) {
  const { language, say } = useSpeech();
  const next = hall.opening.state === 'closed' ? hall.opening.next : undefined;
  const at = next ? Date.parse(next) : undefined;
  return (
    <>
      <Heading>{say('opening.closed')}</Heading>
      {at !== undefined && (
        <p>{say('opening.next', { date: date(at, hall.time_zone, language), time: clock(at, hall.time_zone) })}</p>
      )}
    </>
  );
}
