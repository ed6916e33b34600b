//! CreateVirtualMFADevice: a new secret for an app. It is shown here and never again; it is stored sealed.

use keygate_ident::{Arn, EntityPath, IdKind};
use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_seal::{Purpose, TotpSeed};
use keygate_shapes::iam::{
    CreateVirtualMFADeviceRequest, CreateVirtualMFADeviceResponse, VirtualMFADevice, op,
};
use keygate_state::{InvalidInput, MfaDevice, TagCase};
use keygate_wire::Sensitive;

use super::qr_code;
use crate::{ask, input, view};

/// CreateVirtualMFADevice.
pub(crate) struct CreateVirtualMFADevice;

/// Characters of a serial number, by the model of every operation that takes one.
const LONGEST_SERIAL: usize = 256;

impl Write for CreateVirtualMFADevice {
    type Model = op::CreateVirtualMFADevice;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &CreateVirtualMFADeviceRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let path = input::path(input.path.as_deref())?;
        let arn = Arn::iam(cx.partition(), cx.account_id(), "mfa", &path, &input.virtual_mfa_device_name);
        let tags = input.tags.as_deref().filter(|tags| !tags.is_empty());
        let create = ask::creation("iam:CreateVirtualMFADevice", arn.clone(), tags);
        Ok(Asks::one(create).and_if(tags.is_some(), || ask::creation("iam:TagMFADevice", arn, tags)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: CreateVirtualMFADeviceRequest) -> Outcome<Self::Model> {
        let path = input::path(input.path.as_deref())?;
        let name = input.virtual_mfa_device_name;
        let id = cx.new_id(IdKind::MfaDevice);
        let mut random = cx.env.random();
        let seed = TotpSeed::generate(&mut random);
        let sealed =
            cx.env.keys.seal(Purpose::MfaSeed, id.as_str().as_bytes(), seed.as_bytes(), &mut random)?;
        let device = MfaDevice {
            id,
            place: MfaDevice::place(&path, &name),
            path,
            created: cx.now(),
            seed: sealed,
            tags: input::new_tags(cx.draft, input.tags.as_deref(), TagCase::Sensitive)?,
            assignment: None,
            last_step: None,
        };
        let serial = device.arn(cx.partition(), cx.account_id());
        if !is_serial(serial.as_str(), &device.path) {
            return Err(InvalidInput::new(
                "The specified value for path is invalid. The serial number of the device would not be valid.",
            )
            .into());
        }
        let seed = seed.base32();
        let shown = VirtualMFADevice {
            serial_number: serial.into(),
            base32_string_seed: Some(Sensitive::new(seed.expose().as_bytes().to_vec())),
            qr_code_png: qr_code::png(&name, cx.account_id(), &seed).map(Sensitive::new),
            tags: view::tags(&device.tags),
            ..Default::default()
        };
        cx.draft.insert(device)?;
        Ok(CreateVirtualMFADeviceResponse { virtual_mfa_device: shown })
    }
}

/// Whether other operations take this as a serial number: a device that nobody can name could neither be enabled
/// nor deleted. A name is always fine, a path not.
fn is_serial(serial: &str, path: &EntityPath) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=/:,.@-".contains(&byte);
    serial.len() <= LONGEST_SERIAL && path.as_str().bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::Tag;

    use super::*;
    use crate::ask::tests::{assert_catalogued, pairs};
    use crate::mfa_device::tests::create;

    fn named(name: &str) -> CreateVirtualMFADeviceRequest {
        CreateVirtualMFADeviceRequest { virtual_mfa_device_name: name.to_owned(), ..Default::default() }
    }

    #[test]
    fn the_seed_is_shown_once_and_stored_sealed() {
        let mut world = World::new();
        let input = CreateVirtualMFADeviceRequest {
            path: Some("/staff/".to_owned()),
            tags: Some(vec![Tag { key: "team".to_owned(), value: "a".to_owned() }]),
            ..named("phone")
        };
        let asks = world.write_asks(&CreateVirtualMFADevice, &input).unwrap();
        assert_catalogued(&asks);
        let arn = "arn:aws:iam::123456789012:mfa/staff/phone";
        assert_eq!(pairs(&asks), [("iam:CreateVirtualMFADevice", arn), ("iam:TagMFADevice", arn)]);
        let shown = world.write(&CreateVirtualMFADevice, input).unwrap().virtual_mfa_device;
        assert_eq!(shown.serial_number, arn);
        assert_eq!((shown.user, shown.enable_date), (None, None));
        assert_eq!(shown.tags.unwrap().len(), 1);
        let text = shown.base32_string_seed.unwrap();
        assert_eq!(text.expose().len(), 64);
        assert!(text.expose().iter().all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(b)));
        assert!(shown.qr_code_png.unwrap().expose().starts_with(b"\x89PNG"));
        let account = world.account();
        let device = account.mfa_device(arn).unwrap();
        let opened = world.keys.open(Purpose::MfaSeed, device.id.as_str().as_bytes(), &device.seed).unwrap();
        assert_eq!(TotpSeed::from_bytes(opened).base32().expose().as_bytes(), text.expose().as_slice());
        assert!(world.keys.open(Purpose::MfaSeed, b"AMFAOTHER", &device.seed).is_err());
    }

    #[test]
    fn names_are_unique_at_their_path() {
        let mut world = World::new();
        create(&mut world, "phone");
        for name in ["phone", "Phone"] {
            let error = world.write(&CreateVirtualMFADevice, named(name)).unwrap_err();
            assert_eq!(
                (error.code(), error.message()),
                ("EntityAlreadyExists", "MFA device already exists.")
            );
        }
        for path in ["/x/", "/test//double/"] {
            let input = CreateVirtualMFADeviceRequest { path: Some(path.to_owned()), ..named("phone") };
            let shown = world.write(&CreateVirtualMFADevice, input).unwrap().virtual_mfa_device;
            assert_eq!(shown.serial_number, format!("arn:aws:iam::123456789012:mfa{path}phone"));
        }
        // The ARN is exact, unlike names.
        assert!(world.account().mfa_device("arn:aws:iam::123456789012:mfa/Phone").is_err());
        assert!(world.account().mfa_device("arn:aws:iam::123456789012:mfa/x/phone").is_ok());
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        world.edit(|draft| {
            draft.change_settings(|settings| settings.quotas.extend([("UsersPerAccount".to_owned(), 1)]));
        });
        let at = |path: &str| CreateVirtualMFADeviceRequest { path: Some(path.to_owned()), ..named("a") };
        let long = format!("/{}/", "x".repeat(300));
        let double = CreateVirtualMFADeviceRequest {
            tags: Some(vec![Tag { key: "a".to_owned(), value: String::new() }; 2]),
            ..named("a")
        };
        for (input, code) in [
            (at("x"), "ValidationError"),
            (at(&long), "InvalidInput"),
            (at("/a!b/"), "InvalidInput"),
            (double, "InvalidInput"),
        ] {
            assert_eq!(world.write(&CreateVirtualMFADevice, input).unwrap_err().code(), code);
        }
        assert!(world.account().mfa_devices.is_empty());
        // As many as there may be users.
        create(&mut world, "a");
        let error = world.write(&CreateVirtualMFADevice, named("b")).unwrap_err();
        assert_eq!(error.code(), "LimitExceeded");
        assert_eq!(error.message(), "Cannot exceed quota for VirtualMFADevicesPerAccount: 1");
    }
}
