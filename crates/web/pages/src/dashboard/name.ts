// What things of the office are called.

import type { Say } from '../live';
import type { BranchView, CounterView, Language } from '../protocol';
import { pick } from '../text';

/** `Kaunter 4`. */
export const placeOf = ({ place, number }: Pick<CounterView, 'place' | 'number'>, say: Say): string =>
  `${say(`place.${place}`)} ${number}`;

/** A service, or its short name where it is no longer known. */
export const serviceOf = (view: BranchView, id: string, language: Language): string => {
  const service = view.services.find((service) => service.id === id);
  return service ? pick(service.name, language) : id;
};

/** Zones by their names; one without a name is the whole office, and is no zone to be named. */
export const zonesOf = ({ announcing }: BranchView, zones: readonly string[], language: Language): string =>
  zones
    .filter(Boolean)
    .map((id) => {
      const zone = announcing?.zones?.find((zone) => zone.id === id);
      return zone ? pick(zone.name, language) : id;
    })
    .join(', ');
