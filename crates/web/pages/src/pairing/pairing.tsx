// The code by which a supervisor lets this screen take part: large enough to be read off a wall.
//
// Nobody has signed in, and nobody may be able to touch the screen: it says all that there is to say in
// all languages at once, and goes on by itself.

import { useEffect, useState } from 'preact/hooks';

import type { Pairable } from '../access/away';
import { signInAddress } from '../access/me';
import type { ErrorView } from '../protocol';
import { LANGUAGES, learn, load, pick, say as sayIn } from '../text';
import pairing from '../text/pairing';
import { Header } from '../ui/frame';
import { useSpeech } from '../live';
import { pair } from './pair';

learn(pairing);

export function Pairing({ device, branch, again }: Pairable) {
  const { language, say } = useSpeech();
  const [code, setCode] = useState<string>();
  const [why, setWhy] = useState<ErrorView>();
  const [spoken, setSpoken] = useState(false);
  useEffect(() => {
    void Promise.all(LANGUAGES.map(([tag]) => load(tag))).then(() => setSpoken(true));
  }, []);
  useEffect(
    () =>
      pair(device, branch, {
        code(code) {
          setCode(code);
          setWhy(undefined);
        },
        none(why) {
          setCode(undefined);
          setWhy(why);
        },
        paired: again,
      }),
    [device, branch, again],
  );
  const tongues = LANGUAGES.map(([tag]) => tag).sort((a, b) => Number(b === language) - Number(a === language));
  return (
    <div class="pairing">
      <Header office={say('index.title')}>{null}</Header>
      {spoken && (
        <main>
          <h1>
            {say('pairing.title')}
            <span class="where">
              {say(`pairing.${device === 'kiosk' ? 'kiosk' : 'display'}`)} · {branch}
            </span>
          </h1>
          <div role="status">
            {code ? (
              <p class="code">
                <span class="unseen">{say('pairing.code')} </span>
                {code.split('-').map((group) => (
                  <span key={group} class="group">
                    {[...group].map((letter, at) => (
                      <span key={at}>{letter}</span>
                    ))}
                  </span>
                ))}
              </p>
            ) : (
              <p class="code none">{why ? pick(why.message, language) : say('pairing.wait')}</p>
            )}
          </div>
          <ul>
            {tongues.map((tongue) => (
              <li key={tongue} lang={tongue}>
                {sayIn(tongue, 'pairing.ask')}
              </li>
            ))}
          </ul>
          <p class="staff">
            <a href={signInAddress()}>{say('pairing.sign_in')}</a>
          </p>
        </main>
      )}
    </div>
  );
}
