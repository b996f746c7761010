// Who waits for a counter, in which order, and how a time stands against the charter.

import assert from 'node:assert/strict';
import test from 'node:test';

import { inOrder, standing } from '../../src/counter/order';
import { levelOf } from '../../src/desk/charter';
import type { CounterView, TicketView } from '../../src/protocol';
import { NOON, ticket } from './sample';

const NOW = Date.parse(NOON);
const due = (minutes: number) => ({ due_at: new Date(NOW + minutes * 60_000).toISOString() });

const counter = (more: Partial<CounterView> = {}): CounterView => ({
  id: 'k1',
  place: 'counter',
  number: 1,
  open: true,
  services: ['pertanyaan'],
  helps: [['lesen'], ['tanah']],
  ...more,
});

const ids = (counter: CounterView, tickets: TicketView[]) => inOrder(counter, tickets, NOW).map(({ id }) => id);

test('own services come first, then what it helps with tier by tier, each by when it falls due', () => {
  const tickets = [
    ticket(1, { service: 'tanah', ...due(6) }),
    ticket(2, { service: 'lesen', ...due(8) }),
    ticket(3, due(20)),
    ticket(4, due(10)),
  ];
  assert.deepEqual(ids(counter(), tickets), [4, 3, 2, 1]);
});

test('whoever is due passes those who are not, whatever the service', () => {
  assert.deepEqual(ids(counter(), [ticket(1, due(1)), ticket(2, { service: 'tanah', ...due(0) })]), [2, 1]);
});

test('an emergency goes before all, and those for whom the counter is kept before the others', () => {
  const tickets = [
    ticket(1, due(-5)),
    ticket(2, { class: 'oku', ...due(5) }),
    ticket(3, { goes_next: true, ...due(9) }),
  ];
  assert.deepEqual(ids(counter({ reserved: ['oku'] }), tickets), [3, 2, 1]);
});

test('of two who are due at the same moment the earlier number is first', () => {
  assert.deepEqual(ids(counter(), [ticket(2), ticket(1)]), [1, 2]);
});

test('a ticket for one counter waits for that one alone, whatever its service', () => {
  const bound = ticket(1, { service: 'rundingan', bound: 'k1' });
  assert.deepEqual(ids(counter(), [bound, ticket(2, { bound: 'k2' })]), [1]);
});

test('who does not wait, or for a service that the counter has nothing to do with, is not in the list', () => {
  const tickets = [ticket(1, { state: 'parked' }), ticket(2, { state: 'called' }), ticket(3, { service: 'rundingan' })];
  assert.deepEqual(ids(counter(), tickets), []);
});

test('a ticket is late from the moment on at which it falls due, and soon so for five minutes before', () => {
  const told = [-1, 0, 4, 6].map((minutes) => standing(ticket(1, due(minutes)), NOW));
  assert.deepEqual(told, ['late', 'late', 'soon', 'early']);
});

test('a promised time is nearly over when a fifth of it is left, and over when it has passed', () => {
  assert.deepEqual([0, 479, 480, 600, 601].map((spent) => levelOf(spent, 600)), [
    'within',
    'within',
    'nearly',
    'nearly',
    'over',
  ]);
});
