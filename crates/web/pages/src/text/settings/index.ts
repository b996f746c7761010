// What is read by those who change the office's rules, around the form.

export default {
  ms: () => import('./ms.json'),
  en: () => import('./en.json'),
  zh: () => import('./zh.json'),
  ta: () => import('./ta.json'),
};
