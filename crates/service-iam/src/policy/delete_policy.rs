//! DeletePolicy: a policy that nothing uses and that has only its default version left.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeletePolicyRequest, DeletePolicyResponse, op};
use keygate_state::{DeleteConflict, Policy};

use crate::policy::{self, view};

/// DeletePolicy.
pub(crate) struct DeletePolicy;

impl Write for DeletePolicy {
    type Model = op::DeletePolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &DeletePolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        policy::asks(cx, "iam:DeletePolicy", &input.policy_arn)
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeletePolicyRequest) -> Outcome<Self::Model> {
        let policy = policy::own(cx, "iam:DeletePolicy", &input.policy_arn)?;
        // A use as permissions boundary counts too (rule 66).
        if view::uses(cx.draft, &input.policy_arn) != (0, 0) {
            return Err(DeleteConflict::new("Cannot delete a policy attached to entities.").into());
        }
        if policy.versions.len() > 1 {
            return Err(DeleteConflict::new(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's \
                 versions. The default version is deleted with the policy.",
            )
            .into());
        }
        cx.draft.remove::<Policy>(&policy.id).map_err(|_| Failure::internal())?;
        Ok(DeletePolicyResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::{AttachUserPolicyRequest, CreatePolicyVersionRequest};

    use super::*;
    use crate::attach::attach_policy::AttachUserPolicy;
    use crate::policy::create_policy_version::CreatePolicyVersion;
    use crate::policy::testing::{DOCUMENT, add_user, arn, create_policies, error, failure};

    fn delete(world: &mut World, arn: &str) -> Result<DeletePolicyResponse, keygate_wire::ApiError> {
        world.write(&DeletePolicy, DeletePolicyRequest { policy_arn: arn.to_owned() })
    }

    #[test]
    fn an_unused_policy_is_gone() {
        let mut world = World::new();
        let [policy] = create_policies(&mut world, ["/mine"]);
        delete(&mut world, &policy).unwrap();
        assert!(world.account().policies.is_empty());
        let message = format!("Policy {policy} was not found.");
        assert_eq!(failure(delete(&mut world, &policy)), error("NoSuchEntity", message));
    }

    #[test]
    fn rule_66_a_policy_in_use_stays() {
        let mut world = World::new();
        let [attached, boundary, versions] = create_policies(&mut world, ["/a", "/b", "/v"]);
        add_user(&mut world, "bob", "/", Some(&boundary));
        let attach = AttachUserPolicyRequest { user_name: "bob".to_owned(), policy_arn: attached.clone() };
        world.write(&AttachUserPolicy, attach).unwrap();
        let second = CreatePolicyVersionRequest {
            policy_arn: versions.clone(),
            policy_document: DOCUMENT.to_owned(),
            set_as_default: None,
        };
        world.write(&CreatePolicyVersion, second).unwrap();
        let used = "Cannot delete a policy attached to entities.";
        let several = "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.";
        for (policy, message) in [(attached, used), (boundary, used), (versions, several)] {
            assert_eq!(failure(delete(&mut world, &policy)), error("DeleteConflict", message));
        }
    }

    #[test]
    fn rule_190_what_belongs_to_others_is_not_changed() {
        let mut world = World::new();
        for other in ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::999999999999:policy/theirs"] {
            let message = format!(
                "User: arn:aws:iam::123456789012:root is not authorized to perform: iam:DeletePolicy on resource: policy {other}"
            );
            assert_eq!(failure(delete(&mut world, other)), error("AccessDenied", message));
        }
        assert_eq!(failure(delete(&mut world, &arn("/none"))).0, "NoSuchEntity");
    }
}
