//! The audit record of a request: who asked for what, how it ended, and why.

use std::borrow::Cow;
use std::sync::Arc;

use keygate_ident::{AccountId, Partition, Timestamp};
use keygate_operation::Asks;
use keygate_state::{Caller, CallerKind, MfaState};
use keygate_trail::{
    Decision, Event, EventError, Identity, IdentityKind, IssuerKind, Resource, SessionContext, SessionIssuer,
    TlsDetails, Verdict,
};
use keygate_wire::{ApiError, Kind, OperationSchema, Schema, Value, holds_private_key, is_secret_member};
use serde_json::Value as Json;

use crate::authorize::Decided;
use crate::request::Request;

/// Longest text that a record keeps of a parameter; policies are the longest legitimate ones.
const MAX_TEXT: usize = 16 * 1024;
/// Longest error message that a record keeps; some quote what the client sent.
const MAX_MESSAGE: usize = 2048;
/// What stands in place of a value nobody may read.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";
/// Operations that change nothing and still have response elements in CloudTrail.
const CREDENTIAL_OPERATIONS: [&str; 4] =
    ["AssumeRole", "GetDelegatedAccessToken", "GetFederationToken", "GetSessionToken"];

/// An audit record in the making; the pipeline adds what it learns, stage by stage.
pub(crate) struct Record {
    event: Event,
    /// Accounts whose resources were asked for, other than the caller's.
    others: Vec<AccountId>,
}

impl Record {
    pub(crate) fn new(request: &Request, request_id: &str) -> Self {
        let mut event = Event::new(crate::clock::uuid(), request.arrived);
        request_id.clone_into(&mut event.request_id);
        event.source_ip = request.peer.to_canonical().to_string();
        event.user_agent = Some(request.user_agent().chars().take(1024).collect());
        event.event_source = Cow::Borrowed("unknown");
        event.event_name = Cow::Borrowed("Unknown");
        event.read_only = true;
        event.tls = request.tls.as_ref().map(|tls| TlsDetails {
            version: Cow::Owned(tls.version.clone()),
            cipher_suite: Cow::Owned(tls.cipher.clone()),
            host: request.header("host").map(|host| host.chars().take(255).collect()),
        });
        Self { event, others: Vec::new() }
    }

    /// The service and region that the request was sent to.
    pub(crate) fn service(&mut self, endpoint_prefix: &str, region: &str) {
        self.event.event_source = Cow::Borrowed(crate::start::event_source(endpoint_prefix));
        self.event.region = Cow::Owned(region.to_owned());
    }

    /// The operation.
    pub(crate) fn operation(&mut self, schema: &'static OperationSchema, writes: bool) {
        self.event.event_name = Cow::Borrowed(schema.name);
        self.event.read_only = !writes;
    }

    /// The key that was presented. Nothing is proved yet, so the record belongs to no account: otherwise anybody
    /// could fill anybody's trail.
    pub(crate) fn presented(&mut self, access_key_id: &str) {
        let access_key_id = access_key_id.chars().filter(|c| c.is_ascii_alphanumeric()).take(128).collect();
        self.event.identity =
            Arc::new(Identity { access_key_id: Some(access_key_id), ..Identity::default() });
    }

    /// The caller, proved.
    pub(crate) fn caller(&mut self, identity: &Arc<Identity>) {
        self.event.account = identity.account;
        self.event.identity = Arc::clone(identity);
    }

    /// The input, redacted.
    pub(crate) fn parameters(&mut self, schema: &Schema, input: &Value) {
        let json = to_json(schema, input);
        let empty = json.as_object().is_some_and(serde_json::Map::is_empty);
        self.event.request_parameters = (!empty).then_some(json);
    }

    /// What was asked for.
    pub(crate) fn asks(&mut self, asks: &Asks, caller: AccountId) {
        self.others = crate::pipeline::other_accounts(asks, caller);
        let concrete =
            asks.iter().filter(|ask| ask.resource.starts_with("arn:") && !ask.resource.contains('*'));
        let mut resources: Vec<Resource> = Vec::new();
        for ask in concrete {
            if resources.iter().all(|resource| resource.arn != ask.resource) {
                let account = Some(ask.owner.unwrap_or(caller));
                resources.push(Resource { arn: ask.resource.clone(), account, kind: kind_of(&ask.resource) });
            }
        }
        self.event.resources = resources;
    }

    /// How the policies decided.
    pub(crate) fn decision(&mut self, decided: Decided) {
        self.event.decision = Some(Decision {
            verdict: match decided.verdict {
                "Allowed" => Verdict::Allow,
                "ExplicitlyDenied" => Verdict::ExplicitDeny,
                _ => Verdict::ImplicitDeny,
            },
            layer: decided.layer.map(Cow::Borrowed),
            policies: decided.policies,
        });
    }

