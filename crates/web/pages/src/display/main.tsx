// The wall: calls now and before.

import '../style/display.css';

import texts from '../text/display';
import { show } from '../ui/frame';
import { Display } from './display';

show(Display, { texts, title: 'display.title', remember: false, bilingual: true });
