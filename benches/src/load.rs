//! The load: N keep-alive connections, each sending its next signed request when the last is answered.
//!
//! One thread with an event loop, requests signed beforehand, answers read just far enough to know their status
//! and their end: the driver shares the machine with what it measures and must not become the measurement.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::{Failure, clock};

/// How much to send.
#[derive(Clone, Copy)]
pub(crate) enum Amount {
    /// The requests in turn, over and over, for this long.
    For(Duration),
    /// Each request once.
    Once,
}

/// What was seen.
pub(crate) struct Measured {
    /// Requests answered with status 200, per second.
    pub(crate) rate: f64,
    /// Half of the answers took no longer.
    pub(crate) median: Duration,
    /// 99 of 100 answers took no longer.
    pub(crate) p99: Duration,
}

/// Sends the requests and measures. Any answer but 200 is a failure: a rate of refusals is no rate.
pub(crate) fn drive(
    address: SocketAddr,
    connections: usize,
    requests: Vec<Vec<u8>>,
    amount: Amount,
) -> Result<Measured, Failure> {
    let plan = Arc::new(Plan { requests, next: AtomicUsize::new(0), amount });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut latencies, elapsed) = runtime.block_on(async {
        let begin = clock::now();
        let mut tasks = JoinSet::new();
        for _ in 0..connections {
            tasks.spawn(send_all(address, plan.clone(), begin));
        }
        let mut latencies = Vec::new();
        while let Some(finished) = tasks.join_next().await {
            latencies.append(&mut finished??);
        }
        Ok::<_, Failure>((latencies, begin.elapsed()))
    })?;
    latencies.sort_unstable();
    let quantile = |part: usize| {
        latencies
            .get((latencies.len() * part / 100).min(latencies.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    };
    Ok(Measured {
        rate: latencies.len() as f64 / elapsed.as_secs_f64(),
        median: quantile(50),
        p99: quantile(99),
    })
}

struct Plan {
    requests: Vec<Vec<u8>>,
    next: AtomicUsize,
    amount: Amount,
}

impl Plan {
    fn take(&self, begin: Instant) -> Option<&[u8]> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        match self.amount {
            Amount::For(duration) if begin.elapsed() < duration => {
                self.requests.get(index % self.requests.len()).map(Vec::as_slice)
            }
            Amount::For(_) => None,
            Amount::Once => self.requests.get(index).map(Vec::as_slice),
        }
    }
}

async fn send_all(address: SocketAddr, plan: Arc<Plan>, begin: Instant) -> Result<Vec<Duration>, Failure> {
    let mut latencies = Vec::new();
    let mut connection: Option<Connection> = None;
    while let Some(request) = plan.take(begin) {
        let sent = clock::now();
        let mut current = match connection.take() {
            Some(connection) => connection,
            None => Connection::open(address).await?,
        };
        let keep = current.exchange(request).await?;
        latencies.push(sent.elapsed());
        connection = keep.then_some(current);
    }
    Ok(latencies)
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends and reads one answer; whether the connection stays open.
    async fn exchange(&mut self, request: &[u8]) -> Result<bool, Failure> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (head, body_length) = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                let head = Head::parse(self.buffer.get(..end).unwrap_or_default())?;
                break (head, end + 4 + head.content_length);
            }
            self.read_more().await?;
        };
        while self.buffer.len() < body_length {
            self.read_more().await?;
        }
        if head.status != 200 {
            return Err(format!("refused: {}", String::from_utf8_lossy(&self.buffer)).into());
        }
        Ok(head.keep_alive)
    }

    async fn read_more(&mut self) -> Result<(), Failure> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the connection was closed before the answer".into()),
            _ => Ok(()),
        }
    }
}

#[derive(Clone, Copy)]
struct Head {
    status: u16,
    content_length: usize,
    keep_alive: bool,
}

impl Head {
    fn parse(bytes: &[u8]) -> Result<Self, Failure> {
        let text = std::str::from_utf8(bytes)?;
        let mut lines = text.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let persistent = words.next() == Some("HTTP/1.1");
        let status = words.next().unwrap_or_default().parse()?;
        let mut length = None;
        let mut keep_alive = persistent;
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            if name.eq_ignore_ascii_case("content-length") {
                length = Some(value.trim().parse()?);
            } else if name.eq_ignore_ascii_case("connection") {
                keep_alive = !value.trim().eq_ignore_ascii_case("close");
            }
        }
        let content_length = length.ok_or("an answer without a content length")?;
        Ok(Self { status, content_length, keep_alive })
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_parsed() {
        let head = Head::parse(b"HTTP/1.1 200 OK\r\nContent-Length: 42\r\nX: y").unwrap();
        assert_eq!((head.status, head.content_length, head.keep_alive), (200, 42, true));
        let head = Head::parse(b"HTTP/1.1 403 Forbidden\r\ncontent-length:7\r\nConnection: close").unwrap();
        assert_eq!((head.status, head.content_length, head.keep_alive), (403, 7, false));
        assert!(!Head::parse(b"HTTP/1.0 200 OK\r\ncontent-length: 1").unwrap().keep_alive);
        assert!(Head::parse(b"HTTP/1.1 200 OK").is_err());
        assert!(Head::parse(b"").is_err());
    }

    #[test]
    fn every_request_is_answered_once() {
        let bare = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = bare.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            use std::io::{Read, Write};
            let (mut stream, _) = bare.accept().unwrap();
            let mut seen = Vec::new();
            let mut piece = [0u8; 64];
            while let Ok(count @ 1..) = stream.read(&mut piece) {
                seen.extend_from_slice(&piece[..count]);
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
            }
            seen
        });
        let requests = vec![b"a".to_vec(), b"b".to_vec(), b"c".to_vec()];
        let measured = drive(address, 1, requests, Amount::Once).unwrap();
        assert!(measured.rate > 0.0 && measured.median <= measured.p99);
        assert_eq!(server.join().unwrap(), b"abc");
    }
}
