//! The rules of the policy semantics specification, each proved by tests that bear its number.

mod conditions;
mod decisions;
mod denials;
mod documents;
mod grammar;
mod hostile;
mod organizations;
mod principals;
mod properties;
mod statements;
mod support;
mod trust;
mod worked_examples;
