//! A request as the pipeline sees it: whole, bounded, with what the listener knows of its connection.

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use keygate_ident::Timestamp;

/// One HTTP request, read to its end within the limits.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Path and query as they came.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Who is at the other end of the connection.
    pub peer: IpAddr,
    /// The TLS version and cipher suite, if the connection is encrypted.
    pub tls: Option<Tls>,
    /// When the request was complete.
    pub arrived: Timestamp,
}

/// An encrypted connection.
#[derive(Clone, Debug)]
pub struct Tls {
    /// `TLSv1.3`
    pub version: String,
    /// `TLS_AES_128_GCM_SHA256`
    pub cipher: String,
}

impl Request {
    /// A header's value, if it is there once and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// `User-Agent`, empty if there is none.
    pub fn user_agent(&self) -> &str {
        self.header("user-agent").unwrap_or_default()
    }

    /// The query string, empty if there is none.
    pub fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }
}
