//! UntagPolicy: removes tags; keys that the policy does not have are ignored.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UntagPolicyRequest, UntagPolicyResponse, op};
use keygate_state::TagCase;

use crate::policy;

const ACTION: &str = "iam:UntagPolicy";

/// UntagPolicy.
pub(crate) struct UntagPolicy;

impl Write for UntagPolicy {
    type Model = op::UntagPolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &UntagPolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        let ask = policy::one_ask(cx, ACTION, &input.policy_arn)?;
        Ok(Asks::one(ask.tag_keys(input.tag_keys.iter().map(String::as_str))))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UntagPolicyRequest) -> Outcome<Self::Model> {
        let policy = policy::own(cx, ACTION, &input.policy_arn)?;
        cx.draft.change::<_, _, Failure<Self::Model>>(&policy, |policy| {
            policy.tags.remove(input.tag_keys.iter().map(String::as_str), TagCase::Sensitive);
            Ok(())
        })?;
        Ok(UntagPolicyResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::{Tag, TagPolicyRequest};

    use super::*;
    use crate::policy::tag_policy::TagPolicy;
    use crate::policy::testing::{arn, create_policies, error, failure};

    #[test]
    fn rule_228_only_the_exact_key_is_removed() {
        let mut world = World::new();
        let [policy] = create_policies(&mut world, ["/p"]);
        let tags = ["a", "A"].map(|key| Tag { key: key.to_owned(), value: "v".to_owned() }).into();
        world.write(&TagPolicy, TagPolicyRequest { policy_arn: policy.clone(), tags }).unwrap();
        let mut untag = |arn: &str| {
            let tag_keys = ["a", "unknown"].map(str::to_owned).into();
            world.write(&UntagPolicy, UntagPolicyRequest { policy_arn: arn.to_owned(), tag_keys })
        };
        untag(&policy).unwrap();
        let none = arn("/none");
        assert_eq!(failure(untag(&none)), error("NoSuchEntity", format!("Policy {none} was not found.")));
        assert_eq!(failure(untag("arn:aws:iam::aws:policy/ReadOnlyAccess")).0, "AccessDenied");
        let account = world.account();
        let left: Vec<_> = account.own_policy(&policy).unwrap().tags.iter().collect();
        assert_eq!(left, [("A", "v")]);
    }
}
