//! DeleteUser: only a user nothing depends on can be deleted.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteUserRequest, DeleteUserResponse, op};
use keygate_state::{Account, DeleteConflict, User};

use crate::ask;

/// DeleteUser.
pub(crate) struct DeleteUser;

impl Write for DeleteUser {
    type Model = op::DeleteUser;

    fn asks(&self, cx: &ReadCx<'_>, input: &DeleteUserRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::user(cx, "iam:DeleteUser", &input.user_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteUserRequest) -> Outcome<Self::Model> {
        let user = cx.draft.user(&input.user_name)?.clone();
        if let Some(what) = obstacle(cx.draft, &user) {
            return Err(DeleteConflict::new(format!("Cannot delete entity, must {what} first.")).into());
        }
        cx.draft.remove::<User>(&user.id).map_err(|_| Failure::internal())?;
        Ok(DeleteUserResponse {})
    }
}

fn obstacle(account: &Account, user: &User) -> Option<&'static str> {
    [
        (user.login_profile.is_some(), "delete login profile"),
        (!account.mfa_devices_of(Some(&user.id)).is_empty(), "delete MFA device"),
        (!user.access_keys.is_empty(), "delete access keys"),
        (!user.signing_certificates.is_empty(), "delete signing certificates"),
        (!user.ssh_keys.is_empty(), "delete SSH public keys"),
        (!user.service_credentials.is_empty(), "delete service-specific credentials"),
        // AWS's words, though it is one user and perhaps several groups.
        (!user.groups.is_empty(), "remove users from group"),
        (!user.attached.is_empty(), "detach all policies"),
        (!user.inline.is_empty(), "delete policies"),
    ]
    .into_iter()
    .find_map(|(blocks, what)| blocks.then_some(what))
}

#[cfg(test)]
mod tests {
    use keygate_ident::UniqueId;
    use keygate_operation::testing::World;
    use keygate_shapes::iam::{AddUserToGroupRequest, CreateAccessKeyRequest};
    use keygate_state::{LoginProfile, ManagedRef, PolicyText, Reference};

    use super::*;
    use crate::access_key::create_access_key::CreateAccessKey;
    use crate::group::add_user_to_group::AddUserToGroup;
    use crate::group::tests::add_group;
    use crate::key_material::testing::{Authority, SSH_KEY};
    use crate::user::tests::add_user;
    use crate::{mfa_device, service_credential, signing_certificate, ssh_public_key};

    fn delete(world: &mut World, name: &str) -> Result<(), String> {
        let deleted = world.write(&DeleteUser, DeleteUserRequest { user_name: name.to_owned() });
        deleted.map(drop).map_err(|error| format!("{}: {}", error.code(), error.message()))
    }

    fn edit(world: &mut World, id: &UniqueId, change: impl FnOnce(&mut User)) {
        let user = world.account().users.get(id).unwrap().clone();
        world
            .edit(|draft| {
                draft.change(&user, |user| {
                    change(user);
                    Ok::<_, ()>(())
                })
            })
            .unwrap();
    }

    #[test]
    fn one_obstacle_after_the_other() {
        let mut world = World::new();
        let id = add_user(&mut world, "bob");
        add_group(&mut world, "admins");
        world.write(&CreateAccessKey, CreateAccessKeyRequest { user_name: Some("bob".to_owned()) }).unwrap();
        let member = AddUserToGroupRequest { group_name: "admins".to_owned(), user_name: "bob".to_owned() };
        world.write(&AddUserToGroup, member).unwrap();
        let now = world.now;
        edit(&mut world, &id, |user| {
            user.login_profile = Some(LoginProfile { created: now, changed: now, reset_required: false });
            user.attached.push(ManagedRef::new("arn:aws:iam::aws:policy/ReadOnlyAccess"));
            user.inline.insert("p".to_owned(), PolicyText::stored("{}".to_owned()));
        });
        type Remove = fn(&mut User);
        let obstacles: [(&str, Remove); 5] = [
            ("delete login profile", |user| user.login_profile = None),
            ("delete access keys", |user| user.access_keys.clear()),
            ("remove users from group", |user| user.groups.clear()),
            ("detach all policies", |user| user.attached.clear()),
            ("delete policies", |user| user.inline.clear()),
        ];
        for (what, remove) in obstacles {
            let conflict = format!("DeleteConflict: Cannot delete entity, must {what} first.");
            assert_eq!(delete(&mut world, "bob"), Err(conflict));
            edit(&mut world, &id, remove);
        }
        assert_eq!(delete(&mut world, "BOB"), Ok(()));
        assert!(world.account().users.is_empty());
    }

    #[test]
    fn keys_and_certificates_are_obstacles() {
        let mut world = World::new();
        let id = add_user(&mut world, "bob");
        let (certificate, _) = Authority::new("one").leaf("bob");
        signing_certificate::tests::upload(&mut world, Some("bob"), &certificate).unwrap();
        ssh_public_key::tests::upload(&mut world, "bob", SSH_KEY).unwrap();
        service_credential::tests::create(&mut world, "bob", "codecommit.amazonaws.com", None).unwrap();
        type Remove = fn(&mut User);
        let obstacles: [(&str, Remove); 3] = [
            ("delete signing certificates", |user| user.signing_certificates.clear()),
            ("delete SSH public keys", |user| user.ssh_keys.clear()),
            ("delete service-specific credentials", |user| user.service_credentials.clear()),
        ];
        for (what, remove) in obstacles {
            let conflict = format!("DeleteConflict: Cannot delete entity, must {what} first.");
            assert_eq!(delete(&mut world, "bob"), Err(conflict));
            edit(&mut world, &id, remove);
        }
        assert_eq!(delete(&mut world, "bob"), Ok(()));
    }

    #[test]
    fn a_device_is_an_obstacle_until_it_is_deactivated() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        let device = mfa_device::tests::create(&mut world, "phone");
        mfa_device::tests::enable(&mut world, "bob", &device, [-1, 0]).unwrap();
        let conflict = "DeleteConflict: Cannot delete entity, must delete MFA device first.";
        assert_eq!(delete(&mut world, "bob"), Err(conflict.to_owned()));
        mfa_device::tests::deactivate(&mut world, Some("bob"), &device).unwrap();
        assert_eq!(delete(&mut world, "bob"), Ok(()));
    }

    #[test]
    fn a_boundary_is_no_obstacle_and_is_released() {
        let mut world = World::new();
        let id = add_user(&mut world, "bob");
        let boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess";
        edit(&mut world, &id, |user| user.boundary = Some(ManagedRef::new(boundary)));
        let reference = Reference::Boundary(boundary.to_owned());
        assert_eq!(world.account().reference_count(&reference), 1);
        assert_eq!(delete(&mut world, "bob"), Ok(()));
        assert_eq!(world.account().reference_count(&reference), 0);
        assert_eq!(
            delete(&mut world, "bob"),
            Err("NoSuchEntity: The user with name bob cannot be found.".to_owned())
        );
    }
}
