//! Virtual MFA devices: a shared secret from which an app makes one-time codes. They belong to a user, to root, or
//! to nobody yet.

use keygate_ident::{AccountId, Arn, EntityPath, Partition, Timestamp, UniqueId};
use keygate_seal::{Sealed, TotpStep};
use serde::{Deserialize, Serialize};

use super::{Entity, Kind};
use crate::account::Account;
use crate::error::{EntityAlreadyExists, NoSuchEntity};
use crate::quota::Quota;
use crate::reference::Reference;
use crate::table::Table;
use crate::tags::Tags;

/// A virtual MFA device.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MfaDevice {
    /// `AMFA…`; never shown, a device is named by its ARN.
    pub id: UniqueId,
    /// Path and name together, `/staff/phone`: what is unique in the account, ignoring case.
    pub place: String,
    /// The path alone.
    pub path: EntityPath,
    /// When it was created.
    pub created: Timestamp,
    /// The seed, sealed with the device's id as context.
    pub seed: Sealed,
    /// Tags; keys are case-sensitive.
    #[serde(default)]
    pub tags: Tags,
    /// Whose it is, once it is enabled.
    #[serde(default)]
    pub assignment: Option<MfaAssignment>,
    /// The step of the newest code that enabled or synchronized it for owners it has no more.
    #[serde(default)]
    pub last_step: Option<i64>,
}

/// What is known of a device that somebody uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MfaAssignment {
    /// The user; `None`: root.
    pub user: Option<UniqueId>,
    /// When it was enabled for this owner.
    pub enabled: Timestamp,
    /// How many steps of 30 seconds the device's clock is ahead.
    pub drift: i64,
    /// The step of the newest code that enabled or synchronized it. Codes of sessions are remembered outside the
    /// tree, see [`crate::CodeBook`]; the greater of the two counts.
    pub last_step: i64,
}

impl MfaDevice {
    /// The place of a device.
    pub fn place(path: &EntityPath, name: &str) -> String {
        format!("{path}{name}")
    }

    /// `arn:aws:iam::ACCOUNT:mfa/PATH/NAME`, which is its serial number, too.
    pub fn arn(&self, partition: Partition, account: AccountId) -> Arn {
        let name = self.place.strip_prefix(self.path.as_str()).unwrap_or(&self.place);
        Arn::iam(partition, account, "mfa", &self.path, name)
    }
}

impl MfaAssignment {
    /// The steps whose codes the device may show now: its own time, one step before and one after (RFC 6238,
    /// section 5.2).
    pub fn window(&self, now: Timestamp) -> (TotpStep, TotpStep) {
        let middle = TotpStep::at(now).plus(self.drift);
        (middle.plus(-1), middle.plus(1))
    }
}

impl NoSuchEntity {
    /// "MFA Device with serial number … does not exist."
    pub fn mfa_device(serial: &str) -> Self {
        Self::new(format!("MFA Device with serial number {serial} does not exist."))
    }
}

impl Entity for MfaDevice {
    const KIND: Kind = Kind::MfaDevice;
    const QUOTA: Quota = Quota::VirtualMfaDevices;

    fn id(&self) -> &UniqueId {
        &self.id
    }
    fn name(&self) -> &str {
        &self.place
    }
    fn path(&self) -> &EntityPath {
        &self.path
    }
    fn references(&self) -> Vec<Reference> {
        self.assignment.iter().map(|assignment| Reference::MfaOwner(assignment.user.clone())).collect()
    }
    fn exists_already(&self) -> EntityAlreadyExists {
        EntityAlreadyExists::new("MFA device already exists.")
    }
    fn table(account: &Account) -> &Table<Self> {
        &account.mfa_devices
    }
    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.mfa_devices
    }
}
