//! Passwords from the first to the last.

use keygate_operation::testing::World;
use keygate_shapes::iam::{
    ChangePasswordRequest, CreateLoginProfileRequest, DeleteLoginProfileRequest, GetLoginProfileRequest,
    LoginProfile, UpdateAccountPasswordPolicyRequest, UpdateLoginProfileRequest,
};

use super::change_password::ChangePassword;
use super::create_login_profile::CreateLoginProfile;
use super::delete_login_profile::DeleteLoginProfile;
use super::get_login_profile::GetLoginProfile;
use super::update_login_profile::UpdateLoginProfile;
use crate::access_key::tests::act_as_guest;
use crate::ask::tests::{assert_catalogued, pairs};
use crate::password_policy::tests::set_policy;
use crate::user::tests::{add_user, tag_user};

type Done = Result<(), String>;

fn in_short(error: &keygate_wire::ApiError) -> String {
    format!("{}: {}", error.code(), error.message())
}

/// Gives a user a password.
pub(crate) fn create(world: &mut World, name: Option<&str>, password: &str) -> Result<LoginProfile, String> {
    let input = CreateLoginProfileRequest {
        user_name: name.map(str::to_owned),
        password: Some(password.into()),
        password_reset_required: None,
    };
    let created = world.write(&CreateLoginProfile, input);
    created.map(|answer| answer.login_profile).map_err(|error| in_short(&error))
}

fn update(world: &mut World, name: &str, password: Option<&str>, reset: Option<bool>) -> Done {
    let input = UpdateLoginProfileRequest {
        user_name: name.to_owned(),
        password: password.map(Into::into),
        password_reset_required: reset,
    };
    world.write(&UpdateLoginProfile, input).map(drop).map_err(|error| in_short(&error))
}

fn delete(world: &mut World, name: Option<&str>) -> Done {
    let input = DeleteLoginProfileRequest { user_name: name.map(str::to_owned) };
    world.write(&DeleteLoginProfile, input).map(drop).map_err(|error| in_short(&error))
}

fn change(world: &mut World, old: &str, new: &str) -> Done {
    let input = ChangePasswordRequest { old_password: old.into(), new_password: new.into() };
    world.write(&ChangePassword, input).map(drop).map_err(|error| in_short(&error))
}

fn get(world: &mut World, name: Option<&str>) -> Result<LoginProfile, String> {
    let input = GetLoginProfileRequest { user_name: name.map(str::to_owned) };
    world.read(&GetLoginProfile, input).map(|answer| answer.login_profile).map_err(|error| in_short(&error))
}

fn reused() -> Done {
    let message = "Policy constraint violation with password reuse prevention during password change.";
    Err(format!("PasswordPolicyViolation: {message}"))
}

#[test]
fn a_profile_from_beginning_to_end() {
    let mut world = World::new();
    add_user(&mut world, "Bob");
    let missing = Err("NoSuchEntity: Login Profile for User Bob cannot be found.".to_owned());
    assert_eq!(get(&mut world, Some("bob")).map(drop), missing);
    assert_eq!(update(&mut world, "bob", None, Some(true)), missing);
    assert_eq!(delete(&mut world, Some("bob")), missing);
    let created = world.now;
    let shown = |reset| LoginProfile {
        user_name: "Bob".to_owned(),
        create_date: created,
        password_reset_required: Some(reset),
    };
    assert_eq!(create(&mut world, Some("BOB"), "Tr0ub4dor&3"), Ok(shown(false)));
    let exists = Err("EntityAlreadyExists: Login Profile for user Bob already exists.".to_owned());
    assert_eq!(create(&mut world, Some("bob"), "Tr0ub4dor&4").map(drop), exists);
    world.now = world.now.plus_seconds(60);
    update(&mut world, "bob", None, Some(true)).unwrap();
    assert_eq!(get(&mut world, Some("bob")), Ok(shown(true)));
    let changed = |world: &World| world.account().user("bob").unwrap().login_profile.clone().unwrap().changed;
    assert_eq!(changed(&world), created);
    update(&mut world, "bob", Some("Tr0ub4dor&4"), None).unwrap();
    // The profile is as old as it was; the password is new.
    assert_eq!(get(&mut world, Some("bob")), Ok(shown(true)));
    assert_eq!(changed(&world), world.now);
    world.act_as_user("bob");
    assert_eq!(get(&mut world, None), Ok(shown(true)));
    delete(&mut world, None).unwrap();
    assert_eq!(get(&mut world, None).map(drop), missing);
    assert_eq!(create(&mut world, None, "Tr0ub4dor&3").map(|profile| profile.create_date), Ok(world.now));
}

