//! The pipeline in one process: real signatures, a store in memory, a trail in a temporary folder.

mod bad_input;
mod catalogued;
mod inputs;
mod simulation;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use keygate_ident::{IdKind, Partition, Timestamp, UniqueId};
use keygate_seal::{KeyRing, Secret};
use keygate_sigv4::sign::{Credentials, Signer};
use keygate_state::Draft;
use keygate_store::{MemoryStore, Store};
use keygate_trail::{Event, Filter, Options, Trail, Verdict};

use crate::bootstrap;
use crate::clock::{self, SystemEntropy};
use crate::node::{WriteEnd, Written};
use crate::pipeline::Keygate;
use crate::request::Request;
use crate::settings::{DataDir, RootKey};

struct Rig {
    keygate: Arc<Keygate>,
    _folder: tempfile::TempDir,
}

/// What a client signs with.
#[derive(Clone)]
struct Key {
    id: String,
    secret: String,
    token: Option<String>,
}

struct Answer {
    status: u16,
    body: String,
}

impl Answer {
    fn field(&self, name: &str) -> &str {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let start =
            self.body.find(&open).unwrap_or_else(|| panic!("no {name} in {}", self.body)) + open.len();
        let end = self.body[start..].find(&close).unwrap() + start;
        &self.body[start..end]
    }

    fn code(&self) -> &str {
        if self.status == 200 { "ok" } else { self.field("Code") }
    }
}

impl Rig {
    fn new() -> (Self, Key) {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let keys = KeyRing::generate(&mut SystemEntropy);
        let (trail, _) = Trail::open(folder.path().join("trail"), Options::default()).unwrap();
        let account = "123456789012".parse().unwrap();
        let root = Key {
            id: UniqueId::generate(IdKind::AccessKey, account, &mut SystemEntropy).to_string(),
            secret: "root-secret".to_owned(),
            token: None,
        };
        let keygate = Keygate::assemble(store, keys, trail, Partition::Aws, BTreeMap::new()).unwrap();
        let chosen = RootKey { id: root.id.parse().unwrap(), secret: Secret::new(root.secret.clone()) };
        let data = DataDir::new(folder.path());
        bootstrap::first_account(&keygate.node, &keygate.keys, &data, Some(account), Some(&chosen)).unwrap();
        (Self { keygate: Arc::new(keygate), _folder: folder }, root)
    }

    async fn send(&self, request: Request) -> Answer {
        let response = self.keygate.answer(request).await;
        let status = response.status().as_u16();
        Answer { status, body: String::from_utf8(response.into_body().to_vec()).unwrap() }
    }

    async fn call(&self, key: &Key, service: &str, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.send(signed(key, service, &form(service, action, parameters), clock::now())).await
    }

    async fn iam(&self, key: &Key, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.call(key, "iam", action, parameters).await
    }

    /// A user with an access key and this inline policy.
    async fn user(&self, root: &Key, name: &str, policy: &str) -> Key {
        assert_eq!(self.iam(root, "CreateUser", &[("UserName", name)]).await.code(), "ok");
        if !policy.is_empty() {
            let parameters = [("UserName", name), ("PolicyName", "p"), ("PolicyDocument", policy)];
            assert_eq!(self.iam(root, "PutUserPolicy", &parameters).await.code(), "ok");
        }
        let made = self.iam(root, "CreateAccessKey", &[("UserName", name)]).await;
        Key {
            id: made.field("AccessKeyId").to_owned(),
            secret: made.field("SecretAccessKey").to_owned(),
            token: None,
        }
    }

    async fn events(&self, name: &str) -> Vec<Event> {
        self.keygate.settle().await.unwrap();
        let filter = Filter { event_name: Some(name.to_owned()), ..Filter::default() };
        self.keygate.trail.query(filter).collect()
    }
}

fn form(service: &str, action: &str, parameters: &[(&str, &str)]) -> String {
    let version = if service == "sts" { "2011-06-15" } else { "2010-05-08" };
    let mut body = format!("Action={action}&Version={version}");
    for (name, value) in parameters {
        let encoded: String = value.bytes().map(|b| format!("%{b:02X}")).collect();
        body.push_str(&format!("&{name}={encoded}"));
    }
    body
}

