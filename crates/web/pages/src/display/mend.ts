// Loads the wall afresh after a fault, with nobody there to do it.
//
// A page that threw may show something old as if it were new. But one that is loaded while the daemon is away
// is the browser's own, which may never come back; and one that throws each time must not flicker for ever.

const KEY = 'giliran.wall.faults';
const FIRST_MS = 10_000;
const LONGEST_MS = 300_000;
/** A page that stood so long was sound. */
const SOUND_MS = 600_000;

/** Mends the page from now on. */
export function mendWall(): void {
  let mending = false;
  const faults = Number(sessionStorage.getItem(KEY)) || 0;
  const sound = setTimeout(() => sessionStorage.removeItem(KEY), SOUND_MS);
  const mend = () => {
    if (mending) return;
    mending = true;
    clearTimeout(sound);
    sessionStorage.setItem(KEY, String(faults + 1));
    setTimeout(again, Math.min(LONGEST_MS, FIRST_MS * 2 ** faults));
  };
  addEventListener('error', mend);
  addEventListener('unhandledrejection', mend);
}

/** Loads the page once the daemon has it. */
async function again(): Promise<void> {
  const there = await fetch(location.pathname, { method: 'HEAD', cache: 'no-store' }).then(({ ok }) => ok, () => false);
  if (there) location.reload();
  else setTimeout(again, FIRST_MS);
}
