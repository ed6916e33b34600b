//! Fixtures: statements, callers, and cases that put them together.
//!
//! Every decision made here is made twice, with and without an observer, and must be the same.

use std::fmt;

use keygate_policy::{
    Attached, Boundary, Caller, CallerKind, Context, Decision, Layer, Level, LinkedStack, Policy, PolicyKind,
    Prepared, Request, Resource, ResourceRule, Stack, Trace, Verdict, decide, decide_prepared, explain,
};
use serde_json::{Value, json};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const OTHER: &str = "444455556666";
pub(crate) const USER: &str = "arn:aws:iam::111122223333:user/team/ann";
pub(crate) const USER_ID: &str = "AIDAQAAAAAAAAAAAAAAAA";
pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/path/app";
pub(crate) const ROLE_ID: &str = "AROAQAAAAAAAAAAAAAAAA";
pub(crate) const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/app/s1";
pub(crate) const FEDERATED: &str = "arn:aws:sts::111122223333:federated-user/bob";
pub(crate) const ROOT: &str = "arn:aws:iam::111122223333:root";
pub(crate) const OBJECT: &str = "arn:aws:s3:::bucket/key";

pub(crate) fn user() -> Caller<'static> {
    let mut caller = Caller::new(CallerKind::User, USER);
    caller.account = ACCOUNT.parse().ok();
    caller.unique_id = Some(USER_ID);
    caller
}

pub(crate) fn session() -> Caller<'static> {
    let mut caller = Caller::new(CallerKind::AssumedRole, SESSION);
    caller.account = ACCOUNT.parse().ok();
    caller.issuer_arn = Some(ROLE);
    caller.unique_id = Some(ROLE_ID);
    caller
}

pub(crate) fn federated() -> Caller<'static> {
    let mut caller = Caller::new(CallerKind::FederatedUser, FEDERATED);
    caller.account = ACCOUNT.parse().ok();
    caller.issuer_arn = Some(USER);
    caller.unique_id = Some(USER_ID);
    caller
}

pub(crate) fn root() -> Caller<'static> {
    let mut caller = Caller::new(CallerKind::Root, ROOT);
    caller.account = ACCOUNT.parse().ok();
    caller
}

pub(crate) fn web_identity(provider: &'static str) -> Caller<'static> {
    let mut caller = Caller::new(CallerKind::WebIdentity, "");
    caller.provider = Some(provider);
    caller
}

/// An Allow statement.
pub(crate) fn allow(action: impl Into<Value>, resource: impl Into<Value>) -> Value {
    json!({"Effect": "Allow", "Action": action.into(), "Resource": resource.into()})
}

/// A Deny statement.
pub(crate) fn deny(action: impl Into<Value>, resource: impl Into<Value>) -> Value {
    json!({"Effect": "Deny", "Action": action.into(), "Resource": resource.into()})
}

/// The statement with a further element, or with another value of one it has.
pub(crate) fn with(mut statement: Value, element: &str, value: impl Into<Value>) -> Value {
    statement[element] = value.into();
    statement
}

/// The statement without an element.
pub(crate) fn without(mut statement: Value, element: &str) -> Value {
    statement.as_object_mut().unwrap().remove(element);
    statement
}

/// An Allow statement of a resource-based policy for everything on everything.
pub(crate) fn grant_to(principal: Value) -> Value {
    with(allow("*", "*"), "Principal", principal)
}

pub(crate) fn document(statements: impl Into<Value>) -> String {
    json!({"Version": "2012-10-17", "Statement": statements.into()}).to_string()
}

/// A policy that could have been stored.
pub(crate) fn policy(kind: PolicyKind, statements: impl Into<Value>) -> Policy {
    Policy::read(&document(statements), kind).unwrap()
}

/// A request and its stack. Begins with user [`USER`], `s3:GetObject` on [`OBJECT`] of the same account, no policies.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) caller: Caller<'static>,
    pub(crate) action: &'static str,
    pub(crate) resource: String,
    pub(crate) owner: Option<&'static str>,
    pub(crate) context: Context,
    pub(crate) identity: Vec<Policy>,
    pub(crate) boundary: Option<Option<Policy>>,
    pub(crate) session: Option<Vec<Policy>>,
    pub(crate) scps: Vec<Vec<Policy>>,
    pub(crate) rcps: Vec<Vec<Policy>>,
    pub(crate) resource_policy: Option<Policy>,
    pub(crate) resource_rule: ResourceRule,
    pub(crate) kms_grant: bool,
    pub(crate) vpc_endpoint: Option<Vec<Policy>>,
}

