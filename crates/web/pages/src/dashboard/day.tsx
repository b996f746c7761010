// The office's day: open longer, close for today, take in appointments, read what was out of turn.

import { useEffect, useState } from 'preact/hooks';

import { fairOrder, importAppointments } from '../api';
import { useSpeech, type Presser } from '../live';
import type { BranchView, ErrorView, FairOrderRecord } from '../protocol';
import { pick } from '../text';
import { clock, date, todayAt } from '../time';
import { Action, Dialog } from '../ui/frame';
import { uuid7 } from '../uuid';

type Asking = 'extra' | 'close' | 'fair';

export function Day({ branch, view, presser, now }: {
  branch: string;
  view: BranchView;
  presser: Presser;
  now: number;
}) {
  const { language, say } = useSpeech();
  const [asking, setAsking] = useState<Asking>();
  const done = () => setAsking(undefined);
  const { opening, time_zone } = view;
  const state = () => {
    if (opening.state === 'always') return say('dashboard.always');
    if (opening.state === 'open') {
      const until = say('dashboard.open_until', { time: clock(Date.parse(opening.until), time_zone) });
      return opening.extra ? `${until} (${say('dashboard.extra')})` : until;
    }
    if (!opening.next) return say('opening.closed');
    const next = Date.parse(opening.next);
    const opens = say('opening.next', { date: date(next, time_zone, language), time: clock(next, time_zone) });
    return `${say('opening.closed')}. ${opens}`;
  };
  const free = !presser.pending;
  return (
    <section class="panel day" aria-labelledby="day">
      <h2 id="day">{say('dashboard.hours')}</h2>
      <p class="opening" data-state={opening.state}>
        {state()}
      </p>
      <p class="buttons">
        {opening.state !== 'always' && (
          <>
            <Action can={free} onPress={() => setAsking('extra')}>
              {say('dashboard.open_extra')}
            </Action>
            <Action can={free && opening.state === 'open'} onPress={() => setAsking('close')}>
              {say('dashboard.close_day')}
            </Action>
          </>
        )}
        <button type="button" onClick={() => setAsking('fair')}>
          {say('dashboard.fair')}
        </button>
      </p>
      {view.appointments && <Import branch={branch} />}
      {asking === 'extra' && (
        <Extra
          onClose={done}
          onChoose={(time, reason) => {
            done();
            presser.press({
              type: 'open_extra',
              until: new Date(todayAt(time, now, time_zone)).toISOString(),
              reason,
            });
          }}
        />
      )}
      {asking === 'close' && (
        <Dialog label={say('dashboard.close_day')} onClose={done}>
          <h2>{say('dashboard.close_day')}</h2>
          <p>{say('dashboard.close_day.sure')}</p>
          <p class="buttons">
            <Action
              class="primary"
              can
              onPress={() => {
                done();
                presser.press({ type: 'close_day' });
              }}
            >
              {say('dashboard.close_day')}
            </Action>
            <button type="button" class="quiet" onClick={done}>
              {say('cancel')}
            </button>
          </p>
        </Dialog>
      )}
      {asking === 'fair' && <FairOrder branch={branch} view={view} onClose={done} />}
    </section>
  );
}

/** Until when, and why: the reason is kept. */
function Extra({ onChoose, onClose }: {
  onChoose: (time: string, reason: string) => void;
  onClose: () => void;
}) {
  const { say } = useSpeech();
  const [time, setTime] = useState('');
  const [reason, setReason] = useState('');
  return (
    <Dialog label={say('dashboard.open_extra')} onClose={onClose}>
      <h2>{say('dashboard.open_extra')}</h2>
      <div class="fields">
        <label>
          {say('dashboard.until')}
          <input type="time" value={time} onInput={({ currentTarget }) => setTime(currentTarget.value)} />
        </label>
        <label>
          {say('reason')}
          <input value={reason} maxLength={200} onInput={({ currentTarget }) => setReason(currentTarget.value)} />
        </label>
      </div>
      <p class="buttons">
        <Action class="primary" can={time !== '' && reason.trim() !== ''} onPress={() => onChoose(time, reason.trim())}>
          {say('dashboard.open_extra')}
        </Action>
        <button type="button" class="quiet" onClick={onClose}>
          {say('cancel')}
        </button>
      </p>
    </Dialog>
  );
}