    /// What was answered. Only writes have response elements, and what hands out credentials, so that a session's
    /// requests can be led back to who asked for it.
    pub(crate) fn answered(&mut self, schema: &Schema, output: &Value) {
        let hands_out = CREDENTIAL_OPERATIONS.contains(&self.event.event_name.as_ref());
        if !self.event.read_only || hands_out {
            let json = to_json(schema, output);
            let empty = json.as_object().is_some_and(serde_json::Map::is_empty);
            self.assumed(json.get("assumedPrincipal").and_then(serde_json::Value::as_str));
            self.event.response_elements = (!empty).then_some(json);
        }
    }

    /// Whom delegated credentials act as. Nothing is asked of that account any more, and yet it is to know.
    fn assumed(&mut self, principal: Option<&str>) {
        let account = principal.and_then(keygate_ident::ArnParts::split);
        let account: Option<AccountId> = account.and_then(|parts| parts.account.parse().ok());
        let other = account.filter(|account| self.event.account != Some(*account));
        self.others.extend(other.filter(|other| !self.others.contains(other)));
    }

    /// That it failed, and how.
    pub(crate) fn failed(&mut self, error: &ApiError) {
        self.event.response_elements = None;
        self.event.error =
            Some(EventError { code: error.code().to_owned(), message: cut(error.message(), MAX_MESSAGE) });
    }

    /// What a metric may be labelled with.
    pub(crate) fn labels(&self) -> (Cow<'static, str>, Cow<'static, str>) {
        (self.event.event_source.clone(), self.event.event_name.clone())
    }

    /// The finished records: the caller's account's, and one for each other account whose resource was asked for,
    /// which shows the caller as its unique id and account only.
    pub(crate) fn into_events(self, now: Timestamp) -> Vec<Event> {
        let mut own = self.event;
        own.time = now;
        if self.others.is_empty() {
            return vec![own];
        }
        let shared = crate::clock::uuid();
        own.shared_event_id = Some(shared);
        let identity = &own.identity;
        let foreign = match (&identity.principal_id, identity.account) {
            (Some(id), Some(account)) => Arc::new(Identity::foreign(id, account)),
            _ => Arc::default(),
        };
        let copies = self.others.iter().map(|other| Event {
            id: crate::clock::uuid(),
            account: Some(*other),
            identity: Arc::clone(&foreign),
            decision: None,
            ..own.clone()
        });
        let copies: Vec<Event> = copies.collect();
        std::iter::once(own).chain(copies).collect()
    }

    /// The finished record of a request that concerns the caller's account only.
    pub(crate) fn event(&self, now: Timestamp) -> Event {
        Event { time: now, ..self.event.clone() }
    }
}

/// The caller as the trail shows it.
pub(crate) fn identity(caller: &Caller, partition: Partition) -> Identity {
    let (kind, user_name) = match &caller.kind {
        CallerKind::Root => (IdentityKind::Root, None),
        CallerKind::User(user) => (IdentityKind::IamUser, Some(user.name.clone())),
        CallerKind::Role { .. } => (IdentityKind::AssumedRole, None),
        CallerKind::Federated { .. } => (IdentityKind::FederatedUser, None),
    };
    Identity {
        kind,
        principal_id: Some(caller.user_id.clone()),
        arn: Some(caller.arn.to_string()),
        account: Some(caller.account),
        access_key_id: Some(caller.access_key.to_string()),
        user_name,
        session: session(caller, partition),
        ..Identity::default()
    }
}

fn session(caller: &Caller, partition: Partition) -> Option<SessionContext> {
    let session = caller.session.as_ref()?;
    let arn = || caller.issuer(partition).map(String::from).unwrap_or_default();
    let issuer = match &caller.kind {
        CallerKind::Role { role, .. } => Some(SessionIssuer {
            kind: IssuerKind::Role,
            principal_id: role.id.to_string(),
            arn: arn(),
            account: caller.account,
            user_name: Some(role.name.clone()),
        }),
        CallerKind::Federated { user: Some(user), .. } => Some(SessionIssuer {
            kind: IssuerKind::IamUser,
            principal_id: user.id.to_string(),
            arn: arn(),
            account: caller.account,
            user_name: Some(user.name.clone()),
        }),
        CallerKind::Federated { user: None, .. } => Some(SessionIssuer {
            kind: IssuerKind::Root,
            principal_id: caller.account.to_string(),
            arn: arn(),
            account: caller.account,
            user_name: None,
        }),
        CallerKind::Root | CallerKind::User(_) => None,
    };
    Some(SessionContext {
        issuer,
        created: session.issued,
        mfa_authenticated: matches!(caller.mfa(), MfaState::Since(_)),
        source_identity: session.source_identity.clone(),
        web_identity: None,
    })
}

