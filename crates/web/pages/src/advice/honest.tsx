// A line that says whether the waits that were announced came true.

import { useSpeech } from '../live';
import type { HonestyView } from '../protocol';
import { learn } from '../text';
import honest from '../text/advice-honest';
import { pathOf, useAsked } from './asked';
import { lineOf } from './honesty';

learn(honest);

/** How often it is asked for. */
const AGAIN_MS = 120_000;

export function Honest({ branch }: { branch: string }) {
  const { say } = useSpeech();
  const { found } = useAsked<HonestyView>(pathOf(branch, '/honesty'), AGAIN_MS);
  const line = found && lineOf(found, say);
  return line ? <p class="honest second">{line}</p> : null;
}
