// The supervisor's view: who waits how long, which counters are open.

import '../style/dashboard.css';

import { show } from '../ui/frame';
import { Dashboard } from './dashboard';

show(Dashboard, { title: 'dashboard.title', remember: true });
