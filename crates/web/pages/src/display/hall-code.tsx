// The hall's code, to be read by phones: whoever stands here may take a number by phone. It changes each minute.

import { useEffect, useRef, useState } from 'preact/hooks';

import { ask } from '../access/ask';
import type { HallCode as HallCodeView } from '../protocol';
import { useLater } from '../ui/later';
import { Both } from './tongues';
import './words';

/** How often an office that gives out no numbers by phone is asked whether it does now. */
const NEVER_MS = 300_000;
const AGAIN_MS = 5_000;

export function HallCode({ branch, now }: {
  branch: string;
  /** The daemon's time as this is drawn. */
  now: number;
}) {
  const code = useHallCode(branch, now - Date.now());
  // How codes are drawn is of use only where there are any.
  const drawing = useLater(code !== undefined, () => import('../ui/code'));
  if (!code || !drawing) return null;
  return (
    <figure class="hall-code">
      <drawing.Code text={`${location.origin}/phone?branch=${encodeURIComponent(branch)}#hall=${code}`} />
      <figcaption>
        <Both say="display.phone" />
      </figcaption>
    </figure>
  );
}

/** The code that holds now; none where numbers are not given out by phone, and none that may be over. */
function useHallCode(branch: string, ahead_ms: number): string | undefined {
  const [code, setCode] = useState<string>();
  // Until when a code holds is said by the daemon's clock, and a wall's own may be wrong by hours.
  const ahead = useRef(ahead_ms);
  ahead.current = ahead_ms;
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      const answer = await ask<HallCodeView>('GET', `/branches/${encodeURIComponent(branch)}/hall-code`);
      if (over) return;
      const { code, until } = answer.type === 'found' ? answer.found : { code: undefined, until: undefined };
      setCode(code);
      const left_ms = until ? Math.min(60_000, Math.max(1_000, Date.parse(until) - ahead.current - Date.now() + 500)) : AGAIN_MS;
      // An office that gives out none says so for good; one that is busy or starting does not.
      const pause_ms = answer.type !== 'refused' ? left_ms : answer.passing ? Math.max(AGAIN_MS, answer.after_ms) : NEVER_MS;
      timer = setTimeout(look, pause_ms);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [branch]);
  return code;
}
