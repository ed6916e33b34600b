//! Authentication: from a signed request to the principal and the tree of its account.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use keygate_ident::{AccountId, Timestamp, UniqueId};
use keygate_seal::{KeyRing, Purpose, Secret};
use keygate_sigv4::{AuthError, Checked, Presented, SigningKeyCache};
use keygate_state::{
    AccessKey, Account, Caller, Directory, Effective, KeyStatus, Session, Unreadable, effective,
};
use keygate_trail::Identity;

use crate::authorize::{LinkedSide, Policies};
use crate::facts::Recent;
use crate::node::Node;

/// A caller as one tree of its account knows it. Made once per credential and tree, then shared.
pub(crate) struct Principal {
    /// The tree.
    pub(crate) account: Arc<Account>,
    /// Who it is.
    pub(crate) caller: Caller,
    /// The same for the audit trail.
    pub(crate) identity: Arc<Identity>,
    /// What it did lately.
    pub(crate) recent: Recent,
    generation: u64,
    secret: SecretSource,
    effective: OnceLock<Result<Effective, Unreadable>>,
    /// Its policies were asked for.
    asked: AtomicBool,
    linked: OnceLock<LinkedSide>,
}

impl Principal {
    fn new(account: &Arc<Account>, caller: Caller, generation: u64, secret: SecretSource) -> Self {
        let identity = Arc::new(crate::audit::identity(&caller, account.partition()));
        let account = Arc::clone(account);
        Self {
            account,
            caller,
            identity,
            recent: Recent::default(),
            generation,
            secret,
            effective: OnceLock::new(),
            asked: AtomicBool::new(false),
            linked: OnceLock::new(),
        }
    }

    /// Its policies in this tree. They are linked when they are asked for the second time: who asks once and then
    /// changes the tree would pay for nothing.
    pub(crate) fn policies(&self) -> Result<Policies<'_>, &Unreadable> {
        let effective = self.effective.get_or_init(|| effective(&self.account, &self.caller)).as_ref()?;
        let again = self.asked.swap(true, Ordering::Relaxed);
        let linked = again.then(|| self.linked.get_or_init(|| LinkedSide::new(effective)));
        Ok(Policies { effective, linked })
    }
}

/// Why a request is not authenticated.
pub(crate) enum Failed {
    /// The client's fault.
    Client(AuthError),
    /// The store or a secret could not be read: nothing can be said, so the request is refused.
    Unavailable,
}

impl From<AuthError> for Failed {
    fn from(error: AuthError) -> Self {
        Self::Client(error)
    }
}

/// Principals that are kept; beyond it all are made anew.
const MAX_PRINCIPALS: usize = 8 * 1024;

/// What authentication needs.
pub(crate) struct Authenticator {
    node: Arc<Node>,
    keys: Arc<KeyRing>,
    signing_keys: SigningKeyCache,
    /// Keys whose ids were chosen by hand and so do not carry their account.
    foreign: RwLock<HashMap<String, AccountId>>,
    /// By access key id; good only with the same token and the same tree.
    principals: RwLock<HashMap<String, Cached>>,
}

struct Cached {
    token: Option<Box<str>>,
    principal: Arc<Principal>,
}

enum SecretSource {
    Sealed(AccessKey),
    Session(Arc<Session>),
}

impl Authenticator {
    pub(crate) fn new(node: Arc<Node>, keys: Arc<KeyRing>) -> Self {
        Self {
            node,
            keys,
            signing_keys: SigningKeyCache::default(),
            foreign: RwLock::default(),
            principals: RwLock::default(),
        }
    }

    /// Lets this key id, chosen by hand, lead to this account.
    pub(crate) fn know_key(&self, id: &UniqueId, account: AccountId) {
        if id.account() != Some(account) {
            let mut foreign = self.foreign.write().unwrap_or_else(PoisonError::into_inner);
            foreign.insert(id.to_string(), account);
        }
    }

    /// Who made this request.
    pub(crate) fn authenticate(
        &self,
        presented: &Presented<'_>,
        checked: &Checked<'_, '_>,
        now: Timestamp,
    ) -> Result<Arc<Principal>, Failed> {
        let principal = self.principal(presented.access_key_id(), presented.security_token())?;
        let key = self
            .signing_keys
            .get_or_try_derive(presented, principal.generation, || self.secret(&principal.secret))
            .map_err(|()| Failed::Unavailable)?;
        checked.verify(&key)?;
        // Only the holder of the secret learns that a session has ended.
        if principal.caller.session.as_ref().is_some_and(|session| session.expires <= now) {
            return Err(AuthError::ExpiredToken.into());
        }
        Ok(principal)
    }

