//! Devices from their making to their end, with a clock that is moved and codes that are computed.

use keygate_operation::testing::World;
use keygate_seal::{Purpose, TotpSeed, TotpStep};
use keygate_shapes::iam::*;
use keygate_state::MfaAssignment;

use super::create_virtual_mfa_device::CreateVirtualMFADevice;
use super::deactivate_mfa_device::DeactivateMFADevice;
use super::delete_virtual_mfa_device::DeleteVirtualMFADevice;
use super::enable_mfa_device::EnableMFADevice;
use super::get_mfa_device::GetMFADevice;
use super::list_mfa_device_tags::ListMFADeviceTags;
use super::list_mfa_devices::ListMFADevices;
use super::list_virtual_mfa_devices::ListVirtualMFADevices;
use super::resync_mfa_device::ResyncMFADevice;
use super::tag_mfa_device::TagMFADevice;
use super::untag_mfa_device::UntagMFADevice;
use crate::access_key::tests::act_as_guest;
use crate::ask::tests::{assert_catalogued, pairs};
use crate::user::tests::{add_user, tags};

type Done = Result<(), String>;

fn in_short<T>(answer: Result<T, keygate_wire::ApiError>) -> Result<T, String> {
    answer.map_err(|error| format!("{}: {}", error.code(), error.message()))
}

fn serial(name: &str) -> String {
    format!("arn:aws:iam::123456789012:mfa/{name}")
}

/// A new device; its serial number.
pub(crate) fn create(world: &mut World, name: &str) -> String {
    let input =
        CreateVirtualMFADeviceRequest { virtual_mfa_device_name: name.to_owned(), ..Default::default() };
    world.write(&CreateVirtualMFADevice, input).unwrap().virtual_mfa_device.serial_number
}

/// The code that the device shows so many steps from now.
fn code(world: &World, serial: &str, ahead: i64) -> String {
    let account = world.account();
    let device = account.mfa_device(serial).unwrap();
    let seed = world.keys.open(Purpose::MfaSeed, device.id.as_str().as_bytes(), &device.seed).unwrap();
    TotpSeed::from_bytes(seed).code(TotpStep::at(world.now).plus(ahead))
}

fn enable_with(world: &mut World, user: &str, serial: &str, codes: [String; 2]) -> Done {
    let [authentication_code1, authentication_code2] = codes;
    let input = EnableMFADeviceRequest {
        user_name: user.to_owned(),
        serial_number: serial.to_owned(),
        authentication_code1,
        authentication_code2,
    };
    in_short(world.write(&EnableMFADevice, input).map(drop))
}

/// Enables a device with the codes of two steps that are so far from now.
pub(crate) fn enable(world: &mut World, user: &str, serial: &str, steps: [i64; 2]) -> Done {
    let codes = steps.map(|ahead| code(world, serial, ahead));
    enable_with(world, user, serial, codes)
}

fn resync(world: &mut World, user: &str, serial: &str, steps: [i64; 2]) -> Done {
    let [authentication_code1, authentication_code2] = steps.map(|ahead| code(world, serial, ahead));
    let input = ResyncMFADeviceRequest {
        user_name: user.to_owned(),
        serial_number: serial.to_owned(),
        authentication_code1,
        authentication_code2,
    };
    in_short(world.write(&ResyncMFADevice, input).map(drop))
}

pub(crate) fn deactivate(world: &mut World, user: Option<&str>, serial: &str) -> Done {
    let input =
        DeactivateMFADeviceRequest { user_name: user.map(str::to_owned), serial_number: serial.to_owned() };
    in_short(world.write(&DeactivateMFADevice, input).map(drop))
}

fn delete(world: &mut World, serial: &str) -> Done {
    let input = DeleteVirtualMFADeviceRequest { serial_number: serial.to_owned() };
    in_short(world.write(&DeleteVirtualMFADevice, input).map(drop))
}

fn get(world: &mut World, user: Option<&str>, serial: &str) -> Result<GetMFADeviceResponse, String> {
    let input = GetMFADeviceRequest { user_name: user.map(str::to_owned), serial_number: serial.to_owned() };
    in_short(world.read(&GetMFADevice, input))
}

fn list(world: &mut World, user: Option<&str>) -> Result<Vec<String>, String> {
    let input = ListMFADevicesRequest { user_name: user.map(str::to_owned), ..Default::default() };
    let listed = in_short(world.read(&ListMFADevices, input))?;
    let shown = |device: MFADevice| format!("{} {}", device.user_name, device.serial_number);
    Ok(listed.mfa_devices.into_iter().map(shown).collect())
}