impl Case {
    pub(crate) fn new() -> Self {
        Self {
            caller: user(),
            action: "s3:GetObject",
            resource: OBJECT.to_owned(),
            owner: Some(ACCOUNT),
            context: Context::new(),
            identity: Vec::new(),
            boundary: None,
            session: None,
            scps: Vec::new(),
            rcps: Vec::new(),
            resource_policy: None,
            resource_rule: ResourceRule::Union,
            kms_grant: false,
            vpc_endpoint: None,
        }
    }

    pub(crate) fn by(mut self, caller: Caller<'static>) -> Self {
        self.caller = caller;
        self
    }

    pub(crate) fn asks(mut self, action: &'static str, resource: &str) -> Self {
        self.action = action;
        self.resource = resource.to_owned();
        self
    }

    pub(crate) fn owned_by(mut self, account: &'static str) -> Self {
        self.owner = Some(account);
        self
    }

    pub(crate) fn key(mut self, key: &str, value: &str) -> Self {
        self.context.insert(key, value);
        self
    }

    pub(crate) fn keys(mut self, key: &str, values: &[&str]) -> Self {
        self.context.insert_list(key, values.iter().copied());
        self
    }

    pub(crate) fn identity(mut self, statements: impl Into<Value>) -> Self {
        self.identity.push(policy(PolicyKind::Identity, statements));
        self
    }

    pub(crate) fn boundary(mut self, statements: impl Into<Value>) -> Self {
        self.boundary = Some(Some(policy(PolicyKind::Identity, statements)));
        self
    }

    pub(crate) fn session_policy(mut self, statements: impl Into<Value>) -> Self {
        self.session.get_or_insert_default().push(policy(PolicyKind::Session, statements));
        self
    }

    /// A level of SCPs, one policy for each member of the list.
    pub(crate) fn scps<S: Into<Value>>(mut self, level: impl IntoIterator<Item = S>) -> Self {
        self.scps.push(level.into_iter().map(|statements| policy(PolicyKind::Scp, statements)).collect());
        self
    }

    /// A level of RCPs, one policy for each member of the list.
    pub(crate) fn rcps<S: Into<Value>>(mut self, level: impl IntoIterator<Item = S>) -> Self {
        self.rcps.push(level.into_iter().map(|statements| policy(PolicyKind::Rcp, statements)).collect());
        self
    }

    pub(crate) fn resource_policy(mut self, statements: impl Into<Value>) -> Self {
        self.resource_policy = Some(policy(PolicyKind::Resource, statements));
        self
    }

    /// Makes the resource a role with this trust policy, and the action sts:AssumeRole.
    pub(crate) fn trust(mut self, statements: impl Into<Value>) -> Self {
        self.resource_policy = Some(policy(PolicyKind::Trust, statements));
        self.resource_rule = ResourceRule::Trust;
        self.asks("sts:AssumeRole", "arn:aws:iam::111122223333:role/target")
    }

    pub(crate) fn rule(mut self, rule: ResourceRule) -> Self {
        self.resource_rule = rule;
        self
    }

    /// With a KMS grant for the caller.
    pub(crate) fn granted(mut self) -> Self {
        self.kms_grant = true;
        self
    }

    pub(crate) fn vpc_endpoint(mut self, statements: impl Into<Value>) -> Self {
        self.vpc_endpoint.get_or_insert_default().push(policy(PolicyKind::VpcEndpoint, statements));
        self
    }

    pub(crate) fn decide(&self) -> Decision {
        self.run(|request, stack| {
            let decision = decide(request, stack);
            let (explained, trace) = explain(request, stack);
            assert_eq!((decision.verdict, decision.layer), (explained.verdict, explained.layer));
            assert_eq!(decision.statement, explained.statement);
            let linked = LinkedStack::new(stack);
            assert_eq!(
                decide_prepared(
                    &Prepared::new(*request),
                    &linked.layers(stack.resource_rule, stack.kms_grant)
                ),
                decision
            );
            assert_eq!(
                decision.verdict == Verdict::ExplicitlyDenied,
                denies(&trace) && decision.layer.is_some()
            );
            decision
        })
    }

