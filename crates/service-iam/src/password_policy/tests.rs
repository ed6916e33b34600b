//! The policy from its making to its end.

use keygate_operation::testing::World;
use keygate_shapes::iam::{PasswordPolicy, UpdateAccountPasswordPolicyRequest};

use super::delete_account_password_policy::DeleteAccountPasswordPolicy;
use super::get_account_password_policy::GetAccountPasswordPolicy;
use super::update_account_password_policy::UpdateAccountPasswordPolicy;
use crate::ask::tests::assert_catalogued;

/// Sets the account's policy.
pub(crate) fn set_policy(world: &mut World, policy: UpdateAccountPasswordPolicyRequest) {
    world.write(&UpdateAccountPasswordPolicy, policy).unwrap();
}

fn get(world: &mut World) -> Result<PasswordPolicy, String> {
    let answer = world.read(&GetAccountPasswordPolicy, Default::default());
    answer
        .map(|answer| answer.password_policy)
        .map_err(|error| format!("{}: {}", error.code(), error.message()))
}

#[test]
fn what_is_not_given_gets_its_default() {
    let mut world = World::new();
    let missing =
        "NoSuchEntity: The Password Policy with domain name 123456789012 cannot be found.".to_owned();
    assert_eq!(get(&mut world), Err(missing.clone()));
    let given = UpdateAccountPasswordPolicyRequest {
        minimum_password_length: Some(10),
        require_symbols: Some(true),
        require_numbers: Some(true),
        require_uppercase_characters: Some(true),
        require_lowercase_characters: Some(true),
        allow_users_to_change_password: Some(true),
        max_password_age: Some(60),
        password_reuse_prevention: Some(3),
        hard_expiry: Some(true),
    };
    set_policy(&mut world, given);
    let shown = PasswordPolicy {
        minimum_password_length: Some(10),
        require_symbols: Some(true),
        require_numbers: Some(true),
        require_uppercase_characters: Some(true),
        require_lowercase_characters: Some(true),
        allow_users_to_change_password: Some(true),
        expire_passwords: Some(true),
        max_password_age: Some(60),
        password_reuse_prevention: Some(3),
        hard_expiry: Some(true),
    };
    assert_eq!(get(&mut world), Ok(shown));
    set_policy(&mut world, Default::default());
    let shown = PasswordPolicy {
        minimum_password_length: Some(6),
        require_symbols: Some(false),
        require_numbers: Some(false),
        require_uppercase_characters: Some(false),
        require_lowercase_characters: Some(false),
        allow_users_to_change_password: Some(false),
        expire_passwords: Some(false),
        max_password_age: None,
        password_reuse_prevention: None,
        hard_expiry: None,
    };
    assert_eq!(get(&mut world), Ok(shown));
    world.write(&DeleteAccountPasswordPolicy, Default::default()).unwrap();
    assert_eq!(get(&mut world), Err(missing));
    let error = world.write(&DeleteAccountPasswordPolicy, Default::default()).unwrap_err();
    let expected = ("NoSuchEntity", "The account policy with name PasswordPolicy cannot be found.");
    assert_eq!((error.code(), error.message()), expected);
}

#[test]
fn asks_are_as_the_catalogue_lists_them() {
    let mut world = World::new();
    for asks in [
        world.asks(&GetAccountPasswordPolicy, &Default::default()).unwrap(),
        world.write_asks(&UpdateAccountPasswordPolicy, &Default::default()).unwrap(),
        world.write_asks(&DeleteAccountPasswordPolicy, &Default::default()).unwrap(),
    ] {
        assert!(!asks.is_empty());
        assert_catalogued(&asks);
    }
}
