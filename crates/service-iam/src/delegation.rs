//! Delegation requests: an account asks to act in another one for a while, somebody there takes the request and
//! accepts or rejects it, and a token is sent by which the requestor gets credentials (`docs/delegation.md`).
//!
//! A request is looked for in the account that its id carries; if it has an owner it stands in the owner's account.

mod accept_delegation_request;
mod associate_delegation_request;
mod create_delegation_request;
mod get_delegation_request;
mod get_human_readable_summary;
mod list_delegation_requests;
mod permission_check;
mod reject_delegation_request;
mod send_delegation_token;
mod update_delegation_request;

use std::convert::Infallible;
use std::sync::{Arc, LazyLock};

use keygate_ident::{AccountId, UniqueId};
use keygate_operation::{Ask, Entry, Failure, ReadCx, WriteCx};
use keygate_policy::{Policy, PolicyKind};
use keygate_shapes::{declares, iam};
use keygate_state::{DelegationRequest, DelegationState, NoSuchEntity, Unavailable};
use keygate_wire::OperationModel;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_delegation_request::CreateDelegationRequest),
        Entry::write(associate_delegation_request::AssociateDelegationRequest),
        Entry::write(accept_delegation_request::AcceptDelegationRequest),
        Entry::write(reject_delegation_request::RejectDelegationRequest),
        Entry::write(update_delegation_request::UpdateDelegationRequest),
        Entry::write(send_delegation_token::SendDelegationToken),
        Entry::read(get_delegation_request::GetDelegationRequest),
        Entry::read(list_delegation_requests::ListDelegationRequests),
        Entry::read(get_human_readable_summary::GetHumanReadableSummary),
    ]
}

/// The condition key that holds the owner's ARN.
const OWNER_KEY: &str = "iam:DelegationRequestOwner";

/// The request with this id, wherever it stands.
fn find(cx: &ReadCx<'_>, id: &str) -> Result<Option<Arc<DelegationRequest>>, Unavailable> {
    let Ok(id) = id.parse::<UniqueId>() else { return Ok(None) };
    let Some(home) = id.account() else { return Ok(None) };
    let here = cx.account.delegation_requests.get(&id).filter(|request| request.moved_to.is_none());
    if let Some(request) = here {
        return Ok(Some(request).filter(|request| !request.is_gone(cx.env.now)).cloned());
    }
    let found = match look(cx, home, &id)? {
        Some(left) => match left.moved_to {
            Some(holder) => look(cx, holder, &id)?,
            None => Some(left),
        },
        None => None,
    };
    Ok(found.filter(|request| !request.is_gone(cx.env.now)))
}

/// What expired long ago makes room. What stays behind of a request goes with the request itself, so that its
/// workflow id is not free before.
fn forget_gone(cx: &mut WriteCx<'_>) {
    let read = cx.read();
    let is_gone = |request: &Arc<DelegationRequest>| {
        let holder = request.moved_to.filter(|_| request.is_gone(cx.env.now));
        match holder.map(|holder| look(&read, holder, &request.id)) {
            None => request.is_gone(cx.env.now),
            Some(Ok(moved)) => moved.is_none_or(|moved| moved.is_gone(cx.env.now)),
            Some(Err(_)) => false,
        }
    };
    let all = cx.draft.delegation_requests.iter();
    let gone: Vec<_> = all.filter(|request| is_gone(request)).map(|one| one.id.clone()).collect();
    for id in gone {
        // Just found.
        let _ = cx.draft.remove::<DelegationRequest>(&id);
    }
}

fn look(
    cx: &ReadCx<'_>,
    account: AccountId,
    id: &UniqueId,
) -> Result<Option<Arc<DelegationRequest>>, Unavailable> {
    if account == cx.account_id() {
        return Ok(cx.account.delegation_requests.get(id).cloned());
    }
    let tree = cx.env.directory.account(account)?;
    Ok(tree.and_then(|tree| tree.delegation_requests.get(id).cloned()))
}

fn no_such(id: &str) -> NoSuchEntity {
    NoSuchEntity::new(format!("The delegation request with id {id} cannot be found."))
}

