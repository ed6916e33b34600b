//! GetPolicyVersion: a version of a managed policy with its document, percent-encoded (rule 100).

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{self, GetPolicyVersionRequest, GetPolicyVersionResponse, op};
use keygate_state::Managed;

use crate::policy::{self, view};
use crate::view::document;

/// GetPolicyVersion.
pub(crate) struct GetPolicyVersion;

impl Read for GetPolicyVersion {
    type Model = op::GetPolicyVersion;

    fn asks(&self, cx: &ReadCx<'_>, input: &GetPolicyVersionRequest) -> Result<Asks, Failure<Self::Model>> {
        policy::asks(cx, "iam:GetPolicyVersion", &input.policy_arn)
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetPolicyVersionRequest) -> Outcome<Self::Model> {
        let missing = || policy::no_version(&input.policy_arn, &input.version_id);
        let (shown, text) = match cx.account.managed(&input.policy_arn).ok_or_else(missing)? {
            Managed::Own(policy) => {
                let version = policy.version(&input.version_id).ok_or_else(missing)?;
                (view::version(&policy, version), version.document.clone())
            }
            Managed::Aws(policy) if policy.entry().version == input.version_id => {
                (view::aws_version(&policy), policy.document().ok_or_else(Failure::internal)?)
            }
            Managed::Aws(_) => return Err(missing().into()),
        };
        let shown = iam::PolicyVersion { document: Some(document(text.as_str())), ..shown };
        Ok(GetPolicyVersionResponse { policy_version: Some(shown) })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::policy::testing::{arn, create_policies, error, failure};

    fn get(arn: &str, version: &str) -> GetPolicyVersionRequest {
        GetPolicyVersionRequest { policy_arn: arn.to_owned(), version_id: version.to_owned() }
    }

    #[test]
    fn rule_100_the_document_is_percent_encoded() {
        let mut world = World::new();
        let [policy] = create_policies(&mut world, ["/p"]);
        let shown = world.read(&GetPolicyVersion, get(&policy, "v1")).unwrap().policy_version.unwrap();
        assert!(
            shown
                .document
                .unwrap()
                .starts_with("%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B")
        );
        assert_eq!(shown.is_default_version, Some(true));
        let aws = "arn:aws:iam::aws:policy/AdministratorAccess";
        let default = keygate_catalog::managed_policy(aws).unwrap().version;
        let shown = world.read(&GetPolicyVersion, get(aws, default)).unwrap().policy_version.unwrap();
        assert!(shown.document.unwrap().contains("2012-10-17"));
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        let [policy] = create_policies(&mut world, ["/p"]);
        let none = arn("/none");
        for (arn, version) in [
            (none.as_str(), "v1"),
            (&policy, "v9"),
            (&policy, "v1.abc"),
            ("arn:aws:iam::aws:policy/AdministratorAccess", "v99999"),
        ] {
            let message = format!("Policy {arn} version {version} does not exist or is not attachable.");
            let result = world.read(&GetPolicyVersion, get(arn, version));
            assert_eq!(failure(result), error("NoSuchEntity", message));
        }
    }
}
