// Small things that the counter's lists and its visitor of now have in common.

import { useSpeech } from '../live';
import type { BranchView, Language, TicketView } from '../protocol';
import { pick } from '../text';
import { duration, elapsed } from '../time';
import { Action } from '../ui/frame';

/** What each ticket of a list is shown with. */
export interface Part {
  view: BranchView;
  now: number;
  can: boolean;
  onManage: (ticket: number) => void;
}

/** What can be done about one ticket, out of turn. */
export function More({ ticket, can, onManage }: Pick<Part, 'can' | 'onManage'> & { ticket: TicketView }) {
  const { say } = useSpeech();
  return (
    <Action
      class="more"
      can={can}
      aria-label={say('counter.manage', { number: ticket.number })}
      onPress={() => onManage(ticket.id)}
    >
      …
    </Action>
  );
}

/** Goes before all that are none. */
export function Emergency() {
  const { say } = useSpeech();
  return (
    <span class="tag emergency">
      <span aria-hidden="true">‼ </span>
      {say('counter.emergency')}
    </span>
  );
}

export const nameOf = (view: BranchView, id: string, language: Language): string => {
  const service = view.services.find((service) => service.id === id);
  return service ? pick(service.name, language) : id;
};

/** A live timer. */
export function Since({ at, now }: { at: string; now: number }) {
  const ms = now - Date.parse(at);
  return <time dateTime={duration(ms)}>{elapsed(ms)}</time>;
}
