// What only the advice on the dashboard says.

export default {
  ms: () => import('./ms.json'),
  en: () => import('./en.json'),
  zh: () => import('./zh.json'),
  ta: () => import('./ta.json'),
};
