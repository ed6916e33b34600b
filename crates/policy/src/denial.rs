//! The sentence with which AWS denies (rules 186-190).

use crate::decision::{Decision, Layer, Verdict};
use crate::request::{CallerKind, Request};
use crate::stack::{ResourceRule, Stack};

/// How much of the reason the caller may learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DenialDetail {
    /// Nothing: callers from another account (rule 190).
    None,
    /// The type of policy.
    PolicyType,
    /// The type of policy, and the ARN of a policy that denies explicitly: callers of the same account or
    /// organization (rule 188).
    PolicyArn,
}

/// The message of an access-denied error.
///
/// `User: ARN is not authorized to perform: ACTION on resource: RESOURCE`, followed by the reason as far as `detail`
/// allows. For a decision that allows, and for one that no policy made, there is no reason to give.
pub fn denial_message(
    request: &Request<'_>,
    stack: &Stack<'_>,
    decision: &Decision,
    detail: DenialDetail,
) -> String {
    let Request { action, resource, caller, .. } = request;
    if matches!(caller.kind, CallerKind::WebIdentity | CallerKind::Saml) {
        // Callers without signature have no ARN to be named by and are told no reason.
        return format!("Not authorized to perform {action}");
    }
    let mut message = format!(
        "User: {} is not authorized to perform: {action} on resource: {}",
        shown_caller(request),
        resource.arn
    );
    let Some(layer) = decision.layer.filter(|_| detail != DenialDetail::None) else { return message };
    let trust = layer == Layer::Resource && stack.resource_rule == ResourceRule::Trust;
    match decision.verdict {
        Verdict::Allowed => {}
        Verdict::ImplicitlyDenied => {
            let phrase = if trust { "role trust policy" } else { phrase(layer) };
            message.push_str(&format!(" because no {phrase} allows the {action} action"));
        }
        Verdict::ExplicitlyDenied => {
            let article = match layer {
                _ if trust => "the role trust policy",
                Layer::Identity => "an identity-based policy",
                Layer::Resource => "a resource-based policy",
                Layer::Boundary => "a permissions boundary",
                Layer::Session => "a session policy",
                Layer::Scp => "a service control policy",
                Layer::Rcp => "a resource control policy",
                Layer::VpcEndpoint => "a VPC endpoint policy",
            };
            message.push_str(&format!(" with an explicit deny in {article}"));
            let arn =
                decision.statement.and_then(|at| stack.attached_at(at)).and_then(|attached| attached.arn);
            if let (Some(arn), DenialDetail::PolicyArn, true) = (arn, detail, shows_arn(layer)) {
                message.push_str(": ");
                message.push_str(arn);
            }
        }
    }
    message
}

fn shown_caller<'a>(request: &Request<'a>) -> &'a str {
    let caller = &request.caller;
    match (caller.arn, caller.kind) {
        ("", CallerKind::Service) => caller.service.unwrap_or("anonymous"),
        ("", _) => "anonymous",
        (arn, _) => arn,
    }
}

fn phrase(layer: Layer) -> &'static str {
    match layer {
        Layer::Identity => "identity-based policy",
        Layer::Resource => "resource-based policy",
        Layer::Boundary => "permissions boundary",
        Layer::Session => "session policy",
        Layer::Scp => "service control policy",
        Layer::Rcp => "resource control policy",
        Layer::VpcEndpoint => "VPC endpoint policy",
    }
}

/// Rule 188 names these layers.
fn shows_arn(layer: Layer) -> bool {
    match layer {
        Layer::Identity | Layer::Boundary | Layer::Session | Layer::Scp | Layer::Rcp => true,
        Layer::Resource | Layer::VpcEndpoint => false,
    }
}
