//! ListUserTags: the tags of a user, sorted by key.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{ListUserTagsRequest, ListUserTagsResponse, op};

use crate::{ask, view};

/// ListUserTags.
pub(crate) struct ListUserTags;

impl Read for ListUserTags {
    type Model = op::ListUserTags;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListUserTagsRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::user(cx, "iam:ListUserTags", &input.user_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListUserTagsRequest) -> Outcome<Self::Model> {
        let user = cx.account.user(&input.user_name)?;
        let (marker, max_items) = (input.marker.as_deref(), input.max_items);
        let page = view::tag_page(cx, user.id.as_str(), marker, max_items, &user.tags)?;
        Ok(ListUserTagsResponse {
            tags: page.items,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::user::tests::{add_user, tag_user};

    #[test]
    fn sorted_pages_of_one_user() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        add_user(&mut world, "eve");
        tag_user(&mut world, "bob", &[("b", "2"), ("c", ""), ("A", "1")]);
        let mut list = |name: &str, marker: Option<String>| {
            let input = ListUserTagsRequest { user_name: name.to_owned(), marker, max_items: Some(2) };
            world.read(&ListUserTags, input)
        };
        let first = list("Bob", None).unwrap();
        let keys: Vec<_> = first.tags.iter().map(|tag| tag.key.as_str()).collect();
        assert_eq!((keys, first.is_truncated), (vec!["A", "b"], Some(true)));
        assert_eq!(list("bob", first.marker.clone()).unwrap().tags[0].key, "c");
        assert_eq!(
            list("eve", None).unwrap(),
            ListUserTagsResponse { is_truncated: Some(false), ..Default::default() }
        );
        assert_eq!(list("eve", first.marker).unwrap_err().message(), "Invalid Marker.");
        assert_eq!(list("none", None).unwrap_err().message(), "The user with name none cannot be found.");
    }
    #[test]
    fn markers_of_long_keys_are_accepted_again() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        // 128 characters, as many as the model allows, of three bytes each; and one that is the others' beginning.
        let mut keys: Vec<String> = ["", "一", "二", "三"].map(|end| "字".repeat(127) + end).into();
        keys.push("字".repeat(40));
        let pairs: Vec<_> = keys.iter().map(|key| (key.as_str(), "")).collect();
        tag_user(&mut world, "bob", &pairs);
        let (mut found, mut marker) = (Vec::new(), None);
        loop {
            let input = ListUserTagsRequest { user_name: "bob".to_owned(), marker, max_items: Some(1) };
            let page = world.read(&ListUserTags, input).unwrap();
            found.extend(page.tags.into_iter().map(|tag| tag.key));
            marker = page.marker;
            match &marker {
                // What the model allows.
                Some(marker) => assert!(marker.len() <= 320, "{}", marker.len()),
                None => break,
            }
        }
        found.sort();
        keys.sort();
        assert_eq!(found, keys);
    }
}
