//! `giliran-display`: the loudspeaker as a program.

use std::{
    io::{self, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::Parser;
use giliran_core::{Language, ZoneId};
use giliran_display::{
    Report, Settings, Speaker,
    announcer::{ToSay, What},
    output::{Nowhere, Played, SoundOutput, WavFile},
    state,
};
use giliran_protocol::view::CallView;
use giliran_voice::{Voices, folder};
use tokio::{
    select,
    signal::unix::{SignalKind, signal},
};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

/// The loudspeaker of a branch: says each number that is called, once.
#[derive(Debug, Parser)]
#[command(name = "giliran-display", version)]
struct Options {
    /// Where the daemon is.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    daemon: String,
    /// The branch to speak for.
    #[arg(long, required_unless_present_any = ["list_devices", "test"])]
    branch: Option<String>,
    /// The zones in which this loudspeaker is heard, such as hall,canteen [default: all].
    #[arg(long, value_delimiter = ',', value_name = "ZONES")]
    zones: Vec<ZoneId>,
    /// Stand by: say only what the other loudspeakers of the zones did not.
    #[arg(long)]
    standby: bool,
    /// The sound card, by its name or a part of it [default: the system's default one].
    #[arg(long, value_name = "NAME")]
    device: Option<String>,
    /// List the sound cards and end.
    #[arg(long)]
    list_devices: bool,
    /// Play a tone and a spoken test in each language, and end.
    #[arg(long)]
    test: bool,
    /// Where the key is kept with which the daemon knows this loudspeaker; one that has none asks to be paired
    /// [default: giliran-display.key in $STATE_DIRECTORY, or in ~/.local/state/giliran].
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The folder of voice packs [default: beside the program, or assets/voices].
    #[arg(long, value_name = "DIR")]
    voices: Option<PathBuf>,
    /// The chime, a FLAC file [default: chimes/two-tones.flac beside the voices].
    #[arg(long, value_name = "FILE")]
    chime: Option<PathBuf>,
    /// The languages of every call, in order, such as ms,en [default: Malay, then the ticket's own].
    #[arg(long, value_delimiter = ',', value_name = "LANGUAGES")]
    languages: Option<Vec<Language>>,
    /// Write into this WAV file what would be played, at once, instead of playing it.
    #[arg(long, value_name = "FILE.wav")]
    output: Option<PathBuf>,
    /// Do not play on a sound card.
    #[arg(long)]
    no_device: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    // At its finest the library of WebSockets writes down the whole handshake, and the key stands in it.
    let handshakes = "tungstenite::handshake::client=debug".parse().expect("a directive");
    let filter = filter.add_directive(handshakes);
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        // A line that can't be written, as on a full disk, is no reason to fall silent.
        .log_internal_errors(false)
        .with_writer(io::stderr)
        .init();
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn run(options: Options) -> anyhow::Result<()> {
    // First of all, so that no signal finds the program without an ear for it.
    let mut terminate = signal(SignalKind::terminate()).context("signals can't be heard")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("signals can't be heard")?;

    if options.list_devices {
        return list_devices();
    }
    let folder = options.voices.clone().map_or_else(folder::default_folder, Ok)?;
    let voices = folder::load(&folder, options.chime.as_deref())?;
    for language in options.languages.iter().flatten() {
        if voices.get(*language).is_none() {
            tracing::warn!("there is no voice for `{language}` in {}; it is left out", folder.display());
        }
    }
    let output = output(&options)?;
    if options.test {
        return test(&voices, output);
    }
    let key = options.key.clone().map_or_else(state::default_key, Ok)?;
    let Options { daemon, branch, languages, zones, standby, .. } = options;
    let branch = branch.context("--branch")?;
    let zones = zones.iter().map(ToString::to_string).collect();
    let settings = Settings { languages, zones, standby };
    let mut speaker = Speaker::open(&daemon, &branch, &key, voices, settings, output)?;
    let told = Told { daemon: &daemon, branch: &branch, key: &key };
    loop {
        select! {
            report = speaker.next() => told.tell(&report?),
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        }
    }
    for report in speaker.end().await {
        told.tell(&report);
    }
    tracing::info!("the speaker ends");
    Ok(())
}

fn output(options: &Options) -> anyhow::Result<Box<dyn SoundOutput>> {
    if let Some(file) = &options.output {
        return Ok(Box::new(WavFile::create(file)?));
    }
    if options.no_device {
        return Ok(Box::new(Nowhere));
    }
    #[cfg(feature = "playback")]
    return Ok(Box::new(giliran_display::output::SoundCard::new(options.device.clone())));
    #[cfg(not(feature = "playback"))]
    {
        tracing::warn!("this program was built without sound, so calls are not heard");
        Ok(Box::new(Nowhere))
    }
}

/// Prints the names by which `--device` knows the sound cards.
fn list_devices() -> anyhow::Result<()> {
    #[cfg(feature = "playback")]
    for name in giliran_display::output::names() {
        writeln!(io::stdout(), "{name}")?;
    }
    #[cfg(not(feature = "playback"))]
    tracing::warn!("this program was built without sound");
    Ok(())
}

/// The tone of a test: a second at 440 Hz.
const TONE_HZ: f32 = 440.0;

/// As loud as speech is at its peaks.
const TONE_PEAK: f32 = 0.25;

/// Plays a tone, and then says in each language that this is a test.
fn test(voices: &Voices, mut output: Box<dyn SoundOutput>) -> anyhow::Result<()> {
    let rate = giliran_voice::RATE_HZ as f32;
    let edge = rate * 0.02;
    let tone = (0..giliran_voice::RATE_HZ).map(|at| {
        let at = at as f32;
        let rounded = (at / edge).min((rate - at) / edge).min(1.0);
        TONE_PEAK * rounded * (std::f32::consts::TAU * TONE_HZ * at / rate).sin()
    });
    let tone: Vec<f32> = tone.collect();
    let languages: Vec<_> = voices.languages().collect();
    let spoken = voices.sentence(TEST_SENTENCE, &languages, false, 1);
    output.prepare();
    let on = std::sync::atomic::AtomicBool::new(false);
    for (what, sound) in [("a tone", Some(tone)), ("the spoken test", spoken)] {
        let Some(sound) = sound else {
            tracing::warn!("no voice here has the sentence `{TEST_SENTENCE}`, so nothing is said");
            continue;
        };
        match output.play(&sound, &on)? {
            Played::Whole => tracing::info!("{what} was played ({})", output.name()),
            Played::Unheard | Played::Stopped => anyhow::bail!("there is no sound card to play on"),
        }
    }
    Ok(())
}

/// The prepared sentence that says that this is a test.
const TEST_SENTENCE: &str = "test";

/// What the reports are about.
struct Told<'a> {
    daemon: &'a str,
    branch: &'a str,
    key: &'a Path,
}

impl Told<'_> {
    fn tell(&self, report: &Report) {
        let Self { daemon, branch, key } = *self;
        match report {
            Report::Announced { announcement, output } => {
                let languages: Vec<_> = announcement.manner.languages.iter().map(|l| l.tag()).collect();
                let languages = languages.join(",");
                match &announcement.what {
                    What::Calls(calls) => {
                        for CallView { number, counter_number: counter, seq, .. } in calls {
                            tracing::info!(%number, counter, seq, %languages, %output, "announced");
                        }
                    }
                    What::Announcement(made) => {
                        tracing::info!(seq = made.seq, sound = ?made.sound, %languages, %output, "announced");
                    }
                    What::Urgent(urgent, _) => {
                        tracing::info!(urgent = urgent.id, sound = ?urgent.sound, %languages, %output, "announced");
                    }
                }
            }
            Report::NotAnnounced { what: ToSay::Call(call), why } => {
                let (number, counter, seq) = (&call.number, call.counter_number, call.seq);
                tracing::warn!(%number, counter, seq, why, "not announced");
            }
            Report::NotAnnounced { what: ToSay::Announcement(made), why } => {
                tracing::warn!(seq = made.seq, sound = ?made.sound, why, "not announced");
            }
            Report::LinkUp => tracing::info!(%daemon, %branch, "linked to the daemon"),
            Report::LinkDown(broken) => {
                tracing::warn!(%daemon, "no link to the daemon, trying again: {broken}");
            }
            Report::Code(code) => ask_for(code),
            Report::Paired { id } => {
                tracing::info!(%daemon, %branch, %id, key = %key.display(), "paired with the daemon");
            }
            Report::KeyNotKept { why } => tracing::error!(
                "{} can't be written, trying again; until then a restart means pairing anew: {why}",
                key.display()
            ),
            Report::Refused { code, message } if code == "not_allowed" => tracing::error!(
                %daemon, %branch, %code,
                "the daemon refuses this speaker, asking again: {message} The key in {} is another branch's, or of \
                 another kind of device: name another file with --key, or remove that one to pair anew",
                key.display()
            ),
            Report::Refused { code, message } => {
                tracing::error!(%daemon, %branch, %code, "the daemon refuses this speaker, asking again: {message}");
            }
        }
    }
}

/// Says the code to whoever sets the loudspeaker up: in a line that no filter of the log leaves out.
fn ask_for(code: &str) {
    // A line that can't be written is no reason to fall silent.
    let _ = writeln!(
        io::stderr(),
        "Pembesar suara ini belum dipasangkan: minta penyelia memasukkan kod {code} di halaman Pegawai dan peranti. / \
         This loudspeaker is not paired yet: ask a supervisor to enter the code {code} under People and devices."
    );
}
