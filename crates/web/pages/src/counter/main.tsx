// The counter console: call, serve and send on the visitors of one counter.

import '../style/counter.css';

import { show } from '../ui/frame';
import { Counter } from './counter';

show(Counter, { title: 'counter.title', remember: true });
