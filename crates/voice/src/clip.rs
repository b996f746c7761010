//! The names of recorded pieces, and a sentence made of them.

use std::{borrow::Cow, fmt};

/// The name of a recorded piece in a pack, such as `d.4` or `w.to.counter`.
///
/// `d.0` to `d.9` are the digits, `l.A` to `l.Z` the letters, `n.…` the further parts of cardinal
/// numbers, `w.…` the words of a call and `s.…` whole sentences.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClipId(Cow<'static, str>);

impl ClipId {
    /// The clip with this name.
    pub fn new(id: impl Into<Cow<'static, str>>) -> Self {
        Self(id.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A letter of a ticket number, `A` to `Z`.
    pub(crate) fn letter(letter: char) -> Self {
        Self(Cow::Owned(format!("l.{letter}")))
    }

    /// A prepared sentence, such as `closing-15`.
    pub fn sentence(name: &str) -> Self {
        Self(Cow::Owned(format!("s.{name}")))
    }

    /// A digit of a ticket number, `0` to `9`.
    pub(crate) fn digit(digit: char) -> Self {
        Self(Cow::Owned(format!("d.{digit}")))
    }
}

impl fmt::Display for ClipId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A recorded piece.
    Clip(ClipId),
    /// Nothing, for so many milliseconds.
    Silence(u16),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clip(id) => id.fmt(f),
            Self::Silence(ms) => write!(f, "({ms} ms)"),
        }
    }
}
