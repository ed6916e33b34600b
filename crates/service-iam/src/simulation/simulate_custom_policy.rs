//! SimulateCustomPolicy: what documents would allow. Nothing of the account enters.

use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_policy::PolicyKind;
use keygate_shapes::iam::{OrderedOrganizationPolicyType, SimulateCustomPolicyRequest, op};
use keygate_state::InvalidInput;

use super::caller::Supposed;
use super::evaluate::Simulation;
use super::resource::Trusts;
use super::sourced::{self, Sourced};
use super::{context, resource};

/// SimulateCustomPolicy.
pub(crate) struct SimulateCustomPolicy;

impl Read for SimulateCustomPolicy {
    type Model = op::SimulateCustomPolicy;

    fn asks(
        &self,
        _cx: &ReadCx<'_>,
        _input: &SimulateCustomPolicyRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:SimulateCustomPolicy")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: SimulateCustomPolicyRequest) -> Outcome<Self::Model> {
        let actions = input.action_names;
        let resources = resource::resources(input.resource_arns)?;
        check_actions(&actions)?;
        resource::handling(input.resource_handling_option.as_deref(), &actions, &resources)?;
        let caller = match &input.caller_arn {
            Some(arn) => Supposed::named(arn)?,
            None if input.resource_policy.is_some() => {
                return Err(InvalidInput::new("Invalid caller - Caller cannot be null or empty.").into());
            }
            None => Supposed::nobody(cx.account_id()),
        };
        let mut context = caller.context(cx);
        context::add_entries(&mut context, input.context_entries.as_deref())?;
        let simulation = Simulation {
            caller,
            context,
            identity: sourced::inputs(&input.policy_input_list, PolicyKind::Identity)?,
            boundary: sourced::boundary_input(input.permissions_boundary_policy_input_list.as_deref())?
                .map(Some),
            scps: scps(input.ordered_organization_policy_input_list.as_deref())?,
            resource_owner: resource::owner(input.resource_owner.as_deref())?,
            resource_policy: resource::policy(input.resource_policy.as_deref(), &resources)?,
            resources,
            trusts: Trusts::Ignored,
        };
        simulation.answer(cx, &actions, input.max_items, input.marker.as_deref())
    }
}

/// The names of the actions. Whether a service has an action of that name is not asked.
///
/// # Errors
/// One names no service.
pub(super) fn check_actions(actions: &[String]) -> Result<(), InvalidInput> {
    match actions.iter().all(|action| action.contains(':')) {
        true => Ok(()),
        false => Err(InvalidInput::new("The action is invalid since it is missing names")),
    }
}

/// Service control policies, from the organization's root to the account.
fn scps(levels: Option<&[OrderedOrganizationPolicyType]>) -> Result<Vec<Vec<Sourced>>, InvalidInput> {
    let level = |(index, level): (usize, &OrderedOrganizationPolicyType)| {
        let documents = level.service_control_policy_input_list.as_deref().unwrap_or_default();
        if documents.is_empty() {
            let number = index + 1;
            return Err(InvalidInput::new(format!(
                "Organization policy at index {number} must contain at least one service control policy"
            )));
        }
        sourced::inputs(documents, PolicyKind::Scp)
    };
    levels.unwrap_or_default().iter().enumerate().map(level).collect()
}
