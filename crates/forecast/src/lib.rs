//! How long somebody who took a number now would wait.
//!
//! Pure, like the core: time comes in as an argument, chance comes from a seed that the branch's state
//! gives, and there are no logarithms whose last digit differs between machines.
//!
//! - [`Learned`] takes from the log what the office's own days teach: [`Learned::observe`], once for
//!   each entry.
//! - [`waits`] plays the queue forward from the branch as it stands and gives, for each service and
//!   class of visitor, a median and a 90th percentile, corrected by what became of the ones that were announced before.
//!   [`queue_waits`] does the same for those who wait already.
//!
//! Rounding for the eye, and saying that a wait is not known, are the work of the screens.

mod board;
mod conformal;
mod durations;
mod estimator;
mod hall;
mod learned;
mod moment;
mod number;
mod onlooker;
mod paths;
mod pulse;
mod regression;
mod situation;
mod trees;
mod waits;

pub use board::{Boards, Outcome, Reading};
pub use estimator::{Estimator, Manner, Told};
pub use learned::Learned;
pub use moment::kind_of_day;
pub use onlooker::{Onlooker, Seen, Sight};
pub use situation::Situation;
pub use waits::{QueueWaits, ServiceWaits, queue_waits, waits};
