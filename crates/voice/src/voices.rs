//! Everything that can be said in a hall: a chime and a voice for each language.

use std::{collections::BTreeSet, ops::RangeInclusive, time::Duration};

use giliran_core::Language;

use crate::{Call, Chime, ClipId, Form, Pack, Part, Programme};

/// From the end of the chime to the first word.
const AFTER_CHIME_MS: u32 = 250;

/// From the end of one language to the beginning of the next.
const BETWEEN_LANGUAGES_MS: u32 = 600;

/// From the end of the whole to its beginning when it is said again.
const BEFORE_AGAIN_MS: u32 = 1000;

/// How often the same may be said: more than three times, nobody listens.
pub const REPEATS: RangeInclusive<u8> = 1..=3;

/// How calls are said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manner {
    /// Whether the chime comes first.
    pub chime: bool,
    /// The languages, in order. Those without a voice are left out.
    pub languages: Vec<Language>,
    /// How much is said of a single call; of several in one, little is said of each.
    pub form: Form,
    /// How often the whole is said, all languages of it, with a pause between: 1 for once, to 3. What is outside
    /// of [`REPEATS`] counts as the nearest in it. The chime comes before the first time only.
    pub repeats: u8,
}

/// The languages of a call, each once and all with a voice: those that are wanted, or Malay and then the
/// ticket's `own`. If none of those has a voice, it is said in one that does: any language is better than
/// silence.
pub fn languages_of_call(wanted: Option<&[Language]>, own: Language, voices: &[Language]) -> Vec<Language> {
    let mut languages = Vec::new();
    for wanted in wanted.unwrap_or(&[Language::Ms, own]) {
        if voices.contains(wanted) && !languages.contains(wanted) {
            languages.push(*wanted);
        }
    }
    if languages.is_empty() {
        languages.extend(voices.first());
    }
    languages
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

    /// The announcement of `calls`, mono at [`RATE_HZ`](crate::RATE_HZ). Its true peak is at most
    /// [`PEAK_LIMIT_DBTP`](crate::level::PEAK_LIMIT_DBTP). Empty if no language of `manner` has a voice, or nothing
    /// is called.
    ///
    /// A call by itself is said in the form that `manner` has. Several are said in one: in each language what leads
    /// them in, and then little more of each than its numbers.
    pub fn announce(&self, calls: &[Call], manner: &Manner) -> Vec<f32> {
        self.programme(calls, manner).join()
    }

    /// How long [`Self::announce`] of the same is heard; exact, and found out without joining anything.
    pub fn length(&self, calls: &[Call], manner: &Manner) -> Duration {
        self.programme(calls, manner).length()
    }

    /// What the announcement of `calls` is made of.
    pub fn programme(&self, calls: &[Call], manner: &Manner) -> Programme<'_> {
        let sentence = |pack: &Pack| match calls {
            [] => Vec::new(),
            [call] => pack.sentence(call, manner.form),
            calls => pack.joined(calls),
        };
        self.in_languages(&manner.languages, manner.chime, manner.repeats, sentence)
    }

    /// The names of the prepared sentences that some voice has.
    pub fn sentences(&self) -> BTreeSet<&str> {
        self.packs.iter().flat_map(Pack::sentences).map(|(name, _)| name).collect()
    }

    /// The words of a prepared sentence in each language that has it: for a wall to show what is said.
    pub fn texts(&self, name: &str) -> Vec<(Language, &str)> {
        let all = self
            .packs
            .iter()
            .flat_map(|pack| pack.sentences().map(|(name, text)| (pack.language(), name, text)));
        all.filter(|(_, known, _)| *known == name).map(|(language, _, text)| (language, text)).collect()
    }

    /// A prepared sentence such as `closing-15`, as [`Self::announce`] says calls; languages whose voice does not
    /// have it are left out. None if that are all of them.
    pub fn sentence(&self, name: &str, languages: &[Language], chime: bool, repeats: u8) -> Option<Vec<f32>> {
        self.sentence_programme(name, languages, chime, repeats).map(|programme| programme.join())
    }

    /// How long [`Self::sentence`] of the same is heard; exact, and found out without joining anything.
    pub fn sentence_length(
        &self,
        name: &str,
        languages: &[Language],
        chime: bool,
        repeats: u8,
    ) -> Option<Duration> {
        self.sentence_programme(name, languages, chime, repeats).map(|programme| programme.length())
    }

    fn sentence_programme(
        &self,
        name: &str,
        languages: &[Language],
        chime: bool,
        repeats: u8,
    ) -> Option<Programme<'_>> {
        let id = ClipId::sentence(name);
        let sentence = |pack: &Pack| pack.clip(&id).map(|_| Part::Clip(id.clone())).into_iter().collect();
        let programme = self.in_languages(languages, chime, repeats, sentence);
        (!programme.is_empty()).then_some(programme)
    }

    /// What an office recorded, as [`recording::read`](crate::recording::read) gives it, said like a sentence of
    /// one language.
    pub fn recording<'a>(&'a self, samples: &'a [f32], chime: bool, repeats: u8) -> Programme<'a> {
        let mut whole = Programme::default();
        whole.sound(samples);
        self.around(&whole, chime, repeats)
    }

    /// `sentence` in each of `languages`, one after the other; those in which there is none are left out.
    fn in_languages(
        &self,
        languages: &[Language],
        chime: bool,
        repeats: u8,
        sentence: impl Fn(&Pack) -> Vec<Part>,
    ) -> Programme<'_> {
        let mut whole = Programme::default();
        for pack in languages.iter().filter_map(|language| self.get(*language)) {
            let said = pack.programme(&sentence(pack));
            if said.is_empty() {
                continue;
            }
            if !whole.is_empty() {
                whole.silence(BETWEEN_LANGUAGES_MS);
            }
            whole.append(&said);
        }
        self.around(&whole, chime, repeats)
    }

    /// The chime, if it is wanted, and `whole` so many times.
    fn around<'a>(&'a self, whole: &Programme<'a>, chime: bool, repeats: u8) -> Programme<'a> {
        let mut programme = Programme::default();
        if whole.is_empty() {
            return programme;
        }
        if let Some(chime) = self.chime.as_ref().filter(|_| chime) {
            programme.sound(chime.samples());
            programme.silence(AFTER_CHIME_MS);
        }
        for time in 0..repeats.clamp(*REPEATS.start(), *REPEATS.end()) {
            if time > 0 {
                programme.silence(BEFORE_AGAIN_MS);
            }
            programme.append(whole);
        }
        programme
    }
}
