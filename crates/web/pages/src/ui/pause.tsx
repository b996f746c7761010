// What a counter pauses for.

import { useSpeech } from '../live';
import type { PauseReason } from '../protocol';
import { Action, Dialog } from './frame';

const REASONS: readonly PauseReason[] = ['rest', 'prayer', 'back_office', 'other'];

export function Pause({ onChoose, onClose }: { onChoose: (reason: PauseReason) => void; onClose: () => void }) {
  const { say } = useSpeech();
  return (
    <Dialog label={say('pause.for')} onClose={onClose}>
      <h2>{say('pause.for')}</h2>
      <ul class="choices">
        {REASONS.map((reason) => (
          <li key={reason}>
            <Action can onPress={() => onChoose(reason)}>
              {say(`pause.${reason}`)}
            </Action>
          </li>
        ))}
      </ul>
      <button type="button" class="quiet" onClick={onClose}>
        {say('cancel')}
      </button>
    </Dialog>
  );
}
