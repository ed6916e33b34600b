//! A second, naive policy evaluator for tests: slow, obvious, written from the rules alone.
//!
//! It takes a line in the format of decision cases and answers it. It uses nothing of the engine, not even its
//! types, so that a mistake must be made twice to go unseen. "Rule N" is a rule of the policy semantics
//! specification; every choice that the rules leave open is marked as one.

mod action;
mod case;
mod condition;
mod context;
mod decide;
mod document;
pub mod generate;
mod json;
mod pattern;
mod principal;
mod resource;
mod value;
mod variable;

pub use decide::{Answer, Verdict, decide_line};
