//! How long somebody who took a number now would wait, and how many counters that asks for.
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
//! And what is to come, for whoever decides how many counters are open:
//!
//! - [`Arrivals`] learns who comes when; [`RestOfDay`] plays the hall from now to closing, with counters as they are
//!   ([`RestOfDay::outlook`]) or otherwise ([`RestOfDay::what_if`]).
//! - [`Adviser`] says which counters to open or close by when, and raises the alarm before the charter is missed.
//! - [`roster`] says who should be there next week.
//! - [`Honesty`] keeps whether announced waits came true.
//!
//! Rounding for the eye, and saying that a wait is not known, are the work of the screens.

mod advice;
mod arrivals;
mod board;
mod chance;
mod conformal;
mod day_kind;
mod durations;
mod erlang;
mod estimator;
mod floor;
mod hall;
mod honesty;
mod learned;
mod moment;
mod number;
mod onlooker;
mod outlook;
mod paths;
mod pulse;
mod regression;
mod roster;
mod situation;
mod staffing;
mod trees;
mod waits;

pub use advice::{Advice, AdvisedCounter, Adviser, Alarm, Step};
pub use arrivals::Arrivals;
pub use board::{Boards, Outcome, Reading};
pub use erlang::needed as counters_needed;
pub use estimator::{Estimator, Manner, Told};
pub use honesty::{Figures, Honesty};
pub use learned::Learned;
pub use moment::kind_of_day;
pub use onlooker::{Onlooker, Seen, Sight};
pub use outlook::{CounterPlan, Hour, Outlook, Plan, Quarter, RestOfDay};
pub use roster::{RosterDay, RosterHour, roster};
pub use situation::Situation;
pub use waits::{QueueWaits, ServiceWaits, queue_waits, waits};