/** Appointments from a file of another system. */
function Import({ branch }: { branch: string }) {
  const { language, say } = useSpeech();
  const [told, setTold] = useState<{ file: string; error?: ErrorView | 'lost' }>();
  const send = async (input: HTMLInputElement) => {
    const file = input.files?.[0];
    if (!file) return;
    const error = await importAppointments(branch, uuid7(), file);
    setTold({ file: file.name, ...(error && { error }) });
    // The same file, mended, can be chosen again.
    input.value = '';
  };
  return (
    <div class="import">
      <label>
        {say('dashboard.import')}{' '}
        <input type="file" accept=".csv,text/csv" onChange={({ currentTarget }) => void send(currentTarget)} />
      </label>
      <p role="status">
        {told &&
          (!told.error
            ? say('dashboard.imported', { file: told.file })
            : told.error === 'lost'
              ? say('press.lost')
              : [pick(told.error.message, language), told.error.detail].filter(Boolean).join(' '))}
      </p>
    </div>
  );
}

/** What set somebody before or behind the order of the queue, the newest first. */
function FairOrder({ branch, view, onClose }: { branch: string; view: BranchView; onClose: () => void }) {
  const { language, say } = useSpeech();
  const [records, setRecords] = useState<FairOrderRecord[] | 'failed'>();
  useEffect(() => {
    let here = true;
    const take = (found: FairOrderRecord[] | 'failed') => here && setRecords(found);
    fairOrder(branch).then(take, () => take('failed'));
    return () => {
      here = false;
    };
  }, [branch]);
  const place = (id: string) => {
    const counter = view.counters.find((counter) => counter.id === id);
    return counter ? `${say(`place.${counter.place}`)} ${counter.number}` : id;
  };
  const group = (id: string) => {
    const known = view.classes.find((known) => known.id === id);
    return known ? pick(known.name, language) : id;
  };
  const what = ({ what }: FairOrderRecord) =>
    say(`fair.${what.type}`, {
      ...('counter' in what && { counter: place(what.counter) }),
      ...('passed' in what && { passed: what.passed }),
      ...('from' in what && { from: group(what.from), to: group(what.to) }),
    });
  const by = ({ by }: FairOrderRecord) => (by && 'id' in by ? by.id : '–');
  return (
    <Dialog label={say('dashboard.fair')} onClose={onClose} wide>
      <h2>{say('dashboard.fair')}</h2>
      {Array.isArray(records) && records.length > 0 ? (
        <div class="scroll" tabIndex={0} role="group" aria-label={say('dashboard.fair')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{say('dashboard.fair.at')}</th>
                <th scope="col">{say('number')}</th>
                <th scope="col">{say('dashboard.fair.what')}</th>
                <th scope="col">{say('reason')}</th>
                <th scope="col">{say('dashboard.fair.by')}</th>
              </tr>
            </thead>
            <tbody>
              {records.toReversed().map((record) => (
                <tr key={`${record.seq} ${record.ticket} ${record.what.type}`}>
                  <td>{clock(Date.parse(record.at), view.time_zone)}</td>
                  <th scope="row">{numberOf(view, record.ticket)}</th>
                  <td>{what(record)}</td>
                  <td>{record.reason ?? '–'}</td>
                  <td>{by(record)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <p role="status">
          {say(!records ? 'link.opening' : records === 'failed' ? 'dashboard.fair.failed' : 'dashboard.fair.none')}
        </p>
      )}
      <button type="button" class="quiet" onClick={onClose}>
        {say('back')}
      </button>
    </Dialog>
  );
}

/** The number of a ticket that still lives, else its place in the day. */
const numberOf = (view: BranchView, id: number): string =>
  view.tickets?.find((ticket) => ticket.id === id)?.number ??
  view.missed?.find(({ ticket }) => ticket === id)?.number ??
  `#${id}`;
