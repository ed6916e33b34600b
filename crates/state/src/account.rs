//! The account: one immutable tree with structural sharing.

use std::collections::BTreeMap;
use std::sync::Arc;

use keygate_ident::{AccountId, IdKind, Partition, UniqueId};

use crate::attachments::Principal;
use crate::entity::{
    AccessKey, CredentialReport, DelegationRequest, Entity, Group, InstanceProfile, Kind, MfaDevice,
    OidcProvider, Policy, Role, SamlProvider, ServerCertificate, Settings, User,
};
use crate::error::NoSuchEntity;
use crate::managed::{AwsManaged, aws_managed};
use crate::quota::Quota;
use crate::reference::{Reference, References};
use crate::table::Table;

/// One AWS account. Cloning is O(1); a clone is a snapshot.
#[derive(Clone, Debug)]
pub struct Account {
    pub(crate) id: AccountId,
    pub(crate) partition: Partition,
    pub(crate) revision: u64,
    pub(crate) settings: Arc<Settings>,
    /// Quotas of the whole server that differ from AWS's defaults.
    quotas: Arc<BTreeMap<Quota, u32>>,
    /// IAM users.
    pub users: Table<User>,
    /// Groups.
    pub groups: Table<Group>,
    /// Roles.
    pub roles: Table<Role>,
    /// Customer managed policies.
    pub policies: Table<Policy>,
    /// Instance profiles.
    pub instance_profiles: Table<InstanceProfile>,
    /// Delegation requests: those that it owns, and those that it made.
    pub delegation_requests: Table<DelegationRequest>,
    pub(crate) credential_report: Option<Arc<CredentialReport>>,
    /// Virtual MFA devices.
    pub mfa_devices: Table<MfaDevice>,
    /// Server certificates.
    pub server_certificates: Table<ServerCertificate>,
    /// OpenID Connect providers.
    pub oidc_providers: Table<OidcProvider>,
    /// SAML providers.
    pub saml_providers: Table<SamlProvider>,
    pub(crate) references: References,
}

/// A managed policy as an account sees it: its own or AWS's.
#[derive(Clone, Debug)]
pub enum Managed {
    /// Customer managed.
    Own(Arc<Policy>),
    /// AWS managed.
    Aws(AwsManaged),
}

impl Account {
    /// An account without entities, at revision 0.
    pub fn empty(id: AccountId, partition: Partition) -> Self {
        Self {
            id,
            partition,
            revision: 0,
            settings: Arc::default(),
            quotas: Arc::default(),
            users: Table::default(),
            groups: Table::default(),
            roles: Table::default(),
            policies: Table::default(),
            instance_profiles: Table::default(),
            credential_report: None,
            mfa_devices: Table::default(),
            delegation_requests: Table::default(),
            server_certificates: Table::default(),
            oidc_providers: Table::default(),
            saml_providers: Table::default(),
            references: References::default(),
        }
    }

    /// The account number.
    pub fn id(&self) -> AccountId {
        self.id
    }

    /// The partition its ARNs are in.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// How many commits made this tree; 0 is an account that was never stored.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Name, alias, root keys, quota overrides.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The credential report that was generated last, however old.
    pub fn credential_report(&self) -> Option<&Arc<CredentialReport>> {
        self.credential_report.as_ref()
    }

    /// The limit in force: the account's own, else the server's, else AWS's default.
    pub fn quota(&self, quota: Quota) -> u32 {
        let server = || self.quotas.get(&quota).copied();
        let own = self.settings.quota(quota).or_else(server);
        match quota {
            // AWS allows as many as there may be users.
            Quota::VirtualMfaDevices => own.unwrap_or_else(|| self.quota(Quota::Users)),
            _ => own.unwrap_or(quota.default_limit()),
        }
    }

    /// The same account under these quotas of the server.
    #[must_use]
    pub fn with_quotas(mut self, quotas: &Arc<BTreeMap<Quota, u32>>) -> Self {
        self.quotas = Arc::clone(quotas);
        self
    }

