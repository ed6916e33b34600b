//! DeleteRole: only a role that holds no policies and is in no instance profile can be deleted. Its permissions
//! boundary and its tags go with it.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteRoleRequest, DeleteRoleResponse, op};
use keygate_state::{Account, DeleteConflict, Reference, Role};

use crate::ask;

/// DeleteRole.
pub(crate) struct DeleteRole;

impl Write for DeleteRole {
    type Model = op::DeleteRole;

    fn asks(&self, cx: &ReadCx<'_>, input: &DeleteRoleRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::bounded::<Role>(cx, "iam:DeleteRole", &input.role_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteRoleRequest) -> Outcome<Self::Model> {
        let role = super::modifiable(cx.draft, &input.role_name)?;
        if let Some(what) = obstacle(cx.draft, &role) {
            return Err(DeleteConflict::new(format!("Cannot delete entity, must {what} first.")).into());
        }
        cx.draft.remove::<Role>(&role.id)?;
        Ok(DeleteRoleResponse {})
    }
}

fn obstacle(account: &Account, role: &Role) -> Option<&'static str> {
    let in_profiles = account.reference_count(&Reference::Role(role.id.clone()));
    [
        (!role.attached.is_empty(), "detach all policies"),
        (!role.inline.is_empty(), "delete policies"),
        (in_profiles > 0, "remove roles from instance profile"),
    ]
    .into_iter()
    .find_map(|(blocks, what)| blocks.then_some(what))
}

#[cfg(test)]
mod tests {
    use keygate_ident::IdKind;
    use keygate_operation::testing::World;
    use keygate_shapes::iam::CreateRoleRequest;
    use keygate_state::{InstanceProfile, ManagedRef, PolicyText};

    use super::*;
    use crate::role::testing::{BOUNDARY, create, create_service_linked, named, protected};

    fn delete(name: &str) -> DeleteRoleRequest {
        DeleteRoleRequest { role_name: name.to_owned() }
    }

    #[test]
    fn what_stands_in_the_way_is_told_one_by_one() {
        let mut world = World::new();
        create(
            &mut world,
            CreateRoleRequest { permissions_boundary: Some(BOUNDARY.to_owned()), ..named("App") },
        );
        let change = |world: &mut World, change: fn(&mut Role)| {
            world.edit(|draft| {
                let role = draft.role("App").unwrap().clone();
                let changed = draft.change(&role, |role| {
                    change(role);
                    Ok::<_, DeleteConflict>(())
                });
                changed.unwrap();
            });
        };
        let profile = InstanceProfile {
            id: world.new_id(IdKind::InstanceProfile),
            name: "Web".to_owned(),
            path: Default::default(),
            created: world.now,
            role: Some(world.account().role("App").unwrap().id.clone()),
            tags: Default::default(),
        };
        let profile_id = profile.id.clone();
        world.edit(|draft| draft.insert(profile)).unwrap();
        change(&mut world, |role| {
            role.attached.push(ManagedRef::new(BOUNDARY));
            role.inline.insert("p".to_owned(), PolicyText::stored("{}".to_owned()));
        });
        let refused = |world: &mut World, message: &str| {
            let error = world.write(&DeleteRole, delete("app")).unwrap_err();
            assert_eq!((error.code(), error.message()), ("DeleteConflict", message));
        };
        refused(&mut world, "Cannot delete entity, must detach all policies first.");
        change(&mut world, |role| role.attached.clear());
        refused(&mut world, "Cannot delete entity, must delete policies first.");
        change(&mut world, |role| role.inline.clear());
        refused(&mut world, "Cannot delete entity, must remove roles from instance profile first.");
        world.edit(|draft| draft.remove::<InstanceProfile>(&profile_id)).unwrap();
        world.write(&DeleteRole, delete("app")).unwrap();
        assert!(world.account().roles.is_empty());
        let error = world.write(&DeleteRole, delete("App")).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "The role with name App cannot be found.")
        );
    }

    #[test]
    fn service_linked_roles_stay() {
        let mut world = World::new();
        create_service_linked(&mut world, "AWSServiceRoleForECS");
        let error = world.write(&DeleteRole, delete("AWSServiceRoleForECS")).unwrap_err();
        let message = protected("AWSServiceRoleForECS");
        assert_eq!((error.code(), error.message()), ("UnmodifiableEntity", message.as_str()));
        assert_eq!(world.account().roles.len(), 1);
    }
}
