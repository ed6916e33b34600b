//! ListEntitiesForPolicy: the groups, users and roles that have a policy attached or as permissions boundary.

use std::collections::BTreeSet;

use keygate_ident::UniqueId;
use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{
    ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse, PolicyGroup, PolicyRole, PolicyUser, op,
};
use keygate_state::{Account, Entity, Kind, Reference};

use crate::policy;

/// ListEntitiesForPolicy.
pub(crate) struct ListEntitiesForPolicy;

impl Read for ListEntitiesForPolicy {
    type Model = op::ListEntitiesForPolicy;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &ListEntitiesForPolicyRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        policy::asks(cx, "iam:ListEntitiesForPolicy", &input.policy_arn)
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListEntitiesForPolicyRequest) -> Outcome<Self::Model> {
        let arn = &input.policy_arn;
        if cx.account.managed(arn).is_none() {
            return Err(policy::not_attachable(arn).into());
        }
        let usage = input.policy_usage_filter.as_deref();
        let mut holders: Vec<Holder> = holders(cx.account, arn, usage)
            .filter(|holder| holder.is_wanted(input.entity_filter.as_deref()))
            .filter(|holder| holder.path.starts_with(input.path_prefix.as_deref().unwrap_or("/")))
            .collect();
        holders.sort_by_cached_key(Holder::key);
        let scope = format!("{arn}{usage:?}{:?}{:?}", input.entity_filter, input.path_prefix);
        // One number of items over the three lists, as on AWS.
        let page = paginate(cx, &scope, input.marker.as_deref(), input.max_items, holders, Holder::key)?;
        Ok(ListEntitiesForPolicyResponse {
            policy_groups: Some(of_kind(&page.items, Kind::Group, |group_name, group_id| PolicyGroup {
                group_name,
                group_id,
            })),
            policy_users: Some(of_kind(&page.items, Kind::User, |user_name, user_id| PolicyUser {
                user_name,
                user_id,
            })),
            policy_roles: Some(of_kind(&page.items, Kind::Role, |role_name, role_id| PolicyRole {
                role_name,
                role_id,
            })),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

struct Holder {
    kind: Kind,
    id: UniqueId,
    name: String,
    path: String,
}

impl Holder {
    fn of<E: Entity>(account: &Account, id: &UniqueId) -> Option<Self> {
        let entity = E::table(account).get(id)?;
        Some(Self {
            kind: E::KIND,
            id: id.clone(),
            name: entity.name().to_owned(),
            path: entity.path().to_string(),
        })
    }

    fn is_wanted(&self, entity_filter: Option<&str>) -> bool {
        match entity_filter {
            None => true,
            Some("Group") => self.kind == Kind::Group,
            Some("User") => self.kind == Kind::User,
            Some("Role") => self.kind == Kind::Role,
            // Policies, which the model's list of kinds has too, hold no policies.
            Some(_) => false,
        }
    }

    /// Groups, users, roles; each in order of name.
    fn key(&self) -> String {
        let rank = match self.kind {
            Kind::Group => 1,
            Kind::User => 2,
            _ => 3,
        };
        format!("{rank}{}", self.name.to_ascii_lowercase())
    }
}

/// Who has the policy in use, each once.
fn holders<'a>(account: &'a Account, arn: &str, usage: Option<&str>) -> impl Iterator<Item = Holder> + 'a {
    let attached = (usage != Some("PermissionsBoundary")).then(|| Reference::Attached(arn.to_owned()));
    let boundary = (usage != Some("PermissionsPolicy")).then(|| Reference::Boundary(arn.to_owned()));
    let referrers: BTreeSet<_> = attached
        .iter()
        .chain(&boundary)
        .flat_map(|reference| account.referrers(reference))
        .cloned()
        .collect();
    referrers.into_iter().filter_map(|(kind, id)| match kind {
        Kind::Group => Holder::of::<keygate_state::Group>(account, &id),
        Kind::User => Holder::of::<keygate_state::User>(account, &id),
        Kind::Role => Holder::of::<keygate_state::Role>(account, &id),
        _ => None,
    })
}

fn of_kind<T>(holders: &[Holder], kind: Kind, shape: impl Fn(Option<String>, Option<String>) -> T) -> Vec<T> {
    let holders = holders.iter().filter(|holder| holder.kind == kind);
    holders.map(|holder| shape(Some(holder.name.clone()), Some(holder.id.to_string()))).collect()
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::{AttachGroupPolicyRequest, AttachRolePolicyRequest, AttachUserPolicyRequest};

    use super::*;
    use crate::attach::attach_policy::{AttachGroupPolicy, AttachRolePolicy, AttachUserPolicy};
    use crate::policy::testing::{add_group, add_role, add_user, arn, create_policies, error, failure};

    /// `g` group, `u` and `v` users, `r` role: all but `v` have the policy attached; `u`, `v` have it as boundary.
    fn world() -> (World, String) {
        let mut world = World::new();
        let [policy] = create_policies(&mut world, ["/p"]);
        add_group(&mut world, "g", "/x/");
        add_user(&mut world, "u", "/x/", Some(&policy));
        add_user(&mut world, "v", "/", Some(&policy));
        add_role(&mut world, "r", "/", None);
        let policy_arn = || policy.clone();
        let group = AttachGroupPolicyRequest { group_name: "g".to_owned(), policy_arn: policy_arn() };
        world.write(&AttachGroupPolicy, group).unwrap();
        let user = AttachUserPolicyRequest { user_name: "u".to_owned(), policy_arn: policy_arn() };
        world.write(&AttachUserPolicy, user).unwrap();
        let role = AttachRolePolicyRequest { role_name: "r".to_owned(), policy_arn: policy_arn() };
        world.write(&AttachRolePolicy, role).unwrap();
        (world, policy)
    }

    fn list(world: &mut World, input: ListEntitiesForPolicyRequest) -> (String, Option<String>) {
        let page = world.read(&ListEntitiesForPolicy, input).unwrap();
        let groups = page.policy_groups.unwrap().into_iter().filter_map(|group| group.group_name);
        let users = page.policy_users.unwrap().into_iter().filter_map(|user| user.user_name);
        let roles = page.policy_roles.unwrap().into_iter().filter_map(|role| role.role_name);
        (groups.chain(users).chain(roles).collect(), page.marker)
    }

    #[test]
    fn filters() {
        let (mut world, policy) = world();
        for (entity, prefix, usage, expected) in [
            (None, None, None, "guvr"),
            (None, None, Some("PermissionsPolicy"), "gur"),
            (None, None, Some("PermissionsBoundary"), "uv"),
            (Some("User"), None, None, "uv"),
            (Some("Group"), None, None, "g"),
            (Some("Role"), None, Some("PermissionsBoundary"), ""),
            (Some("LocalManagedPolicy"), None, None, ""),
            (None, Some("/x/"), None, "gu"),
            (Some("User"), Some("/x/"), Some("PermissionsPolicy"), "u"),
        ] {
            let input = ListEntitiesForPolicyRequest {
                policy_arn: policy.clone(),
                entity_filter: entity.map(str::to_owned),
                path_prefix: prefix.map(str::to_owned),
                policy_usage_filter: usage.map(str::to_owned),
                ..Default::default()
            };
            assert_eq!(list(&mut world, input.clone()).0, expected, "{input:?}");
        }
    }

    #[test]
    fn one_page_size_over_the_three_lists() {
        let (mut world, policy) = world();
        let page = |marker| ListEntitiesForPolicyRequest {
            policy_arn: policy.clone(),
            max_items: Some(3),
            marker,
            ..Default::default()
        };
        let (first, marker) = list(&mut world, page(None));
        assert_eq!(first, "guv");
        assert_eq!(list(&mut world, page(marker)), ("r".to_owned(), None));
    }

    #[test]
    fn errors() {
        let (mut world, _) = world();
        let none = arn("/none");
        let input = ListEntitiesForPolicyRequest { policy_arn: none.clone(), ..Default::default() };
        let message = format!("Policy {none} does not exist or is not attachable.");
        assert_eq!(failure(world.read(&ListEntitiesForPolicy, input)), error("NoSuchEntity", message));
    }
}
