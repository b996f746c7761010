// What stands instead of a page that the daemon does not let in.

import { useEffect, useRef } from 'preact/hooks';

import type { LinkStatus } from '../link';
import { SIGNED_OUT } from '../press';
import type { DeviceKind, ErrorView } from '../protocol';
import { useLater } from '../ui/later';
import { toSignIn } from './me';

/** A device that may be paired, and how its page goes on then. */
export interface Pairable {
  readonly device: DeviceKind;
  readonly branch: string;
  readonly again: () => void;
}

/** Why the daemon keeps this page out, until it lets it in again. */
export function useRefusal(link: LinkStatus): ErrorView | undefined {
  // A cut in between tells nothing new.
  const last = useRef<ErrorView>(undefined);
  const refusal = link.state === 'down' ? link.refusal : undefined;
  if (link.state === 'up') last.current = undefined;
  else if (refusal && [...SIGNED_OUT, 'not_allowed'].includes(refusal.code)) last.current = refusal;
  return last.current;
}

/** The sign-in for people, a code for a device that may be paired, or why neither helps. */
export function Away({ refusal, pairable }: { refusal: ErrorView; pairable?: Pairable }) {
  const { code } = refusal;
  const pairs = pairable && code === 'not_signed_in';
  const leaves = !pairs && code !== 'not_allowed';
  useEffect(() => {
    if (leaves) toSignIn();
  }, [leaves]);
  const pairing = useLater(Boolean(pairs), () => import('../pairing/pairing'));
  const denied = useLater(code === 'not_allowed', () => import('./denied'));
  if (pairing && pairable) return <pairing.Pairing {...pairable} />;
  return denied ? <denied.Denied refusal={refusal} {...(pairable && { pairable })} /> : null;
}
