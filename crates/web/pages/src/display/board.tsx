// Words for the whole hall, one page at a time, each for as long as it takes to read it.
//
// Nothing runs across the screen: words that move can't be read by whoever reads slowly. A long text is cut into
// pages between its sentences or words, and pages and texts take turns.

import type { ComponentChildren } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';

import type { Texts } from '../protocol';
import { pick } from '../text';
import { pagesOf, readMs } from './pages';
import { TonguesContext, usePair } from './tongues';

/** Whoever asks for less motion is given more time before the words change. */
const slower = () => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 2 : 1);

export function Board({ texts, kind = '', children }: {
  texts: readonly Texts[];
  /** What it is, for its dress. */
  kind?: string;
  /** Its sign. */
  children: ComponentChildren;
}) {
  const pair = usePair();
  const { ready } = useContext(TonguesContext);
  const [turn, setTurn] = useState(0);
  // The languages stay as long as the page: nobody reads a line that changes.
  const [first, second] = useMemo(() => pair, [turn, pair.length]);
  const pages = texts.flatMap((text) => pagesFor(text, first!, second, ready));
  const page = pages[turn % pages.length];
  const ms = slower() * readMs(page?.lines.map(({ text }) => text).join(' ') ?? '');
  useEffect(() => {
    const timer = setTimeout(() => setTurn((turn) => turn + 1), ms);
    return () => clearTimeout(timer);
  }, [turn, ms]);
  if (!page) return null;
  return (
    <aside class={`board ${kind}`}>
      {children}
      <div>
        {page.lines.map(({ tongue, text }, n) => (
          <p key={n} lang={tongue} class={n > 0 ? 'second' : ''}>
            {text}
          </p>
        ))}
      </div>
      {page.of && <span class="of">{page.of}</span>}
    </aside>
  );
}

type Tongue = ReturnType<typeof usePair>[number];

/** A text's pages in two languages; whichever needs fewer stays on its last. */
function pagesFor(text: Texts, first: Tongue, second: Tongue | undefined, ready: readonly Tongue[]) {
  // What is not written in the language whose turn it is may be written in another.
  const other = second && (text[second] ? second : ready.find((tongue) => tongue !== first && text[tongue]));
  const tongues = other ? [first, other] : [first];
  const texts = tongues.map((tongue) => ({ tongue: text[tongue] ? tongue : 'ms', pages: pagesOf(pick(text, tongue)) }));
  const most = Math.max(...texts.map(({ pages }) => pages.length));
  return Array.from({ length: most }, (_, n) => ({
    lines: texts.map(({ tongue, pages }) => ({ tongue, text: pages[Math.min(n, pages.length - 1)] ?? '' })),
    of: most > 1 ? `${n + 1}/${most}` : '',
  }));
}
