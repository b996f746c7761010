// A daemon for a test: its own office, its own file, its own port.
//
// With GILIRAN_DAEMON (the program's path) each caller gets a fresh one. With GILIRAN_URL alone the one
// that runs there is used, and what needs to stop it can't be tried.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const OFFICE = `
[[branch]]
id = "contoh"
name = { ms = "Pejabat Daerah Contoh", en = "Contoh District Office", zh = "示范县公署", ta = "சோந்தோ மாவட்ட அலுவலகம்" }

[[branch.class]]
id = "biasa"
name = { ms = "Biasa", en = "General", zh = "一般", ta = "பொது" }
[[branch.class]]
id = "warga-emas"
name = { ms = "Warga emas", en = "Senior citizen", zh = "乐龄人士", ta = "மூத்த குடிமக்கள்" }
allowance = "5m"
[[branch.class]]
id = "oku"
name = { ms = "Orang kurang upaya", en = "Person with disabilities", zh = "残障人士", ta = "மாற்றுத்திறனாளி" }
allowance = "2m"
[[branch.class]]
id = "ibu-mengandung"
name = { ms = "Ibu mengandung", en = "Expectant mother", zh = "孕妇", ta = "கர்ப்பிணிப் பெண்" }
allowance = "5m"

[[branch.service]]
id = "pertanyaan"
icon = "payment"
name = { ms = "Pertanyaan dan bayaran", en = "Enquiries and payments", zh = "咨询与缴费", ta = "விசாரணையும் கட்டணமும்" }
series = { letters = "A" }
[[branch.service]]
id = "lesen"
icon = "licence"
name = { ms = "Permit dan lesen", en = "Permits and licences", zh = "准证与执照", ta = "அனுமதிகளும் உரிமங்களும்" }
series = { letters = "L" }
serving = "10m"
[[branch.service]]
id = "tanah"
icon = "land"
name = { ms = "Urusan tanah", en = "Land matters", zh = "土地事务", ta = "நில விவகாரங்கள்" }
series = { letters = "C" }
serving = "15m"
[[branch.service]]
id = "rundingan"
icon = "talk"
name = { ms = "Rundingan dengan pegawai", en = "Consultation with an officer", zh = "与官员面谈", ta = "அதிகாரியுடன் ஆலோசனை" }
series = { letters = "R", last = 99, width = 2 }
serving = "20m"

