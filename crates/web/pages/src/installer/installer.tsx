// For whoever hangs the screen up: what it is, how large its letters are, and from how far they are read.

import { useEffect, useState } from 'preact/hooks';

import { layoutAsked } from '../display/asked';
import { useSpeech } from '../live';
import type { BranchView } from '../protocol';
import { learn } from '../text';
import installer from '../text/installer';
import { measure, screenMm, type Letters } from './letters';

learn(installer);

/** What is measured; the first two must be read from the office's distance. */
const PARTS = [
  ['number', '.stage .number', true],
  ['place', '.stage .place', true],
  ['earlier', '.earlier tbody th', false],
  ['waiting', '.queues li > strong', false],
  ['names', '.queues .names', false],
  ['notice', '.board p', false],
] as const;
/** The height of the picture of a 43-inch screen, where nobody has said how large it is. */
const USUAL_MM = 535;
const LOOK_MS = 1_000;
/** How long it is said that the letters are too small. */
const WARN_MS = 60_000;

export function Installer({ view, open }: { view: BranchView; open: boolean }) {
  const { say } = useSpeech();
  const [rows, setRows] = useState<{ name: (typeof PARTS)[number][0]; must: boolean; letters: Letters }[]>([]);
  const [over, setOver] = useState(false);
  const told = screenMm(screen.width, screen.height);
  const mm_per_px = (told ?? USUAL_MM) / screen.height;
  useEffect(() => {
    const look = () =>
      setRows(
        PARTS.flatMap(([name, selector, must]) => {
          const letters = measure(selector, mm_per_px);
          return letters ? [{ name, must, letters }] : [];
        }),
      );
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [mm_per_px]);
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), WARN_MS);
    return () => clearTimeout(timer);
  }, []);
  const short = rows.filter(({ must, letters }) => must && letters.m < view.viewing_m);
  const least = Math.min(...short.map(({ letters }) => letters.m));
  if (!open) {
    if (over || short.length === 0 || told === undefined) return null;
    return (
      <aside class="installer warn" aria-label={say('installer.title')}>
        <span aria-hidden="true">⚠ </span>
        {say('installer.small', { reached: least.toFixed(1), wanted: view.viewing_m })}
      </aside>
    );
  }
  return (
    <aside class="installer" aria-label={say('installer.title')}>
      <h2>{say('installer.title')}</h2>
      <p>
        {screen.width} × {screen.height} px · {Math.round(mm_per_px * screen.height)} mm{' '}
        {told === undefined && say('installer.screen_unknown')}
      </p>
      <p>{say('installer.viewing', { wanted: view.viewing_m })}</p>
      <table>
        <tbody>
          {rows.map(({ name, must, letters }) => (
            <tr key={name}>
              <th scope="row">{say(`installer.letters.${name}`)}</th>
              <td class="figure">{Math.round(letters.px)} px</td>
              <td class="figure">{Math.round(letters.mm)} mm</td>
              <td class="figure">{letters.m.toFixed(1)} m</td>
              <td>{must && (letters.m < view.viewing_m ? `✕ ${say('installer.too_small')}` : `✓ ${say('installer.enough')}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        {view.id} · {layoutAsked()} · {location.search || '?'} · {location.host}
      </p>
    </aside>
  );
}
