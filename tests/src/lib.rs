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
//! - [`raw`]: HTTP by hand, for the same.
//! - [`decoders`]: all that reads bytes from outside, for tests that feed it rubbish.

mod daemon;
pub mod decoders;
pub mod disk;
pub mod hall;
mod office;
mod program;
pub mod raw;
mod socket;
mod visit;

pub use daemon::Daemon;
pub use office::{BRANCH, office, write_config};
pub use program::{Ended, Program, program};
pub use socket::{Chain, Socket};
pub use visit::{Ticket, Visit, request};
