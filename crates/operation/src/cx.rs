//! What an operation may look at: one tree of the caller's account, the caller, the time, and the few things
//! beyond its account.

use std::cell::RefCell;

use keygate_ident::{AccountId, Arn, Entropy, IdKind, Partition, Timestamp, UniqueId};
use keygate_seal::KeyRing;
use keygate_state::{Account, Caller, Directory, Draft, Facts};

/// What surrounds a request, the same for reads and writes.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// When the request arrived.
    pub now: Timestamp,
    /// The region it was signed for.
    pub region: &'a str,
    /// The URL by which others reach this server, without a slash at its end; `None` if it does not know.
    pub endpoint: Option<&'a str>,
    /// Other accounts.
    pub directory: &'a dyn Directory,
    /// Facts of use.
    pub facts: &'a dyn Facts,
    /// Seals secrets, session tokens and markers.
    pub keys: &'a KeyRing,
    /// Randomness for ids and secrets; see [`Environment::random`].
    pub entropy: &'a RefCell<dyn Entropy>,
}

/// Randomness of one request.
pub struct Random<'a>(&'a RefCell<dyn Entropy>);

impl Entropy for Random<'_> {
    fn fill(&mut self, bytes: &mut [u8]) {
        // Borrowed for this one call only, so never twice.
        self.0.borrow_mut().fill(bytes);
    }
}

impl<'a> Environment<'a> {
    /// Randomness for ids and secrets.
    pub fn random(&self) -> Random<'a> {
        Random(self.entropy)
    }
}

/// For asking and reading.
#[derive(Clone, Copy)]
pub struct ReadCx<'a> {
    /// The caller's account.
    pub account: &'a Account,
    /// Who calls.
    pub caller: &'a Caller,
    /// The rest.
    pub env: Environment<'a>,
}

/// For writing.
pub struct WriteCx<'a> {
    /// The caller's account, under change.
    pub draft: &'a mut Draft,
    /// The other account that the operation changes, if it named one and there is one; see [`crate::Write::second`].
    pub second: Option<&'a mut Draft>,
    /// Who calls.
    pub caller: &'a Caller,
    /// The rest.
    pub env: Environment<'a>,
}

impl ReadCx<'_> {
    /// The account number.
    pub fn account_id(&self) -> AccountId {
        self.account.id()
    }

    /// The partition of the account's ARNs.
    pub fn partition(&self) -> Partition {
        self.account.partition()
    }

    /// The ARN of something of this kind at path `/`: for names that do not exist.
    pub fn arn(&self, kind: &str, name: &str) -> Arn {
        Arn::iam(self.partition(), self.account_id(), kind, &Default::default(), name)
    }
}

impl WriteCx<'_> {
    /// For looking only.
    pub fn read(&self) -> ReadCx<'_> {
        ReadCx { account: self.draft, caller: self.caller, env: self.env }
    }

    /// The account number.
    pub fn account_id(&self) -> AccountId {
        self.draft.id()
    }

    /// The partition of the account's ARNs.
    pub fn partition(&self) -> Partition {
        self.draft.partition()
    }

    /// Now, in whole seconds as IAM keeps its dates.
    pub fn now(&self) -> Timestamp {
        self.env.now.to_whole_seconds()
    }

    /// A random id in the form of a UUID, as AWS's task ids are.
    pub fn new_uuid(&self) -> String {
        let mut random = [0; 16];
        self.env.random().fill(&mut random);
        keygate_ident::uuid(random)
    }

    /// A new unique id of this kind.
    pub fn new_id(&self, kind: IdKind) -> UniqueId {
        UniqueId::generate(kind, self.draft.id(), &mut self.env.random())
    }
}
