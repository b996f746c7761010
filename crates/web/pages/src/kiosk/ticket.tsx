// The number that was given out, until the visitor has read it or has it in the phone.

import type { ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { useSpeech } from '../live';
import type { BranchView } from '../protocol';
import { pick, say as sayIn } from '../text';
import { range } from '../time';
import { useCountdown } from './idle';
import type { Issued } from './kiosk';
import { Second } from './second';
import { legsOf } from './services';

/** How long the number stands there. Finding the phone and its camera takes a while. */
const SHOWN_S = 30;

export function TicketScreen({ issued, view, Code, onDone }: {
  issued: Issued;
  view: BranchView;
  /** What draws a QR code, once it is here. */
  Code: ComponentType<{ text: string }> | undefined;
  onDone: () => void;
}) {
  const { language, say } = useSpeech();
  const heading = useRef<HTMLHeadingElement>(null);
  const left = useCountdown(SHOWN_S, true, onDone);
  const service = view.services.find(({ id }) => id === issued.service);
  const legs = service ? legsOf(view, service, language) : '';
  useEffect(() => heading.current?.focus(), []);
  return (
    <main class="ticket">
      <section class="slip" data-code={Boolean(issued.phone)}>
        <h1 ref={heading} tabIndex={-1}>
          <span class="label">
            {say('kiosk.number')} <Second inline of={(other) => sayIn(other, 'kiosk.number')} />
          </span>{' '}
          <strong class="number">{issued.number}</strong>
        </h1>
        <div class="about">
          <p class="what">{service ? pick(service.name, language) : ''}</p>
          {legs && <p>{say('then', { names: legs })}</p>}
          <dl>
            <div>
              <dt>{say('kiosk.ahead')}</dt>
              <dd>{issued.ahead}</dd>
            </div>
            {issued.wait && (
              <div>
                <dt>{say('kiosk.wait')}</dt>
                <dd>{range(issued.wait, language)}</dd>
              </div>
            )}
          </dl>
          {!issued.wait && <p class="unknown">{say('kiosk.wait.unknown')}</p>}
        </div>
        {issued.phone && (
          <figure class="code">
            {Code && <Code text={phoneAddress(view.id, language, issued.phone)} />}
            <figcaption>{say('kiosk.qr')}</figcaption>
          </figure>
        )}
      </section>
      <p class="advice">{say('kiosk.remember')}</p>
      <div class="ends">
        {/* Any touch gives more time; the button says so. */}
        <button type="button">{say('kiosk.more')}</button>
        <button type="button" class="primary" onClick={onDone}>
          {say('kiosk.done')} <span class="left">({left})</span>
        </button>
      </div>
    </main>
  );
}

/** Where the ticket can be followed. The secret stands behind `#` and is never sent with the address. */
const phoneAddress = (branch: string, language: string, secret: string): string =>
  `${location.origin}/phone?${new URLSearchParams({ branch, lang: language })}#${secret}`;