    /// The principal behind a key id and token, in the newest tree of its account. Nothing is proved yet.
    fn principal(&self, key_id: &str, token: Option<&str>) -> Result<Arc<Principal>, Failed> {
        if let Some(principal) = self.cached(key_id, token)? {
            return Ok(principal);
        }
        let principal = Arc::new(match token {
            Some(token) => self.by_token(key_id, token)?,
            None => self.by_long_term_key(key_id)?,
        });
        let mut principals = self.principals.write().unwrap_or_else(PoisonError::into_inner);
        if principals.len() >= MAX_PRINCIPALS {
            principals.clear();
        }
        let cached = Cached { token: token.map(Box::from), principal: Arc::clone(&principal) };
        principals.insert(key_id.to_owned(), cached);
        Ok(principal)
    }

    fn cached(&self, key_id: &str, token: Option<&str>) -> Result<Option<Arc<Principal>>, Failed> {
        let principal = {
            let principals = self.principals.read().unwrap_or_else(PoisonError::into_inner);
            let Some(cached) = principals.get(key_id) else { return Ok(None) };
            if cached.token.as_deref() != token {
                return Ok(None);
            }
            Arc::clone(&cached.principal)
        };
        let newest = self.load(principal.account.id())?;
        Ok(newest.is_some_and(|newest| Arc::ptr_eq(&newest, &principal.account)).then_some(principal))
    }

    fn by_long_term_key(&self, key_id: &str) -> Result<Principal, Failed> {
        let unknown = || Failed::Client(AuthError::InvalidClientTokenId);
        let account = self.account_of(key_id).ok_or_else(unknown)?;
        let id: UniqueId = key_id.parse().map_err(|_| unknown())?;
        let account = self.load(account)?.ok_or_else(unknown)?;
        let (owner, key) = account.access_key(&id).ok_or_else(unknown)?;
        if key.status != KeyStatus::Active {
            return Err(unknown());
        }
        let caller = match owner {
            Some(user) => Caller::user(&account, user, id),
            None => Caller::root(&account, id),
        };
        let generation = generation_of(key.created.millis());
        Ok(Principal::new(&account, caller, generation, SecretSource::Sealed(key.clone())))
    }

    fn by_token(&self, key_id: &str, token: &str) -> Result<Principal, Failed> {
        let invalid = || Failed::Client(AuthError::InvalidClientTokenId);
        let opened = self.keys.open_token(token).map_err(|_| invalid())?;
        let session = Arc::new(Session::from_bytes(&opened).ok_or_else(invalid)?);
        if session.key.as_str() != key_id {
            return Err(invalid());
        }
        let account = self.load(session.account)?.ok_or_else(invalid)?;
        let caller = Caller::session(&account, Arc::clone(&session)).ok_or_else(invalid)?;
        let generation = generation_of(session.issued.millis());
        Ok(Principal::new(&account, caller, generation, SecretSource::Session(session)))
    }

    fn account_of(&self, key_id: &str) -> Option<AccountId> {
        let foreign = self.foreign.read().unwrap_or_else(PoisonError::into_inner);
        let known = foreign.get(key_id).copied();
        known.or_else(|| key_id.parse::<UniqueId>().ok()?.account())
    }

    fn load(&self, account: AccountId) -> Result<Option<Arc<Account>>, Failed> {
        self.node.account(account).map_err(|_| Failed::Unavailable)
    }

    fn secret(&self, source: &SecretSource) -> Result<SecretText, ()> {
        match source {
            SecretSource::Session(session) => Ok(SecretText(Secret::new(session.secret.to_string()))),
            SecretSource::Sealed(key) => {
                let opened =
                    self.keys.open(Purpose::SecretAccessKey, key.id.as_str().as_bytes(), &key.secret);
                let opened = opened.map_err(|error| {
                    tracing::error!(%error, key = %key.id, "the secret of an access key can not be opened");
                })?;
                Secret::from_utf8(opened).map(SecretText).map_err(|_| ())
            }
        }
    }
}

struct SecretText(Secret);

impl AsRef<str> for SecretText {
    fn as_ref(&self) -> &str {
        self.0.expose()
    }
}

/// A key id has one secret for life; the time of its making tells a re-used hand-chosen id apart.
fn generation_of(created_millis: i64) -> u64 {
    created_millis.cast_unsigned()
}
