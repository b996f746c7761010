// What a visitor may switch on while waiting: the sound, and a screen that stays lit.

import { useEffect, useState } from 'preact/hooks';

import { useSpeech } from '../live';
import { arm, audible, chime, disarm } from './alarm';

export function Aids() {
  const { say } = useSpeech();
  const [sound, setSound] = useState(audible);
  const [lit, setLit] = useState(false);
  useLit(lit);
  useEffect(() => {
    // A phone that was locked may have taken the sound away; it gives it back to whoever comes back.
    const look = () => document.visibilityState === 'visible' && audible() !== sound && sound && void arm().then(setSound);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [sound]);
  const ring = async () => {
    if (sound) {
      await disarm();
      return setSound(false);
    }
    const heard = await arm();
    setSound(heard);
    if (heard) chime('soon');
  };
  return (
    <section class="aids">
      <button type="button" aria-pressed={sound} onClick={() => void ring()}>
        <span class="switch" aria-hidden="true" />
        {say('phone.sound')}
      </button>
      {/* Browsers keep a screen lit for pages that came by TLS alone. */}
      {'wakeLock' in navigator && (
        <button type="button" aria-pressed={lit} onClick={() => setLit(!lit)}>
          <span class="switch" aria-hidden="true" />
          {say('phone.lit')}
        </button>
      )}
      <p>{say('phone.sound.hint')}</p>
    </section>
  );
}

/** Keeps the screen lit while it is wanted. The browser lets it go whenever the page is out of sight. */
function useLit(wanted: boolean): void {
  useEffect(() => {
    if (!wanted) return;
    let lock: WakeLockSentinel | undefined;
    let over = false;
    const ask = async () => {
      if (document.visibilityState !== 'visible') return;
      lock = await navigator.wakeLock.request('screen').catch(() => undefined);
      if (over) void lock?.release();
    };
    void ask();
    document.addEventListener('visibilitychange', ask);
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', ask);
      void lock?.release();
    };
  }, [wanted]);
}
