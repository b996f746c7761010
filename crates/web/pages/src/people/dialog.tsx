// What can be done about a person, one thing at a time.

import { useState } from 'preact/hooks';

import { useSpeech } from '../live';
import type { BranchInfo, Grant, Me, PersonView } from '../protocol';
import { pick } from '../text';
import { Dialog } from '../ui/frame';
import { Send, Step, Why } from './parts';
import { mayGrant, ROLES } from './rights';
import { useChange } from './use';

type Doing = 'what' | 'roles' | 'secret' | 'end' | 'remove';

export function PersonDialog({ me, branches, person, onDone, onClose }: {
  me: Me;
  branches: BranchInfo[];
  /** Nobody for somebody new. */
  person: PersonView | undefined;
  /** Something was done, in words. */
  onDone: (what: string) => void;
  onClose: () => void;
}) {
  const { say } = useSpeech();
  const [doing, setDoing] = useState<Doing>(person ? 'what' : 'roles');
  const [made, setMade] = useState<PersonView>();
  const change = useChange();
  const one = person ?? made;
  const title = one?.name ?? say('people.add');
  const path = `/people/${encodeURIComponent(one?.id ?? '')}`;
  const self = me.kind === 'person' && me.id === one?.id;
  const done = (what: string) => {
    onDone(what);
    onClose();
  };
  /** Does it, and all is done. */
  const run = async (method: string, path: string, what: string, body?: unknown) => {
    if (await change.run(method, path, body)) done(what);
  };
  const cancel = (
    <button type="button" class="quiet" onClick={onClose}>
      {say('people.cancel')}
    </button>
  );
  return (
    <Dialog label={title} wide={doing === 'roles'} onClose={onClose}>
      {doing === 'what' && one && (
        <>
          <h2>
            {one.name} <small>{one.id}</small>
          </h2>
          <ul class="choices">
            <li>
              <button type="button" onClick={() => setDoing('roles')}>
                {say('people.do.roles')}
              </button>
            </li>
            {!self && (
              <li>
                <button type="button" onClick={() => setDoing('secret')}>
                  {say('people.do.secret')}
                </button>
              </li>
            )}
            <li>
              <button type="button" onClick={() => setDoing('end')}>
                {say('people.do.end')} <span class="count">{one.sessions}</span>
              </button>
            </li>
            <li>
              <button type="button" onClick={() => setDoing('remove')}>
                {say('people.do.remove')}
              </button>
            </li>
          </ul>
          {cancel}
        </>
      )}
      {doing === 'roles' && (
        <RolesForm
          me={me}
          branches={branches}
          person={one}
          busy={change.busy}
          why={<Why failed={change.failed} />}
          cancel={cancel}
          onSave={async (id, name, grants) => {
            const saved = await change.run<PersonView>('PUT', `/people/${encodeURIComponent(id)}`, { name, grants });
            if (!saved) return;
            if (one) return done(say('people.done.saved', { name }));
            onDone(say('people.done.saved', { name }));
            setMade(saved.found);
            setDoing('secret');
          }}
        />
      )}
      {doing === 'secret' && one && (
        <SecretForm
          person={one}
          busy={change.busy}
          why={<Why failed={change.failed} />}
          // Somebody new may come by single sign-on and need none.
          cancel={
            <button type="button" class="quiet" onClick={onClose}>
              {say(made ? 'people.secret.later' : 'people.cancel')}
            </button>
          }
          onSet={(secret) => void run('POST', `${path}/secret`, say('people.done.secret', { name: one.name }), { secret })}
        />
      )}
      {(doing === 'end' || doing === 'remove') && one && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (doing === 'end') void run('DELETE', `${path}/sessions`, say('people.done.end', { name: one.name }));
            else void run('DELETE', path, say('people.done.remove', { name: one.name }));
          }}
        >
          <Step>{say(`people.sure.${doing}`, { name: one.name })}</Step>
          <p>{say(`people.sure.${doing}.why`)}</p>
          <Why failed={change.failed} />
          <p class="buttons">
            <Send can={!change.busy} danger>
              {say(`people.do.${doing}`)}
            </Send>
            {cancel}
          </p>
        </form>
      )}
    </Dialog>
  );
}

/** How many branches are in sight at once. */
const ROWS = 12;

const key = ({ role, branch }: Grant) => `${role} ${branch ?? ''}`;

