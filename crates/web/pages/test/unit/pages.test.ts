import assert from 'node:assert/strict';
import test from 'node:test';

import { pagesOf, readMs } from '../../src/display/pages';

test('a short notice is one page, as it is', () => {
  assert.deepEqual(pagesOf('Kaunter 3 ditutup hari ini.'), ['Kaunter 3 ditutup hari ini.']);
  assert.deepEqual(pagesOf('今天三号柜台不开放。'), ['今天三号柜台不开放。']);
  assert.deepEqual(pagesOf(''), []);
});

test('a long notice is cut between its sentences, and nothing of it is lost', () => {
  const sentence = 'Sistem pembayaran dalam talian akan diselenggara pada hari Sabtu dari jam lapan pagi. ';
  const text = sentence.repeat(3).trim();
  assert.deepEqual(pagesOf(text), Array(3).fill(sentence.trim()));
});

test('a sentence that fits on no page is cut between words, and one without words between letters', () => {
  const words = 'perkhidmatan '.repeat(30).trim();
  const pages = pagesOf(words);
  assert.equal(pages.join(' '), words);
  assert.ok(pages.every((page) => page.length <= 110));
  const letters = '请'.repeat(130);
  assert.equal(pagesOf(letters).join(''), letters);
  assert.ok(pagesOf(letters).every((page) => page.length <= 55));
});

test('a page stays as long as a slow reader takes, and never less than six seconds', () => {
  assert.equal(readMs('Tutup.'), 6_000);
  assert.equal(readMs('x'.repeat(100)), 9_000);
  assert.equal(readMs('请'.repeat(50)), 9_000);
});
