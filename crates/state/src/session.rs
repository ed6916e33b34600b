//! Temporary credentials: everything about them is sealed into the session token, so that any node can verify
//! them and making them writes nothing but an audit record.

use std::fmt;

use keygate_ident::{AccountId, Timestamp, UniqueId};
use keygate_seal::Zeroizing;
use serde::{Deserialize, Serialize};

use crate::tags::Tags;

/// The content of a session token.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// `ASIA…`; a token is valid only together with its key.
    pub key: UniqueId,
    /// The secret access key.
    #[serde(with = "wiped")]
    pub secret: Zeroizing<String>,
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
#[serde(deny_unknown_fields)]
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
    /// GetDelegatedAccessToken: the session policies of a delegation request, with the identity that accepted it.
    Delegated {
        /// That identity.
        delegate: Delegate,
        /// The delegation request's `ADRA…`.
        request: UniqueId,
    },
}

/// The identity that accepted a delegation request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Delegate {
    /// The root user of the account.
    Root,
    /// A user.
    User {
        /// `AIDA…`
        user: UniqueId,
    },
    /// A session of a role.
    Role {
        /// The role's `AROA…`.
        role: UniqueId,
        /// The session name.
        session_name: String,
    },
}

/// One session policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum SessionPolicy {
    /// Passed as text.
    Inline(String),
    /// A managed policy of the account or of AWS.
    Managed {
        /// Its ARN.
        arn: String,
        /// The version at the time of issue (`v3`); versions are immutable.
        version: String,
        /// The `ANPA…` of the account's own policy; AWS's need none.
        id: Option<UniqueId>,
    },
}

impl Session {
    /// The plaintext of the token.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        // Plain data to memory; an empty text would be refused by `from_bytes`.
        Zeroizing::new(serde_json::to_vec(self).unwrap_or_default())
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

/// The secret as plain text in the sealed token, and wiped from memory outside it.
mod wiped {
    use keygate_seal::Zeroizing;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        secret: &Zeroizing<String>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Zeroizing<String>, D::Error> {
        String::deserialize(deserializer).map(Zeroizing::new)
    }
}

#[cfg(test)]
mod tests {
    use keygate_ident::IdKind;

    use super::*;
    use crate::TagCase;
    use crate::test_support::{Maker, NOW, account_id};

    fn sessions() -> Vec<Session> {
        let account = account_id(123_456_789_012);
        let mut maker = Maker::new(account);
        let (user, role) = (maker.id(IdKind::User), maker.id(IdKind::Role));
        let kinds = [
            SessionKind::Role { role, session_name: "s\"1".to_owned() },
            SessionKind::FederatedUser { user: Some(user.clone()), name: "guest".to_owned() },
            SessionKind::FederatedUser { user: None, name: "guest".to_owned() },
            SessionKind::User { user },
            SessionKind::Root,
            SessionKind::Delegated { delegate: Delegate::Root, request: maker.id(IdKind::DelegationRequest) },
        ];
        let session = |kind| Session {
            key: maker.id(IdKind::TemporaryKey),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned().into(),
            account,
            kind,
            issued: NOW,
            expires: NOW.plus_seconds(900),
            policies: None,
            tags: Tags::default(),
            transitive: Vec::new(),
            source_identity: None,
            mfa: None,
        };
        let mut sessions: Vec<Session> = kinds.map(session).into();
        let full = &mut sessions[0];
        full.policies = Some(vec![
            SessionPolicy::Inline("{\"Statement\": []}".to_owned()),
            SessionPolicy::Managed {
                arn: "arn:aws:iam::aws:policy/X".to_owned(),
                version: "v3".to_owned(),
                id: None,
            },
        ]);
        full.tags.set([("Team", "a"), ("é", "")], TagCase::Insensitive, 50).unwrap();
        full.transitive = vec!["Team".to_owned()];
        full.source_identity = Some("alice".to_owned());
        full.mfa = Some(NOW);
        // No session policy at all is not the same as an empty list of them.
        sessions[1].policies = Some(Vec::new());
        sessions
    }

    #[test]
    fn bytes_hold_everything() {
        for session in sessions() {
            let bytes = session.to_bytes();
            let read = Session::from_bytes(&bytes).unwrap();
            assert_eq!(read.to_bytes(), bytes);
            let plain =
                |s: &Session| (s.key.clone(), s.secret.clone(), s.account, s.issued, s.expires, s.mfa);
            assert_eq!(plain(&read), plain(&session));
            assert_eq!((read.kind, read.policies, read.tags), (session.kind, session.policies, session.tags));
            assert_eq!(
                (read.transitive, read.source_identity),
                (session.transitive, session.source_identity)
            );
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        let full = &sessions()[0];
        let good: serde_json::Value = serde_json::from_slice(&full.to_bytes()).unwrap();
        let edit = |change: fn(&mut serde_json::Value)| {
            let mut value = good.clone();
            change(&mut value);
            value.to_string().into_bytes()
        };
        for bytes in [
            Vec::new(),
            b"{}".to_vec(),
            full.to_bytes()[1..].to_vec(),
            // What a newer version adds may be a restriction: it must not be overlooked.
            edit(|session| session["network"] = "10.0.0.0/8".into()),
            edit(|session| session["kind"]["Role"]["only"] = "read".into()),
            edit(|session| session["policies"][1]["Managed"]["only"] = "read".into()),
            edit(|session| session["kind"] = serde_json::json!({"Service": {}})),
            edit(|session| session["account"] = 12.into()),
            edit(|session| drop(session.as_object_mut().unwrap().remove("expires"))),
        ] {
            assert!(Session::from_bytes(&bytes).is_none(), "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn debug_hides_the_secret() {
        for session in sessions() {
            for shown in [format!("{session:?}"), format!("{session:#?}")] {
                assert!(!shown.contains("wJalr"), "{shown}");
                assert!(shown.contains(session.key.as_str()));
            }
        }
    }
}
