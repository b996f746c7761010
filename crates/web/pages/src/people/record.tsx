// The audit record, the newest first.

import { useEffect, useState } from 'preact/hooks';

import { useSpeech } from '../live';
import type { Audit, AuditLine } from '../protocol';
import { Action } from '../ui/frame';
import { linesBefore } from './audit';
import { Why } from './parts';
import { askSignedIn, type Failed } from './use';
import { moment } from './when';

/** How many lines are in sight at once. */
const LINES = 50;

class NotHad extends Error {
  constructor(readonly failed: Failed) {
    super();
  }
}

async function fetch(after: number): Promise<Audit> {
  const answer = await askSignedIn<Audit>('GET', `/audit?after=${after}`);
  if (answer.type === 'found') return answer.found;
  throw new NotHad(answer);
}

export function Record() {
  const { language, say } = useSpeech();
  // Where each page that was turned ends; nothing for the newest.
  const [pages, setPages] = useState<(number | undefined)[]>([undefined]);
  const [lines, setLines] = useState<AuditLine[]>();
  const [failed, setFailed] = useState<Failed>();
  const [turn, setTurn] = useState(0);
  const before = pages.at(-1);
  useEffect(() => {
    let here = true;
    linesBefore(fetch, before, LINES).then(
      (lines) => {
        if (!here) return;
        setLines(lines);
        setFailed(undefined);
      },
      (fault: unknown) => here && setFailed(fault instanceof NotHad ? fault.failed : { type: 'lost' }),
    );
    return () => {
      here = false;
    };
  }, [before, turn]);
  const last = lines?.at(-1)?.seq ?? 1;
  return (
    <section class="panel audit" aria-labelledby="audit">
      <div class="head">
        <h2 id="audit">{say('people.part.audit')}</h2>
        <Action can onPress={() => (pages.length > 1 ? setPages([undefined]) : setTurn(turn + 1))}>
          {say('audit.newest')}
        </Action>
        <a class="button" href="/api/v1/audit?format=csv" download="audit.csv">
          {say('audit.csv')}
        </a>
      </div>
      <Why failed={failed} />
      {!lines ? (
        <p role="status" class="empty">
          {!failed && say('link.opening')}
        </p>
      ) : (
        <>
          <div class="scroll" tabIndex={0} role="group" aria-labelledby="audit">
            <table>
              <thead>
                <tr>
                  <th scope="col" class="figure">{say('audit.seq')}</th>
                  <th scope="col">{say('audit.at')}</th>
                  <th scope="col">{say('audit.who')}</th>
                  <th scope="col">{say('audit.what')}</th>
                  <th scope="col">{say('audit.subject')}</th>
                  <th scope="col">{say('people.branch')}</th>
                  <th scope="col">{say('audit.why')}</th>
                  <th scope="col">{say('audit.from')}</th>
                </tr>
              </thead>
              <tbody>
                {lines.map((line) => (
                  <tr key={line.seq}>
                    <td class="figure">{line.seq}</td>
                    <td class="at">{moment(line.at, language, true)}</td>
                    <th scope="row">{line.who}</th>
                    <td>
                      {/* The record's own words, which rules and reports elsewhere name. */}
                      <code lang="en">{line.what}</code>
                      {line.detail && <small>{line.detail}</small>}
                    </td>
                    <td>{line.subject}</td>
                    <td>{line.branch}</td>
                    <td>{line.why}</td>
                    <td>{line.from}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p class="buttons">
            <Action can={pages.length > 1} onPress={() => setPages(pages.slice(0, -1))}>
              {say('audit.newer')}
            </Action>
            <Action can={last > 1 && lines.length >= LINES} onPress={() => setPages([...pages, last])}>
              {say('audit.older')}
            </Action>
          </p>
        </>
      )}
    </section>
  );
}
