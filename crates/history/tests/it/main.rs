//! What the checker finds, and what it does not.

mod faults;
mod file;
mod office;
mod truth;
