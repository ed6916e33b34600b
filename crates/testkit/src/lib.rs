//! For black-box tests and benches: starts a real server on port 0 and talks to it with real signatures.
//!
//! Blocking and small on purpose: a test's failure must not be the test client's. It is an edge, so it may read
//! the clock, start processes and open sockets. It knows the wire and the command line, and nothing of what is
//! behind them.

mod client;
mod clock;
mod credentials;
mod query;
mod response;
mod server;
mod sign;

pub use client::{Client, Connection};
pub use clock::now;
pub use credentials::Credentials;
pub use query::Query;
pub use response::Response;
pub use server::{Options, Server, StartError, Stopped};
