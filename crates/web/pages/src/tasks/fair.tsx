// The fair-order record: what set somebody before or behind the order of the queue, the newest first.

import './texts';

import { useEffect, useState } from 'preact/hooks';

import { fairOrder } from '../api';
import type { TaskProps } from '../dashboard/asking';
import { placeOf } from '../dashboard/name';
import { useSpeech } from '../live';
import type { BranchView, FairOrderRecord } from '../protocol';
import { pick } from '../text';
import { clock } from '../time';
import { Dialog } from '../ui/frame';

export function Task({ branch, view, onClose }: TaskProps) {
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
    return counter ? placeOf(counter, say) : id;
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
                <th scope="col">{say('fair.at')}</th>
                <th scope="col">{say('number')}</th>
                <th scope="col">{say('fair.what')}</th>
                <th scope="col">{say('reason')}</th>
                <th scope="col">{say('fair.by')}</th>
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
          {say(!records ? 'link.opening' : records === 'failed' ? 'fair.failed' : 'fair.none')}
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
