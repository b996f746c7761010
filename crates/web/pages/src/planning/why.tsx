// Says why something can't be had, or came to nothing.

import type { Asked } from '../advice/asked';
import { useSpeech } from '../live';
import { pick } from '../text';

export function Why({ failed }: { failed: Asked<unknown>['failed'] }) {
  const { language, say } = useSpeech();
  return (
    <div role="alert">
      {failed && (
        <p class="wrong">
          <span aria-hidden="true">✕ </span>
          {failed.type === 'lost' ? say('press.lost') : [pick(failed.error.message, language), failed.error.detail].filter(Boolean).join(' ')}
        </p>
      )}
    </div>
  );
}
