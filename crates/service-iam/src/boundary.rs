//! Operations on permissions boundaries of users and roles; groups have none (rule 61). Written once here for both.

mod delete_role_permissions_boundary;
mod delete_user_permissions_boundary;
mod put_role_permissions_boundary;
mod put_user_permissions_boundary;

use std::sync::Arc;

use keygate_operation::{Asks, Entry, Failure, ReadCx, WriteCx};
use keygate_shapes::declares;
use keygate_state::{ManagedRef, PolicyNotAttachable, Principal, Role, User};
use keygate_wire::OperationModel;

use crate::{ask, input};

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(put_user_permissions_boundary::PutUserPermissionsBoundary),
        Entry::write(delete_user_permissions_boundary::DeleteUserPermissionsBoundary),
        Entry::write(put_role_permissions_boundary::PutRolePermissionsBoundary),
        Entry::write(delete_role_permissions_boundary::DeleteRolePermissionsBoundary),
    ]
}

/// A principal that can have a permissions boundary.
trait Bounded: Principal {
    fn boundary_mut(&mut self) -> &mut Option<ManagedRef>;
}

impl Bounded for User {
    fn boundary_mut(&mut self) -> &mut Option<ManagedRef> {
        &mut self.boundary
    }
}

impl Bounded for Role {
    fn boundary_mut(&mut self) -> &mut Option<ManagedRef> {
        &mut self.boundary
    }
}

/// To put a boundary, the caller is asked about the new one: a policy can so demand which one it is (rule 65).
fn put_asks<P: Bounded>(cx: &ReadCx<'_>, action: &'static str, name: &str, policy: &str) -> Asks {
    Asks::one(ask::principal::<P>(cx, action, name).key(ask::PERMISSIONS_BOUNDARY, Some(policy)))
}

/// To delete a boundary, the caller is asked about the one that goes (rule 65).
fn delete_asks<P: Bounded>(cx: &ReadCx<'_>, action: &'static str, name: &str) -> Asks {
    Asks::one(ask::bounded::<P>(cx, action, name))
}

/// Sets or replaces the boundary.
fn put<P: Bounded, M>(cx: &mut WriteCx<'_>, name: &str, policy: &str) -> Result<(), Failure<M>>
where
    M: OperationModel + declares::NoSuchEntity + declares::InvalidInput + declares::PolicyNotAttachable,
{
    let entity = Arc::clone(cx.draft.principal::<P>(name)?);
    if input::is_service_role_policy(policy) && cx.draft.managed(policy).is_some() {
        let kind = P::PRINCIPAL.word();
        return Err(PolicyNotAttachable::new(format!(
            "Cannot attach a Service Role Policy to a Customer {kind}."
        ))
        .into());
    }
    let boundary = input::boundary(cx.draft, Some(policy))?;
    cx.draft.change(&entity, |entity| {
        *entity.boundary_mut() = boundary;
        Ok(())
    })
}

/// Removes the boundary; if there is none, nothing happens.
fn delete<P: Bounded, M>(cx: &mut WriteCx<'_>, name: &str) -> Result<(), Failure<M>>
where
    M: OperationModel + declares::NoSuchEntity,
{
    let entity = Arc::clone(cx.draft.principal::<P>(name)?);
    cx.draft.change(&entity, |entity| {
        *entity.boundary_mut() = None;
        Ok(())
    })
}

#[cfg(test)]
mod tests;
