//! Operations on service-specific credentials: user names and passwords, or API keys, that one service accepts.

pub(crate) mod create_service_specific_credential;
mod delete_service_specific_credential;
mod list_service_specific_credentials;
mod reset_service_specific_credential;
mod update_service_specific_credential;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keygate_ident::{Entropy, Timestamp, UniqueId};
use keygate_operation::{Ask, Entry, Environment, Failure, ReadCx};
use keygate_seal::{Purpose, Sealed, Secret, Zeroizing};
use keygate_shapes::iam;
use keygate_state::{NoSuchEntity, ServiceCredential, User};
use keygate_wire::{OperationModel, Sensitive};

use crate::ask;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_service_specific_credential::CreateServiceSpecificCredential),
        Entry::read(list_service_specific_credentials::ListServiceSpecificCredentials),
        Entry::write(reset_service_specific_credential::ResetServiceSpecificCredential),
        Entry::write(update_service_specific_credential::UpdateServiceSpecificCredential),
        Entry::write(delete_service_specific_credential::DeleteServiceSpecificCredential),
    ]
}

/// Which service a credential is for, in policies.
const SERVICE_NAME: &str = "iam:ServiceSpecificCredentialServiceName";
/// For how many days a new credential is to live, in policies.
const AGE_DAYS: &str = "iam:ServiceSpecificCredentialAgeDays";

/// What a service accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A user name and a password.
    Password,
    /// A bearer token that begins with these letters. It may have an end.
    ApiKey(&'static str),
}

/// The services with such credentials (IAM user guide, "Service-specific credentials" and "API keys").
const SERVICES: [(&str, Form); 4] = [
    ("bedrock.amazonaws.com", Form::ApiKey("ABSK")),
    ("cassandra.amazonaws.com", Form::Password),
    ("codecommit.amazonaws.com", Form::Password),
    ("logs.amazonaws.com", Form::ApiKey("ACWL")),
];

impl Form {
    /// What this service accepts. AWS answers NoSuchEntity for others, though the model has an error of its own.
    fn of(service: &str) -> Result<Self, NoSuchEntity> {
        let known = SERVICES.iter().find(|(name, _)| *name == service);
        known.map(|(_, form)| *form).ok_or_else(|| {
            NoSuchEntity::new(format!(
                "No such service {service} is supported for Service Specific Credentials"
            ))
        })
    }

    /// A new secret for the credential with this public half.
    fn secret(self, alias: &str, entropy: &mut dyn Entropy) -> Secret {
        // 44 bytes are 60 letters, the last one a `=`, as AWS's passwords are.
        let mut bytes = Zeroizing::new([0; 44]);
        entropy.fill(bytes.as_mut_slice());
        let password = Zeroizing::new(STANDARD.encode(bytes.as_slice()));
        match self {
            Self::Password => Secret::new(password.as_str().to_owned()),
            Self::ApiKey(prefix) => {
                let token = Zeroizing::new(format!("{alias}:{}", password.as_str()));
                Secret::new(format!("{prefix}{}", STANDARD.encode(token.as_bytes())))
            }
        }
    }
}

/// This action on the credential of this user: asked about the user, with the service that the credential is for.
fn ask_about(cx: &ReadCx<'_>, action: &'static str, user: &str, id: &str) -> Ask {
    let credentials = cx.account.users.named(user).map(|user| user.service_credentials.as_slice());
    let credential = credentials.and_then(|all| all.iter().find(|credential| credential.id.as_str() == id));
    ask::user(cx, action, user).key(SERVICE_NAME, credential.map(|credential| credential.service.as_str()))
}

fn missing(id: &str) -> NoSuchEntity {
    NoSuchEntity::new(format!("No such credential {id} exists"))
}

fn sealed<M: OperationModel>(
    env: &Environment<'_>,
    id: &UniqueId,
    secret: &Secret,
) -> Result<Sealed, Failure<M>> {
    let (context, plaintext) = (id.as_str().as_bytes(), secret.expose().as_bytes());
    Ok(env.keys.seal(Purpose::ServicePassword, context, plaintext, &mut env.random())?)
}

/// `Active`, `Inactive`, or `Expired` when its time is over.
fn status(credential: &ServiceCredential, now: Timestamp) -> String {
    if credential.is_expired(now) { "Expired".to_owned() } else { credential.status.as_str().to_owned() }
}

/// The credential with its secret: shown when the secret is made, and never again.
fn shown(
    user: &User,
    credential: &ServiceCredential,
    form: Form,
    secret: &Secret,
    now: Timestamp,
) -> iam::ServiceSpecificCredential {
    let (alias, secret) = (credential.alias.clone(), Sensitive::new(secret.expose().to_owned()));
    let public = iam::ServiceSpecificCredential {
        create_date: credential.created,
        expiration_date: credential.expires,
        service_name: credential.service.clone(),
        service_specific_credential_id: credential.id.to_string(),
        user_name: user.name.clone(),
        status: status(credential, now),
        ..Default::default()
    };
    match form {
        Form::Password => iam::ServiceSpecificCredential {
            service_user_name: Some(alias),
            service_password: Some(secret),
            ..public
        },
        Form::ApiKey(_) => iam::ServiceSpecificCredential {
            service_credential_alias: Some(alias),
            service_credential_secret: Some(secret),
            ..public
        },
    }
}

#[cfg(test)]
pub(crate) mod tests;
