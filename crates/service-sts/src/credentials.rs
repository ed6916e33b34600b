//! Making temporary credentials.

use keygate_ident::{AccountId, IdKind, Timestamp, UniqueId};
use keygate_operation::{Failure, ReadCx};
use keygate_seal::Zeroizing;
use keygate_shapes::sts::Credentials;
use keygate_state::{Session, SessionKind, SessionPolicy, Tags};
use keygate_wire::{OperationModel, Sensitive};

/// What a session is made from.
pub(crate) struct NewSession {
    /// The account it acts in.
    pub(crate) account: AccountId,
    /// Whose session it is.
    pub(crate) kind: SessionKind,
    /// How long it lives.
    pub(crate) seconds: u32,
    /// Session policies, if any were passed.
    pub(crate) policies: Option<Vec<SessionPolicy>>,
    /// Session tags, inherited ones included.
    pub(crate) tags: Tags,
    /// Keys of the tags that persist.
    pub(crate) transitive: Vec<String>,
    /// The source identity, set now or before.
    pub(crate) source_identity: Option<String>,
    /// When the second factor was proved, if it was.
    pub(crate) mfa: Option<Timestamp>,
}

/// Seals a new session into its token.
pub(crate) fn issue<M: OperationModel>(cx: &ReadCx<'_>, new: NewSession) -> Result<Credentials, Failure<M>> {
    issue_since(cx, new, cx.env.now)
}

/// The same of a session that began, and counts as issued, at this time.
pub(crate) fn issue_since<M: OperationModel>(
    cx: &ReadCx<'_>,
    new: NewSession,
    issued: Timestamp,
) -> Result<Credentials, Failure<M>> {
    let mut random = cx.env.random();
    let key = UniqueId::generate(IdKind::TemporaryKey, new.account, &mut random);
    let secret = keygate_seal::secret_access_key(&mut random);
    let issued = issued.to_whole_seconds();
    let session = Session {
        key: key.clone(),
        secret: Zeroizing::new(secret.expose().to_owned()),
        account: new.account,
        kind: new.kind,
        issued,
        expires: issued.plus_seconds(i64::from(new.seconds)),
        policies: new.policies,
        tags: new.tags,
        transitive: new.transitive,
        source_identity: new.source_identity,
        mfa: new.mfa,
    };
    let token = cx.env.keys.seal_token(&session.to_bytes(), &mut random)?;
    Ok(Credentials {
        access_key_id: key.into(),
        secret_access_key: Sensitive::new(secret.expose().to_owned()),
        session_token: token,
        expiration: session.expires,
    })
}
