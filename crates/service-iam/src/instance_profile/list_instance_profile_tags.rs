//! ListInstanceProfileTags: the tags of an instance profile, in order of key.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{ListInstanceProfileTagsRequest, ListInstanceProfileTagsResponse, op};

use crate::{ask, view};

/// ListInstanceProfileTags.
pub(crate) struct ListInstanceProfileTags;

impl Read for ListInstanceProfileTags {
    type Model = op::ListInstanceProfileTags;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &ListInstanceProfileTagsRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::instance_profile(cx, "iam:ListInstanceProfileTags", &input.instance_profile_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListInstanceProfileTagsRequest) -> Outcome<Self::Model> {
        let profile = cx.account.instance_profile(&input.instance_profile_name)?;
        let (marker, max_items) = (input.marker.as_deref(), input.max_items);
        let page = view::tag_page(cx, profile.id.as_str(), marker, max_items, &profile.tags)?;
        Ok(ListInstanceProfileTagsResponse {
            tags: page.items,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::{CreateInstanceProfileRequest, Tag};

    use super::*;
    use crate::instance_profile::testing::{create, named};

    #[test]
    fn pages_in_order_of_key() {
        let mut world = World::new();
        let tag = |key: &str| Tag { key: key.to_owned(), value: String::new() };
        let tags = Some(vec![tag("b"), tag("a"), tag("B")]);
        create(&mut world, CreateInstanceProfileRequest { tags, ..named("Web") });
        let list = |name: &str, marker: Option<String>| ListInstanceProfileTagsRequest {
            instance_profile_name: name.to_owned(),
            marker,
            max_items: Some(2),
        };
        let first = world.read(&ListInstanceProfileTags, list("web", None)).unwrap();
        assert_eq!((first.tags, first.is_truncated), (vec![tag("B"), tag("a")], Some(true)));
        let second = world.read(&ListInstanceProfileTags, list("web", first.marker)).unwrap();
        assert_eq!((second.tags, second.is_truncated, second.marker), (vec![tag("b")], Some(false), None));
        let error = world.read(&ListInstanceProfileTags, list("none", None)).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "Instance Profile none cannot be found.")
        );
    }
}
