//! DeletePolicyVersion: any version but the default one (rule 231).

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeletePolicyVersionRequest, DeletePolicyVersionResponse, op};
use keygate_state::DeleteConflict;

use crate::policy;

const ACTION: &str = "iam:DeletePolicyVersion";

/// DeletePolicyVersion.
pub(crate) struct DeletePolicyVersion;

impl Write for DeletePolicyVersion {
    type Model = op::DeletePolicyVersion;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &DeletePolicyVersionRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        policy::asks(cx, ACTION, &input.policy_arn)
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeletePolicyVersionRequest) -> Outcome<Self::Model> {
        let (policy, number) = policy::own_version(cx, ACTION, &input.policy_arn, &input.version_id)?;
        if number == policy.default_version {
            return Err(DeleteConflict::new("Cannot delete the default version of a policy.").into());
        }
        cx.draft.change::<_, _, Failure<Self::Model>>(&policy, |policy| {
            policy.versions.retain(|version| version.number != number);
            Ok(())
        })?;
        Ok(DeletePolicyVersionResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::CreatePolicyVersionRequest;

    use super::*;
    use crate::policy::create_policy_version::CreatePolicyVersion;
    use crate::policy::testing::{DOCUMENT, create_policies, error, failure};

    #[test]
    fn rule_231_the_default_version_stays() {
        let mut world = World::new();
        let [policy] = create_policies(&mut world, ["/p"]);
        let second = CreatePolicyVersionRequest {
            policy_arn: policy.clone(),
            policy_document: DOCUMENT.to_owned(),
            set_as_default: Some(true),
        };
        world.write(&CreatePolicyVersion, second).unwrap();
        let mut delete = |version: &str| {
            let input =
                DeletePolicyVersionRequest { policy_arn: policy.clone(), version_id: version.to_owned() };
            world.write(&DeletePolicyVersion, input)
        };
        let conflict = error("DeleteConflict", "Cannot delete the default version of a policy.");
        assert_eq!(failure(delete("v2")), conflict);
        delete("v1").unwrap();
        let message = format!("Policy {policy} version v1 does not exist or is not attachable.");
        assert_eq!(failure(delete("v1")), error("NoSuchEntity", message));
        let account = world.account();
        let left: Vec<_> = account.own_policy(&policy).unwrap().versions.iter().map(|v| v.number).collect();
        assert_eq!(left, [2]);
    }
}
