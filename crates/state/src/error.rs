//! What can go wrong inside an account, one type per error that IAM's model declares, so that an operation
//! can only pass on the errors it declares. The message is AWS's, for the client.

use std::fmt;

macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// With AWS's message for the case.
            pub fn new(message: impl Into<String>) -> Self {
                Self(message.into())
            }

            /// The message for the client.
            pub fn message(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::error::Error for $name {}
    )*};
}

errors! {
    /// The entity does not exist.
    NoSuchEntity;
    /// An entity of this name exists (names are unique ignoring case, rule 233).
    EntityAlreadyExists;
    /// A quota would be exceeded (rules 229-232).
    LimitExceeded;
    /// Something else depends on the entity.
    DeleteConflict;
    /// The document is not a valid policy (rule 99).
    MalformedPolicyDocument;
    /// A value is well formed but not acceptable.
    InvalidInput;
    /// The entity belongs to a service.
    UnmodifiableEntity;
    /// The policy can not be attached to this kind of entity.
    PolicyNotAttachable;
    /// The account is in no organization.
    OrganizationNotFound;
    /// No credential report was generated yet.
    CredentialReportNotPresent;
    /// The credential report is too old.
    CredentialReportExpired;
    /// The password is not as the account's rules want it.
    PasswordPolicyViolation;
    /// Only another kind of caller can do this.
    InvalidUserType;
    /// One-time codes are not those that the device shows.
    InvalidAuthenticationCode;
    /// The text is not a certificate, a chain or a private key.
    MalformedCertificate;
    /// The certificate can not be used, e.g. outside its time.
    InvalidCertificate;
    /// The certificate is in the account already.
    DuplicateCertificate;
    /// The private key does not belong to the certificate.
    KeyPairMismatch;
    /// The text is not a public key that can be used.
    InvalidPublicKey;
    /// The user has this SSH public key already.
    DuplicateSSHPublicKey;
    /// The public key is in an encoding that is not known.
    UnrecognizedPublicKeyEncoding;
    /// The feature is on already.
    FeatureEnabled;
    /// The feature is off.
    FeatureDisabled;
}

impl NoSuchEntity {
    /// "The user with name bob cannot be found."
    pub fn named(what: &str, name: &str) -> Self {
        Self(format!("The {what} with name {name} cannot be found."))
    }

    /// "Policy arn:… was not found."
    pub fn policy(arn: &str) -> Self {
        Self(format!("Policy {arn} was not found."))
    }

    /// "Job 01234567-… does not exist."
    pub fn job(id: &str) -> Self {
        Self(format!("Job {id} does not exist."))
    }

    /// "Instance Profile web cannot be found."
    pub fn instance_profile(name: &str) -> Self {
        Self(format!("Instance Profile {name} cannot be found."))
    }
}

impl LimitExceeded {
    /// "Cannot exceed quota for AccessKeysPerUser: 2".
    pub fn quota(name: &str, limit: u32) -> Self {
        Self(format!("Cannot exceed quota for {name}: {limit}"))
    }
}
