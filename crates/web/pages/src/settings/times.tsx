// Times of the day, each in a field of its own.

import { useSpeech } from '../live';
import { join } from './faults';
import { listOf, type Own } from './schema';

export function Part({ at, fixed, value, wrong, set }: Own) {
  const { say } = useSpeech();
  const times = listOf(value).map(String);
  const put = (list: readonly string[], focus: string) => {
    set(list.length ? list : undefined);
    requestAnimationFrame(() => document.getElementById(focus)?.focus());
  };
  const place = (n: number) => join(at, String(n + 1));
  return (
    <>
      <ul class="times">
        {times.map((time, n) => (
          <li key={n}>
            <input
              id={place(n)}
              type="time"
              aria-label={`${say('rules.at')} ${n + 1}`}
              aria-describedby={`${at}?fault`}
              aria-invalid={time ? undefined : wrong(at)}
              value={time}
              readOnly={fixed}
              onInput={({ currentTarget }) => set(times.with(n, currentTarget.value))}
            />
            {!fixed && (
              <button
                type="button"
                aria-label={`${say('rules.remove')}: ${time}`}
                onClick={() => put(times.toSpliced(n, 1), `${at}?add`)}
              >
                <span aria-hidden="true">✕</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      {!fixed && (
        <button type="button" id={`${at}?add`} onClick={() => put([...times, ''], place(times.length))}>
          {say('rules.at.add')}
        </button>
      )}
    </>
  );
}
