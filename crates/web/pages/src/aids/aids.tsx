// What makes the kiosk easier for somebody: buttons lower down, larger text, high contrast, reading aloud.
//
// They stand at the foot of every screen, where everybody reaches them, and are as they were for the next
// visitor.

import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

import { Icon } from '../kiosk/icon';
import { useSpeech } from '../live';
import type { Language } from '../protocol';
import { learn } from '../text';
import aids from '../text/aids';

learn(aids);

export interface Aids {
  readonly low?: boolean;
  readonly large?: boolean;
  readonly contrast?: boolean;
  readonly speak?: boolean;
}

const MODES = ['low', 'large', 'contrast'] as const;

export function AidsBar({ aids, scene, onChange }: {
  aids: Aids;
  /** Changes when another screen is shown, which is then read out. */
  scene: string;
  onChange: (aids: Aids) => void;
}) {
  const { language, say } = useSpeech();
  const voice = useVoice(language);
  useLayoutEffect(() => {
    const show = (aids: Aids) => {
      for (const mode of MODES) document.documentElement.toggleAttribute(`data-${mode}`, Boolean(aids[mode]));
    };
    show(aids);
    return () => show({});
  }, [aids]);
  useReading(aids.speak ? voice : undefined, scene);
  return (
    <div class="aids" role="group" aria-label={say('aids.title')}>
      {[...MODES, ...(voice ? (['speak'] as const) : [])].map((aid) => (
        <button
          key={aid}
          type="button"
          aria-pressed={Boolean(aids[aid])}
          onClick={() => onChange({ ...aids, [aid]: !aids[aid] })}
        >
          <Icon name={aid} />
          {say(`aids.${aid}`)}
        </button>
      ))}
    </div>
  );
}

/** A voice of this very machine's for a language: others would send what is read to somebody's server. */
function useVoice(language: Language): SpeechSynthesisVoice | undefined {
  const [voices, setVoices] = useState<SpeechSynthesisVoice[]>([]);
  useEffect(() => {
    const look = () => setVoices(speechSynthesis.getVoices());
    look();
    speechSynthesis.addEventListener('voiceschanged', look);
    return () => speechSynthesis.removeEventListener('voiceschanged', look);
  }, []);
  return voices.find(({ lang, localService }) => localService && lang.split(/[-_]/)[0] === language);
}

/** Reads each new screen, and whatever gets the focus by a key. */
function useReading(voice: SpeechSynthesisVoice | undefined, scene: string): void {
  useEffect(() => {
    if (!voice) return;
    const read = (place: Element | null) => {
      const utterance = new SpeechSynthesisUtterance(place ? words(place) : '');
      utterance.voice = voice;
      utterance.lang = voice.lang;
      speechSynthesis.cancel();
      speechSynthesis.speak(utterance);
    };
    read(document.querySelector('main'));
    const focused = ({ target }: FocusEvent) => {
      if (target instanceof Element && target.matches(':focus-visible')) read((target as HTMLInputElement).labels?.[0] ?? target);
    };
    addEventListener('focusin', focused);
    return () => {
      removeEventListener('focusin', focused);
      speechSynthesis.cancel();
    };
  }, [voice, scene]);
}

/** What a place says, in the reader's language only, with a pause behind each part. */
function words(place: Node): string {
  if (place instanceof Text) return place.data;
  if (!(place instanceof Element) || place.matches('[aria-hidden="true"], [hidden], [lang]')) return '';
  if (place.matches('button[aria-label]')) return `${place.getAttribute('aria-label')}. `;
  const text = [...place.childNodes].map(words).join('').trim();
  const runsOn = !text || /[.?!…]$/.test(text) || /^(?:inline|contents)$/.test(getComputedStyle(place).display);
  return text && `${text}${runsOn ? '' : '.'} `;
}
