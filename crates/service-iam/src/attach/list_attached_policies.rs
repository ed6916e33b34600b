//! ListAttachedUserPolicies, ListAttachedGroupPolicies, ListAttachedRolePolicies: the managed policies that an entity
//! has attached, in order of name.

use keygate_ident::ArnParts;
use keygate_operation::{Asks, Failure, Outcome, Page, Read, ReadCx, paginate};
use keygate_shapes::declares;
use keygate_shapes::iam::{
    AttachedPolicy, ListAttachedGroupPoliciesRequest, ListAttachedGroupPoliciesResponse,
    ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse, ListAttachedUserPoliciesRequest,
    ListAttachedUserPoliciesResponse, op,
};
use keygate_state::{Group, ManagedRef, Principal, Role, User};
use keygate_wire::OperationModel;

use crate::ask;

/// ListAttachedUserPolicies.
pub(crate) struct ListAttachedUserPolicies;
/// ListAttachedGroupPolicies.
pub(crate) struct ListAttachedGroupPolicies;
/// ListAttachedRolePolicies.
pub(crate) struct ListAttachedRolePolicies;

impl Read for ListAttachedUserPolicies {
    type Model = op::ListAttachedUserPolicies;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &ListAttachedUserPoliciesRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::user(cx, "iam:ListAttachedUserPolicies", &input.user_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListAttachedUserPoliciesRequest) -> Outcome<Self::Model> {
        let (prefix, marker) = (input.path_prefix.as_deref(), input.marker.as_deref());
        let page = attached::<User, _>(cx, &input.user_name, prefix, marker, input.max_items)?;
        Ok(ListAttachedUserPoliciesResponse {
            attached_policies: Some(page.items),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

impl Read for ListAttachedGroupPolicies {
    type Model = op::ListAttachedGroupPolicies;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &ListAttachedGroupPoliciesRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::group(cx, "iam:ListAttachedGroupPolicies", &input.group_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListAttachedGroupPoliciesRequest) -> Outcome<Self::Model> {
        let (prefix, marker) = (input.path_prefix.as_deref(), input.marker.as_deref());
        let page = attached::<Group, _>(cx, &input.group_name, prefix, marker, input.max_items)?;
        Ok(ListAttachedGroupPoliciesResponse {
            attached_policies: Some(page.items),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

impl Read for ListAttachedRolePolicies {
    type Model = op::ListAttachedRolePolicies;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &ListAttachedRolePoliciesRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::role(cx, "iam:ListAttachedRolePolicies", &input.role_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListAttachedRolePoliciesRequest) -> Outcome<Self::Model> {
        let (prefix, marker) = (input.path_prefix.as_deref(), input.marker.as_deref());
        let page = attached::<Role, _>(cx, &input.role_name, prefix, marker, input.max_items)?;
        Ok(ListAttachedRolePoliciesResponse {
            attached_policies: Some(page.items),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

/// Attached policies as IAM shows them, in order of name.
pub(crate) fn in_order(attached: &[ManagedRef]) -> Vec<AttachedPolicy> {
    let mut policies: Vec<&ManagedRef> = attached.iter().collect();
    policies.sort_by_cached_key(|policy| key(policy));
    policies.into_iter().map(shown).collect()
}

fn attached<P, M>(
    cx: &ReadCx<'_>,
    name: &str,
    path_prefix: Option<&str>,
    marker: Option<&str>,
    max_items: Option<i32>,
) -> Result<Page<AttachedPolicy>, Failure<M>>
where
    P: Principal,
    M: OperationModel + declares::NoSuchEntity,
{
    let entity = cx.account.principal::<P>(name)?;
    let prefix = path_prefix.unwrap_or("/");
    let mut policies: Vec<_> =
        entity.attached().iter().filter(|policy| path(policy).starts_with(prefix)).collect();
    policies.sort_by_cached_key(|policy| key(policy));
    let scope = format!("{}{prefix}", entity.id());
    let page = paginate(cx, &scope, marker, max_items, policies, |policy| key(policy))?;
    Ok(Page {
        items: page.items.into_iter().map(shown).collect(),
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

fn shown(policy: &ManagedRef) -> AttachedPolicy {
    AttachedPolicy { policy_name: Some(name(policy).to_owned()), policy_arn: Some(policy.arn().to_owned()) }
}

/// The last part of the ARN.
fn name(policy: &ManagedRef) -> &str {
    policy.arn().rsplit('/').next().unwrap_or_default()
}

/// `/service-role/` of `arn:aws:iam::aws:policy/service-role/Name`.
fn path(policy: &ManagedRef) -> &str {
    let resource = ArnParts::split(policy.arn()).and_then(|parts| parts.resource.strip_prefix("policy"));
    resource.and_then(|resource| resource.get(..=resource.rfind('/')?)).unwrap_or("/")
}

/// Name first; a policy of the account may have the name of one of AWS's. Names are short enough for markers,
/// ARNs are not.
fn key(policy: &ManagedRef) -> String {
    let owner = ArnParts::split(policy.arn()).map(|parts| parts.account).unwrap_or_default();
    format!("{}/{owner}", name(policy).to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::policy::testing::{add_group, add_role, add_user, change, create_policies, error, failure};

    fn world() -> World {
        let mut world = World::new();
        add_user(&mut world, "x", "/", None);
        add_group(&mut world, "x", "/");
        add_role(&mut world, "x", "/", None);
        let own = create_policies(&mut world, ["/z/b", "/C", "/readonlyaccess"]);
        let aws = ["ReadOnlyAccess", "service-role/AWSLambdaBasicExecutionRole"]
            .map(|name| format!("arn:aws:iam::aws:policy/{name}"));
        let policies: Vec<_> = own.into_iter().chain(aws).map(ManagedRef::new).collect();
        change::<User>(&mut world, "x", |user| user.attached = policies.clone());
        change::<Group>(&mut world, "x", |group| group.attached = policies.clone());
        change::<Role>(&mut world, "x", |role| role.attached = policies);
        world
    }

    fn names(policies: Option<Vec<AttachedPolicy>>) -> String {
        let names: Vec<_> = policies.unwrap().into_iter().filter_map(|policy| policy.policy_name).collect();
        names.join(" ")
    }

    #[test]
    fn in_order_of_name_in_pages() {
        let mut world = world();
        let mut list = |prefix: Option<&str>, marker| {
            let input = ListAttachedUserPoliciesRequest {
                user_name: "X".to_owned(),
                path_prefix: prefix.map(str::to_owned),
                marker,
                max_items: Some(3),
            };
            let page = world.read(&ListAttachedUserPolicies, input).unwrap();
            (names(page.attached_policies), page.marker)
        };
        let (first, marker) = list(None, None);
        assert_eq!(first, "AWSLambdaBasicExecutionRole b C");
        assert_eq!(list(None, marker), ("readonlyaccess ReadOnlyAccess".to_owned(), None));
        assert_eq!(list(Some("/z/"), None).0, "b");
        assert_eq!(list(Some("/service-role/"), None).0, "AWSLambdaBasicExecutionRole");
    }

    #[test]
    fn groups_and_roles() {
        let mut world = world();
        let all = "AWSLambdaBasicExecutionRole b C readonlyaccess ReadOnlyAccess";
        let group = ListAttachedGroupPoliciesRequest { group_name: "x".to_owned(), ..Default::default() };
        assert_eq!(names(world.read(&ListAttachedGroupPolicies, group).unwrap().attached_policies), all);
        let role = ListAttachedRolePoliciesRequest { role_name: "x".to_owned(), ..Default::default() };
        assert_eq!(names(world.read(&ListAttachedRolePolicies, role).unwrap().attached_policies), all);
        let none = ListAttachedGroupPoliciesRequest { group_name: "y".to_owned(), ..Default::default() };
        let message = "The group with name y cannot be found.";
        assert_eq!(failure(world.read(&ListAttachedGroupPolicies, none)), error("NoSuchEntity", message));
    }
}
