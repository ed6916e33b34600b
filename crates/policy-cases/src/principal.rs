//! Who asks, from the few words a case has for it.

use keygate_ident::AccountId;
use keygate_policy::{Caller, CallerKind};
use serde::Deserialize;

use crate::case::{CaseError, CaseRequest, Value};

/// How a case writes its principal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum PrincipalForm {
    /// An ARN or a service principal.
    Name(String),
    /// A principal without a name.
    Typed(TypedPrincipal),
}

/// A principal without a name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedPrincipal {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: PrincipalType,
    /// The identity provider of an unsigned federated caller: provider ARN or domain.
    #[serde(default)]
    pub provider: Option<String>,
}

/// Principals without a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum PrincipalType {
    /// Nobody in particular.
    Anonymous,
    /// An unsigned AssumeRoleWithWebIdentity caller.
    WebIdentity,
    /// An unsigned AssumeRoleWithSAML caller.
    Saml,
}

/// Who asks, with everything that a case tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    kind: CallerKind,
    account: Option<AccountId>,
    arn: String,
    issuer_arn: Option<String>,
    unique_id: Option<String>,
    service: Option<String>,
    provider: Option<String>,
    canonical_user: Option<String>,
}

impl Principal {
    /// Reads the principal of a request.
    ///
    /// # Errors
    /// It is of no form that can ask: a group, a role session without a name, an account that is none.
    pub fn of(request: &CaseRequest) -> Result<Self, CaseError> {
        let mut principal = match &request.principal {
            PrincipalForm::Typed(typed) => Self::typed(typed)?,
            PrincipalForm::Name(name) if name.starts_with("arn:") => {
                Self::named(name, request.principal_role_arn.as_deref())?
            }
            PrincipalForm::Name(name) if is_service(name) => {
                Self { service: Some(name.clone()), ..Self::new(CallerKind::Service) }
            }
            PrincipalForm::Name(name) => return Err(CaseError::new(format!("`{name}` is no principal"))),
        };
        if request.principal_role_arn.is_some() && principal.issuer_arn.is_none() {
            return Err(CaseError::new("only a session has a principalRoleArn"));
        }
        if request.principal_canonical_user.is_some() && principal.account.is_none() {
            return Err(CaseError::new("only a principal of an account has a principalCanonicalUser"));
        }
        principal.canonical_user = request.principal_canonical_user.clone();
        Ok(principal.identified_by(&request.context))
    }

    /// The caller, as the engine wants it.
    pub fn caller(&self) -> Caller<'_> {
        let mut caller = Caller::new(self.kind, &self.arn);
        caller.account = self.account;
        caller.issuer_arn = self.issuer_arn.as_deref();
        caller.unique_id = self.unique_id.as_deref();
        caller.service = self.service.as_deref();
        caller.provider = self.provider.as_deref();
        caller.canonical_user = self.canonical_user.as_deref();
        caller.service_linked = self.is_service_linked();
        caller
    }

    fn new(kind: CallerKind) -> Self {
        Self {
            kind,
            account: None,
            arn: String::new(),
            issuer_arn: None,
            unique_id: None,
            service: None,
            provider: None,
            canonical_user: None,
        }
    }

    fn typed(typed: &TypedPrincipal) -> Result<Self, CaseError> {
        let kind = match (typed.kind, &typed.provider) {
            (PrincipalType::Anonymous, None) => CallerKind::Anonymous,
            (PrincipalType::WebIdentity, Some(_)) => CallerKind::WebIdentity,
            (PrincipalType::Saml, Some(_)) => CallerKind::Saml,
            _ => return Err(CaseError::new("federated principals have a provider, and no others")),
        };
        Ok(Self { provider: typed.provider.clone(), ..Self::new(kind) })
    }

    fn named(arn: &str, role_arn: Option<&str>) -> Result<Self, CaseError> {
        let refused = || CaseError::new(format!("`{arn}` is no principal that can ask"));
        let mut fields = arn.splitn(6, ':').skip(1);
        let mut field = || fields.next().ok_or_else(refused);
        let (partition, service, _region, account, name) = (field()?, field()?, field()?, field()?, field()?);
        let account_id: AccountId = account.parse().map_err(|_| refused())?;
        let (kind, rest) = name.split_once('/').unwrap_or((name, ""));
        let (kind, issuer_arn) = match (service, kind) {
            ("iam", "root") if rest.is_empty() => (CallerKind::Root, None),
            ("iam", "user") if !rest.is_empty() => (CallerKind::User, None),
            // Simulators put the role itself in the place of a session.
            ("iam", "role") if !rest.is_empty() => (CallerKind::AssumedRole, Some(arn.to_owned())),
            ("sts", "assumed-role") => {
                let (role, _session) = rest.split_once('/').ok_or_else(refused)?;
                let default = || format!("arn:{partition}:iam::{account}:role/{role}");
                (CallerKind::AssumedRole, Some(role_arn.map_or_else(default, str::to_owned)))
            }
            ("sts", "federated-user") if !rest.is_empty() => {
                (CallerKind::FederatedUser, Some(role_arn.unwrap_or_default().to_owned()))
            }
            _ => return Err(refused()),
        };
        Ok(Self { account: Some(account_id), arn: arn.to_owned(), issuer_arn, ..Self::new(kind) })
    }

    /// The unique id is in `aws:userid` if the case gives that: alone for users, before the colon for sessions.
    fn identified_by(mut self, context: &[(String, Value)]) -> Self {
        let user_id = context.iter().find_map(|(key, value)| match value {
            Value::One(value) if key.eq_ignore_ascii_case("aws:userid") => Some(value.as_str()),
            _ => None,
        });
        self.unique_id = match (self.kind, user_id) {
            (CallerKind::User, Some(id)) => Some(id.to_owned()),
            (CallerKind::AssumedRole, Some(id)) => id.split_once(':').map(|(id, _)| id.to_owned()),
            _ => None,
        };
        if self.issuer_arn.as_deref() == Some("") {
            self.issuer_arn = None;
        }
        self
    }

    fn is_service_linked(&self) -> bool {
        let issuer = self.issuer_arn.as_deref().unwrap_or_default();
        self.kind == CallerKind::AssumedRole && issuer.contains(":role/aws-service-role/")
    }
}

/// `lambda.amazonaws.com`, `logs.eu-west-1.amazonaws.com` and the like.
fn is_service(name: &str) -> bool {
    name.contains('.') && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}
