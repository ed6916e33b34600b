//! The compiled form of a statement: everything that can be prepared without knowing the request.

use crate::arn_form::ResourcePattern;
use crate::condition::Clause;
use crate::context::Keys;
use crate::decision::Layer;
use crate::document::{List, StatementSyntax, Version};
use crate::inline;
use crate::pattern::Pattern;
use crate::policy::{Effect, PolicyKind};
use crate::principal::PrincipalTest;
use crate::template::{Builder, Wildcards};

/// A statement ready to be matched. Absent parts do not restrict, except for the principal, where the layer decides.
#[derive(Debug, Clone)]
pub(crate) struct CompiledStatement {
    pub(crate) effect: Effect,
    pub(crate) principal: Option<PrincipalTest>,
    pub(crate) action: ActionTest,
    pub(crate) resource: ResourceTest,
    pub(crate) conditions: Box<[Clause]>,
}

/// Action or NotAction.
#[derive(Debug, Clone)]
pub(crate) struct ActionTest {
    not: bool,
    patterns: Box<[Pattern]>,
}

/// Resource or NotResource.
#[derive(Debug, Clone)]
pub(crate) enum ResourceTest {
    /// There is none: trust policies and policies whose resource is what they are attached to (rule 86).
    Absent,
    In(inline::List<ResourcePattern>),
    NotIn(inline::List<ResourcePattern>),
}

/// Compiles one statement of a document that passed validation.
pub(crate) fn statement(
    syntax: &StatementSyntax<'_>,
    version: Version,
    kind: PolicyKind,
) -> CompiledStatement {
    CompiledStatement {
        effect: syntax.effect.effect,
        principal: syntax.principal.as_ref().map(PrincipalTest::new),
        action: ActionTest::new(syntax.action.as_ref()),
        resource: ResourceTest::new(syntax.resource.as_ref(), version, kind),
        conditions: syntax.conditions.iter().map(|condition| Clause::new(condition, version)).collect(),
    }
}

impl ActionTest {
    fn new(list: Option<&List<'_>>) -> Self {
        let texts = list.into_iter().flat_map(List::texts);
        Self {
            not: list.is_some_and(|list| list.not),
            patterns: texts.map(|text| action_pattern(&text.value)).collect(),
        }
    }

    /// The patterns of an Action element; `None` if the element is NotAction.
    pub(crate) fn patterns(&self) -> Option<&[Pattern]> {
        (!self.not).then_some(&self.patterns)
    }

    /// Whether it is a NotAction.
    pub(crate) fn is_not(&self) -> bool {
        self.not
    }

    /// The patterns of the element, Action or NotAction.
    pub(crate) fn texts(&self) -> &[Pattern] {
        &self.patterns
    }

    /// Rules 103-106, 109.
    pub(crate) fn matches(&self, action: &str, context: &Keys<'_>) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(action, context)) != self.not
    }
}

impl ResourceTest {
    fn new(list: Option<&List<'_>>, version: Version, kind: PolicyKind) -> Self {
        let Some(list) = list else { return Self::Absent };
        let patterns = list
            .entries
            .iter()
            .map(|entry| ResourcePattern::new(entry.as_ref().map(|text| text.value.as_ref()), version, kind))
            .collect();
        if list.not { Self::NotIn(patterns) } else { Self::In(patterns) }
    }

    /// Rules 110-123 and 168. Only policies of resources may leave the element out; elsewhere such a statement, which
    /// no check lets pass, would grant nothing.
    pub(crate) fn matches(&self, layer: Layer, effect: Effect, resource: &str, context: &Keys<'_>) -> bool {
        let any = |patterns: &[ResourcePattern]| patterns.iter().any(|p| p.matches(resource, context));
        match self {
            Self::Absent => layer == Layer::Resource || effect == Effect::Deny,
            Self::In(patterns) => any(patterns.items()),
            Self::NotIn(patterns) => {
                let patterns = patterns.items();
                if patterns.iter().all(|pattern| pattern.is_resolved(context)) {
                    !any(patterns)
                } else {
                    NOT_RESOURCE_WITHOUT_VALUE_APPLIES_TO == effect
                }
            }
        }
    }

    /// The patterns of the element.
    pub(crate) fn patterns(&self) -> &[ResourcePattern] {
        match self {
            Self::Absent => &[],
            Self::In(patterns) | Self::NotIn(patterns) => patterns.items(),
        }
    }
}

/// Rule 168: a NotResource with a variable that has no value does not grant, but forbids.
const NOT_RESOURCE_WITHOUT_VALUE_APPLIES_TO: Effect = Effect::Deny;

/// Vendor and name in any ASCII case; wildcards anywhere, also in the vendor (rule 105); no variables (rule 108).
fn action_pattern(text: &str) -> Pattern {
    let mut builder = Builder::default();
    builder.fold(true);
    builder.glob(text, Wildcards::Active);
    builder.finish()
}
