//! Events to test with: one for each kind of caller, as a server would build them.

use serde_json::json;

use super::*;

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const OTHER: &str = "444455556666";

pub(crate) fn account(number: &str) -> AccountId {
    number.parse().unwrap()
}

/// A `GetUser` by Alice, at second 0.
pub(crate) fn sample() -> Event {
    let mut event =
        Event::new("93ba9ff8-2a47-4a0e-8a0c-1f5a0a3f9d11", Timestamp::from_millis(1_784_160_000_250));
    event.request_id = "5a244862-3083-453b-86d0-cfcfd8998acd".into();
    event.account = Some(account(ACCOUNT));
    event.event_source = "iam.amazonaws.com".into();
    event.event_name = "GetUser".into();
    event.region = "us-east-1".into();
    event.source_ip = "192.0.2.7".into();
    event.user_agent = Some("Boto3/1.44.5".into());
    event.identity = alice().into();
    event.read_only = true;
    event
}

pub(crate) fn alice() -> Identity {
    Identity {
        kind: IdentityKind::IamUser,
        principal_id: Some("AIDAIAAAAAAAAAEXAMPLE".into()),
        arn: Some(format!("arn:aws:iam::{ACCOUNT}:user/Alice")),
        account: Some(account(ACCOUNT)),
        access_key_id: Some("AKIAIAAAAAAAAAEXAMPLE".into()),
        user_name: Some("Alice".into()),
        ..Identity::default()
    }
}

fn session(issuer: Option<SessionIssuer>) -> SessionContext {
    SessionContext {
        issuer,
        created: Timestamp::from_seconds(1_784_156_400),
        mfa_authenticated: false,
        source_identity: None,
        web_identity: None,
    }
}

/// `CreateUser` by root.
pub(crate) fn by_root() -> Event {
    let mut event = sample();
    event.event_name = "CreateUser".into();
    event.identity = Identity::root(account(ACCOUNT), Some("AKIAIROOTAAAAEXAMPLE")).into();
    event.read_only = false;
    event.request_parameters = Some(json!({ "userName": "Bob" }));
    event.response_elements = Some(json!({ "user": { "userName": "Bob", "path": "/" } }));
    event
}

/// `GetUser` by a user with an MFA session from the console, over TLS.
pub(crate) fn by_user_session() -> Event {
    let mut event = sample();
    let session = SessionContext { mfa_authenticated: true, ..session(None) };
    event.identity =
        Identity { access_key_id: Some("ASIAIAAAAAAAAAEXAMPLE".into()), session: Some(session), ..alice() }
            .into();
    event.console_session = true;
    event.tls = Some(TlsDetails {
        version: "TLSv1.3".into(),
        cipher_suite: "TLS_AES_128_GCM_SHA256".into(),
        host: Some("iam.amazonaws.com".into()),
    });
    event
}

/// `DeleteUser` by a role session, denied by a permissions boundary.
pub(crate) fn by_role() -> Event {
    let mut event = sample();
    let issuer = SessionIssuer {
        kind: IssuerKind::Role,
        principal_id: "AROAIAAAAAAAAAEXAMPLE".into(),
        arn: format!("arn:aws:iam::{ACCOUNT}:role/app/Deployer"),
        account: account(ACCOUNT),
        user_name: Some("Deployer".into()),
    };
    let web_identity = WebIdFederationData {
        federated_provider: format!("arn:aws:iam::{ACCOUNT}:oidc-provider/ci.example.com"),
        attributes: BTreeMap::from([("aud".into(), "sts.amazonaws.com".into())]),
    };
    event.event_name = "DeleteUser".into();
    event.read_only = false;
    event.identity = Identity {
        kind: IdentityKind::AssumedRole,
        principal_id: Some("AROAIAAAAAAAAAEXAMPLE:build-17".into()),
        arn: Some(format!("arn:aws:sts::{ACCOUNT}:assumed-role/Deployer/build-17")),
        account: Some(account(ACCOUNT)),
        access_key_id: Some("ASIAIBBBBBBBBBEXAMPLE".into()),
        session: Some(SessionContext {
            source_identity: Some("alice".into()),
            web_identity: Some(web_identity),
            ..session(Some(issuer))
        }),
        ..Identity::default()
    }
    .into();
    let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/Deployer/build-17");
    event.error = Some(EventError {
        code: "AccessDenied".into(),
        message: format!(
            "User: {arn} is not authorized to perform: iam:DeleteUser on resource: user Bob with an explicit deny \
             in a permissions boundary"
        ),
    });
    event.decision = Some(Decision {
        verdict: Verdict::ExplicitDeny,
        layer: Some("permissions boundary".into()),
        policies: vec!["ANPAIAAAAAAAAAEXAMPLE:v3".into()],
    });
    event
}

