//! The global condition keys of a request (rules 213-226), and the keys its operation adds.

use keygate_ident::{AccountId, Partition};
use keygate_operation::{Ask, Listed};
use keygate_policy::Context;
use keygate_state::{Caller, MfaState};

use crate::request::Request;

/// The global keys that a request to this server can carry; tag keys by their prefix.
#[cfg(test)]
pub(crate) const SUPPLIED: &[&str] = &[
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalTag/${TagKey}",
    "aws:PrincipalType",
    "aws:referer",
    "aws:RequestedRegion",
    "aws:RequestTag/${TagKey}",
    "aws:ResourceAccount",
    "aws:ResourceTag/${TagKey}",
    "aws:SecureTransport",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:TagKeys",
    "aws:TokenIssueTime",
    "aws:UserAgent",
    "aws:userid",
    "aws:username",
    "aws:ViaAWSService",
];

/// The condition keys that are the same for every ask of a request.
pub(crate) fn of_request(request: &Request, region: &str, partition: Partition, caller: &Caller) -> Context {
    let mut context = Context::new();
    let flag = |value: bool| if value { "true" } else { "false" };
    context.insert("aws:CurrentTime", request.arrived.to_whole_seconds().to_string());
    context.insert("aws:EpochTime", request.arrived.seconds().to_string());
    context.insert("aws:SecureTransport", flag(request.tls.is_some()));
    context.insert("aws:SourceIp", request.peer.to_canonical().to_string());
    context.insert("aws:UserAgent", request.user_agent());
    context.insert("aws:RequestedRegion", region);
    context.insert("aws:ViaAWSService", "false");
    context.insert("aws:PrincipalIsAWSService", "false");
    context.insert("aws:PrincipalAccount", caller.account.to_string());
    context.insert("aws:PrincipalArn", caller.principal_arn(partition).as_str());
    context.insert("aws:PrincipalType", caller.principal_type());
    context.insert("aws:userid", caller.user_id.as_str());
    if let Some(name) = caller.user_name() {
        context.insert("aws:username", name);
    }
    if let Some(referer) = request.header("referer") {
        context.insert("aws:referer", referer);
    }
    for (key, value) in caller.tags.iter() {
        context.insert(&format!("aws:PrincipalTag/{key}"), value);
    }
    of_session(&mut context, request, caller);
    context
}

/// What only temporary credentials have (rules 204, 218, 219).
fn of_session(context: &mut Context, request: &Request, caller: &Caller) {
    let Some(session) = &caller.session else { return };
    context.insert("aws:TokenIssueTime", session.issued.to_whole_seconds().to_string());
    match caller.mfa() {
        MfaState::Absent => {}
        MfaState::No => context.insert("aws:MultiFactorAuthPresent", "false"),
        MfaState::Since(time) => {
            context.insert("aws:MultiFactorAuthPresent", "true");
            let age = request.arrived.seconds().saturating_sub(time.seconds());
            context.insert("aws:MultiFactorAuthAge", age.to_string());
        }
    }
    if let Some(identity) = &session.source_identity {
        context.insert("aws:SourceIdentity", identity.as_str());
    }
}

/// The same with what this ask adds.
pub(crate) fn of_ask(request: &Context, ask: &Ask, owner: AccountId) -> Context {
    let mut context = request.clone();
    context.insert("aws:ResourceAccount", owner.to_string());
    for (key, value) in &ask.keys {
        match value {
            Listed::One(value) => context.insert(key, value.as_str()),
            Listed::Many(values) => context.insert_list(key, values.clone()),
        }
    }
    context
}
