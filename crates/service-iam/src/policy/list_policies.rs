//! ListPolicies: the account's own policies and AWS's, in order of name.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{ListPoliciesRequest, ListPoliciesResponse, op};
use keygate_state::{Account, AwsManaged, Managed};

use crate::ask;
use crate::policy::view;

/// ListPolicies.
pub(crate) struct ListPolicies;

impl Read for ListPolicies {
    type Model = op::ListPolicies;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListPoliciesRequest) -> Result<Asks, Failure<Self::Model>> {
        let prefix = input.path_prefix.as_deref();
        // Denials of other listings name the ARN; AWS makes an exception of policies.
        let shown = format!("policy path {}", prefix.unwrap_or("/"));
        Ok(Asks::one(ask::listing(cx, "iam:ListPolicies", "policy", prefix).shown_as(shown)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListPoliciesRequest) -> Outcome<Self::Model> {
        let filter = Filter::of(&input);
        let mut policies: Vec<Managed> = in_scope(cx.account, input.scope.as_deref())
            .filter(|policy| filter.holds(cx.account, policy))
            .collect();
        policies.sort_by_cached_key(key);
        let scope = format!("{filter:?}{:?}", input.scope);
        let page = paginate(cx, &scope, input.marker.as_deref(), input.max_items, policies, key)?;
        Ok(ListPoliciesResponse {
            policies: Some(page.items.iter().map(|policy| view::policy(cx.account, policy)).collect()),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

fn in_scope<'a>(account: &'a Account, scope: Option<&str>) -> impl Iterator<Item = Managed> + 'a {
    let own = (scope != Some("AWS")).then(|| account.policies.iter().cloned().map(Managed::Own));
    let aws = (scope != Some("Local")).then(|| AwsManaged::all(account.partition()).map(Managed::Aws));
    own.into_iter().flatten().chain(aws.into_iter().flatten())
}

/// Name first; a policy of the account may have the name of one of AWS's. Names are short enough for markers,
/// ARNs are not.
fn key(policy: &Managed) -> String {
    match policy {
        Managed::Own(policy) => format!("{}/own", policy.name.to_ascii_lowercase()),
        Managed::Aws(policy) => format!("{}/aws", policy.entry().name.to_ascii_lowercase()),
    }
}

#[derive(Debug)]
struct Filter<'a> {
    path_prefix: &'a str,
    attached: bool,
    boundary: bool,
}

impl<'a> Filter<'a> {
    fn of(input: &'a ListPoliciesRequest) -> Self {
        let usage = input.policy_usage_filter.as_deref();
        let only_attached = input.only_attached == Some(true);
        Self {
            path_prefix: input.path_prefix.as_deref().unwrap_or("/"),
            attached: usage == Some("PermissionsPolicy") || only_attached && usage.is_none(),
            boundary: usage == Some("PermissionsBoundary"),
        }
    }

    fn holds(&self, account: &Account, policy: &Managed) -> bool {
        let path = match policy {
            Managed::Own(policy) => policy.path.as_str(),
            Managed::Aws(policy) => policy.entry().path,
        };
        if !path.starts_with(self.path_prefix) {
            return false;
        }
        if !self.attached && !self.boundary {
            return true;
        }
        let (attachments, boundaries) = view::uses(account, &view::arn(account, policy));
        (!self.attached || attachments > 0) && (!self.boundary || boundaries > 0)
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::AttachUserPolicyRequest;

    use super::*;
    use crate::attach::attach_policy::AttachUserPolicy;
    use crate::policy::testing::{add_user, create_policies};

    const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

    fn list(world: &mut World, input: ListPoliciesRequest) -> (String, Option<String>) {
        let page = world.read(&ListPolicies, input).unwrap();
        assert_eq!(page.is_truncated, Some(page.marker.is_some()));
        let names: Vec<_> =
            page.policies.unwrap().into_iter().filter_map(|policy| policy.policy_name).collect();
        (names.join(" "), page.marker)
    }

    #[test]
    fn filters() {
        let mut world = World::new();
        let [_, attached, boundary] =
            create_policies(&mut world, ["/unused", "/x/Attached", "/x/y/boundary"]);
        add_user(&mut world, "bob", "/", Some(&boundary));
        for policy_arn in [attached, READ_ONLY.to_owned()] {
            let input = AttachUserPolicyRequest { user_name: "bob".to_owned(), policy_arn };
            world.write(&AttachUserPolicy, input).unwrap();
        }
        let yes = Some(true);
        for (scope, only_attached, prefix, usage, expected) in [
            (Some("Local"), None, None, None, "Attached boundary unused"),
            (Some("Local"), None, Some("/x/"), None, "Attached boundary"),
            (Some("Local"), None, Some("/x/y/"), None, "boundary"),
            (Some("Local"), yes, None, None, "Attached"),
            (None, yes, None, None, "Attached ReadOnlyAccess"),
            (Some("All"), None, None, Some("PermissionsPolicy"), "Attached ReadOnlyAccess"),
            (None, None, None, Some("PermissionsBoundary"), "boundary"),
            (None, yes, None, Some("PermissionsBoundary"), "boundary"),
            (Some("AWS"), yes, None, None, "ReadOnlyAccess"),
            (Some("AWS"), None, Some("/x/"), None, ""),
        ] {
            let input = ListPoliciesRequest {
                scope: scope.map(str::to_owned),
                only_attached,
                path_prefix: prefix.map(str::to_owned),
                policy_usage_filter: usage.map(str::to_owned),
                ..Default::default()
            };
            assert_eq!(list(&mut world, input.clone()).0, expected, "{input:?}");
        }
    }

    #[test]
    fn counts_of_use() {
        let mut world = World::new();
        for user in ["bob", "eve"] {
            add_user(&mut world, user, "/", None);
            let input =
                AttachUserPolicyRequest { user_name: user.to_owned(), policy_arn: READ_ONLY.to_owned() };
            world.write(&AttachUserPolicy, input).unwrap();
        }
        let input = ListPoliciesRequest { only_attached: Some(true), ..Default::default() };
        let page = world.read(&ListPolicies, input).unwrap();
        let policy = page.policies.unwrap().pop().unwrap();
        assert_eq!((policy.attachment_count, policy.permissions_boundary_usage_count), (Some(2), Some(0)));
        assert_eq!((policy.tags, policy.description), (None, None));
    }

    #[test]
    fn pages_cover_everything_once() {
        let mut world = World::new();
        // A policy may have the name of one of AWS's.
        create_policies(&mut world, ["/ReadOnlyAccess"]);
        let mut all = Vec::new();
        let mut marker = None;
        loop {
            let input = ListPoliciesRequest { marker, max_items: Some(300), ..Default::default() };
            let page = world.read(&ListPolicies, input).unwrap();
            all.extend(page.policies.unwrap().into_iter().filter_map(|policy| policy.arn));
            marker = page.marker;
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(all.len(), keygate_catalog::managed_policies().len() + 1);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), keygate_catalog::managed_policies().len() + 1);
    }

    #[test]
    fn markers_fit_the_model_and_belong_to_one_listing() {
        let mut world = World::new();
        let [long, z] = [format!("/{}", "p".repeat(128)), "/z".to_owned()];
        create_policies(&mut world, [&long, &z]);
        let local = |max_items, marker| ListPoliciesRequest {
            scope: Some("Local".to_owned()),
            max_items,
            marker,
            ..Default::default()
        };
        let (_, marker) = list(&mut world, local(Some(1), None));
        assert!(marker.as_ref().unwrap().len() <= 320);
        assert_eq!(list(&mut world, local(Some(1), marker.clone())), ("z".to_owned(), None));
        let other = ListPoliciesRequest { marker, ..Default::default() };
        assert_eq!(world.read(&ListPolicies, other).unwrap_err().message(), "Invalid Marker.");
    }
}
