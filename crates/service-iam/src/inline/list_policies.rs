//! ListUserPolicies, ListGroupPolicies, ListRolePolicies: the names of an entity's inline policies, in order.

use keygate_operation::{Asks, Failure, Outcome, Page, Read, ReadCx, paginate};
use keygate_shapes::declares;
use keygate_shapes::iam::{
    ListGroupPoliciesRequest, ListGroupPoliciesResponse, ListRolePoliciesRequest, ListRolePoliciesResponse,
    ListUserPoliciesRequest, ListUserPoliciesResponse, op,
};
use keygate_state::{Group, Principal, Role, User};
use keygate_wire::OperationModel;

use crate::ask;

/// ListUserPolicies.
pub(crate) struct ListUserPolicies;
/// ListGroupPolicies.
pub(crate) struct ListGroupPolicies;
/// ListRolePolicies.
pub(crate) struct ListRolePolicies;

impl Read for ListUserPolicies {
    type Model = op::ListUserPolicies;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListUserPoliciesRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::user(cx, "iam:ListUserPolicies", &input.user_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListUserPoliciesRequest) -> Outcome<Self::Model> {
        let page = names::<User, _>(cx, &input.user_name, input.marker.as_deref(), input.max_items)?;
        Ok(ListUserPoliciesResponse {
            policy_names: page.items,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

impl Read for ListGroupPolicies {
    type Model = op::ListGroupPolicies;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListGroupPoliciesRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::group(cx, "iam:ListGroupPolicies", &input.group_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListGroupPoliciesRequest) -> Outcome<Self::Model> {
        let page = names::<Group, _>(cx, &input.group_name, input.marker.as_deref(), input.max_items)?;
        Ok(ListGroupPoliciesResponse {
            policy_names: page.items,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

impl Read for ListRolePolicies {
    type Model = op::ListRolePolicies;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListRolePoliciesRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::role(cx, "iam:ListRolePolicies", &input.role_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListRolePoliciesRequest) -> Outcome<Self::Model> {
        let page = names::<Role, _>(cx, &input.role_name, input.marker.as_deref(), input.max_items)?;
        Ok(ListRolePoliciesResponse {
            policy_names: page.items,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

fn names<P, M>(
    cx: &ReadCx<'_>,
    name: &str,
    marker: Option<&str>,
    max_items: Option<i32>,
) -> Result<Page<String>, Failure<M>>
where
    P: Principal,
    M: OperationModel + declares::NoSuchEntity,
{
    let entity = cx.account.principal::<P>(name)?;
    let names = entity.inline().keys().cloned();
    paginate(cx, entity.id().as_str(), marker, max_items, names, String::clone)
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::{PutGroupPolicyRequest, PutRolePolicyRequest, PutUserPolicyRequest};

    use super::*;
    use crate::inline::put_policy::{PutGroupPolicy, PutRolePolicy, PutUserPolicy};
    use crate::policy::testing::{DOCUMENT, add_group, add_role, add_user, error, failure};

    #[test]
    fn names_in_pages() {
        let mut world = World::new();
        add_user(&mut world, "x", "/", None);
        for policy in ["b", "c", "a"] {
            let put = PutUserPolicyRequest {
                user_name: "x".to_owned(),
                policy_name: policy.to_owned(),
                policy_document: DOCUMENT.to_owned(),
            };
            world.write(&PutUserPolicy, put).unwrap();
        }
        let mut list = |marker| {
            let input = ListUserPoliciesRequest { user_name: "X".to_owned(), marker, max_items: Some(2) };
            let page = world.read(&ListUserPolicies, input).unwrap();
            (page.policy_names.concat(), page.is_truncated, page.marker)
        };
        let (first, truncated, marker) = list(None);
        assert_eq!((first.as_str(), truncated), ("ab", Some(true)));
        assert_eq!(list(marker), ("c".to_owned(), Some(false), None));
    }

    #[test]
    fn groups_and_roles() {
        let mut world = World::new();
        add_group(&mut world, "x", "/");
        add_role(&mut world, "x", "/", None);
        let group = ListGroupPoliciesRequest { group_name: "x".to_owned(), ..Default::default() };
        let role = ListRolePoliciesRequest { role_name: "x".to_owned(), ..Default::default() };
        assert!(world.read(&ListGroupPolicies, group.clone()).unwrap().policy_names.is_empty());
        let put = PutGroupPolicyRequest {
            group_name: "x".to_owned(),
            policy_name: "g".to_owned(),
            policy_document: DOCUMENT.to_owned(),
        };
        world.write(&PutGroupPolicy, put).unwrap();
        let put = PutRolePolicyRequest {
            role_name: "x".to_owned(),
            policy_name: "r".to_owned(),
            policy_document: DOCUMENT.to_owned(),
        };
        world.write(&PutRolePolicy, put).unwrap();
        assert_eq!(world.read(&ListGroupPolicies, group).unwrap().policy_names, ["g"]);
        assert_eq!(world.read(&ListRolePolicies, role).unwrap().policy_names, ["r"]);
        let none = ListRolePoliciesRequest { role_name: "none".to_owned(), ..Default::default() };
        let message = "The role with name none cannot be found.";
        assert_eq!(failure(world.read(&ListRolePolicies, none)), error("NoSuchEntity", message));
    }
}
