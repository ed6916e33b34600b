//! GetPolicy: a managed policy, the account's own or AWS's, without its document.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{self, GetPolicyRequest, GetPolicyResponse, op};
use keygate_state::{Managed, NoSuchEntity};

use crate::policy::{self, view};
use crate::view::tag_list;

/// GetPolicy.
pub(crate) struct GetPolicy;

impl Read for GetPolicy {
    type Model = op::GetPolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &GetPolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        policy::asks(cx, "iam:GetPolicy", &input.policy_arn)
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetPolicyRequest) -> Outcome<Self::Model> {
        let arn = &input.policy_arn;
        let policy = cx.account.managed(arn).ok_or_else(|| NoSuchEntity::policy(arn))?;
        let (description, tags) = match &policy {
            Managed::Own(policy) => (policy.description.clone(), tag_list(&policy.tags)),
            Managed::Aws(_) => (None, Vec::new()),
        };
        // Tags are listed even if there are none.
        let shown = iam::Policy { description, tags: Some(tags), ..view::policy(cx.account, &policy) };
        Ok(GetPolicyResponse { policy: Some(shown) })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::policy::testing::{arn, create_policies, error, failure};

    fn by_arn(arn: &str) -> GetPolicyRequest {
        GetPolicyRequest { policy_arn: arn.to_owned() }
    }

    #[test]
    fn own_and_aws_policies() {
        let mut world = World::new();
        create_policies(&mut world, ["/team/mine"]);
        let own = world.read(&GetPolicy, by_arn(&arn("/team/mine"))).unwrap().policy.unwrap();
        assert_eq!((own.path.as_deref(), own.tags), (Some("/team/"), Some(Vec::new())));
        let aws = "arn:aws:iam::aws:policy/job-function/SystemAdministrator";
        let aws = world.read(&GetPolicy, by_arn(aws)).unwrap().policy.unwrap();
        assert_eq!((aws.path.as_deref(), aws.is_attachable), (Some("/job-function/"), Some(true)));
        assert!(aws.policy_id.unwrap().starts_with("ANPA"));
        assert!(aws.default_version_id.unwrap().starts_with('v'));
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        create_policies(&mut world, ["/team/mine"]);
        for wrong in ["/none", "/mine", "/TEAM/mine", "/team/Mine"] {
            let wrong = arn(wrong);
            let message = format!("Policy {wrong} was not found.");
            assert_eq!(failure(world.read(&GetPolicy, by_arn(&wrong))), error("NoSuchEntity", message));
        }
        for wrong in ["some-name-but-not-an-arn", "arn:aws:iam::123456789012:role/mine"] {
            let message = format!("ARN {wrong} is not valid.");
            assert_eq!(failure(world.read(&GetPolicy, by_arn(wrong))), error("ValidationError", message));
        }
    }

    #[test]
    fn rule_239_a_policy_of_another_account_belongs_to_it() {
        let mut world = World::new();
        let other = "arn:aws:iam::999999999999:policy/theirs";
        let asks = world.asks(&GetPolicy, &by_arn(other)).unwrap();
        assert_eq!(asks.iter().next().unwrap().owner.unwrap().to_string(), "999999999999");
        let aws = world.asks(&GetPolicy, &by_arn("arn:aws:iam::aws:policy/ReadOnlyAccess")).unwrap();
        assert_eq!(aws.iter().next().unwrap().owner, None);
    }
}
