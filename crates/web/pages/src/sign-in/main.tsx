// The sign-in: for everybody of the staff, for the first administrator, and to choose one's own PIN.

import '../style/sign-in.css';

import access from '../text/access';
import signIn from '../text/sign-in';
import { show } from '../ui/frame';
import { takeToken } from './first';
import { SignInPage } from './sign-in';

takeToken();
show(SignInPage, { texts: [signIn, access], title: 'sign_in.title', remember: true, anyBranch: true });
