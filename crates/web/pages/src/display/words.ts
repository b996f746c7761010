// What the wall's parts say that come once it stands.

import { learn } from '../text';
import parts from '../text/display-parts';

learn(parts);
