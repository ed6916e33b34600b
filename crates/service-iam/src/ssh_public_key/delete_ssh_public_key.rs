//! DeleteSSHPublicKey.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteSSHPublicKeyRequest, DeleteSSHPublicKeyResponse, op};

use crate::ask;

/// DeleteSSHPublicKey.
pub(crate) struct DeleteSshPublicKey;

impl Write for DeleteSshPublicKey {
    type Model = op::DeleteSSHPublicKey;

    fn asks(&self, cx: &ReadCx<'_>, input: &DeleteSSHPublicKeyRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::user(cx, "iam:DeleteSSHPublicKey", &input.user_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteSSHPublicKeyRequest) -> Outcome<Self::Model> {
        let user = Arc::clone(cx.draft.user(&input.user_name)?);
        let id = &input.ssh_public_key_id;
        cx.draft.change(&user, |user| {
            let before = user.ssh_keys.len();
            user.ssh_keys.retain(|key| key.id.as_str() != id);
            if user.ssh_keys.len() == before { Err(super::missing(id)) } else { Ok(()) }
        })?;
        Ok(DeleteSSHPublicKeyResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

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
        let mut delete = |name: &str| {
            let input =
                DeleteSSHPublicKeyRequest { user_name: name.to_owned(), ssh_public_key_id: first.clone() };
            world.write(&DeleteSshPublicKey, input).map(drop).map_err(|error| error.message().to_owned())
        };
        let missing = Err(format!("The Public Key with id {first} cannot be found."));
        assert_eq!(delete("eve"), missing);
        assert_eq!(delete("none"), Err("The user with name none cannot be found.".to_owned()));
        assert_eq!(delete("BOB"), Ok(()));
        assert_eq!(delete("bob"), missing);
        let account = world.account();
        let left: Vec<_> = account.user("bob").unwrap().ssh_keys.iter().map(|key| key.id.as_str()).collect();
        assert_eq!(left, [second.as_str()]);
    }
}
