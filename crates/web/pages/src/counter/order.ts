// Who waits for a counter, in the order in which it calls them, and who has waited long enough.
//
// The daemon alone decides who is called. It lets a ticket that falls due soon pass before a counter's own; how
// soon is the office's rule, which the picture does not hold: here it passes when it is due.

import type { CounterView, TicketView } from '../protocol';

/** How long before a ticket falls due an officer is told. */
const SOON_MS = 5 * 60_000;

/** Whether it is past what was promised, or soon will be. */
export type Standing = 'late' | 'soon' | 'early';

export function standing({ due_at }: TicketView, now: number): Standing {
  const left_ms = Date.parse(due_at) - now;
  return left_ms <= 0 ? 'late' : left_ms <= SOON_MS ? 'soon' : 'early';
}

/** In which tier a counter takes a ticket: 0 for its own, then those that it helps with; none for not at all. */
export function tierOf(counter: CounterView, { service, bound }: TicketView): number | undefined {
  if (bound) return bound === counter.id ? 0 : undefined;
  const tier = [counter.services, ...(counter.helps ?? [])].findIndex((services) => services.includes(service));
  return tier < 0 ? undefined : tier;
}

/** Those who wait for a counter, whoever is called first before the others. */
export function inOrder(counter: CounterView, tickets: readonly TicketView[], now: number): TicketView[] {
  return tickets
    .flatMap((ticket) => {
      const tier = tierOf(counter, ticket);
      if (ticket.state !== 'waiting' || tier === undefined) return [];
      const kept = !counter.reserved?.length || counter.reserved.includes(ticket.class);
      const place = [
        ticket.goes_next ? 0 : 1,
        kept ? 0 : 1,
        standing(ticket, now) === 'late' ? 0 : tier,
        Date.parse(ticket.due_at),
        ticket.id,
      ];
      return [{ ticket, place }];
    })
    .sort((a, b) => {
      const at = a.place.findIndex((part, n) => part !== b.place[n]);
      return (a.place[at] ?? 0) - (b.place[at] ?? 0);
    })
    .map(({ ticket }) => ticket);
}
