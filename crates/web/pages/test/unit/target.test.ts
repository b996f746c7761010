// Where the sign-in leads, whoever wrote the address.

import assert from 'node:assert/strict';
import test from 'node:test';

import { ours, target } from '../../src/sign-in/target';

const HERE = 'https://office.example';

test('a page of ours is led back to, with all that its address says', () => {
  for (const to of ['/counter', '/counter?branch=contoh&counter=kaunter-1', '/people?lang=ta#devices', '/']) {
    assert.equal(ours(to, HERE), to);
    assert.equal(target(to, [], HERE), HERE + to);
  }
});

test('nothing leads to another host, to a script, to the interface, or round in a circle', () => {
  const evil = [
    '',
    'counter',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    'https://evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    ' //evil.example',
    '@evil.example',
    '/api/v1/sign-on?to=/counter',
    '/x/../api/v1/people',
    '/sign-in?to=/counter',
    '/sign-in',
  ];
  for (const to of evil) {
    assert.equal(ours(to, HERE), undefined, JSON.stringify(to));
    const led = target(to, [], HERE);
    assert.equal(new URL(led).origin, HERE, led);
    assert.equal(led, `${HERE}/people`);
  }
});

test('without a page each is led to the own work', () => {
  const led = (...grants: Parameters<typeof target>[1]) => target(undefined, grants, HERE).slice(HERE.length);
  assert.equal(led({ role: 'officer' }), '/counter');
  assert.equal(led({ role: 'officer', branch: 'a b' }), '/counter?branch=a+b');
  assert.equal(led({ role: 'officer', branch: 'a' }, { role: 'officer', branch: 'b' }), '/counter');
  assert.equal(led({ role: 'officer' }, { role: 'supervisor', branch: 'a' }), '/dashboard?branch=a');
  assert.equal(led({ role: 'administrator' }), '/people');
  assert.equal(led({ role: 'auditor', branch: 'a' }), '/people');
});
