//! Policies of a simulation, and what the answer calls them.

use std::sync::Arc;

use keygate_policy::{Attached, Policy, PolicyKind};
use keygate_state::{Held, InvalidInput};

/// A policy and where it comes from.
#[derive(Clone, Debug)]
pub(super) struct Sourced {
    /// The policy.
    pub(super) policy: Arc<Policy>,
    /// `SourcePolicyId`.
    pub(super) id: String,
    /// The ARN of a managed policy.
    pub(super) arn: Option<String>,
}

impl Sourced {
    /// A policy that was passed in.
    pub(super) fn input(policy: Policy, id: String) -> Self {
        Self { policy: Arc::new(policy), id, arn: None }
    }

    /// A policy of a user, group or role. An inline policy is called after its owner, a managed one by its name.
    pub(super) fn held(held: &Held) -> Self {
        let id = match (&held.inline_of, &held.arn) {
            (Some((kind, owner)), _) => format!("{}_{owner}_{}", kind.word(), held.name),
            (None, Some(arn)) => name_of(arn).to_owned(),
            (None, None) => held.name.clone(),
        };
        Self { policy: Arc::clone(&held.policy), id, arn: held.arn.clone() }
    }

    /// The policy as the engine takes it.
    pub(super) fn attached(&self) -> Attached<'_> {
        Attached { policy: &self.policy, name: &self.id, arn: self.arn.as_deref() }
    }
}

/// Policies of a user, group or role; a managed one counts once, however often it is attached.
pub(super) fn held<'a>(policies: impl IntoIterator<Item = &'a Held>) -> Vec<Sourced> {
    let mut sources: Vec<Sourced> = Vec::new();
    for source in policies.into_iter().map(Sourced::held) {
        if source.arn.is_none() || sources.iter().all(|known| known.arn != source.arn) {
            sources.push(source);
        }
    }
    sources
}

/// Documents that were passed in. They are read as stored documents are, which asks less than saving one does: the
/// simulator also takes documents without version.
pub(super) fn inputs(texts: &[String], kind: PolicyKind) -> Result<Vec<Sourced>, InvalidInput> {
    let (list, words) = match kind {
        PolicyKind::Boundary => ("PermissionsBoundaryPolicyInputList", "Permissions boundary policy"),
        PolicyKind::Scp => ("ServiceControlPolicyInputList", "Service control policy"),
        _ => ("PolicyInputList", "Policy"),
    };
    let read = |(index, text): (usize, &String)| {
        let number = index + 1;
        let policy = Policy::read(text, kind).map_err(|_| {
            InvalidInput::new(format!("{words} input list item {number} has invalid content"))
        })?;
        Ok(Sourced::input(policy, format!("{list}.{number}")))
    };
    texts.iter().enumerate().map(read).collect()
}

/// The one permissions boundary that may be passed in.
pub(super) fn boundary_input(texts: Option<&[String]>) -> Result<Option<Sourced>, InvalidInput> {
    let texts = texts.unwrap_or_default();
    if texts.len() > 1 {
        return Err(InvalidInput::new("The list of Permissions Boundary policies cannot exceed 1 items."));
    }
    Ok(inputs(texts, PolicyKind::Boundary)?.pop())
}

/// The name at the end of an ARN.
pub(super) fn name_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or_default()
}
