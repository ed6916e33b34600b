//! The observer that writes down everything: what matched, what did not, and where it stands.

use crate::decision::{Decision, Layer, StatementRef};
use crate::evaluate::{Observer, Part, evaluate};
use crate::policy::{Effect, Statement};
use crate::request::Request;
use crate::span::Span;
use crate::stack::Stack;

/// What an evaluation looked at: every statement of every policy of every layer that applies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// The layers that have a say, in the order of evaluation; SCPs and RCPs once per level. A layer without policies
    /// is here if it limits all the same: session policies that are none, a boundary that cannot be read.
    pub layers: Vec<LayerTrace>,
}

/// One layer, or one level of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerTrace {
    /// The type of policies.
    pub layer: Layer,
    /// The index of the level in an SCP or RCP layer.
    pub level: usize,
    /// The id of the level.
    pub level_id: Option<String>,
    /// The policies of the layer.
    pub policies: Vec<PolicyTrace>,
}

/// One policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyTrace {
    /// Its name in the stack.
    pub name: String,
    /// Its ARN, if it has one.
    pub arn: Option<String>,
    /// Its statements in the order of the text.
    pub statements: Vec<StatementTrace>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementTrace {
    /// Where in the stack it stands.
    pub at: StatementRef,
    /// Its id.
    pub sid: Option<String>,
    /// Whether it grants or forbids.
    pub effect: Effect,
    /// Where in the text it stands.
    pub span: Span,
    /// Whether all its parts match.
    pub matched: bool,
    /// Whether it speaks of the caller.
    pub principal: bool,
    /// Whether it speaks of the action.
    pub action: bool,
    /// Whether it speaks of the resource.
    pub resource: bool,
    /// Its conditions, each key under each operator.
    pub conditions: Vec<ConditionTrace>,
}

/// One key under one operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionTrace {
    /// The operator as it is written.
    pub operator: String,
    /// The key as it is written.
    pub key: String,
    /// Where key and values stand, in bytes of the policy's text.
    pub bytes: std::ops::Range<usize>,
    /// Whether the request satisfies it.
    pub matched: bool,
}

/// Decides a request and says what every statement of the stack had to do with it.
///
/// The decision is the one of [`decide`](crate::decide). The trace is empty where no policy is asked.
pub fn explain(request: &Request<'_>, stack: &Stack<'_>) -> (Decision, Trace) {
    let mut writer = Writer::default();
    let decision = evaluate(request, stack, &mut writer);
    (decision, writer.trace)
}

impl Trace {
    /// All statements of all layers.
    pub fn statements(&self) -> impl Iterator<Item = &StatementTrace> {
        self.layers.iter().flat_map(|layer| &layer.policies).flat_map(|policy| &policy.statements)
    }
}

#[derive(Default)]
struct Writer {
    trace: Trace,
    /// The parts of the statement that is being matched.
    principal: bool,
    action: bool,
    resource: bool,
    conditions: Vec<bool>,
}

impl Observer for Writer {
    const COMPLETE: bool = true;

    fn layer(&mut self, layer: Layer, level: usize, id: Option<&str>) {
        let level_id = id.map(str::to_owned);
        self.trace.layers.push(LayerTrace { layer, level, level_id, policies: Vec::new() });
    }

    fn policy(&mut self, name: &str, arn: Option<&str>) {
        let policy =
            PolicyTrace { name: name.to_owned(), arn: arn.map(str::to_owned), statements: Vec::new() };
        if let Some(layer) = self.trace.layers.last_mut() {
            layer.policies.push(policy);
        }
    }

    fn part(&mut self, part: Part, matched: bool) {
        match part {
            Part::Principal => self.principal = matched,
            Part::Action => self.action = matched,
            Part::Resource => self.resource = matched,
            // Conditions come in their order.
            Part::Condition(_) => self.conditions.push(matched),
        }
    }

    fn statement(&mut self, at: StatementRef, statement: &Statement, matched: bool) {
        let conditions = statement
            .conditions()
            .zip(self.conditions.drain(..))
            .map(|(condition, matched)| ConditionTrace {
                operator: condition.operator.to_owned(),
                key: condition.key.to_owned(),
                bytes: condition.bytes,
                matched,
            })
            .collect();
        let trace = StatementTrace {
            at,
            sid: statement.sid().map(str::to_owned),
            effect: statement.effect(),
            span: statement.span(),
            matched,
            principal: self.principal,
            action: self.action,
            resource: self.resource,
            conditions,
        };
        if let Some(policy) = self.trace.layers.last_mut().and_then(|layer| layer.policies.last_mut()) {
            policy.statements.push(trace);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attached, Caller, CallerKind, Context, Policy, PolicyKind, Resource, Verdict};

    #[test]
    fn the_trace_says_of_every_part_whether_it_matched() {
        let text = r#"{"Version": "2012-10-17", "Statement": [
  {"Sid": "Wrong", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*",
   "Condition": {"Bool": {"aws:SecureTransport": "true"}, "StringLike": {"aws:UserAgent": "x*"}}},
  {"Sid": "No", "Effect": "Deny", "Action": "s3:*", "Resource": "*"},
  {"Sid": "Never", "Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::c"}]}"#;
        let policy = Policy::parse(text, PolicyKind::Identity).unwrap();
        let attached = [Attached { policy: &policy, name: "inline", arn: None }];
        let stack = Stack { identity: &attached, ..Stack::default() };
        let account = "111122223333".parse().ok();
        let mut caller = Caller::new(CallerKind::User, "arn:aws:iam::111122223333:user/ann");
        caller.account = account;
        let context = Context::new().with("aws:SecureTransport", "true").with("aws:UserAgent", "y");
        let request = Request {
            caller,
            action: "s3:GetObject",
            resource: Resource { arn: "arn:aws:s3:::b/k", account },
            context: &context,
        };
        let (decision, trace) = explain(&request, &stack);
        assert_eq!(decision.verdict, Verdict::ExplicitlyDenied);
        assert_eq!(decision.statement.map(|at| at.statement), Some(1));
        let shown: Vec<_> = trace
            .statements()
            .map(|s| {
                let conditions: Vec<_> = s
                    .conditions
                    .iter()
                    .map(|c| (c.operator.as_str(), &text[c.bytes.clone()], c.matched))
                    .collect();
                (s.sid.as_deref().unwrap(), s.span.start.line, s.matched, s.action, s.resource, conditions)
            })
            .collect();
        let conditions = vec![
            ("Bool", r#""aws:SecureTransport": "true""#, true),
            ("StringLike", r#""aws:UserAgent": "x*""#, false),
        ];
        assert_eq!(
            shown,
            [
                ("Wrong", 2, false, false, true, conditions),
                ("No", 4, true, true, true, vec![]),
                ("Never", 5, false, true, false, vec![]),
            ]
        );
        assert_eq!(trace.layers.len(), 1);
        assert_eq!(trace.layers[0].policies[0].name, "inline");
    }
}
