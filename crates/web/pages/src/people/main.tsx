// People and devices: who may sign in, which screens take part, and what was done.

import '../style/people.css';

import access from '../text/access';
import people from '../text/people';
import { show } from '../ui/frame';
import { PeoplePage } from './people';

show(PeoplePage, { texts: [people, access], title: 'people.title', remember: true, anyBranch: true });
