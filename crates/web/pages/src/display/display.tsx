// The wall display: the calls across the hall, those before, how many wait, what the office has to say.
//
// Nobody touches it. Whatever it says it says in two languages, since nobody can press for another.

import { useEffect, useMemo, useState } from 'preact/hooks';

import { Away, useRefusal } from '../access/away';
import { useLive, useNow, useSpeech } from '../live';
import type { BranchView } from '../protocol';
import { useRenewal } from '../renew';
import { pick, say as sayIn } from '../text';
import { clock, date } from '../time';
import { Header, LinkDown } from '../ui/frame';
import { useLater } from '../ui/later';
import { counterAsked, isSized, layoutAsked, seen, speaksAsked, type Layout } from './asked';
import { Calls } from './calls';
import type { Stage } from './stage';
import { useStage } from './theatre';
import { Both, TonguesContext, useTongues } from './tongues';
import { useWakeLock } from './wake';

/** With more calls than this at once they get the whole screen, so that each is read across the hall. */
const crowdOf = (layout: Layout): number => (layout === 'hall' && innerWidth > innerHeight ? 3 : 1);

export function Display({ branch }: { branch: string }) {
  const { language } = useSpeech();
  const { stage, silent, heard, says } = useStage();
  const [voiced, setVoiced] = useState<string[]>();
  const { picture, link, again } = useLive(branch, 'display', heard, voiced);
  const refusal = useRefusal(link);
  useRenewal(link, true);
  const now = useNow(picture);
  useWakeLock();
  const whole = picture?.view;
  const view = useMemo(() => whole && seen(whole), [whole]);
  const tongues = useTongues(view, now);
  const [layout, sign, voice] = useMemo(() => [layoutAsked(), counterAsked(), speaksAsked()], []);
  const speech = useLater(voice && view !== undefined, () => import('./speech'));
  const trouble = useLater(Boolean(view?.health?.trouble), () => import('./trouble'));
  const announced = useLater(Boolean(view?.announcements?.length || view?.urgent?.length), () => import('./announced'));
  const one = useLater(sign !== undefined, () => import('./sign'));
  const installer = useInstaller(view !== undefined);
  if (refusal) return <Away refusal={refusal} pairable={{ device: 'display', branch, again }} />;
  const { second } = tongues;
  const crowd = sign === undefined && stage.on.length > crowdOf(layout);
  return (
    <TonguesContext.Provider value={tongues}>
      <div
        class="wall"
        data-silent={silent}
        data-layout={sign === undefined ? layout : 'sign'}
        data-crowd={crowd}
      >
        <Header office={view ? pick(view.name, language) : ''}>
          <p class="now">
            {view && (
              <>
                <span class="date">{date(now, view.time_zone, language)}</span>
                <time>{clock(now, view.time_zone)}</time>
              </>
            )}
          </p>
        </Header>
        <LinkDown
          link={link}
          zone={view?.time_zone}
          ahead_ms={picture?.ahead_ms ?? 0}
          {...(second && { beside: (key, fill) => ({ language: second, text: sayIn(second, key, fill) }) })}
        />
        <div role="status">{trouble && view?.health?.trouble && <trouble.Trouble trouble={view.health.trouble} />}</div>
        {announced && view && <announced.Urgent view={view} />}
        {speech && picture && view && (
          <speech.Speech log={picture.log} view={view} now={now} says={says} onVoice={setVoiced} />
        )}
        {view ? (
          <main>
            <h1 class="unseen">
              <Both say="display.title" />
            </h1>
            {sign === undefined ? (
              <Hall view={view} stage={stage} layout={layout} crowd={crowd} now={now} up={link.state === 'up'} />
            ) : (
              one && <one.Sign view={view} stage={stage} counter={sign} />
            )}
          </main>
        ) : (
          <main>
            <h1 class="opening">
              <Both say="link.opening" />
            </h1>
          </main>
        )}
        {announced && view && <announced.Announced view={view} now={now} />}
        {installer && view && <installer.part.Installer view={view} open={installer.open} />}
      </div>
    </TonguesContext.Provider>
  );
}

/** The calls, and beside them what the layout has room for. */
function Hall({ view, stage, layout, crowd, now, up }: {
  view: BranchView;
  stage: Stage;
  layout: Layout;
  crowd: boolean;
  now: number;
  up: boolean;
}) {
  const alone = layout === 'corridor' || crowd;
  const quiet = isQuiet(view);
  const closed = useLater(quiet, () => import('./closed'));
  const beside = useLater(!alone, () => import('./beside'));
  return (
    <>
      <div class="front">{closed ? <closed.Closed view={view} /> : <Calls view={view} stage={stage} />}</div>
      {beside && <beside.Beside view={view} stage={stage} layout={layout} now={now} quiet={quiet} up={up} />}
    </>
  );
}

/** The installer's figures: by a key, or because the letters are too small for the hall. */
function useInstaller(drawn: boolean) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const pressed = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent) => {
      if (key.toLowerCase() === 'i' && !ctrlKey && !metaKey && !altKey) setOpen((open) => !open);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
  const measured = useMemo(isSized, []);
  const part = useLater(drawn && (open || measured), () => import('../installer/installer'));
  return part && { part, open };
}

/** Whether the office is closed and nobody is at a counter any more. */
const isQuiet = (view: BranchView): boolean =>
  view.opening.state === 'closed' && view.counters.every(({ current }) => !current);
