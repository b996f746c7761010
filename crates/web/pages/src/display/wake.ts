// Keeps the screen lit.

import { useEffect } from 'preact/hooks';

/** How long it waits where the machine took the light back by itself. */
const AGAIN_MS = 5_000;

/**
 * Asks for the screen to stay on while the page is in sight, and again when the machine lets it go. Browsers
 * grant it on 127.0.0.1 and over TLS; elsewhere the machine's own settings must do.
 */
export function useWakeLock(): void {
  useEffect(() => {
    const over = new AbortController();
    const ask = () => {
      if (document.visibilityState !== 'visible' || over.signal.aborted) return;
      void navigator.wakeLock?.request('screen').then(
        (lock) => lock.addEventListener('release', () => setTimeout(ask, AGAIN_MS), { once: true }),
        () => {},
      );
    };
    document.addEventListener('visibilitychange', ask, over);
    ask();
    return () => over.abort();
  }, []);
}
