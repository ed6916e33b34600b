//! A decision and its trace in the form in which they are shown; serialized it is the output for programs.

use keygate_policy::{
    ConditionTrace, Decision, DenialDetail, Effect, Layer, LayerTrace, PolicyTrace, Request, Stack,
    StatementRef, StatementTrace, Trace, Verdict, denial_message, explain,
};
use keygate_policy_cases::NamedLayer;
use serde::Serialize;

use super::diagnostic;
use super::question::policy_at;

/// The answer to one question.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    /// `Allowed`, `ExplicitlyDenied` or `ImplicitlyDenied`.
    pub(crate) decision: &'static str,
    /// The layer by its name in decision cases; nothing where no policy was asked.
    pub(crate) decided_by: Option<&'static str>,
    /// The statement that allows or denies.
    pub(crate) statement: Option<ShownStatement>,
    /// The sentence with which AWS denies.
    pub(crate) message: Option<String>,
    /// What every statement had to do with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) layers: Option<Vec<ShownLayer>>,
    #[serde(skip)]
    pub(crate) layer: Option<Layer>,
}

/// One layer, or one level of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShownLayer {
    pub(crate) layer: &'static str,
    /// The root, unit or account of an SCP or RCP.
    pub(crate) level: Option<String>,
    /// Whether an Allow or a Deny matches.
    pub(crate) finding: Finding,
    pub(crate) statements: Vec<ShownStatement>,
    #[serde(skip)]
    pub(crate) kind: Layer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Finding {
    Allow,
    Deny,
    Neither,
    /// The layer was given, but does not limit this caller or resource.
    NotAsked,
}

/// One statement.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShownStatement {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
    /// Its number in the document, from 1.
    pub(crate) number: usize,
    pub(crate) sid: Option<String>,
    pub(crate) effect: &'static str,
    pub(crate) matched: bool,
    /// Nothing where statements have no Principal.
    pub(crate) principal: Option<bool>,
    pub(crate) action: bool,
    pub(crate) resource: bool,
    pub(crate) conditions: Vec<ShownCondition>,
}

/// One key under one operator.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShownCondition {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) operator: String,
    pub(crate) key: String,
    /// Key and values as they are written.
    pub(crate) text: String,
    pub(crate) matched: bool,
    /// What the request has; nothing if the key is absent.
    pub(crate) request_values: Option<Vec<String>>,
}

impl Answer {
    /// Decides and writes down why.
    pub(crate) fn of(request: &Request<'_>, stack: &Stack<'_>) -> Self {
        let (decision, trace) = explain(request, stack);
        let cx = Cx { request, stack };
        let deciding = trace.layers.iter().flat_map(|layer| &layer.policies).find_map(|policy| {
            let at = policy.statements.iter().find(|statement| Some(statement.at) == decision.statement)?;
            Some(cx.statement(policy, at))
        });
        let denied = !decision.is_allowed();
        Self {
            decision: verdict(&decision),
            decided_by: decision.layer.map(|layer| NamedLayer::from(layer).name()),
            statement: deciding,
            message: denied.then(|| denial_message(request, stack, &decision, DenialDetail::PolicyArn)),
            layers: Some(cx.layers(&trace)),
            layer: decision.layer,
        }
    }

    pub(crate) fn is_allowed(&self) -> bool {
        self.decision == "Allowed"
    }
}

fn verdict(decision: &Decision) -> &'static str {
    match decision.verdict {
        Verdict::Allowed => "Allowed",
        Verdict::ExplicitlyDenied => "ExplicitlyDenied",
        Verdict::ImplicitlyDenied => "ImplicitlyDenied",
    }
}

/// What the trace speaks of.
struct Cx<'a> {
    request: &'a Request<'a>,
    stack: &'a Stack<'a>,
}

impl Cx<'_> {
    fn layers(&self, trace: &Trace) -> Vec<ShownLayer> {
        let given = [(Layer::Scp, self.stack.scps), (Layer::Rcp, self.stack.rcps)];
        let asked = |kind| trace.layers.iter().any(|layer| layer.layer == kind);
        let not_asked = given.into_iter().filter(|(kind, levels)| !levels.is_empty() && !asked(*kind));
        let not_asked = not_asked.map(|(kind, _)| ShownLayer {
            layer: NamedLayer::from(kind).name(),
            level: None,
            finding: Finding::NotAsked,
            statements: Vec::new(),
            kind,
        });
        trace.layers.iter().map(|layer| self.layer(layer)).chain(not_asked).collect()
    }

    fn layer(&self, layer: &LayerTrace) -> ShownLayer {
        let statements = layer.policies.iter().flat_map(|policy| &policy.statements);
        let matched = |effect| statements.clone().any(|s| s.matched && s.effect == effect);
        let finding = if matched(Effect::Deny) {
            Finding::Deny
        } else if matched(Effect::Allow) {
            Finding::Allow
        } else {
            Finding::Neither
        };
        let shown = |policy: &PolicyTrace| {
            let statements = policy.statements.iter().map(|statement| self.statement(policy, statement));
            statements.collect::<Vec<_>>()
        };
        ShownLayer {
            layer: NamedLayer::from(layer.layer).name(),
            level: layer.level_id.clone(),
            finding,
            statements: layer.policies.iter().flat_map(shown).collect(),
            kind: layer.layer,
        }
    }

    fn statement(&self, policy: &PolicyTrace, statement: &StatementTrace) -> ShownStatement {
        let has_principal = matches!(statement.at.layer, Layer::Resource | Layer::Rcp | Layer::VpcEndpoint);
        let conditions = statement.conditions.iter();
        ShownStatement {
            file: policy.name.clone(),
            line: statement.span.start.line,
            column: statement.span.start.column,
            number: statement.at.statement + 1,
            sid: statement.sid.clone(),
            effect: match statement.effect {
                Effect::Allow => "Allow",
                Effect::Deny => "Deny",
            },
            matched: statement.matched,
            principal: has_principal.then_some(statement.principal),
            action: statement.action,
            resource: statement.resource,
            conditions: conditions.map(|condition| self.condition(statement.at, condition)).collect(),
        }
    }

    fn condition(&self, at: StatementRef, condition: &ConditionTrace) -> ShownCondition {
        let text = policy_at(self.stack, at).map(|attached| attached.policy.text()).unwrap_or_default();
        let start = diagnostic::position(text, condition.bytes.start);
        ShownCondition {
            line: start.line,
            column: start.column,
            operator: condition.operator.clone(),
            key: condition.key.clone(),
            text: text.get(condition.bytes.clone()).unwrap_or_default().to_owned(),
            matched: condition.matched,
            request_values: self
                .request
                .context
                .get(&condition.key)
                .map(|value| value.iter().map(str::to_owned).collect()),
        }
    }
}
