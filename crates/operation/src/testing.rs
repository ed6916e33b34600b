//! A small world for the tests of operations: accounts in memory, a clock that stands, seeded randomness.
//!
//! Operations are pure, so their tests need no server: a call runs on the world's account and its draft becomes
//! the account. Authorization is not part of it; what an operation asks is looked at with [`World::asks`].

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keygate_ident::{AccountId, Entropy, IdKind, Partition, Timestamp, UniqueId};
use keygate_seal::{KeyRing, TotpStep};
use keygate_state::{
    Account, Caller, CodeBook, CodeUse, Directory, Draft, Facts, KeyUse, RoleTemplate, RoleTemplates,
    RoleUse, Unavailable,
};
use keygate_wire::{ApiError, OperationModel};

use crate::asks::Asks;
use crate::cx::{Environment, ReadCx, WriteCx};
use crate::{Read, Write};

/// Accounts and surroundings of a test.
pub struct World {
    /// All accounts; the first call creates the one that is used.
    pub accounts: BTreeMap<AccountId, Arc<Account>>,
    /// The clock.
    pub now: Timestamp,
    /// The account of the caller.
    pub here: AccountId,
    /// Who calls; root of `here` if `None`.
    pub caller: Option<Caller>,
    /// Seals secrets and markers.
    pub keys: KeyRing,
    /// Role templates of the server.
    pub role_templates: RoleTemplates,
    /// Facts of use; of one-time codes only, unless they are replaced.
    pub facts: Box<dyn Facts>,
    /// The URL by which others reach the server.
    pub endpoint: Option<&'static str>,
    entropy: RefCell<SeededEntropy>,
}

/// Reproducible bytes: never for anything but tests.
#[derive(Debug, Clone)]
pub struct SeededEntropy(u64);

impl SeededEntropy {
    /// Bytes that follow from this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            // splitmix64
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *byte = ((z ^ (z >> 31)) & 0xff) as u8;
        }
    }
}

/// Facts of a test: one-time codes, and no other use.
#[derive(Debug, Default)]
pub struct Codes(Mutex<CodeBook>);

impl Codes {
    fn book(&self) -> MutexGuard<'_, CodeBook> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Facts for Codes {
    fn key_use(&self, _: &UniqueId) -> Option<KeyUse> {
        None
    }
    fn role_use(&self, _: &UniqueId) -> Option<RoleUse> {
        None
    }
    fn code_use(&self, device: &UniqueId) -> CodeUse {
        self.book().get(device)
    }
    fn claim_code(&self, device: &UniqueId, step: TotpStep, now: Timestamp) -> bool {
        self.book().claim(device, step, now)
    }
    fn code_failed(&self, device: &UniqueId, now: Timestamp) {
        self.book().failed(device, now);
    }
    fn guesses_forgiven(&self, device: &UniqueId) {
        self.book().forgive(device);
    }
}

struct Accounts<'a>(&'a BTreeMap<AccountId, Arc<Account>>, &'a RoleTemplates);

