//! What the tests of several operations need, and what is true of all operations on SSH public keys.

use keygate_operation::testing::World;
use keygate_shapes::iam;

use super::delete_ssh_public_key::DeleteSshPublicKey;
use super::get_ssh_public_key::GetSshPublicKey;
use super::list_ssh_public_keys::ListSshPublicKeys;
use super::update_ssh_public_key::UpdateSshPublicKey;
use super::upload_ssh_public_key::UploadSshPublicKey;
use crate::ask::tests::{assert_catalogued, pairs};
use crate::key_material::testing::SSH_KEY;
use crate::user::tests::{add_user, tag_user};

/// Uploads a key; code and message of the error.
pub(crate) fn upload(world: &mut World, user: &str, body: &str) -> Result<iam::SSHPublicKey, String> {
    let input =
        iam::UploadSSHPublicKeyRequest { user_name: user.to_owned(), ssh_public_key_body: body.to_owned() };
    let uploaded = world.write(&UploadSshPublicKey, input);
    uploaded
        .map(|answer| answer.ssh_public_key.unwrap())
        .map_err(|error| format!("{}: {}", error.code(), error.message()))
}

/// Different keys: the form of one, with other numbers in it.
pub(crate) fn keys<const N: usize>() -> [String; N] {
    std::array::from_fn(|number| {
        let letter = char::from(b'B' + number as u8);
        let at = SSH_KEY.len() - 20;
        format!("{}{letter}{}", &SSH_KEY[..at], &SSH_KEY[at + 1..])
    })
}

#[test]
fn asks_are_as_the_catalogue_lists_them() {
    let mut world = World::new();
    add_user(&mut world, "bob");
    tag_user(&mut world, "bob", &[("team", "a")]);
    let user_name = || "BOB".to_owned();
    let ssh_public_key_id = || "APKAAAAAAAAAAAAAAAAA".to_owned();
    let upload =
        iam::UploadSSHPublicKeyRequest { user_name: user_name(), ssh_public_key_body: SSH_KEY.to_owned() };
    let get = iam::GetSSHPublicKeyRequest {
        user_name: user_name(),
        ssh_public_key_id: ssh_public_key_id(),
        encoding: "SSH".to_owned(),
    };
    let list = iam::ListSSHPublicKeysRequest { user_name: Some(user_name()), ..Default::default() };
    let update = iam::UpdateSSHPublicKeyRequest {
        user_name: user_name(),
        ssh_public_key_id: ssh_public_key_id(),
        status: "Active".to_owned(),
    };
    let delete =
        iam::DeleteSSHPublicKeyRequest { user_name: user_name(), ssh_public_key_id: ssh_public_key_id() };
    for asks in [
        world.write_asks(&UploadSshPublicKey, &upload).unwrap(),
        world.asks(&GetSshPublicKey, &get).unwrap(),
        world.asks(&ListSshPublicKeys, &list).unwrap(),
        world.write_asks(&UpdateSshPublicKey, &update).unwrap(),
        world.write_asks(&DeleteSshPublicKey, &delete).unwrap(),
    ] {
        assert_catalogued(&asks);
        assert_eq!(pairs(&asks)[0].1, "arn:aws:iam::123456789012:user/bob");
    }
}
