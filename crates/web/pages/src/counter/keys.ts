// The console by keyboard: single keys for actions, digits for the choices of a dialog, arrows through the lists.

import { useEffect, useRef, useState } from 'preact/hooks';

/** Something that an officer switches on or off, kept by the browser. */
export function useSwitch(key: string): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => localStorage.getItem(key) !== 'off');
  return [
    on,
    (on) => {
      localStorage.setItem(key, on ? 'on' : 'off');
      setOn(on);
    },
  ];
}

const isPress = ({ key }: KeyboardEvent) => key === 'Enter' || key === ' ';

/** The next or last button of the lists; above the first is the one that usually comes next. */
function walk(step: 1 | -1): void {
  const stops = [...document.querySelectorAll<HTMLElement>('.actions .primary, .side button')];
  const at = Math.max(0, stops.indexOf(document.activeElement as HTMLElement));
  stops[Math.min(Math.max(0, at + step), stops.length - 1)]?.focus();
}

/**
 * Tells `pressed` of single keys, except where a person writes or a dialog is open; of Enter and Space where
 * no button has the focus. `on`: whether single letters and digits act; who speaks to the computer or strikes
 * keys by accident switches them off.
 */
export function useKeys(on: boolean, pressed: (key: string) => boolean): void {
  const listener = useRef<(event: KeyboardEvent) => boolean>(() => false);
  listener.current = (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || !(target instanceof Element)) return false;
    // A key that is held down presses once.
    if (event.repeat) return isPress(event) && target.closest('button') !== null;
    const writes = target.closest('input:not([type="checkbox"]), select, textarea');
    const dialog = document.querySelector('dialog[open]');
    if (dialog) {
      if (!on || writes || !/^[1-9]$/.test(key)) return false;
      dialog.querySelectorAll<HTMLElement>('.choices > li > button')[Number(key) - 1]?.click();
      return true;
    }
    if (writes) return false;
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      walk(key === 'ArrowDown' ? 1 : -1);
      return true;
    }
    if (isPress(event)) return target === document.body && pressed('Enter');
    return on && pressed(key.toUpperCase());
  };
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (listener.current(event)) event.preventDefault();
    };
    addEventListener('keydown', down);
    return () => removeEventListener('keydown', down);
  }, []);
}
