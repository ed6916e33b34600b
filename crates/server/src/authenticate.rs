//! Authentication: from a signed request to the principal and the tree of its account.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use keygate_ident::{AccountId, UniqueId};
use keygate_seal::{KeyRing, Purpose, Secret};
use keygate_sigv4::{AuthError, Checked, Presented, SigningKeyCache};
use keygate_state::{AccessKey, Account, Caller, Directory, KeyStatus, Session};

use crate::node::Node;

/// A caller who proved to hold a key.
pub(crate) struct Authenticated {
    /// The tree of the caller's account at the time of the check.
    pub(crate) account: Arc<Account>,
    /// Who it is.
    pub(crate) caller: Caller,
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

/// What authentication needs.
pub(crate) struct Authenticator {
    node: Arc<Node>,
    keys: Arc<KeyRing>,
    signing_keys: SigningKeyCache,
    /// Keys whose ids were chosen by hand and so do not carry their account.
    foreign: RwLock<HashMap<String, AccountId>>,
}

/// Secret and principal behind an access key id; not yet proved.
struct Claim {
    account: Arc<Account>,
    caller: Caller,
    generation: u64,
    secret: SecretSource,
}

enum SecretSource {
    Sealed(AccessKey),
    Session(Arc<Session>),
}

impl Authenticator {
    pub(crate) fn new(node: Arc<Node>, keys: Arc<KeyRing>) -> Self {
        Self { node, keys, signing_keys: SigningKeyCache::default(), foreign: RwLock::default() }
    }

    /// Lets this key id, chosen by hand, lead to this account.
    pub(crate) fn know_key(&self, id: &UniqueId, account: AccountId) {
        if id.account() != Some(account) {
            let mut foreign = self.foreign.write().unwrap_or_else(PoisonError::into_inner);
            foreign.insert(id.to_string(), account);
        }
    }

    /// The account a key id leads to, before anything is proved: for the audit record of a failure.
    pub(crate) fn account_of(&self, key_id: &str) -> Option<AccountId> {
        let foreign = self.foreign.read().unwrap_or_else(PoisonError::into_inner);
        let known = foreign.get(key_id).copied();
        known.or_else(|| key_id.parse::<UniqueId>().ok()?.account())
    }

    /// Who made this request.
    pub(crate) fn authenticate(
        &self,
        presented: &Presented<'_>,
        checked: &Checked<'_, '_>,
        now: keygate_ident::Timestamp,
    ) -> Result<Authenticated, Failed> {
        let claim = match presented.security_token() {
            Some(token) => self.by_token(presented.access_key_id(), token)?,
            None => self.by_long_term_key(presented.access_key_id())?,
        };
        let key = self
            .signing_keys
            .get_or_try_derive(presented, claim.generation, || self.secret(&claim))
            .map_err(|()| Failed::Unavailable)?;
        checked.verify(&key)?;
        // Only the holder of the secret learns that a session has ended.
        if claim.caller.session.as_ref().is_some_and(|session| session.expires <= now) {
            return Err(AuthError::ExpiredToken.into());
        }
        Ok(Authenticated { account: claim.account, caller: claim.caller })
    }

    fn by_long_term_key(&self, key_id: &str) -> Result<Claim, Failed> {
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
        Ok(Claim {
            caller,
            generation: generation_of(key.created.millis()),
            secret: SecretSource::Sealed(key.clone()),
            account: Arc::clone(&account),
        })
    }

    fn by_token(&self, key_id: &str, token: &str) -> Result<Claim, Failed> {
        let invalid = || Failed::Client(AuthError::InvalidClientTokenId);
        let opened = self.keys.open_token(token).map_err(|_| invalid())?;
        let session = Arc::new(Session::from_bytes(&opened).ok_or_else(invalid)?);
        if session.key.as_str() != key_id {
            return Err(invalid());
        }
        let account = self.load(session.account)?.ok_or_else(invalid)?;
        let caller = Caller::session(&account, Arc::clone(&session)).ok_or_else(invalid)?;
        Ok(Claim {
            account,
            caller,
            generation: generation_of(session.issued.millis()),
            secret: SecretSource::Session(session),
        })
    }

    fn load(&self, account: AccountId) -> Result<Option<Arc<Account>>, Failed> {
        self.node.account(account).map_err(|_| Failed::Unavailable)
    }

    fn secret(&self, claim: &Claim) -> Result<SecretText, ()> {
        match &claim.secret {
            SecretSource::Session(session) => Ok(SecretText(Secret::new(session.secret.to_string()))),
            SecretSource::Sealed(key) => {
                let opened = self.keys.open(Purpose::SecretAccessKey, key.id.as_str().as_bytes(), &key.secret);
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
