//! CreatePolicyVersion: managed policies are changed by adding a version (rule 231).

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{CreatePolicyVersionRequest, CreatePolicyVersionResponse, op};
use keygate_state::{LimitExceeded, PolicyVersion, Quota};

use crate::policy::{self, view};

/// CreatePolicyVersion.
pub(crate) struct CreatePolicyVersion;

impl Write for CreatePolicyVersion {
    type Model = op::CreatePolicyVersion;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &CreatePolicyVersionRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        policy::asks(cx, "iam:CreatePolicyVersion", &input.policy_arn)
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: CreatePolicyVersionRequest) -> Outcome<Self::Model> {
        let policy = policy::own(cx, "iam:CreatePolicyVersion", &input.policy_arn)?;
        let document = policy::managed_document(cx, &input.policy_document)?;
        let limit = cx.draft.quota(Quota::VersionsPerPolicy);
        if policy.versions.len() >= limit as usize {
            return Err(LimitExceeded::new(format!(
                "A managed policy can have up to {limit} versions. Before you create a new version, you must delete \
                 an existing version."
            ))
            .into());
        }
        let created = cx.now();
        let shown = cx.draft.change::<_, _, Failure<Self::Model>>(&policy, |policy| {
            let version = PolicyVersion { number: policy.next_version, document, created };
            policy.next_version = version.number.checked_add(1).ok_or_else(Failure::internal)?;
            policy.updated = created;
            if input.set_as_default == Some(true) {
                policy.default_version = version.number;
            }
            let shown = view::version(policy, &version);
            policy.versions.push(version);
            Ok(shown)
        })?;
        Ok(CreatePolicyVersionResponse { policy_version: Some(shown) })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::{DeletePolicyVersionRequest, PolicyVersion};

    use super::*;
    use crate::policy::delete_policy_version::DeletePolicyVersion;
    use crate::policy::testing::{DOCUMENT, arn, create_policies, error, failure, set_quota};

    fn version(arn: &str, document: &str, set_as_default: bool) -> CreatePolicyVersionRequest {
        CreatePolicyVersionRequest {
            policy_arn: arn.to_owned(),
            policy_document: document.to_owned(),
            set_as_default: set_as_default.then_some(true),
        }
    }

    fn add(world: &mut World, arn: &str, set_as_default: bool) -> PolicyVersion {
        world
            .write(&CreatePolicyVersion, version(arn, DOCUMENT, set_as_default))
            .unwrap()
            .policy_version
            .unwrap()
    }

    #[test]
    fn the_new_version_may_become_the_default() {
        let mut world = World::new();
        let [policy] = create_policies(&mut world, ["/p"]);
        let second = add(&mut world, &policy, true);
        assert_eq!((second.version_id.as_deref(), second.is_default_version), (Some("v2"), Some(true)));
        // As on AWS the document is not sent back.
        assert_eq!(second.document, None);
        assert_eq!(add(&mut world, &policy, false).is_default_version, Some(false));
        assert_eq!(world.account().own_policy(&policy).unwrap().default_version, 2);
    }

    #[test]
    fn rule_231_five_versions_and_numbers_are_not_used_again() {
        let mut world = World::new();
        let [policy] = create_policies(&mut world, ["/p"]);
        for _ in 2..=5 {
            add(&mut world, &policy, false);
        }
        assert_eq!(
            failure(world.write(&CreatePolicyVersion, version(&policy, DOCUMENT, false))),
            error(
                "LimitExceeded",
                "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version."
            )
        );
        let fifth = DeletePolicyVersionRequest { policy_arn: policy.clone(), version_id: "v5".to_owned() };
        world.write(&DeletePolicyVersion, fifth).unwrap();
        assert_eq!(add(&mut world, &policy, false).version_id.as_deref(), Some("v6"));
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        let [policy] = create_policies(&mut world, ["/p"]);
        set_quota(&mut world, "PolicySize", DOCUMENT.len());
        let size = format!("Cannot exceed quota for PolicySize: {}", DOCUMENT.len());
        let none = arn("/none");
        for (input, code, message) in [
            (version(&none, DOCUMENT, true), "NoSuchEntity", format!("Policy {none} was not found.")),
            (version(&policy, "{}", true), "MalformedPolicyDocument", "Syntax errors in policy.".to_owned()),
            (version(&policy, &DOCUMENT.replace('*', "arn:aws:s3:::b"), true), "LimitExceeded", size),
        ] {
            assert_eq!(failure(world.write(&CreatePolicyVersion, input)), error(code, message));
        }
        let aws = version("arn:aws:iam::aws:policy/ReadOnlyAccess", DOCUMENT, true);
        assert_eq!(failure(world.write(&CreatePolicyVersion, aws)).0, "AccessDenied");
    }
}
