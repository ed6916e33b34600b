//! How an operation fails: with an error its model declares, which the compiler checks, or with one of the few
//! that every operation has.

use std::fmt;
use std::marker::PhantomData;

use keygate_seal::SealError;
use keygate_shapes::declares;
use keygate_state::{
    CredentialReportExpired, CredentialReportNotPresent, DeleteConflict, DuplicateCertificate,
    DuplicateSSHPublicKey, EntityAlreadyExists, FeatureDisabled, FeatureEnabled, InsertError,
    InvalidAuthenticationCode, InvalidCertificate, InvalidInput, InvalidPublicKey, InvalidUserType,
    KeyPairMismatch, LimitExceeded, MalformedCertificate, MalformedPolicyDocument, NoSuchEntity,
    OrganizationNotFound, PasswordPolicyViolation, PolicyNotAttachable, TagError, TrustError, Unavailable,
    UnmodifiableEntity, Unreadable, UnrecognizedPublicKeyEncoding,
};
use keygate_wire::{ApiError, OperationModel};

/// The failure of the operation `M`.
pub struct Failure<M> {
    error: ApiError,
    operation: PhantomData<fn() -> M>,
}

impl<M: OperationModel> Failure<M> {
    /// An error that every operation may answer with.
    pub fn common(error: ApiError) -> Self {
        Self { error, operation: PhantomData }
    }

    /// `ValidationError`, 400.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::common(ApiError::validation(message))
    }

    /// `AccessDenied`, 403: for what AWS refuses whatever the policies say (rules 72, 73).
    pub fn access_denied(message: impl Into<String>) -> Self {
        Self::common(ApiError::access_denied(message))
    }

    /// Something that can not happen did; the request is refused.
    pub fn internal() -> Self {
        Self::common(ApiError::internal_failure())
    }

    /// `PackedPolicyTooLarge` of an STS operation.
    pub fn packed_policy_too_large(message: impl Into<String>) -> Self
    where
        M: declares::PackedPolicyTooLarge,
    {
        Self::common(ApiError::declared_by::<M>("PackedPolicyTooLarge", message))
    }

    /// `InvalidAuthorizationMessage` of an STS operation.
    pub fn invalid_authorization_message() -> Self
    where
        M: declares::InvalidAuthorizationMessage,
    {
        Self::common(ApiError::declared_by::<M>("InvalidAuthorizationMessage", "Message is not valid"))
    }

    /// `PolicyEvaluation` of the policy simulator: a policy of the account can not be understood.
    pub fn policy_evaluation(message: impl Into<String>) -> Self
    where
        M: declares::PolicyEvaluation,
    {
        Self::common(ApiError::declared_by::<M>("PolicyEvaluation", message))
    }

    /// The error as every protocol can write it.
    pub fn into_error(self) -> ApiError {
        self.error
    }
}

impl<M> fmt::Debug for Failure<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.error, f)
    }
}

/// One conversion per error of the account: allowed only where the operation's model declares that error.
macro_rules! declared {
    ($($name:ident;)*) => {$(
        impl<M: OperationModel + declares::$name> From<$name> for Failure<M> {
            fn from(error: $name) -> Self {
                Self::common(ApiError::declared_by::<M>(stringify!($name), error.message()))
            }
        }
    )*};
}

declared! {
    NoSuchEntity;
    EntityAlreadyExists;
    LimitExceeded;
    DeleteConflict;
    MalformedPolicyDocument;
    InvalidInput;
    UnmodifiableEntity;
    PolicyNotAttachable;
    OrganizationNotFound;
    CredentialReportNotPresent;
    CredentialReportExpired;
    PasswordPolicyViolation;
    InvalidUserType;
    InvalidAuthenticationCode;
    MalformedCertificate;
    InvalidCertificate;
    DuplicateCertificate;
    KeyPairMismatch;
    InvalidPublicKey;
    DuplicateSSHPublicKey;
    UnrecognizedPublicKeyEncoding;
    FeatureEnabled;
    FeatureDisabled;
}

impl<M> From<InsertError> for Failure<M>
where
    M: OperationModel + declares::EntityAlreadyExists + declares::LimitExceeded,
{
    fn from(error: InsertError) -> Self {
        match error {
            InsertError::Exists(error) => error.into(),
            InsertError::Limit(error) => error.into(),
        }
    }
}

impl<M> From<TagError> for Failure<M>
where
    M: OperationModel + declares::InvalidInput + declares::LimitExceeded,
{
    fn from(error: TagError) -> Self {
        match error {
            TagError::Invalid(error) => error.into(),
            TagError::Limit(error) => error.into(),
        }
    }
}

impl<M: OperationModel + declares::MalformedPolicyDocument> From<TrustError> for Failure<M> {
    fn from(error: TrustError) -> Self {
        match error {
            TrustError::Malformed(error) => error.into(),
            TrustError::Unavailable(error) => error.into(),
        }
    }
}

impl<M: OperationModel> From<Unavailable> for Failure<M> {
    fn from(_: Unavailable) -> Self {
        Self::common(ApiError::new(
            "ServiceUnavailable",
            503,
            "The request has failed due to a temporary failure of the server.",
        ))
    }
}

impl<M: OperationModel> From<Unreadable> for Failure<M> {
    fn from(_: Unreadable) -> Self {
        Self::internal()
    }
}

impl<M: OperationModel> From<SealError> for Failure<M> {
    fn from(_: SealError) -> Self {
        Self::internal()
    }
}
