// Sound and vibration. A browser lets a page be heard only after its reader has pressed something on it.

/** How often the alarm comes again, and for how long, if nobody answers. */
const EVERY_MS = 4_000;
const LONGEST_MS = 60_000;

/** Three notes upwards for the turn, one for "soon": frequencies in hertz. */
const NOTES = { turn: [659, 784, 1047], soon: [784] };
const NOTE_S = 0.28;
const VIBRATION = { turn: [500, 150, 500, 150, 500], soon: [250] };

let context: AudioContext | undefined;

/** Gets leave to be heard, from within a press. Says whether it was given. */
export async function arm(): Promise<boolean> {
  try {
    context ??= new AudioContext();
    await context.resume();
    return audible();
  } catch {
    return false;
  }
}

/** No sound from now on. */
export async function disarm(): Promise<void> {
  const old = context;
  context = undefined;
  await old?.close();
}

/** Whether a chime would be heard, as far as a page can know. */
export const audible = (): boolean => context?.state === 'running';

/** Sounds and vibrates once. */
export function chime(kind: keyof typeof NOTES): void {
  navigator.vibrate?.(VIBRATION[kind]);
  if (!context || !audible()) return;
  for (const [n, frequency] of NOTES[kind].entries()) {
    const from = context.currentTime + n * NOTE_S;
    const [note, loudness] = [context.createOscillator(), context.createGain()];
    // It carries further than a sine through the noise of a hall.
    note.type = 'triangle';
    note.frequency.value = frequency;
    loudness.gain.setValueAtTime(0.001, from);
    loudness.gain.exponentialRampToValueAtTime(0.8, from + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, from + 2 * NOTE_S);
    note.connect(loudness).connect(context.destination);
    note.start(from);
    note.stop(from + 2 * NOTE_S);
  }
}

/** Sounds again and again until it is stopped, for a minute at most. */
export function ring(): () => void {
  const begun_ms = Date.now();
  chime('turn');
  const timer = setInterval(() => {
    if (Date.now() - begun_ms > LONGEST_MS) clearInterval(timer);
    else chime('turn');
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    navigator.vibrate?.(0);
  };
}
