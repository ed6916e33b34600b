//! Accounts for the tests of this crate.

use std::collections::BTreeMap;
use std::sync::Arc;

use keygate_ident::{AccountId, Entropy, IdKind, Partition, Timestamp, UniqueId};
use keygate_policy::{Policy as Parsed, PolicyKind};
use keygate_seal::{KeyRing, Purpose};

use crate::{
    AccessKey, Account, AssertionEncryption, DelegationRequest, DelegationState, DelegationTerms, Directory,
    Draft, Entity, Group, InstanceProfile, KeyStatus, MfaDevice, OidcProvider, Policy, PolicyText,
    PolicyVersion, Role, SamlPrivateKey, SamlProvider, ServerCertificate, ServiceCredential,
    SigningCertificate, SshPublicKey, Unavailable, User, internalize,
};

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_767_225_600);
pub(crate) const ALLOW: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
pub(crate) const DENY: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}"#;

/// Reproducible bytes.
#[derive(Clone)]
pub(crate) struct Counting(pub(crate) u64);

impl Entropy for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = self.0.to_be_bytes()[0];
        }
    }
}

/// Makes new entities of one account; no two with one id.
pub(crate) struct Maker {
    account: AccountId,
    entropy: Counting,
}

impl Maker {
    pub(crate) fn new(account: AccountId) -> Self {
        Self { account, entropy: Counting(account.number()) }
    }

    pub(crate) fn id(&mut self, kind: IdKind) -> UniqueId {
        UniqueId::generate(kind, self.account, &mut self.entropy)
    }

    pub(crate) fn user(&mut self, name: &str) -> User {
        User {
            id: self.id(IdKind::User),
            name: name.to_owned(),
            path: Default::default(),
            created: NOW,
            tags: Default::default(),
            boundary: None,
            groups: Vec::new(),
            inline: BTreeMap::new(),
            attached: Vec::new(),
            access_keys: Vec::new(),
            login_profile: None,
            passwords: Vec::new(),
            ssh_keys: Vec::new(),
            signing_certificates: Vec::new(),
            service_credentials: Vec::new(),
        }
    }

    pub(crate) fn group(&mut self, name: &str) -> Group {
        Group {
            id: self.id(IdKind::Group),
            name: name.to_owned(),
            path: Default::default(),
            created: NOW,
            inline: BTreeMap::new(),
            attached: Vec::new(),
        }
    }

