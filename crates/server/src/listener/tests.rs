//! Clients, friendly and hostile, on real sockets.

use std::pin::Pin;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use super::*;

const LIMITS: Limits = Limits {
    max_connections: 4,
    max_header_size: 8 * 1024,
    max_body_size: 64 * 1024,
    // Long enough that no test that is about something else meets it.
    header_timeout: Duration::from_secs(60),
    body_timeout: Duration::from_secs(60),
    shutdown_timeout: Duration::from_secs(60),
};
const SOON: Duration = Duration::from_millis(100);

/// Says what it got; at `/wait` only when it is told to go on.
#[derive(Default)]
struct Echo {
    entered: Notify,
    go_on: Notify,
}

impl Handler for Echo {
    async fn handle(&self, request: Request) -> Response<Bytes> {
        if request.uri.path() == "/wait" {
            self.entered.notify_one();
            self.go_on.notified().await;
        }
        let tls = request.tls.as_ref().map(|tls| format!(" {} {}", tls.version, tls.cipher));
        let Request { method, uri, body, peer, .. } = request;
        let text = format!("{method} {uri} {} bytes from {peer}{}", body.len(), tls.unwrap_or_default());
        Response::new(Bytes::from(text))
    }
}

struct Served {
    address: SocketAddr,
    handler: Arc<Echo>,
    readiness: Readiness,
    metrics: ConnectionMetrics,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Drained>,
}

async fn serve_with(limits: Limits, tls: Option<Arc<ServerConfig>>) -> Served {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), tls, limits).await.unwrap();
    let address = listener.address();
    let (stop, stopped) = oneshot::channel::<()>();
    let (handler, readiness, metrics) =
        (Arc::new(Echo::default()), Readiness::default(), ConnectionMetrics::default());
    let serving = listener.serve(Arc::clone(&handler), readiness.clone(), metrics.clone(), async {
        let _ = stopped.await;
    });
    Served { address, handler, readiness, metrics, stop, task: tokio::spawn(serving) }
}

async fn serve(limits: Limits) -> Served {
    serve_with(limits, None).await
}

trait Stream: AsyncRead + AsyncWrite + Send {}
impl<S: AsyncRead + AsyncWrite + Send> Stream for S {}

struct Connection(Pin<Box<dyn Stream>>);

impl Connection {
    async fn open(served: &Served) -> Self {
        Self(Box::pin(TcpStream::connect(served.address).await.unwrap()))
    }

    async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// One answer: its head, and as much body as the head announces.
    async fn answer(&mut self) -> (u16, String, String) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        self.0.read_exact(&mut body).await.unwrap();
        (head[9..12].parse().unwrap(), head, String::from_utf8(body).unwrap())
    }

    async fn ask(&mut self, request: &str) -> (u16, String) {
        self.send(request).await;
        let (status, _, body) = self.answer().await;
        (status, body)
    }

    /// Waits until the server hangs up; what it still sent.
    async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        // A reset is a way to hang up, too.
        let _ = self.0.read_to_end(&mut rest).await;
        String::from_utf8(rest).unwrap()
    }
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")
}

