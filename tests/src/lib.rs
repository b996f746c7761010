//! What the tests of the whole system have in common.
//!
//! A test starts the programs as they are installed, each with a folder and a port of its own, and talks
//! to them as a client does. It ends them by their id, and fails if one of them ended badly or logged
//! an error.
//!
//! - [`Daemon`]: the daemon's program, from start to end.
//! - [`office`]: the configuration that it is given.
//! - [`hall`]: an office with all the rules there are, on a simulated clock.
//! - [`Visit`]: the commands of visitors and officers, in a line each.
//! - [`disk`]: a small disk for a test alone, which can be filled and made read-only.
//! - [`Socket`]: a WebSocket on which a test may misbehave.
//! - [`staff`]: people who sign in, and devices that are paired.
//! - [`raw`]: HTTP by hand, for the same.
//! - [`decoders`]: all that reads bytes from outside, for tests that feed it rubbish.
//! - [`Story`] and [`Crowd`]: commands that go on through any fault.
//! - [`Told`]: what they were answered, and the check that it is kept.
//! - [`tools`]: the system's programs with which faults are caused.
//! - [`Recording`]: what clients see, judged by the log at the end.

mod daemon;
pub mod decoders;
pub mod disk;
pub mod hall;
mod office;
mod program;
pub mod raw;
mod recording;
mod socket;
pub mod staff;
mod story;
mod told;
pub mod tools;
mod visit;

pub use daemon::Daemon;
pub use office::{BRANCH, morning_office, office, write_config};
pub use program::{Ended, Program, program};
pub use recording::Recording;
pub use socket::{Chain, Socket};
pub use story::{Broken, Crowd, Story};
pub use told::{Told, read_log};
pub use visit::{Ticket, Visit, request};