/** The name, and a table of roles by branch. */
function RolesForm({ me, branches, person, busy, why, cancel, onSave }: {
  me: Me;
  branches: BranchInfo[];
  person: PersonView | undefined;
  busy: boolean;
  why: preact.ComponentChildren;
  cancel: preact.ComponentChildren;
  onSave: (id: string, name: string, grants: Grant[]) => Promise<void>;
}) {
  const { language, say } = useSpeech();
  const [name, setName] = useState(person?.name ?? '');
  const [id, setId] = useState(person?.id ?? '');
  const [held, setHeld] = useState(() => new Map((person?.grants ?? []).map((grant) => [key(grant), grant])));
  const [sought, setSought] = useState('');
  const everywhere = (role: Grant['role']) => held.has(key({ role }));
  const grants = [...held.values()].filter(({ role, branch }) => !branch || !everywhere(role));
  const ready = name.trim() !== '' && /^[a-z0-9-]{1,32}$/.test(id) && grants.length > 0;
  const named = branches.map(({ id, name }) => ({ branch: id, name: pick(name, language) }));
  const words = sought.toLocaleLowerCase().trim();
  const shown = named
    .filter(({ branch, name }) => (words ? `${branch} ${name}`.toLocaleLowerCase().includes(words) : true))
    // What is held stays in sight.
    .sort((a, b) => Number(has(b.branch)) - Number(has(a.branch)))
    .slice(0, ROWS);
  function has(branch: string) {
    return ROLES.some((role) => held.has(key({ role, branch })));
  }
  const toggle = (grant: Grant) => {
    const next = new Map(held);
    if (!next.delete(key(grant))) next.set(key(grant), grant);
    setHeld(next);
  };
  const box = (grant: Grant, where: string) => {
    const above = Boolean(grant.branch) && everywhere(grant.role);
    return (
      <td key={grant.role} class="tick">
        <input
          type="checkbox"
          aria-label={`${say(`role.${grant.role}`)}: ${where}`}
          checked={above || held.has(key(grant))}
          disabled={above || !mayGrant(me, grant)}
          onChange={() => toggle(grant)}
        />
      </td>
    );
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !busy) void onSave(id, name.trim(), grants);
      }}
    >
      <Step>{person ? say('people.do.roles') : say('people.add')}</Step>
      <div class="fields">
        <label>
          {say('people.name')}
          <input value={name} required maxLength={80} autocomplete="off" onInput={({ currentTarget }) => setName(currentTarget.value)} />
        </label>
        {!person && (
          <label>
            {say('people.id')}
            <input
              value={id}
              required
              maxLength={32}
              placeholder="aminah"
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              onInput={({ currentTarget }) => setId(currentTarget.value.toLowerCase())}
            />
            <small>{say('people.id.form')}</small>
          </label>
        )}
        {branches.length > ROWS && (
          <label>
            {say('people.seek_branch')}
            <input type="search" value={sought} onInput={({ currentTarget }) => setSought(currentTarget.value)} />
          </label>
        )}
      </div>
      <table class="matrix">
        <thead>
          <tr>
            <th scope="col">{say('people.branch')}</th>
            {ROLES.map((role) => (
              <th key={role} scope="col" class="tick">
                {say(`role.${role}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{say('people.all')}</th>
            {ROLES.map((role) => box({ role }, say('people.all')))}
          </tr>
          {shown.map(({ branch, name }) => (
            <tr key={branch}>
              <th scope="row">{name}</th>
              {ROLES.map((role) => box({ role, branch }, name))}
            </tr>
          ))}
        </tbody>
      </table>
      {why}
      <p class="buttons">
        <Send can={ready && !busy}>{say('people.save')}</Send>
        {cancel}
      </p>
    </form>
  );
}

/** A PIN or password for the first time: the person has to change it. */
function SecretForm({ person, busy, why, cancel, onSet }: {
  person: PersonView;
  busy: boolean;
  why: preact.ComponentChildren;
  cancel: preact.ComponentChildren;
  onSet: (secret: string) => void;
}) {
  const { say } = useSpeech();
  const [secret, setSecret] = useState('');
  const officer = person.grants.every(({ role }) => role === 'officer');
  const ready = (officer ? /^(?:[0-9]{6,12}|.{10,128})$/su : /^.{10,128}$/su).test(secret);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !busy) onSet(secret);
      }}
    >
      <Step>{say('people.secret.for', { name: person.name })}</Step>
      <p>{say('people.secret.why')}</p>
      <div class="fields">
        <label>
          {say(officer ? 'people.secret.pin' : 'people.secret.password')}
          {/* In sight: it is for once, and has to be told to the person. */}
          <input
            value={secret}
            required
            maxLength={128}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            onInput={({ currentTarget }) => setSecret(currentTarget.value)}
          />
          <small>{say(officer ? 'people.secret.pin.form' : 'people.secret.password.form')}</small>
        </label>
      </div>
      {why}
      <p class="buttons">
        <Send can={ready && !busy}>{say('people.secret.set')}</Send>
        {cancel}
      </p>
    </form>
  );
}
