//! The operator socket: how the command line talks to the server that runs on a data folder.
//!
//! A Unix socket in the data folder that only the folder's owner can open (mode 0600); HTTP/1.1 and JSON over it.
//! Whoever can open it can read the root credentials anyway, so it asks for no others.
//!
//! | request | answer |
//! |---|---|
//! | `POST /accounts` | [`AccountRequest`] → [`NewAccount`]: its root key is told here and never again |
//! | `GET /accounts` | every [`AccountLine`] |
//! | `GET /status` | [`Status`] |
//! | `GET /env` | [`Environment`]: what a client needs to be the first account's root |
//! | `GET /delegation-tokens/ID` | [`DelegationToken`]: what the requestor of a delegation request is told |
//! | `GET /events?…` | CloudTrail records, one per line; see [`crate::events::EventQuery`] |

mod client;
mod credentials;
mod server;
mod socket;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;

use keygate_ident::{AccountId, Timestamp};
use keygate_seal::Secret;
use keygate_trail::Trail;
use serde::{Deserialize, Serialize};

use crate::metrics::Gauges;

pub use client::{Client, ClientError};
pub use server::OperatorListener;

/// What the operator socket and the admin listener need of the server.
pub trait Operator: Send + Sync + 'static {
    /// Makes an account, with this id or a random one. Returns when it is durable.
    ///
    /// # Errors
    /// The id is taken, or the store refuses.
    fn create_account(&self, name: &str, id: Option<AccountId>) -> Result<NewAccount, OperatorError>;

    /// All accounts, in the order of their ids.
    ///
    /// # Errors
    /// The store refuses.
    fn accounts(&self) -> Result<Vec<AccountLine>, OperatorError>;

    /// How the server is.
    ///
    /// # Errors
    /// The store refuses.
    fn status(&self) -> Result<Status, OperatorError>;

    /// The token of a delegation request that was sent.
    ///
    /// # Errors
    /// There is no such request, its token was not sent or has expired, or the store refuses.
    fn delegation_token(&self, id: &str) -> Result<DelegationToken, OperatorError>;

    /// The audit trail.
    fn trail(&self) -> &Trail;

    /// Brings the records that are on their way to the trail there, so that who asks for events now sees what has
    /// been answered before. What does not arrive is logged and comes later.
    fn settle(&self) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// What the metrics page shows of the moment. Has to be quick.
    fn gauges(&self) -> Gauges;
}

/// A new account, asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AccountRequest {
    /// One to fifty printable ASCII characters, as AWS's account names.
    pub account_name: String,
    /// Its id, if it is not to be random.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
}

/// A new account, made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NewAccount {
    /// Its id.
    #[serde(rename = "AccountId")]
    pub id: AccountId,
    /// The id of its first root key.
    pub access_key_id: String,
    /// The secret of its first root key.
    #[serde(rename = "SecretAccessKey", with = "exposed")]
    pub secret: Secret,
}

/// An account in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccountLine {
    /// Its id.
    #[serde(rename = "AccountId")]
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// When it was made.
    #[serde(with = "iso")]
    pub created: Timestamp,
}

/// How the server is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Status {
    /// The program's version.
    pub version: String,
    /// Where the API answers: `http://127.0.0.1:8474`.
    pub endpoint: String,
    /// Where metrics and health answer, if anywhere.
    pub admin_endpoint: Option<String>,
    /// The first account.
    pub account: AccountId,
    /// The region.
    pub region: String,
    /// The file with the first account's root key.
    pub credentials: PathBuf,
    /// `sqlite ./keygate-data/keygate.db`
    pub store: String,
    /// Whether requests are answered.
    pub ready: bool,
    /// Seconds since the start.
    pub uptime_seconds: u64,
    /// Accounts in memory.
    pub accounts_loaded: usize,
    /// Accounts in the store.
    pub accounts: usize,
}

/// What AWS would publish to the topic of whoever made a delegation request: there is no SNS here, so that somebody has
/// to carry it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DelegationToken {
    /// The request.
    pub delegation_request_id: String,
    /// The account that made it.
    pub requestor_id: AccountId,
    /// The topic that the requestor named.
    pub notification_channel: String,
    /// For `sts:GetDelegatedAccessToken`.
    #[serde(with = "exposed")]
    pub trade_in_token: Secret,
    /// When the delegated time is over.
    #[serde(with = "iso")]
    pub expiration: Timestamp,
}

/// What a client needs to be the first account's root.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Environment {
    /// `AWS_ENDPOINT_URL`
    pub endpoint: String,
    /// `AWS_REGION`
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`
    #[serde(rename = "SecretAccessKey", with = "exposed")]
    pub secret: Secret,
}

/// Why the server does not do what an operator asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperatorError {
    /// It can not be done as it was asked for.
    Invalid(String),
    /// There is one already.
    Exists(String),
    /// There is none.
    Missing(String),
    /// The store refuses, or something else that has nothing to do with the request.
    Unavailable(String),
}

impl fmt::Display for OperatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(text) | Self::Exists(text) | Self::Missing(text) | Self::Unavailable(text) => {
                f.write_str(text)
            }
        }
    }
}

impl std::error::Error for OperatorError {}

/// An error as the socket tells it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorBody {
    message: String,
}

/// Secrets that the socket is there to tell.
mod exposed {
    use keygate_seal::Secret;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

/// Instants as people read them.
mod iso {
    use keygate_ident::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(time)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
