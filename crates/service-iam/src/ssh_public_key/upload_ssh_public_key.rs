//! UploadSSHPublicKey: an RSA public key of a user, in either encoding. A user has each key once.

use std::sync::Arc;

use keygate_ident::IdKind;
use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UploadSSHPublicKeyRequest, UploadSSHPublicKeyResponse, op};
use keygate_state::{
    DuplicateSSHPublicKey, InvalidPublicKey, KeyStatus, LimitExceeded, Quota, SshPublicKey,
    UnrecognizedPublicKeyEncoding,
};

use crate::ask;
use crate::key_material::{Refusal, RsaPublicKey};

/// UploadSSHPublicKey.
pub(crate) struct UploadSshPublicKey;

impl Write for UploadSshPublicKey {
    type Model = op::UploadSSHPublicKey;

    fn asks(&self, cx: &ReadCx<'_>, input: &UploadSSHPublicKeyRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::user(cx, "iam:UploadSSHPublicKey", &input.user_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UploadSSHPublicKeyRequest) -> Outcome<Self::Model> {
        let user = Arc::clone(cx.draft.user(&input.user_name)?);
        let (_, key) = RsaPublicKey::parse(&input.ssh_public_key_body).map_err(refusal)?;
        let known =
            |stored: &SshPublicKey| RsaPublicKey::parse(&stored.body).is_ok_and(|(_, other)| other == key);
        if user.ssh_keys.iter().any(known) {
            let message = format!("The SSH public key is already associated with the user {}.", user.name);
            return Err(DuplicateSSHPublicKey::new(message).into());
        }
        let limit = cx.draft.quota(Quota::SshPublicKeysPerUser);
        if user.ssh_keys.len() >= limit as usize {
            return Err(LimitExceeded::quota(Quota::SshPublicKeysPerUser.name(), limit).into());
        }
        let stored = SshPublicKey {
            id: cx.new_id(IdKind::PublicKey),
            body: input.ssh_public_key_body.trim().to_owned(),
            status: KeyStatus::Active,
            uploaded: cx.now(),
        };
        let shown = super::shown(&user, &stored, &key, stored.body.clone());
        cx.draft.change(&user, |user| {
            user.ssh_keys.push(stored);
            Ok::<_, Failure<Self::Model>>(())
        })?;
        Ok(UploadSSHPublicKeyResponse { ssh_public_key: Some(shown) })
    }
}

fn refusal(refusal: Refusal) -> Failure<op::UploadSSHPublicKey> {
    match refusal {
        Refusal::Encoding => UnrecognizedPublicKeyEncoding::new(
            "The public key encoding is not recognized. It must be ssh-rsa or PEM.",
        )
        .into(),
        Refusal::Key => {
            InvalidPublicKey::new("The public key is not a valid RSA key of at least 2048 bits.").into()
        }
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use crate::key_material::testing::{SSH_ED25519, SSH_FINGERPRINT, SSH_KEY, SSH_PEM};
    use crate::ssh_public_key::tests::{keys, upload};
    use crate::user::tests::add_user;

    #[test]
    fn the_key_is_shown_as_it_came() {
        let mut world = World::new();
        add_user(&mut world, "Bob");
        let line = format!("{SSH_KEY} bob@host");
        let key = upload(&mut world, "bob", &format!("{line}\n")).unwrap();
        assert!(key.ssh_public_key_id.starts_with("APKA") && key.ssh_public_key_id.len() == 21);
        assert_eq!((key.user_name.as_str(), key.status.as_str()), ("Bob", "Active"));
        assert_eq!((key.ssh_public_key_body, key.fingerprint.as_str()), (line, SSH_FINGERPRINT));
        assert_eq!(key.upload_date, Some(world.now));
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        add_user(&mut world, "Bob");
        for (name, body, error) in [
            ("none", SSH_KEY, "NoSuchEntity: The user with name none cannot be found."),
            (
                "bob",
                SSH_ED25519,
                "UnrecognizedPublicKeyEncoding: The public key encoding is not recognized. It must be ssh-rsa \
                 or PEM.",
            ),
            (
                "bob",
                "ssh-rsa AAAA",
                "InvalidPublicKey: The public key is not a valid RSA key of at least 2048 bits.",
            ),
        ] {
            assert_eq!(upload(&mut world, name, body).unwrap_err(), error);
        }
        for key in keys::<5>() {
            upload(&mut world, "bob", &key).unwrap();
        }
        // The key is what counts, not how it is written.
        let known = "DuplicateSSHPublicKey: The SSH public key is already associated with the user Bob.";
        for key in keys::<5>() {
            assert_eq!(upload(&mut world, "bob", &format!("{key} again")).unwrap_err(), known);
        }
        let full = "LimitExceeded: Cannot exceed quota for SSHPublicKeysPerUser: 5";
        assert_eq!(upload(&mut world, "bob", SSH_PEM).unwrap_err(), full);
        // Another user may have the same key.
        add_user(&mut world, "eve");
        upload(&mut world, "eve", &keys::<1>()[0]).unwrap();
        upload(&mut world, "eve", SSH_PEM).unwrap();
        assert!(upload(&mut world, "eve", SSH_KEY).unwrap_err().starts_with("DuplicateSSHPublicKey"));
    }
}
