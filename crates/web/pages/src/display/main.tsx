// The wall: calls now and before.

import '../style/display.css';

import { show } from '../ui/frame';
import { Display } from './display';

show(Display, { title: 'display.title', remember: false });
