// What this page offers to whom. What is allowed is the daemon's to say; this only spares people buttons
// that would be refused.

import type { Grant, Me, PersonView, Role } from '../protocol';

export const ROLES: readonly Role[] = ['officer', 'supervisor', 'administrator', 'auditor'];

const rolesIn = (me: Me | undefined, roles: readonly Role[], branch: string | undefined): boolean =>
  me?.kind === 'person' &&
  me.grants.some((grant) => roles.includes(grant.role) && (!grant.branch || grant.branch === branch));

/** Whether somebody may give or take a role: an administrator any, a supervisor an officer's. */
export const mayGrant = (me: Me | undefined, { role, branch }: Grant): boolean =>
  rolesIn(me, role === 'officer' ? ['administrator', 'supervisor'] : ['administrator'], branch ?? undefined);

/** Whether somebody may change a person: who could have made the person. */
export const mayChange = (me: Me | undefined, { grants }: Pick<PersonView, 'grants'>): boolean =>
  grants.every((grant) => mayGrant(me, grant));

export const maySeeDevices = (me: Me | undefined, branch: string): boolean =>
  rolesIn(me, ['administrator', 'supervisor', 'auditor'], branch);

export const mayPair = (me: Me | undefined, branch: string): boolean =>
  rolesIn(me, ['administrator', 'supervisor'], branch);

/** Whether somebody has a part in the whole system by one of the roles, in any branch. */
export const isAny = (me: Me | undefined, ...roles: Role[]): boolean =>
  me?.kind === 'person' && me.grants.some(({ role }) => roles.includes(role));
