//! ListPolicyTags: the tags of a managed policy, in order of key. AWS's policies have none.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{ListPolicyTagsRequest, ListPolicyTagsResponse, op};
use keygate_state::{Managed, NoSuchEntity, Tags};

use crate::{policy, view};

/// ListPolicyTags.
pub(crate) struct ListPolicyTags;

impl Read for ListPolicyTags {
    type Model = op::ListPolicyTags;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListPolicyTagsRequest) -> Result<Asks, Failure<Self::Model>> {
        policy::asks(cx, "iam:ListPolicyTags", &input.policy_arn)
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListPolicyTagsRequest) -> Outcome<Self::Model> {
        let arn = &input.policy_arn;
        let tags = match cx.account.managed(arn).ok_or_else(|| NoSuchEntity::policy(arn))? {
            Managed::Own(policy) => policy.tags.clone(),
            Managed::Aws(_) => Tags::default(),
        };
        let page = view::tag_page(cx, arn, input.marker.as_deref(), input.max_items, &tags)?;
        Ok(ListPolicyTagsResponse {
            tags: page.items,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
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
    fn in_order_of_key_in_pages() {
        let mut world = World::new();
        let [policy] = create_policies(&mut world, ["/p"]);
        let tags = ["b", "a", "A"].map(|key| Tag { key: key.to_owned(), value: String::new() }).into();
        world.write(&TagPolicy, TagPolicyRequest { policy_arn: policy.clone(), tags }).unwrap();
        let mut list = |arn: &str, marker, max_items| {
            let input = ListPolicyTagsRequest { policy_arn: arn.to_owned(), marker, max_items };
            world.read(&ListPolicyTags, input).map(|page| {
                let keys: Vec<_> = page.tags.into_iter().map(|tag| tag.key).collect();
                (keys.join(" "), page.marker)
            })
        };
        assert_eq!(list(&policy, None, None).unwrap(), ("A a b".to_owned(), None));
        let (first, marker) = list(&policy, None, Some(2)).unwrap();
        assert_eq!(first, "A a");
        assert_eq!(list(&policy, marker, Some(2)).unwrap(), ("b".to_owned(), None));
        assert_eq!(list("arn:aws:iam::aws:policy/ReadOnlyAccess", None, None).unwrap().0, "");
        let none = arn("/none");
        let message = format!("Policy {none} was not found.");
        assert_eq!(failure(list(&none, None, None)), error("NoSuchEntity", message));
    }
}
