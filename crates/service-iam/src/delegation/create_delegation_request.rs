//! CreateDelegationRequest: the caller's account asks another one, or any, for permissions.
//!
//! The policy template is a managed policy of the requesting account, or one of AWS's. It is filled in here, once: what
//! the other side reads and accepts can not change any more.

use keygate_ident::{AccountId, ArnParts, IdKind};
use keygate_operation::{Ask, Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_policy::{Policy, PolicyKind, policy_size};
use keygate_shapes::iam::{
    CreateDelegationRequestRequest, CreateDelegationRequestResponse, DelegationPermission, op,
};
use keygate_state::{
    Account, DelegationParameter, DelegationRequest, DelegationState, DelegationTerms, InvalidInput, Managed,
    resolve_template, role_restrictions,
};

/// CreateDelegationRequest.
pub(crate) struct CreateDelegationRequest;

/// Characters of a permission policy: it has to fit into a session token (rule 68).
const MAX_POLICY: usize = 6144;
/// Characters of the requestor's name.
const MAX_NAME: usize = 30;

impl Write for CreateDelegationRequest {
    type Model = op::CreateDelegationRequest;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &CreateDelegationRequestRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let ask = Ask::on("iam:CreateDelegationRequest", cx.arn("delegation-request", "*"))
            .key("iam:TemplateArn", input.permissions.policy_template_arn.as_deref())
            .key("iam:NotificationChannel", Some(&input.notification_channel))
            .key("iam:DelegationDuration", Some(&input.session_duration.to_string()));
        Ok(Asks::one(ask))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: CreateDelegationRequestRequest) -> Outcome<Self::Model> {
        let here = cx.account_id();
        let owner_account = owner_account(input.owner_account_id.as_deref())?;
        check_channel(&input.notification_channel, here)?;
        let (template, parameters, policy) = permissions(cx.draft, input.permissions)?;
        let name = &cx.draft.settings().name;
        let request = DelegationRequest {
            id: cx.new_id(IdKind::DelegationRequest),
            name: DelegationRequest::name_of(here, &input.requestor_workflow_id),
            path: Default::default(),
            requestor: here,
            requestor_name: Some(name.chars().take(MAX_NAME).collect())
                .filter(|name: &String| !name.is_empty()),
            terms: DelegationTerms {
                description: input.description,
                message: input.request_message,
                template,
                parameters,
                restrictions: role_restrictions(&policy),
                policy,
                redirect: input.redirect_url,
                channel: input.notification_channel,
                seconds: u32::try_from(input.session_duration).unwrap_or_default(),
                only_owner_sends: input.only_send_by_owner.unwrap_or_default(),
            },
            created: cx.now(),
            updated: cx.now(),
            state: DelegationState::Unassigned,
            since: cx.now(),
            owner_account,
            owner: None,
            owner_user_id: None,
            approver: None,
            notes: None,
            rejection_reason: None,
            moved_to: None,
        };
        super::forget_gone(cx);
        let id = request.id.to_string();
        cx.draft.insert(request)?;
        Ok(CreateDelegationRequestResponse { console_deep_link: None, delegation_request_id: Some(id) })
    }
}

fn owner_account(id: Option<&str>) -> Result<Option<AccountId>, InvalidInput> {
    let parse = |id: &str| id.parse().map_err(|_| InvalidInput::new(format!("{id} is not an account id.")));
    id.map(parse).transpose()
}

/// Only topics of SNS in the requesting account.
fn check_channel(channel: &str, here: AccountId) -> Result<(), InvalidInput> {
    let topic = ArnParts::split(channel).is_some_and(|parts| {
        parts.service == "sns"
            && !parts.region.is_empty()
            && parts.account.parse() == Ok(here)
            && !parts.resource.is_empty()
            && !parts.resource.contains(':')
    });
    let message = format!("{channel} is not the ARN of an SNS topic of the account {here}.");
    if topic { Ok(()) } else { Err(InvalidInput::new(message)) }
}

/// The template's ARN, its values, and the policy that they make.
fn permissions(
    account: &Account,
    permissions: DelegationPermission,
) -> Result<(String, Vec<DelegationParameter>, String), InvalidInput> {
    let missing = || InvalidInput::new("Permissions must name a policy template.");
    let arn = permissions.policy_template_arn.ok_or_else(missing)?;
    let unknown = || InvalidInput::new(format!("The policy template {arn} does not exist."));
    let document = match account.managed(&arn).ok_or_else(unknown)? {
        Managed::Own(policy) => policy.default().map(|version| version.document.clone()),
        Managed::Aws(policy) => policy.document(),
    };
    let incomplete = || InvalidInput::new("A parameter must have a name, a type and values.");
    let mut parameters = Vec::new();
    for parameter in permissions.parameters.unwrap_or_default() {
        parameters.push(DelegationParameter {
            name: parameter.name.ok_or_else(incomplete)?,
            list: parameter.r#type.ok_or_else(incomplete)? == "stringList",
            values: parameter.values.ok_or_else(incomplete)?,
        });
    }
    let document = document.ok_or_else(unknown)?;
    let policy = resolve_template(document.as_str(), &parameters)
        .map_err(|error| InvalidInput::new(error.to_string()))?;
    // Delegated sessions carry it as a session policy.
    Policy::parse(&policy, PolicyKind::Session).map_err(|refusal| InvalidInput::new(refusal.message))?;
    if policy_size(&policy) > MAX_POLICY {
        let message = format!("The permission policy exceeds the limit of {MAX_POLICY} characters.");
        return Err(InvalidInput::new(message));
    }
    Ok((arn, parameters, policy))
}
