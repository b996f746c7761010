// What the office has decided for the place where a wall speaks: quiet hours, languages and volumes.
//
// Pure, and the same as the loudspeaker program's: two loudspeakers of a hall must not say different things.

import type { AnnouncingView, Language } from '../protocol';
import { isIn } from './asked';

type Zones = readonly string[] | undefined;
type Announcing = AnnouncingView | null | undefined;

/** Of something's zones those in which it is heard from here; none where that is everywhere. */
const heardIn = (zones: Zones, here: readonly string[]): readonly string[] =>
  zones?.length ? zones.filter((zone) => isIn([zone], here)) : here;

/** Whether a stretch of time holds a moment of the daemon's time. */
const holds = ({ from, until }: { from: string; until: string }, now: number) => Date.parse(from) <= now && now < Date.parse(until);

/** Whether these are quiet hours in every zone in which something would be heard from here. */
export function isQuiet(announcing: Announcing, zones: Zones, here: readonly string[], now: number): boolean {
  const quiet = announcing?.quiet?.filter((hours) => holds(hours, now)) ?? [];
  const everywhere = quiet.some((hours) => !hours.zones?.length);
  const heard = heardIn(zones, here);
  return everywhere || (heard.length > 0 && heard.every((zone) => quiet.some((hours) => hours.zones?.includes(zone))));
}

const rulesOf = (announcing: Announcing, zones: Zones, here: readonly string[]) =>
  announcing?.zones?.filter(({ id }) => heardIn(zones, here).includes(id)) ?? [];

/** How loud something is, from 0 to 1: as in the loudest zone in which it is heard from here. */
export function volumeOf(announcing: Announcing, zones: Zones, here: readonly string[], now: number): number {
  const of = rulesOf(announcing, zones, here).map(
    ({ volume_db, volumes }) => volumes?.find((hours) => holds(hours, now))?.db ?? volume_db,
  );
  return of.length > 0 ? 10 ** (Math.max(...of) / 20) : 1;
}

/** The languages that the office has chosen, if it has: those of the zone where something is heard in one alone. */
export function languagesOf(announcing: Announcing, zones: Zones, here: readonly string[]): Language[] | undefined {
  const rules = rulesOf(announcing, zones, here);
  return (rules.length === 1 ? rules[0]?.languages : undefined) ?? announcing?.languages ?? undefined;
}
