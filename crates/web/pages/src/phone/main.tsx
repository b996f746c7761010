// A visitor's own phone: how the number stands, and a number from a little further away.

import '../style/phone.css';

import hall from '../text/hall';
import phone from '../text/phone';
import { show } from '../ui/frame';
import { PhonePage } from './phone';

show(PhonePage, { texts: [phone, hall], title: 'phone.title', remember: true });
