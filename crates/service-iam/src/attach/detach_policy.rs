//! DetachUserPolicy, DetachGroupPolicy, DetachRolePolicy: a managed policy stops being part of an entity's permissions.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::declares;
use keygate_shapes::iam::{
    DetachGroupPolicyRequest, DetachGroupPolicyResponse, DetachRolePolicyRequest, DetachRolePolicyResponse,
    DetachUserPolicyRequest, DetachUserPolicyResponse, op,
};
use keygate_state::{Group, NoSuchEntity, Principal, Role, User};
use keygate_wire::OperationModel;

use crate::{attach, role};

/// DetachUserPolicy.
pub(crate) struct DetachUserPolicy;
/// DetachGroupPolicy.
pub(crate) struct DetachGroupPolicy;
/// DetachRolePolicy.
pub(crate) struct DetachRolePolicy;

impl Write for DetachUserPolicy {
    type Model = op::DetachUserPolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &DetachUserPolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        attach::asks::<User, _>(cx, "iam:DetachUserPolicy", &input.user_name, &input.policy_arn)
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DetachUserPolicyRequest) -> Outcome<Self::Model> {
        detach_from::<User, _>(cx, &input.user_name, &input.policy_arn)?;
        Ok(DetachUserPolicyResponse {})
    }
}

impl Write for DetachGroupPolicy {
    type Model = op::DetachGroupPolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &DetachGroupPolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        attach::asks::<Group, _>(cx, "iam:DetachGroupPolicy", &input.group_name, &input.policy_arn)
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DetachGroupPolicyRequest) -> Outcome<Self::Model> {
        detach_from::<Group, _>(cx, &input.group_name, &input.policy_arn)?;
        Ok(DetachGroupPolicyResponse {})
    }
}

impl Write for DetachRolePolicy {
    type Model = op::DetachRolePolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &DetachRolePolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        attach::asks::<Role, _>(cx, "iam:DetachRolePolicy", &input.role_name, &input.policy_arn)
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DetachRolePolicyRequest) -> Outcome<Self::Model> {
        role::unprotected(cx.draft.role(&input.role_name)?)?;
        detach_from::<Role, _>(cx, &input.role_name, &input.policy_arn)?;
        Ok(DetachRolePolicyResponse {})
    }
}

fn detach_from<P, M>(cx: &mut WriteCx<'_>, name: &str, policy_arn: &str) -> Result<(), Failure<M>>
where
    P: Principal,
    M: OperationModel + declares::NoSuchEntity,
{
    let entity = Arc::clone(cx.draft.principal::<P>(name)?);
    cx.draft.change(&entity, |entity| {
        let attached = entity.attached_mut();
        let before = attached.len();
        attached.retain(|policy| policy.arn() != policy_arn);
        if attached.len() == before {
            return Err(NoSuchEntity::policy(policy_arn).into());
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::{AttachGroupPolicyRequest, AttachRolePolicyRequest, AttachUserPolicyRequest};
    use keygate_state::Reference;

    use super::*;
    use crate::attach::attach_policy::{AttachGroupPolicy, AttachRolePolicy, AttachUserPolicy};
    use crate::policy::testing::{add_group, add_role, add_user, create_policies, error, failure};

    #[test]
    fn what_is_attached_comes_off_once() {
        let mut world = World::new();
        let [policy] = create_policies(&mut world, ["/p"]);
        add_user(&mut world, "x", "/", None);
        add_group(&mut world, "x", "/");
        add_role(&mut world, "x", "/", None);
        let (name, policy_arn) = (|| "x".to_owned(), || policy.clone());
        let user = AttachUserPolicyRequest { user_name: name(), policy_arn: policy_arn() };
        world.write(&AttachUserPolicy, user).unwrap();
        let group = AttachGroupPolicyRequest { group_name: name(), policy_arn: policy_arn() };
        world.write(&AttachGroupPolicy, group).unwrap();
        let role = AttachRolePolicyRequest { role_name: name(), policy_arn: policy_arn() };
        world.write(&AttachRolePolicy, role).unwrap();

        let user = DetachUserPolicyRequest { user_name: name(), policy_arn: policy_arn() };
        let group = DetachGroupPolicyRequest { group_name: name(), policy_arn: policy_arn() };
        let role = DetachRolePolicyRequest { role_name: name(), policy_arn: policy_arn() };
        world.write(&DetachUserPolicy, user.clone()).unwrap();
        world.write(&DetachGroupPolicy, group.clone()).unwrap();
        assert_eq!(world.account().reference_count(&Reference::Attached(policy_arn())), 1);
        world.write(&DetachRolePolicy, role.clone()).unwrap();
        let gone = error("NoSuchEntity", format!("Policy {policy} was not found."));
        assert_eq!(failure(world.write(&DetachUserPolicy, user)), gone);
        assert_eq!(failure(world.write(&DetachGroupPolicy, group)), gone);
        assert_eq!(failure(world.write(&DetachRolePolicy, role)), gone);
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        let [policy_arn] = create_policies(&mut world, ["/p"]);
        let input = DetachUserPolicyRequest { user_name: "eve".to_owned(), policy_arn: policy_arn.clone() };
        let message = "The user with name eve cannot be found.";
        assert_eq!(failure(world.write(&DetachUserPolicy, input)), error("NoSuchEntity", message));
        add_role(&mut world, "slr", "/aws-service-role/ec2.amazonaws.com/", None);
        let input = DetachRolePolicyRequest { role_name: "slr".to_owned(), policy_arn };
        assert_eq!(failure(world.write(&DetachRolePolicy, input)).0, "UnmodifiableEntity");
        let input = DetachUserPolicyRequest {
            user_name: "eve".to_owned(),
            policy_arn: "not-an-arn-of-a-policy".to_owned(),
        };
        assert_eq!(failure(world.write(&DetachUserPolicy, input)).0, "ValidationError");
    }
}