impl Directory for Accounts<'_> {
    fn role_template(&self, arn: &str) -> Option<&RoleTemplate> {
        self.1.get(arn)
    }

    fn account(&self, id: AccountId) -> Result<Option<Arc<Account>>, Unavailable> {
        Ok(self.0.get(&id).cloned())
    }

    fn alias_owner(&self, alias: &str) -> Result<Option<AccountId>, Unavailable> {
        let known = |account: &Arc<Account>| account.settings().alias.as_deref() == Some(alias);
        Ok(self.0.values().find(|account| known(account)).map(|account| account.id()))
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// One empty account, 123456789012, at 2026-01-01T00:00:00Z.
    pub fn new() -> Self {
        let mut entropy = SeededEntropy(1);
        let keys = KeyRing::generate(&mut entropy);
        let mut world = Self {
            accounts: BTreeMap::new(),
            now: Timestamp::from_seconds(1_767_225_600),
            here: account_number(123_456_789_012),
            caller: None,
            keys,
            role_templates: RoleTemplates::default(),
            facts: Box::<Codes>::default(),
            endpoint: Some("https://keygate.example.com"),
            entropy: RefCell::new(entropy),
        };
        world.add_account(123_456_789_012);
        world
    }

    /// Adds an empty account.
    pub fn add_account(&mut self, number: u64) -> AccountId {
        let id = account_number(number);
        self.accounts.insert(id, Arc::new(Account::empty(id, Partition::Aws)));
        id
    }

    /// The tree of the caller's account.
    pub fn account(&self) -> Arc<Account> {
        match self.accounts.get(&self.here) {
            Some(account) => Arc::clone(account),
            None => Arc::new(Account::empty(self.here, Partition::Aws)),
        }
    }

    /// Changes the caller's account by hand.
    pub fn edit<T>(&mut self, change: impl FnOnce(&mut Draft) -> T) -> T {
        let mut draft = Draft::of(&self.account());
        let result = change(&mut draft);
        self.accounts.insert(self.here, Arc::new(finished(draft)));
        result
    }

    /// A new unique id.
    pub fn new_id(&mut self, kind: IdKind) -> UniqueId {
        UniqueId::generate(kind, self.here, self.entropy.get_mut())
    }

    /// Lets this user call from now on.
    pub fn act_as_user(&mut self, name: &str) {
        let account = self.account();
        let key = self.new_id(IdKind::AccessKey);
        self.caller = account.users.named(name).map(|user| Caller::user(&account, user, key));
    }

    /// What a read asks.
    ///
    /// # Errors
    /// As the operation's.
    pub fn asks<O: Read>(
        &mut self,
        operation: &O,
        input: &<O::Model as OperationModel>::Input,
    ) -> Result<Asks, ApiError> {
        self.with_read(|cx| operation.asks(cx, input).map_err(crate::Failure::into_error))
    }

    /// What a write asks.
    ///
    /// # Errors
    /// As the operation's.
    pub fn write_asks<O: Write>(
        &mut self,
        operation: &O,
        input: &<O::Model as OperationModel>::Input,
    ) -> Result<Asks, ApiError> {
        self.with_read(|cx| operation.asks(cx, input).map_err(crate::Failure::into_error))
    }

    /// Runs a read, as the pipeline would after authorization.
    ///
    /// # Errors
    /// As the operation's.
    pub fn read<O: Read>(
        &mut self,
        operation: &O,
        input: <O::Model as OperationModel>::Input,
    ) -> Result<<O::Model as OperationModel>::Output, ApiError> {
        self.with_read(|cx| {
            operation.asks(cx, &input).map_err(crate::Failure::into_error)?;
            operation.run(cx, input).map_err(crate::Failure::into_error)
        })
    }

    /// Runs a write, as the pipeline would after authorization; a failure changes nothing.
    ///
    /// # Errors
    /// As the operation's.
    pub fn write<O: Write>(
        &mut self,
        operation: &O,
        input: <O::Model as OperationModel>::Input,
    ) -> Result<<O::Model as OperationModel>::Output, ApiError> {
        self.write_asks(operation, &input)?;
        let account = self.account();
        let caller = self.caller();
        let mut draft = Draft::of(&account);
        let second = self.with_read(|cx| operation.second(cx, &input)).filter(|second| *second != self.here);
        let mut second = second.and_then(|second| Some((second, Draft::of(self.accounts.get(&second)?))));
        let directory = Accounts(&self.accounts, &self.role_templates);
        let env = Environment {
            now: self.now,
            region: "us-east-1",
            endpoint: self.endpoint,
            directory: &directory,
            facts: self.facts.as_ref(),
            keys: &self.keys,
            entropy: &self.entropy,
        };
        let mut cx = WriteCx {
            draft: &mut draft,
            second: second.as_mut().map(|(_, draft)| draft),
            caller: &caller,
            env,
        };
        let output = operation.run(&mut cx, input).map_err(crate::Failure::into_error)?;
        self.accounts.insert(self.here, Arc::new(finished(draft)));
        if let Some((id, draft)) = second {
            self.accounts.insert(id, Arc::new(finished(draft)));
        }
        Ok(output)
    }

    /// Shows a read's context, as an operation would see it.
    pub fn with_read<T>(&mut self, body: impl FnOnce(&ReadCx<'_>) -> T) -> T {
        let account = self.account();
        let caller = self.caller();
        let directory = Accounts(&self.accounts, &self.role_templates);
        let env = Environment {
            now: self.now,
            region: "us-east-1",
            endpoint: self.endpoint,
            directory: &directory,
            facts: self.facts.as_ref(),
            keys: &self.keys,
            entropy: &self.entropy,
        };
        body(&ReadCx { account: &account, caller: &caller, env })
    }

    fn caller(&mut self) -> Caller {
        match &self.caller {
            Some(caller) => caller.clone(),
            None => {
                let key = self.new_id(IdKind::AccessKey);
                Caller::root(&self.account(), key)
            }
        }
    }
}

#[expect(clippy::expect_used, reason = "this module is for tests")]
fn account_number(number: u64) -> AccountId {
    AccountId::from_number(number).expect("an account number has twelve digits")
}

#[expect(clippy::expect_used, reason = "this module is for tests")]
fn finished(draft: Draft) -> Account {
    draft.finish().expect("every entity has a stored form").0
}