    /// The user of this name, ignoring case.
    ///
    /// # Errors
    /// "The user with name … cannot be found."
    pub fn user(&self, name: &str) -> Result<&Arc<User>, NoSuchEntity> {
        self.users.named(name).ok_or_else(|| NoSuchEntity::named("user", name))
    }

    /// The group of this name, ignoring case.
    ///
    /// # Errors
    /// "The group with name … cannot be found."
    pub fn group(&self, name: &str) -> Result<&Arc<Group>, NoSuchEntity> {
        self.groups.named(name).ok_or_else(|| NoSuchEntity::named("group", name))
    }

    /// The role of this name, ignoring case.
    ///
    /// # Errors
    /// "The role with name … cannot be found."
    pub fn role(&self, name: &str) -> Result<&Arc<Role>, NoSuchEntity> {
        self.roles.named(name).ok_or_else(|| NoSuchEntity::named("role", name))
    }

    /// The instance profile of this name, ignoring case.
    ///
    /// # Errors
    /// "Instance Profile … cannot be found."
    pub fn instance_profile(&self, name: &str) -> Result<&Arc<InstanceProfile>, NoSuchEntity> {
        self.instance_profiles.named(name).ok_or_else(|| NoSuchEntity::instance_profile(name))
    }

    /// The virtual MFA device with exactly this serial number, which is its ARN.
    ///
    /// # Errors
    /// "MFA Device with serial number … does not exist."
    pub fn mfa_device(&self, serial: &str) -> Result<&Arc<MfaDevice>, NoSuchEntity> {
        let place = || keygate_ident::ArnParts::split(serial)?.resource.strip_prefix("mfa");
        let device = place().and_then(|place| self.mfa_devices.named(place));
        device
            .filter(|device| device.arn(self.partition, self.id).as_str() == serial)
            .ok_or_else(|| NoSuchEntity::mfa_device(serial))
    }

    /// The MFA devices of a user, or of root (`None`), in order of serial number.
    pub fn mfa_devices_of(&self, user: Option<&UniqueId>) -> Vec<&Arc<MfaDevice>> {
        let referrers = self.references.to(&Reference::MfaOwner(user.cloned()));
        let mut devices: Vec<_> = referrers.filter_map(|(_, id)| self.mfa_devices.get(id)).collect();
        devices.sort_by_key(|device| crate::table::fold(&device.place));
        devices
    }

    /// The server certificate of this name, ignoring case.
    ///
    /// # Errors
    /// "The Server Certificate with name … cannot be found."
    pub fn server_certificate(&self, name: &str) -> Result<&Arc<ServerCertificate>, NoSuchEntity> {
        self.server_certificates.named(name).ok_or_else(|| NoSuchEntity::named("Server Certificate", name))
    }

    /// The OpenID Connect provider with exactly this ARN.
    ///
    /// # Errors
    /// "OpenIDConnect Provider not found for arn …"
    pub fn oidc_provider(&self, arn: &str) -> Result<&Arc<OidcProvider>, NoSuchEntity> {
        let url =
            keygate_ident::ArnParts::split(arn).and_then(|arn| arn.resource.strip_prefix("oidc-provider/"));
        let provider = url.and_then(|url| self.oidc_providers.named(url));
        let provider = provider.filter(|found| found.arn(self.partition, self.id).as_str() == arn);
        provider.ok_or_else(|| NoSuchEntity::new(format!("OpenIDConnect Provider not found for arn {arn}")))
    }

    /// The SAML provider with exactly this ARN.
    ///
    /// # Errors
    /// "Manifest not found for arn …"
    pub fn saml_provider(&self, arn: &str) -> Result<&Arc<SamlProvider>, NoSuchEntity> {
        let name =
            keygate_ident::ArnParts::split(arn).and_then(|arn| arn.resource.strip_prefix("saml-provider/"));
        let provider = name.and_then(|name| self.saml_providers.named(name));
        let provider = provider.filter(|found| found.arn(self.partition, self.id).as_str() == arn);
        provider.ok_or_else(|| NoSuchEntity::new(format!("Manifest not found for arn {arn}")))
    }

