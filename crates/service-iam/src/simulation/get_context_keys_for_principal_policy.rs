//! GetContextKeysForPrincipalPolicy: the condition keys that the policies of a user, group or role read, those of a
//! user's groups and its boundary among them.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_policy::PolicyKind;
use keygate_shapes::iam::{GetContextKeysForPrincipalPolicyRequest, op};

use super::get_context_keys_for_custom_policy::keys;
use super::source;
use super::sourced;

/// GetContextKeysForPrincipalPolicy.
pub(crate) struct GetContextKeysForPrincipalPolicy;

impl Read for GetContextKeysForPrincipalPolicy {
    type Model = op::GetContextKeysForPrincipalPolicy;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &GetContextKeysForPrincipalPolicyRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        source::asks(cx, "iam:GetContextKeysForPrincipalPolicy", &input.policy_source_arn)
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetContextKeysForPrincipalPolicyRequest) -> Outcome<Self::Model> {
        let effective = source::find(cx, &input.policy_source_arn)?.policies(cx)?;
        // What the account lets all its users do is attached to nobody.
        let attached =
            effective.identity.iter().filter(|held| held.arn.is_some() || held.inline_of.is_some());
        let held = attached.chain(effective.boundary.iter().flatten());
        let mut policies = sourced::held(held);
        let more = input.policy_input_list.as_deref().unwrap_or_default();
        policies.extend(sourced::inputs(more, PolicyKind::Identity)?);
        Ok(keys(&policies))
    }
}
