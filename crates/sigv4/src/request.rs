//! The parts of an HTTP request that a signature can cover, borrowed from whoever parsed it.

use std::fmt;

/// A header as it came: name in any letter case, value as raw bytes.
pub type Header<'a> = (&'a str, &'a [u8]);

/// A request whose signature is read, verified or made.
#[derive(Clone, Copy)]
pub struct HttpRequest<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// The path as it stood on the request line: still percent-encoded, without the query.
    pub path: &'a str,
    /// The query string as it stood on the request line, without the `?`; empty if there was none.
    pub query: &'a str,
    /// All headers in the order they came, `Host` (or what `:authority` said) included.
    pub headers: &'a [Header<'a>],
    /// The whole body.
    pub body: &'a [u8],
}

/// A header that may stand once stood twice.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Repeated;

impl<'a> HttpRequest<'a> {
    /// Every value of a header, in order. `name` is in lower case.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// The value of a header that must not be repeated: with two values, one part of the system could act on
    /// one of them and another part on the other.
    pub(crate) fn single(&self, name: &str) -> Result<Option<&'a [u8]>, Repeated> {
        let mut values = self.values(name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Repeated),
            (value, None) => Ok(value),
        }
    }
}

/// Method and path only: headers, query and body may carry secrets.
impl fmt::Debug for HttpRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_in_any_case_and_debug_shows_none() {
        let headers: &[Header<'_>] =
            &[("Host", b"a"), ("X-Amz-Date", b"1"), ("x-amz-date", b"2"), ("Authorization", b"hush")];
        let request = HttpRequest { method: "GET", path: "/p", query: "q=hush", headers, body: b"hush" };
        assert_eq!(request.single("host"), Ok(Some(b"a".as_slice())));
        assert_eq!(request.single("x-amz-date"), Err(Repeated));
        assert_eq!(request.single("date"), Ok(None));
        assert_eq!(request.values("x-amz-date").collect::<Vec<_>>(), [b"1", b"2"]);
        assert!(!format!("{request:?}").contains("hush"));
    }
}
