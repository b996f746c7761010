// What all parts of planning say.

export default {
  ms: () => import('./ms.json'),
  en: () => import('./en.json'),
  zh: () => import('./zh.json'),
  ta: () => import('./ta.json'),
};