#[test]
fn errors_of_names() {
    let mut world = World::new();
    let nobody = Err("NoSuchEntity: The user with name eve cannot be found.".to_owned());
    assert_eq!(create(&mut world, Some("eve"), "Tr0ub4dor&3").map(drop), nobody);
    assert_eq!(get(&mut world, Some("eve")).map(drop), nobody);
    assert_eq!(update(&mut world, "eve", None, None), nobody);
    assert_eq!(delete(&mut world, Some("eve")), nobody);
    let unnamed = "ValidationError: Must specify userName when calling with non-User credentials".to_owned();
    for guest in [false, true] {
        if guest {
            act_as_guest(&mut world);
        }
        assert_eq!(create(&mut world, None, "Tr0ub4dor&3").map(drop), Err(unnamed.clone()));
        assert_eq!(get(&mut world, None).map(drop), Err(unnamed.clone()));
        assert_eq!(delete(&mut world, None), Err(unnamed.clone()));
        let error = "InvalidUserType: Only IAM Users can change their own password.".to_owned();
        assert_eq!(change(&mut world, "Tr0ub4dor&3", "Tr0ub4dor&4"), Err(error));
    }
    add_user(&mut world, "bob");
    let input = CreateLoginProfileRequest { user_name: Some("bob".to_owned()), ..Default::default() };
    assert_eq!(world.write(&CreateLoginProfile, input).unwrap_err().code(), "ValidationError");
}

#[test]
fn a_user_changes_its_own_password() {
    let mut world = World::new();
    add_user(&mut world, "Bob");
    world.act_as_user("Bob");
    let missing = Err("NoSuchEntity: Login Profile for User Bob cannot be found.".to_owned());
    assert_eq!(change(&mut world, "Tr0ub4dor&3", "Tr0ub4dor&4"), missing);
    create(&mut world, None, "Tr0ub4dor&3").unwrap();
    update(&mut world, "bob", None, Some(true)).unwrap();
    let wrong = Err("AccessDenied: The old password was incorrect.".to_owned());
    assert_eq!(change(&mut world, "tr0ub4dor&3", "Tr0ub4dor&4"), wrong);
    assert_eq!(
        change(&mut world, "Tr0ub4dor&3", "Tr0ub4"),
        Err("PasswordPolicyViolation: Password should have a minimum length of 8".to_owned())
    );
    assert_eq!(get(&mut world, None).unwrap().password_reset_required, Some(true));
    world.now = world.now.plus_seconds(60);
    change(&mut world, "Tr0ub4dor&3", "Tr0ub4dor&4").unwrap();
    assert_eq!(get(&mut world, None).unwrap().password_reset_required, Some(false));
    let profile = world.account().user("bob").unwrap().login_profile.clone().unwrap();
    assert_eq!((profile.changed, profile.created), (world.now, world.now.plus_seconds(-60)));
    assert_eq!(change(&mut world, "Tr0ub4dor&3", "Tr0ub4dor&5"), wrong);
    // Without reuse prevention the same again is a new password, too.
    change(&mut world, "Tr0ub4dor&4", "Tr0ub4dor&4").unwrap();
}

#[test]
fn the_newest_passwords_must_not_be_used_again() {
    let mut world = World::new();
    add_user(&mut world, "bob");
    let password = |number: u32| format!("Tr0ub4dor&{number}");
    create(&mut world, Some("bob"), &password(0)).unwrap();
    let prevent = |number| UpdateAccountPasswordPolicyRequest {
        password_reuse_prevention: Some(number),
        ..Default::default()
    };
    set_policy(&mut world, prevent(2));
    update(&mut world, "bob", Some(&password(1)), None).unwrap();
    for old in [1, 0] {
        assert_eq!(update(&mut world, "bob", Some(&password(old)), None), reused());
    }
    update(&mut world, "bob", Some(&password(2)), None).unwrap();
    // Two are remembered: the current one and the one before.
    update(&mut world, "bob", Some(&password(0)), None).unwrap();
    world.act_as_user("bob");
    assert_eq!(change(&mut world, &password(0), &password(0)), reused());
    assert_eq!(change(&mut world, &password(0), &password(2)), reused());
    // Neither does a new profile begin with them.
    delete(&mut world, None).unwrap();
    assert_eq!(create(&mut world, None, &password(0)).map(drop), reused());
    create(&mut world, None, &password(1)).unwrap();
    set_policy(&mut world, prevent(24));
    assert_eq!(change(&mut world, &password(1), &password(2)), reused());
    for number in 3..30 {
        update(&mut world, "bob", Some(&password(number)), None).unwrap();
    }
    // No more than the most that a policy asks for is kept.
    assert_eq!(world.account().user("bob").unwrap().passwords.len(), 24);
    assert_eq!(change(&mut world, &password(29), &password(6)), reused());
    assert_eq!(change(&mut world, &password(29), &password(5)), Ok(()));
}

#[test]
fn hashes_are_sealed_under_their_user() {
    let mut world = World::new();
    for name in ["bob", "eve"] {
        add_user(&mut world, name);
        create(&mut world, Some(name), "Tr0ub4dor&3").unwrap();
    }
    let account = world.account();
    let stored = format!("{account:?}");
    assert!(!stored.contains("Tr0ub4dor"), "{stored}");
    // The hash of one user is not the other's.
    let eves = account.user("eve").unwrap().passwords.clone();
    let bob = account.user("bob").unwrap().clone();
    assert_ne!(bob.passwords, eves);
    world
        .edit(|draft| {
            draft.change(&bob, |user| {
                user.passwords = eves;
                Ok::<_, ()>(())
            })
        })
        .unwrap();
    world.act_as_user("bob");
    assert!(change(&mut world, "Tr0ub4dor&3", "Tr0ub4dor&4").unwrap_err().starts_with("InternalFailure"));
}

