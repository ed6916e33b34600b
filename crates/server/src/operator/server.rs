//! The server's side of the operator socket.

use std::convert::Infallible;
use std::io;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use hyper::body::{Body, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::net::UnixListener;
use tokio::sync::{Semaphore, mpsc, watch};

use super::{AccountRequest, Environment, ErrorBody, Operator, OperatorError, credentials, socket};
use crate::events::EventQuery;
use crate::listener::{Limits, collect};
use crate::settings::DataDir;

/// Commands at a time; more wait. Its clients are the owner's own commands.
const MAX_CONNECTIONS: usize = 64;
/// Chunks of events on their way to a client that does not take them off.
const EVENT_CHUNKS: usize = 8;
/// How soon an event stream that has nothing to send sees that its client or the server is gone.
const FOLLOW_CHECK: Duration = Duration::from_millis(200);

/// Followed by the id of a delegation request.
const DELEGATION_TOKENS: &str = "/delegation-tokens/";

const LIMITS: Limits = Limits {
    max_connections: MAX_CONNECTIONS,
    max_header_size: 64 * 1024,
    max_body_size: 64 * 1024,
    header_timeout: Duration::from_secs(30),
    body_timeout: Duration::from_secs(30),
    shutdown_timeout: Duration::from_secs(5),
};

/// The operator socket, bound.
pub struct OperatorListener {
    socket: UnixListener,
    path: PathBuf,
}

impl OperatorListener {
    /// Binds the socket in the data folder.
    ///
    /// # Errors
    /// Another server runs on the folder ([`io::ErrorKind::AddrInUse`]), or the file system refuses.
    pub async fn bind(data_dir: &DataDir) -> io::Result<Self> {
        let path = data_dir.operator_socket();
        Ok(Self { socket: socket::bind(&path).await?, path })
    }

    /// Answers until `stop` is done; then removes the socket and returns when the commands under way have ended.
    pub async fn serve<O: Operator>(self, operator: Arc<O>, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let stopping = Arc::new(AtomicBool::new(false));
        let (drain, draining) = watch::channel(false);
        let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let accepted = tokio::select! {
                biased;
                () = &mut stop => break,
                accepted = accept(&self.socket, &slots) => accepted,
            };
            let Some((stream, slot)) = accepted else { continue };
            let (operator, stopping) = (Arc::clone(&operator), Arc::clone(&stopping));
            let mut draining = draining.clone();
            tokio::spawn(async move {
                let service =
                    service_fn(move |request| answer(Arc::clone(&operator), Arc::clone(&stopping), request));
                let mut connection =
                    pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
                // How a connection ends is the client's business: it sees the same error.
                tokio::select! {
                    _ = connection.as_mut() => {}
                    _ = draining.changed() => {
                        connection.as_mut().graceful_shutdown();
                        let _ = connection.await;
                    }
                }
                drop(slot);
            });
        }
        if let Err(error) = socket::remove(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "the operator socket can not be removed");
        }
        drop(self.socket);
        stopping.store(true, Ordering::Release);
        drain.send_replace(true);
        let all = slots.acquire_many(u32::try_from(MAX_CONNECTIONS).unwrap_or(u32::MAX));
        if tokio::time::timeout(LIMITS.shutdown_timeout, all).await.is_err() {
            tracing::warn!("operator commands were cut off");
        }
    }
}

async fn accept(
    socket: &UnixListener,
    slots: &Arc<Semaphore>,
) -> Option<(tokio::net::UnixStream, tokio::sync::OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    match socket.accept().await {
        Ok((stream, _)) => Some((stream, slot)),
        Err(error) => {
            tracing::warn!(%error, "the operator socket does not accept");
            tokio::time::sleep(FOLLOW_CHECK).await;
            None
        }
    }
}

