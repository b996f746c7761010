// Brings the Chinese letters. Only pages that show Chinese fetch this, and with it what says where the
// letters are.

import address from './chinese.css?url';

// A visitor's phone has such letters, and a line too thin for ours: its page says so. Where there is no page, as in
// tests of the texts, there is nothing to bring.
const page = globalThis.document?.documentElement;
if (page && page.dataset['letters'] !== 'device') {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = address;
  document.head.append(link);
}
