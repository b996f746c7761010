//! From a call to the clips and silences of its sentence.
//!
//! The letters of a ticket number are said one by one; its digits one by one or, as the numbers of counters and rooms,
//! as a cardinal. Word order is the pack's: a [`Template`] lists clips, silences and places to fill in.

use std::collections::BTreeSet;

use giliran_core::{Language, Place, TicketNumber};

use crate::{Call, ClipId, Part, cardinal, pack::TicketStyle};

/// How a language says a ticket number and a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grammar {
    /// Whose cardinals.
    pub language: Language,
    /// How ticket numbers are said.
    pub ticket: TicketStyle,
    /// Whether the zeros are said that fill a ticket number up.
    pub leading_zeros: bool,
    /// The silence between the letters and digits of a ticket number.
    pub digit_gap_ms: u16,
    /// The silence between the words of a cardinal.
    pub word_gap_ms: u16,
}

impl Grammar {
    /// What is said of a ticket number behind its letters, and the silence between.
    fn digits(self, number: &TicketNumber) -> (Vec<ClipId>, u16) {
        if self.ticket == TicketStyle::Number {
            return (cardinal::parts(self.language, number.sequence()), self.word_gap_ms);
        }
        let written = number.to_string();
        let written = written.trim_start_matches(|c: char| c.is_ascii_uppercase());
        let plain = number.sequence().to_string();
        let digits = if self.leading_zeros { written } else { &plain };
        (digits.chars().map(ClipId::digit).collect(), self.digit_gap_ms)
    }

    /// Every clip that a sentence of these templates can need, whatever is called.
    pub fn needs<'a>(self, templates: impl IntoIterator<Item = &'a Template>) -> BTreeSet<ClipId> {
        let letters = ('A'..='Z').map(ClipId::letter);
        let digits = ('0'..='9').map(ClipId::digit);
        let greatest = match self.ticket {
            TicketStyle::Digits => 99,
            TicketStyle::Number => cardinal::GREATEST,
        };
        let cardinals = (0..=greatest).flat_map(|number| cardinal::parts(self.language, number));
        let words = templates.into_iter().flat_map(Template::clips).cloned();
        letters.chain(digits).chain(cardinals).chain(words).collect()
    }
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
                    let letters = call.number().letters().chars().map(ClipId::letter);
                    spell(&mut parts, letters, grammar.digit_gap_ms);
                }
                Slot::Digits => {
                    let (digits, gap_ms) = grammar.digits(call.number());
                    spell(&mut parts, digits, gap_ms);
                }
                Slot::PlaceNumber => {
                    let words = cardinal::parts(grammar.language, call.place_number().into());
                    spell(&mut parts, words, grammar.word_gap_ms);
                }
            }
        }
        parts
    }

    /// Its clips and silences, if it needs no call.
    pub fn plain(&self) -> Option<Vec<Part>> {
        let part = |slot: &Slot| match slot {
            Slot::Silence(ms) => Some(Part::Silence(*ms)),
            Slot::Clip(id) => Some(Part::Clip(id.clone())),
            Slot::ClipByPlace { .. } | Slot::Letters | Slot::Digits | Slot::PlaceNumber => None,
        };
        self.0.iter().map(part).collect()
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
