// The supervisor's view: who waits how long, which counters are open.

import '../style/dashboard.css';

import texts from '../text/dashboard';
import { show } from '../ui/frame';
import { Dashboard } from './dashboard';

show(Dashboard, { texts, title: 'dashboard.title', remember: true });
