// Pictures and films of the office's, while nobody is called.
//
// A film is shown without its sound: the loudspeaker is for calls. What can't be shown is passed over.

import { useEffect, useRef, useState } from 'preact/hooks';

import { ask } from '../access/ask';
import type { MediaView, MediumView } from '../protocol';

/** How often it is asked what there is. */
const ASK_MS = 60_000;
/** A film that does not go on for so long is passed over. */
const STALL_MS = 10_000;

/** Whoever asks for less motion is shown pictures alone. */
const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

export function Media({ branch, up }: {
  branch: string;
  /** Whether the link is up: else it is not the files' fault that they do not come. */
  up: boolean;
}) {
  // By their addresses, which change with the files. Nothing is broken for good: what could not be had in a
  // moment without the daemon is there again, and a file may be mended in its place.
  const broken = useRef(new Set<string>()).current;
  const media = useMedia(branch, up, broken);
  const link = useRef(up);
  link.current = up;
  const [turn, setTurn] = useState(0);
  const files = (media?.files ?? []).filter(({ kind }) => !(kind === 'film' && still()));
  const file = files[turn % files.length];
  if (!media || !file || broken.has(file.address)) return null;
  // Past the broken ones, once round at most. What is shown stays when those are tried again.
  const next = () => {
    let to = turn + 1;
    while (to <= turn + files.length && broken.has(files[to % files.length]!.address)) to += 1;
    setTurn(to);
  };
  // Each file anew: one that follows a broken one has to begin too.
  const key = `${turn} ${file.address}`;
  const skip = (stalled = false) => {
    if (link.current) broken.add(file.address);
    // Without the link the next fails as fast as this one, and so on without an end.
    else if (!stalled) return;
    next();
  };
  return (
    <figure class="media" data-name={file.name}>
      {file.kind === 'film' ? (
        <Film key={key} file={file} again={files.length === 1} next={next} skip={skip} />
      ) : (
        <Still key={key} file={file} ms={media.seconds * 1000} next={next} skip={skip} />
      )}
    </figure>
  );
}

interface Turn {
  readonly file: MediumView;
  readonly next: () => void;
  /** It can't be shown, or `stalled`: does not go on. */
  readonly skip: (stalled?: boolean) => void;
}

function Still({ file, ms, next, skip }: Turn & { ms: number }) {
  useEffect(() => {
    const timer = setTimeout(next, ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return <img src={file.address} alt="" onError={() => skip()} />;
}

function Film({ file, again, next, skip }: Turn & { again: boolean }) {
  const film = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = film.current!;
    // As an attribute it would come too late for the browser's leave to begin by itself.
    video.muted = true;
    void video.play().catch(() => {});
    let at = -1;
    const watch = setInterval(() => {
      if (video.currentTime === at) skip(true);
      at = video.currentTime;
    }, STALL_MS);
    return () => {
      clearInterval(watch);
      // Lets go of what was loaded of it.
      video.removeAttribute('src');
      video.load();
    };
  }, []);
  return <video ref={film} src={file.address} muted playsInline loop={again} onEnded={next} onError={() => skip()} />;
}

/**
 * What there is to show, asked for again and again: somebody may have put a file there. Each answer, and the
 * link's coming back, clears what was `broken`.
 */
function useMedia(branch: string, up: boolean, broken: Set<string>): MediaView | undefined {
  const [media, setMedia] = useState<MediaView>();
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    broken.clear();
    const look = async () => {
      const answer = await ask<MediaView>('GET', `/branches/${encodeURIComponent(branch)}/media`);
      if (over) return;
      // Without an answer what was there goes on.
      if (answer.type === 'found') {
        broken.clear();
        setMedia(answer.found);
      }
      timer = setTimeout(look, ASK_MS);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [branch, up]);
  return media;
}
