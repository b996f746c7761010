// The way back from a page of the kiosk.

import { useSpeech } from '../live';
import { Icon } from './icon';

export function Back({ onBack }: { onBack: () => void }) {
  const { say } = useSpeech();
  return (
    <button type="button" class="back" onClick={onBack}>
      <Icon name="back" />
      {say('back')}
    </button>
  );
}
