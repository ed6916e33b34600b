//! What AWS refuses to some kinds of credentials whatever the policies say (rules 72, 73).

use keygate_sigv4::AuthError;
use keygate_state::{Caller, CallerKind, MfaState, SessionKind};
use keygate_wire::{ApiError, OperationSchema, ServiceSchema};

/// How a caller came by its credentials, as far as these rules care.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Credentials {
    LongTerm,
    Role,
    Federated,
    SessionToken { mfa: bool },
}

/// Whether these credentials may call this service at all. Told before the message is even looked at.
///
/// # Errors
/// What AWS answers.
pub(crate) fn service(caller: &Caller, service: &ServiceSchema) -> Result<(), AuthError> {
    match (service.signing_name, credentials(caller)) {
        ("iam", Credentials::Federated | Credentials::SessionToken { mfa: false }) => {
            Err(AuthError::InvalidClientTokenId)
        }
        _ => Ok(()),
    }
}

/// Whether these credentials may call this operation.
///
/// # Errors
/// What AWS answers.
pub(crate) fn operation(caller: &Caller, operation: &OperationSchema) -> Result<(), ApiError> {
    if operation.service.id == "STS" { sts(caller, credentials(caller), operation.name) } else { Ok(()) }
}

fn sts(caller: &Caller, credentials: Credentials, operation: &str) -> Result<(), ApiError> {
    let denied = |message: String| Err(ApiError::access_denied(message));
    let with_session = || denied(format!("Cannot call {operation} with session credentials"));
    match (operation, credentials) {
        ("GetCallerIdentity", _) => Ok(()),
        ("AssumeRole", _) if matches!(caller.kind, CallerKind::Root) => {
            denied("Roles may not be assumed by root accounts.".to_owned())
        }
        ("AssumeRole", Credentials::Federated) => with_session(),
        ("AssumeRole", _) => Ok(()),
        ("GetSessionToken" | "GetFederationToken", Credentials::LongTerm) => Ok(()),
        ("GetSessionToken" | "GetFederationToken", _) => with_session(),
        (_, Credentials::SessionToken { .. } | Credentials::Federated) => with_session(),
        _ => Ok(()),
    }
}

fn credentials(caller: &Caller) -> Credentials {
    match caller.session.as_ref().map(|session| &session.kind) {
        None => Credentials::LongTerm,
        // What a delegated session may do is up to its session policies and whoever accepted the request.
        Some(SessionKind::Role { .. } | SessionKind::Delegated { .. }) => Credentials::Role,
        Some(SessionKind::FederatedUser { .. }) => Credentials::Federated,
        Some(SessionKind::User { .. } | SessionKind::Root) => {
            Credentials::SessionToken { mfa: matches!(caller.mfa(), MfaState::Since(_)) }
        }
    }
}
