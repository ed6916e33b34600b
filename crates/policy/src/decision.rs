//! The answer to a request.

/// The answer and what decided it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decision {
    /// The answer.
    pub verdict: Verdict,
    /// The layer that granted, denied, or failed to allow. `None` where no policy was asked: what needs no
    /// permission (rule 74), the root user in its own account (rule 4), a request that is not well formed.
    pub layer: Option<Layer>,
    /// The deciding statement: the one that denies, or one that grants. `None` for implicit denials.
    pub statement: Option<StatementRef>,
}

/// The three results of an evaluation (rule 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Granted, and denied nowhere.
    Allowed,
    /// A Deny statement matched (rule 5).
    ExplicitlyDenied,
    /// Something that had to allow did not (rule 4).
    ImplicitlyDenied,
}

/// The types of policies, by their place in the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// Identity-based policies.
    Identity,
    /// The resource's policy, key policy or role trust policy.
    Resource,
    /// The permissions boundary.
    Boundary,
    /// Session policies.
    Session,
    /// Service control policies.
    Scp,
    /// Resource control policies.
    Rcp,
    /// The policies of a VPC endpoint.
    VpcEndpoint,
}

/// Where in the stack a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatementRef {
    /// The layer.
    pub layer: Layer,
    /// The index of the level in an SCP or RCP layer, otherwise 0.
    pub level: usize,
    /// The index of the policy in its layer or level.
    pub policy: usize,
    /// The index of the statement in [`Policy::statements`](crate::Policy::statements).
    pub statement: usize,
}

impl Decision {
    /// Whether the request may go ahead.
    pub fn is_allowed(self) -> bool {
        self.verdict == Verdict::Allowed
    }

    pub(crate) fn allowed_by(layer: Layer, statement: Option<StatementRef>) -> Self {
        Self { verdict: Verdict::Allowed, layer: Some(layer), statement }
    }

    pub(crate) fn allowed_without_policy() -> Self {
        Self { verdict: Verdict::Allowed, layer: None, statement: None }
    }

    pub(crate) fn denied_by(statement: StatementRef) -> Self {
        Self { verdict: Verdict::ExplicitlyDenied, layer: Some(statement.layer), statement: Some(statement) }
    }

    pub(crate) fn not_allowed_by(layer: Layer) -> Self {
        Self { verdict: Verdict::ImplicitlyDenied, layer: Some(layer), statement: None }
    }

    pub(crate) fn malformed() -> Self {
        Self { verdict: Verdict::ImplicitlyDenied, layer: None, statement: None }
    }
}