    pub(crate) fn role(&mut self, name: &str) -> Role {
        Role {
            id: self.id(IdKind::Role),
            name: name.to_owned(),
            path: Default::default(),
            created: NOW,
            description: None,
            source: None,
            max_session_seconds: 3_600,
            trust: PolicyText::stored(trust(r#"{"Service":"ec2.amazonaws.com"}"#)),
            tags: Default::default(),
            boundary: None,
            inline: BTreeMap::new(),
            attached: Vec::new(),
        }
    }

    pub(crate) fn policy(&mut self, name: &str, documents: &[&str]) -> Policy {
        let numbers = 1..;
        let version = |(number, text): (u32, &&str)| PolicyVersion {
            number,
            document: PolicyText::stored((*text).to_owned()),
            created: NOW,
        };
        let versions: Vec<_> = numbers.zip(documents).map(version).collect();
        let newest = versions.last().map_or(0, |version| version.number);
        Policy {
            id: self.id(IdKind::Policy),
            name: name.to_owned(),
            path: Default::default(),
            created: NOW,
            updated: NOW,
            description: None,
            default_version: newest,
            next_version: newest + 1,
            versions,
            tags: Default::default(),
        }
    }

    pub(crate) fn instance_profile(&mut self, name: &str) -> InstanceProfile {
        InstanceProfile {
            id: self.id(IdKind::InstanceProfile),
            name: name.to_owned(),
            path: Default::default(),
            created: NOW,
            role: None,
            tags: Default::default(),
        }
    }

    pub(crate) fn mfa_device(&mut self, name: &str) -> MfaDevice {
        let id = self.id(IdKind::MfaDevice);
        let ring = KeyRing::generate(&mut Counting(1));
        let sealed = ring.seal(Purpose::MfaSeed, id.as_str().as_bytes(), b"seed", &mut self.entropy);
        MfaDevice {
            id,
            place: MfaDevice::place(&Default::default(), name),
            path: Default::default(),
            created: NOW,
            seed: sealed.unwrap(),
            tags: Default::default(),
            assignment: None,
            last_step: None,
        }
    }

    pub(crate) fn delegation_request(&mut self, name: &str) -> DelegationRequest {
        DelegationRequest {
            id: self.id(IdKind::DelegationRequest),
            name: name.to_owned(),
            path: Default::default(),
            requestor: self.account,
            requestor_name: None,
            terms: DelegationTerms {
                description: "sets things up".to_owned(),
                message: None,
                template: "arn:aws:iam::123456789012:policy/setup".to_owned(),
                parameters: Vec::new(),
                policy: ALLOW.to_owned(),
                restrictions: Vec::new(),
                redirect: None,
                channel: "arn:aws:sns:us-east-1:123456789012:delegations".to_owned(),
                seconds: 3600,
                only_owner_sends: false,
            },
            created: NOW,
            updated: NOW,
            state: DelegationState::Unassigned,
            since: NOW,
            owner_account: None,
            owner: None,
            owner_user_id: None,
            approver: None,
            notes: None,
            rejection_reason: None,
            moved_to: None,
        }
    }

    pub(crate) fn server_certificate(&mut self, name: &str) -> ServerCertificate {
        ServerCertificate {
            id: self.id(IdKind::Certificate),
            name: name.to_owned(),
            path: Default::default(),
            uploaded: NOW,
            expires: NOW,
            body: "certificate".to_owned(),
            chain: Some("chain".to_owned()),
            private_key: self.sealed(),
            tags: Default::default(),
        }
    }

    pub(crate) fn oidc_provider(&mut self, url: &str) -> OidcProvider {
        OidcProvider {
            id: self.id(IdKind::OidcProvider),
            url: url.to_owned(),
            created: NOW,
            client_ids: vec!["app".to_owned()],
            thumbprints: vec!["a".repeat(40)],
            tags: Default::default(),
        }
    }

    pub(crate) fn ssh_key(&mut self) -> SshPublicKey {
        let id = self.id(IdKind::PublicKey);
        SshPublicKey { id, body: "ssh-rsa AAAA".to_owned(), status: KeyStatus::Inactive, uploaded: NOW }
    }

    pub(crate) fn signing_certificate(&mut self) -> SigningCertificate {
        let id = self.id(IdKind::Certificate).to_string();
        SigningCertificate { id, body: "certificate".to_owned(), status: KeyStatus::Active, uploaded: NOW }
    }

    pub(crate) fn service_credential(&mut self) -> ServiceCredential {
        ServiceCredential {
            id: self.id(IdKind::ServiceCredential),
            service: "codecommit.amazonaws.com".to_owned(),
            alias: "bob-at-123456789012".to_owned(),
            secret: self.sealed(),
            status: KeyStatus::Active,
            created: NOW,
            expires: Some(NOW),
        }
    }

    fn sealed(&mut self) -> keygate_seal::Sealed {
        let ring = KeyRing::generate(&mut Counting(1));
        ring.seal(Purpose::ServicePassword, b"test", b"secret", &mut self.entropy).unwrap()
    }

    pub(crate) fn saml_provider(&mut self, name: &str) -> SamlProvider {
        let key = self.id(IdKind::SamlPrivateKey);
        let sealed = self.sealed();
        SamlProvider {
            id: self.id(IdKind::SamlProvider),
            name: name.to_owned(),
            created: NOW,
            metadata: "<EntityDescriptor/>".to_owned(),
            valid_until: NOW.plus_seconds(60),
            encryption: AssertionEncryption::Required,
            private_keys: vec![SamlPrivateKey { id: key, key: sealed, created: NOW }],
            tags: Default::default(),
        }
    }

    pub(crate) fn access_key(&mut self) -> AccessKey {
        let id = self.id(IdKind::AccessKey);
        let ring = KeyRing::generate(&mut Counting(1));
        let sealed =
            ring.seal(Purpose::SecretAccessKey, id.as_str().as_bytes(), b"secret", &mut self.entropy);
        AccessKey { id, secret: sealed.unwrap(), status: KeyStatus::Active, created: NOW }
    }
}

/// Several accounts; the first is 123456789012, empty at the beginning.
pub(crate) struct Accounts {
    pub(crate) trees: BTreeMap<AccountId, Arc<Account>>,
    pub(crate) broken: bool,
}

impl Accounts {
    pub(crate) fn new(numbers: &[u64]) -> Self {
        let tree = |number: &u64| {
            let id = account_id(*number);
            (id, Arc::new(Account::empty(id, Partition::Aws)))
        };
        Self { trees: numbers.iter().map(tree).collect(), broken: false }
    }

    pub(crate) fn tree(&self, number: u64) -> Arc<Account> {
        Arc::clone(&self.trees[&account_id(number)])
    }

    pub(crate) fn edit<T>(&mut self, number: u64, change: impl FnOnce(&mut Draft) -> T) -> T {
        let mut draft = Draft::of(&self.tree(number));
        let result = change(&mut draft);
        self.trees.insert(account_id(number), Arc::new(draft.finish().unwrap().0));
        result
    }

    pub(crate) fn insert<E: Entity>(&mut self, number: u64, entity: E) {
        self.edit(number, |draft| draft.insert(entity)).unwrap();
    }

    pub(crate) fn internalize(&self, number: u64, text: &str) -> Result<PolicyText, crate::TrustError> {
        internalize(text, &self.tree(number), self)
    }
}

impl Directory for Accounts {
    fn account(&self, id: AccountId) -> Result<Option<Arc<Account>>, Unavailable> {
        if self.broken { Err(Unavailable) } else { Ok(self.trees.get(&id).cloned()) }
    }

    fn alias_owner(&self, _alias: &str) -> Result<Option<AccountId>, Unavailable> {
        Ok(None)
    }
}

pub(crate) fn account_id(number: u64) -> AccountId {
    AccountId::from_number(number).unwrap()
}

/// A trust policy with this Principal element.
pub(crate) fn trust(principal: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}]}}"#
    )
}

/// A document that was accepted when it was saved.
pub(crate) fn accepted(text: &str) -> PolicyText {
    PolicyText::accepted(Parsed::parse(text, PolicyKind::Identity).unwrap())
}
