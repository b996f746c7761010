// The kiosk: choose a service, get a number.

import '../style/kiosk.css';

import texts from '../text/kiosk';
import { show } from '../ui/frame';
import { Kiosk } from './kiosk';

show(Kiosk, { texts, title: 'kiosk.title', remember: false, bilingual: true });
