// The supervisor's view: who waits how long, which counters are open.

import '../style/dashboard.css';

import dashboard from '../text/dashboard';
import hall from '../text/hall';
import staff from '../text/staff';
import { show } from '../ui/frame';
import { Dashboard } from './dashboard';

show(Dashboard, { texts: [dashboard, hall, staff], title: 'dashboard.title', remember: true });
