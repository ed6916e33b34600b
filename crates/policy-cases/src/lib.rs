//! Decision cases: a neutral file format for policy decisions, and its way into the engine.
//!
//! One line of JSON is one [`Case`]: a request, all policies that apply to it, and the answer that is expected.
//! [`Question`] is the same as the engine wants it; [`run_line`] does everything for one line and gives an
//! [`Outcome`]. The format is described in `corpus/README.md`, where the project's own cases stand.
//!
//! The crate reads no files and prints nothing.
#![doc = include_str!("../README.md")]

mod case;
mod outcome;
mod principal;
mod question;

pub use case::{
    Case, CaseError, CaseLevel, CasePolicy, CaseRequest, CaseResource, Expected, NamedLayer, RuleNumber,
    Value,
};
pub use outcome::{Outcome, run_line};
pub use principal::{Principal, PrincipalForm, PrincipalType, TypedPrincipal};
pub use question::{Question, Unreadable};
