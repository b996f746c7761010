//! What a call sounds like, for screens that speak by themselves: the same that the loudspeaker program says when
//! nothing hurries it.
//!
//! Voices are loaded when they are first asked for, and stay. Bounded: one announcement is made at a time, away from
//! those who answer, and the last few are kept, because all screens of a hall ask for the same.

use std::{collections::VecDeque, sync::Arc};

use axum::body::Bytes;
use giliran_core::Language;
use giliran_voice::{Call, Form, Manner, NoVoices, Voices, folder, languages_of_call, wav};
use tokio::sync::{Mutex, OnceCell};

use crate::{config::Voice, failure::Failure};

/// So many announcements are kept: those of the last calls, in two choices of languages.
const KEPT: usize = 16;

/// The largest announcement, in bytes: over a minute. In all four languages one has a third of it.
const LARGEST: usize = 4 << 20;

/// What there is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A call, in the languages that are asked for or those of the configuration.
    Call {
        /// The call.
        call: Call,
        /// The ticket's language.
        own: Language,
        /// The languages that are asked for, in order.
        languages: Option<Vec<Language>>,
    },
    /// A prepared sentence.
    Sentence {
        /// Its name.
        name: String,
        /// The languages, in order; those without it are left out.
        languages: Vec<Language>,
    },
}

/// What tells sounds apart.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Made {
    Call(Call, Vec<Language>),
    Sentence(String, Vec<Language>),
}

/// Makes announcements.
#[derive(Debug)]
pub struct Announcements {
    settings: Voice,
    /// None where there is no voice that can be used.
    voices: OnceCell<Option<Arc<Voices>>>,
    made: Mutex<VecDeque<(Made, Bytes)>>,
}

impl Announcements {
    /// With the voices that the configuration names.
    pub fn new(settings: Voice) -> Self {
        Self { settings, voices: OnceCell::new(), made: Mutex::default() }
    }

    /// The sound, as a WAV file; none where there is no voice, or none that has the sentence.
    pub async fn of(&self, wanted: Wanted) -> Result<Option<Bytes>, Failure> {
        let Some(voices) = self.voices().await else { return Ok(None) };
        let spoken: Vec<_> = voices.languages().collect();
        let wanted = match wanted {
            Wanted::Call { call, own, languages } => {
                let wanted = languages.as_deref().or(self.settings.languages.as_deref());
                Made::Call(call, languages_of_call(wanted, own, &spoken))
            }
            Wanted::Sentence { name, languages } => {
                Made::Sentence(name, languages_of_call(Some(&languages), Language::Ms, &spoken))
            }
        };
        // Whoever asks for the same meanwhile waits, and finds it.
        let mut made = self.made.lock().await;
        if let Some((_, sound)) = made.iter().find(|(known, _)| *known == wanted) {
            return Ok(Some(sound.clone()));
        }
        let say = {
            let wanted = wanted.clone();
            move || {
                let samples = match wanted {
                    Made::Call(call, languages) => {
                        let manner = Manner { chime: true, languages, form: Form::Full, repeats: 1 };
                        voices.announce(&[call], &manner)
                    }
                    Made::Sentence(name, languages) => voices.sentence(&name, &languages, true, 1)?,
                };
                Some(wav::file(&samples))
            }
        };
        let sound = tokio::task::spawn_blocking(say).await.map_err(|_| Failure::Internal)?;
        let Some(sound) = sound else { return Ok(None) };
        let sound = sound.ok().filter(|sound| sound.len() <= LARGEST).ok_or_else(|| {
            tracing::error!(?wanted, "the voices' announcement is too long");
            Failure::Internal
        })?;
        let sound = Bytes::from(sound);
        made.truncate(KEPT - 1);
        made.push_front((wanted, sound.clone()));
        Ok(Some(sound))
    }

    /// The voices, where there are any.
    pub async fn voices(&self) -> Option<Arc<Voices>> {
        let load = || async {
            let Voice { folder, chime, .. } = self.settings.clone();
            let load = move || -> Result<Voices, NoVoices> {
                let folder = folder.map_or_else(folder::default_folder, Ok)?;
                folder::load(&folder, chime.as_deref())
            };
            match tokio::task::spawn_blocking(load).await {
                Ok(Ok(voices)) => Some(Arc::new(voices)),
                Ok(Err(why)) => {
                    tracing::warn!(%why, "screens can't speak by themselves");
                    None
                }
                Err(broke) => {
                    tracing::error!(%broke, "loading the voices broke");
                    None
                }
            }
        };
        self.voices.get_or_init(load).await.clone()
    }
}
