// A small office and messages about it, for the tests.

import type { BranchView, CallView, Change, TicketView, ToClient } from '../../src/protocol';

export const LOG = '0190a000-0000-7000-8000-000000000001';
export const NOON = '2026-11-23T04:00:00Z';

export const office = (more: Partial<BranchView> = {}): BranchView => ({
  id: 'contoh',
  name: { ms: 'Pejabat Contoh' },
  time_zone: 'Asia/Kuala_Lumpur',
  day: '2026-11-23',
  opening: { state: 'always' },
  languages: ['ms', 'en', 'zh', 'ta'],
  viewing_m: 10,
  classes: [{ id: 'biasa', name: { ms: 'Biasa' } }],
  services: [
    { id: 'pertanyaan', name: { ms: 'Pertanyaan' }, letters: 'A', waiting: 0 },
    { id: 'lesen', name: { ms: 'Lesen' }, letters: 'L', waiting: 0 },
  ],
  counters: [{ id: 'k1', place: 'counter', number: 1, open: true, services: ['pertanyaan'] }],
  ...more,
});

export const ticket = (id: number, more: Partial<TicketView> = {}): TicketView => ({
  id,
  number: `A${String(id).padStart(3, '0')}`,
  service: 'pertanyaan',
  class: 'biasa',
  language: 'ms',
  state: 'waiting',
  arrived_at: NOON,
  due_at: NOON,
  since: NOON,
  ...more,
});

export const call = (seq: number, more: Partial<CallView> = {}): CallView => ({
  seq,
  at: NOON,
  number: `A${String(seq).padStart(3, '0')}`,
  service: 'pertanyaan',
  language: 'ms',
  counter: 'k1',
  place: 'counter',
  counter_number: 1,
  attempt: 1,
  ...more,
});

export const snapshot = (seq: number, view = office()): ToClient => ({
  type: 'snapshot',
  log: LOG,
  seq,
  now: NOON,
  view,
});

export const entry = (prev: number, seq: number, ...changes: Change[]): ToClient => ({
  type: 'entry',
  seq,
  prev,
  at: NOON,
  changes,
});
