//! AWS policy documents: grammar, compiled form, and the one evaluator that decides every request.
//!
//! Three steps. [`Policy::parse`] checks a document as AWS does when it is saved and keeps its text byte for byte,
//! with the position of every statement. Parsing also compiles: names are folded, variables located, numbers, dates
//! and CIDRs read, so that nothing of a policy is parsed while a request is decided. [`decide`] then answers for one
//! (action, resource) pair over the whole [`Stack`] of policies; [`evaluate`] is the same code with an [`Observer`],
//! and [`explain`] the same code with the observer that writes a [`Trace`].
//!
//! The crate is pure: no time, randomness, I/O, threads or async. "Rule N" in its comments is a rule of the policy
//! semantics specification.
#![doc = include_str!("../README.md")]

mod arn_form;
mod compile;
mod condition;
mod context;
mod context_keys;
mod decision;
mod denial;
mod document;
mod evaluate;
mod json;
mod pattern;
mod policy;
mod principal;
mod refusal;
mod request;
mod size;
mod span;
mod stack;
mod template;
mod trace;
mod validate;

pub use context::{Context, ContextValue};
pub use context_keys::context_keys;
pub use decision::{Decision, Layer, StatementRef, Verdict};
pub use denial::{DenialDetail, denial_message};
pub use evaluate::{Observer, Part, decide, evaluate};
pub use policy::{ConditionRef, Effect, Policy, PolicyKind, PrincipalKind, PrincipalRef, Statement};
pub use refusal::{Refusal, RefusalCode};
pub use request::{Caller, CallerKind, Request, Resource};
pub use size::policy_size;
pub use span::{Pos, Span};
pub use stack::{Attached, Boundary, Level, ResourceRule, Stack};
pub use trace::{ConditionTrace, LayerTrace, PolicyTrace, StatementTrace, Trace, explain};
