// The kiosk: choose a service, get a number.

import '../style/kiosk.css';

import hall from '../text/hall';
import kiosk from '../text/kiosk';
import { show } from '../ui/frame';
import { Kiosk } from './kiosk';

show(Kiosk, { texts: [kiosk, hall], title: 'kiosk.title', remember: false, bilingual: true });
