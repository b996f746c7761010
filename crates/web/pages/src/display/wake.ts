// Keeps the screen lit.

import { useEffect } from 'preact/hooks';

/**
 * Asks for the screen to stay on while the page is in sight. Browsers grant it on 127.0.0.1 and over
 * TLS; elsewhere the machine's own settings must do.
 */
export function useWakeLock(): void {
  useEffect(() => {
    const ask = () => {
      if (document.visibilityState === 'visible') void navigator.wakeLock?.request('screen').catch(() => {});
    };
    document.addEventListener('visibilitychange', ask);
    ask();
    return () => document.removeEventListener('visibilitychange', ask);
  }, []);
}
