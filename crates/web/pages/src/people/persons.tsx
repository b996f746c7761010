// Who may sign in: their names, roles and sessions.

import { useEffect, useState } from 'preact/hooks';

import { useSpeech } from '../live';
import type { BranchInfo, ErrorView, Grant, Me, PersonView } from '../protocol';
import { pick } from '../text';
import { PersonDialog } from './dialog';
import { Why } from './parts';
import { isAny, mayChange, ROLES } from './rights';
import { turnedAway, useListed } from './use';
import { moment } from './when';

/** From how many people on there is a field to look for one. */
const MANY = 12;

export function People({ me, branches, onTurnedAway }: {
  me: Me;
  branches: BranchInfo[];
  onTurnedAway: (error: ErrorView) => void;
}) {
  const { language, say } = useSpeech();
  const { found: people, failed, again } = useListed<PersonView[]>('/people', 20_000);
  const [asking, setAsking] = useState<string | 'new'>();
  const [told, setTold] = useState('');
  const [sought, setSought] = useState('');
  const refusal = turnedAway(failed);
  useEffect(() => {
    if (refusal) onTurnedAway(refusal);
  }, [refusal]);
  const adds = isAny(me, 'administrator', 'supervisor');
  const words = sought.toLocaleLowerCase().trim();
  const rows = (people ?? [])
    .filter(({ id, name }) => `${id} ${name}`.toLocaleLowerCase().includes(words))
    .sort((a, b) => a.name.localeCompare(b.name));
  const person = people?.find(({ id }) => id === asking);
  return (
    <section class="panel" aria-labelledby="people">
      <div class="head">
        <h2 id="people">
          {say('people.part.people')} {people && <span class="count">{people.length}</span>}
        </h2>
        {people && people.length > MANY && (
          <label class="seek">
            {say('people.seek')}{' '}
            <input type="search" value={sought} onInput={({ currentTarget }) => setSought(currentTarget.value)} />
          </label>
        )}
        {adds && (
          <button type="button" class="primary" onClick={() => setAsking('')}>
            {say('people.add')}
          </button>
        )}
      </div>
      <Why failed={failed} />
      <p role="status" class="told">
        {told}
      </p>
      {!people ? (
        <p class="empty">{say('link.opening')}</p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-labelledby="people">
          <table>
            <thead>
              <tr>
                <th scope="col">{say('people.name')}</th>
                <th scope="col">{say('people.roles')}</th>
                <th scope="col">{say('people.way')}</th>
                <th scope="col" class="figure">{say('people.sessions')}</th>
                <th scope="col">{say('people.last')}</th>
                <th scope="col">
                  <span class="unseen">{say('people.manage')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((person) => (
                <tr key={person.id}>
                  <th scope="row">
                    {person.name}
                    <small>{person.id}</small>
                  </th>
                  <td>
                    <Roles grants={person.grants} branches={branches} />
                  </td>
                  <td>
                    {say(person.secret ? 'people.way.secret' : 'people.way.none')}
                    {person.must_change && <small>{say('people.way.must')}</small>}
                  </td>
                  <td class="figure">{person.sessions || '–'}</td>
                  <td>{person.last_sign_in ? moment(person.last_sign_in, language) : say('people.never')}</td>
                  <td class="figure">
                    {adds && mayChange(me, person) && (
                      <button
                        type="button"
                        aria-label={`${say('people.manage')}: ${person.name}`}
                        onClick={() => setAsking(person.id)}
                      >
                        {say('people.manage')}
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {(asking === '' || person) && (
        <PersonDialog
          me={me}
          branches={branches}
          person={person}
          onClose={() => setAsking(undefined)}
          onDone={(what) => {
            setTold(what);
            again();
          }}
        />
      )}
    </section>
  );
}

/** Roles, those in all branches first; a role in several branches is named once. */
function Roles({ grants, branches }: { grants: Grant[]; branches: BranchInfo[] }) {
  const { language, say } = useSpeech();
  const nameOf = (id: string) => {
    const branch = branches.find((branch) => branch.id === id);
    return branch ? pick(branch.name, language) : id;
  };
  const held = ROLES.map((role) => ({ role, mine: grants.filter((grant) => grant.role === role) }));
  return (
    <ul class="roles">
      {held
        .filter(({ mine }) => mine.length > 0)
        .map(({ role, mine }) => (
          <li key={role}>
            <strong class="tag" data-role={role}>{say(`role.${role}`)}</strong>{' '}
            {/* In an office of one branch all is said. */}
            {(branches.length > 1 || mine.every(({ branch }) => branch && branch !== branches[0]?.id)) && (
              <span>
                {mine.some(({ branch }) => !branch)
                  ? say('people.all')
                  : mine.map(({ branch }) => nameOf(branch ?? '')).join(' · ')}
              </span>
            )}
          </li>
        ))}
    </ul>
  );
}
