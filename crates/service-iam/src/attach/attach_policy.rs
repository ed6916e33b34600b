//! AttachUserPolicy, AttachGroupPolicy, AttachRolePolicy: a managed policy becomes part of an entity's permissions.
//! Attaching what is attached already changes nothing.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::declares;
use keygate_shapes::iam::{
    AttachGroupPolicyRequest, AttachGroupPolicyResponse, AttachRolePolicyRequest, AttachRolePolicyResponse,
    AttachUserPolicyRequest, AttachUserPolicyResponse, op,
};
use keygate_state::{
    Group, LimitExceeded, Managed, ManagedRef, PolicyNotAttachable, Principal, PrincipalKind, Quota,
    Reference, Role, User,
};
use keygate_wire::OperationModel;

use crate::{attach, policy, role};

/// AttachUserPolicy.
pub(crate) struct AttachUserPolicy;
/// AttachGroupPolicy.
pub(crate) struct AttachGroupPolicy;
/// AttachRolePolicy.
pub(crate) struct AttachRolePolicy;

impl Write for AttachUserPolicy {
    type Model = op::AttachUserPolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &AttachUserPolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        attach::asks::<User, _>(cx, "iam:AttachUserPolicy", &input.user_name, &input.policy_arn)
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: AttachUserPolicyRequest) -> Outcome<Self::Model> {
        attach_to::<User, _>(cx, &input.user_name, &input.policy_arn)?;
        Ok(AttachUserPolicyResponse {})
    }
}

impl Write for AttachGroupPolicy {
    type Model = op::AttachGroupPolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &AttachGroupPolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        attach::asks::<Group, _>(cx, "iam:AttachGroupPolicy", &input.group_name, &input.policy_arn)
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: AttachGroupPolicyRequest) -> Outcome<Self::Model> {
        attach_to::<Group, _>(cx, &input.group_name, &input.policy_arn)?;
        Ok(AttachGroupPolicyResponse {})
    }
}

impl Write for AttachRolePolicy {
    type Model = op::AttachRolePolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &AttachRolePolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        attach::asks::<Role, _>(cx, "iam:AttachRolePolicy", &input.role_name, &input.policy_arn)
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: AttachRolePolicyRequest) -> Outcome<Self::Model> {
        role::unprotected(cx.draft.role(&input.role_name)?)?;
        attach_to::<Role, _>(cx, &input.role_name, &input.policy_arn)?;
        Ok(AttachRolePolicyResponse {})
    }
}

