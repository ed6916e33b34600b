//! The edge: listeners, the request pipeline, authentication, authorization, background jobs.
//!
//! [`pipeline`] is the way of one request and the place to begin. Around it: [`listener`] reads requests and
//! writes answers, [`node`] holds the accounts, `bootstrap` and [`start`] put a server together. This crate reads
//! the clock and draws randomness ([`clock`]) so that nothing below has to.

pub mod admin;
mod audit;
mod authenticate;
mod authorize;
mod bootstrap;
pub mod clock;
mod context;
#[cfg(test)]
mod coverage;
pub mod events;
mod facts;
pub mod listener;
pub mod logging;
pub mod metrics;
pub mod node;
pub mod operator;
mod outbox;
pub mod pipeline;
pub mod request;
mod restrict;
mod route;
pub mod settings;
pub mod start;
mod tls;
mod web_identity;
