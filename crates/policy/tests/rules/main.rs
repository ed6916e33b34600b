//! The rules of the policy semantics specification, each proved by tests that bear its number.

#[cfg(test)]
mod conditions;
#[cfg(test)]
mod decisions;
#[cfg(test)]
mod denials;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod grammar;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod incidents;
#[cfg(test)]
mod organizations;
#[cfg(test)]
mod principals;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod services;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod support;
#[cfg(test)]
mod traces;
#[cfg(test)]
mod trust;
#[cfg(test)]
mod worked_examples;