/// The record of an account that an operator made; no request of a client did.
pub(crate) fn account_created(account: AccountId, name: &str, now: Timestamp) -> Event {
    let mut event = Event::new(crate::clock::uuid(), now);
    event.request_id = crate::clock::uuid();
    event.account = Some(account);
    event.event_source = Cow::Borrowed("organizations.amazonaws.com");
    event.event_name = Cow::Borrowed("CreateAccount");
    event.source_ip = "operator.keygate".to_owned();
    event.identity = Arc::new(Identity::service("operator.keygate"));
    event.request_parameters = Some(serde_json::json!({ "accountName": name }));
    event.response_elements = Some(serde_json::json!({ "accountId": account.to_string() }));
    event
}

/// The CloudFormation name of an IAM resource, as CloudTrail lists it.
fn kind_of(arn: &str) -> Option<Cow<'static, str>> {
    let resource = keygate_ident::ArnParts::split(arn)?.resource;
    let name = match resource.split('/').next()? {
        "user" => "AWS::IAM::User",
        "group" => "AWS::IAM::Group",
        "role" => "AWS::IAM::Role",
        "policy" => "AWS::IAM::ManagedPolicy",
        "instance-profile" => "AWS::IAM::InstanceProfile",
        _ => return None,
    };
    Some(Cow::Borrowed(name))
}

/// A value as CloudTrail shows it: members with a small first letter, secrets hidden, long texts cut.
fn to_json(schema: &Schema, value: &Value) -> Json {
    if schema.sensitive {
        return Json::from(HIDDEN);
    }
    match (&schema.kind, value) {
        (_, Value::Boolean(value)) => Json::from(*value),
        (_, Value::Integer(value)) => Json::from(*value),
        (_, Value::Double(value)) => Json::from(*value),
        (_, Value::String(text)) => Json::from(cut(text, MAX_TEXT)),
        (_, Value::Blob(bytes)) => Json::from(format!("({} bytes)", bytes.len())),
        (_, Value::Timestamp(time)) => Json::from(time.to_string()),
        (_, Value::Document(json)) => json.clone(),
        (Kind::List { member, .. }, Value::List(items)) => {
            items.iter().map(|item| to_json(member.target, item)).collect()
        }
        (Kind::Map { value: member, .. }, Value::Map(entries)) => {
            let entries = entries.iter().map(|(key, value)| (key.clone(), to_json(member.target, value)));
            Json::Object(entries.collect())
        }
        (_, Value::Structure(fields)) => {
            let members = schema.members().iter().zip(fields);
            let shown = members.filter_map(|(member, field)| {
                let value = field.as_ref()?;
                let hidden = is_secret_member(member.name);
                let json = if hidden { Json::from(HIDDEN) } else { to_json(member.target, value) };
                Some((lower_first(member.name), json))
            });
            Json::Object(shown.collect())
        }
        _ => Json::Null,
    }
}

/// The text up to this length; nothing of it if a private key is in it, wherever it was sent.
fn cut(text: &str, longest: usize) -> String {
    if holds_private_key(text) { HIDDEN.to_owned() } else { text.chars().take(longest).collect() }
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use keygate_wire::Member;

    use super::*;

    #[test]
    fn private_keys_and_codes_are_in_no_record() {
        static TEXT: Schema = Schema::string("text");
        static CALL: Schema = Schema::structure(
            "Call",
            &[
                Member::new("CertificateBody", &TEXT),
                Member::new("SSHPublicKeyBody", &TEXT),
                Member::new("TokenCode", &TEXT),
            ],
        );
        let text = |text: &str| Value::String(text.to_owned());
        let key =
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nMIIE";
        let call = [
            ("CertificateBody", text(key)),
            ("SSHPublicKeyBody", text("ssh-rsa AAAA")),
            ("TokenCode", text("123456")),
        ];
        let hidden = HIDDEN;
        assert_eq!(
            to_json(&CALL, &Value::of(&CALL, call)),
            serde_json::json!({ "certificateBody": hidden, "sSHPublicKeyBody": "ssh-rsa AAAA", "tokenCode": hidden })
        );
        assert_eq!(cut(key, 10), HIDDEN);
        assert_eq!(cut("ééé", 2), "éé");
    }
}