/// `GetCallerIdentity` by a federated user.
pub(crate) fn by_federated_user() -> Event {
    let mut event = sample();
    let issuer = SessionIssuer {
        kind: IssuerKind::IamUser,
        principal_id: "AIDAIAAAAAAAAAEXAMPLE".into(),
        arn: format!("arn:aws:iam::{ACCOUNT}:user/Alice"),
        account: account(ACCOUNT),
        user_name: Some("Alice".into()),
    };
    event.event_source = "sts.amazonaws.com".into();
    event.event_name = "GetCallerIdentity".into();
    event.identity = Identity {
        kind: IdentityKind::FederatedUser,
        principal_id: Some(format!("{ACCOUNT}:carol")),
        arn: Some(format!("arn:aws:sts::{ACCOUNT}:federated-user/carol")),
        account: Some(account(ACCOUNT)),
        access_key_id: Some("ASIAICCCCCCCCCEXAMPLE".into()),
        session: Some(session(Some(issuer))),
        ..Identity::default()
    }
    .into();
    event
}

/// `AssumeRole` by a user of another account, as the role's account records it.
pub(crate) fn by_other_account() -> Event {
    let mut event = sample();
    let role = format!("arn:aws:iam::{ACCOUNT}:role/CrossAccount");
    event.event_source = "sts.amazonaws.com".into();
    event.event_name = "AssumeRole".into();
    event.identity = Identity::foreign("AIDAIDDDDDDDDDEXAMPLE", account(OTHER)).into();
    event.request_parameters = Some(json!({ "roleArn": role, "roleSessionName": "s", "externalId": "x" }));
    event.response_elements = Some(json!({ "credentials": { "accessKeyId": "ASIAIEEEEEEEEEEXAMPLE" } }));
    event.resources = vec![Resource::new(role, "AWS::IAM::Role")];
    event.shared_event_id = Some("74108063-dd44-44eb-815d-53cbb7f5ed02".into());
    event
}

/// `AssumeRole` by a service.
pub(crate) fn by_service() -> Event {
    let mut event = by_other_account();
    event.identity = Identity::service("lambda.amazonaws.com").into();
    event.source_ip = "lambda.amazonaws.com".into();
    event.user_agent = Some("lambda.amazonaws.com".into());
    event.shared_event_id = None;
    event
}

/// A request with an unknown access key.
pub(crate) fn by_nobody() -> Event {
    let mut event = sample();
    let identity = Identity { access_key_id: Some("AKIAIUNKNOWNAEXAMPLE".into()), ..Identity::default() };
    event.account = None;
    event.user_agent = None;
    event.identity = identity.into();
    event.error = Some(EventError {
        code: "InvalidClientTokenId".into(),
        message: "The security token included in the request is invalid.".into(),
    });
    event
}

pub(crate) fn samples() -> Vec<Event> {
    let (mut web, mut saml) = (sample(), sample());
    let provider = Some("ci.example.com".to_owned());
    web.identity = Identity {
        kind: IdentityKind::WebIdentityUser,
        user_name: Some("repo:x".into()),
        identity_provider: provider.clone(),
        ..Identity::default()
    }
    .into();
    saml.identity =
        Identity { kind: IdentityKind::SamlUser, identity_provider: provider, ..Identity::default() }.into();
    vec![
        sample(),
        by_root(),
        by_user_session(),
        by_role(),
        by_federated_user(),
        by_other_account(),
        by_service(),
        by_nobody(),
        web,
        saml,
    ]
}

/// An event that no server builds.
pub(crate) fn strange() -> Event {
    let mut event = Event::new("not a uuid \u{1F511}", Timestamp::from_millis(-1));
    event.request_id = "93BA9FF8-2A47-4A0E-8A0C-1F5A0A3F9D11".into();
    event.request_parameters = Some(json!([null, -1, 1.5, { "\n": "\u{0}" }]));
    event.additional_event_data = Some(json!({ "a": [] }));
    event.event_type = EventType::AwsConsoleSignIn;
    event.category = Category::Data;
    event.resources = vec![Resource { arn: String::new(), account: None, kind: None }];
    event.decision = Some(Decision { verdict: Verdict::Allow, layer: None, policies: Vec::new() });
    event
}

#[test]
fn callers_are_found_under_the_names_of_lookup_events() {
    for (event, expected) in [
        (sample(), Some("Alice")),
        (by_root(), Some("root")),
        (by_role(), Some("build-17")),
        (by_federated_user(), Some("carol")),
        (by_other_account(), None),
        (by_service(), Some("lambda.amazonaws.com")),
        (by_nobody(), None),
    ] {
        assert_eq!(event.user_name(), expected);
    }
}

#[test]
fn a_resource_knows_its_owner_and_its_name() {
    for (arn, owner, name) in [
        ("arn:aws:iam::111122223333:role/app/Deployer", Some(account(ACCOUNT)), "Deployer"),
        ("arn:aws:s3:::bucket", None, "bucket"),
        ("no arn", None, "no arn"),
    ] {
        let resource = Resource::new(arn, "AWS::X::Y");
        assert_eq!((resource.account, resource.name()), (owner, name));
    }
}

#[test]
fn heavier_events_weigh_more() {
    let mut event = sample();
    let before = event.weight();
    event.request_parameters = Some(json!({ "policyDocument": "x".repeat(1000) }));
    assert!(event.weight() >= before + 1000);
}
