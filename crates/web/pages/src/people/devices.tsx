// The devices of a branch, and a way in for another one: the code on its screen.

import { useState } from 'preact/hooks';

import { asked, useSpeech } from '../live';
import type { BranchInfo, DeviceKind, DeviceView, Me, PendingDevice } from '../protocol';
import { pick } from '../text';
import { Dialog } from '../ui/frame';
import { Send, Step, Why } from './parts';
import { mayPair, maySeeDevices } from './rights';
import { useChange, useListed } from './use';
import { moment } from './when';

export function Devices({ me, branches }: { me: Me; branches: BranchInfo[] }) {
  const { language, say } = useSpeech();
  const mine = branches.filter(({ id }) => maySeeDevices(me, id));
  const [chosen, setChosen] = useState(() => asked('branch'));
  const branch = mine.find(({ id }) => id === chosen) ?? mine[0];
  if (!branch) return <p class="empty">{say('branch.none')}</p>;
  return (
    <>
      {mine.length > 1 && (
        <p class="fields branch">
          <label>
            {say('people.branch')}
            <select value={branch.id} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
              {mine.map(({ id, name }) => (
                <option key={id} value={id}>
                  {pick(name, language)}
                </option>
              ))}
            </select>
          </label>
        </p>
      )}
      <OfBranch key={branch.id} branch={branch.id} pairs={mayPair(me, branch.id)} />
    </>
  );
}

