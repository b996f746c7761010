// What the supervisor is being asked, in a dialog that comes when it is wanted.

import type { Presser } from '../live';
import type { BranchView, ServiceView } from '../protocol';

export type Asking =
  | { readonly what: 'extra' | 'close' | 'fair' | 'announce' }
  /** Notices; of a service, when they are about one. */
  | { readonly what: 'notices'; readonly about?: ServiceView }
  | { readonly what: 'services' | 'pause'; readonly counter: string };

export type Ask = (asking: Asking) => void;

/** What each dialog is given. */
export interface TaskProps {
  readonly branch: string;
  readonly view: BranchView;
  readonly presser: Presser;
  readonly now: number;
  readonly asking: Asking;
  readonly onClose: () => void;
}
