//! What an office shows and how: signs on buttons, outcomes of a visit, screens, and notices that stand.

use serde::{Deserialize, Serialize};

use crate::{OutcomeId, Texts};

/// A sign that stands on a button beside its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Icon {
    /// A question mark.
    Question,
    /// Coins.
    Payment,
    /// A sheet of paper.
    Document,
    /// A card with a face.
    Identity,
    /// A passport.
    Passport,
    /// A licence or certificate with a seal.
    Licence,
    /// A plot of land.
    Land,
    /// A house.
    House,
    /// A car.
    Vehicle,
    /// A shop.
    Business,
    /// Parents and child.
    Family,
    /// An open book.
    Education,
    /// A cross.
    Health,
    /// A bottle of pills.
    Medicine,
    /// A drop of water.
    Water,
    /// A bolt of electricity.
    Power,
    /// Two people who talk.
    Talk,
    /// A calendar.
    Appointment,
    /// A box.
    Parcel,
    /// A clipboard with ticks.
    Application,
}

/// How a visit may end; decides nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeRule {
    /// The short name.
    pub id: OutcomeId,
    /// The name as officers read it.
    pub name: Texts,
}

/// Something that the office tells everybody, day after day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeRule {
    /// What it says.
    pub text: Texts,
}

/// How the office's screens are made out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScreensRule {
    /// From how many metres its walls are to be read, 1 to 30.
    pub viewing_m: u8,
    /// Whether officers are reminded of how a visitor is greeted (8S).
    pub greeting: bool,
}

impl Default for ScreensRule {
    fn default() -> Self {
        Self { viewing_m: 10, greeting: true }
    }
}
