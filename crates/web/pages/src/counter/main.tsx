// The counter console: call, serve and send on the visitors of one counter.

import '../style/counter.css';

import counter from '../text/counter';
import staff from '../text/staff';
import { show } from '../ui/frame';
import { Counter } from './counter';

show(Counter, { texts: [counter, staff], title: 'counter.title', remember: true });
