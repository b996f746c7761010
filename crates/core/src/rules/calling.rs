//! How people are called: how often, how long they are waited for, and what can be taken back.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// How people are called. What is left out is not limited, or does not happen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallingRule {
    /// The least time between two calls of the same ticket.
    #[serde(skip_serializing_if = "SignedDuration::is_zero")]
    pub interval: SignedDuration,
    /// The greatest number of calls of a ticket, the first included; at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls_most: Option<u16>,
    /// How often a ticket must have been called before it can be a no-show; at least 1 where it is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls_least: Option<u16>,
    /// When a ticket that was called becomes a no-show by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_show: Option<NoShowRule>,
    /// How long after a no-show the visitor may come back to the same place in the queue.
    #[serde(skip_serializing_if = "SignedDuration::is_zero")]
    pub come_back: SignedDuration,
    /// How long the last press at a counter can be undone.
    #[serde(skip_serializing_if = "SignedDuration::is_zero")]
    pub undo: SignedDuration,
    /// How long before it falls due a ticket is taken by a counter that helps with its service, though
    /// people wait for the counter's own.
    #[serde(skip_serializing_if = "SignedDuration::is_zero")]
    pub help_before: SignedDuration,
}

/// When a ticket that was called becomes a no-show by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoShowRule {
    /// After so many calls,
    pub calls: u16,
    /// and this long after the last of them.
    pub after: SignedDuration,
}
