// Why nothing moves. What was called before stays in sight.

import type { TroubleView } from '../protocol';
import { say as sayIn } from '../text';
import { whyOf } from '../ui/trouble';
import { usePair } from './tongues';

export function Trouble({ trouble }: { trouble: TroubleView }) {
  const pair = usePair();
  return (
    <p class="notice trouble">
      <span aria-hidden="true">⚠ </span>
      {pair.map((tongue) => (
        <span key={tongue} lang={tongue}>
          {sayIn(tongue, 'trouble.hall')}. {sayIn(tongue, 'trouble.ask')} {whyOf(trouble, tongue)}{' '}
        </span>
      ))}
    </p>
  );
}