fn unsigned(body: &str) -> Request {
    let mut headers = HeaderMap::new();
    headers.insert("host", "localhost".parse().unwrap());
    headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    Request {
        method: Method::POST,
        uri: Uri::from_static("/"),
        headers,
        body: Bytes::copy_from_slice(body.as_bytes()),
        peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        tls: None,
        arrived: clock::now(),
    }
}

fn signed(key: &Key, service: &str, body: &str, time: Timestamp) -> Request {
    let mut request = unsigned(body);
    let credentials = Credentials {
        access_key_id: &key.id,
        secret_access_key: &key.secret,
        session_token: key.token.as_deref(),
    };
    let headers: Vec<(&str, &[u8])> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let plain = keygate_sigv4::HttpRequest {
        method: "POST",
        path: "/",
        query: "",
        headers: &headers,
        body: body.as_bytes(),
    };
    let added = Signer::new(credentials, "us-east-1", service).headers(&plain, time).unwrap();
    for (name, value) in added {
        request.headers.insert(name, value.parse().unwrap());
    }
    request
}

fn allow(actions: &str, resource: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":{actions},"Resource":"{resource}"}}}}"#
    )
}

#[tokio::test]
async fn rule_191_the_first_wrong_thing_in_aws_s_order_is_what_the_client_sees() {
    let (rig, root) = Rig::new();
    let nobody = rig.user(&root, "nobody", "").await;
    let wrong_secret = Key { secret: "wrong".to_owned(), ..root.clone() };
    let unknown = Key { id: "AKIAAAAAAAAAAAAAAAAA".to_owned(), ..root.clone() };
    // Each body is wrong in every later stage, too.
    let bad = form("iam", "CreateUser", &[("UserName", "a b")]);
    let hour_ago = clock::now().plus_seconds(-3600);
    for (request, status, code) in [
        (unsigned(&bad), 403, "MissingAuthenticationToken"),
        (signed(&unknown, "iam", &bad, hour_ago), 403, "SignatureDoesNotMatch"),
        (signed(&unknown, "iam", &bad, clock::now()), 403, "InvalidClientTokenId"),
        (signed(&wrong_secret, "iam", &bad, clock::now()), 403, "SignatureDoesNotMatch"),
        (signed(&nobody, "iam", "Action=Nonsense&Version=2010-05-08", clock::now()), 400, "InvalidAction"),
        (signed(&nobody, "iam", &bad, clock::now()), 400, "ValidationError"),
        (
            signed(&nobody, "iam", &form("iam", "GetUser", &[("UserName", "none")]), clock::now()),
            403,
            "AccessDenied",
        ),
        (
            signed(&root, "iam", &form("iam", "GetUser", &[("UserName", "none")]), clock::now()),
            404,
            "NoSuchEntity",
        ),
        (
            signed(&root, "iam", &form("iam", "CreateUser", &[("UserName", "nobody")]), clock::now()),
            409,
            "EntityAlreadyExists",
        ),
    ] {
        let answer = rig.send(request).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_denial_says_what_was_missing() {
    let (rig, root) = Rig::new();
    let user = rig.user(&root, "eve", &allow(r#""iam:GetUser""#, "arn:aws:iam::*:user/eve")).await;
    assert_eq!(rig.iam(&user, "GetUser", &[]).await.code(), "ok");
    let denied = rig.iam(&user, "CreateUser", &[("UserName", "x")]).await;
    assert_eq!(
        denied.field("Message"),
        "User: arn:aws:iam::123456789012:user/eve is not authorized to perform: iam:CreateUser on resource: \
         arn:aws:iam::123456789012:user/x because no identity-based policy allows the iam:CreateUser action"
    );
    let events = rig.events("CreateUser").await;
    let event = events.iter().find(|event| event.error.is_some()).unwrap();
    assert_eq!(event.decision.as_ref().unwrap().verdict, Verdict::ImplicitDeny);
    assert_eq!(event.user_name(), Some("eve"));
}

#[tokio::test]
async fn what_is_not_built_is_denied_first_and_then_says_so() {
    let (rig, root) = Rig::new();
    let nobody = rig.user(&root, "nobody", "").await;
    let missing = keygate_shapes::iam::SERVICE.operations.iter().find(|operation| {
        super::super::start::operations().iter().all(|entry| entry.schema().name != operation.name)
    });
    // Once everything is built there is nothing left to show here.
    let Some(operation) = missing.filter(|operation| operation.input.members().iter().all(|m| !m.required))
    else {
        let answer = rig.iam(&nobody, "GenerateCredentialReport", &[]).await;
        assert_eq!(answer.code(), "AccessDenied");
        return;
    };
    assert_eq!(rig.iam(&nobody, operation.name, &[]).await.code(), "AccessDenied");
    let answer = rig.iam(&root, operation.name, &[]).await;
    assert_eq!((answer.status, answer.code()), (501, "NotImplemented"));
    assert_eq!(rig.events(operation.name).await.len(), 2);
}

#[tokio::test]
async fn a_deactivated_key_is_refused_at_once() {
    let (rig, root) = Rig::new();
    let user = rig.user(&root, "bob", &allow(r#""iam:*""#, "*")).await;
    assert_eq!(rig.iam(&user, "ListUsers", &[]).await.code(), "ok");
    let parameters = [("UserName", "bob"), ("AccessKeyId", user.id.as_str()), ("Status", "Inactive")];
    assert_eq!(rig.iam(&root, "UpdateAccessKey", &parameters).await.code(), "ok");
    assert_eq!(rig.iam(&user, "ListUsers", &[]).await.code(), "InvalidClientTokenId");
    assert_eq!(rig.iam(&user, "CreateUser", &[("UserName", "x")]).await.code(), "InvalidClientTokenId");
}

#[tokio::test]
async fn a_session_is_its_role_and_dies_with_it() {
    let (rig, root) = Rig::new();
    let user = rig.user(&root, "bob", "").await;
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/bob"},"Action":"sts:AssumeRole"}}"#;
    let role = [("RoleName", "app"), ("AssumeRolePolicyDocument", trust)];
    assert_eq!(rig.iam(&root, "CreateRole", &role).await.code(), "ok");
    let assume = [("RoleArn", "arn:aws:iam::123456789012:role/app"), ("RoleSessionName", "s1")];
    let made = rig.call(&user, "sts", "AssumeRole", &assume).await;
    assert_eq!(made.code(), "ok", "{}", made.body);
    let session = Key {
        id: made.field("AccessKeyId").to_owned(),
        secret: made.field("SecretAccessKey").to_owned(),
        token: Some(made.field("SessionToken").to_owned()),
    };
    let who = rig.call(&session, "sts", "GetCallerIdentity", &[]).await;
    assert_eq!(who.field("Arn"), "arn:aws:sts::123456789012:assumed-role/app/s1");
    // Roles may not be assumed by root; a token does not fit another key; a token is needed.
    assert_eq!(rig.call(&root, "sts", "AssumeRole", &assume).await.code(), "AccessDenied");
    let mixed = Key { id: user.id.clone(), ..session.clone() };
    assert_eq!(rig.call(&mixed, "sts", "GetCallerIdentity", &[]).await.code(), "InvalidClientTokenId");
    let tokenless = Key { token: None, ..session.clone() };
    assert_eq!(rig.call(&tokenless, "sts", "GetCallerIdentity", &[]).await.code(), "InvalidClientTokenId");
    // Gone, and re-created under the same name: the session stays dead.
    assert_eq!(rig.iam(&root, "DeleteRole", &[("RoleName", "app")]).await.code(), "ok");
    assert_eq!(rig.call(&session, "sts", "GetCallerIdentity", &[]).await.code(), "InvalidClientTokenId");
    assert_eq!(rig.iam(&root, "CreateRole", &role).await.code(), "ok");
    assert_eq!(rig.call(&session, "sts", "GetCallerIdentity", &[]).await.code(), "InvalidClientTokenId");
}

#[tokio::test]
async fn rule_72_and_73_what_sessions_may_not_call() {
    let (rig, root) = Rig::new();
    let user = rig.user(&root, "bob", &allow(r#""*""#, "*")).await;
    let made = rig.call(&user, "sts", "GetSessionToken", &[]).await;
    let session = Key {
        id: made.field("AccessKeyId").to_owned(),
        secret: made.field("SecretAccessKey").to_owned(),
        token: Some(made.field("SessionToken").to_owned()),
    };
    assert_eq!(rig.call(&session, "sts", "GetCallerIdentity", &[]).await.code(), "ok");
    assert_eq!(rig.iam(&session, "ListUsers", &[]).await.code(), "InvalidClientTokenId");
    assert_eq!(rig.call(&session, "sts", "GetSessionToken", &[]).await.code(), "AccessDenied");
    assert_eq!(
        rig.call(&session, "sts", "GetFederationToken", &[("Name", "fed")]).await.code(),
        "AccessDenied"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_writers_of_one_account_all_succeed_once() {
    let (rig, root) = Rig::new();
    let rig = Arc::new(rig);
    let mut tasks = Vec::new();
    for n in 0..32 {
        let (rig, root) = (Arc::clone(&rig), root.clone());
        tasks.push(tokio::spawn(async move {
            let name = format!("user-{n:02}");
            let first = rig.iam(&root, "CreateUser", &[("UserName", &name)]).await.status;
            // Everybody also races for one name.
            let raced = rig.iam(&root, "CreateUser", &[("UserName", "same")]).await.status;
            (first, raced)
        }));
    }
    let mut winners = 0;
    for task in tasks {
        let (first, raced) = task.await.unwrap();
        assert_eq!(first, 200);
        assert!(raced == 200 || raced == 409);
        winners += usize::from(raced == 200);
    }
    assert_eq!(winners, 1);
    let listed = rig.iam(&root, "ListUsers", &[]).await;
    assert_eq!(listed.body.matches("<UserName>").count(), 33);
    // One record per request: 64 calls, 31 of them failed.
    let events = rig.events("CreateUser").await;
    assert_eq!(events.len(), 64);
    assert_eq!(events.iter().filter(|event| event.error.is_some()).count(), 31);
}

#[tokio::test]
async fn who_may_not_change_another_account_does_not_wait_for_its_writers() {
    let (rig, root) = Rig::new();
    let stranger = rig.user(&root, "stranger", "").await;
    let other = "222233334444".parse().unwrap();
    let node = Arc::clone(&rig.keygate.node);
    let audit = rig.events("CreateUser").await[0].encode();
    node.create(other, audit, |_| {}).unwrap().unwrap();
    // A writer of the other account who takes until the request is answered.
    let (started, has_started) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let writer = std::thread::spawn(move || {
        let run = |_: &mut Draft| {
            started.send(()).unwrap();
            let _ = ended.recv();
            Err::<Written<()>, ()>(())
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert!(matches!(runtime.block_on(node.write(other, run)), Ok(WriteEnd::Unchanged(()))));
    });
    has_started.recv().unwrap();
    let id = UniqueId::generate(IdKind::DelegationRequest, other, &mut SystemEntropy).to_string();
    let parameters = [("DelegationRequestId", id.as_str())];
    let answer = rig.iam(&stranger, "AssociateDelegationRequest", &parameters);
    let answer = tokio::time::timeout(Duration::from_secs(60), answer).await;
    end.send(()).unwrap();
    writer.join().unwrap();
    assert_eq!(answer.expect("it waits").code(), "AccessDenied");
    assert_eq!(rig.events("AssociateDelegationRequest").await.len(), 1);
}

#[tokio::test]
async fn secrets_never_reach_the_trail() {
    let (rig, root) = Rig::new();
    let user = rig.user(&root, "bob", &allow(r#""*""#, "*")).await;
    let token = rig.call(&user, "sts", "GetSessionToken", &[]).await;
    rig.keygate.settle().await.unwrap();
    let events: Vec<Event> = rig.keygate.trail.query(Filter::default()).collect();
    assert!(events.len() >= 4);
    let text = format!("{events:?}");
    for secret in
        [user.secret.as_str(), "root-secret", token.field("SessionToken"), token.field("SecretAccessKey")]
    {
        assert!(!text.contains(secret));
    }
    let created = events.iter().find(|event| event.event_name == "CreateAccessKey").unwrap();
    let elements = created.response_elements.as_ref().unwrap();
    assert_eq!(elements["accessKey"]["accessKeyId"], user.id.as_str());
}
