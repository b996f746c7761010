// The kiosk without touching the screen: by keyboard, by a keypad, by a scanner that types.
//
// Digits choose, arrows move, Enter presses, Escape leads back. A scanner types as well, but faster than
// anybody can and with Enter at the end: a digit counts only once no other key has followed it.

import { useEffect, useRef } from 'preact/hooks';

import { useWayOut } from './way-out';

/** A scanner's keys come closer together than this, a person's do not. */
const SCANNER_MS = 80;
/** The shortest code that there is. */
const CODE_LEAST = 4;

export interface Keys {
  readonly onScan: (code: string) => void;
  /** The digit's button, from 1. */
  readonly onDigit: (nth: number) => void;
  readonly onBack: () => void;
  /** Somebody goes by keys, so that these are worth showing. */
  readonly onKeyed: () => void;
  /** Somebody of the staff wants to leave the page. */
  readonly onWayOut: () => void;
}

/** Listens for as long as it is in the page. */
export function Keys(keys: Keys): null {
  useWayOut(keys.onWayOut);
  const listener = useRef(keys);
  listener.current = keys;
  useEffect(() => {
    let typed = '';
    let last = 0;
    let digit: ReturnType<typeof setTimeout> | undefined;
    const press = (event: KeyboardEvent) => {
      const { key, timeStamp } = event;
      if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector('dialog[open]')) return;
      clearTimeout(digit);
      if (timeStamp - last > SCANNER_MS) typed = '';
      last = timeStamp;
      if (key === 'Enter') {
        if (typed.length < CODE_LEAST) return;
        // Not a press of whatever has the focus.
        event.preventDefault();
        event.stopPropagation();
        listener.current.onScan(typed);
        typed = '';
      } else if (key.length === 1 && key !== ' ') {
        typed += key;
        // What is typed where something is asked for goes there, wherever the focus is.
        const field = document.querySelector<HTMLInputElement>('.pad input');
        if (field) field.focus();
        else if (/[1-9]/.test(key) && typed === key) {
          digit = setTimeout(() => {
            listener.current.onKeyed();
            listener.current.onDigit(Number(key));
          }, SCANNER_MS);
        }
      } else if (key === 'Escape') listener.current.onBack();
      else if (key === 'Tab') listener.current.onKeyed();
      else if (key.startsWith('Arrow')) {
        listener.current.onKeyed();
        if (move(key.slice(5))) event.preventDefault();
      }
    };
    addEventListener('keydown', press, true);
    return () => {
      clearTimeout(digit);
      removeEventListener('keydown', press, true);
    };
  }, []);
  return null;
}

/** Moves the focus to the nearest control in a direction; whether the key is used up. */
function move(direction: string): boolean {
  const sideways = direction === 'Left' || direction === 'Right';
  const here = document.activeElement;
  // Along a line of text and among choices a browser knows better.
  if (here instanceof HTMLInputElement && sideways) return false;
  const sign = direction === 'Left' || direction === 'Up' ? -1 : 1;
  const middle = (place: Element) => {
    const { left, top, width, height } = place.getBoundingClientRect();
    return [left + width / 2, top + height / 2] as const;
  };
  const controls = [...document.querySelectorAll<HTMLElement>('button, input')];
  if (!here || !controls.includes(here as HTMLElement)) {
    (document.querySelector<HTMLElement>('.services button') ?? controls.find((place) => place.closest('main')))?.focus();
    return true;
  }
  const [x, y] = middle(here);
  const far = (place: HTMLElement) => {
    const [along, across] = middle(place).map((at, axis) => at - (axis ? y : x));
    const [ahead, aside] = sideways ? [along, across] : [across, along];
    return (ahead as number) * sign < 2 ? Infinity : Math.abs(ahead as number) + 3 * Math.abs(aside as number);
  };
  const next = controls.reduce((best, place) => (far(place) < far(best) ? place : best), here as HTMLElement);
  next.focus();
  return true;
}
