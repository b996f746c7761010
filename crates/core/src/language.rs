//! The four languages of the counters, and names written in them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A language that a branch shows and speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Malay, the language of first resort.
    Ms,
    /// English.
    En,
    /// Chinese: Mandarin when spoken, simplified characters when written.
    Zh,
    /// Tamil.
    Ta,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Ms, Self::En, Self::Zh, Self::Ta];

    /// The BCP 47 tag: `ms`, `en`, `zh` or `ta`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Ms => "ms",
            Self::En => "en",
            Self::Zh => "zh",
            Self::Ta => "ta",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// The tag is none of the four.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is none of the languages ms, en, zh and ta")]
pub struct UnknownLanguage(String);

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(tag: &str) -> Result<Self, UnknownLanguage> {
        Self::ALL
            .into_iter()
            .find(|l| l.tag() == tag)
            .ok_or_else(|| UnknownLanguage(tag.chars().take(16).collect()))
    }
}

/// A name in the languages of the branch. Malay must be there; a missing language falls back to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Malay.
    pub ms: String,
    /// English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
    /// Chinese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zh: Option<String>,
    /// Tamil.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ta: Option<String>,
}

impl Texts {
    /// The text in `language`, or in Malay where there is none.
    pub fn get(&self, language: Language) -> &str {
        let own = match language {
            Language::Ms => None,
            Language::En => self.en.as_deref(),
            Language::Zh => self.zh.as_deref(),
            Language::Ta => self.ta.as_deref(),
        };
        own.unwrap_or(&self.ms)
    }

    /// The languages that have a text of their own, with it.
    pub fn iter(&self) -> impl Iterator<Item = (Language, &str)> {
        let text = |language| match language {
            Language::Ms => Some(self.ms.as_str()),
            Language::En => self.en.as_deref(),
            Language::Zh => self.zh.as_deref(),
            Language::Ta => self.ta.as_deref(),
        };
        Language::ALL.into_iter().filter_map(move |language| Some((language, text(language)?)))
    }
}
