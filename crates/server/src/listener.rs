//! The HTTP/1.1 listener: connections in, whole requests out to a [`Handler`], answers back.
//!
//! Everything a client can make large, many or slow is bounded here, before anything is done for it: connections,
//! heads, bodies, pieces of bodies, and the time each of them takes. A connection costs one timer for all its
//! life, so that a fast client pays nothing for the watch over the slow ones.

mod body;
mod connection;
mod files;
mod refusal;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use crate::metrics::ConnectionMetrics;
use crate::request::Request;
use connection::{Phase, Service};

pub(crate) use body::collect;

/// How long to wait before accepting again when the system has no more file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// After connections were told to end at once: for those whose handler does not come to a point where it can end.
const ABORT_TIMEOUT: Duration = Duration::from_secs(1);

/// What answers requests.
pub trait Handler: Send + Sync + 'static {
    /// The answer to a request, whatever happens to it.
    fn handle(&self, request: Request) -> impl Future<Output = Response<Bytes>> + Send;
}

/// What a client may ask for, and how long it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time; one more is closed at once.
    pub max_connections: usize,
    /// Bytes of a request line and its headers, together.
    pub max_header_size: usize,
    /// Bytes of a body.
    pub max_body_size: usize,
    /// From the opening of a connection, or the end of the last request on it, to the end of the next request's
    /// headers. Answers have to be taken off in this time, too. May be exceeded by half of it.
    pub header_timeout: Duration,
    /// From a request's headers to the end of its body.
    pub body_timeout: Duration,
    /// How long requests under way may take when the server is asked to stop.
    pub shutdown_timeout: Duration,
}

/// Whether the server is ready to answer; what `GET /ready` says. Clones share one answer. At first it is not.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Says so from now on.
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Release);
    }

    /// Whether it is.
    pub fn is_ready(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A bound socket. It takes connections from now on, and answers them in [`Listener::serve`].
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    limits: Limits,
}

/// How the last connections ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Drained {
    /// Connections that had to be cut off because their requests took longer than the shutdown timeout.
    pub cut_off: usize,
}

impl Listener {
    /// Binds the address; encrypted if there is a TLS configuration.
    ///
    /// # Errors
    /// The address is not to be had.
    pub async fn bind(
        address: SocketAddr,
        tls: Option<Arc<ServerConfig>>,
        limits: Limits,
    ) -> io::Result<Self> {
        let socket = TcpListener::bind(address).await?;
        let address = socket.local_addr()?;
        let max_connections = files::make_room(limits.max_connections);
        if max_connections < limits.max_connections {
            let wanted = limits.max_connections;
            tracing::warn!(
                wanted,
                max_connections,
                "the system allows fewer open files than max-connections needs"
            );
        }
        Ok(Self {
            socket,
            address,
            tls: tls.map(TlsAcceptor::from),
            limits: Limits { max_connections, ..limits },
        })
    }

    /// Where it is bound; the port is the real one.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// As clients on this machine write it: `http://127.0.0.1:8474`.
    pub fn url(&self) -> String {
        let host = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", SocketAddr::new(host, self.address.port()))
    }

    /// Where others reach it, unless it listens on every address of the machine: then nobody here knows.
    pub fn reached_at(&self) -> Option<String> {
        (!self.address.ip().is_unspecified()).then(|| self.url())
    }

    /// Answers requests until `stop` is done; then takes no more connections, lets the requests under way end, and
    /// returns when they have or the shutdown timeout is over.
    ///
    /// `GET /health` (is this process alive?) and `GET /ready` (does it answer requests?) are answered here,
    /// without authentication.
    pub async fn serve<H: Handler>(
        self,
        handler: Arc<H>,
        readiness: Readiness,
        metrics: ConnectionMetrics,
        stop: impl Future<Output = ()>,
    ) -> Drained {
        let Self { socket, tls, limits, .. } = self;
        let (phase, phases) = watch::channel(Phase::Open);
        let slots = Arc::new(Semaphore::new(limits.max_connections));
        let service = Arc::new(Service { handler, readiness, metrics, limits });
        let mut stop = pin!(stop);
        loop {
            let accepted = tokio::select! {
                biased;
                () = &mut stop => break,
                accepted = socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let Ok(slot) = Arc::clone(&slots).try_acquire_owned() else {
                        // Closing is the cheapest answer; a client that is told to come back later does the same.
                        service.metrics.refused.inc();
                        continue;
                    };
                    let connection =
                        open(Arc::clone(&service), stream, peer.ip(), tls.clone(), phases.clone());
                    tokio::spawn(async move {
                        connection.await;
                        drop(slot);
                    });
                }
                Err(error) => recover(&error).await,
            }
        }
        drop(socket);
        phase.send_replace(Phase::Draining);
        drain(&slots, limits, || phase.send_replace(Phase::Closed)).await
    }
}

/// One connection from its first byte to its last.
async fn open<H: Handler>(
    service: Arc<Service<H>>,
    stream: TcpStream,
    peer: IpAddr,
    tls: Option<TlsAcceptor>,
    phases: watch::Receiver<Phase>,
) {
    let _open = connection::Counted::new(&service.metrics);
    // An answer is written whole; waiting for more to send would only delay it. Failing is no reason to hang up.
    let _ = stream.set_nodelay(true);
    let Some(acceptor) = tls else {
        return service.serve(stream, peer, None, phases).await;
    };
    match tokio::time::timeout(service.limits.header_timeout, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => {
            let details = crate::tls::details(stream.get_ref().1);
            service.serve(stream, peer, details, phases).await;
        }
        Ok(Err(error)) => tracing::debug!(%peer, %error, "a TLS handshake failed"),
        Err(_) => {
            service.metrics.timed_out.inc();
        }
    }
}

/// After an error of accept: most are about one connection that is gone already; those about the process (no more
/// file handles, no more memory) would come back at once.
async fn recover(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::warn!(%error, "a connection can not be accepted");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

/// Waits for the connections to end, and ends those that do not.
async fn drain<T>(slots: &Semaphore, limits: Limits, cut_off: impl FnOnce() -> T) -> Drained {
    let all = u32::try_from(limits.max_connections).unwrap_or(u32::MAX);
    if tokio::time::timeout(limits.shutdown_timeout, slots.acquire_many(all)).await.is_ok() {
        return Drained { cut_off: 0 };
    }
    let left = limits.max_connections.saturating_sub(slots.available_permits());
    cut_off();
    // Whether they end in time or not, nothing more can be done for them.
    let _ = tokio::time::timeout(ABORT_TIMEOUT, slots.acquire_many(all)).await;
    Drained { cut_off: left }
}