fn assignment(world: &World, serial: &str) -> Option<MfaAssignment> {
    world.account().mfa_device(serial).unwrap().assignment.clone()
}

fn invalid() -> Done {
    Err("InvalidAuthenticationCode: Authentication code for device is not valid.".to_owned())
}

fn missing(serial: &str) -> String {
    format!("NoSuchEntity: MFA Device with serial number {serial} does not exist.")
}

#[test]
fn two_codes_in_a_row_enable_a_device() {
    let mut world = World::new();
    let bob = add_user(&mut world, "Bob");
    for (index, (steps, drift)) in [
        ([-1, 0], 0),
        ([0, 1], 1),
        // Typed slowly: the device may still be right.
        ([-2, -1], 0),
        ([-3, -2], -1),
        ([-20, -19], -18),
        ([19, 20], 20),
    ]
    .into_iter()
    .enumerate()
    {
        let phone = create(&mut world, &format!("phone{index}"));
        assert_eq!(enable(&mut world, "bob", &phone, steps), Ok(()), "{steps:?}");
        let now = TotpStep::at(world.now).number();
        let expected =
            MfaAssignment { user: Some(bob.clone()), enabled: world.now, drift, last_step: now + steps[1] };
        assert_eq!(assignment(&world, &phone), Some(expected));
        deactivate(&mut world, Some("BOB"), &phone).unwrap();
        assert_eq!(assignment(&world, &phone), None);
    }
    let phone = create(&mut world, "phone");
    for steps in [[0, 0], [0, -1], [-2, 0], [-1, 1], [-22, -21]] {
        assert_eq!(enable(&mut world, "bob", &phone, steps), invalid(), "{steps:?}");
    }
    let tablet = create(&mut world, "tablet");
    assert_eq!(enable(&mut world, "bob", &tablet, [21, 22]), invalid());
    let other = create(&mut world, "other");
    let codes = [-1, 0].map(|ahead| code(&world, &other, ahead));
    assert_eq!(enable_with(&mut world, "bob", &tablet, codes), invalid());
    assert_eq!(assignment(&world, &tablet), None);
}

#[test]
fn codes_of_sessions_are_not_good_again() {
    let mut world = World::new();
    add_user(&mut world, "bob");
    let phone = create(&mut world, "phone");
    let id = world.account().mfa_device(&phone).unwrap().id.clone();
    assert!(world.facts.claim_code(&id, TotpStep::at(world.now), world.now));
    for steps in [[-2, -1], [-1, 0], [0, 1]] {
        assert_eq!(enable(&mut world, "bob", &phone, steps), invalid(), "{steps:?}");
    }
    assert_eq!(enable(&mut world, "bob", &phone, [1, 2]), Ok(()));
    // Neither are those that enabled it.
    assert_eq!(resync(&mut world, "bob", &phone, [2, 3]), invalid());
    assert_eq!(resync(&mut world, "bob", &phone, [3, 4]), Ok(()));
    // Not even for another owner.
    deactivate(&mut world, Some("bob"), &phone).unwrap();
    add_user(&mut world, "eve");
    for steps in [[1, 2], [3, 4], [4, 5]] {
        assert_eq!(enable(&mut world, "eve", &phone, steps), invalid(), "{steps:?}");
    }
    assert_eq!(enable(&mut world, "eve", &phone, [5, 6]), Ok(()));
}

#[test]
fn guessing_two_codes_is_slowed_down() {
    let mut world = World::new();
    add_user(&mut world, "bob");
    let phone = create(&mut world, "phone");
    enable(&mut world, "bob", &phone, [-1, 0]).unwrap();
    for _ in 0..6 {
        assert_eq!(resync(&mut world, "bob", &phone, [1, 3]), invalid());
    }
    assert_eq!(resync(&mut world, "bob", &phone, [1, 2]), invalid());
    world.now = world.now.plus_seconds(30);
    assert_eq!(resync(&mut world, "bob", &phone, [0, 1]), Ok(()));
    let id = world.account().mfa_device(&phone).unwrap().id.clone();
    assert_eq!(world.facts.code_use(&id).failures, 0);
}