[[branch.counter]]
id = "kaunter-1"
number = 1
services = ["pertanyaan", "lesen", "tanah"]
[[branch.counter]]
id = "kaunter-2"
number = 2
services = ["pertanyaan"]
[[branch.counter]]
id = "kaunter-3"
number = 3
services = ["lesen", "pertanyaan"]
[[branch.counter]]
id = "kaunter-4"
number = 4
services = ["tanah", "lesen"]
[[branch.counter]]
id = "bilik-1"
place = "room"
number = 1
services = ["rundingan"]
`;

/** What puts a program on a disk of 8 MiB of its own, in a mount namespace of its own. */
const onSmallDisk = (disk, program, args) => [
  'unshare',
  ['--user', '--map-root-user', '--mount', 'sh', '-c', 'mount -t tmpfs -o size=8m none "$0" && exec "$@"', disk, program, ...args],
];

/** Whether such a disk can be had here. */
export function hasSmallDisk() {
  const [program, args] = onSmallDisk(tmpdir(), 'true', []);
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/**
 * Starts a daemon; `daemon.url` is where it is. With `small`, its database is on a disk that can be filled.
 * With `signIn` people sign in, and `daemon.first` is the token that makes the first administrator; else it
 * asks nobody who they are.
 */
export async function startDaemon({ office = OFFICE, flags = [], small = false, signIn = false } = {}) {
  const program = process.env.GILIRAN_DAEMON;
  if (!program) {
    const url = process.env.GILIRAN_URL;
    if (!url) throw new Error('set GILIRAN_DAEMON to the program, or GILIRAN_URL to one that runs');
    return { url, own: false, stop: async () => {} };
  }
  const folder = await mkdtemp(join(tmpdir(), 'giliran-pages-'));
  const config = join(folder, 'office.toml');
  const disk = join(folder, 'disk');
  await mkdir(disk);
  await writeFile(config, `[server]\nlisten = "127.0.0.1:0"\n[store]\npath = "${join(disk, 'log.db')}"\n${office}`);

  let hadFirst = false;
  const daemon = {
    own: true,
    url: '',
    child: undefined,
    /** What makes the first administrator, while there is none. */
    first: undefined,
    /** What it has logged since it was started last. */
    log: () => '',
    /** Starts it, at the address that it had before if it had one. */
    async start() {
      const listen = daemon.url ? ['--listen', new URL(daemon.url).host] : [];
      const args = ['serve', '--config', config, ...listen, ...(signIn ? [] : ['--no-sign-in']), ...flags];
      const [run, all] = small ? onSmallDisk(disk, program, args) : [program, args];
      daemon.child = spawn(run, all, { stdio: ['ignore', 'pipe', 'pipe'] });
      let log = '';
      daemon.log = () => log;
      daemon.first = undefined;
      const token = new Promise((found) =>
        daemon.child.stderr.on('data', (data) => {
          log += data;
          daemon.first ??= /\/sign-in#first=([^\s"']+)/.exec(log)?.[1];
          if (daemon.first) found();
        }),
      );
      for await (const line of createInterface(daemon.child.stdout)) {
        const address = /listening on (http:\/\/\S+)/.exec(line)?.[1];
        if (!address) continue;
        daemon.url = address.replace(/\/$/, '');
        daemon.child.stdout.resume();
        await ready(daemon.url);
        // The line comes by another pipe. One that has its administrator already says none.
        if (signIn && !hadFirst) await token;
        hadFirst = true;
        return daemon;
      }
      throw new Error(`the daemon did not start:\n${log}`);
    },
    /** Leaves no room on its small disk, which only it and who asks for it by its id can see. */
    async fill() {
      const ballast = await open(`/proc/${daemon.child.pid}/root${disk}/ballast`, 'w');
      try {
        for (;;) await ballast.write(Buffer.alloc(4096, 7));
      } catch (full) {
        if (full.code !== 'ENOSPC') throw full;
      }
      await ballast.close();
    },
    /** Makes room again. */
    makeRoom: () => rm(`/proc/${daemon.child.pid}/root${disk}/ballast`),
    /** Kills it as a power cut would. */
    async kill() {
      const gone = once(daemon.child, 'exit');
      daemon.child.kill('SIGKILL');
      await gone;
    },
    /** Ends it for good and takes its file away. */
    async stop() {
      if (daemon.child.exitCode === null && daemon.child.signalCode === null) await daemon.kill();
      await rm(folder, { recursive: true });
    },
  };
  return daemon.start();
}

/** Waits until the daemon has loaded its branches. */
async function ready(url) {
  while (!(await fetch(`${url}/readyz`)).ok) await new Promise((done) => setTimeout(done, 20));
}

/** Sends a command and gives its outcome. */
export async function command(daemon, command, branch = 'contoh', headers = {}) {
  const answer = await fetch(`${daemon.url}/api/v1/branches/${branch}/commands`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ id: crypto.randomUUID(), command }),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${command.type}: ${JSON.stringify(body)}`);
  return body.outcome;
}

/** The branch as an audience sees it. */
export async function state(daemon, audience, branch = 'contoh') {
  const answer = await fetch(`${daemon.url}/api/v1/branches/${branch}/state?audience=${audience}`);
  if (!answer.ok) throw new Error(await answer.text());
  const body = await answer.json();
  return body.view ?? body;
}

/** Waits until the branch is so as an audience sees it. */
export async function until(daemon, audience, holds, what) {
  const end = Date.now() + 15_000;
  for (let view; ; ) {
    view = await state(daemon, audience);
    if (holds(view)) return view;
    if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(view)}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Reports what became of a call or an announcement, as a loudspeaker does, in all of its zones unless some are named. */
export async function report(daemon, call, what, zones = []) {
  const answer = await fetch(`${daemon.url}/api/v1/branches/contoh/reports`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ call, what, zones }),
  });
  if (answer.status !== 204) throw new Error(await answer.text());
}

/** Lets a page be a loudspeaker's link as well, for as long as it is open; `more` says where it is heard. */
export const speakFrom = (page, more = {}) =>
  page.evaluate((more) => {
    window.speaker = new WebSocket(`ws://${location.host}/api/v1/branches/contoh/events`);
    const hello = { type: 'hello', audience: 'display', speaks: true, ...more };
    window.speaker.onopen = () => window.speaker.send(JSON.stringify(hello));
  }, more);
