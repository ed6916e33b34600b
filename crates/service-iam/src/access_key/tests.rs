//! What the tests of several operations need, and what is true of all operations on access keys.

use std::sync::Arc;

use keygate_ident::IdKind;
use keygate_operation::testing::World;
use keygate_shapes::iam;
use keygate_state::{Caller, Session, SessionKind};

use super::create_access_key::CreateAccessKey;
use super::delete_access_key::DeleteAccessKey;
use super::get_access_key_last_used::GetAccessKeyLastUsed;
use super::list_access_keys::ListAccessKeys;
use super::update_access_key::UpdateAccessKey;
use crate::ask::tests::assert_catalogued;
use crate::user::tests::{add_user, tag_user};

/// A new key, or code and message of the error.
pub(crate) fn create(world: &mut World, name: Option<&str>) -> Result<iam::AccessKey, String> {
    let input = iam::CreateAccessKeyRequest { user_name: name.map(str::to_owned) };
    let created = world.write(&CreateAccessKey, input);
    created.map(|answer| answer.access_key).map_err(|error| format!("{}: {}", error.code(), error.message()))
}

/// Lets a session call that is no user: root's federated one.
pub(crate) fn act_as_guest(world: &mut World) {
    let key = world.new_id(IdKind::TemporaryKey);
    let session = Session {
        key,
        secret: String::new().into(),
        account: world.here,
        kind: SessionKind::FederatedUser { user: None, name: "guest".to_owned() },
        issued: world.now,
        expires: world.now.plus_seconds(900),
        policies: None,
        tags: Default::default(),
        transitive: Vec::new(),
        source_identity: None,
        mfa: None,
    };
    world.caller = Caller::session(&world.account(), Arc::new(session));
    assert!(world.caller.is_some());
}

#[test]
fn asks_are_as_the_catalogue_lists_them() {
    let mut world = World::new();
    add_user(&mut world, "bob");
    tag_user(&mut world, "bob", &[("team", "a")]);
    for name in [Some("bob"), None] {
        let id = create(&mut world, name).unwrap().access_key_id;
        let user_name = name.map(str::to_owned);
        let create = iam::CreateAccessKeyRequest { user_name: user_name.clone() };
        let update = iam::UpdateAccessKeyRequest {
            user_name: user_name.clone(),
            access_key_id: id.clone(),
            status: "Active".to_owned(),
        };
        let delete = iam::DeleteAccessKeyRequest { user_name: user_name.clone(), access_key_id: id.clone() };
        let list = iam::ListAccessKeysRequest { user_name, ..Default::default() };
        for asks in [
            world.write_asks(&CreateAccessKey, &create).unwrap(),
            world.write_asks(&UpdateAccessKey, &update).unwrap(),
            world.write_asks(&DeleteAccessKey, &delete).unwrap(),
            world.asks(&ListAccessKeys, &list).unwrap(),
            world
                .asks(&GetAccessKeyLastUsed, &iam::GetAccessKeyLastUsedRequest { access_key_id: id })
                .unwrap(),
        ] {
            assert!(!asks.is_empty());
            assert_catalogued(&asks);
        }
    }
}
