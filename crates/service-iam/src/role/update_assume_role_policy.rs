//! UpdateAssumeRolePolicy: a new trust policy for a role. It is in force at once, for new sessions.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UpdateAssumeRolePolicyRequest, UpdateAssumeRolePolicyResponse, op};
use keygate_state::Role;

use crate::ask;

/// UpdateAssumeRolePolicy.
pub(crate) struct UpdateAssumeRolePolicy;

impl Write for UpdateAssumeRolePolicy {
    type Model = op::UpdateAssumeRolePolicy;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &UpdateAssumeRolePolicyRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::bounded::<Role>(cx, "iam:UpdateAssumeRolePolicy", &input.role_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UpdateAssumeRolePolicyRequest) -> Outcome<Self::Model> {
        let role = super::modifiable(cx.draft, &input.role_name)?;
        let trust = super::trust(cx.draft, &input.policy_document, cx.env.directory)?;
        cx.draft.change(&role, |role| {
            role.trust = trust;
            Ok::<_, Failure<Self::Model>>(())
        })?;
        Ok(UpdateAssumeRolePolicyResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::role::testing::{TRUST, create, create_service_linked, named, protected};

    fn update(name: &str, document: &str) -> UpdateAssumeRolePolicyRequest {
        UpdateAssumeRolePolicyRequest { role_name: name.to_owned(), policy_document: document.to_owned() }
    }

    #[test]
    fn the_document_is_replaced() {
        let mut world = World::new();
        create(&mut world, named("App"));
        let document = TRUST.replace("ec2", "lambda");
        world.write(&UpdateAssumeRolePolicy, update("app", &document)).unwrap();
        assert_eq!(world.account().role("App").unwrap().trust.as_str(), document);
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        create(&mut world, named("App"));
        create_service_linked(&mut world, "AWSServiceRoleForECS");
        let long = TRUST.replace("2012-10-17\",", &format!("2012-10-17\",\"Id\":\"{}\",", "x".repeat(2048)));
        for (input, code, message) in [
            (update("none", TRUST), "NoSuchEntity", "The role with name none cannot be found.".to_owned()),
            (update("AWSServiceRoleForECS", TRUST), "UnmodifiableEntity", protected("AWSServiceRoleForECS")),
            (
                update("App", "not valid json"),
                "MalformedPolicyDocument",
                "This policy contains invalid Json".to_owned(),
            ),
            (
                update("App", &TRUST.replace("sts:AssumeRole", "s3:GetObject")),
                "MalformedPolicyDocument",
                "AssumeRole policy may only specify STS AssumeRole actions.".to_owned(),
            ),
            (
                update("App", &TRUST.replace("\"Action\"", "\"Resource\":\"*\",\"Action\"")),
                "MalformedPolicyDocument",
                "Has prohibited field Resource".to_owned(),
            ),
            (
                update("App", &long),
                "LimitExceeded",
                "Cannot exceed quota for ACLSizePerRole: 2048".to_owned(),
            ),
        ] {
            let error = world.write(&UpdateAssumeRolePolicy, input).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message.as_str()));
        }
        assert_eq!(world.account().role("App").unwrap().trust.as_str(), TRUST);
    }
}
