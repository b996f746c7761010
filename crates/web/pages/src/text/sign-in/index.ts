// What is said at the sign-in.

export default {
  ms: () => import('./ms.json'),
  en: () => import('./en.json'),
  zh: () => import('./zh.json'),
  ta: () => import('./ta.json'),
};
