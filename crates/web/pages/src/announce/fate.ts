// What became of calls and announcements in the hall, by what screens and loudspeakers reported. Pure.

import type { AnnouncementView, BranchView, CallView, Command, ReportView } from '../protocol';

export type Fate = 'unheard' | 'finished' | 'started' | 'queued' | 'withheld' | 'failed';

/** After so long nobody waits for it any more. */
export const OLD_MS = 600_000;

/** Of several that hold, the one that staff should know first; none while no loudspeaker has said anything of it. */
export function fateOf(report: ReportView | undefined): Fate | undefined {
  if (!report) return undefined;
  const { queued = 0, withheld = 0, unheard = [], started, finished, failed } = report;
  if (unheard.length > 0) return 'unheard';
  if (finished > 0) return 'finished';
  if (started > failed) return 'started';
  if (queued > failed + withheld) return 'queued';
  if (withheld > 0) return 'withheld';
  return failed > 0 ? 'failed' : undefined;
}

/** What a loudspeaker says: its place in the log, when it was made, and where it is heard. */
type Said = Pick<CallView, 'seq' | 'at' | 'zones'>;

/** Those that a loudspeaker has and has not begun, the oldest first; with `underway`, also those that it is saying. */
export function backlog({ calls, announcements, reports }: BranchView, now: number, underway = false): Said[] {
  const waits = ({ seq, at }: Said) => {
    const fate = fateOf(reports?.find(({ call }) => call === seq));
    return (fate === 'queued' || (underway && fate === 'started')) && now - Date.parse(at) < OLD_MS;
  };
  return [...(calls ?? []), ...(announcements ?? [])].filter(waits).sort((a, b) => a.seq - b.seq);
}

/** How many are said before a call, where it is said. */
export function before(view: BranchView, call: Said, now: number): number {
  const meets = ({ zones = [] }: Said) =>
    zones.length === 0 || !call.zones?.length || zones.some((zone) => call.zones?.includes(zone));
  return backlog(view, now, true).filter((one) => one.seq < call.seq && meets(one)).length;
}

export interface Untold {
  readonly announcement: AnnouncementView;
  readonly zones: readonly string[];
  /** Makes it again where it was not heard; none for what is urgent, which is repeated by itself. */
  readonly again: Command | undefined;
}

/** Announcements that nobody has said though somebody should have, and that were neither made again nor called off. */
export function untold({ announcements, reports, urgent }: BranchView, now: number): Untold[] {
  return (announcements ?? []).flatMap((announcement, n, all) => {
    const { seq, at, sound, text, urgent: id } = announcement;
    const zones = reports?.find(({ call }) => call === seq)?.unheard ?? [];
    const done =
      now - Date.parse(at) > OLD_MS ||
      all.slice(n + 1).some((later) => JSON.stringify(later.sound) === JSON.stringify(sound)) ||
      (id != null && !urgent?.some((one) => one.id === id));
    if (zones.length === 0 || done) return [];
    const again: Command = { type: 'announce', sound, ...(text && { text }), zones: zones.filter(Boolean) };
    return [{ announcement, zones, again: id == null ? again : undefined }];
  });
}
