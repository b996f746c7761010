//! Faults that are really caused, on the daemon as it is installed, and what must hold through them: what was
//! answered is kept, once; nobody is told what is not so; it goes on by itself or says why not.
//!
//! `tests/README.md` lists them, with what each needs and how to run more rounds of it.

mod clients;
mod clock;
mod disk;
mod kill;
mod network;
mod power;
mod storm;
mod sync;
mod torn;
mod two;
