// The last step: what is wrong, what is unwise, what changes, how the kiosk would look; then it is applied.

import { useEffect, useRef, useState } from 'preact/hooks';

import { ask } from '../access/ask';
import { toSignIn } from '../access/me';
import { useSpeech } from '../live';
import { press, send, type Ending } from '../press';
import type { BranchView } from '../protocol';
import { learn, pick } from '../text';
import texts from '../text/settings-review';
import { Action, Dialog } from '../ui/frame';
import { useLater } from '../ui/later';
import { differences, type Difference } from './diff';
import { merge, rulesPath, type Checked, type Draft } from './draft';
import type { Fault } from './faults';
import { Places, Summary } from './places';
import { same, type Sections, type Tree } from './schema';
import { useSentences } from './sentences';

learn(texts);

export function Review({ branch, draft, sections, faults, warnings, checked, fixed }: {
  branch: string;
  draft: Draft;
  sections: Sections;
  faults: readonly Fault[];
  warnings: readonly Fault[];
  checked: Checked | undefined;
  fixed: boolean;
}) {
  const { say, language } = useSpeech();
  const [busy, setBusy] = useState(false);
  const [waiting, setWaiting] = useState<number>();
  const [last, setLast] = useState<{ ending: Ending; of: Tree }>();
  const { base, rules, theirs, changed } = draft;
  // Changes name sentences by their words.
  useSentences(branch);
  const sound = faults.length === 0 && checked?.of === rules && !checked.lost;
  const view = sound ? checked.view : undefined;
  const preview = useLater(Boolean(view), () => import('./preview'));
  // What came of other rules than these is of no interest any more.
  const ending = last && (last.of === rules || (last.ending.type === 'answered' && !changed)) ? last.ending : undefined;
  const [done, wrong] = [useRef<HTMLParagraphElement>(null), useRef<HTMLDivElement>(null)];
  useEffect(() => {
    // The button is at the page's end, and what came of it is told at the head.
    if (ending) (ending.type === 'answered' ? done : wrong).current?.focus();
  }, [ending]);

  /** Whether what is in force is still what the changes began from. */
  const current = async () => {
    const found = await draft.look();
    if (!found) setLast({ ending: { type: 'lost' }, of: rules });
    return same(found, base);
  };
  const apply = async () => {
    const ending = await send(press(branch, { type: 'set_rules', rules } as unknown as Parameters<typeof press>[1]));
    if (ending.type === 'signed_out') return toSignIn();
    if (ending.type === 'answered') {
      draft.begin(rules, rules);
      await draft.look();
    }
    setLast({ ending, of: rules });
  };
  const once = async (what: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    await what();
    setBusy(false);
  };
  const ask_ = () =>
    once(async () => {
      if (!(await current())) return;
      const count = await howManyWait(branch);
      if (count) setWaiting(count);
      else await apply();
    });
  /** The answer to how many wait: the question may have stood there for long, and others were at it too. */
  const sure = () =>
    once(async () => {
      setWaiting(undefined);
      if (await current()) await apply();
    });
  return (
    <>
      <Summary faults={faults} sections={sections} rules={rules} />
      {theirs && <Conflict draft={draft} theirs={theirs} sections={sections} />}
      <div ref={wrong} role="alert" tabIndex={-1}>
        {ending?.type === 'refused' && (
          <p class="wrong">
            <span aria-hidden="true">✕ </span>
            {pick(ending.error.message, language)} {ending.error.detail && <span lang="en">{ending.error.detail}</span>}
          </p>
        )}
        {ending?.type === 'lost' && <p class="wrong">{say('press.lost')}</p>}
      </div>
      <p ref={done} role="status" class="done" tabIndex={-1}>
        {ending?.type === 'answered' && say('review.done')}
      </p>
      {warnings.length > 0 && (
        <section class="warnings">
          <h2>{say('review.warnings')}</h2>
          <Places found={warnings} sections={sections} rules={rules} say={say} language={language} />
        </section>
      )}
      <section class="panel">
        <h2>{say('review.changes')}</h2>
        <Changes found={differences(sections, base, rules, say, language)} />
      </section>
      {view && preview && (
        <section class="panel">
          <h2>{say('review.preview')}</h2>
          <preview.Preview view={view} />
        </section>
      )}
      {!fixed && (
        <p class="buttons">
          <Action class="primary" can={changed && sound && !busy && !theirs} onPress={() => void ask_()}>
            {say('review.apply')}
          </Action>
          <Action can={changed && !busy} onPress={() => draft.take(base)}>
            {say('review.discard')}
          </Action>
        </p>
      )}
      {waiting !== undefined && (
        <Dialog label={say('review.sure')} onClose={() => setWaiting(undefined)}>
          <h2>{say('review.sure')}</h2>
          <p>{say('review.waiting', { count: waiting })}</p>
          <p class="buttons">
            <button type="button" class="primary" onClick={() => void sure()}>
              {say('review.apply')}
            </button>
            <button type="button" class="quiet" onClick={() => setWaiting(undefined)}>
              {say('review.back')}
            </button>
          </p>
        </Dialog>
      )}
    </>
  );
}

/** How many people are in the office with a number; nobody where that can't be had. */
async function howManyWait(branch: string): Promise<number> {
  const path = rulesPath(branch).replace(/rules$/, 'state?audience=supervisor');
  const answer = await ask<{ view: BranchView }>('GET', path);
  return answer.type === 'found' ? (answer.found.view.tickets?.length ?? 0) : 0;
}

function Changes({ found }: { found: readonly Difference[] }) {
  const { say } = useSpeech();
  if (found.length === 0) return <p class="empty">{say('review.none')}</p>;
  return (
    <ul class="changes">
      {found.map(({ at, where, kind, before, after }) => (
        <li key={at + kind}>
          <strong class={`tag ${kind}`}>{say(`review.${kind}`)}</strong> <span>{where.join(' › ')}</span>
          {(before || after) && (
            <p>
              {before && <del>{before}</del>}
              {before && after && <span aria-hidden="true"> → </span>}
              {after && <ins>{after}</ins>}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Somebody else changed the rules meanwhile: what they changed, and what to do about it. */
function Conflict({ draft, theirs, sections }: { draft: Draft; theirs: Tree; sections: Sections }) {
  const { say, language } = useSpeech();
  return (
    <section class="panel conflict" role="alert">
      <h2>{say('review.theirs')}</h2>
      <p>{say('review.theirs.why')}</p>
      <Changes found={differences(sections, draft.base, theirs, say, language)} />
      <p class="buttons">
        <button
          type="button"
          class="primary"
          onClick={() => draft.begin(theirs, merge(draft.base, draft.rules, theirs) as Tree)}
        >
          {say('review.merge')}
        </button>
        <button type="button" onClick={() => draft.begin(theirs, theirs)}>
          {say('review.reload')}
        </button>
      </p>
    </section>
  );
}
