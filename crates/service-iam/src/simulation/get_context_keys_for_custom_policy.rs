//! GetContextKeysForCustomPolicy: the condition keys that documents read, in conditions and as variables.

use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_policy::{PolicyKind, context_keys};
use keygate_shapes::iam::{GetContextKeysForCustomPolicyRequest, GetContextKeysForPolicyResponse, op};

use super::sourced::{self, Sourced};

/// GetContextKeysForCustomPolicy.
pub(crate) struct GetContextKeysForCustomPolicy;

impl Read for GetContextKeysForCustomPolicy {
    type Model = op::GetContextKeysForCustomPolicy;

    fn asks(
        &self,
        _cx: &ReadCx<'_>,
        _input: &GetContextKeysForCustomPolicyRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:GetContextKeysForCustomPolicy")))
    }

    fn run(&self, _cx: &ReadCx<'_>, input: GetContextKeysForCustomPolicyRequest) -> Outcome<Self::Model> {
        Ok(keys(&sourced::inputs(&input.policy_input_list, PolicyKind::Identity)?))
    }
}

/// The keys of each policy in turn, as they are written; two policies may read the same key.
pub(super) fn keys(policies: &[Sourced]) -> GetContextKeysForPolicyResponse {
    let keys = policies.iter().flat_map(|source| context_keys(&source.policy)).map(str::to_owned);
    GetContextKeysForPolicyResponse { context_key_names: Some(keys.collect()) }
}