function OfBranch({ branch, pairs }: { branch: string; pairs: boolean }) {
  const { language, say } = useSpeech();
  const path = `/branches/${encodeURIComponent(branch)}`;
  const { found: devices, failed, again } = useListed<DeviceView[]>(`${path}/devices`, 10_000);
  const [told, setTold] = useState('');
  const [revoking, setRevoking] = useState<DeviceView>();
  return (
    <div class="devices">
      {pairs && (
        <Approve
          path={path}
          taken={(devices ?? []).map(({ id }) => id)}
          onDone={(device) => {
            setTold(say('devices.done.paired', { id: device.id }));
            again();
          }}
        />
      )}
      <section class="panel" aria-labelledby="devices">
        <h2 id="devices">
          {say('people.part.devices')} {devices && <span class="count">{devices.length}</span>}
        </h2>
        <Why failed={failed} />
        <p role="status" class="told">
          {told}
        </p>
        {!devices ? (
          <p class="empty">{say('link.opening')}</p>
        ) : devices.length === 0 ? (
          <p class="empty">{say('devices.none')}</p>
        ) : (
          <div class="scroll" tabIndex={0} role="group" aria-labelledby="devices">
            <table>
              <thead>
                <tr>
                  <th scope="col">{say('devices.id')}</th>
                  <th scope="col">{say('devices.kind')}</th>
                  <th scope="col">{say('devices.paired')}</th>
                  <th scope="col">{say('devices.seen')}</th>
                  <th scope="col">
                    <span class="unseen">{say('devices.revoke')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {devices.map((device) => (
                  <tr key={device.id}>
                    <th scope="row">{device.id}</th>
                    <td>{say(`device.${device.device}`)}</td>
                    <td>
                      {moment(device.paired_at, language)}
                      <small>{device.paired_by}</small>
                    </td>
                    <td>
                      {device.seen_at ? moment(device.seen_at, language) : say('devices.unseen')}
                      {device.seen_from && <small>{device.seen_from}</small>}
                    </td>
                    <td class="figure">
                      {pairs && (
                        <button
                          type="button"
                          aria-label={`${say('devices.revoke')}: ${device.id}`}
                          onClick={() => setRevoking(device)}
                        >
                          {say('devices.revoke')}
                        </button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {revoking && (
        <Revoke
          path={`${path}/devices/${encodeURIComponent(revoking.id)}`}
          device={revoking}
          onClose={() => setRevoking(undefined)}
          onDone={() => {
            setRevoking(undefined);
            setTold(say('devices.done.revoked', { id: revoking.id }));
            again();
          }}
        />
      )}
    </div>
  );
}

function Revoke({ path, device, onDone, onClose }: {
  path: string;
  device: DeviceView;
  onDone: () => void;
  onClose: () => void;
}) {
  const { say } = useSpeech();
  const change = useChange();
  const title = say('devices.sure', { id: device.id });
  return (
    <Dialog label={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void change.run('DELETE', path).then((done) => done && onDone());
        }}
      >
        <Step>{title}</Step>
        <p>{say('devices.sure.why')}</p>
        <Why failed={change.failed} />
        <p class="buttons">
          <Send can={!change.busy} danger>
            {say('devices.revoke')}
          </Send>
          <button type="button" class="quiet" onClick={onClose}>
            {say('people.cancel')}
          </button>
        </p>
      </form>
    </Dialog>
  );
}

/** `BCDFGHJK` as it is typed: letters only, in two groups. */
export function grouped(typed: string): string {
  const letters = typed.toUpperCase().replace(/[^A-Z0-9]/g, '').slice(0, 8);
  return letters.length > 4 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : letters;
}

/** The first short name of its kind that is free: `kiosk-2`. */
export function freeName(kind: DeviceKind, taken: readonly string[]): string {
  for (let n = 1; ; n += 1) if (!taken.includes(`${kind}-${n}`)) return `${kind}-${n}`;
}

/** Type the code, see who asks, give it a name. */
function Approve({ path, taken, onDone }: {
  path: string;
  taken: readonly string[];
  onDone: (device: DeviceView) => void;
}) {
  const { language, say } = useSpeech();
  const change = useChange();
  const [code, setCode] = useState('');
  const [pending, setPending] = useState<PendingDevice>();
  const [id, setId] = useState('');
  const whole = code.length === 9;
  const forget = () => {
    setPending(undefined);
    setCode('');
  };
  const look = async () => {
    const seen = await change.run<PendingDevice>('POST', `${path}/pairing/look`, { code });
    if (!seen) return;
    setId(freeName(seen.found.device, taken));
    setPending(seen.found);
  };
  const approve = async () => {
    const done = await change.run<DeviceView>('POST', `${path}/pairing/approve`, { code, id });
    if (!done) return;
    forget();
    onDone(done.found);
  };
  return (
    <section class="panel approve" aria-labelledby="approve">
      <h2 id="approve">{say('devices.approve')}</h2>
      {!pending ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (whole && !change.busy) void look();
          }}
        >
          <p>{say('devices.approve.how')}</p>
          <div class="fields">
            <label>
              {say('devices.code')}
              <input
                class="code"
                value={code}
                required
                placeholder="BCDF-GHJK"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck={false}
                onInput={({ currentTarget }) => {
                  const next = grouped(currentTarget.value);
                  // What was not taken must not stay in sight.
                  currentTarget.value = next;
                  setCode(next);
                }}
              />
            </label>
            <Send can={whole && !change.busy}>{say('devices.look')}</Send>
          </div>
          <Why failed={change.failed} />
        </form>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (/^[a-z0-9-]{1,32}$/.test(id) && !change.busy) void approve();
          }}
        >
          <Step as="h3">{say('devices.compare')}</Step>
          <dl>
            <div>
              <dt>{say('devices.code')}</dt>
              <dd class="code">{code}</dd>
            </div>
            <div>
              <dt>{say('devices.kind')}</dt>
              <dd>{say(`device.${pending.device}`)}</dd>
            </div>
            <div>
              <dt>{say('devices.from')}</dt>
              <dd>{pending.from}</dd>
            </div>
            <div>
              <dt>{say('devices.since')}</dt>
              <dd>{moment(pending.since, language)}</dd>
            </div>
          </dl>
          <div class="fields">
            <label>
              {say('devices.id')}
              <input
                value={id}
                required
                maxLength={32}
                autocomplete="off"
                autocapitalize="none"
                spellcheck={false}
                onInput={({ currentTarget }) => setId(currentTarget.value.toLowerCase())}
              />
              <small>{say('people.id.form')}</small>
            </label>
          </div>
          <Why failed={change.failed} />
          <p class="buttons">
            <Send can={/^[a-z0-9-]{1,32}$/.test(id) && !change.busy}>{say('devices.approve.do')}</Send>
            <button type="button" class="quiet" onClick={forget}>
              {say('people.cancel')}
            </button>
          </p>
        </form>
      )}
    </section>
  );
}
