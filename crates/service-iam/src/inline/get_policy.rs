//! GetUserPolicy, GetGroupPolicy, GetRolePolicy: an inline policy, its document percent-encoded (rule 100).

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{
    GetGroupPolicyRequest, GetGroupPolicyResponse, GetRolePolicyRequest, GetRolePolicyResponse,
    GetUserPolicyRequest, GetUserPolicyResponse, op,
};
use keygate_state::{Account, Group, NoSuchEntity, Principal, Role, User};

use crate::view::document;
use crate::{ask, inline};

/// GetUserPolicy.
pub(crate) struct GetUserPolicy;
/// GetGroupPolicy.
pub(crate) struct GetGroupPolicy;
/// GetRolePolicy.
pub(crate) struct GetRolePolicy;

impl Read for GetUserPolicy {
    type Model = op::GetUserPolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &GetUserPolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::user(cx, "iam:GetUserPolicy", &input.user_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetUserPolicyRequest) -> Outcome<Self::Model> {
        let (user_name, policy_document) = get::<User>(cx.account, &input.user_name, &input.policy_name)?;
        Ok(GetUserPolicyResponse { user_name, policy_name: input.policy_name, policy_document })
    }
}

impl Read for GetGroupPolicy {
    type Model = op::GetGroupPolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &GetGroupPolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::group(cx, "iam:GetGroupPolicy", &input.group_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetGroupPolicyRequest) -> Outcome<Self::Model> {
        let (group_name, policy_document) = get::<Group>(cx.account, &input.group_name, &input.policy_name)?;
        Ok(GetGroupPolicyResponse { group_name, policy_name: input.policy_name, policy_document })
    }
}

impl Read for GetRolePolicy {
    type Model = op::GetRolePolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &GetRolePolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::role(cx, "iam:GetRolePolicy", &input.role_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetRolePolicyRequest) -> Outcome<Self::Model> {
        let (role_name, policy_document) = get::<Role>(cx.account, &input.role_name, &input.policy_name)?;
        Ok(GetRolePolicyResponse { role_name, policy_name: input.policy_name, policy_document })
    }
}

/// The entity's name as it was given at its creation, and the document.
fn get<P: Principal>(
    account: &Account,
    name: &str,
    policy_name: &str,
) -> Result<(String, String), NoSuchEntity> {
    let entity = account.principal::<P>(name)?;
    let text = entity.inline().get(policy_name).ok_or_else(|| inline::missing::<P>(policy_name))?;
    Ok((entity.name().to_owned(), document(text.as_str())))
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::{PutGroupPolicyRequest, PutRolePolicyRequest, PutUserPolicyRequest};

    use super::*;
    use crate::inline::put_policy::{PutGroupPolicy, PutRolePolicy, PutUserPolicy};
    use crate::policy::testing::{DOCUMENT, add_group, add_role, add_user, error, failure};

    #[test]
    fn rule_100_documents_are_percent_encoded() {
        let mut world = World::new();
        add_user(&mut world, "Bob", "/", None);
        let put = PutUserPolicyRequest {
            user_name: "bob".to_owned(),
            policy_name: "p".to_owned(),
            policy_document: DOCUMENT.to_owned(),
        };
        world.write(&PutUserPolicy, put).unwrap();
        let get = GetUserPolicyRequest { user_name: "BOB".to_owned(), policy_name: "p".to_owned() };
        let shown = world.read(&GetUserPolicy, get).unwrap();
        assert_eq!(shown.user_name, "Bob");
        assert!(shown.policy_document.starts_with("%7B%22Version%22%3A%222012-10-17%22%2C"));
        assert!(shown.policy_document.ends_with("%22Resource%22%3A%22%2A%22%7D%5D%7D"));
    }

    #[test]
    fn groups_roles_and_errors() {
        let mut world = World::new();
        add_group(&mut world, "g", "/");
        add_role(&mut world, "r", "/", None);
        let (policy_name, policy_document) = (|| "p".to_owned(), || DOCUMENT.to_owned());
        let group =
            |name: &str| GetGroupPolicyRequest { group_name: name.to_owned(), policy_name: policy_name() };
        let role =
            |name: &str| GetRolePolicyRequest { role_name: name.to_owned(), policy_name: policy_name() };
        let missing =
            |of: &str| error("NoSuchEntity", format!("The {of} policy with name p cannot be found."));
        assert_eq!(failure(world.read(&GetGroupPolicy, group("g"))), missing("group"));
        assert_eq!(failure(world.read(&GetRolePolicy, role("r"))), missing("role"));
        let message = "The role with name none cannot be found.";
        assert_eq!(failure(world.read(&GetRolePolicy, role("none"))), error("NoSuchEntity", message));
        let put = PutGroupPolicyRequest {
            group_name: "g".to_owned(),
            policy_name: policy_name(),
            policy_document: policy_document(),
        };
        world.write(&PutGroupPolicy, put).unwrap();
        let put = PutRolePolicyRequest {
            role_name: "r".to_owned(),
            policy_name: policy_name(),
            policy_document: policy_document(),
        };
        world.write(&PutRolePolicy, put).unwrap();
        let shown = world.read(&GetGroupPolicy, group("g")).unwrap().policy_document;
        assert_eq!(shown, document(DOCUMENT));
        assert_eq!(world.read(&GetRolePolicy, role("r")).unwrap().policy_document, shown);
    }
}
