// The end of one's session, by one's own will.

import { ask } from './ask';
import { toSignIn } from './me';

/** Signs out and leads to the sign-in; says whether the daemon was reached. */
export async function signOut(): Promise<boolean> {
  const answer = await ask('POST', '/sign-out', {});
  const out = answer.type === 'found' || (answer.type === 'refused' && answer.error.code === 'not_signed_in');
  if (out) toSignIn();
  return out;
}
