// Who are you? A short name and a PIN or password, or single sign-on.

import { useEffect, useState } from 'preact/hooks';

import { ask } from '../access/ask';
import { askMe } from '../access/me';
import { asked, personOf, useSpeech } from '../live';
import type { Me } from '../protocol';
import { Header, Languages } from '../ui/frame';
import { First, takeToken } from './first';
import { Field, Form, PASSWORD, PIN_OR_PASSWORD, Secret, type Trouble } from './form';
import { ours, target } from './target';

type Person = Extract<Me, { kind: 'person' }>;

/** Why single sign-on came to nothing. */
const REFUSED = ['sign_on_refused', 'sign_on_unreachable', 'no_part'] as const;

export function SignInPage() {
  const { say } = useSpeech();
  const [me, setMe] = useState<Me>();
  const [token, setToken] = useState(takeToken);
  const [change, setChange] = useState(asked('change') !== undefined);
  /** The secret that was just typed, so that whoever has to change it need not type it twice. */
  const [typed, setTyped] = useState<string>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const look = () => {
      clearTimeout(timer);
      askMe().then(setMe, () => (timer = setTimeout(look, 2_000)));
    };
    const hash = () => setToken(takeToken());
    look();
    // Somebody may have signed in by another tab meanwhile.
    addEventListener('focus', look);
    addEventListener('hashchange', hash);
    return () => {
      clearTimeout(timer);
      removeEventListener('focus', look);
      removeEventListener('hashchange', hash);
    };
  }, []);

  const goOn = ({ grants }: Person) => location.replace(target(asked('to'), grants, location.origin));
  const enter = (me: Me, secret?: string) => {
    if (me.kind !== 'person') return setMe(me);
    if (!me.must_change) return goOn(me);
    setTyped(secret);
    setMe(me);
  };
  const person = personOf(me);
  const place = () => {
    if (!me) return <p role="status">{say('link.opening')}</p>;
    if (token && me.kind !== 'anybody' && !person) return <First token={token} onIn={enter} />;
    if (me.kind === 'anybody') return <Anybody />;
    if (person && !person.sign_on && (person.must_change || change)) {
      return <Change person={person} typed={typed} onDone={goOn} />;
    }
    if (person) {
      return <Already person={person} onGoOn={() => goOn(person)} onChange={() => setChange(true)} onOut={setMe} />;
    }
    return <SignIn me={me} onIn={enter} />;
  };
  return (
    <>
      <Header office={say('index.title')}>
        <Languages />
      </Header>
      <main class="door">{place()}</main>
    </>
  );
}

function SignIn({ me, onIn }: { me: Me; onIn: (me: Me, secret: string) => void }) {
  const { say } = useSpeech();
  const [trouble, setTrouble] = useState<Trouble | undefined>(() => {
    const why = asked('refused');
    const code = REFUSED.find((code) => code === why) ?? 'sign_on_refused';
    return why === undefined ? undefined : { of: '', key: `sign_in.refused.${code}` };
  });
  const nobody = me.kind === 'nobody' ? me : undefined;
  return (
    <>
      {nobody?.first && <p class="note">{say('sign_in.first.none')}</p>}
      <Form
        title={say('sign_in.title')}
        lead={say('sign_in.lead')}
        go={say('sign_in.go')}
        trouble={trouble}
        onSend={async ({ id = '', secret = '' }) => {
          const answer = await ask<Me>('POST', '/sign-in', { id: id.trim().toLowerCase(), secret });
          if (answer.type === 'found') onIn(answer.found, secret);
          else setTrouble({ of: 'secret', answer });
        }}
      >
        <Field
          name="id"
          label={say('sign_in.id')}
          hint={say('sign_in.id.hint')}
          autocomplete="username"
          maxLength={64}
          short
          trouble={trouble}
        />
        <Secret name="secret" label={say('sign_in.secret')} trouble={trouble} />
      </Form>
      {nobody?.sign_on && (
        <div class="sign-on">
          <p>{say('sign_in.or')}</p>
          <a class="button" href={`/api/v1/sign-on?${new URLSearchParams({ to: ours(asked('to'), location.origin) ?? '/' })}`}>
            {say('sign_in.sign_on')}
          </a>
        </div>
      )}
    </>
  );
}

/** A PIN or password of one's own, which nobody else knows. */
function Change({ person, typed, onDone }: {
  person: Person;
  typed: string | undefined;
  onDone: (person: Person) => void;
}) {
  const { say } = useSpeech();
  const [trouble, setTrouble] = useState<Trouble>();
  // A PIN is for those who are officers and nothing else.
  const officer = person.grants.every(({ role }) => role === 'officer');
  const form = officer ? 'sign_in.form.pin' : 'sign_in.form.password';
  const asksOld = typed === undefined || trouble?.of === 'old';
  return (
    <Form
      title={say(person.must_change ? 'sign_in.must' : 'sign_in.change')}
      {...(person.must_change && { lead: say('sign_in.must.lead') })}
      go={say('sign_in.new.go')}
      trouble={trouble}
      onSend={async ({ old = typed ?? '', secret = '' }) => {
        const fits = officer ? PIN_OR_PASSWORD : PASSWORD;
        if (!fits.test(secret)) return setTrouble({ of: 'secret', key: form });
        const answer = await ask<Me>('POST', '/me/secret', { old, new: secret });
        const found = answer.type === 'found' ? personOf(answer.found) : undefined;
        if (found) onDone(found);
        else if (answer.type !== 'found') {
          const wrong = answer.type === 'refused' && answer.error.code === 'wrong_sign_in';
          setTrouble({ of: wrong ? 'old' : 'secret', answer });
        }
      }}
    >
      {/* For whatever keeps passwords: whose it is. */}
      <input class="unseen" type="text" autocomplete="username" value={person.id} readOnly tabIndex={-1} aria-hidden="true" />
      {asksOld && <Secret name="old" label={say('sign_in.old')} trouble={trouble} />}
      <Secret name="secret" label={say('sign_in.new')} hint={say(form)} fresh trouble={trouble} />
    </Form>
  );
}

function Already({ person, onGoOn, onChange, onOut }: {
  person: Person;
  onGoOn: () => void;
  onChange: () => void;
  onOut: (me: Me) => void;
}) {
  const { say } = useSpeech();
  return (
    <section class="sign-in">
      <h1>{say('sign_in.already')}</h1>
      <p class="lead">
        {person.name} ({person.id})
      </p>
      <button type="button" class="primary" onClick={onGoOn}>
        {say('sign_in.on')}
      </button>
      {!person.sign_on && (
        <button type="button" onClick={onChange}>
          {say('sign_in.change')}
        </button>
      )}
      <button type="button" onClick={() => void ask('POST', '/sign-out', {}).then(askMe).then(onOut, () => {})}>
        {say('sign_in.other')}
      </button>
    </section>
  );
}

function Anybody() {
  const { say } = useSpeech();
  return (
    <section class="sign-in">
      <h1>{say('sign_in.title')}</h1>
      <p class="lead">{say('sign_in.anybody')}</p>
      <a class="button primary" href="/">
        {say('access.home')}
      </a>
    </section>
  );
}
