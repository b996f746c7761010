// What several pages say.

import en from './en.json';
import ms from './ms.json';
import ta from './ta.json';
import zh from './zh.json';

export default { ms, en, zh, ta };
