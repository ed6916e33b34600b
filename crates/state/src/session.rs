//! Temporary credentials: everything about them is sealed into the session token, so that any node can verify
//! them and making them writes nothing but an audit record.

use std::fmt;

use keygate_ident::{AccountId, Timestamp, UniqueId};
use serde::{Deserialize, Serialize};

use crate::tags::Tags;

/// The content of a session token.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// `ASIA…`; a token is valid only together with its key.
    pub key: UniqueId,
    /// The secret access key.
    pub secret: String,
    /// The account the session acts in.
    pub account: AccountId,
    /// Whose session it is.
    pub kind: SessionKind,
    /// When it was issued: `aws:TokenIssueTime`.
    pub issued: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// Session policies; `None`: none were passed. Fixed for the life of the session (rule 76).
    #[serde(default)]
    pub policies: Option<Vec<SessionPolicy>>,
    /// Session tags, with inherited transitive ones (rules 205-207).
    #[serde(default)]
    pub tags: Tags,
    /// Keys of the tags that persist through role chaining.
    #[serde(default)]
    pub transitive: Vec<String>,
    /// `aws:SourceIdentity`, once set never changed (rule 204).
    #[serde(default)]
    pub source_identity: Option<String>,
    /// When the caller proved a second factor, if it did.
    #[serde(default)]
    pub mfa: Option<Timestamp>,
}

/// Whose session it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionKind {
    /// AssumeRole.
    Role {
        /// The role's `AROA…`: a re-created role ends the session.
        role: UniqueId,
        /// The session name.
        session_name: String,
    },
    /// GetFederationToken.
    FederatedUser {
        /// The federating user's `AIDA…`; `None` for root.
        user: Option<UniqueId>,
        /// The name given by the caller.
        name: String,
    },
    /// GetSessionToken of a user: the user itself (rule 25).
    User {
        /// `AIDA…`
        user: UniqueId,
    },
    /// GetSessionToken of root.
    Root,
}

/// One session policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionPolicy {
    /// Passed as text.
    Inline(String),
    /// A managed policy of the account or of AWS.
    Managed {
        /// Its ARN.
        arn: String,
        /// The version at the time of issue (`v3`); versions are immutable.
        version: String,
    },
}

impl Session {
    /// The plaintext of the token.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Plain data to memory; an empty text would be refused by `from_bytes`.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The session in an opened token; `None` if it is not one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("key", &self.key)
            .field("kind", &self.kind)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}
