// The first administrator, made by whoever can read the daemon's log.

import { useState } from 'preact/hooks';

import { ask } from '../access/ask';
import { useSpeech } from '../live';
import type { Me } from '../protocol';
import { Field, Form, ID_FORM, PASSWORD, Secret, type Trouble } from './form';

let token: string | undefined;

/** Takes the token out of the address at once: it must stand in no history and in nobody's sight. */
export function takeToken(): string | undefined {
  const found = /^#first=(.+)$/.exec(location.hash)?.[1];
  if (found) {
    try {
      token = decodeURIComponent(found);
    } catch {
      // Cut short or mistyped: the daemon says that it is none of its own.
      token = found;
    }
    history.replaceState(null, '', location.pathname + location.search);
  }
  return token;
}

export function First({ token, onIn }: { token: string; onIn: (me: Me) => void }) {
  const { say } = useSpeech();
  const [trouble, setTrouble] = useState<Trouble>();
  return (
    <Form
      title={say('sign_in.first')}
      lead={say('sign_in.first.lead')}
      go={say('sign_in.first.go')}
      trouble={trouble}
      onSend={async (fields) => {
        const id = fields.id?.trim().toLowerCase() ?? '';
        const secret = fields.secret ?? '';
        if (!ID_FORM.test(id)) return setTrouble({ of: 'id', key: 'sign_in.form.id' });
        if (!PASSWORD.test(secret)) return setTrouble({ of: 'secret', key: 'sign_in.form.password' });
        const answer = await ask<Me>('POST', '/first-administrator', { token, id, name: fields.name?.trim() ?? '', secret });
        if (answer.type === 'found') onIn(answer.found);
        else setTrouble({ of: 'secret', answer });
      }}
    >
      <Field name="name" label={say('sign_in.first.name')} autocomplete="name" maxLength={80} trouble={trouble} />
      <Field
        name="id"
        label={say('sign_in.id')}
        hint={say('sign_in.form.id')}
        autocomplete="username"
        maxLength={32}
        short
        trouble={trouble}
      />
      <Secret name="secret" label={say('sign_in.first.password')} hint={say('sign_in.form.password')} fresh trouble={trouble} />
    </Form>
  );
}
