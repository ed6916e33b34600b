//! A blocking HTTP/1.1 client that signs Query requests and keeps its connection.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::{Credentials, Query, Response, clock, sign};

/// No answer of a healthy server takes longer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Signs with one key and talks over one connection.
pub struct Client {
    address: SocketAddr,
    host: String,
    region: String,
    credentials: Credentials,
    connection: Option<Connection>,
}

impl Client {
    /// A client of the server at this address; it connects with its first request.
    pub fn new(address: SocketAddr, credentials: Credentials) -> Self {
        Self {
            address,
            host: address.to_string(),
            region: "us-east-1".to_owned(),
            credentials,
            connection: None,
        }
    }

    /// Signs for another region than us-east-1.
    #[must_use]
    pub fn in_region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Signs the request now and sends it. A request is never sent twice: after an error it is unknown whether
    /// the server carried it out.
    ///
    /// # Errors
    /// The connection failed or the answer is not HTTP. An error that the server answers is a [`Response`].
    pub fn call(&mut self, query: &Query) -> io::Result<Response> {
        let request = self.sign(query)?;
        self.send(&request)
    }

    /// The request as bytes, to be sent within fifteen minutes, as often as wanted.
    ///
    /// # Errors
    /// The request has no canonical form, which [`Query`] cannot produce.
    pub fn sign(&self, query: &Query) -> io::Result<Vec<u8>> {
        sign::request(query, &self.host, &self.region, &self.credentials, clock::now())
    }

    /// Sends bytes and reads one answer.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub fn send(&mut self, request: &[u8]) -> io::Result<Response> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.address)?,
        };
        let response = connection.exchange(request)?;
        if connection.is_reusable() {
            self.connection = Some(connection);
        }
        Ok(response)
    }
}

/// One TCP connection.
pub struct Connection {
    stream: TcpStream,
    /// Read but not yet consumed.
    buffer: Vec<u8>,
    reusable: bool,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens.
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        Ok(Self { stream, buffer: Vec::new(), reusable: true })
    }

    /// Sends one request and reads its answer.
    ///
    /// # Errors
    /// The connection broke, or what came is not HTTP/1.
    pub fn exchange(&mut self, request: &[u8]) -> io::Result<Response> {
        self.stream.write_all(request)?;
        self.read_response()
    }

    /// The server left the connection open.
    pub fn is_reusable(&self) -> bool {
        self.reusable
    }

    fn read_response(&mut self) -> io::Result<Response> {
        let head = loop {
            let head = self.read_through(b"\r\n\r\n")?;
            // 100 Continue and its like announce another head.
            let head = Head::parse(&head)?;
            if head.status >= 200 {
                break head;
            }
        };
        self.reusable = head.keep_alive;
        let body = match head.length {
            Length::Known(length) => self.read_exactly(length)?,
            Length::Chunked => self.read_chunks()?,
            Length::UntilClose => self.read_to_end()?,
        };
        Ok(Response { status: head.status, body: String::from_utf8_lossy(&body).into_owned() })
    }

    fn fill(&mut self) -> io::Result<usize> {
        let mut piece = [0u8; 16 * 1024];
        let count = self.stream.read(&mut piece)?;
        self.buffer.extend_from_slice(piece.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn read_exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.buffer.len() < length {
            if self.fill()? == 0 {
                return Err(closed());
            }
        }
        let rest = self.buffer.split_off(length);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    fn read_through(&mut self, end: &[u8]) -> io::Result<Vec<u8>> {
        loop {
            if let Some(at) = self.buffer.windows(end.len()).position(|window| window == end) {
                return self.read_exactly(at + end.len());
            }
            if self.fill()? == 0 {
                return Err(closed());
            }
        }
    }

    fn read_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.read_through(b"\r\n")?;
            let line = String::from_utf8_lossy(&line);
            let size = line.trim_end().split(';').next().unwrap_or_default();
            let size = usize::from_str_radix(size, 16).map_err(|_| malformed("a chunk's size"))?;
            let chunk = self.read_exactly(size + 2)?;
            body.extend_from_slice(chunk.get(..size).unwrap_or_default());
            if size == 0 {
                return Ok(body);
            }
        }
    }

    fn read_to_end(&mut self) -> io::Result<Vec<u8>> {
        while self.fill()? > 0 {}
        Ok(std::mem::take(&mut self.buffer))
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Length {
    Known(usize),
    Chunked,
    UntilClose,
}

struct Head {
    status: u16,
    length: Length,
    keep_alive: bool,
}

impl Head {
    fn parse(bytes: &[u8]) -> io::Result<Self> {
        let text = std::str::from_utf8(bytes).map_err(|_| malformed("the head is not text"))?;
        let mut lines = text.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let version = words.next().unwrap_or_default();
        if !version.starts_with("HTTP/1.") {
            return Err(malformed("no HTTP/1 status line"));
        }
        let status = words.next().and_then(|word| word.parse().ok()).ok_or_else(|| malformed("no status"))?;
        let mut head = Self { status, length: Length::UntilClose, keep_alive: version == "HTTP/1.1" };
        if status == 204 || status == 304 {
            head.length = Length::Known(0);
        }
        for line in lines {
            let Some((name, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => {
                    let length = value.parse().map_err(|_| malformed("the content length is no number"))?;
                    head.length = Length::Known(length);
                }
                "transfer-encoding" if value.eq_ignore_ascii_case("chunked") => head.length = Length::Chunked,
                "connection" => head.keep_alive = !value.eq_ignore_ascii_case("close"),
                _ => {}
            }
        }
        if head.length == Length::UntilClose {
            head.keep_alive = false;
        }
        Ok(head)
    }
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection before it answered")
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not an HTTP answer: {what}"))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Serves these answers on one connection, each after one piece of request, then closes.
    fn answering(answers: &'static [&'static str]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut piece = [0u8; 4096];
            for answer in answers {
                let _ = stream.read(&mut piece).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        address
    }

    fn check(answers: &'static [&'static str], expected: &[(u16, &str, bool)]) {
        let mut connection = Connection::open(answering(answers)).unwrap();
        for (status, body, reusable) in expected {
            let response = connection.exchange(b"x").unwrap();
            assert_eq!((response.status, response.body.as_str()), (*status, *body));
            assert_eq!(connection.is_reusable(), *reusable);
        }
    }

    #[test]
    fn answers_are_read() {
        check(
            &[
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
                "HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n2;x\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\ncontent-length: 0\r\n\r\n",
            ],
            &[(200, "ab", true), (404, "abc", true), (200, "", false)],
        );
        check(&["HTTP/1.0 200 OK\r\n\r\nrest"], &[(200, "rest", false)]);
    }

    #[test]
    fn a_broken_answer_is_an_error() {
        for answer in [
            &["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"],
            &["HTTP/1.1 200 OK\r\n"],
            &["SSH-2.0 hello\r\n\r\n"],
            &["HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"],
        ] {
            assert!(Connection::open(answering(answer)).unwrap().exchange(b"x").is_err(), "{answer:?}");
        }
    }
}