/// This action on this request. One that belongs to another account is that account's, so that nobody here is
/// allowed anything on it. One that does not exist, or may be taken by anybody, counts as the caller's own.
fn ask(cx: &ReadCx<'_>, action: &'static str, id: &str) -> Result<Ask, Unavailable> {
    let Some(request) = find(cx, id)? else {
        return Ok(Ask::on(action, cx.arn("delegation-request", id)));
    };
    let ask = Ask::on(action, request.arn(cx.partition(), cx.account_id()))
        .key(OWNER_KEY, request.owner.as_deref())
        .owned_by(request.owner_account.unwrap_or(cx.account_id()));
    Ok(match DEFAULT_PERMISSIONS.as_ref() {
        Some(policy) if request.is_owned_by(cx.caller) => ask.granted_by(Arc::clone(policy)),
        _ => ask,
    })
}

/// What the owner of a request may do with it without being allowed; a Deny still counts.
static DEFAULT_PERMISSIONS: LazyLock<Option<Arc<Policy>>> = LazyLock::new(|| {
    const TEXT: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":["iam:GetDelegationRequest","iam:GetHumanReadableSummary","iam:UpdateDelegationRequest"],"Resource":"*"}}"#;
    Policy::read(TEXT, PolicyKind::Resource).ok().map(Arc::new)
});

/// Changes a request that the caller's account owns, if `check` accepts it in its state.
fn change<M>(
    cx: &mut WriteCx<'_>,
    id: &str,
    check: impl FnOnce(&DelegationRequest, DelegationState) -> Result<(), Failure<M>>,
    change: impl FnOnce(&mut DelegationRequest),
) -> Result<(), Failure<M>>
where
    M: OperationModel + declares::NoSuchEntity,
{
    let found = find(&cx.read(), id)?.ok_or_else(|| no_such(id))?;
    check(&found, found.state_at(cx.env.now))?;
    // Authorization has seen to it; a request of another account is never copied.
    let own = cx.draft.delegation_requests.get(&found.id).filter(|own| own.moved_to.is_none()).cloned();
    let own = own.ok_or_else(|| no_such(id))?;
    let Ok(()) = cx.draft.change(&own, |request| {
        change(request);
        Ok::<_, Infallible>(())
    });
    Ok(())
}

/// Why a request in this state is not to be changed like that; none if it is in one of those wanted.
fn wrong_state(
    request: &DelegationRequest,
    state: DelegationState,
    wanted: &[DelegationState],
) -> Option<String> {
    if wanted.contains(&state) {
        return None;
    }
    let wanted: Vec<_> = wanted.iter().map(|state| state.as_str()).collect();
    let (id, state, wanted) = (&request.id, state.as_str(), wanted.join(" or "));
    Some(format!("The delegation request {id} is in the state {state}; it must be {wanted}."))
}

/// A request as IAM shows it.
fn shown(cx: &ReadCx<'_>, request: &DelegationRequest) -> iam::DelegationRequest {
    let terms = &request.terms;
    let parameter = |parameter: &keygate_state::DelegationParameter| iam::PolicyParameter {
        name: Some(parameter.name.clone()),
        values: Some(parameter.values.clone()),
        r#type: Some(if parameter.list { "stringList" } else { "string" }.to_owned()),
    };
    let parameters: Vec<_> = terms.parameters.iter().map(parameter).collect();
    iam::DelegationRequest {
        delegation_request_id: Some(request.id.to_string()),
        owner_account_id: request.owner_account.map(|account| account.to_string()),
        description: Some(terms.description.clone()),
        request_message: terms.message.clone(),
        permissions: Some(iam::DelegationPermission {
            policy_template_arn: Some(terms.template.clone()),
            parameters: Some(parameters).filter(|parameters| !parameters.is_empty()),
        }),
        permission_policy: Some(terms.policy.clone()),
        role_permission_restriction_arns: Some(terms.restrictions.clone()).filter(|arns| !arns.is_empty()),
        owner_id: request.owner.clone(),
        approver_id: request.approver.as_ref().map(|approver| approver.arn.clone()),
        state: Some(request.state_at(cx.env.now).as_str().to_owned()),
        expiration_time: Some(request.expires()),
        requestor_id: Some(request.requestor.to_string()),
        requestor_name: request.requestor_name.clone(),
        create_date: Some(request.created),
        session_duration: i32::try_from(terms.seconds).ok(),
        redirect_url: terms.redirect.clone(),
        notes: request.notes.clone(),
        rejection_reason: request.rejection_reason.clone(),
        only_send_by_owner: Some(terms.only_owner_sends),
        updated_time: Some(request.updated),
    }
}

#[cfg(test)]
pub(crate) mod tests;
