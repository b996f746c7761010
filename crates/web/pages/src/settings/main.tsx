// Settings: the office's rules, changed without a text editor and checked before they are applied.

import '../style/settings.css';

import settings from '../text/settings';
import { show } from '../ui/frame';
import { SettingsPage } from './settings';

// What an office is called in Chinese stands here in every language: the letters that are drawn are fetched.
void import('../style/chinese');
show(SettingsPage, { texts: [settings], title: 'settings.title', remember: true });
