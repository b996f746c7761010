// Parts of a page that come when they are wanted, with their texts.

import { useEffect, useState } from 'preact/hooks';

import { loadAgain } from '../text';

/** How long a part that does not come is no fault: the page may just be left, and then it never was one. */
const GRACE_MS = 3_000;

/** A part, once it is here and speaks the page's languages. One that does not come makes a fault, to be mended. */
export function useLater<Part>(wanted: boolean, fetch: () => Promise<Part>): Part | undefined {
  const [part, setPart] = useState<Part>();
  useEffect(() => {
    if (!wanted) return;
    let here = true;
    let timer: ReturnType<typeof setTimeout>;
    const come = async () => {
      const part = await fetch();
      await loadAgain();
      if (here) setPart(() => part);
    };
    come().catch((fault) => {
      timer = setTimeout(() => {
        throw fault;
      }, GRACE_MS);
    });
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [wanted]);
  return wanted ? part : undefined;
}
