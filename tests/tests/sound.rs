//! What a hall hears: the loudspeaker program plays to a real sound server (PulseAudio with a null sink), what the
//! server was given is recorded, and each call is looked for in it. The card is pulled out and the program killed in
//! the middle of a sentence.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use giliran_core::{Language, Place};
use giliran_protocol::{live::ToClient, view::Audience};
use giliran_tests::{BRANCH, Daemon, Program, Socket, program, staff::Asker, tools};
use giliran_voice::{Call, Form, Manner, RATE_HZ, Voices, folder};
use nix::sys::signal::Signal;
use serde_json::json;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// The name of the sink.
const SINK: &str = "dewan";

/// What is quieter than this is silence: -50 dB under full scale.
const SILENCE: f32 = 0.003;

/// A hundredth of a second.
const FRAME: usize = RATE_HZ as usize / 100;

/// Calls are compared in pieces of half a second: the clock of the server is not that of the recording.
const PIECE: usize = RATE_HZ as usize / 2;

/// By so many samples may a piece be off against the one before it.
const DRIFT: usize = 4;

/// So alike is a piece to itself at least after the way through a sound server; two words are at 0.5.
const ALIKE: f64 = 0.9;

/// A sound server of the test's own.
struct SoundServer {
    folder: TempDir,
    _server: Program,
    sink: Option<String>,
}

impl SoundServer {
    /// One with a sink; none where the system has no sound server to start.
    async fn start(test: &str) -> Option<Self> {
        if !tools::there_are(test, &["pulseaudio", "pactl", "parec"]) {
            return None;
        }
        let folder = TempDir::new().expect("a temporary folder");
        let socket = folder.path().join("socket");
        let mut server = Command::new("pulseaudio");
        server.args([
            "-n",
            "--daemonize=no",
            "--use-pid-file=no",
            "--exit-idle-time=-1",
            "--disable-shm=yes",
        ]);
        server
            .arg("-L")
            .arg(format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket.display()));
        // Whatever the system's own default is, sound goes to this server.
        let alsa = "</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\nctl.!default { type pulse }\n";
        fs::write(folder.path().join("alsa.conf"), alsa).expect("the folder is ours");
        let mut this =
            Self { _server: Program::start(at_home(&mut server, folder.path())), folder, sink: None };
        let up = async {
            while !this.pactl(&["info"]).0 {
                sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(PATIENCE, up).await.expect("the sound server starts");
        this.plug();
        Some(this)
    }

    fn pactl(&self, arguments: &[&str]) -> (bool, String) {
        let ended = self.command("pactl").args(arguments).output().expect("it was there a moment ago");
        (ended.status.success(), String::from_utf8_lossy(&ended.stdout).trim().to_owned())
    }

    /// A program that knows of this server.
    fn command(&self, name: impl Into<PathBuf>) -> Command {
        let mut command = Command::new(name.into());
        at_home(&mut command, self.folder.path());
        command.env("ALSA_CONFIG_PATH", self.folder.path().join("alsa.conf"));
        command.env("PULSE_SERVER", format!("unix:{}", self.folder.path().join("socket").display()));
        command
    }

    fn plug(&mut self) {
        let (done, module) =
            self.pactl(&["load-module", "module-null-sink", &format!("sink_name={SINK}"), "rate=48000"]);
        assert!(done, "a sink");
        self.sink = Some(module);
    }

    fn unplug(&mut self) {
        let module = self.sink.take().expect("it is there");
        assert!(self.pactl(&["unload-module", &module]).0, "the sink can be taken away");
    }

    /// Writes down what the sink is given from now on.
    async fn record(&self, name: &str) -> Recorder {
        let file = self.folder.path().join(name);
        let mut parec = self.command("parec");
        parec.args(["--device", &format!("{SINK}.monitor"), "--format=s16le", "--raw", "--channels=1"]);
        parec.arg(format!("--rate={RATE_HZ}")).arg(&file);
        let recorder = Recorder { program: Program::start(&mut parec), file };
        let begun = async {
            while fs::metadata(&recorder.file).map_or(0, |file| file.len()) == 0 {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, begun).await.expect("the sink's monitor gives silence at least");
        recorder
    }

    /// The loudspeaker, as it is set up for this server.
    fn speaker(&self, daemon: &Daemon) -> Program {
        let mut speaker = self.command(program("giliran-display"));
        speaker.args(["--daemon", daemon.address(), "--branch", BRANCH, "--voices"]).arg(voices());
        Program::start(speaker.arg("--key").arg(self.folder.path().join("kunci")))
    }
}

/// Settings of whoever runs the tests, and a server of theirs, are of no matter.
fn at_home<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    for name in ["HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH"] {
        command.env(name, folder);
    }
    command.env_remove("XDG_CONFIG_HOME")
}

fn voices() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/voices")
}

/// Writes down what is heard.
struct Recorder {
    program: Program,
    file: PathBuf,
}

