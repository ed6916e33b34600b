//! GetSSHPublicKey: a key in the encoding that the caller wants. In the one it was uploaded in, it is shown as it
//! came, comment included.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GetSSHPublicKeyRequest, GetSSHPublicKeyResponse, op};
use keygate_state::UnrecognizedPublicKeyEncoding;

use crate::ask;
use crate::key_material::{Encoding, RsaPublicKey};

/// GetSSHPublicKey.
pub(crate) struct GetSshPublicKey;

impl Read for GetSshPublicKey {
    type Model = op::GetSSHPublicKey;

    fn asks(&self, cx: &ReadCx<'_>, input: &GetSSHPublicKeyRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::user(cx, "iam:GetSSHPublicKey", &input.user_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetSSHPublicKeyRequest) -> Outcome<Self::Model> {
        let unknown =
            || UnrecognizedPublicKeyEncoding::new(format!("The encoding {} is unknown.", input.encoding));
        let wanted = Encoding::from_name(&input.encoding).ok_or_else(unknown)?;
        let user = cx.account.user(&input.user_name)?;
        let id = &input.ssh_public_key_id;
        let stored = user.ssh_keys.iter().find(|key| key.id.as_str() == id);
        let stored = stored.ok_or_else(|| super::missing(id))?;
        let (given, key) = RsaPublicKey::parse(&stored.body).map_err(|_| Failure::internal())?;
        let body = match wanted {
            _ if wanted == given => stored.body.clone(),
            Encoding::Ssh => key.to_ssh(),
            Encoding::Pem => key.to_pem(),
        };
        Ok(GetSSHPublicKeyResponse { ssh_public_key: Some(super::shown(user, stored, &key, body)) })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::key_material::testing::{SSH_FINGERPRINT, SSH_KEY, SSH_PEM, SSH_PKCS1};
    use crate::ssh_public_key::tests::upload;
    use crate::user::tests::add_user;

    #[test]
    fn in_both_encodings() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        let commented = format!("{SSH_KEY} bob@host");
        for (body, ssh, pem) in [
            (commented.as_str(), commented.as_str(), SSH_PEM),
            (SSH_PEM, SSH_KEY, SSH_PEM),
            (SSH_PKCS1, SSH_KEY, SSH_PKCS1),
        ] {
            let name = format!("user{}", world.account().users.len());
            add_user(&mut world, &name);
            let id = upload(&mut world, &name, body).unwrap().ssh_public_key_id;
            for (encoding, expected) in [("SSH", ssh), ("PEM", pem)] {
                let input = GetSSHPublicKeyRequest {
                    user_name: name.to_uppercase(),
                    ssh_public_key_id: id.clone(),
                    encoding: encoding.to_owned(),
                };
                let key = world.read(&GetSshPublicKey, input).unwrap().ssh_public_key.unwrap();
                assert_eq!(
                    (key.ssh_public_key_body.as_str(), key.fingerprint.as_str()),
                    (expected, SSH_FINGERPRINT)
                );
                assert_eq!((key.user_name, key.ssh_public_key_id), (name.clone(), id.clone()));
            }
        }
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        add_user(&mut world, "eve");
        let id = upload(&mut world, "bob", SSH_KEY).unwrap().ssh_public_key_id;
        let missing = format!("The Public Key with id {id} cannot be found.");
        for (name, encoding, code, message) in [
            ("none", "SSH", "NoSuchEntity", "The user with name none cannot be found."),
            // Not this user's.
            ("eve", "SSH", "NoSuchEntity", missing.as_str()),
            ("bob", "DER", "UnrecognizedPublicKeyEncoding", "The encoding DER is unknown."),
        ] {
            let input = GetSSHPublicKeyRequest {
                user_name: name.to_owned(),
                ssh_public_key_id: id.clone(),
                encoding: encoding.to_owned(),
            };
            let error = world.read(&GetSshPublicKey, input).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message));
        }
    }
}
