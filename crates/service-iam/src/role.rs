//! Operations on roles.

mod create_role;
mod delete_role;
mod get_role;
mod list_role_tags;
mod list_roles;
mod tag_role;
mod untag_role;
mod update_assume_role_policy;
mod update_role;
mod update_role_description;

use std::sync::Arc;

use keygate_operation::{Entry, Failure};
use keygate_policy::PolicyKind;
use keygate_shapes::declares;
use keygate_state::{
    Account, LimitExceeded, MalformedPolicyDocument, PolicyText, Quota, Role, TrustError, UnmodifiableEntity,
    internalize,
};
use keygate_wire::OperationModel;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_role::CreateRole),
        Entry::read(get_role::GetRole),
        Entry::write(update_role::UpdateRole),
        Entry::write(update_role_description::UpdateRoleDescription),
        Entry::write(update_assume_role_policy::UpdateAssumeRolePolicy),
        Entry::write(delete_role::DeleteRole),
        Entry::read(list_roles::ListRoles),
        Entry::write(tag_role::TagRole),
        Entry::write(untag_role::UntagRole),
        Entry::read(list_role_tags::ListRoleTags),
    ]
}

/// The role of this name, which its account may change: it does not belong to a service (rule 211).
pub(crate) fn modifiable<M>(account: &Account, name: &str) -> Result<Arc<Role>, Failure<M>>
where
    M: OperationModel + declares::NoSuchEntity + declares::UnmodifiableEntity,
{
    let role = account.role(name)?;
    unprotected(role)?;
    Ok(Arc::clone(role))
}

/// Refuses roles that belong to a service.
pub(crate) fn unprotected(role: &Role) -> Result<(), UnmodifiableEntity> {
    if role.is_service_linked() {
        return Err(UnmodifiableEntity::new(format!(
            "Cannot perform the operation on the protected role '{}' - this role is only modifiable by AWS",
            role.name
        )));
    }
    Ok(())
}

/// The trust policy given: valid, within its quota (rule 229), and its principals existing.
pub(crate) fn trust<M>(
    account: &Account,
    text: &str,
    directory: &dyn keygate_state::Directory,
) -> Result<PolicyText, Failure<M>>
where
    M: OperationModel + declares::MalformedPolicyDocument + declares::LimitExceeded,
{
    let limit = account.quota(Quota::AssumeRolePolicySize);
    if keygate_policy::policy_size(text) > limit as usize {
        // What is wrong with the text comes first, but nobody looks for its principals: a document as long as the
        // model allows names thousands, each in an account of its own.
        keygate_policy::Policy::parse(text, PolicyKind::Trust)
            .map_err(|refusal| MalformedPolicyDocument::new(refusal.message))?;
        return Err(LimitExceeded::quota(Quota::AssumeRolePolicySize.name(), limit).into());
    }
    internalize(text, account, directory).map_err(|error: TrustError| Failure::from(error))
}

#[cfg(test)]
pub(crate) mod testing {
    use keygate_ident::IdKind;
    use keygate_operation::testing::World;
    use keygate_shapes::iam::CreateRoleRequest;
    use keygate_state::Role;

    use super::create_role::CreateRole;

    /// Trusts EC2.
    pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    /// A managed policy that exists everywhere.
    pub(crate) const BOUNDARY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

    /// The input that creates a role which trusts EC2.
    pub(crate) fn named(name: &str) -> CreateRoleRequest {
        CreateRoleRequest {
            role_name: name.to_owned(),
            assume_role_policy_document: TRUST.to_owned(),
            ..Default::default()
        }
    }

    /// Creates a role.
    pub(crate) fn create(world: &mut World, input: CreateRoleRequest) {
        world.write(&CreateRole, input).unwrap();
    }

    /// A service-linked role, which no operation on roles creates.
    pub(crate) fn create_service_linked(world: &mut World, name: &str) {
        create(world, named("template"));
        let id = world.new_id(IdKind::Role);
        world.edit(|draft| {
            let template = draft.role("template").unwrap().clone();
            draft.remove::<Role>(&template.id).unwrap();
            let path = "/aws-service-role/ecs.amazonaws.com/".parse().unwrap();
            draft.insert(Role { id, name: name.to_owned(), path, ..Role::clone(&template) }).unwrap();
        });
    }

    /// The error of a protected role.
    pub(crate) fn protected(name: &str) -> String {
        format!(
            "Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
        )
    }
}

#[cfg(test)]
mod tests;
