// What the daemon finds in rules it says in English; here it is said in the reader's language. What is not
// known here stays as the daemon says it.

import { learn, type Key } from '../text';
import texts from '../text/settings-said';
import type { Fault } from './faults';

learn(texts);

/** What the daemon says, what that is here, and at which field of a thing without a name. */
const FORMS: readonly (readonly [RegExp, Key, string?])[] = [
  [/^is empty$/, 'said.empty'],
  [/^stands twice$/, 'said.stands_twice'],
  [/^there must be at least one(?:;|$)|^must name at least one \w+$/, 'said.least'],
  [/there is no \w+ `(.+)`$/, 'said.unknown'],
  [/^lies within itself$/, 'said.within'],
  [/^holds no service and no group$/, 'said.holds_none'],
  [/^must be longer than nothing$/, 'said.longer'],
  [/^goes from `(.+)` to `/, 'said.after_itself'],
  [/^names more than (\d+) services$|^there are \d+; (\d+) are the most/, 'said.most'],
  [/^no counter takes it$/, 'said.no_counter'],
  [/^only counters kept for classes take it$/, 'said.only_kept'],
  [/^has numbers in common with `(.+)`$/, 'said.common'],
  [/^(\d+) has more than (\d+) digits$/, 'said.digits'],
  [/^begins at (\d+) and ends before it, at (\d+)$/, 'said.ends_before'],
  [/^skips (\d+), which it does not have$/, 'said.skips_beyond'],
  [/^skips all its numbers$/, 'said.skips_all'],
  [/^(?:names|skips) `?(.+?)`? twice$/, 'said.twice'],
  [/^a tier names nothing$/, 'said.tier'],
  [/^two have the sign `(\w+) (\d+)`$/, 'said.sign'],
  [/^(.+) closes before it opens$/, 'said.closes_before'],
  [/^(.+) begins before the one before it ends$/, 'said.overlaps'],
  [/^the office never opens$/, 'said.never_opens'],
  [/^(\d+) is more than calls_most, (\d+)$/, 'said.more'],
  [/^(\d+) is less than calls_least, (\d+)$/, 'said.less'],
  [/is not between 0 and 24 hours$/, 'said.day'],
  [/^(\d\d:\d\d)\S* is not before (\d\d:\d\d)/, 'said.not_before', '.until'],
  [/ is not between (.+) and (.+)$/, 'said.between'],
  [/ is less than a minute$/, 'said.minute'],
  [/^the office has no hours/, 'said.no_hours'],
  [/^`(.+)` is not an IANA time zone$/, 'said.zone'],
  [/^the first class is the ordinary one/, 'said.ordinary'],
  [/^can't go yet, (\d+) still here for it$/, 'said.still_here'],
  [/^`(.+)` sounds like `(.+)`$/, 'said.alike'],
  [/^falls due after (.+), later than the charter's (.+)$/, 'said.later'],
  [/^is not said in (.+), and Malay stands in$/, 'said.unread'],
  [/^must have 1 to (\d+) characters/, 'said.chars'],
];

export const inWords = (faults: readonly Fault[]): Fault[] =>
  faults.map((fault) => {
    for (const [form, say, field = ''] of FORMS) {
      const found = form.exec(fault.what ?? '');
      if (!found) continue;
      const [a = '', b = ''] = found.slice(1).filter((part) => part !== undefined);
      const at = /\.\d+$/.test(fault.at) ? fault.at + field : fault.at;
      return { ...fault, at, say, fill: { a, b } };
    }
    return fault;
  });
