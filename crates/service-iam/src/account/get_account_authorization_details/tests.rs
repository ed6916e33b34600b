use keygate_ident::IdKind;
use keygate_operation::testing::World;
use keygate_shapes::iam::Tag;
use keygate_state::{InstanceProfile, ManagedRef, PolicyText, TagCase};

use super::*;
use crate::policy::testing::{DOCUMENT, TRUST, add_group, add_role, add_user, change, create_policies};
use crate::view::document;

const AWS: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

/// User `Bob` in group `g`, with boundary and tag; role `r` in a profile; own policy `p` attached to all three, an
/// inline policy in each; one of AWS's policies as boundary.
fn world() -> World {
    let mut world = World::new();
    let [policy] = create_policies(&mut world, ["/x/p"]);
    add_user(&mut world, "Bob", "/team/", Some(AWS));
    add_group(&mut world, "g", "/");
    add_role(&mut world, "r", "/", None);
    let profile = InstanceProfile {
        id: world.new_id(IdKind::InstanceProfile),
        name: "web".to_owned(),
        path: Default::default(),
        created: world.now,
        role: Some(world.account().role("r").unwrap().id.clone()),
        tags: Default::default(),
    };
    let inline = || [("inline".to_owned(), PolicyText::stored(DOCUMENT.to_owned()))].into();
    let attached = || vec![ManagedRef::new(policy.as_str())];
    let group = world.account().group("g").unwrap().id.clone();
    change::<User>(&mut world, "bob", |user| {
        user.groups = vec![group];
        user.inline = inline();
        user.attached = attached();
        user.tags.set([("k", "v")], TagCase::Insensitive, 50).unwrap();
    });
    change::<Group>(&mut world, "g", |group| {
        group.inline = inline();
        group.attached = attached();
    });
    change::<Role>(&mut world, "r", |role| {
        role.inline = inline();
        role.attached = attached();
    });
    world.edit(|draft| draft.insert(profile)).unwrap();
    world
}

fn details(world: &mut World, filter: &[&str]) -> GetAccountAuthorizationDetailsResponse {
    let filter = filter.iter().map(|&kind| kind.to_owned()).collect();
    let input = GetAccountAuthorizationDetailsRequest { filter: Some(filter), ..Default::default() };
    world.read(&GetAccountAuthorizationDetails, input).unwrap()
}

/// The names of a page: users, groups, roles, policies.
fn names(page: &GetAccountAuthorizationDetailsResponse) -> String {
    let users = page.user_detail_list.iter().flatten().filter_map(|user| user.user_name.as_deref());
    let groups = page.group_detail_list.iter().flatten().filter_map(|group| group.group_name.as_deref());
    let roles = page.role_detail_list.iter().flatten().filter_map(|role| role.role_name.as_deref());
    let policies = page.policies.iter().flatten().filter_map(|policy| policy.policy_name.as_deref());
    users.chain(groups).chain(roles).chain(policies).collect::<Vec<_>>().join(" ")
}

#[test]
fn filters() {
    let mut world = world();
    for (filter, expected) in [
        (&[][..], "Bob g r p ReadOnlyAccess"),
        (&["User"], "Bob"),
        (&["Group"], "g"),
        (&["Role"], "r"),
        (&["LocalManagedPolicy"], "p"),
        (&["AWSManagedPolicy"], "ReadOnlyAccess"),
        (&["Role", "User", "User"], "Bob r"),
    ] {
        assert_eq!(names(&details(&mut world, filter)), expected, "{filter:?}");
    }
}

#[test]
fn users_groups_and_roles_with_their_policies() {
    let mut world = world();
    let page = details(&mut world, &[]);
    let user = page.user_detail_list.unwrap().pop().unwrap();
    assert_eq!(user.arn.unwrap(), "arn:aws:iam::123456789012:user/team/Bob");
    assert_eq!(user.group_list.unwrap(), ["g"]);
    assert_eq!(user.tags.unwrap(), [Tag { key: "k".to_owned(), value: "v".to_owned() }]);
    assert_eq!(user.permissions_boundary.unwrap().permissions_boundary_arn.unwrap(), AWS);
    let group = page.group_detail_list.unwrap().pop().unwrap();
    let role = page.role_detail_list.unwrap().pop().unwrap();
    for inline in [user.user_policy_list, group.group_policy_list, role.role_policy_list] {
        let policy = inline.unwrap().pop().unwrap();
        assert_eq!(policy.policy_name.unwrap(), "inline");
        assert_eq!(policy.policy_document.unwrap(), document(DOCUMENT));
    }
    let attached =
        [user.attached_managed_policies, group.attached_managed_policies, role.attached_managed_policies];
    for attached in attached {
        let policy = attached.unwrap().pop().unwrap();
        assert_eq!(policy.policy_name.unwrap(), "p");
        assert_eq!(policy.policy_arn.unwrap(), "arn:aws:iam::123456789012:policy/x/p");
    }
    assert_eq!(role.assume_role_policy_document.unwrap(), document(TRUST));
    assert_eq!((role.tags, role.role_last_used), (Some(Vec::new()), Some(Default::default())));
    let profile = role.instance_profile_list.unwrap().pop().unwrap();
    assert_eq!((profile.instance_profile_name.as_str(), profile.tags), ("web", None));
    assert_eq!(profile.roles.first().unwrap().role_name, "r");
}

#[test]
fn policies_with_their_versions() {
    let mut world = world();
    let [own, aws] = details(&mut world, &[]).policies.unwrap().try_into().unwrap();
    assert_eq!((own.attachment_count, own.permissions_boundary_usage_count), (Some(3), Some(0)));
    let version = own.policy_version_list.unwrap().pop().unwrap();
    assert_eq!(version.document.unwrap(), document(DOCUMENT));
    assert_eq!((version.version_id.as_deref(), version.is_default_version), (Some("v1"), Some(true)));
    assert_eq!((aws.attachment_count, aws.permissions_boundary_usage_count), (Some(0), Some(1)));
    assert_eq!(aws.policy_version_list.unwrap().pop().unwrap().version_id, aws.default_version_id);
}

#[test]
fn a_user_without_inline_policies_has_no_list_of_them() {
    let mut world = World::new();
    add_user(&mut world, "bob", "/", None);
    add_group(&mut world, "g", "/");
    let page = details(&mut world, &[]);
    assert_eq!(page.user_detail_list.unwrap().pop().unwrap().user_policy_list, None);
    assert_eq!(page.group_detail_list.unwrap().pop().unwrap().group_policy_list, Some(Vec::new()));
}

#[test]
fn pages_go_across_the_kinds() {
    let mut world = world();
    let mut seen = Vec::new();
    let mut marker = None;
    loop {
        let input =
            GetAccountAuthorizationDetailsRequest { max_items: Some(2), marker, ..Default::default() };
        let page = world.read(&GetAccountAuthorizationDetails, input).unwrap();
        seen.push(names(&page));
        marker = page.marker;
        if marker.is_none() {
            break;
        }
        assert_eq!(page.is_truncated, Some(true));
    }
    assert_eq!(seen, ["Bob g", "r p", "ReadOnlyAccess"]);
}
