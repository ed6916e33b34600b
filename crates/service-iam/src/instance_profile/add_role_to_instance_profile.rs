//! AddRoleToInstanceProfile: puts a role in an instance profile, which holds one at most (rule 232). The caller
//! hands the role to EC2, so it must be allowed to pass it (rule 210).

use std::sync::Arc;

use keygate_ident::Partition;
use keygate_operation::{Ask, Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{AddRoleToInstanceProfileRequest, AddRoleToInstanceProfileResponse, op};
use keygate_state::LimitExceeded;

use crate::{ask, role};

/// AddRoleToInstanceProfile.
pub(crate) struct AddRoleToInstanceProfile;

impl Write for AddRoleToInstanceProfile {
    type Model = op::AddRoleToInstanceProfile;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &AddRoleToInstanceProfileRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let pass = ask::role(cx, "iam:PassRole", &input.role_name)
            .key("iam:PassedToService", Some(ec2(cx.partition())));
        // Denials of iam:PassRole name the role by its ARN, also those of IAM.
        let pass = Ask { shown: None, ..pass };
        let add = ask::instance_profile(cx, "iam:AddRoleToInstanceProfile", &input.instance_profile_name);
        Ok(Asks::one(add).and(pass))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: AddRoleToInstanceProfileRequest) -> Outcome<Self::Model> {
        let profile = Arc::clone(cx.draft.instance_profile(&input.instance_profile_name)?);
        let role = role::modifiable(cx.draft, &input.role_name)?;
        cx.draft.change(&profile, |profile| {
            if profile.role.is_some() {
                return Err(LimitExceeded::quota("InstanceSessionsPerInstanceProfile", 1));
            }
            profile.role = Some(role.id.clone());
            Ok(())
        })?;
        Ok(AddRoleToInstanceProfileResponse {})
    }
}

/// EC2 as a service principal.
fn ec2(partition: Partition) -> &'static str {
    match partition {
        Partition::AwsCn => "ec2.amazonaws.com.cn",
        _ => "ec2.amazonaws.com",
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::Listed;
    use keygate_operation::testing::World;

    use super::*;
    use crate::instance_profile::testing::{create, named, pair, web_with_app};
    use crate::role::testing::{create_service_linked, protected};

    #[test]
    fn rule_232_one_role_per_profile() {
        let mut world = World::new();
        web_with_app(&mut world);
        role::testing::create(&mut world, role::testing::named("Other"));
        create_service_linked(&mut world, "AWSServiceRoleForECS");
        create(&mut world, named("Empty"));
        let full = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1";
        for (input, code, message) in [
            (pair("Web", "Other"), "LimitExceeded", full.to_owned()),
            (pair("Web", "App"), "LimitExceeded", full.to_owned()),
            (pair("none", "App"), "NoSuchEntity", "Instance Profile none cannot be found.".to_owned()),
            (pair("Empty", "none"), "NoSuchEntity", "The role with name none cannot be found.".to_owned()),
            (pair("Empty", "AWSServiceRoleForECS"), "UnmodifiableEntity", protected("AWSServiceRoleForECS")),
        ] {
            let error = world.write(&AddRoleToInstanceProfile, input).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message.as_str()));
        }
        world.write(&AddRoleToInstanceProfile, pair("empty", "app")).unwrap();
        let account = world.account();
        assert_eq!(
            account.instance_profile("Empty").unwrap().role.as_ref(),
            Some(&account.role("App").unwrap().id)
        );
    }

    #[test]
    fn rule_210_the_role_is_passed_to_ec2() {
        let mut world = World::new();
        web_with_app(&mut world);
        let asks = world.write_asks(&AddRoleToInstanceProfile, &pair("web", "app")).unwrap();
        let pairs: Vec<_> = asks.iter().map(|ask| (ask.action.as_ref(), ask.resource.as_str())).collect();
        assert_eq!(
            pairs,
            [
                ("iam:AddRoleToInstanceProfile", "arn:aws:iam::123456789012:instance-profile/Web"),
                ("iam:PassRole", "arn:aws:iam::123456789012:role/App"),
            ]
        );
        let service = ("iam:PassedToService".to_owned(), Listed::One("ec2.amazonaws.com".to_owned()));
        assert_eq!(asks.iter().last().unwrap().keys, [service]);
        assert_eq!(ec2(Partition::AwsCn), "ec2.amazonaws.com.cn");
    }
}
