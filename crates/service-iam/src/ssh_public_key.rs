//! Operations on SSH public keys, by which users reach Git repositories.

mod delete_ssh_public_key;
mod get_ssh_public_key;
mod list_ssh_public_keys;
mod update_ssh_public_key;
pub(crate) mod upload_ssh_public_key;

use keygate_operation::Entry;
use keygate_shapes::iam;
use keygate_state::{NoSuchEntity, SshPublicKey, User};

use crate::key_material::RsaPublicKey;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(upload_ssh_public_key::UploadSshPublicKey),
        Entry::read(get_ssh_public_key::GetSshPublicKey),
        Entry::read(list_ssh_public_keys::ListSshPublicKeys),
        Entry::write(update_ssh_public_key::UpdateSshPublicKey),
        Entry::write(delete_ssh_public_key::DeleteSshPublicKey),
    ]
}

fn missing(id: &str) -> NoSuchEntity {
    NoSuchEntity::new(format!("The Public Key with id {id} cannot be found."))
}

/// The key with everything, its body in the encoding that was chosen.
fn shown(user: &User, stored: &SshPublicKey, key: &RsaPublicKey, body: String) -> iam::SSHPublicKey {
    iam::SSHPublicKey {
        user_name: user.name.clone(),
        ssh_public_key_id: stored.id.to_string(),
        fingerprint: key.fingerprint(),
        ssh_public_key_body: body,
        status: stored.status.as_str().to_owned(),
        upload_date: Some(stored.uploaded),
    }
}

#[cfg(test)]
pub(crate) mod tests;
