// What the office tells everybody.

import { useSpeech } from '../live';
import type { BranchView } from '../protocol';
import { pick } from '../text';
import { Icon } from './icon';

export function Notices({ view }: { view: BranchView }) {
  const { language, say } = useSpeech();
  if (!view.notices?.length) return null;
  return (
    <section aria-label={say('kiosk.notices')}>
      <ul class="notices">
        {view.notices.map(({ id, text }) => (
          <li key={id ?? text.ms}>
            <Icon name="notice" />
            {pick(text, language)}
          </li>
        ))}
      </ul>
    </section>
  );
}
