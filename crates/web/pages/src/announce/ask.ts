// What can be announced, asked of the daemon, and what is handed to it to be kept.

import { of } from '../api';
import type { ErrorView, RecordingKept, SentencesView } from '../protocol';

export type Sentence = SentencesView['sentences'][number];

/** The sentences that the daemon's voices have prepared; none where it has no voices. */
export async function sentences(branch: string): Promise<Sentence[]> {
  const answer = await fetch(of(branch, 'sentences'), { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return ((await answer.json()) as SentencesView).sentences;
}

/** Sends a recording to be kept; gives the name by which it is announced, or why it is not taken. */
export async function keepRecording(branch: string, wav: Blob): Promise<RecordingKept | ErrorView | 'lost'> {
  try {
    const answer = await fetch(of(branch, 'recordings'), {
      method: 'POST',
      headers: { 'content-type': 'audio/wav' },
      body: wav,
      signal: AbortSignal.timeout(30_000),
    });
    if (answer.ok) return (await answer.json()) as RecordingKept;
    return ((await answer.json()) as { error: ErrorView }).error;
  } catch {
    return 'lost';
  }
}
