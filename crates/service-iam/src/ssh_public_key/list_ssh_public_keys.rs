//! ListSSHPublicKeys: the keys of a user, or of the caller itself, without their bodies.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{ListSSHPublicKeysRequest, ListSSHPublicKeysResponse, SSHPublicKeyMetadata, op};
use keygate_state::SshPublicKey;

use crate::ask;
use crate::owner;

/// ListSSHPublicKeys.
pub(crate) struct ListSshPublicKeys;

impl Read for ListSshPublicKeys {
    type Model = op::ListSSHPublicKeys;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListSSHPublicKeysRequest) -> Result<Asks, Failure<Self::Model>> {
        let name = owner::user_name(cx.caller, input.user_name.as_deref())?;
        Ok(Asks::one(ask::user(cx, "iam:ListSSHPublicKeys", &name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListSSHPublicKeysRequest) -> Outcome<Self::Model> {
        let name = owner::user_name(cx.caller, input.user_name.as_deref())?;
        let user = cx.account.user(&name)?;
        // Oldest first; two of the same second by id.
        let key = |key: &&SshPublicKey| format!("{} {}", key.uploaded, key.id);
        let mut keys: Vec<&SshPublicKey> = user.ssh_keys.iter().collect();
        keys.sort_by_key(key);
        let (marker, max_items) = (input.marker.as_deref(), input.max_items);
        let page = paginate(cx, user.id.as_str(), marker, max_items, keys, key)?;
        let shown = |key: &SshPublicKey| SSHPublicKeyMetadata {
            user_name: user.name.clone(),
            ssh_public_key_id: key.id.to_string(),
            status: key.status.as_str().to_owned(),
            upload_date: key.uploaded,
        };
        Ok(ListSSHPublicKeysResponse {
            ssh_public_keys: Some(page.items.into_iter().map(shown).collect()),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::ssh_public_key::tests::{keys, upload};
    use crate::user::tests::add_user;

    #[test]
    fn oldest_first_in_pages() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        let mut ids = Vec::new();
        for key in keys::<3>() {
            ids.push(upload(&mut world, "bob", &key).unwrap().ssh_public_key_id);
            world.now = world.now.plus_seconds(1);
        }
        let mut list = |name: Option<&str>, marker: Option<String>| {
            let input =
                ListSSHPublicKeysRequest { user_name: name.map(str::to_owned), marker, max_items: Some(2) };
            world.read(&ListSshPublicKeys, input).map(|page| {
                let ids: Vec<_> =
                    page.ssh_public_keys.unwrap().into_iter().map(|k| k.ssh_public_key_id).collect();
                (ids, page.is_truncated, page.marker)
            })
        };
        let (first, truncated, marker) = list(Some("BOB"), None).unwrap();
        assert_eq!((first.as_slice(), truncated), (&ids[..2], Some(true)));
        assert_eq!(list(Some("bob"), marker).unwrap(), (vec![ids[2].clone()], Some(false), None));
        let error = list(Some("none"), None).unwrap_err();
        assert_eq!(error.message(), "The user with name none cannot be found.");
        // Root has none.
        let error = list(None, None).unwrap_err();
        assert_eq!(error.message(), "Must specify userName when calling with non-User credentials");
        world.act_as_user("bob");
        let input = ListSSHPublicKeysRequest::default();
        assert_eq!(world.read(&ListSshPublicKeys, input).unwrap().ssh_public_keys.unwrap().len(), 3);
    }
}
