//! A seeded workload for policy engines, and how long Keygate's takes for it.
//!
//! The programs beside this library print the tables: `keygate-engine-bench` for the engine alone, and
//! `benches/peers`, a workspace of its own, for the same in one run with other engines.

#![expect(clippy::print_stdout, reason = "tables go to standard output")]

mod adversarial;
pub mod engine;
pub mod measure;
pub mod random;
pub mod services;
pub mod stack;
pub mod workload;
