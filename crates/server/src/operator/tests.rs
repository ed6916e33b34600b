//! Commands through a real socket to a server that is a fake.

use std::fs;
use std::sync::Arc;

use keygate_trail::Event;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::testing::Fake;
use super::*;
use crate::events::EventQuery;

struct Served {
    operator: Arc<Fake>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

async fn serve() -> Served {
    let operator = Arc::new(Fake::new());
    let listener = OperatorListener::bind(&operator.data_dir()).await.unwrap();
    let (stop, stopped) = oneshot::channel();
    let serving = listener.serve(Arc::clone(&operator), async {
        let _ = stopped.await;
    });
    Served { task: tokio::spawn(serving), operator, stop }
}

async fn connect(served: &Served) -> Client {
    Client::connect(&served.operator.data_dir()).await.unwrap()
}

fn asked(name: &str, id: Option<&str>) -> AccountRequest {
    AccountRequest { account_name: name.to_owned(), account_id: id.map(|id| id.parse().unwrap()) }
}

async fn refusal<T>(answer: impl Future<Output = Result<T, ClientError>>) -> String {
    match answer.await {
        Err(ClientError::Refused(message)) => message,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("not refused"),
    }
}

#[tokio::test]
async fn accounts_are_made_once_and_listed() {
    let served = serve().await;
    let mut client = connect(&served).await;
    let made = client.create_account(&asked("Team A", Some("999988887777"))).await.unwrap();
    assert_eq!((made.id.to_string().as_str(), made.access_key_id.as_str()), ("999988887777", "AKIAEXAMPLE"));
    assert_eq!(made.secret.expose(), "s3cret/+");
    assert!(!format!("{made:?}").contains("s3cret"));
    let text = serde_json::to_string(&made).unwrap();
    assert_eq!(
        text,
        r#"{"AccountId":"999988887777","AccessKeyId":"AKIAEXAMPLE","SecretAccessKey":"s3cret/+"}"#
    );
    let again = refusal(client.create_account(&asked("Team B", Some("999988887777")))).await;
    assert_eq!(again, "there is an account 999988887777 already");
    let listed = client.accounts().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].name.as_str(), listed[0].created), ("Team A", Timestamp::from_seconds(60)));
}

#[tokio::test]
async fn names_of_accounts_are_checked() {
    let served = serve().await;
    let mut client = connect(&served).await;
    for name in ["", "new\nline", "ümlaut", &"x".repeat(51)] {
        let message = refusal(client.create_account(&asked(name, None))).await;
        assert_eq!(message, "an account's name is 1 to 50 printable ASCII characters");
    }
    client.create_account(&asked(&"x".repeat(50), None)).await.unwrap();
}

#[tokio::test]
async fn status_and_environment() {
    let served = serve().await;
    let mut client = connect(&served).await;
    let status = client.status().await.unwrap();
    assert_eq!(status, served.operator.status().unwrap());
    let gone = refusal(client.environment()).await;
    assert!(gone.ends_with("root-credentials is gone; use another access key"), "{gone}");
    let file = "[default]\naws_access_key_id = AKIAROOT\naws_secret_access_key = t0p\n";
    fs::write(served.operator.data_dir().root_credentials(), file).unwrap();
    let environment = client.environment().await.unwrap();
    assert_eq!(environment.endpoint, status.endpoint);
    assert_eq!(environment.region, "eu-west-1");
    assert_eq!((environment.access_key_id.as_str(), environment.secret.expose()), ("AKIAROOT", "t0p"));
}

#[tokio::test]
async fn tokens_of_delegation_requests() {
    let served = serve().await;
    let mut client = connect(&served).await;
    let token = client.delegation_token("ADRAEXAMPLE").await.unwrap();
    assert_eq!(
        (token.delegation_request_id.as_str(), token.trade_in_token.expose()),
        ("ADRAEXAMPLE", "t0ken")
    );
    assert_eq!(refusal(client.delegation_token("ADRAOTHER")).await, "there is no ADRAOTHER");
}

#[tokio::test]
async fn unknown_paths_and_huge_bodies_are_refused() {
    let served = serve().await;
    let mut client = connect(&served).await;
    let unknown: Result<Status, _> = client.ask_for_test("/else").await;
    assert!(matches!(unknown, Err(ClientError::Refused(message)) if message == "there is no GET /else"));
    let huge = refusal(client.create_account(&asked(&"x".repeat(70_000), None))).await;
    assert_eq!(huge, "The request body is larger than this server accepts.");
}

#[tokio::test]
async fn events_are_printed_and_followed_until_the_server_stops() {
    let served = serve().await;
    let event = |name: &str| {
        let mut event = Event::new(format!("id-{name}"), Timestamp::from_seconds(1));
        event.event_name = name.to_owned().into();
        event
    };
    served.operator.trail().append(event("One")).unwrap();
    let mut text = Vec::new();
    let take = |piece: &[u8]| {
        text.extend_from_slice(piece);
        Ok(())
    };
    connect(&served).await.events(&EventQuery::default(), take).await.unwrap();
    let line: serde_json::Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(line["eventName"], "One");

    let (seen, mut first) = tokio::sync::mpsc::unbounded_channel();
    let mut client = connect(&served).await;
    let follower = tokio::spawn(async move {
        let query = EventQuery::from_query_string("follow&start=1970-01-01").unwrap();
        client.events(&query, |piece| seen.send(piece.to_vec()).map_err(std::io::Error::other)).await
    });
    assert!(String::from_utf8(first.recv().await.unwrap()).unwrap().contains("One"));
    served.operator.trail().append(event("Two")).unwrap();
    assert!(String::from_utf8(first.recv().await.unwrap()).unwrap().contains("Two"));
    served.stop.send(()).unwrap();
    follower.await.unwrap().unwrap();
    served.task.await.unwrap();
    assert!(!served.operator.data_dir().operator_socket().exists());
    let gone = Client::connect(&served.operator.data_dir()).await.err().unwrap();
    assert!(matches!(gone, ClientError::NotRunning(_)), "{gone:?}");
}

#[tokio::test]
async fn a_wrong_filter_is_refused() {
    let served = serve().await;
    let mut client = connect(&served).await;
    let unknown: Result<Status, _> = client.ask_for_test("/events?nonsense=1").await;
    assert!(
        matches!(unknown, Err(ClientError::Refused(message)) if message == "there is no filter nonsense")
    );
}
