// What only the outcome of a plan says.

export default {
  ms: () => import('./ms.json'),
  en: () => import('./en.json'),
  zh: () => import('./zh.json'),
  ta: () => import('./ta.json'),
};
