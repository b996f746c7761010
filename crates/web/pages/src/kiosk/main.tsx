// The kiosk: choose a service, get a number.

import '../style/kiosk.css';

import { show } from '../ui/frame';
import { Kiosk } from './kiosk';

show(Kiosk, { title: 'kiosk.title', remember: false });