#[test]
fn what_can_not_be_read_locks_nobody_out() {
    let mut world = World::new();
    add_user(&mut world, "bob");
    let password = |number: u32| format!("Tr0ub4dor&{number}");
    create(&mut world, Some("bob"), &password(0)).unwrap();
    update(&mut world, "bob", Some(&password(1)), None).unwrap();
    update(&mut world, "bob", Some(&password(2)), None).unwrap();
    let foreign = |world: &mut World, at: usize| {
        let context = b"another user";
        let mut entropy = keygate_operation::testing::SeededEntropy::new(1);
        let sealed =
            world.keys.seal(keygate_seal::Purpose::PasswordHash, context, b"x", &mut entropy).unwrap();
        let bob = world.account().user("bob").unwrap().clone();
        let change = |user: &mut keygate_state::User| {
            user.passwords[at] = sealed;
            Ok::<_, ()>(())
        };
        world.edit(|draft| draft.change(&bob, change)).unwrap();
    };
    foreign(&mut world, 2);
    world.act_as_user("bob");
    // It is looked at only if it is one of those that must not be set again.
    change(&mut world, &password(2), &password(3)).unwrap();
    let prevent =
        UpdateAccountPasswordPolicyRequest { password_reuse_prevention: Some(4), ..Default::default() };
    set_policy(&mut world, prevent);
    assert!(change(&mut world, &password(3), &password(4)).unwrap_err().starts_with("InternalFailure"));
    // An administrator's reset forgets it, and it alone.
    assert_eq!(update(&mut world, "bob", Some(&password(1)), None), reused());
    update(&mut world, "bob", Some(&password(4)), None).unwrap();
    assert_eq!(world.account().user("bob").unwrap().passwords.len(), 4);
    change(&mut world, &password(4), &password(5)).unwrap();
    // The same for the newest, from which the salt is.
    foreign(&mut world, 0);
    assert!(change(&mut world, &password(5), &password(6)).unwrap_err().starts_with("InternalFailure"));
    assert_eq!(update(&mut world, "bob", Some(&password(4)), None), reused());
    update(&mut world, "bob", Some(&password(6)), None).unwrap();
    change(&mut world, &password(6), &password(7)).unwrap();
}

#[test]
fn guessing_the_old_password_is_slowed_down() {
    let mut world = World::new();
    add_user(&mut world, "bob");
    create(&mut world, Some("bob"), "Tr0ub4dor&3").unwrap();
    world.act_as_user("bob");
    let wrong = || Err("AccessDenied: The old password was incorrect.".to_owned());
    let guess = |world: &mut World, times: u32| {
        for _ in 0..times {
            assert_eq!(change(world, "Tr0ub4dor&1", "Tr0ub4dor&4"), wrong());
        }
    };
    guess(&mut world, 5);
    change(&mut world, "Tr0ub4dor&3", "Tr0ub4dor&3").unwrap();
    // The right one forgives the wrong ones.
    guess(&mut world, 6);
    assert_eq!(change(&mut world, "Tr0ub4dor&3", "Tr0ub4dor&4"), wrong());
    world.now = world.now.plus_seconds(30);
    change(&mut world, "Tr0ub4dor&3", "Tr0ub4dor&4").unwrap();
}

#[test]
fn asks_are_as_the_catalogue_lists_them() {
    let mut world = World::new();
    add_user(&mut world, "Bob");
    tag_user(&mut world, "bob", &[("team", "a")]);
    world.act_as_user("bob");
    let own = "arn:aws:iam::123456789012:user/Bob";
    let change = ChangePasswordRequest { old_password: "a".into(), new_password: "b".into() };
    let asks = world.write_asks(&ChangePassword, &change).unwrap();
    assert_catalogued(&asks);
    assert_eq!(pairs(&asks), [("iam:ChangePassword", own)]);
    for user_name in [None, Some("bob".to_owned())] {
        let create = CreateLoginProfileRequest {
            user_name: user_name.clone(),
            password: Some("a".into()),
            ..Default::default()
        };
        let get = GetLoginProfileRequest { user_name: user_name.clone() };
        let delete = DeleteLoginProfileRequest { user_name };
        let update = UpdateLoginProfileRequest { user_name: "bob".to_owned(), ..Default::default() };
        for asks in [
            world.write_asks(&CreateLoginProfile, &create).unwrap(),
            world.asks(&GetLoginProfile, &get).unwrap(),
            world.write_asks(&DeleteLoginProfile, &delete).unwrap(),
            world.write_asks(&UpdateLoginProfile, &update).unwrap(),
        ] {
            assert_catalogued(&asks);
            assert_eq!(pairs(&asks)[0].1, own);
        }
    }
}
