// What became of a call or an announcement, and what waits to be said before it.

import assert from 'node:assert/strict';
import test from 'node:test';

import { backlog, before, fateOf, untold } from '../../src/announce/fate';
import type { AnnouncementView, ReportView } from '../../src/protocol';
import { call, NOON, office } from './sample';

const NOW = Date.parse(NOON) + 30_000;
const report = (more: Partial<ReportView>, call = 1): ReportView => ({ call, shown: 0, started: 0, finished: 0, failed: 0, ...more });

test('of several things that hold the one that staff should know is told', () => {
  const told: [Partial<ReportView>, ReturnType<typeof fateOf>][] = [
    [{ shown: 2 }, undefined],
    [{ queued: 1 }, 'queued'],
    [{ queued: 1, started: 1 }, 'started'],
    [{ queued: 1, started: 1, finished: 1 }, 'finished'],
    [{ queued: 1, withheld: 1 }, 'withheld'],
    [{ queued: 2, withheld: 1 }, 'queued'],
    [{ queued: 1, started: 1, failed: 1 }, 'failed'],
    [{ queued: 2, failed: 1 }, 'queued'],
    [{ queued: 2, started: 2, finished: 1, unheard: ['kantin'] }, 'unheard'],
  ];
  for (const [more, fate] of told) assert.equal(fateOf(report(more)), fate, JSON.stringify(more));
  assert.equal(fateOf(undefined), undefined);
});

test('what is said before a call is what its own loudspeakers have before it', () => {
  const calls = [call(1, { zones: ['dewan'] }), call(2, { zones: ['kantin'] }), call(3), call(4, { zones: ['dewan'] })];
  const reports = [report({ queued: 1, started: 1 }, 1), report({ queued: 1 }, 2), report({ queued: 1 }, 3), report({ queued: 1 }, 4)];
  const view = office({ calls, reports });
  assert.deepEqual(backlog(view, NOW).map(({ seq }) => seq), [2, 3, 4], 'what is being said does not wait');
  assert.deepEqual(calls.map((call) => before(view, call, NOW)), [0, 0, 2, 2]);
  assert.deepEqual(backlog(view, NOW + 600_000), [], 'nobody waits for it any more');
});

test('an announcement that nobody has said is told until it is made again, called off or old', () => {
  const made = (seq: number, more: Partial<AnnouncementView> = {}): AnnouncementView => ({ seq, at: NOON, sound: { sentence: 'lunch' }, ...more });
  const missed = (announcements: AnnouncementView[], now = NOW, urgent: number[] = []) =>
    untold(
      office({
        announcements,
        reports: [report({ unheard: ['kantin'] })],
        urgent: urgent.map((id) => ({ id, at: NOON, sound: { sentence: 'lunch' } })),
      }),
      now,
    ).map(({ announcement, again }) => [announcement.seq, again]);
  const again = { type: 'announce', sound: { sentence: 'lunch' }, zones: ['kantin'] };
  assert.deepEqual(missed([made(1)]), [[1, again]]);
  assert.deepEqual(missed([made(1), made(2)]), []);
  assert.deepEqual(missed([made(1), made(2, { sound: { sentence: 'parking' } })]), [[1, again]]);
  assert.deepEqual(missed([made(1)], NOW + 600_000), []);
  assert.deepEqual(missed([made(1, { urgent: 5 })], NOW, [5]), [[1, undefined]], 'what is urgent is said again by itself');
  assert.deepEqual(missed([made(1, { urgent: 5 })]), []);
});