#[test]
fn a_clock_that_is_wrong_by_hours_is_learned() {
    let mut world = World::new();
    add_user(&mut world, "bob");
    let phone = create(&mut world, "phone");
    enable(&mut world, "bob", &phone, [-1, 0]).unwrap();
    world.now = world.now.plus_seconds(3_600);
    let enabled = assignment(&world, &phone).unwrap();
    for steps in [[2_881, 2_882], [100, 102], [-22, -21]] {
        assert_eq!(resync(&mut world, "bob", &phone, steps), invalid(), "{steps:?}");
    }
    assert_eq!(resync(&mut world, "bob", &phone, [-20, -19]), Ok(()));
    assert_eq!(assignment(&world, &phone).unwrap().drift, -18);
    assert_eq!(resync(&mut world, "bob", &phone, [2_879, 2_880]), Ok(()));
    let known = assignment(&world, &phone).unwrap();
    assert_eq!((known.drift, known.enabled), (2_880, enabled.enabled));
    assert_eq!(
        resync(&mut world, "eve", &phone, [0, 1]).unwrap_err(),
        "NoSuchEntity: The user with name eve cannot be found."
    );
    add_user(&mut world, "eve");
    assert_eq!(
        resync(&mut world, "eve", &phone, [0, 1]).unwrap_err(),
        "NoSuchEntity: MFA Device invalid for user."
    );
}

#[test]
fn whose_device_it_is() {
    let mut world = World::new();
    for name in ["Bob", "eve"] {
        add_user(&mut world, name);
    }
    let [phone, token, none] = ["phone", "Laptop", "none"].map(serial);
    for name in ["phone", "Laptop"] {
        create(&mut world, name);
        enable(&mut world, "bob", &serial(name), [-1, 0]).unwrap();
    }
    let in_use = Err("EntityAlreadyExists: MFA Device is already in use.".to_owned());
    assert_eq!(enable(&mut world, "eve", &phone, [-1, 0]), in_use);
    let of_bob = vec![format!("Bob {token}"), format!("Bob {phone}")];
    assert_eq!(list(&mut world, Some("BOB")), Ok(of_bob.clone()));
    assert_eq!(list(&mut world, Some("eve")), Ok(vec![]));
    let nobody = "NoSuchEntity: The user with name x cannot be found.".to_owned();
    let foreign = "NoSuchEntity: MFA Device invalid for user.".to_owned();
    assert_eq!(list(&mut world, Some("x")), Err(nobody.clone()));
    assert_eq!(get(&mut world, Some("x"), &phone).map(drop), Err(nobody.clone()));
    assert_eq!(get(&mut world, Some("eve"), &phone).map(drop), Err(foreign.clone()));
    assert_eq!(get(&mut world, Some("eve"), &none).map(drop), Err(missing(&none)));
    assert_eq!(deactivate(&mut world, Some("x"), &phone), Err(nobody));
    assert_eq!(deactivate(&mut world, Some("eve"), &phone), Err(foreign));
    for unknown in [none.as_str(), "GAHT12345678", "arn:aws:iam::123456789012:u2f/user/bob/key-1"] {
        let codes = || ["123456".to_owned(), "654321".to_owned()];
        assert_eq!(enable_with(&mut world, "bob", unknown, codes()), Err(missing(unknown)));
        assert_eq!(deactivate(&mut world, Some("bob"), unknown), Err(missing(unknown)));
        assert_eq!(delete(&mut world, unknown), Err(missing(unknown)));
    }
    let shown = get(&mut world, Some("bob"), &phone).unwrap();
    assert_eq!((shown.user_name.as_deref(), shown.enable_date), (Some("Bob"), Some(world.now)));
    let conflict = Err("DeleteConflict: MFA VirtualDevice in use. Must deactivate first.".to_owned());
    assert_eq!(delete(&mut world, &phone), conflict);
    world.act_as_user("bob");
    assert_eq!(list(&mut world, None), Ok(of_bob));
    assert_eq!(get(&mut world, None, &phone).unwrap().user_name.as_deref(), Some("Bob"));
    deactivate(&mut world, None, &phone).unwrap();
    assert_eq!(list(&mut world, None), Ok(vec![format!("Bob {token}")]));
    assert_eq!(delete(&mut world, &phone), Ok(()));
    assert_eq!(delete(&mut world, &phone), Err(missing(&phone)));
    act_as_guest(&mut world);
    let unnamed = "ValidationError: Must specify userName when calling with non-User credentials".to_owned();
    assert_eq!(list(&mut world, None), Err(unnamed.clone()));
    assert_eq!(get(&mut world, None, &token).map(drop), Err(unnamed.clone()));
    assert_eq!(deactivate(&mut world, None, &token), Err(unnamed));
}

