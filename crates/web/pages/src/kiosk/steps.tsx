// The second step, where one press is not enough: what to bring, who asks, or which appointment.

import { useEffect, useRef, useState } from 'preact/hooks';

import { useSpeech } from '../live';
import type { ServiceView } from '../protocol';
import { beside, pick } from '../text';
import { Action } from '../ui/frame';
import { DIGITS, Pad, SIGNS } from './pad';

/** How long a phone or card number is, and an appointment's code. */
const PERSON = { least: 6, most: 20 };
const CODE = { least: 4, most: 16 };

/** Whether a service is chosen in two steps. */
export const asksMore = ({ documents, one_per_person }: ServiceView): boolean =>
  Boolean(documents?.length || one_per_person);

export function Prepare({ service, can, children, onTake, onBack }: {
  service: ServiceView;
  can: boolean;
  /** Whom the number is for. */
  children: preact.ComponentChildren;
  onTake: (person: string | undefined) => void;
  onBack: () => void;
}) {
  const { language, say } = useSpeech();
  const other = beside(language);
  const [person, setPerson] = useState('');
  const known = !service.one_per_person || person.length >= PERSON.least;
  return (
    <Step title={pick(service.name, language)} second={service.name[other] ?? undefined} onBack={onBack}>
      {service.documents && service.documents.length > 0 && (
        <section class="documents">
          <h2>{say('kiosk.documents')}</h2>
          <ul>
            {service.documents.map((document) => (
              <li key={document.ms}>{pick(document, language)}</li>
            ))}
          </ul>
        </section>
      )}
      {service.one_per_person && (
        <Pad
          label={say('kiosk.person')}
          why={say('kiosk.person.why')}
          keys={DIGITS}
          most={PERSON.most}
          value={person}
          onChange={setPerson}
        />
      )}
      {children}
      <Action class="primary" can={can && known} onPress={() => onTake(service.one_per_person ? person : undefined)}>
        {say('kiosk.take')}
      </Action>
    </Step>
  );
}

export function CheckIn({ can, onCheckIn, onBack }: {
  can: boolean;
  onCheckIn: (code: string) => void;
  onBack: () => void;
}) {
  const { say } = useSpeech();
  const [code, setCode] = useState('');
  return (
    <Step title={say('kiosk.appointment')} onBack={onBack}>
      <Pad label={say('kiosk.code')} keys={SIGNS} most={CODE.most} value={code} onChange={setCode} />
      <Action class="primary" can={can && code.length >= CODE.least} onPress={() => onCheckIn(code)}>
        {say('kiosk.check_in')}
      </Action>
    </Step>
  );
}

/** A step with its way back. The focus goes to its heading, so that readers begin there. */
function Step({ title, second, children, onBack }: {
  title: string;
  second?: string | undefined;
  children: preact.ComponentChildren;
  onBack: () => void;
}) {
  const { language } = useSpeech();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <main class="step">
      <Back onBack={onBack} />
      <div class="lead">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {second && (
          <p class="second" lang={beside(language)}>
            {second}
          </p>
        )}
      </div>
      {children}
    </main>
  );
}

export function Back({ onBack }: { onBack: () => void }) {
  const { say } = useSpeech();
  return (
    <button type="button" class="back" onClick={onBack}>
      <span aria-hidden="true">← </span>
      {say('back')}
    </button>
  );
}