fn attach_to<P, M>(cx: &mut WriteCx<'_>, name: &str, policy_arn: &str) -> Result<(), Failure<M>>
where
    P: Principal,
    M: OperationModel + declares::NoSuchEntity + declares::LimitExceeded + declares::PolicyNotAttachable,
{
    let entity = Arc::clone(cx.draft.principal::<P>(name)?);
    if entity.attached().iter().any(|policy| policy.arn() == policy_arn) {
        return Ok(());
    }
    match cx.draft.managed(policy_arn) {
        Some(Managed::Aws(policy)) if policy.entry().is_for_service_linked_roles() => {
            let message = format!("Cannot attach a Service Role Policy to a {}.", customers(P::PRINCIPAL));
            return Err(PolicyNotAttachable::new(message).into());
        }
        Some(Managed::Aws(policy)) if policy.entry().is_for_root_tasks() => {
            return Err(policy::not_attachable(policy_arn).into());
        }
        Some(_) => {}
        None => return Err(policy::not_attachable(policy_arn).into()),
    }
    let limit = cx.draft.quota(P::ATTACHMENTS);
    if entity.attached().len() >= limit as usize {
        return Err(LimitExceeded::quota(P::ATTACHMENTS.name(), limit).into());
    }
    let in_use = [Reference::Attached(policy_arn.to_owned()), Reference::Boundary(policy_arn.to_owned())]
        .iter()
        .any(|reference| cx.draft.reference_count(reference) > 0);
    let most = cx.draft.quota(Quota::PolicyVersionsInUse);
    if !in_use && cx.draft.policies_in_use() >= most as usize {
        return Err(LimitExceeded::quota(Quota::PolicyVersionsInUse.name(), most).into());
    }
    cx.draft.change(&entity, |entity| {
        entity.attached_mut().push(ManagedRef::new(policy_arn));
        Ok(())
    })
}

/// AWS's words, in its error, for an entity that is not a service's.
fn customers(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::User => "User",
        PrincipalKind::Group => "Group",
        PrincipalKind::Role => "Customer Role",
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::Listed;
    use keygate_operation::testing::World;

    use super::*;
    use crate::policy::testing::{add_group, add_role, add_user, arn, create_policies, error, failure};

    const AWS: &str = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

    /// One attempt with each of the three; the entities are called `x`.
    fn attach(world: &mut World, policy_arn: &str) -> [Result<(), (String, String)>; 3] {
        let name = || "x".to_owned();
        let arn = || policy_arn.to_owned();
        let show = |error: keygate_wire::ApiError| failure::<()>(Err(error));
        let user = AttachUserPolicyRequest { user_name: name(), policy_arn: arn() };
        let group = AttachGroupPolicyRequest { group_name: name(), policy_arn: arn() };
        let role = AttachRolePolicyRequest { role_name: name(), policy_arn: arn() };
        [
            world.write(&AttachUserPolicy, user).map(drop).map_err(show),
            world.write(&AttachGroupPolicy, group).map(drop).map_err(show),
            world.write(&AttachRolePolicy, role).map(drop).map_err(show),
        ]
    }

    fn world() -> World {
        let mut world = World::new();
        add_user(&mut world, "x", "/", None);
        add_group(&mut world, "x", "/");
        add_role(&mut world, "x", "/", None);
        world
    }

    #[test]
    fn twice_is_once() {
        let mut world = world();
        let [own] = create_policies(&mut world, ["/p"]);
        for policy in [own.as_str(), AWS, &own] {
            assert_eq!(attach(&mut world, policy), [Ok(()), Ok(()), Ok(())]);
        }
        let account = world.account();
        for attached in [
            &account.user("x").unwrap().attached,
            &account.group("x").unwrap().attached,
            &account.role("x").unwrap().attached,
        ] {
            assert_eq!(attached.iter().map(ManagedRef::arn).collect::<Vec<_>>(), [own.as_str(), AWS]);
        }
    }

    #[test]
    fn policies_that_can_not_be_attached() {
        let mut world = world();
        for missing in [
            arn("/none"),
            "arn:aws:iam::999999999999:policy/theirs".to_owned(),
            "arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole".to_owned(),
            "arn:aws-cn:iam::aws:policy/ReadOnlyAccess".to_owned(),
        ] {
            let message = format!("Policy {missing} does not exist or is not attachable.");
            let expected = Err(error("NoSuchEntity", message));
            assert_eq!(attach(&mut world, &missing), [expected.clone(), expected.clone(), expected]);
        }
        let service = "arn:aws:iam::aws:policy/aws-service-role/APIGatewayServiceRolePolicy";
        let expected = ["User", "Group", "Customer Role"].map(|kind| {
            Err(error("PolicyNotAttachable", format!("Cannot attach a Service Role Policy to a {kind}.")))
        });
        assert_eq!(attach(&mut world, service), expected);
        let invalid = error("ValidationError", "ARN a-name-but-not-an-arn is not valid.");
        assert_eq!(attach(&mut world, "a-name-but-not-an-arn"), [(); 3].map(|()| Err(invalid.clone())));
    }

    #[test]
    fn rule_232_ten_policies() {
        let mut world = world();
        let names: [String; 11] = std::array::from_fn(|n| format!("/p{n}"));
        let policies = create_policies(&mut world, names.each_ref().map(String::as_str));
        let [first, .., last] = &policies;
        for policy in &policies[..10] {
            assert_eq!(attach(&mut world, policy), [Ok(()), Ok(()), Ok(())]);
        }
        let expected = ["User", "Group", "Role"].map(|kind| {
            Err(error("LimitExceeded", format!("Cannot exceed quota for PoliciesPer{kind}: 10")))
        });
        assert_eq!(attach(&mut world, last), expected);
        assert_eq!(attach(&mut world, first), [Ok(()), Ok(()), Ok(())]);
    }

    #[test]
    fn entities_that_can_not_have_it() {
        let mut world = World::new();
        let missing = ["user", "group", "role"]
            .map(|kind| Err(error("NoSuchEntity", format!("The {kind} with name x cannot be found."))));
        assert_eq!(attach(&mut world, AWS), missing);
        add_role(&mut world, "x", "/aws-service-role/ec2.amazonaws.com/", None);
        let protected =
            "Cannot perform the operation on the protected role 'x' - this role is only modifiable by AWS";
        let [_, _, role] = attach(&mut world, AWS);
        assert_eq!(role, Err(error("UnmodifiableEntity", protected)));
    }

    #[test]
    fn rule_212_the_policy_and_the_boundary_are_told() {
        let mut world = World::new();
        let [boundary] = create_policies(&mut world, ["/b"]);
        add_user(&mut world, "Bob", "/x/", Some(&boundary));
        let input = AttachUserPolicyRequest { user_name: "bob".to_owned(), policy_arn: AWS.to_owned() };
        let asks = world.write_asks(&AttachUserPolicy, &input).unwrap();
        let ask = asks.iter().next().unwrap();
        assert_eq!(ask.resource, "arn:aws:iam::123456789012:user/x/Bob");
        let keys = [("iam:PermissionsBoundary", boundary), ("iam:PolicyARN", AWS.to_owned())];
        assert_eq!(ask.keys, keys.map(|(key, value)| (key.to_owned(), Listed::One(value))));
    }
}
