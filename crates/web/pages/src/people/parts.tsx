// What the parts of this page have in common.

import { useEffect, useRef } from 'preact/hooks';

import { useSpeech } from '../live';
import { pick } from '../text';
import type { Failed } from './use';

/** Says why something came to nothing. */
export function Why({ failed }: { failed: Failed | undefined }) {
  const { language, say } = useSpeech();
  return (
    <div role="alert">
      {failed && (
        <p class="wrong">
          <span aria-hidden="true">✕ </span>
          {failed.type === 'lost'
            ? say('press.lost')
            : [pick(failed.error.message, language), failed.error.detail].filter(Boolean).join(' ')}
        </p>
      )}
    </div>
  );
}

/** The head of a step; the focus goes there, since the button that led here is gone. */
export function Step({ as: Head = 'h2', children }: { as?: 'h2' | 'h3'; children: string }) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), []);
  return (
    <Head ref={head} tabIndex={-1}>
      {children}
    </Head>
  );
}

/** A button that sends the form that it stands in. */
export function Send({ can, children, danger = false }: { can: boolean; children: string; danger?: boolean }) {
  return (
    <button class={danger ? 'danger' : 'primary'} aria-disabled={!can}>
      {children}
    </button>
  );
}
