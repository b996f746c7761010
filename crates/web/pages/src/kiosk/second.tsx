// What the kiosk says a second time, smaller, in another of the office's languages.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import { useSpeech } from '../live';
import type { Language } from '../protocol';
import { beside } from '../text';

/** The languages that the office offers, in its order. */
export const Offered = createContext<readonly Language[]>([]);

/** The same in the language beside the reader's, where the office offers that one. */
export function Second({ of, inline = false }: {
  of: (language: Language) => string | null | undefined;
  inline?: boolean;
}) {
  const other = beside(useSpeech().language);
  const text = useContext(Offered).includes(other) && of(other);
  const Tag = inline ? 'span' : 'p';
  return text ? (
    <Tag class="second" lang={other}>
      {text}
    </Tag>
  ) : null;
}
