//! ListRoleTags: the tags of a role, in order of key.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{ListRoleTagsRequest, ListRoleTagsResponse, op};

use crate::{ask, view};

/// ListRoleTags.
pub(crate) struct ListRoleTags;

impl Read for ListRoleTags {
    type Model = op::ListRoleTags;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListRoleTagsRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::role(cx, "iam:ListRoleTags", &input.role_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListRoleTagsRequest) -> Outcome<Self::Model> {
        let role = cx.account.role(&input.role_name)?;
        let (marker, max_items) = (input.marker.as_deref(), input.max_items);
        let page = view::tag_page(cx, role.id.as_str(), marker, max_items, &role.tags)?;
        Ok(ListRoleTagsResponse {
            tags: page.items,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::{CreateRoleRequest, Tag};

    use super::*;
    use crate::role::testing::{create, named};

    #[test]
    fn pages_in_order_of_key() {
        let mut world = World::new();
        let tag = |key: &str| Tag { key: key.to_owned(), value: format!("value of {key}") };
        create(
            &mut world,
            CreateRoleRequest { tags: Some(vec![tag("c"), tag("a"), tag("b")]), ..named("App") },
        );
        create(&mut world, named("Other"));
        let list = |name: &str, marker: Option<String>| ListRoleTagsRequest {
            role_name: name.to_owned(),
            marker,
            max_items: Some(2),
        };
        let first = world.read(&ListRoleTags, list("app", None)).unwrap();
        assert_eq!((first.tags, first.is_truncated), (vec![tag("a"), tag("b")], Some(true)));
        let second = world.read(&ListRoleTags, list("App", first.marker.clone())).unwrap();
        assert_eq!((second.tags, second.is_truncated, second.marker), (vec![tag("c")], Some(false), None));
        let none = world.read(&ListRoleTags, list("Other", None)).unwrap();
        assert_eq!((none.tags, none.is_truncated), (Vec::new(), Some(false)));
        // A marker belongs to one role's listing.
        let error = world.read(&ListRoleTags, list("Other", first.marker)).unwrap_err();
        assert_eq!((error.code(), error.message()), ("ValidationError", "Invalid Marker."));
        let error = world.read(&ListRoleTags, list("none", None)).unwrap_err();
        assert_eq!(error.message(), "The role with name none cannot be found.");
    }
}
