//! Messages between the daemon and its clients.
//!
//! These types are promises: a field may be added, none may change its meaning. A client ignores what
//! it does not know. The OpenAPI document and the pages' TypeScript types are generated from them.
//!
//! - [`command`]: what a client asks for by HTTP, and the answer.
//! - [`live`]: what the daemon tells by WebSocket.
//! - [`view`]: how tickets, counters and queues look from outside.
//! - [`report`]: what screens and loudspeakers report of a call.
//! - [`day`]: how the day goes, hour by hour.
//! - [`forecast`]: what is to come, what would keep the charter, and whether estimates came true.
//! - [`media`]: pictures and films for the wall.
//! - [`rules`], [`fair_order`]: the office's rules and the fair-order record, as they are read back.
//! - [`access`], [`audit`]: who may take part, and who did what.
//! - [`phone`]: what a visitor's own phone asks and is told.
//! - [`error`]: a refusal.
//! - [`paths`]: where it all is.

pub mod access;
pub mod audit;
pub mod command;
pub mod day;
pub mod error;
pub mod fair_order;
pub mod forecast;
pub mod health;
pub mod live;
pub mod media;
pub mod paths;
pub mod phone;
pub mod report;
pub mod rules;
pub mod sound;
pub mod view;
