// The whole configuration as a file: out of this office, or into the draft, where it is checked and looked at
// like anything that was typed.

import { useState } from 'preact/hooks';

import { useSpeech } from '../live';
import { learn, type Key } from '../text';
import texts from '../text/settings-file';
import { FileButton } from '../ui/file';
import type { Draft } from './draft';
import { fits } from './faults';
import { isTree, plain, type Json, type Sections, type Tree } from './schema';

learn(texts);

/** What a file says that it is, and of which form. */
const VERSION = 1;
/** As much as the daemon takes at once: more than the largest office has. */
const MOST_BYTES = 512 * 1024;

export function File({ branch, draft, sections, fixed }: {
  branch: string;
  draft: Draft;
  sections: Sections;
  fixed: boolean;
}) {
  const { say } = useSpeech();
  const [fault, setFault] = useState<Key>();
  const save = () => {
    const text = `${JSON.stringify({ giliran_rules: VERSION, rules: draft.base }, undefined, 2)}\n`;
    const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = `giliran-${branch}.json`;
    link.click();
    URL.revokeObjectURL(address);
  };
  const open = async (file: globalThis.File) => {
    const read = await rulesIn(file, sections);
    if (typeof read === 'string') return setFault(read);
    setFault(undefined);
    // An office is known by its short name, in its log too: rules of another become rules of this one.
    draft.take({ ...read, id: branch });
    location.hash = '#review';
  };
  return (
    <>
      <section class="panel">
        <h2>{say('file.out')}</h2>
        <p>{say('file.out.why')}</p>
        <button type="button" class="primary" onClick={save}>
          {say('file.save')}
        </button>
      </section>
      {!fixed && (
        <section class="panel">
          <h2>{say('file.in')}</h2>
          <p id="file-why">{say('file.in.why')}</p>
          <FileButton
            label={say('file.choose')}
            accept=".json,application/json"
            describedBy="file-why file-fault"
            invalid={fault !== undefined}
            onFile={(file) => void open(file)}
          />
          <div id="file-fault" role="alert" class="faults">
            {fault && (
              <p>
                <span aria-hidden="true">✕ </span>
                {say(fault)}
              </p>
            )}
          </div>
        </section>
      )}
    </>
  );
}

/** The rules that a file holds, or why it is none of ours. Nothing is read of one that is too large. */
async function rulesIn(file: globalThis.File, sections: Sections): Promise<Tree | Key> {
  if (file.size > MOST_BYTES) return 'file.large';
  try {
    const found = JSON.parse(await file.text()) as Json;
    if (!isTree(found) || !('giliran_rules' in found)) return 'file.other';
    if (found['giliran_rules'] !== VERSION) return 'file.version';
    const rules = found['rules'];
    return fits(sections, rules) ? plain(rules) : 'file.form';
  } catch {
    return 'file.other';
  }
}
