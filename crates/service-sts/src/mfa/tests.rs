//! Sessions with a second factor: which codes are good, for whom, how often, and what the session knows of it.

use keygate_ident::IdKind;
use keygate_operation::testing::World;
use keygate_operation::{Asks, Listed};
use keygate_seal::{Purpose, TotpSeed, TotpStep};
use keygate_shapes::sts::{AssumeRoleRequest, Credentials, GetSessionTokenRequest};
use keygate_state::{MfaAssignment, MfaDevice, MfaState};

use crate::assume_role::AssumeRole;
use crate::get_session_token::GetSessionToken;
use crate::test_support::{act_as, act_as_new_user, add_role, assume, in_short, opened};

const INVALID: &str = "AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code. ";
const UNKNOWN: &str = "AccessDenied: MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.";

/// An enabled device of the user of this name, or of root; its serial number. Its clock is `drift` steps ahead.
fn add_device(world: &mut World, name: &str, user: Option<&str>, drift: i64) -> String {
    let id = world.new_id(IdKind::MfaDevice);
    let seed = TotpSeed::from_bytes(format!("the seed of {name}").into_bytes().into());
    let mut entropy = keygate_operation::testing::SeededEntropy::new(9);
    let sealed = world.keys.seal(Purpose::MfaSeed, id.as_str().as_bytes(), seed.as_bytes(), &mut entropy);
    let account = world.account();
    let device = MfaDevice {
        id,
        place: MfaDevice::place(&Default::default(), name),
        path: Default::default(),
        created: world.now,
        seed: sealed.unwrap(),
        tags: Default::default(),
        assignment: Some(MfaAssignment {
            user: user.map(|user| account.user(user).unwrap().id.clone()),
            enabled: world.now,
            drift,
            last_step: TotpStep::at(world.now).number() + drift - 2,
        }),
        last_step: None,
    };
    let serial = device.arn(account.partition(), account.id()).to_string();
    world.edit(|draft| draft.insert(device)).unwrap();
    serial
}

/// The code of the step that is so far from now.
fn code(world: &World, serial: &str, ahead: i64) -> String {
    let name = serial.rsplit('/').next().unwrap();
    let seed = TotpSeed::from_bytes(format!("the seed of {name}").into_bytes().into());
    seed.code(TotpStep::at(world.now).plus(ahead))
}

fn token(world: &mut World, serial: Option<&str>, code: Option<&str>) -> Result<Credentials, String> {
    let input = GetSessionTokenRequest {
        serial_number: serial.map(str::to_owned),
        token_code: code.map(str::to_owned),
        ..Default::default()
    };
    let answer = world.read(&GetSessionToken, input).map_err(|error| in_short(&error))?;
    Ok(answer.credentials.unwrap())
}

fn try_code(world: &mut World, serial: &str, ahead: i64) -> Result<(), String> {
    let code = code(world, serial, ahead);
    token(world, Some(serial), Some(&code)).map(drop)
}

fn with_code(world: &World, role: &str, serial: &str, ahead: i64) -> AssumeRoleRequest {
    AssumeRoleRequest {
        serial_number: Some(serial.to_owned()),
        token_code: Some(code(world, serial, ahead)),
        ..assume(role)
    }
}

/// What the ask says of a second factor.
fn asked(asks: &Asks) -> Vec<(&str, &Listed)> {
    let keys = asks.iter().flat_map(|ask| &ask.keys);
    keys.filter(|(key, _)| key.contains("MultiFactor")).map(|(key, value)| (key.as_str(), value)).collect()
}

#[test]
fn rule_218_a_session_knows_when_the_second_factor_was_proved() {
    let mut world = World::new();
    act_as_new_user(&mut world, "bob");
    let phone = add_device(&mut world, "phone", Some("bob"), 0);
    assert_eq!(world.caller.as_ref().unwrap().mfa(), MfaState::Absent);
    let credentials = token(&mut world, None, None).unwrap();
    assert_eq!(opened(&world, &credentials).mfa, None);
    let right = code(&world, &phone, 0);
    let credentials = token(&mut world, Some(&phone), Some(&right)).unwrap();
    assert_eq!(opened(&world, &credentials).mfa, Some(world.now));
    act_as(&mut world, &credentials);
    assert_eq!(world.caller.as_ref().unwrap().mfa(), MfaState::Since(world.now));
}

#[test]
fn a_code_is_good_for_its_time_and_once() {
    let mut world = World::new();
    act_as_new_user(&mut world, "bob");
    let phone = add_device(&mut world, "phone", Some("bob"), 0);
    let laptop = add_device(&mut world, "laptop", Some("bob"), -5);
    for (serial, ahead, good) in [
        (&phone, -2, false),
        (&phone, 2, false),
        (&phone, -1, true),
        (&phone, -1, false),
        (&phone, 1, true),
        // Older than one that was used.
        (&phone, 0, false),
        (&phone, 1, false),
        // Each device for itself, by its own clock.
        (&laptop, 0, false),
        (&laptop, -5, true),
        (&laptop, -5, false),
        (&laptop, -4, true),
    ] {
        let expected = if good { Ok(()) } else { Err(INVALID.to_owned()) };
        assert_eq!(try_code(&mut world, serial, ahead), expected, "{serial} {ahead}");
    }
    world.now = world.now.plus_seconds(60);
    assert_eq!(try_code(&mut world, &phone, 0), Ok(()));
}

