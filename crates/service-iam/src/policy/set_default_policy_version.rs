//! SetDefaultPolicyVersion: which version of a policy is in force, at once for everybody who has it attached.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{SetDefaultPolicyVersionRequest, SetDefaultPolicyVersionResponse, op};

use crate::policy;

const ACTION: &str = "iam:SetDefaultPolicyVersion";

/// SetDefaultPolicyVersion.
pub(crate) struct SetDefaultPolicyVersion;

impl Write for SetDefaultPolicyVersion {
    type Model = op::SetDefaultPolicyVersion;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &SetDefaultPolicyVersionRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        policy::asks(cx, ACTION, &input.policy_arn)
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: SetDefaultPolicyVersionRequest) -> Outcome<Self::Model> {
        let (policy, number) = policy::own_version(cx, ACTION, &input.policy_arn, &input.version_id)?;
        let now = cx.now();
        cx.draft.change::<_, _, Failure<Self::Model>>(&policy, |policy| {
            policy.default_version = number;
            policy.updated = now;
            Ok(())
        })?;
        Ok(SetDefaultPolicyVersionResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::CreatePolicyVersionRequest;

    use super::*;
    use crate::policy::create_policy_version::CreatePolicyVersion;
    use crate::policy::testing::{DOCUMENT, arn, create_policies, error, failure};

    #[test]
    fn the_default_changes_or_the_version_is_not_found() {
        let mut world = World::new();
        let [policy] = create_policies(&mut world, ["/p"]);
        let second = CreatePolicyVersionRequest {
            policy_arn: policy.clone(),
            policy_document: DOCUMENT.to_owned(),
            set_as_default: None,
        };
        world.write(&CreatePolicyVersion, second).unwrap();
        let mut set = |arn: &str, version: &str| {
            let input =
                SetDefaultPolicyVersionRequest { policy_arn: arn.to_owned(), version_id: version.to_owned() };
            world.write(&SetDefaultPolicyVersion, input)
        };
        set(&policy, "v2").unwrap();
        for (arn, version) in [(arn("/none"), "v1"), (policy.clone(), "v4")] {
            let message = format!("Policy {arn} version {version} does not exist or is not attachable.");
            assert_eq!(failure(set(&arn, version)), error("NoSuchEntity", message));
        }
        assert_eq!(failure(set("arn:aws:iam::aws:policy/ReadOnlyAccess", "v1")).0, "AccessDenied");
        assert_eq!(world.account().own_policy(&policy).unwrap().default_version, 2);
    }
}
