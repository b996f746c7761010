// Lets a counter pause, for a reason.

import './texts';

import type { TaskProps } from '../dashboard/asking';
import { Pause } from '../ui/pause';

export function Task({ presser, asking, onClose }: TaskProps) {
  return (
    <Pause
      onClose={onClose}
      onChoose={(reason) => {
        onClose();
        if (asking.what === 'pause') presser.press({ type: 'pause_counter', counter: asking.counter, reason });
      }}
    />
  );
}
