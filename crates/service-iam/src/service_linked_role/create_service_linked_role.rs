//! CreateServiceLinkedRole: the role of a service that has one, with the policy and the trust that AWS gives it.

use keygate_catalog::{ServiceLinkedRole, service_linked_role};
use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{self, CreateServiceLinkedRoleRequest, CreateServiceLinkedRoleResponse, op};
use keygate_state::{InsertError, InvalidInput};

use super::{ask_to_create, new_role};
use crate::view;

/// CreateServiceLinkedRole.
pub(crate) struct CreateServiceLinkedRole;

/// Longest name of a role.
const MAX_NAME: usize = 64;
impl Write for CreateServiceLinkedRole {
    type Model = op::CreateServiceLinkedRole;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &CreateServiceLinkedRoleRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let known = known(&input.aws_service_name)?;
        let name = role_name(known, input.custom_suffix.as_deref());
        Ok(Asks::one(ask_to_create(cx, known, &name)?))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: CreateServiceLinkedRoleRequest) -> Outcome<Self::Model> {
        let known = known(&input.aws_service_name)?;
        let suffix = input.custom_suffix.as_deref();
        if suffix.is_some() && !known.takes_suffix {
            return Err(
                InvalidInput::new(format!("Custom suffix is not allowed for {}", known.service)).into()
            );
        }
        let name = role_name(known, suffix);
        if name.len() > MAX_NAME {
            let message = format!("The role name {name} is longer than {MAX_NAME} characters.");
            return Err(InvalidInput::new(message).into());
        }
        let role = new_role(cx, known, name, input.description)?;
        let full = view::role(&cx.read(), &role)?;
        cx.draft.insert(role).map_err(|error| -> Failure<Self::Model> {
            match error {
                InsertError::Exists(_) => InvalidInput::new(format!(
                    "Service role name {} has been taken in this account, please try a different suffix.",
                    full.role_name
                ))
                .into(),
                InsertError::Limit(error) => error.into(),
            }
        })?;
        // As with CreateRole: AWS leaves the rest to GetRole.
        let shown = iam::Role { description: None, max_session_duration: None, role_last_used: None, ..full };
        Ok(CreateServiceLinkedRoleResponse { role: Some(shown) })
    }
}

/// The service's role, if it has one.
fn known(service: &str) -> Result<ServiceLinkedRole, InvalidInput> {
    service_linked_role(service)
        .ok_or_else(|| InvalidInput::new(format!("{service} has no service-linked role.")))
}

fn role_name(role: ServiceLinkedRole, suffix: Option<&str>) -> String {
    match suffix {
        None => role.role.to_owned(),
        Some(suffix) => format!("{}_{suffix}", role.role),
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::Listed;
    use keygate_operation::testing::World;
    use keygate_policy::{Policy, PolicyKind};

    use super::*;
    use crate::ask::tests::{assert_catalogued, pairs};
    use crate::service_linked_role::tests::{create, input};

    #[test]
    fn every_service_s_role() {
        let mut world = World::new();
        for known in keygate_catalog::service_linked_roles() {
            let role = create(&mut world, known.service, None).unwrap();
            assert_eq!(role.role_name, known.role);
            assert_eq!(role.path, format!("/aws-service-role/{}/", known.service));
            let account = world.account();
            let stored = account.role(known.role).unwrap();
            assert!(stored.is_service_linked());
            Policy::parse(stored.trust.as_str(), PolicyKind::Trust).unwrap();
            let [policy] = stored.attached.as_slice() else { panic!("{known:?}") };
            assert!(account.managed(policy.arn()).is_some(), "{known:?}");
        }
    }

    #[test]
    fn as_aws_answers() {
        let mut world = World::new();
        let request = CreateServiceLinkedRoleRequest {
            description: Some("scales".to_owned()),
            ..input("autoscaling.amazonaws.com", Some("web"))
        };
        let role = world.write(&CreateServiceLinkedRole, request).unwrap().role.unwrap();
        assert_eq!(
            role.arn,
            "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_web"
        );
        assert!(role.role_id.starts_with("AROA"));
        assert_eq!((role.description, role.max_session_duration, role.tags), (None, None, None));
        let account = world.account();
        let stored = account.role("AWSServiceRoleForAutoScaling_web").unwrap();
        assert_eq!(stored.description.as_deref(), Some("scales"));
        assert_eq!(
            stored.attached[0].arn(),
            "arn:aws:iam::aws:policy/aws-service-role/AutoScalingServiceRolePolicy"
        );
        // Without a suffix, and with another one, it is another role.
        create(&mut world, "autoscaling.amazonaws.com", None).unwrap();
        create(&mut world, "autoscaling.amazonaws.com", Some("shop")).unwrap();
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        let scaling = "autoscaling.amazonaws.com";
        create(&mut world, "ecs.amazonaws.com", None).unwrap();
        create(&mut world, scaling, Some("web")).unwrap();
        let long = "x".repeat(40);
        for (service, suffix, error) in [
            (
                "ecs.amazonaws.com",
                None,
                "Service role name AWSServiceRoleForECS has been taken in this account, please try a different \
                 suffix."
                    .to_owned(),
            ),
            (
                scaling,
                Some("WEB"),
                "Service role name AWSServiceRoleForAutoScaling_WEB has been taken in this account, please try a \
                 different suffix."
                    .to_owned(),
            ),
            ("ecs.amazonaws.com", Some("web"), "Custom suffix is not allowed for ecs.amazonaws.com".to_owned()),
            ("none.amazonaws.com", None, "none.amazonaws.com has no service-linked role.".to_owned()),
            (
                scaling,
                Some(&long),
                format!("The role name AWSServiceRoleForAutoScaling_{long} is longer than 64 characters."),
            ),
        ] {
            assert_eq!(create(&mut world, service, suffix).unwrap_err(), format!("InvalidInput: {error}"));
        }
        world.edit(|draft| draft.change_settings(|s| s.quotas.extend([("RolesPerAccount".to_owned(), 2)])));
        assert_eq!(
            create(&mut world, "eks.amazonaws.com", None).unwrap_err(),
            "LimitExceeded: Cannot exceed quota for RolesPerAccount: 2"
        );
    }

    #[test]
    fn rule_211_the_service_is_told() {
        let mut world = World::new();
        let asks = world.write_asks(&CreateServiceLinkedRole, &input("ecs.amazonaws.com", None)).unwrap();
        assert_catalogued(&asks);
        let arn = "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS";
        assert_eq!(pairs(&asks), [("iam:CreateServiceLinkedRole", arn)]);
        let told = ("iam:AWSServiceName".to_owned(), Listed::One("ecs.amazonaws.com".to_owned()));
        assert_eq!(asks.iter().next().unwrap().keys, [told]);
    }
}