impl Recorder {
    /// All that was heard.
    fn end(mut self) -> Vec<f32> {
        self.program.signal(Signal::SIGTERM);
        self.program.wait(PATIENCE).expect("it ends when told to");
        let bytes = fs::read(&self.file).expect("the recording");
        bytes.chunks_exact(2).map(|two| f32::from(i16::from_le_bytes([two[0], two[1]])) / 32768.0).collect()
    }
}

/// Somebody who takes a number in a language and is called to a counter.
struct Visitor {
    language: Language,
    service: &'static str,
    counter: &'static str,
    number: &'static str,
    place: (Place, u8),
}

const EN: Visitor = Visitor {
    language: Language::En,
    service: "bayaran",
    counter: "kaunter-1",
    number: "A0001",
    place: (Place::Counter, 1),
};
const ZH: Visitor = Visitor {
    language: Language::Zh,
    service: "bayaran",
    counter: "kaunter-2",
    number: "A0002",
    place: (Place::Counter, 2),
};
const TA: Visitor = Visitor {
    language: Language::Ta,
    service: "tanah",
    counter: "bilik-1",
    number: "C0001",
    place: (Place::Room, 1),
};

impl Visitor {
    /// Calls them; the call's place in the log.
    async fn is_called(&self, staff: &Asker) -> u64 {
        let &Self { language, service, counter, .. } = self;
        let issue = json!({ "type": "issue_ticket", "service": service, "language": language.tag() });
        for command in [issue, json!({ "type": "open_counter", "counter": counter })] {
            staff.command(Uuid::now_v7(), command).await.fine();
        }
        let call = json!({ "type": "call_next", "counter": counter });
        let called = staff.command(Uuid::now_v7(), call).await.fine();
        called.body["seq"].as_u64().expect("an entry")
    }

    /// What their call sounds like, in Malay and in their own language.
    fn sound(&self, voices: &Voices) -> Vec<f32> {
        let call = Call::new(self.number, self.place.0, self.place.1).expect("it can be said");
        let languages = vec![Language::Ms, self.language];
        voices.announce(&[call], &Manner { chime: true, languages, form: Form::Full, repeats: 1 })
    }
}

/// Where in a recording something is heard whole, in seconds from its start: from, until, and how much louder than it
/// was made, in dB.
fn heard(recording: &[f32], sound: &[f32]) -> Vec<(f64, f64, f64)> {
    let loud = |samples: &[f32]| samples.iter().any(|sample| sample.abs() > SILENCE);
    let first = sound.iter().position(|sample| sample.abs() > SILENCE).expect("there is something to hear");
    let last = sound.iter().rposition(|sample| sample.abs() > SILENCE).unwrap_or(first);
    let sound = &sound[first..=last];
    // It begins where it becomes loud after a quarter of a second of silence.
    let quiet = 25 * FRAME;
    let begins = (quiet..recording.len().saturating_sub(FRAME)).step_by(FRAME);
    let begins = begins.filter(|at| loud(&recording[*at..at + FRAME]) && !loud(&recording[at - quiet..*at]));
    begins.filter_map(|at| whole(recording, sound, at)).collect()
}

/// What is heard there, if it is the sound from its first piece to its last.
fn whole(recording: &[f32], sound: &[f32], near: usize) -> Option<(f64, f64, f64)> {
    let energy = |samples: &[f32]| samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
    let best = |piece: &[f32], about: usize, around: usize| {
        let places = about.saturating_sub(around)..=about + around;
        let alike = places.filter_map(|at| {
            let part = recording.get(at..at + piece.len())?;
            let product: f64 = part.iter().zip(piece).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            Some((product / (energy(part) * energy(piece)).sqrt().max(f64::MIN_POSITIVE), at))
        });
        alike.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(alike, _)| *alike > ALIKE).map(|(_, at)| at)
    };
    let from = best(&sound[..PIECE.min(sound.len())], near, FRAME)?;
    let mut at = from;
    for piece in sound.chunks(PIECE) {
        // A pause tells nothing of its place.
        let is_speech = energy(piece) > 1e-4 * piece.len() as f64;
        at = if is_speech { best(piece, at, DRIFT)? } else { at } + piece.len();
    }
    let seconds = |at: usize| at as f64 / f64::from(RATE_HZ);
    let louder = 10.0 * (energy(&recording[from..at.min(recording.len())]) / energy(sound)).log10();
    Some((seconds(from), seconds(at), louder))
}

