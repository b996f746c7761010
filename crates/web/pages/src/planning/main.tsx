// Planning: the rest of the day, a plan to try, next week's roster, and whether announced waits came true.

import '../style/planning.css';

import planning from '../text/planning';
import staff from '../text/staff';
import { show } from '../ui/frame';
import { Planning } from './planning';

show(Planning, { texts: [planning, staff], title: 'planning.title', remember: true });