async fn answer<O: Operator>(
    operator: Arc<O>,
    stopping: Arc<AtomicBool>,
    request: Request<Incoming>,
) -> Result<Response<Answer>, Infallible> {
    let (head, body) = request.into_parts();
    let result = match (&head.method, head.uri.path()) {
        (&Method::POST, "/accounts") => match collect(body, &LIMITS).await {
            Ok(body) => in_background(move || create_account(&*operator, &body)).await,
            Err(refusal) => Err(OperatorError::Invalid(refusal.message().to_owned())),
        },
        (&Method::GET, "/accounts") => in_background(move || json(&operator.accounts()?)).await,
        (&Method::GET, "/status") => in_background(move || json(&operator.status()?)).await,
        (&Method::GET, "/env") => in_background(move || environment(&*operator)).await,
        (&Method::GET, path) if path.starts_with(DELEGATION_TOKENS) => {
            let id = path.trim_start_matches(DELEGATION_TOKENS).to_owned();
            in_background(move || json(&operator.delegation_token(&id)?)).await
        }
        (&Method::GET, "/events") => {
            operator.settle().await;
            events(operator, stopping, head.uri.query().unwrap_or_default())
        }
        (method, path) => Err(OperatorError::Missing(format!("there is no {method} {path}"))),
    };
    Ok(result.unwrap_or_else(|error| refuse(&error)))
}

/// The store blocks; the threads that answer requests must not.
async fn in_background(
    work: impl FnOnce() -> Result<Response<Answer>, OperatorError> + Send + 'static,
) -> Result<Response<Answer>, OperatorError> {
    let failed =
        |_| OperatorError::Unavailable("the command failed; the server's log may say why".to_owned());
    tokio::task::spawn_blocking(work).await.map_err(failed)?
}

fn create_account(operator: &impl Operator, body: &[u8]) -> Result<Response<Answer>, OperatorError> {
    let request: AccountRequest = serde_json::from_slice(body)
        .map_err(|error| OperatorError::Invalid(format!("the account is not described well: {error}")))?;
    let name = request.account_name;
    let printable = name.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    if !printable || !(1..=50).contains(&name.len()) {
        let problem = "an account's name is 1 to 50 printable ASCII characters";
        return Err(OperatorError::Invalid(problem.to_owned()));
    }
    json(&operator.create_account(&name, request.account_id)?)
}

fn environment(operator: &impl Operator) -> Result<Response<Answer>, OperatorError> {
    let status = operator.status()?;
    let root = credentials::read(&status.credentials)?;
    json(&Environment {
        endpoint: status.endpoint,
        region: status.region,
        access_key_id: root.access_key_id,
        secret: root.secret,
    })
}

fn events<O: Operator>(
    operator: Arc<O>,
    stopping: Arc<AtomicBool>,
    query: &str,
) -> Result<Response<Answer>, OperatorError> {
    let query = EventQuery::from_query_string(query).map_err(OperatorError::Invalid)?;
    let (sender, receiver) = mpsc::channel(EVENT_CHUNKS);
    tokio::task::spawn_blocking(move || {
        let go_on = || !sender.is_closed() && !stopping.load(Ordering::Acquire);
        let send = |lines: String| sender.blocking_send(Bytes::from(lines)).is_ok();
        if let Err(error) = query.run(operator.trail(), FOLLOW_CHECK, go_on, send) {
            tracing::error!(%error, "the audit trail can not be read");
        }
    });
    Ok(response(StatusCode::OK, "application/x-ndjson", Answer::Stream(receiver)))
}

fn json(value: &impl Serialize) -> Result<Response<Answer>, OperatorError> {
    let text = serde_json::to_vec(value).map_err(|error| OperatorError::Unavailable(error.to_string()))?;
    Ok(response(StatusCode::OK, "application/json", Answer::whole(text)))
}

fn refuse(error: &OperatorError) -> Response<Answer> {
    let status = match error {
        OperatorError::Invalid(_) => StatusCode::BAD_REQUEST,
        OperatorError::Exists(_) => StatusCode::CONFLICT,
        OperatorError::Missing(_) => StatusCode::NOT_FOUND,
        OperatorError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    let body = serde_json::to_vec(&ErrorBody { message: error.to_string() }).unwrap_or_default();
    response(status, "application/json", Answer::whole(body))
}

fn response(status: StatusCode, content_type: &'static str, body: Answer) -> Response<Answer> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let content_type = http::HeaderValue::from_static(content_type);
    response.headers_mut().insert(http::header::CONTENT_TYPE, content_type);
    response
}

/// The body of an answer.
enum Answer {
    Whole(Option<Bytes>),
    /// Chunk by chunk, until the sender is dropped.
    Stream(mpsc::Receiver<Bytes>),
}

impl Answer {
    fn whole(bytes: Vec<u8>) -> Self {
        Self::Whole(Some(Bytes::from(bytes)))
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take()),
            Self::Stream(receiver) => receiver.poll_recv(cx),
        };
        next.map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}
