// The supervisor's page: what is wrong and what to do about it, the day in figures, each queue, each counter.
// What is not needed at a glance comes when the page stands.

import { useEffect, useState } from 'preact/hooks';

import { Away, useRefusal } from '../access/away';
import { toSignIn, useMe } from '../access/me';
import type { Alarm } from '../alarms/alarms';
import { personOf, useLive, useNow, usePress, useSpeech } from '../live';
import { useRenewal } from '../renew';
import { pick } from '../text';
import { clock, date } from '../time';
import { Failure, Header, Languages, LinkDown } from '../ui/frame';
import { useLater } from '../ui/later';
import { Trouble } from '../ui/trouble';
import { useOfficer, Who } from '../ui/who';
import type { Asking, TaskProps } from './asking';
import { Counters } from './counters';
import { Office } from './office';
import { Services } from './services';
import { Tiles } from './tiles';

export function Dashboard({ branch }: { branch: string }) {
  const { language, say } = useSpeech();
  const { picture, link } = useLive(branch, 'supervisor');
  const refusal = useRefusal(link);
  const me = useMe(link);
  const officer = useOfficer();
  const presser = usePress(branch, undefined, { by: personOf(me) ? undefined : officer.by, me, leave: toSignIn });
  useRenewal(link, !presser.pending);
  const now = useNow(picture);
  const [asking, setAsking] = useState<Asking>();
  const [ahead, setAhead] = useState<Alarm>();
  const view = picture?.view;
  const advice = useLater(view !== undefined, () => import('../advice/card'));
  const alarms = useLater(view !== undefined, () => import('../alarms/list'));
  const urgent = useLater(view !== undefined, () => import('../announce/urgent'));
  const honest = useLater(view !== undefined, () => import('../advice/honest'));
  const hall = useLater(view !== undefined, () => import('./hall'));
  const people = useLater(view !== undefined, () => import('./people'));
  const day = useLater(view !== undefined, () => import('../day/chart'));
  const waiting = (view?.tickets ?? [])
    .filter(({ state }) => state === 'waiting')
    .sort((a, b) => Date.parse(a.arrived_at) - Date.parse(b.arrived_at) || a.id - b.id);
  useEffect(() => {
    // A dialog that is wanted while the link is cut must be here already.
    if (view) for (const fetch of Object.values(TASKS)) fetch().catch(() => {});
  }, [view === undefined]);
  if (refusal) return <Away refusal={refusal} />;
  return (
    <div class="board">
      <Header office={view ? pick(view.name, language) : ''}>
        <p class="now">
          {view && (
            <>
              <span class="date">{date(now, view.time_zone, language)}</span>
              <time>{clock(now, view.time_zone)}</time>
            </>
          )}
        </p>
        <a class="button" href={`/planning?${new URLSearchParams({ branch })}`}>
          {say('dashboard.planning')}
        </a>
        {personOf(me) && (
          <a class="button" href="/people">
            {say('people_and_devices')}
          </a>
        )}
        <Languages />
      </Header>
      <LinkDown link={link} zone={view?.time_zone} ahead_ms={picture?.ahead_ms ?? 0} />
      <Trouble trouble={view?.health?.trouble} zone={view?.time_zone} />
      <Failure presser={presser} />
      <div class="strip">
        {view && <Office view={view} presser={presser} ask={setAsking} />}
        <Who me={me} officer={officer} />
      </div>
      <main>
        <h1 class="unseen">{say('dashboard.title')}</h1>
        {view ? (
          <>
            {urgent && <urgent.Urgent {...{ branch, view, presser, now }} />}
            {advice && <advice.Advice {...{ branch, view, presser, me, now }} onAhead={setAhead} />}
            {alarms ? <alarms.Alarms {...{ branch, view, waiting, presser, now, ahead }} ask={setAsking} /> : <div class="alarms" />}
            <Tiles view={view} waiting={waiting} now={now} />
            <div class="column">
              <Services view={view} waiting={waiting} now={now} />
              {day && <day.Day branch={branch} day={view.day} zone={view.time_zone} now={now} />}
            </div>
            <div class="column">
              <Counters view={view} presser={presser} ask={setAsking} now={now} />
              {hall && <hall.Hall branch={branch} view={view} now={now} />}
              {honest && <honest.Honest branch={branch} />}
            </div>
            <div class="column">{people && <people.People view={view} waiting={waiting} now={now} />}</div>
          </>
        ) : (
          <p role="status">{say('link.opening')}</p>
        )}
      </main>
      {view && asking && (
        <Task
          key={asking.what}
          {...{ branch, view, presser, now, asking }}
          onClose={() => {
            // While it is in the document its closing gives the focus back to what opened it.
            document.querySelector('dialog')?.close();
            setAsking(undefined);
          }}
        />
      )}
    </div>
  );
}

const TASKS = {
  announce: () => import('../announce/task'),
  extra: () => import('../tasks/extra'),
  close: () => import('../tasks/close'),
  fair: () => import('../tasks/fair'),
  notices: () => import('../tasks/notices'),
  services: () => import('../tasks/services'),
  pause: () => import('../tasks/pause'),
};

/** The dialog that was asked for. */
function Task(props: TaskProps) {
  const part = useLater(true, TASKS[props.asking.what]);
  return part ? <part.Task {...props} /> : null;
}