#[test]
fn roots_device() {
    let mut world = World::new();
    let phone = create(&mut world, "root-account-mfa-device");
    let input = EnableMFADeviceRequest {
        user_name: "root".to_owned(),
        serial_number: phone.clone(),
        ..Default::default()
    };
    let asks = world.write_asks(&EnableMFADevice, &input).unwrap();
    assert_eq!(pairs(&asks), [("iam:EnableMFADevice", "arn:aws:iam::123456789012:root")]);
    enable(&mut world, "root", &phone, [-1, 0]).unwrap();
    assert_eq!(list(&mut world, None), Ok(vec![format!("root {phone}")]));
    assert_eq!(resync(&mut world, "root", &phone, [1, 2]), Ok(()));
    let assigned = world.read(&ListVirtualMFADevices, Default::default()).unwrap().virtual_mfa_devices;
    let user = assigned[0].user.clone().unwrap();
    assert_eq!(
        (user.arn.as_str(), user.user_id.as_str()),
        ("arn:aws:iam::123456789012:root", "123456789012")
    );
    // A user who is called so is a user, and nobody else means root with it.
    add_user(&mut world, "root");
    assert_eq!(list(&mut world, Some("root")), Ok(vec![]));
    add_user(&mut world, "bob");
    world.act_as_user("bob");
    assert_eq!(
        deactivate(&mut world, Some("root"), &phone).unwrap_err(),
        "NoSuchEntity: MFA Device invalid for user."
    );
    world.caller = None;
    deactivate(&mut world, None, &phone).unwrap();
    assert_eq!(list(&mut world, None), Ok(vec![]));
}

#[test]
fn eight_devices_for_one_user() {
    let mut world = World::new();
    add_user(&mut world, "bob");
    for number in 0..8 {
        let device = create(&mut world, &format!("d{number}"));
        enable(&mut world, "bob", &device, [-1, 0]).unwrap();
    }
    let ninth = create(&mut world, "d9");
    let full = Err("LimitExceeded: Cannot exceed quota for MFADevicesPerUser: 8".to_owned());
    assert_eq!(enable(&mut world, "bob", &ninth, [-1, 0]), full);
    let page = |world: &mut World, marker| {
        let input = ListMFADevicesRequest { user_name: Some("bob".to_owned()), marker, max_items: Some(5) };
        world.read(&ListMFADevices, input).unwrap()
    };
    let first = page(&mut world, None);
    assert_eq!((first.mfa_devices.len(), first.is_truncated), (5, Some(true)));
    let second = page(&mut world, first.marker);
    assert_eq!((second.mfa_devices.len(), second.is_truncated), (3, Some(false)));
    assert_eq!(second.mfa_devices[2].serial_number, serial("d7"));
}

#[test]
fn listings_by_assignment() {
    let mut world = World::new();
    add_user(&mut world, "bob");
    for name in ["b", "A", "c"] {
        create(&mut world, name);
    }
    enable(&mut world, "bob", &serial("b"), [-1, 0]).unwrap();
    let names = |world: &mut World, status: Option<&str>| {
        let input = ListVirtualMFADevicesRequest {
            assignment_status: status.map(str::to_owned),
            ..Default::default()
        };
        let devices = world.read(&ListVirtualMFADevices, input).unwrap().virtual_mfa_devices;
        for device in &devices {
            assert_eq!(
                (&device.base32_string_seed, &device.qr_code_png, &device.tags),
                (&None, &None, &None)
            );
            assert_eq!(device.user.is_some(), device.enable_date.is_some());
        }
        let last = |device: &VirtualMFADevice| device.serial_number.rsplit('/').next().unwrap().to_owned();
        devices.iter().map(last).collect::<Vec<_>>().join("")
    };
    for (status, expected) in
        [(None, "Abc"), (Some("Any"), "Abc"), (Some("Assigned"), "b"), (Some("Unassigned"), "Ac")]
    {
        assert_eq!(names(&mut world, status), expected);
    }
    let input = ListVirtualMFADevicesRequest { max_items: Some(2), ..Default::default() };
    let page = world.read(&ListVirtualMFADevices, input).unwrap();
    assert_eq!(page.is_truncated, Some(true));
    let input = ListVirtualMFADevicesRequest { marker: page.marker, ..Default::default() };
    assert_eq!(world.read(&ListVirtualMFADevices, input).unwrap().virtual_mfa_devices.len(), 1);
}

