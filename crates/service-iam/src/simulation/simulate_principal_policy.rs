//! SimulatePrincipalPolicy: what a user, group or role would be allowed, with its real policies and, where it comes to
//! assuming roles, their real trust policies.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_policy::PolicyKind;
use keygate_shapes::iam::{SimulatePrincipalPolicyRequest, op};

use super::caller::Supposed;
use super::evaluate::Simulation;
use super::refused::Refused;
use super::resource::Trusts;
use super::simulate_custom_policy::check_actions;
use super::source::{self, Source};
use super::sourced::{self, Sourced};
use super::{context, exclude, resource};

/// SimulatePrincipalPolicy.
pub(crate) struct SimulatePrincipalPolicy;

impl Read for SimulatePrincipalPolicy {
    type Model = op::SimulatePrincipalPolicy;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &SimulatePrincipalPolicyRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        source::asks(cx, "iam:SimulatePrincipalPolicy", &input.policy_source_arn)
    }

    fn run(&self, cx: &ReadCx<'_>, input: SimulatePrincipalPolicyRequest) -> Outcome<Self::Model> {
        let source: Source<'_> = source::find(cx, &input.policy_source_arn)?;
        let actions = input.action_names;
        let resources = resource::resources(input.resource_arns)?;
        check_actions(&actions)?;
        resource::handling(input.resource_handling_option.as_deref(), &actions, &resources)?;
        let own = source.arn(cx);
        // Who may simulate the source need not learn about somebody else.
        let (caller, trusts) = match input.caller_arn.as_deref().filter(|arn| *arn != own.as_str()) {
            Some(arn) => (Supposed::named(arn)?, Trusts::Unknown),
            None => (Supposed::named(own.as_str())?.known_to(cx), Trusts::LookedUp),
        };
        let mut context = caller.context(cx);
        context::add_entries(&mut context, input.context_entries.as_deref())?;
        let mut effective = source.policies(cx).map_err(Refused::from)?;
        exclude::apply(&mut effective, input.policy_exclusion_list.as_deref())?;
        let mut identity = sourced::held(&effective.identity);
        let more = input.policy_input_list.as_deref().unwrap_or_default();
        identity.extend(sourced::inputs(more, PolicyKind::Identity)?);
        let replaced = sourced::boundary_input(input.permissions_boundary_policy_input_list.as_deref())?;
        let boundary = match replaced {
            Some(replaced) => Some(Some(replaced)),
            None => effective.boundary.map(|boundary| boundary.as_ref().map(Sourced::held)),
        };
        let simulation = Simulation {
            caller,
            context,
            identity,
            boundary,
            scps: Vec::new(),
            resource_owner: resource::owner(input.resource_owner.as_deref())?,
            resource_policy: resource::policy(input.resource_policy.as_deref(), &resources)?,
            resources,
            trusts,
        };
        simulation.answer(cx, &actions, input.max_items, input.marker.as_deref())
    }
}
