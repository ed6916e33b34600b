//! AWS policy documents: grammar, compiled form, and the one evaluator that decides every request.
//!
//! `document` reads the structure of a text, `validate` makes AWS's checks, `compile` prepares what can be prepared
//! without a request, and `evaluate` decides over a [`Stack`], the same code with and without an [`Observer`].
//! The crate is pure: no time, randomness, I/O, threads or async. "Rule N" in its comments is a rule of the policy
//! semantics specification.
//!
#![doc = include_str!("../README.md")]

mod arn_form;
mod authorization_message;
mod compile;
mod condition;
mod context;
mod context_keys;
mod decision;
mod denial;
mod document;
mod evaluate;
mod fold;
mod inline;
mod json;
mod layers;
mod linked;
mod pattern;
mod policy;
mod prepared;
mod principal;
mod public;
mod reach;
mod refusal;
mod request;
mod size;
mod span;
mod stack;
mod template;
mod trace;
mod validate;
mod value_kind;

pub use authorization_message::authorization_message;
pub use context::{Context, ContextValue, KeyValue, Keys};
pub use context_keys::context_keys;
pub use decision::{Decision, Layer, StatementRef, Verdict};
pub use denial::{DenialDetail, denial_message};
pub use evaluate::{Observer, Part, decide, decide_prepared, evaluate};
pub use layers::{Bag, Layers, LinkedStack};
pub use linked::Linked;
pub use policy::{ConditionRef, Effect, Policy, PolicyKind, PrincipalKind, PrincipalRef, Statement};
pub use prepared::Prepared;
pub use public::is_public;
pub use reach::{Reach, ServiceReach};
pub use refusal::{Refusal, RefusalCode};
pub use request::{Caller, CallerKind, Request, Resource};
pub use size::{policy_size, resource_policy_limit};
pub use span::{Pos, Span};
pub use stack::{Attached, Boundary, Level, ResourceRule, Stack};
pub use trace::{ConditionTrace, LayerTrace, PolicyTrace, StatementTrace, Trace, explain};
pub use value_kind::ValueKind;
