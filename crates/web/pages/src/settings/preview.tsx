// How a kiosk's first screen would look: the kiosk's own parts, made smaller. Nothing in it can be pressed.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import { Classes, Services } from '../kiosk/services';
import { useSpeech } from '../live';
import type { BranchView } from '../protocol';
import { beside, learn, load, pick } from '../text';
import hall from '../text/hall';
import kiosk from '../text/kiosk';
import { Header, Languages } from '../ui/frame';

learn(hall, kiosk);

const nothing = () => {};

export function Preview({ view }: { view: BranchView }) {
  const { language } = useSpeech();
  const [ready, setReady] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // A kiosk speaks two languages at once.
    void load(beside(language)).then(() => setReady(true), nothing);
  }, [language]);
  useLayoutEffect(() => {
    const fit = () => {
      const outer = box.current;
      const inner = outer?.firstElementChild as HTMLElement | null | undefined;
      if (!outer || !inner) return;
      const scale = outer.clientWidth / inner.offsetWidth;
      inner.style.transform = `scale(${scale})`;
      outer.style.height = `${inner.offsetHeight * scale}px`;
    };
    fit();
    addEventListener('resize', fit);
    return () => removeEventListener('resize', fit);
  }, [ready, view]);
  return (
    <div ref={box} class="preview" inert>
      <div class="kiosk">
        <Header office={pick(view.name, language)}>
          <Languages offered={view.languages} />
        </Header>
        {ready && (
          <Services
            view={view}
            within={undefined}
            busy={false}
            keyed={false}
            onAppointment={nothing}
            onService={nothing}
            onGroup={nothing}
          >
            {view.classes.length > 1 && <Classes view={view} chosen={view.classes[0]} onChoose={nothing} />}
          </Services>
        )}
      </div>
    </div>
  );
}
