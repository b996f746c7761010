// Closes the office for the day, once it is sure.

import './texts';

import type { TaskProps } from '../dashboard/asking';
import { useSpeech } from '../live';
import { Action, Dialog } from '../ui/frame';

export function Task({ presser, onClose }: TaskProps) {
  const { say } = useSpeech();
  return (
    <Dialog label={say('dashboard.close_day')} onClose={onClose}>
      <h2>{say('dashboard.close_day')}</h2>
      <p>{say('close_day.sure')}</p>
      <p class="buttons">
        <Action
          class="primary"
          can
          onPress={() => {
            onClose();
            presser.press({ type: 'close_day' });
          }}
        >
          {say('dashboard.close_day')}
        </Action>
        <button type="button" class="quiet" onClick={onClose}>
          {say('cancel')}
        </button>
      </p>
    </Dialog>
  );
}
