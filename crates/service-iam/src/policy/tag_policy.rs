//! TagPolicy: adds or overwrites tags; keys are case-sensitive (rule 228).

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{TagPolicyRequest, TagPolicyResponse, op};
use keygate_state::{Quota, TagCase};

use crate::{input, policy};

const ACTION: &str = "iam:TagPolicy";

/// TagPolicy.
pub(crate) struct TagPolicy;

impl Write for TagPolicy {
    type Model = op::TagPolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &TagPolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        let ask = policy::one_ask(cx, ACTION, &input.policy_arn)?;
        Ok(Asks::one(ask.request_tags(input::pairs(Some(&input.tags)))))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: TagPolicyRequest) -> Outcome<Self::Model> {
        let policy = policy::own(cx, ACTION, &input.policy_arn)?;
        let limit = cx.draft.quota(Quota::TagsPerResource);
        cx.draft.change(&policy, |policy| {
            policy.tags.set(input::pairs(Some(&input.tags)), TagCase::Sensitive, limit)
        })?;
        Ok(TagPolicyResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::Tag;

    use super::*;
    use crate::policy::testing::{arn, create_policies, error, failure};

    fn tags(arn: &str, keys: impl IntoIterator<Item = String>) -> TagPolicyRequest {
        let tags = keys.into_iter().map(|key| Tag { key, value: "v".to_owned() }).collect();
        TagPolicyRequest { policy_arn: arn.to_owned(), tags }
    }

    #[test]
    fn rule_228_keys_differ_by_case() {
        let mut world = World::new();
        let [policy] = create_policies(&mut world, ["/p"]);
        for _ in 0..2 {
            let both = ["a", "A"].map(str::to_owned);
            world.write(&TagPolicy, tags(&policy, both)).unwrap();
        }
        assert_eq!(world.account().own_policy(&policy).unwrap().tags.len(), 2);
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        let [policy] = create_policies(&mut world, ["/p"]);
        world.write(&TagPolicy, tags(&policy, ["kept".to_owned()])).unwrap();
        let none = arn("/none");
        for (input, code, message) in [
            (
                tags(&policy, ["a", "a"].map(str::to_owned)),
                "InvalidInput",
                "Duplicate tag keys found.".to_owned(),
            ),
            (
                tags(&policy, (0..50).map(|n| n.to_string())),
                "LimitExceeded",
                "The number of tags has reached the maximum limit.".to_owned(),
            ),
            (tags(&none, ["a".to_owned()]), "NoSuchEntity", format!("Policy {none} was not found.")),
        ] {
            assert_eq!(failure(world.write(&TagPolicy, input)), error(code, message));
        }
        assert_eq!(world.account().own_policy(&policy).unwrap().tags.len(), 1);
        let aws = tags("arn:aws:iam::aws:policy/ReadOnlyAccess", ["a".to_owned()]);
        assert_eq!(failure(world.write(&TagPolicy, aws)).0, "AccessDenied");
    }
}
