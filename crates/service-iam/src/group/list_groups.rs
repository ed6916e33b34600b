//! ListGroups: groups under a path, in order of name.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{ListGroupsRequest, ListGroupsResponse, op};
use keygate_state::Group;

use crate::{ask, view};

/// ListGroups.
pub(crate) struct ListGroups;

impl Read for ListGroups {
    type Model = op::ListGroups;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListGroupsRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::listing(cx, "iam:ListGroups", "group", input.path_prefix.as_deref())))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListGroupsRequest) -> Outcome<Self::Model> {
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        let groups = cx.account.groups.iter().filter(|group| group.path.as_str().starts_with(prefix));
        let key = |group: &&Arc<Group>| group.name.to_ascii_lowercase();
        let page = paginate(cx, prefix, input.marker.as_deref(), input.max_items, groups, key)?;
        Ok(ListGroupsResponse {
            groups: page.items.into_iter().map(|group| view::group(cx.account, group)).collect(),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::CreateGroupRequest;

    use super::*;
    use crate::ask::tests::pairs;
    use crate::group::create_group::CreateGroup;

    #[test]
    fn pages_under_a_path() {
        let mut world = World::new();
        for (name, path) in [("d", "/x/"), ("B", "/"), ("a", "/x/y/"), ("c", "/z/")] {
            let input = CreateGroupRequest { group_name: name.to_owned(), path: Some(path.to_owned()) };
            world.write(&CreateGroup, input).unwrap();
        }
        let mut list = |prefix: Option<&str>, max_items, marker| {
            let input = ListGroupsRequest { path_prefix: prefix.map(str::to_owned), marker, max_items };
            let page = world.read(&ListGroups, input).unwrap();
            let names: String = page.groups.iter().map(|group| group.group_name.as_str()).collect();
            (names, page.marker)
        };
        assert_eq!(list(None, None, None), ("aBcd".to_owned(), None));
        assert_eq!(list(Some("/x"), None, None), ("ad".to_owned(), None));
        let (names, marker) = list(None, Some(2), None);
        assert_eq!(names, "aB");
        assert_eq!(list(None, Some(2), marker), ("cd".to_owned(), None));
    }

    #[test]
    fn the_path_is_asked() {
        let mut world = World::new();
        for (prefix, arn) in [(None, "group/"), (Some("/x/"), "group/x/")] {
            let input = ListGroupsRequest { path_prefix: prefix.map(str::to_owned), ..Default::default() };
            let asks = world.asks(&ListGroups, &input).unwrap();
            let arn = format!("arn:aws:iam::123456789012:{arn}");
            assert_eq!(pairs(&asks), [("iam:ListGroups", arn.as_str())]);
        }
    }
}