#[test]
fn rule_228_tags() {
    let mut world = World::new();
    let phone = create(&mut world, "phone");
    let tag =
        |pairs: &[(&str, &str)]| TagMFADeviceRequest { serial_number: phone.clone(), tags: tags(pairs) };
    world.write(&TagMFADevice, tag(&[("Team", "a"), ("team", "b"), ("x", "")])).unwrap();
    world.write(&TagMFADevice, tag(&[("team", "c")])).unwrap();
    let untag = UntagMFADeviceRequest {
        serial_number: phone.clone(),
        tag_keys: vec!["X".to_owned(), "x".to_owned(), "none".to_owned()],
    };
    world.write(&UntagMFADevice, untag).unwrap();
    let list =
        |serial: &str| ListMFADeviceTagsRequest { serial_number: serial.to_owned(), ..Default::default() };
    let listed = world.read(&ListMFADeviceTags, list(&phone)).unwrap();
    assert_eq!((listed.tags, listed.is_truncated), (tags(&[("Team", "a"), ("team", "c")]), Some(false)));
    let error = world.write(&TagMFADevice, tag(&[("a", ""), ("a", "")])).unwrap_err();
    assert_eq!((error.code(), error.message()), ("InvalidInput", "Duplicate tag keys found."));
    let none = serial("none");
    assert_eq!(in_short(world.read(&ListMFADeviceTags, list(&none))).unwrap_err(), missing(&none));
    let input = TagMFADeviceRequest { serial_number: none.clone(), tags: tags(&[("a", "")]) };
    assert_eq!(in_short(world.write(&TagMFADevice, input)).unwrap_err(), missing(&none));
    let input = UntagMFADeviceRequest { serial_number: none.clone(), tag_keys: vec!["a".to_owned()] };
    assert_eq!(in_short(world.write(&UntagMFADevice, input)).unwrap_err(), missing(&none));
}

#[test]
fn asks_are_as_the_catalogue_lists_them() {
    let mut world = World::new();
    add_user(&mut world, "Bob");
    let phone = create(&mut world, "phone");
    let input = TagMFADeviceRequest { serial_number: phone.clone(), tags: tags(&[("team", "a")]) };
    world.write(&TagMFADevice, input).unwrap();
    let user_name = || "bob".to_owned();
    let enable =
        EnableMFADeviceRequest { user_name: user_name(), serial_number: phone.clone(), ..Default::default() };
    let resync =
        ResyncMFADeviceRequest { user_name: user_name(), serial_number: phone.clone(), ..Default::default() };
    let deactivate =
        DeactivateMFADeviceRequest { user_name: Some(user_name()), serial_number: phone.clone() };
    let get = GetMFADeviceRequest { user_name: Some(user_name()), serial_number: phone.clone() };
    let list = ListMFADevicesRequest { user_name: Some(user_name()), ..Default::default() };
    for asks in [
        world.write_asks(&EnableMFADevice, &enable).unwrap(),
        world.write_asks(&ResyncMFADevice, &resync).unwrap(),
        world.write_asks(&DeactivateMFADevice, &deactivate).unwrap(),
        world.asks(&GetMFADevice, &get).unwrap(),
        world.asks(&ListMFADevices, &list).unwrap(),
    ] {
        assert_catalogued(&asks);
        assert_eq!(pairs(&asks)[0].1, "arn:aws:iam::123456789012:user/Bob");
    }
    let any = world.asks(&ListVirtualMFADevices, &Default::default()).unwrap();
    assert_catalogued(&any);
    assert_eq!(pairs(&any), [("iam:ListVirtualMFADevices", "arn:aws:iam::123456789012:mfa/")]);
    for (serial, resource) in [
        (phone.as_str(), phone.as_str()),
        ("GAHT12345678", "arn:aws:iam::123456789012:mfa/GAHT12345678"),
        ("arn:aws:iam::210987654321:mfa/x", "arn:aws:iam::210987654321:mfa/x"),
    ] {
        let serial_number = serial.to_owned();
        let delete = DeleteVirtualMFADeviceRequest { serial_number: serial_number.clone() };
        let tag = TagMFADeviceRequest { serial_number: serial_number.clone(), tags: tags(&[("a", "")]) };
        let untag =
            UntagMFADeviceRequest { serial_number: serial_number.clone(), tag_keys: vec!["a".to_owned()] };
        let list = ListMFADeviceTagsRequest { serial_number, ..Default::default() };
        for asks in [
            world.write_asks(&DeleteVirtualMFADevice, &delete).unwrap(),
            world.write_asks(&TagMFADevice, &tag).unwrap(),
            world.write_asks(&UntagMFADevice, &untag).unwrap(),
            world.asks(&ListMFADeviceTags, &list).unwrap(),
        ] {
            assert_catalogued(&asks);
            assert_eq!(pairs(&asks)[0].1, resource);
        }
    }
}
