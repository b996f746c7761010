// How the staff's way out is found: the mark at the head held for three seconds, or Ctrl + Alt + K.

import { useEffect, useRef } from 'preact/hooks';

const HOLD_MS = 3_000;

export function useWayOut(found: () => void): void {
  const listener = useRef(found);
  listener.current = found;
  useEffect(() => {
    let held: ReturnType<typeof setTimeout> | undefined;
    const press = ({ target }: PointerEvent) => {
      clearTimeout(held);
      if (target instanceof Element && target.closest('.mark')) held = setTimeout(() => listener.current(), HOLD_MS);
    };
    const release = () => clearTimeout(held);
    const key = (event: KeyboardEvent) => {
      if (event.ctrlKey && event.altKey && event.code === 'KeyK') listener.current();
    };
    addEventListener('pointerdown', press);
    for (const kind of ['pointerup', 'pointercancel']) addEventListener(kind, release);
    addEventListener('keydown', key);
    return () => {
      release();
      removeEventListener('pointerdown', press);
      for (const kind of ['pointerup', 'pointercancel']) removeEventListener(kind, release);
      removeEventListener('keydown', key);
    };
  }, []);
}
