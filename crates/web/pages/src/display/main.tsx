// The wall: calls now and before.

import '../style/display.css';

import display from '../text/display';
import hall from '../text/hall';
import { show } from '../ui/frame';
import { Display } from './display';
import { mendWall } from './mend';

show(Display, { texts: [display, hall], title: 'display.title', remember: false, bilingual: true, mend: mendWall });
