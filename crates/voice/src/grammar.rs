//! From a call to the clips and silences of its sentence.
//!
//! Ticket numbers are said letter by letter and digit by digit, the numbers of counters and rooms as
//! cardinals. Word order is the pack's: a [`Template`] lists clips, silences and places to fill in.

use std::collections::BTreeSet;

use giliran_core::{Language, Place};

use crate::{Call, ClipId, Part, cardinal};

/// How a language says a ticket number and a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grammar {
    /// Whose cardinals.
    pub language: Language,
    /// The silence between the letters and digits of a ticket number.
    pub digit_gap_ms: u16,
    /// The silence between the words of a cardinal.
    pub word_gap_ms: u16,
}

/// One element of a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq)]
enum Slot {
    Silence(u16),
    Clip(ClipId),
    /// A clip for each kind of place, such as `w.to.counter` and `w.to.room`.
    ClipByPlace {
        counter: ClipId,
        room: ClipId,
    },
    Letters,
    Digits,
    PlaceNumber,
}

/// The order of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(Vec<Slot>);

/// An element of a template, as it stands in the manifest.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum Element {
    /// Milliseconds of silence.
    Silence(u16),
    /// A clip, or something to fill in, in braces.
    Word(String),
}

impl Template {
    /// Reads a template; the error is the element that has no meaning.
    pub fn read(written: &[Element]) -> Result<Self, String> {
        let slot = |written: &Element| match written {
            Element::Silence(ms) => Ok(Slot::Silence(*ms)),
            Element::Word(word) => match word.as_str() {
                "{letters}" => Ok(Slot::Letters),
                "{digits}" => Ok(Slot::Digits),
                "{place_no}" => Ok(Slot::PlaceNumber),
                by_place if by_place.contains("{place}") => {
                    let of = |place| ClipId::new(by_place.replace("{place}", place));
                    Ok(Slot::ClipByPlace { counter: of("counter"), room: of("room") })
                }
                unknown if unknown.contains(['{', '}']) => Err(unknown.to_owned()),
                clip => Ok(Slot::Clip(ClipId::new(clip.to_owned()))),
            },
        };
        written.iter().map(slot).collect::<Result<_, _>>().map(Self)
    }

    /// The sentence for `call`.
    pub fn fill(&self, grammar: Grammar, call: &Call) -> Vec<Part> {
        let number = call.number().to_string();
        let (letters, digits): (Vec<_>, Vec<_>) = number.chars().partition(char::is_ascii_uppercase);
        let mut parts = Vec::new();
        for slot in &self.0 {
            match slot {
                Slot::Silence(ms) => parts.push(Part::Silence(*ms)),
                Slot::Clip(id) => parts.push(Part::Clip(id.clone())),
                Slot::ClipByPlace { counter, room } => {
                    let id = match call.place() {
                        Place::Counter => counter,
                        Place::Room => room,
                    };
                    parts.push(Part::Clip(id.clone()));
                }
                Slot::Letters => {
                    spell(&mut parts, letters.iter().copied().map(ClipId::letter), grammar.digit_gap_ms);
                }
                Slot::Digits => {
                    spell(&mut parts, digits.iter().copied().map(ClipId::digit), grammar.digit_gap_ms);
                }
                Slot::PlaceNumber => {
                    let words = cardinal::parts(grammar.language, call.place_number());
                    spell(&mut parts, words, grammar.word_gap_ms);
                }
            }
        }
        parts
    }

    /// The clips that the template itself names.
    fn clips(&self) -> impl Iterator<Item = &ClipId> {
        self.0.iter().flat_map(|slot| match slot {
            Slot::Clip(id) => vec![id],
            Slot::ClipByPlace { counter, room } => vec![counter, room],
            Slot::Silence(_) | Slot::Letters | Slot::Digits | Slot::PlaceNumber => vec![],
        })
    }
}

/// Adds `clips` with silences between them.
fn spell(parts: &mut Vec<Part>, clips: impl IntoIterator<Item = ClipId>, gap_ms: u16) {
    for (place, clip) in clips.into_iter().enumerate() {
        if place > 0 && gap_ms > 0 {
            parts.push(Part::Silence(gap_ms));
        }
        parts.push(Part::Clip(clip));
    }
}

/// Every clip that a sentence of these templates can need, whatever is called.
pub(crate) fn needed<'a>(
    language: Language,
    templates: impl IntoIterator<Item = &'a Template>,
) -> BTreeSet<ClipId> {
    let letters = ('A'..='Z').map(ClipId::letter);
    let digits = ('0'..='9').map(ClipId::digit);
    let cardinals = (1..=99).flat_map(|number| cardinal::parts(language, number));
    let words = templates.into_iter().flat_map(Template::clips).cloned();
    letters.chain(digits).chain(cardinals).chain(words).collect()
}