    pub(crate) fn run<R>(&self, body: impl FnOnce(&Request<'_>, &Stack<'_>) -> R) -> R {
        let identity = attach(&self.identity);
        let session = self.session.as_ref().map(|policies| attach(policies));
        let endpoint = self.vpc_endpoint.as_ref().map(|policies| attach(policies));
        let boundary = self.boundary.as_ref().map(|boundary| match boundary {
            Some(policy) => Boundary::Policy(attached(policy)),
            None => Boundary::Unreadable,
        });
        let (scps, rcps) = (attach_levels(&self.scps), attach_levels(&self.rcps));
        let scps: Vec<_> = scps.iter().map(|policies| Level { id: "ou", policies }).collect();
        let rcps: Vec<_> = rcps.iter().map(|policies| Level { id: "ou", policies }).collect();
        let request = Request {
            caller: self.caller,
            action: self.action,
            resource: Resource {
                arn: &self.resource,
                account: self.owner.and_then(|account| account.parse().ok()),
            },
            context: &self.context,
        };
        let stack = Stack {
            identity: &identity,
            boundary,
            session: session.as_deref(),
            scps: &scps,
            rcps: &rcps,
            resource: self.resource_policy.as_ref().map(attached),
            resource_rule: self.resource_rule,
            kms_grant: self.kms_grant,
            vpc_endpoint: endpoint.as_deref(),
        };
        body(&request, &stack)
    }

    #[track_caller]
    pub(crate) fn allowed(self) {
        assert_eq!(self.decide().verdict, Verdict::Allowed);
    }

    #[track_caller]
    pub(crate) fn implicitly_denied_by(self, layer: Layer) {
        let decision = self.decide();
        assert_eq!((decision.verdict, decision.layer), (Verdict::ImplicitlyDenied, Some(layer)));
    }

    #[track_caller]
    pub(crate) fn explicitly_denied_by(self, layer: Layer) {
        let decision = self.decide();
        assert_eq!((decision.verdict, decision.layer), (Verdict::ExplicitlyDenied, Some(layer)));
    }

    /// Allowed, or implicitly denied by identity policies.
    #[track_caller]
    pub(crate) fn grants(self, expected: bool) {
        if expected { self.allowed() } else { self.implicitly_denied_by(Layer::Identity) }
    }
}

fn attached(policy: &Policy) -> Attached<'_> {
    Attached { policy, name: "policy", arn: Some("arn:aws:iam::111122223333:policy/p") }
}

fn attach(policies: &[Policy]) -> Vec<Attached<'_>> {
    policies.iter().map(attached).collect()
}

fn attach_levels(levels: &[Vec<Policy>]) -> Vec<Vec<Attached<'_>>> {
    levels.iter().map(|level| attach(level)).collect()
}

/// The texts of the policies say more than their compiled forms.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = |policies: &[Policy]| policies.iter().map(|p| p.text().to_owned()).collect::<Vec<_>>();
        let levels = |levels: &[Vec<Policy>]| levels.iter().map(|level| texts(level)).collect::<Vec<_>>();
        writeln!(f, "{:?} asks {} on {} of {:?}", self.caller, self.action, self.resource, self.owner)?;
        writeln!(f, "context {:?}", self.context.iter().collect::<Vec<_>>())?;
        writeln!(f, "identity {:#?}", texts(&self.identity))?;
        writeln!(f, "boundary {:?}", self.boundary.as_ref().map(|b| b.as_ref().map(Policy::text)))?;
        writeln!(f, "session {:#?}", self.session.as_deref().map(texts))?;
        writeln!(f, "scps {:#?} rcps {:#?}", levels(&self.scps), levels(&self.rcps))?;
        writeln!(
            f,
            "resource {:?} {:?}",
            self.resource_rule,
            self.resource_policy.as_ref().map(Policy::text)
        )?;
        write!(f, "endpoint {:#?}", self.vpc_endpoint.as_deref().map(texts))
    }
}

fn denies(trace: &Trace) -> bool {
    trace.statements().any(|statement| statement.matched && statement.effect == keygate_policy::Effect::Deny)
}
