// The dashboard's dialogs bring their own texts.

import { learn } from '../text';
import dashboard from '../text/dashboard';
import hall from '../text/hall';
import staff from '../text/staff';
import tasks from '../text/tasks';

learn(dashboard, hall, staff, tasks);
