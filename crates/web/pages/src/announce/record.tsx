// The recorder in the dialog for announcements: record, hear it, throw it away.

import { useEffect, useRef, useState } from 'preact/hooks';

import { useSpeech } from '../live';
import { learn } from '../text';
import record from '../text/announce-record';
import { elapsed } from '../time';
import { begin, hear, LONGEST_MS, type Recording, type Take, type Why } from './recorder';

learn(record);

/** How often the level and the time are drawn. */
const DRAW_MS = 100;

type State = { at: 'rest' | 'asking' } | { at: 'running'; take: Take; since_ms: number };

export function Record({ recording, onRecorded }: {
  recording: Recording | undefined;
  onRecorded: (recording: Recording | undefined) => void;
}) {
  const { say } = useSpeech();
  const [state, setState] = useState<State>({ at: 'rest' });
  const [told, setTold] = useState<Why | 'full'>();
  const [, draw] = useState(0);
  const [hush, setHush] = useState<() => void>();
  const left = useRef(false);
  const take = state.at === 'running' ? state.take : undefined;

  const start = async () => {
    hush?.();
    onRecorded(undefined);
    setTold(undefined);
    setState({ at: 'asking' });
    const take = await begin();
    if (typeof take === 'string') {
      setTold(take);
      setState({ at: 'rest' });
    } else if (left.current) take.drop();
    else setState({ at: 'running', take, since_ms: Date.now() });
  };
  const end = async (full = false) => {
    if (!take) return;
    setState({ at: 'asking' });
    const made = await take.end();
    setState({ at: 'rest' });
    if (typeof made === 'string') setTold(made);
    else {
      if (full) setTold('full');
      onRecorded(made);
    }
  };
  useEffect(() => {
    if (!take) return;
    const drawing = setInterval(() => draw((n) => n + 1), DRAW_MS);
    const longest = setTimeout(() => void end(true), LONGEST_MS);
    return () => {
      clearInterval(drawing);
      clearTimeout(longest);
    };
  }, [take]);
  // Whoever leaves takes the microphone along.
  useEffect(() => () => take?.drop(), [take]);
  useEffect(() => () => hush?.(), [hush]);
  useEffect(() => {
    left.current = false;
    return () => void (left.current = true);
  }, []);

  return (
    <div class="recorder" data-state={state.at}>
      <p class="buttons">
        {/* One button, so that the focus stays on what comes next. */}
        <button
          type="button"
          class={take ? 'danger' : recording ? '' : 'primary'}
          aria-disabled={state.at === 'asking'}
          onClick={() => void (take ? end() : state.at === 'rest' && start())}
        >
          <span aria-hidden="true">{take ? '■ ' : '● '}</span>
          {say(take ? 'record.stop' : recording ? 'record.again' : 'record.start')}
        </button>
        {recording && (
          <>
            <button
              type="button"
              onClick={() => {
                if (hush) return hush();
                const stop = hear(recording, () => setHush(undefined));
                setHush(() => stop);
              }}
            >
              <span aria-hidden="true">{hush ? '■ ' : '▶ '}</span>
              {say(hush ? 'record.hush' : 'record.hear')}
            </button>
            <button
              type="button"
              class="quiet"
              onClick={({ currentTarget }) => {
                currentTarget.parentElement?.querySelector('button')?.focus();
                setTold(undefined);
                onRecorded(undefined);
              }}
            >
              {say('record.drop')}
            </button>
          </>
        )}
      </p>
      {state.at === 'running' && (
        <p class="level" aria-hidden="true">
          <meter min={0} max={1} value={state.take.level()} /> {elapsed(Date.now() - state.since_ms)} / 1:00
        </p>
      )}
      <p role="status">
        {state.at === 'asking' && !recording && say('record.asking')}
        {take && say('record.running')}
        {recording && say('record.ready', { time: elapsed(recording.length_ms) })} {told === 'full' && say('record.full')}
      </p>
      <div role="alert">{told && told !== 'full' && <p class="fault">{say(`record.no.${told}`)}</p>}</div>
    </div>
  );
}
