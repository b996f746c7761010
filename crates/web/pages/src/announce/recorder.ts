// Records from this machine's microphone, and makes of it what the daemon takes: one channel of 16 bit in a WAV file.
//
// What the browser packs while it records is unpacked at the end, at the rate of the voices.

/** The daemon takes a minute at most; a little less is sure to be no more. */
export const LONGEST_MS = 59_500;
const SHORTEST_MS = 500;
/** Samples a second, as the voices have. */
const RATE_HZ = 24_000;
/** What never comes above this is no voice. */
const SILENT = 0.01;
/** So far under full a room is quiet. */
const QUIET_DB = 50;
/** As high as the file goes: the daemon takes what stands at the very end as cut off. */
const PEAK = 0.9;

/** Why there is no recording. */
export type Why = 'insecure' | 'missing' | 'denied' | 'busy' | 'short' | 'silent' | 'broken';

export interface Recording {
  readonly wav: Blob;
  readonly length_ms: number;
  readonly sound: AudioBuffer;
}

export interface Take {
  /** How loud it has been for a moment, 0 to 1, as an ear takes it: 0 is a quiet room. */
  readonly level: () => number;
  /** Ends it, and gives what was recorded, or why that is of no use. */
  readonly end: () => Promise<Recording | Why>;
  /** Ends it for nothing. */
  readonly drop: () => void;
}

const FAULTS: Record<string, Why> = {
  NotFoundError: 'missing',
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotReadableError: 'busy',
};

/** Begins, once the person at the browser allows it. */
export async function begin(): Promise<Take | Why> {
  // Browsers give no microphone to a page that came over a line which anybody could have changed.
  if (!navigator.mediaDevices) return 'insecure';
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, noiseSuppression: true, autoGainControl: true },
    });
  } catch (fault) {
    return FAULTS[(fault as DOMException).name] ?? 'broken';
  }
  const meter = new AudioContext();
  // A sixth of a second, so that no peak falls between two looks.
  const analyser = new AnalyserNode(meter, { fftSize: 8192 });
  meter.createMediaStreamSource(stream).connect(analyser);
  const now = new Float32Array(analyser.fftSize);
  const recorder = new MediaRecorder(stream, { audioBitsPerSecond: 128_000 });
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const ended = new Promise((done) => (recorder.onstop = done));
  recorder.start();
  const drop = () => {
    if (recorder.state !== 'inactive') recorder.stop();
    stream.getTracks().forEach((track) => track.stop());
    if (meter.state !== 'closed') void meter.close();
  };
  return {
    level() {
      analyser.getFloatTimeDomainData(now);
      return Math.max(0, 1 + (20 * Math.log10(peakOf(now))) / QUIET_DB);
    },
    async end() {
      drop();
      await ended;
      try {
        const packed = await new Blob(parts).arrayBuffer();
        return made(await new OfflineAudioContext(1, 1, RATE_HZ).decodeAudioData(packed));
      } catch {
        return 'broken';
      }
    },
    drop,
  };
}

const peakOf = (samples: Float32Array) => samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);

function made(sound: AudioBuffer): Recording | Why {
  const length_ms = Math.min(sound.duration * 1000, LONGEST_MS);
  if (length_ms < SHORTEST_MS) return 'short';
  const samples = sound.getChannelData(0).subarray(0, (length_ms / 1000) * RATE_HZ);
  const peak = peakOf(samples);
  if (peak < SILENT) return 'silent';
  return { wav: wavOf(samples, Math.min(1, PEAK / peak)), length_ms, sound };
}

/** A WAV file: its head of 44 bytes, then the samples. */
function wavOf(samples: Float32Array, gain: number): Blob {
  const bytes = samples.length * 2;
  const file = new DataView(new ArrayBuffer(44 + bytes));
  const text = (at: number, word: string) => [...word].forEach((letter, n) => file.setUint8(at + n, letter.charCodeAt(0)));
  text(0, 'RIFF');
  file.setUint32(4, 36 + bytes, true);
  text(8, 'WAVEfmt ');
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true); // whole numbers
  file.setUint16(22, 1, true); // one channel
  file.setUint32(24, RATE_HZ, true);
  file.setUint32(28, RATE_HZ * 2, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  text(36, 'data');
  file.setUint32(40, bytes, true);
  samples.forEach((sample, n) => file.setInt16(44 + n * 2, sample * gain * 0x7fff, true));
  return new Blob([file.buffer], { type: 'audio/wav' });
}

/** Lets it be heard here; gives what stops it. */
export function hear({ sound }: Recording, onEnd: () => void): () => void {
  const speaker = new AudioContext();
  const source = new AudioBufferSourceNode(speaker, { buffer: sound });
  source.connect(speaker.destination);
  source.onended = () => {
    void speaker.close();
    onEnd();
  };
  source.start();
  return () => source.stop();
}