fn post(body: &str) -> String {
    format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn chunked(chunks: &[&str]) -> String {
    let chunks: String = chunks.iter().map(|chunk| format!("{:x}\r\n{chunk}\r\n", chunk.len())).collect();
    format!("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{chunks}0\r\n\r\n")
}

#[tokio::test]
async fn requests_come_whole_and_share_a_connection() {
    let served = serve(LIMITS).await;
    let mut connection = Connection::open(&served).await;
    for (request, expected) in [
        (get("/a?b=c"), "GET /a?b=c 0 bytes from 127.0.0.1"),
        (post("Action=GetUser"), "POST / 14 bytes from 127.0.0.1"),
        (post(&"x".repeat(LIMITS.max_body_size)), "POST / 65536 bytes from 127.0.0.1"),
        (chunked(&["abc", "de", "f"]), "POST / 6 bytes from 127.0.0.1"),
        (chunked(&[]), "POST / 0 bytes from 127.0.0.1"),
    ] {
        assert_eq!(connection.ask(&request).await, (200, expected.to_owned()));
    }
    assert_eq!(served.metrics.accepted.get(), 1);
}

#[tokio::test]
async fn probes_are_answered_without_the_handler() {
    let served = serve(LIMITS).await;
    let mut connection = Connection::open(&served).await;
    assert_eq!(connection.ask(&get("/health")).await, (200, "ok\n".to_owned()));
    assert_eq!(connection.ask(&get("/ready")).await, (503, "not ready\n".to_owned()));
    served.readiness.set(true);
    assert_eq!(connection.ask(&get("/ready?now")).await, (200, "ok\n".to_owned()));
    let post = "POST /health HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";
    assert!(connection.ask(post).await.1.starts_with("POST /health"), "not a probe");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_in_the_clients_language() {
    let served = serve(LIMITS).await;
    let large = LIMITS.max_body_size + 1;
    let announced = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {large}\r\n\r\n");
    // Refused at its announcement: not a byte of it is sent.
    let mut connection = Connection::open(&served).await;
    connection.send(&announced).await;
    let (status, head, body) = connection.answer().await;
    assert_eq!(status, 413);
    assert!(head.contains("\r\nconnection: close\r\n") && head.contains("\r\nx-amzn-requestid: "), "{head}");
    let error = "<Error><Type>Sender</Type><Code>RequestEntityTooLarge</Code>";
    assert!(body.starts_with(&format!("<ErrorResponse>{error}")), "{body}");
    assert_eq!(connection.rest().await, "");

    let json = announced.replace("\r\n\r\n", "\r\ncontent-type: application/x-amz-json-1.1\r\n\r\n");
    let (_, body) = Connection::open(&served).await.ask(&json).await;
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["__type"], "RequestEntityTooLarge");

    let (status, _) = Connection::open(&served).await.ask(&chunked(&[&"x".repeat(large)])).await;
    assert_eq!(status, 413);
    assert_eq!(served.metrics.over_limit.get(), 3);
}

#[tokio::test]
async fn a_flood_of_tiny_chunks_is_refused() {
    let served = serve(LIMITS).await;
    let many = vec!["x"; 1024 + LIMITS.max_body_size / 256 + 1];
    let (status, body) = Connection::open(&served).await.ask(&chunked(&many)).await;
    assert_eq!(status, 400);
    assert!(body.contains("too many small pieces"), "{body}");
    let (status, _) = Connection::open(&served).await.ask(&chunked(&many[1..])).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn malformed_bodies_never_reach_the_handler() {
    let served = serve(LIMITS).await;
    let mut connection = Connection::open(&served).await;
    connection.send("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n").await;
    let rest = connection.rest().await;
    assert!(rest.starts_with("HTTP/1.1 400 ") && rest.contains("MalformedHttpRequestException"), "{rest}");
    assert_eq!(served.metrics.over_limit.get(), 0);
}

#[tokio::test]
async fn heads_over_the_limits_are_refused() {
    let served = serve(LIMITS).await;
    let long = format!("GET / HTTP/1.1\r\nhost: x\r\na: {}\r\n\r\n", "x".repeat(LIMITS.max_header_size));
    let many = format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(100));
    let path = get(&format!("/{}", "x".repeat(LIMITS.max_header_size)));
    for head in [long, many, path] {
        let mut connection = Connection::open(&served).await;
        connection.send(&head).await;
        let rest = connection.rest().await;
        assert!(rest.starts_with("HTTP/1.1 431 "), "{rest}");
    }
    // An endless one is cut off before it has been read.
    let mut connection = Connection::open(&served).await;
    connection.send("GET / HTTP/1.1\r\nhost: x\r\na: ").await;
    let mut sent = 0;
    while connection.0.write_all(&[b'x'; 4096]).await.is_ok() {
        sent += 4096;
        assert!(sent < 100 << 20, "nobody stops it");
    }
}

#[tokio::test]
async fn slow_clients_are_hung_up_on() {
    let served = serve(Limits { header_timeout: SOON, ..LIMITS }).await;
    // Says nothing; begins and stops; keeps alive and says nothing more.
    for begin in ["", "GET / HTTP/1.1\r\nhost: "] {
        let mut connection = Connection::open(&served).await;
        connection.send(begin).await;
        assert_eq!(connection.rest().await, "", "{begin:?}");
    }
    let mut connection = Connection::open(&served).await;
    connection.ask(&get("/")).await;
    assert_eq!(connection.rest().await, "");
    assert_eq!(served.metrics.timed_out.get(), 3);
}

#[tokio::test]
async fn a_client_that_drips_its_head_is_hung_up_on() {
    let served = serve(Limits { header_timeout: SOON, ..LIMITS }).await;
    let mut connection = Connection::open(&served).await;
    connection.send("GET / HTTP/1.1\r\n").await;
    let mut drops = 0;
    while connection.0.write_all(b"a: b\r\n").await.is_ok() {
        drops += 1;
        tokio::time::sleep(SOON / 10).await;
        assert!(drops < 90, "it could go on for ever");
    }
    assert_eq!(served.metrics.timed_out.get(), 1);
}

#[tokio::test]
async fn a_slow_body_is_answered_and_hung_up_on() {
    let served = serve(Limits { body_timeout: SOON, ..LIMITS }).await;
    let mut connection = Connection::open(&served).await;
    connection.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab").await;
    let (status, _, body) = connection.answer().await;
    assert_eq!(status, 408);
    assert!(body.contains("<Code>RequestTimeout</Code>"), "{body}");
    assert_eq!(connection.rest().await, "");
}

#[tokio::test]
async fn a_slow_handler_is_waited_for() {
    let served = serve(Limits { header_timeout: SOON, ..LIMITS }).await;
    let mut connection = Connection::open(&served).await;
    connection.send(get("/wait")).await;
    served.handler.entered.notified().await;
    tokio::time::sleep(SOON * 3).await;
    served.handler.go_on.notify_one();
    assert_eq!(connection.answer().await.0, 200);
    assert_eq!(served.metrics.timed_out.get(), 0);
}

#[tokio::test]
async fn one_connection_too_many_is_closed_and_room_is_made_again() {
    let served = serve(Limits { max_connections: 2, ..LIMITS }).await;
    let mut first = Connection::open(&served).await;
    let mut second = Connection::open(&served).await;
    first.ask(&get("/")).await;
    second.ask(&get("/")).await;
    assert_eq!(Connection::open(&served).await.rest().await, "");
    assert_eq!((served.metrics.refused.get(), served.metrics.open.get()), (1, 2));
    first.send("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(first.rest().await.starts_with("HTTP/1.1 200"));
    // The place is free a moment after the connection has ended.
    while served.metrics.open.get() > 1 {
        tokio::task::yield_now().await;
    }
    loop {
        let mut third = Connection::open(&served).await;
        third.send(get("/").replace("host", "connection: close\r\nhost")).await;
        if third.rest().await.starts_with("HTTP/1.1 200") {
            break;
        }
    }
}

#[tokio::test]
async fn stopping_lets_requests_end_and_closes_the_rest() {
    let served = serve(LIMITS).await;
    let mut fresh = Connection::open(&served).await;
    let mut idle = Connection::open(&served).await;
    idle.ask(&get("/")).await;
    let mut busy = Connection::open(&served).await;
    busy.send(get("/wait")).await;
    served.handler.entered.notified().await;
    served.stop.send(()).unwrap();
    assert_eq!(idle.rest().await, "");
    assert_eq!(fresh.rest().await, "");
    assert!(TcpStream::connect(served.address).await.is_err(), "nobody listens any more");
    served.handler.go_on.notify_one();
    let (status, head, _) = busy.answer().await;
    assert_eq!(status, 200);
    assert!(head.contains("connection: close"), "{head}");
    assert_eq!(busy.rest().await, "");
    assert_eq!(served.task.await.unwrap(), Drained { cut_off: 0 });
    assert_eq!(served.metrics.open.get(), 0);
}

#[tokio::test]
async fn stopping_does_not_wait_for_ever() {
    let served = serve(Limits { shutdown_timeout: SOON, ..LIMITS }).await;
    let mut busy = Connection::open(&served).await;
    busy.send(get("/wait")).await;
    served.handler.entered.notified().await;
    served.stop.send(()).unwrap();
    assert_eq!(served.task.await.unwrap(), Drained { cut_off: 1 });
    assert_eq!(busy.rest().await, "");
}

async fn encrypted(served: &Served, config: &Arc<ClientConfig>) -> Connection {
    let stream = TcpStream::connect(served.address).await.unwrap();
    let connector = TlsConnector::from(Arc::clone(config));
    let name = ServerName::try_from("localhost").unwrap();
    Connection(Box::pin(connector.connect(name, stream).await.unwrap()))
}

#[tokio::test]
async fn tls_of_both_versions() {
    let folder = tempfile::tempdir().unwrap();
    let (files, authority) = crate::tls::tests::certificate(folder.path());
    let limits = Limits { header_timeout: SOON * 5, ..LIMITS };
    let served = serve_with(limits, Some(crate::tls::load(&files).unwrap())).await;
    let mut roots = RootCertStore::empty();
    roots.add(authority).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    for (version, expected) in [
        (&rustls::version::TLS13, " TLSv1.3 TLS_AES_"),
        (&rustls::version::TLS12, " TLSv1.2 ECDHE-ECDSA-AES"),
    ] {
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider));
        let config = config.with_protocol_versions(&[version]).unwrap();
        let mut config = config.with_root_certificates(roots.clone()).with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let mut connection = encrypted(&served, &Arc::new(config)).await;
        let (status, body) = connection.ask(&post("abc")).await;
        assert_eq!(status, 200);
        assert!(body.starts_with(&format!("POST / 3 bytes from 127.0.0.1{expected}")), "{body}");
    }
    // Plain text is no handshake, and a handshake that does not go on ends.
    let mut plain = Connection::open(&served).await;
    plain.send(get("/")).await;
    let mut rest = Vec::new();
    let _ = plain.0.read_to_end(&mut rest).await;
    assert!(!rest.starts_with(b"HTTP"));
    let mut silent = Connection::open(&served).await;
    assert_eq!(silent.rest().await, "");
}

#[tokio::test]
async fn the_url_is_one_that_works_from_here() {
    for (address, expected) in [("0.0.0.0:0", "http://127.0.0.1:"), ("127.0.0.1:0", "http://127.0.0.1:")] {
        let listener = Listener::bind(address.parse().unwrap(), None, LIMITS).await.unwrap();
        assert_eq!(listener.url(), format!("{expected}{}", listener.address().port()));
        // Who listens everywhere does not know where others find it.
        let known = (!address.starts_with("0.0.0.0")).then(|| listener.url());
        assert_eq!(listener.reached_at(), known);
    }
}
