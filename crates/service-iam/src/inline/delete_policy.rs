//! DeleteUserPolicy, DeleteGroupPolicy, DeleteRolePolicy: removes an inline policy.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::declares;
use keygate_shapes::iam::{
    DeleteGroupPolicyRequest, DeleteGroupPolicyResponse, DeleteRolePolicyRequest, DeleteRolePolicyResponse,
    DeleteUserPolicyRequest, DeleteUserPolicyResponse, op,
};
use keygate_state::{Group, Principal, Role, User};
use keygate_wire::OperationModel;

use crate::{ask, inline, role};

/// DeleteUserPolicy.
pub(crate) struct DeleteUserPolicy;
/// DeleteGroupPolicy.
pub(crate) struct DeleteGroupPolicy;
/// DeleteRolePolicy.
pub(crate) struct DeleteRolePolicy;

impl Write for DeleteUserPolicy {
    type Model = op::DeleteUserPolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &DeleteUserPolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::bounded::<User>(cx, "iam:DeleteUserPolicy", &input.user_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteUserPolicyRequest) -> Outcome<Self::Model> {
        delete::<User, _>(cx, &input.user_name, &input.policy_name)?;
        Ok(DeleteUserPolicyResponse {})
    }
}

impl Write for DeleteGroupPolicy {
    type Model = op::DeleteGroupPolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &DeleteGroupPolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::group(cx, "iam:DeleteGroupPolicy", &input.group_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteGroupPolicyRequest) -> Outcome<Self::Model> {
        delete::<Group, _>(cx, &input.group_name, &input.policy_name)?;
        Ok(DeleteGroupPolicyResponse {})
    }
}

impl Write for DeleteRolePolicy {
    type Model = op::DeleteRolePolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &DeleteRolePolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::bounded::<Role>(cx, "iam:DeleteRolePolicy", &input.role_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteRolePolicyRequest) -> Outcome<Self::Model> {
        role::unprotected(cx.draft.role(&input.role_name)?)?;
        delete::<Role, _>(cx, &input.role_name, &input.policy_name)?;
        Ok(DeleteRolePolicyResponse {})
    }
}

fn delete<P, M>(cx: &mut WriteCx<'_>, name: &str, policy_name: &str) -> Result<(), Failure<M>>
where
    P: Principal,
    M: OperationModel + declares::NoSuchEntity,
{
    let entity = Arc::clone(cx.draft.principal::<P>(name)?);
    cx.draft.change(&entity, |entity| match entity.inline_mut().remove(policy_name) {
        Some(_) => Ok(()),
        None => Err(inline::missing::<P>(policy_name).into()),
    })
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_state::PolicyText;

    use super::*;
    use crate::policy::testing::{DOCUMENT, add_group, add_role, add_user, change, error, failure};

    #[test]
    fn a_policy_goes_once() {
        let mut world = World::new();
        add_user(&mut world, "x", "/", None);
        add_group(&mut world, "x", "/");
        add_role(&mut world, "x", "/", None);
        let inline = || [("p".to_owned(), PolicyText::stored(DOCUMENT.to_owned()))].into();
        change::<User>(&mut world, "x", |user| user.inline = inline());
        change::<Group>(&mut world, "x", |group| group.inline = inline());
        change::<Role>(&mut world, "x", |role| role.inline = inline());
        let (name, policy_name) = (|| "x".to_owned(), || "p".to_owned());
        let user = DeleteUserPolicyRequest { user_name: name(), policy_name: policy_name() };
        let group = DeleteGroupPolicyRequest { group_name: name(), policy_name: policy_name() };
        let role = DeleteRolePolicyRequest { role_name: name(), policy_name: policy_name() };
        world.write(&DeleteUserPolicy, user.clone()).unwrap();
        world.write(&DeleteGroupPolicy, group.clone()).unwrap();
        world.write(&DeleteRolePolicy, role.clone()).unwrap();
        let gone = |of: &str| error("NoSuchEntity", format!("The {of} policy with name p cannot be found."));
        assert_eq!(failure(world.write(&DeleteUserPolicy, user)), gone("user"));
        assert_eq!(failure(world.write(&DeleteGroupPolicy, group)), gone("group"));
        assert_eq!(failure(world.write(&DeleteRolePolicy, role)), gone("role"));
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        let input =
            |name: &str| DeleteRolePolicyRequest { role_name: name.to_owned(), policy_name: "p".to_owned() };
        let message = "The role with name none cannot be found.";
        assert_eq!(failure(world.write(&DeleteRolePolicy, input("none"))), error("NoSuchEntity", message));
        add_role(&mut world, "slr", "/aws-service-role/ec2.amazonaws.com/", None);
        assert_eq!(failure(world.write(&DeleteRolePolicy, input("slr"))).0, "UnmodifiableEntity");
    }
}
