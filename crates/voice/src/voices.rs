//! Everything that can be said in a hall: a chime and a voice for each language.

use giliran_core::Language;

use crate::{Call, Chime, Form, Pack, sound::samples_in_ms};

/// From the end of the chime to the first word.
const AFTER_CHIME_MS: u32 = 250;

/// From the end of one language to the beginning of the next.
const BETWEEN_LANGUAGES_MS: u32 = 600;

/// How a call is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manner {
    /// Whether the chime comes first.
    pub chime: bool,
    /// The languages, in order. Those without a voice are left out.
    pub languages: Vec<Language>,
    /// How much is said.
    pub form: Form,
}

/// A chime and a voice for each language.
///
/// Invariant: at most one voice for a language.
#[derive(Debug, Clone, Default)]
pub struct Voices {
    chime: Option<Chime>,
    packs: Vec<Pack>,
}

impl Voices {
    /// Without a chime yet, and without a voice.
    pub fn new() -> Self {
        Self::default()
    }

    /// With this chime.
    pub fn with_chime(mut self, chime: Chime) -> Self {
        self.chime = Some(chime);
        self
    }

    /// Adds a voice. Gives it back if there is one for the language.
    pub fn add(&mut self, pack: Pack) -> Result<(), Box<Pack>> {
        if self.get(pack.language()).is_some() {
            return Err(Box::new(pack));
        }
        self.packs.push(pack);
        Ok(())
    }

    /// The voice for a language.
    pub fn get(&self, language: Language) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.language() == language)
    }

    /// The languages that have a voice.
    pub fn languages(&self) -> impl Iterator<Item = Language> {
        self.packs.iter().map(Pack::language)
    }

    /// The announcement, mono at [`RATE_HZ`](crate::RATE_HZ). Its true peak is at most
    /// [`PEAK_LIMIT_DBTP`](crate::level::PEAK_LIMIT_DBTP). Empty if no language of `manner` has a voice.
    pub fn announce(&self, call: &Call, manner: &Manner) -> Vec<f32> {
        let mut samples = Vec::new();
        let mut spoken = false;
        for pack in manner.languages.iter().filter_map(|language| self.get(*language)) {
            if spoken {
                samples.resize(samples.len() + samples_in_ms(BETWEEN_LANGUAGES_MS), 0.0);
            } else if let Some(chime) = self.chime.as_ref().filter(|_| manner.chime) {
                samples.extend_from_slice(chime.samples());
                samples.resize(samples.len() + samples_in_ms(AFTER_CHIME_MS), 0.0);
            }
            samples.extend(pack.join(&pack.sentence(call, manner.form)));
            spoken = true;
        }
        samples
    }
}
