//! `giliran-display`: the loudspeaker as a program.

use std::{io::IsTerminal as _, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::Parser;
use giliran_core::Language;
use giliran_display::{
    Report, Speaker, hall,
    output::{Nowhere, SoundOutput, WavFile},
};
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
    #[arg(long)]
    branch: String,
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
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        // A line that can't be written, as on a full disk, is no reason to fall silent.
        .log_internal_errors(false)
        .with_writer(std::io::stderr)
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

    let folder = options.voices.clone().map_or_else(hall::default_voices, Ok)?;
    let voices = hall::load(&folder, options.chime.as_deref())?;
    for language in options.languages.iter().flatten() {
        if voices.get(*language).is_none() {
            tracing::warn!("there is no voice for `{language}` in {}; it is left out", folder.display());
        }
    }
    let output = output(&options)?;
    let mut speaker = Speaker::open(&options.daemon, &options.branch, voices, options.languages, output)?;
    loop {
        select! {
            report = speaker.next() => tell(&report?, &options.daemon, &options.branch),
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        }
    }
    for report in speaker.end().await {
        tell(&report, &options.daemon, &options.branch);
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
    return Ok(Box::new(giliran_display::output::SoundCard::new()));
    #[cfg(not(feature = "playback"))]
    {
        tracing::warn!("this program was built without sound, so calls are not heard");
        Ok(Box::new(Nowhere))
    }
}

fn tell(report: &Report, daemon: &str, branch: &str) {
    match report {
        Report::Announced { announcement, output } => {
            let call = &announcement.call;
            let languages: Vec<_> = announcement.manner.languages.iter().map(|l| l.tag()).collect();
            let languages = languages.join(",");
            let (number, counter, seq) = (&call.number, call.counter_number, call.seq);
            tracing::info!(%number, counter, seq, %languages, %output, "announced");
        }
        Report::NotAnnounced { call, why } => {
            let (number, counter, seq) = (&call.number, call.counter_number, call.seq);
            tracing::warn!(%number, counter, seq, why, "not announced");
        }
        Report::LinkUp => tracing::info!(%daemon, %branch, "linked to the daemon"),
        Report::LinkDown(broken) => tracing::warn!(%daemon, "no link to the daemon, trying again: {broken}"),
        Report::Refused { code, message } => {
            tracing::error!(%daemon, %branch, %code, "the daemon refuses this speaker, asking again: {message}");
        }
    }
}
