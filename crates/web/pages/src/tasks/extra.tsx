// Opens the office longer: until when, and why. The reason is kept.

import './texts';

import { useState } from 'preact/hooks';

import type { TaskProps } from '../dashboard/asking';
import { useSpeech } from '../live';
import { todayAt } from '../time';
import { Action, Dialog } from '../ui/frame';

export function Task({ view, presser, now, onClose }: TaskProps) {
  const { say } = useSpeech();
  const [time, setTime] = useState('');
  const [reason, setReason] = useState('');
  return (
    <Dialog label={say('dashboard.open_extra')} onClose={onClose}>
      <h2>{say('dashboard.open_extra')}</h2>
      <div class="fields">
        <label>
          {say('extra.until')}
          <input type="time" value={time} onInput={({ currentTarget }) => setTime(currentTarget.value)} />
        </label>
        <label>
          {say('reason')}
          <input value={reason} maxLength={200} onInput={({ currentTarget }) => setReason(currentTarget.value)} />
        </label>
      </div>
      <p class="buttons">
        <Action
          class="primary"
          can={time !== '' && reason.trim() !== ''}
          onPress={() => {
            onClose();
            const until = new Date(todayAt(time, now, view.time_zone)).toISOString();
            presser.press({ type: 'open_extra', until, reason: reason.trim() });
          }}
        >
          {say('dashboard.open_extra')}
        </Action>
        <button type="button" class="quiet" onClick={onClose}>
          {say('cancel')}
        </button>
      </p>
    </Dialog>
  );
}