    /// The user, group or role of this name; generic over the three.
    ///
    /// # Errors
    /// "The user|group|role with name … cannot be found."
    pub fn principal<P: Principal>(&self, name: &str) -> Result<&Arc<P>, NoSuchEntity> {
        P::table(self).named(name).ok_or_else(|| NoSuchEntity::named(P::PRINCIPAL.word(), name))
    }

    /// The customer managed policy with exactly this ARN; `None` for another account's or AWS's.
    pub fn own_policy(&self, arn: &str) -> Option<&Arc<Policy>> {
        let name = arn.rsplit('/').next()?;
        let policy = self.policies.named(name)?;
        (policy.arn(self.partition, self.id).as_str() == arn).then_some(policy)
    }

    /// The managed policy with this ARN, this account's or AWS's.
    pub fn managed(&self, arn: &str) -> Option<Managed> {
        match self.own_policy(arn) {
            Some(policy) => Some(Managed::Own(Arc::clone(policy))),
            None => aws_managed(self.partition, arn).map(Managed::Aws),
        }
    }

    /// Who owns this long-term access key, and the key itself; root's owner is `None`.
    pub fn access_key(&self, id: &UniqueId) -> Option<(Option<&Arc<User>>, &AccessKey)> {
        if let Some(key) = self.settings.root_keys.iter().find(|key| key.id == *id) {
            return Some((None, key));
        }
        let (_, owner) = self.references.to(&Reference::AccessKey(id.clone())).next()?;
        let user = self.users.get(owner)?;
        let key = user.access_keys.iter().find(|key| key.id == *id)?;
        Some((Some(user), key))
    }

    /// Who points at this; kind and id, in order of kind and id.
    pub fn referrers<'a>(
        &'a self,
        target: &Reference,
    ) -> impl Iterator<Item = &'a (Kind, UniqueId)> + use<'a> {
        self.references.to(target)
    }

    /// How many entities point at this.
    pub fn reference_count(&self, target: &Reference) -> usize {
        self.references.count(target)
    }

    /// Managed policies attached to something, own and AWS's.
    pub fn policies_in_use(&self) -> usize {
        self.references.policies_in_use()
    }

    /// Members of a group, in order of name.
    pub fn members(&self, group: &UniqueId) -> Vec<&Arc<User>> {
        let referrers = self.references.to(&Reference::Group(group.clone()));
        let mut users: Vec<_> = referrers
            .filter(|(kind, _)| *kind == Kind::User)
            .filter_map(|(_, id)| self.users.get(id))
            .collect();
        users.sort_by_key(|user| crate::table::fold(&user.name));
        users
    }

    /// The ARN of the user or role with this id.
    pub fn principal_arn(&self, id: &UniqueId) -> Option<String> {
        let arn = match id.kind()? {
            IdKind::User => self.users.get(id)?.arn(self.partition, self.id),
            IdKind::Role => self.roles.get(id)?.arn(self.partition, self.id),
            _ => return None,
        };
        Some(arn.into())
    }

    /// The unique id of the user or role with exactly this ARN (path included).
    pub fn principal_id(&self, arn: &str) -> Option<UniqueId> {
        let resource = keygate_ident::ArnParts::split(arn)?.resource;
        let name = resource.rsplit('/').next()?;
        if resource.starts_with("user/") {
            let user = self.users.named(name)?;
            (user.arn(self.partition, self.id).as_str() == arn).then(|| user.id.clone())
        } else if resource.starts_with("role/") {
            let role = self.roles.named(name)?;
            (role.arn(self.partition, self.id).as_str() == arn).then(|| role.id.clone())
        } else {
            None
        }
    }

    pub(crate) fn put<E: Entity>(&mut self, entity: E) {
        let entity = Arc::new(entity);
        let referrer = (E::KIND, entity.id().clone());
        let old = E::table(self).get(entity.id()).map(|old| old.references()).unwrap_or_default();
        self.references.replace(&referrer, &old, &entity.references());
        E::table_mut(self).put(entity);
    }

    pub(crate) fn remove<E: Entity>(&mut self, id: &UniqueId) -> Option<Arc<E>> {
        let old = E::table_mut(self).remove(id)?;
        self.references.replace(&(E::KIND, id.clone()), &old.references(), &[]);
        Some(old)
    }
}
