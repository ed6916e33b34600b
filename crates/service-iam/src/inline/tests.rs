//! What the operations on inline policies ask, against the service authorization reference.

use keygate_operation::testing::World;
use keygate_shapes::iam::{
    DeleteGroupPolicyRequest, DeleteRolePolicyRequest, DeleteUserPolicyRequest, GetGroupPolicyRequest,
    GetRolePolicyRequest, GetUserPolicyRequest, ListGroupPoliciesRequest, ListRolePoliciesRequest,
    ListUserPoliciesRequest, PutGroupPolicyRequest, PutRolePolicyRequest, PutUserPolicyRequest,
};

use super::*;
use crate::ask::tests::{assert_bounded, assert_catalogued};
use crate::policy::testing::{add_group, add_role, add_user};

const BOUNDARY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

#[test]
fn asks_are_those_of_the_service_authorization_reference() {
    let mut world = World::new();
    add_user(&mut world, "X", "/p/", Some(BOUNDARY));
    add_group(&mut world, "X", "/p/");
    add_role(&mut world, "X", "/p/", Some(BOUNDARY));
    let (name, policy_name) = (|| "x".to_owned(), || "inline".to_owned());
    let asks = [
        world.write_asks(
            &put_policy::PutUserPolicy,
            &PutUserPolicyRequest { user_name: name(), policy_name: policy_name(), ..Default::default() },
        ),
        world.write_asks(
            &put_policy::PutGroupPolicy,
            &PutGroupPolicyRequest { group_name: name(), policy_name: policy_name(), ..Default::default() },
        ),
        world.write_asks(
            &put_policy::PutRolePolicy,
            &PutRolePolicyRequest { role_name: name(), policy_name: policy_name(), ..Default::default() },
        ),
        world.asks(
            &get_policy::GetUserPolicy,
            &GetUserPolicyRequest { user_name: name(), policy_name: policy_name() },
        ),
        world.asks(
            &get_policy::GetGroupPolicy,
            &GetGroupPolicyRequest { group_name: name(), policy_name: policy_name() },
        ),
        world.asks(
            &get_policy::GetRolePolicy,
            &GetRolePolicyRequest { role_name: name(), policy_name: policy_name() },
        ),
        world.write_asks(
            &delete_policy::DeleteUserPolicy,
            &DeleteUserPolicyRequest { user_name: name(), policy_name: policy_name() },
        ),
        world.write_asks(
            &delete_policy::DeleteGroupPolicy,
            &DeleteGroupPolicyRequest { group_name: name(), policy_name: policy_name() },
        ),
        world.write_asks(
            &delete_policy::DeleteRolePolicy,
            &DeleteRolePolicyRequest { role_name: name(), policy_name: policy_name() },
        ),
        world.asks(
            &list_policies::ListUserPolicies,
            &ListUserPoliciesRequest { user_name: name(), ..Default::default() },
        ),
        world.asks(
            &list_policies::ListGroupPolicies,
            &ListGroupPoliciesRequest { group_name: name(), ..Default::default() },
        ),
        world.asks(
            &list_policies::ListRolePolicies,
            &ListRolePoliciesRequest { role_name: name(), ..Default::default() },
        ),
    ];
    for (index, asks) in asks.into_iter().enumerate() {
        let asks = asks.unwrap();
        assert_catalogued(&asks);
        assert_bounded(&asks);
        let kind = ["user", "group", "role"][index % 3];
        let resource = format!("arn:aws:iam::123456789012:{kind}/p/X");
        assert!(asks.iter().all(|ask| ask.resource == resource));
    }
}
