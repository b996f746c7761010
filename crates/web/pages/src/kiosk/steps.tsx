// The second step, where one press is not enough: what to bring, who asks, or which appointment.

import { useEffect, useRef, useState } from 'preact/hooks';

import { useSpeech } from '../live';
import type { BranchView, Language, ServiceView } from '../protocol';
import { pick } from '../text';
import { Action } from '../ui/frame';
import { Back } from './back';
import { DIGITS, Pad, SIGNS } from './pad';
import { Second } from './second';
import { Facts } from './services';

/** How long a phone or card number is, and an appointment's code. */
const PERSON = { least: 6, most: 20 };
const CODE = { least: 4, most: 16 };

export function Prepare({ view, service, can, children, onTake, onBack }: {
  view: BranchView;
  service: ServiceView;
  can: boolean;
  /** Whom the number is for. */
  children: preact.ComponentChildren;
  onTake: (person: string | undefined) => void;
  onBack: () => void;
}) {
  const { language, say } = useSpeech();
  const [person, setPerson] = useState('');
  const known = !service.one_per_person || person.length >= PERSON.least;
  const take = () => onTake(service.one_per_person ? person : undefined);
  return (
    <Step title={pick(service.name, language)} second={(other) => service.name[other]} onBack={onBack}>
      <p class="facts">
        <Facts view={view} service={service} />
      </p>
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
          onEnter={() => can && known && take()}
        />
      )}
      {children}
      <Action class="primary" can={can && known} onPress={take}>
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
  const known = can && code.length >= CODE.least;
  return (
    <Step title={say('kiosk.appointment')} onBack={onBack}>
      <Pad
        label={say('kiosk.code')}
        why={say('kiosk.scan')}
        keys={SIGNS}
        most={CODE.most}
        value={code}
        onChange={setCode}
        onEnter={() => known && onCheckIn(code)}
      />
      <Action class="primary" can={known} onPress={() => onCheckIn(code)}>
        {say('kiosk.check_in')}
      </Action>
    </Step>
  );
}

/** A step with its way back. The focus goes to its heading, so that readers begin there. */
function Step({ title, second, children, onBack }: {
  title: string;
  second?: (other: Language) => string | null | undefined;
  children: preact.ComponentChildren;
  onBack: () => void;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <main class="step">
      <div class="lead">
        <Back onBack={onBack} />
        <div class="title">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {second && <Second of={second} />}
        </div>
      </div>
      {children}
    </main>
  );
}