#[test]
fn a_code_that_enabled_the_device_makes_no_session() {
    let mut world = World::new();
    act_as_new_user(&mut world, "bob");
    let phone = add_device(&mut world, "phone", Some("bob"), 0);
    let device = world.account().mfa_device(&phone).unwrap().clone();
    let last_step = TotpStep::at(world.now).number();
    world
        .edit(|draft| {
            draft.change(&device, |device| {
                device.assignment.as_mut().unwrap().last_step = last_step;
                Ok::<_, ()>(())
            })
        })
        .unwrap();
    for (ahead, good) in [(-1, false), (0, false), (1, true)] {
        assert_eq!(try_code(&mut world, &phone, ahead).is_ok(), good, "{ahead}");
    }
}

#[test]
fn only_the_callers_own_devices() {
    let mut world = World::new();
    act_as_new_user(&mut world, "eve");
    act_as_new_user(&mut world, "bob");
    let eves = add_device(&mut world, "eves", Some("eve"), 0);
    let roots = add_device(&mut world, "roots", None, 0);
    let bobs = add_device(&mut world, "bobs", Some("bob"), 0);
    let free = add_device(&mut world, "free", Some("bob"), 0);
    let device = world.account().mfa_device(&free).unwrap().clone();
    world
        .edit(|draft| {
            draft.change(&device, |device| {
                device.assignment = None;
                Ok::<_, ()>(())
            })
        })
        .unwrap();
    let none = "arn:aws:iam::123456789012:mfa/none";
    for serial in [&eves, &roots, &free, none, "GAHT12345678", "arn:aws:iam::123456789012:user/bob"] {
        assert_eq!(try_code(&mut world, serial, 0), Err(UNKNOWN.to_owned()), "{serial}");
    }
    assert_eq!(try_code(&mut world, &bobs, 0), Ok(()));
    let both = "AccessDenied: MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.";
    assert_eq!(token(&mut world, Some(&bobs), None).map(drop), Err(both.to_owned()));
    assert_eq!(token(&mut world, None, Some("123456")).map(drop), Err(both.to_owned()));
    // A role has no device, whoever made its session.
    let arn = add_role(&mut world, "App", |_| ());
    let role = world.read(&AssumeRole, assume(&arn)).unwrap().credentials.unwrap();
    act_as(&mut world, &role);
    let error = world.read(&AssumeRole, with_code(&world, &arn, &bobs, 1)).unwrap_err();
    assert_eq!(in_short(&error), UNKNOWN);
    world.caller = None;
    assert_eq!(try_code(&mut world, &bobs, 1), Err(UNKNOWN.to_owned()));
    assert_eq!(try_code(&mut world, &roots, 0), Ok(()));
}

#[test]
fn guessing_blocks_the_device_for_a_while() {
    let mut world = World::new();
    act_as_new_user(&mut world, "bob");
    let phone = add_device(&mut world, "phone", Some("bob"), 0);
    let right = code(&world, &phone, 0);
    let guesses = (0..).map(|number| format!("{number:06}"));
    let wrong = guesses.filter(|guess| (-1..=1).all(|ahead| *guess != code(&world, &phone, ahead)));
    let wrong: Vec<String> = wrong.take(6).collect();
    for guess in &wrong {
        assert_eq!(token(&mut world, Some(&phone), Some(guess)).map(drop), Err(INVALID.to_owned()));
    }
    assert_eq!(token(&mut world, Some(&phone), Some(&right)).map(drop), Err(INVALID.to_owned()));
    world.now = world.now.plus_seconds(30);
    assert_eq!(token(&mut world, Some(&phone), Some(&right)).map(drop), Ok(()));
}

#[test]
fn rule_218_a_code_with_assume_role_counts_for_the_call() {
    let mut world = World::new();
    act_as_new_user(&mut world, "bob");
    let phone = add_device(&mut world, "phone", Some("bob"), 0);
    let arn = add_role(&mut world, "App", |_| ());
    assert!(asked(&world.asks(&AssumeRole, &assume(&arn)).unwrap()).is_empty());
    let input = with_code(&world, &arn, &phone, 0);
    let (yes, now) = (Listed::One("true".to_owned()), Listed::One("0".to_owned()));
    // Asking does not use it up: it may be denied.
    for _ in 0..2 {
        let asks = world.asks(&AssumeRole, &input).unwrap();
        assert_eq!(asked(&asks), [("aws:MultiFactorAuthPresent", &yes), ("aws:MultiFactorAuthAge", &now)]);
    }
    let credentials = world.read(&AssumeRole, input.clone()).unwrap().credentials.unwrap();
    assert_eq!(opened(&world, &credentials).mfa, None);
    assert_eq!(in_short(&world.read(&AssumeRole, input.clone()).unwrap_err()), INVALID);
    assert_eq!(in_short(&world.asks(&AssumeRole, &input).unwrap_err()), INVALID);
    assert_eq!(try_code(&mut world, &phone, 0), Err(INVALID.to_owned()));
}

#[test]
fn rule_218_a_role_inherits_the_second_factor_of_a_users_session() {
    let mut world = World::new();
    act_as_new_user(&mut world, "bob");
    let phone = add_device(&mut world, "phone", Some("bob"), 0);
    let arn = add_role(&mut world, "App", |_| ());
    let proved = world.now;
    let right = code(&world, &phone, 0);
    let bob = token(&mut world, Some(&phone), Some(&right)).unwrap();
    act_as(&mut world, &bob);
    world.now = world.now.plus_seconds(600);
    let role = world.read(&AssumeRole, assume(&arn)).unwrap().credentials.unwrap();
    assert_eq!(opened(&world, &role).mfa, Some(proved));
    act_as(&mut world, &role);
    let next = world.read(&AssumeRole, assume(&arn)).unwrap().credentials.unwrap();
    assert_eq!(opened(&world, &next).mfa, None);
}
