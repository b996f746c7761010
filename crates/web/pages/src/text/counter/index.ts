// What only the page `counter` says. Malay comes with the page, the others when they are wanted.

import ms from './ms.json';

export default {
  ms,
  en: () => import('./en.json'),
  zh: () => import('./zh.json'),
  ta: () => import('./ta.json'),
};
