// What a page knows of its branch, and how a message from the daemon changes it.
//
// Pure: no clock, no socket. A picture is never changed in place, so a page may compare by identity.
//
// Invariant: a picture holds all entries that concern its audience up to `seq`, each once. A message
// that would leave a hole is answered with `missed`, and the link asks again.

import type { BranchView, Change, MissedView, ReportView, TicketView, ToClient } from './protocol';

export interface Picture {
  /** The log that it is of. */
  readonly log: string;
  /** The last entry that is in it. */
  readonly seq: number;
  readonly view: BranchView;
  /** The daemon's clock minus this machine's, in milliseconds. */
  readonly ahead_ms: number;
}

/** How many calls, and how many announcements, a picture keeps; the daemon's snapshots hold as many. */
export const CALLS_KEPT = 20;

/**
 * The picture after a message that came when this machine's clock said `here_ms`; the same picture if
 * the message changes nothing; `missed` if something is missing before it.
 */
export function take(
  picture: Picture | undefined,
  message: ToClient,
  here_ms: number,
): Picture | 'missed' | undefined {
  if (message.type === 'snapshot') {
    const { log, seq, view } = message;
    return { log, seq, view, ahead_ms: Date.parse(message.now) - here_ms };
  }
  if (!picture) return message.type === 'entry' || message.type === 'resumed' ? 'missed' : undefined;
  switch (message.type) {
    case 'resumed':
      return { ...picture, ahead_ms: Date.parse(message.now) - here_ms };
    case 'heartbeat':
      if (message.seq > picture.seq) return 'missed';
      return { ...picture, ahead_ms: Date.parse(message.now) - here_ms };
    case 'entry': {
      if (message.seq <= picture.seq) return picture;
      if (message.prev > picture.seq) return 'missed';
      return {
        ...picture,
        seq: message.seq,
        view: message.changes.reduce(change, picture.view),
        // An entry can't come before it happened.
        ahead_ms: Math.max(picture.ahead_ms, Date.parse(message.at) - here_ms),
      };
    }
    case 'waits': {
      const services = picture.view.services.map((service) => {
        const told = message.waits.find((wait) => wait.service === service.id);
        return told ? { ...service, wait: told.wait ?? null } : service;
      });
      return { ...picture, view: { ...picture.view, services } };
    }
    case 'opening':
      return { ...picture, view: { ...picture.view, opening: message.opening } };
    case 'health':
      return { ...picture, view: { ...picture.view, health: message.health } };
    case 'reported':
      return { ...picture, view: withReport(picture.view, message.report) };
    default: // a refusal is the link's business; anything else is from a newer daemon
      return picture;
  }
}

function change(view: BranchView, change: Change): BranchView {
  switch (change.type) {
    case 'ticket':
      return view.tickets ? { ...view, tickets: withTicket(view.tickets, change.ticket) } : view;
    case 'ticket_ended':
      return view.tickets
        ? { ...view, tickets: view.tickets.filter((ticket) => ticket.id !== change.ticket) }
        : view;
    case 'counter': {
      const counters = view.counters.map((counter) =>
        counter.id === change.counter.id ? change.counter : counter,
      );
      return { ...view, counters };
    }
    case 'queue': {
      const services = view.services.map((service) =>
        service.id === change.service
          ? { ...service, waiting: change.waiting, numbers_left: change.numbers_left ?? null }
          : service,
      );
      return { ...view, services };
    }
    case 'missed':
      return view.missed ? { ...view, missed: withMissed(view.missed, change.missed) } : view;
    case 'missed_ended':
      return view.missed
        ? { ...view, missed: view.missed.filter(({ ticket }) => ticket !== change.ticket) }
        : view;
    case 'call':
      return withoutOldReports({ ...view, calls: last(view.calls, change.call) });
    case 'announcement':
      return { ...view, announcements: last(view.announcements, change.announcement) };
    case 'urgent':
      return { ...view, urgent: change.urgent };
    case 'notices':
      return { ...view, notices: change.notices };
    case 'tally':
      return { ...view, tally: change.tally };
    case 'reset':
      return change.view;
    default:
      return view;
  }
}

/** Tickets stand in the order of their ids; a new one has the highest. */
function withTicket(tickets: TicketView[], ticket: TicketView): TicketView[] {
  const place = tickets.findIndex((known) => known.id >= ticket.id);
  if (place < 0) return [...tickets, ticket];
  const known = tickets[place]?.id === ticket.id;
  return tickets.toSpliced(place, known ? 1 : 0, ticket);
}

/** Who missed a call again is told of by the newer entry. */
function withMissed(missed: MissedView[], one: MissedView): MissedView[] {
  return [...missed.filter(({ ticket }) => ticket !== one.ticket), one];
}

/** A list with one more; what is too old falls out. */
function last<Made>(made: Made[] | null | undefined, one: Made): Made[] {
  return [...(made ?? []), one].slice(-CALLS_KEPT);
}

/** What became of a call is kept for as long as the call is. */
function withReport(view: BranchView, report: ReportView): BranchView {
  if (!view.reports || !view.calls?.some(({ seq }) => seq === report.call)) return view;
  const others = view.reports.filter(({ call }) => call !== report.call);
  return { ...view, reports: [...others, report].sort((a, b) => a.call - b.call) };
}

function withoutOldReports(view: BranchView): BranchView {
  const oldest = view.calls?.[0]?.seq ?? 0;
  return view.reports ? { ...view, reports: view.reports.filter(({ call }) => call >= oldest) } : view;
}
