//! What attaching, detaching and listing ask, against the service authorization reference.

use keygate_operation::testing::World;
use keygate_shapes::iam::{
    AttachGroupPolicyRequest, AttachRolePolicyRequest, AttachUserPolicyRequest, DetachGroupPolicyRequest,
    DetachRolePolicyRequest, DetachUserPolicyRequest, ListAttachedGroupPoliciesRequest,
    ListAttachedRolePoliciesRequest, ListAttachedUserPoliciesRequest,
};

use super::*;
use crate::ask::tests::{assert_bounded, assert_catalogued};
use crate::policy::testing::{add_group, add_role, add_user};

const AWS: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

#[test]
fn asks_are_those_of_the_service_authorization_reference() {
    let mut world = World::new();
    add_user(&mut world, "X", "/p/", Some(AWS));
    add_group(&mut world, "X", "/p/");
    add_role(&mut world, "X", "/p/", Some(AWS));
    let (name, policy_arn) = (|| "x".to_owned(), || AWS.to_owned());
    let asks = [
        world.write_asks(
            &attach_policy::AttachUserPolicy,
            &AttachUserPolicyRequest { user_name: name(), policy_arn: policy_arn() },
        ),
        world.write_asks(
            &attach_policy::AttachGroupPolicy,
            &AttachGroupPolicyRequest { group_name: name(), policy_arn: policy_arn() },
        ),
        world.write_asks(
            &attach_policy::AttachRolePolicy,
            &AttachRolePolicyRequest { role_name: name(), policy_arn: policy_arn() },
        ),
        world.write_asks(
            &detach_policy::DetachUserPolicy,
            &DetachUserPolicyRequest { user_name: name(), policy_arn: policy_arn() },
        ),
        world.write_asks(
            &detach_policy::DetachGroupPolicy,
            &DetachGroupPolicyRequest { group_name: name(), policy_arn: policy_arn() },
        ),
        world.write_asks(
            &detach_policy::DetachRolePolicy,
            &DetachRolePolicyRequest { role_name: name(), policy_arn: policy_arn() },
        ),
        world.asks(
            &list_attached_policies::ListAttachedUserPolicies,
            &ListAttachedUserPoliciesRequest { user_name: name(), ..Default::default() },
        ),
        world.asks(
            &list_attached_policies::ListAttachedGroupPolicies,
            &ListAttachedGroupPoliciesRequest { group_name: name(), ..Default::default() },
        ),
        world.asks(
            &list_attached_policies::ListAttachedRolePolicies,
            &ListAttachedRolePoliciesRequest { role_name: name(), ..Default::default() },
        ),
    ];
    for (index, asks) in asks.into_iter().enumerate() {
        let asks = asks.unwrap();
        assert_catalogued(&asks);
        assert_bounded(&asks);
        let ask = asks.iter().next().unwrap();
        let kind = ["user", "group", "role"][index % 3];
        assert_eq!(ask.resource, format!("arn:aws:iam::123456789012:{kind}/p/X"));
        // Rule 212: attach and detach tell the policy.
        assert_eq!(ask.keys.iter().any(|(key, _)| key == ask::POLICY_ARN), index < 6, "{}", ask.action);
    }
}
