//! Messages between the daemon and its clients.
//!
//! These types are promises: a field may be added, none may change its meaning. A client ignores what
//! it does not know. The OpenAPI document and the pages' TypeScript types are generated from them.
//!
//! - [`command`]: what a client asks for by HTTP, and the answer.
//! - [`live`]: what the daemon tells by WebSocket.
//! - [`view`]: how tickets, counters and queues look from outside.
//! - [`rules`], [`fair_order`]: the office's rules and the fair-order record, as they are read back.
//! - [`error`]: a refusal.
//! - [`paths`]: where it all is.

pub mod command;
pub mod error;
pub mod fair_order;
pub mod health;
pub mod live;
pub mod paths;
pub mod rules;
pub mod view;
