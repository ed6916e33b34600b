//! Authorization: every ask of a call, decided over the whole stack of policies.

use keygate_ident::AccountId;
use keygate_operation::{Ask, Asks};
use keygate_policy::{
    Attached, Bag, Boundary, Context, Decision, Layer, Layers, Linked, Prepared, Resource, ResourceRule,
    Stack, decide, decide_prepared,
};
use keygate_state::{Account, Caller, Effective, Held, Unreadable};
use keygate_wire::ApiError;

use crate::context;

/// Why a call may not go on.
pub(crate) struct Refused {
    /// What the client reads.
    pub(crate) error: ApiError,
    /// What the audit trail keeps of the decision.
    pub(crate) decision: Decided,
}

/// What the audit trail keeps of a decision.
#[derive(Clone, Debug)]
pub(crate) struct Decided {
    /// `Allowed`, `ExplicitlyDenied`, `ImplicitlyDenied`.
    pub(crate) verdict: &'static str,
    /// The deciding layer.
    pub(crate) layer: Option<&'static str>,
    /// The policies that were asked on the caller's side.
    pub(crate) policies: Vec<String>,
}

/// The policies of a caller, and the same linked if it pays.
#[derive(Clone, Copy)]
pub(crate) struct Policies<'a> {
    /// As they are.
    pub(crate) effective: &'a Effective,
    /// Linked, for callers who ask again and again about one tree.
    pub(crate) linked: Option<&'a LinkedSide>,
}

/// The caller's side of a stack, linked.
#[derive(Debug)]
pub(crate) struct LinkedSide {
    identity: Linked,
    boundary: Option<Linked>,
    session: Option<Linked>,
}

impl LinkedSide {
    pub(crate) fn new(effective: &Effective) -> Self {
        let link = |held: &[Held]| Linked::new(held.iter().map(|held| held.policy.as_ref()));
        Self {
            identity: link(&effective.identity),
            // A boundary that can not be read is an empty bag: nothing is allowed (rule 66).
            boundary: effective.boundary.as_ref().map(|boundary| link(boundary.as_slice())),
            session: effective.session.as_deref().map(link),
        }
    }
}

/// Decides all asks; the first denial is the answer.
pub(crate) fn authorize(
    account: &Account,
    caller: &Caller,
    policies: Result<Policies<'_>, &Unreadable>,
    asks: &Asks,
    request: &Context,
) -> Result<Option<Decided>, Box<Refused>> {
    if asks.is_empty() {
        return Ok(None);
    }
    let own = policies.map_err(|unreadable| {
        // Fail closed: a statement nobody can read might be a Deny (rule 10).
        tracing::error!(policy = %unreadable.policy, account = %account.id(), "a policy can not be read");
        let decision = Decided { verdict: "ImplicitlyDenied", layer: None, policies: Vec::new() };
        Box::new(Refused { error: ApiError::internal_failure(), decision })
    })?;
    let policies: Vec<String> = own.effective.identity.iter().map(|held| held.name.clone()).collect();
    let mut last = None;
    for ask in asks.iter() {
        let decision = decide_one(account, caller, own, ask, request).map_err(|(decision, message)| {
            let decision = decided(decision, policies.clone());
            Box::new(Refused { error: ApiError::access_denied(message), decision })
        })?;
        last = Some(decision);
    }
    Ok(last.map(|decision| decided(decision, policies)))
}

fn decide_one(
    account: &Account,
    caller: &Caller,
    own: Policies<'_>,
    ask: &Ask,
    request: &Context,
) -> Result<Decision, (Decision, String)> {
    let owner = ask.owner.unwrap_or(account.id());
    let context = context::of_ask(request, ask, owner);
    let issuer = caller.issuer(account.partition());
    let mut asker = caller.for_policy(issuer.as_ref());
    // Default permissions name everybody; they are to let no session out of its boundary and its policies.
    asker.confined |= ask.resource_policy.is_some();
    let question = keygate_policy::Request {
        caller: asker,
        action: &ask.action,
        resource: Resource { arn: &ask.resource, account: Some(owner) },
        context: &context,
    };
    let resource = resource_policy(ask);
    let resource_rule = if ask.trust.is_some() { ResourceRule::Trust } else { ResourceRule::Union };
    let linked = own.linked.map(|linked| {
        let layers = Layers {
            identity: Bag::Linked(&linked.identity),
            boundary: linked.boundary.as_ref().map(Bag::Linked),
            session: linked.session.as_ref().map(Bag::Linked),
            resource: resource.as_ref().map(|attached| Bag::Plain(std::slice::from_ref(attached))),
            resource_rule,
            ..Layers::default()
        };
        decide_prepared(&Prepared::new(question), &layers)
    });
    if let Some(decision) = linked.filter(|decision| decision.is_allowed()) {
        return Ok(decision);
    }
    // Not linked, or denied: the sentence about a denial wants the policies themselves.
    let identity = attach(&own.effective.identity);
    let session = own.effective.session.as_deref().map(attach);
    let stack = Stack {
        identity: &identity,
        boundary: own.effective.boundary.as_ref().map(|boundary| match boundary {
            Some(held) => Boundary::Policy(attached(held)),
            None => Boundary::Unreadable,
        }),
        session: session.as_deref(),
        resource,
        resource_rule,
        ..Stack::default()
    };
    let decision = linked.unwrap_or_else(|| decide(&question, &stack));
    if decision.is_allowed() {
        return Ok(decision);
    }
    let message = keygate_policy::denial_message(&question, &stack, &decision, detail(account.id(), owner));
    let message = match &ask.shown {
        Some(shown) => {
            let (arn, shown) = (format!(" on resource: {}", ask.resource), format!(" on resource: {shown}"));
            message.replacen(&arn, &shown, 1)
        }
        None => message,
    };
    Err((decision, message))
}

fn resource_policy(ask: &Ask) -> Option<Attached<'_>> {
    let trust = ask.trust.as_deref().map(|policy| Attached { policy, name: "trust policy", arn: None });
    let default = |policy| Attached { policy, name: "default permissions", arn: None };
    trust.or_else(|| ask.resource_policy.as_deref().map(default))
}

/// Callers of another account get no reason (rule 190).
fn detail(caller: AccountId, owner: AccountId) -> keygate_policy::DenialDetail {
    if caller == owner { keygate_policy::DenialDetail::PolicyArn } else { keygate_policy::DenialDetail::None }
}

fn attach(held: &[Held]) -> Vec<Attached<'_>> {
    held.iter().map(attached).collect()
}

fn attached(held: &Held) -> Attached<'_> {
    Attached { policy: &held.policy, name: &held.name, arn: held.arn.as_deref() }
}

fn decided(decision: Decision, policies: Vec<String>) -> Decided {
    let verdict = match decision.verdict {
        keygate_policy::Verdict::Allowed => "Allowed",
        keygate_policy::Verdict::ExplicitlyDenied => "ExplicitlyDenied",
        keygate_policy::Verdict::ImplicitlyDenied => "ImplicitlyDenied",
    };
    let layer = decision.layer.map(|layer| match layer {
        Layer::Identity => "IDENTITY",
        Layer::Resource => "RESOURCE",
        Layer::Boundary => "BOUNDARY",
        Layer::Session => "SESSION",
        Layer::Scp => "SCP",
        Layer::Rcp => "RCP",
        Layer::VpcEndpoint => "VPCE",
    });
    Decided { verdict, layer, policies }
}
