//! UpdateSSHPublicKey: switches a key on or off.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UpdateSSHPublicKeyRequest, UpdateSSHPublicKeyResponse, op};

use crate::{ask, input};

/// UpdateSSHPublicKey.
pub(crate) struct UpdateSshPublicKey;

impl Write for UpdateSshPublicKey {
    type Model = op::UpdateSSHPublicKey;

    fn asks(&self, cx: &ReadCx<'_>, input: &UpdateSSHPublicKeyRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::user(cx, "iam:UpdateSSHPublicKey", &input.user_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UpdateSSHPublicKeyRequest) -> Outcome<Self::Model> {
        let status = input::key_status(&input.status, "an SSH public key")?;
        let user = Arc::clone(cx.draft.user(&input.user_name)?);
        let id = &input.ssh_public_key_id;
        cx.draft.change(&user, |user| {
            let key = user.ssh_keys.iter_mut().find(|key| key.id.as_str() == id);
            key.ok_or_else(|| super::missing(id))?.status = status;
            Ok::<_, Failure<Self::Model>>(())
        })?;
        Ok(UpdateSSHPublicKeyResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_state::KeyStatus;

    use super::*;
    use crate::ssh_public_key::tests::{keys, upload};
    use crate::user::tests::add_user;

    #[test]
    fn only_this_key_of_this_user() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        add_user(&mut world, "eve");
        let [first, second] =
            keys::<2>().map(|key| upload(&mut world, "bob", &key).unwrap().ssh_public_key_id);
        let mut update = |name: &str, id: &str, status: &str| {
            let input = UpdateSSHPublicKeyRequest {
                user_name: name.to_owned(),
                ssh_public_key_id: id.to_owned(),
                status: status.to_owned(),
            };
            let updated = world.write(&UpdateSshPublicKey, input);
            let statuses: Vec<_> =
                world.account().user("bob").unwrap().ssh_keys.iter().map(|key| key.status).collect();
            updated.map(|_| statuses).map_err(|error| format!("{}: {}", error.code(), error.message()))
        };
        let (on, off) = (KeyStatus::Active, KeyStatus::Inactive);
        assert_eq!(update("BOB", &first, "Inactive"), Ok(vec![off, on]));
        assert_eq!(update("bob", &second, "Inactive"), Ok(vec![off, off]));
        assert_eq!(update("bob", &first, "Active"), Ok(vec![on, off]));
        for (name, status, error) in [
            ("none", "Active", "NoSuchEntity: The user with name none cannot be found.".to_owned()),
            ("eve", "Active", format!("NoSuchEntity: The Public Key with id {first} cannot be found.")),
            (
                "bob",
                "Expired",
                "InvalidInput: The status of an SSH public key must be Active or Inactive.".to_owned(),
            ),
        ] {
            assert_eq!(update(name, &first, status), Err(error));
        }
    }
}
