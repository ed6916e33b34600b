//! GetAccountAuthorizationDetails: everything that says who may do what, in pages across the kinds of entities.

mod detail;

use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{
    GetAccountAuthorizationDetailsRequest, GetAccountAuthorizationDetailsResponse, GroupDetail,
    ManagedPolicyDetail, RoleDetail, UserDetail, op,
};
use keygate_state::{Account, AwsManaged, Group, Managed, Role, User};

use crate::policy::view;

/// GetAccountAuthorizationDetails.
pub(crate) struct GetAccountAuthorizationDetails;

impl Read for GetAccountAuthorizationDetails {
    type Model = op::GetAccountAuthorizationDetails;

    fn asks(
        &self,
        _cx: &ReadCx<'_>,
        _input: &GetAccountAuthorizationDetailsRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:GetAccountAuthorizationDetails")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetAccountAuthorizationDetailsRequest) -> Outcome<Self::Model> {
        let mut filter = input.filter.unwrap_or_default();
        filter.sort();
        filter.dedup();
        let items = items(cx.account, &filter);
        let scope = filter.join(",");
        let page = paginate(cx, &scope, input.marker.as_deref(), input.max_items, items, Item::key)?;
        let mut users: Vec<UserDetail> = Vec::new();
        let mut groups: Vec<GroupDetail> = Vec::new();
        let mut roles: Vec<RoleDetail> = Vec::new();
        let mut policies: Vec<ManagedPolicyDetail> = Vec::new();
        for item in &page.items {
            match item {
                Item::User(user) => users.push(detail::user(cx.account, user)),
                Item::Group(group) => groups.push(detail::group(cx.account, group)),
                Item::Role(role) => roles.push(detail::role(cx, role)?),
                Item::Policy(policy) => {
                    policies.push(detail::policy(cx.account, policy).ok_or_else(Failure::internal)?);
                }
            }
        }
        Ok(GetAccountAuthorizationDetailsResponse {
            user_detail_list: Some(users),
            group_detail_list: Some(groups),
            role_detail_list: Some(roles),
            policies: Some(policies),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

enum Item<'a> {
    User(&'a User),
    Group(&'a Group),
    Role(&'a Role),
    Policy(Managed),
}

impl Item<'_> {
    /// In the order of [`items`].
    fn key(&self) -> String {
        let (rank, name) = match self {
            Self::User(user) => (1, user.name.as_str()),
            Self::Group(group) => (2, group.name.as_str()),
            Self::Role(role) => (3, role.name.as_str()),
            Self::Policy(Managed::Own(policy)) => (4, policy.name.as_str()),
            Self::Policy(Managed::Aws(policy)) => (5, policy.entry().name),
        };
        // AWS's policies come in byte order of their names, all others ignoring case.
        if rank == 5 { format!("{rank}{name}") } else { format!("{rank}{}", name.to_ascii_lowercase()) }
    }
}

/// What the filter lets through; an empty one everything. Of AWS's policies only those that are in use.
fn items<'a>(account: &'a Account, filter: &[String]) -> impl Iterator<Item = Item<'a>> {
    let wanted = |kind: &str| filter.is_empty() || filter.iter().any(|one| one == kind);
    let users = wanted("User").then(|| account.users.iter().map(|user| Item::User(user)));
    let groups = wanted("Group").then(|| account.groups.iter().map(|group| Item::Group(group)));
    let roles = wanted("Role").then(|| account.roles.iter().map(|role| Item::Role(role)));
    let own = wanted("LocalManagedPolicy")
        .then(|| account.policies.iter().map(|policy| Item::Policy(Managed::Own(policy.clone()))));
    let aws = wanted("AWSManagedPolicy").then(|| {
        AwsManaged::all(account.partition())
            .filter(|policy| view::uses(account, &policy.arn()) != (0, 0))
            .map(|policy| Item::Policy(Managed::Aws(policy)))
    });
    let entities =
        users.into_iter().flatten().chain(groups.into_iter().flatten()).chain(roles.into_iter().flatten());
    entities.chain(own.into_iter().flatten()).chain(aws.into_iter().flatten())
}

#[cfg(test)]
mod tests;