/// Waits until the supervisor is told that a call was said to its end.
async fn said(dashboard: &mut Socket, call: u64) {
    let told = timeout(PATIENCE, async {
        loop {
            let message = dashboard.message().await.expect("the socket stays open");
            if let ToClient::Reported { report, .. } = message
                && report.call == call
                && report.finished > 0
            {
                return;
            }
        }
    });
    told.await.unwrap_or_else(|_| panic!("call {call} was not said"));
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_at_once_are_heard_whole_in_order_with_a_pause_between() {
    let test = "calls_at_once_are_heard_whole_in_order_with_a_pause_between";
    let Some(server) = SoundServer::start(test).await else { return };
    let daemon = Daemon::start().await;
    let staff = Asker::new(&daemon);
    let mut dashboard = Socket::join(&daemon, Audience::Supervisor).await;
    let mut speaker = server.speaker(&daemon);
    speaker.logged(1, |line| line.contains("linked to the daemon")).await;
    let recorder = server.record("dewan").await;
    let mut last = 0;
    for visitor in [EN, ZH, TA] {
        last = visitor.is_called(&staff).await;
    }
    said(&mut dashboard, last).await;
    sleep(Duration::from_secs(1)).await; // the server has some of the sound in hand when the program is done with it
    let recording = recorder.end();
    let loaded = folder::load(&voices(), None).expect("the shipped voices are in order");
    let mut before = 0.0;
    for visitor in [EN, ZH, TA] {
        let found = heard(&recording, &visitor.sound(&loaded));
        let [(from, until, louder)] = found[..] else { panic!("{} is heard at {found:?}", visitor.number) };
        eprintln!("{}: {from:.2} s to {until:.2} s, {louder:+.2} dB", visitor.number);
        assert!(from - before >= 0.3, "{}: {:.3} s after the one before it", visitor.number, from - before);
        assert!(louder.abs() < 0.5, "{}: {louder:+.2} dB", visitor.number);
        before = until;
    }
    let peak = recording.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    assert!(peak < 0.891, "peaks at {:.2} dB", 20.0 * peak.log10());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_cut_off_by_a_card_pulled_out_is_said_whole_when_there_is_one_again() {
    let test = "a_call_that_was_cut_off_by_a_card_pulled_out_is_said_whole_when_there_is_one_again";
    let Some(mut server) = SoundServer::start(test).await else { return };
    let daemon = Daemon::start().await;
    let staff = Asker::new(&daemon);
    let mut dashboard = Socket::join(&daemon, Audience::Supervisor).await;
    let mut speaker = server.speaker(&daemon);
    speaker.logged(1, |line| line.contains("linked to the daemon")).await;
    let first = EN.is_called(&staff).await;
    said(&mut dashboard, first).await;
    let second = ZH.is_called(&staff).await;
    is_begun(&server).await;
    server.unplug();
    speaker.logged(1, |line| line.contains("there is no sound card")).await;
    server.plug();
    let recorder = server.record("kemudian").await;
    said(&mut dashboard, second).await;
    sleep(Duration::from_secs(1)).await;
    let recording = recorder.end();
    let loaded = folder::load(&voices(), None).expect("the shipped voices are in order");
    let again = heard(&recording, &ZH.sound(&loaded));
    assert_eq!(again.len(), 1, "{again:?}\n{}", speaker.complaint());
    assert_eq!(heard(&recording, &EN.sound(&loaded)).len(), 0, "it was said before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loudspeaker_killed_in_a_sentence_says_that_again_and_nothing_else() {
    let test = "a_loudspeaker_killed_in_a_sentence_says_that_again_and_nothing_else";
    let Some(server) = SoundServer::start(test).await else { return };
    let daemon = Daemon::start().await;
    let staff = Asker::new(&daemon);
    let mut dashboard = Socket::join(&daemon, Audience::Supervisor).await;
    let mut speaker = server.speaker(&daemon);
    speaker.logged(1, |line| line.contains("linked to the daemon")).await;
    let first = EN.is_called(&staff).await;
    said(&mut dashboard, first).await;
    let second = ZH.is_called(&staff).await;
    is_begun(&server).await;
    speaker.signal(Signal::SIGKILL);
    speaker.wait(PATIENCE).expect("it is killed");
    let recorder = server.record("kemudian").await;
    let third = TA.is_called(&staff).await;
    let _speaker = server.speaker(&daemon);
    said(&mut dashboard, third).await;
    sleep(Duration::from_secs(1)).await;
    let recording = recorder.end();
    let loaded = folder::load(&voices(), None).expect("the shipped voices are in order");
    let [(_, cut_off, _)] = heard(&recording, &ZH.sound(&loaded))[..] else {
        panic!("call {second} is lost")
    };
    let [(after, _, _)] = heard(&recording, &TA.sound(&loaded))[..] else { panic!("call {third} is lost") };
    assert!(after > cut_off, "in order");
    assert_eq!(heard(&recording, &EN.sound(&loaded)).len(), 0, "it was said before");
}

/// Waits until a second of speech was given to the sink.
async fn is_begun(server: &SoundServer) {
    let playing = async {
        while !server
            .pactl(&["list", "sink-inputs", "short"])
            .1
            .contains(|letter: char| letter.is_ascii_digit())
        {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, playing).await.expect("it plays");
    let recorder = server.record("permulaan").await;
    let loud = async {
        loop {
            let bytes = fs::read(&recorder.file).expect("the recording");
            let samples = bytes.chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]]));
            if samples.filter(|sample| sample.unsigned_abs() > 1000).count() > RATE_HZ as usize / 20 {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, loud).await.expect("it is heard");
    recorder.end();
}
