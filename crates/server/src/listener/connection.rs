//! One connection: its requests in turn, and the watch over a client that makes no progress.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Handler, Limits, Readiness, collect};
use crate::metrics::ConnectionMetrics;
use crate::request::{Request, Tls};

/// What all connections of a listener share.
pub(super) struct Service<H> {
    pub(super) handler: Arc<H>,
    pub(super) readiness: Readiness,
    pub(super) metrics: ConnectionMetrics,
    pub(super) limits: Limits,
}

/// What the listener wants of its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Go on.
    Open,
    /// End after the request under way.
    Draining,
    /// End now.
    Closed,
}

/// An open connection, in the metrics.
pub(super) struct Counted<'a>(&'a ConnectionMetrics);

impl<'a> Counted<'a> {
    pub(super) fn new(metrics: &'a ConnectionMetrics) -> Self {
        metrics.accepted.inc();
        metrics.open.inc();
        Self(metrics)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.open.dec();
    }
}

/// How far a connection has come: odd while a request is in our hands, even while we wait for the client.
#[derive(Default)]
struct Progress(AtomicU32);

impl Progress {
    fn step(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Looks at the progress twice per timeout. This way a request costs two additions instead of a timer.
#[derive(Default)]
struct Watchdog {
    seen: u32,
    quiet: u32,
}

impl Watchdog {
    /// Whether the client was waited for during the whole last two periods.
    fn is_stalled(&mut self, progress: &Progress) -> bool {
        let now = progress.0.load(Ordering::Relaxed);
        let waiting = now.is_multiple_of(2);
        self.quiet = if waiting && now == self.seen { self.quiet + 1 } else { 0 };
        self.seen = now;
        self.quiet >= 2
    }
}

impl<H: Handler> Service<H> {
    /// Answers the requests of a connection until either side ends it.
    pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        peer: IpAddr,
        tls: Option<Tls>,
        mut phases: watch::Receiver<Phase>,
    ) {
        let progress = Progress::default();
        let service = service_fn(|request| self.answer(request, peer, tls.as_ref(), &progress));
        let mut http = http1::Builder::new();
        // The watchdog does it, without a timer per request.
        http.header_read_timeout(None).max_header_size(self.limits.max_header_size);
        let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
        let period = self.limits.header_timeout / 2;
        let mut tick = pin!(tokio::time::sleep(period));
        let mut watchdog = Watchdog::default();
        loop {
            tokio::select! {
                biased;
                result = connection.as_mut() => {
                    if let Err(error) = result {
                        tracing::debug!(%peer, %error, "a connection ended badly");
                    }
                    return;
                }
                changed = phases.changed() => {
                    // An error means that the listener itself is gone.
                    if changed.is_err() || *phases.borrow_and_update() == Phase::Closed {
                        return;
                    }
                    connection.as_mut().graceful_shutdown();
                }
                () = tick.as_mut() => {
                    if watchdog.is_stalled(&progress) {
                        self.metrics.timed_out.inc();
                        return;
                    }
                    let next = tick.deadline() + period;
                    tick.as_mut().reset(next.max(Instant::now()));
                }
            }
        }
    }

    async fn answer(
        &self,
        request: http::Request<Incoming>,
        peer: IpAddr,
        tls: Option<&Tls>,
        progress: &Progress,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        progress.step();
        let (head, body) = request.into_parts();
        let response = match self.probe(&head.method, head.uri.path()) {
            Some(response) => response,
            None => match collect(body, &self.limits).await {
                Ok(body) => {
                    let request = Request {
                        method: head.method,
                        uri: head.uri,
                        headers: head.headers,
                        body,
                        peer,
                        tls: tls.cloned(),
                        arrived: crate::clock::now(),
                    };
                    self.handler.handle(request).await
                }
                Err(refusal) => {
                    if refusal.is_over_limit() {
                        self.metrics.over_limit.inc();
                    }
                    refusal.response(&head.headers)
                }
            },
        };
        progress.step();
        Ok(response.map(Full::new))
    }

    /// The answer to those who watch over this server; not an AWS request, so it needs no signature and tells
    /// nothing else.
    fn probe(&self, method: &Method, path: &str) -> Option<Response<Bytes>> {
        let ok = match path {
            "/health" => true,
            "/ready" => self.readiness.is_ready(),
            _ => return None,
        };
        if method != Method::GET && method != Method::HEAD {
            return None;
        }
        let (status, text) =
            if ok { (StatusCode::OK, "ok\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready\n") };
        let mut response = Response::new(Bytes::from_static(text.as_bytes()));
        *response.status_mut() = status;
        let plain = http::HeaderValue::from_static("text/plain");
        response.headers_mut().insert(http::header::CONTENT_TYPE, plain);
        Some(response)
    }
}
