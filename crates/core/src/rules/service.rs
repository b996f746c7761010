//! What people come for, and the numbers that are given out for it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, civil::Time};
use serde::{Deserialize, Serialize};

use super::Icon;
use crate::{ClassId, GroupId, ServiceId, Texts, ZoneId};

/// What people come for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceRule {
    /// The short name.
    pub id: ServiceId,
    /// The name as people read it.
    pub name: Texts,
    /// The sign beside the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    /// The numbers it gives out.
    pub series: Series,
    /// How long after arrival an ordinary ticket falls due. The charter's promise is a good choice.
    #[serde(default = "default_allowance")]
    pub allowance: SignedDuration,
    /// Allowances of single classes for this service, before those of the classes themselves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub class_allowance: BTreeMap<ClassId, SignedDuration>,
    /// How long one visitor is expected to take, until the office's own day has taught better.
    #[serde(default = "default_serving")]
    pub serving: SignedDuration,
    /// What the office promises in public; figures are held against it, the queue's order is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charter: Option<Charter>,
    /// What to bring; shown before the ticket is taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Texts>,
    /// How many numbers are given out a day, at least 1; appointments are beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<u32>,
    /// When the last number of the day is given out, in local time, if before the office's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_ticket: Option<Time>,
    /// Where the kiosk shows it; none means the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// The services that the same visit goes on to, in order and with the same number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<ServiceId>,
    /// The zones in which its calls are said beside the counter's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<ZoneId>,
    /// Whether a visitor must be known by a keyed hash, and may have one living ticket at most.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_per_person: bool,
}

fn default_allowance() -> SignedDuration {
    SignedDuration::from_mins(15) // "served within 15 minutes", the common promise of a Piagam Pelanggan
}

fn default_serving() -> SignedDuration {
    SignedDuration::from_mins(5)
}

/// A client charter's promise (Piagam Pelanggan) for one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charter {
    /// Called within this time of taking the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<SignedDuration>,
    /// Done within this time of coming to the counter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serving: Option<SignedDuration>,
}

/// A page of the kiosk that holds services or further pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupRule {
    /// The short name.
    pub id: GroupId,
    /// The name as people read it.
    pub name: Texts,
    /// The sign beside the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    /// The group that it lies in; none means the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<GroupId>,
}

/// A series of numbers, such as A001 to A999.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// One or two letters, `A` to `Z`.
    pub letters: String,
    /// The first number of the day.
    #[serde(default = "default_first")]
    pub first: u16,
    /// The last; after it comes the first again.
    #[serde(default = "default_last")]
    pub last: u16,
    /// How many digits are written, 1 to 4.
    #[serde(default = "default_width")]
    pub width: u8,
    /// Numbers that are never given out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip: Vec<u16>,
}

fn default_first() -> u16 {
    1
}

fn default_last() -> u16 {
    999
}

fn default_width() -> u8 {
    3
}

impl Series {
    /// How many numbers it has.
    pub fn size(&self) -> u32 {
        let all = u32::from(self.last.saturating_sub(self.first)) + 1;
        all.saturating_sub(u32::try_from(self.skip.len()).unwrap_or(u32::MAX))
    }

    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let lettered = (1..=2).contains(&self.letters.len())
            && self.letters.bytes().all(|letter| letter.is_ascii_uppercase());
        if !lettered {
            faults.push(format!("`{}` is not one or two letters A to Z", self.letters));
        }
        if !(1..=4).contains(&self.width) {
            faults.push(format!("a width of {} is not between 1 and 4", self.width));
        } else if u32::from(self.last) >= 10_u32.pow(u32::from(self.width)) {
            faults.push(format!("{} has more than {} digits", self.last, self.width));
        }
        if self.first == 0 {
            faults.push("begins at 0, and people count from 1".into());
        }
        if self.first > self.last {
            faults.push(format!("begins at {} and ends before it, at {}", self.first, self.last));
            return faults;
        }
        for twice in super::check::twice(self.skip.iter()) {
            faults.push(format!("skips {twice} twice"));
        }
        for beyond in self.skip.iter().filter(|n| !(self.first..=self.last).contains(*n)) {
            faults.push(format!("skips {beyond}, which it does not have"));
        }
        if self.size() == 0 {
            faults.push("skips all its numbers".into());
        }
        faults
    }

    /// Series of the same letters overlap when they share a number, however it is written: `A07` and
    /// `A007` sound the same.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.letters == other.letters && self.first <= other.last && other.first <= self.last
    }
}
