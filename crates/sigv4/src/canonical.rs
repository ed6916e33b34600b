//! The canonical request and the string to sign: one buffer, written once, for verifying and for signing.

use aws_lc_rs::digest::{SHA256, digest};

use crate::encode::{BadEscape, Plus, decode_query, encode_into, hex, recode_into};
use crate::request::HttpRequest;
use crate::rules::Paths;

/// The one algorithm.
pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The last element of a credential scope.
pub(crate) const TERMINATOR: &str = "aws4_request";

/// What a signature covers.
pub(crate) struct Canonical<'c, 'a> {
    pub(crate) request: &'c HttpRequest<'a>,
    /// Names in lower case, sorted, joined by `;`.
    pub(crate) signed_headers: &'c str,
    pub(crate) paths: Paths,
    /// `YYYYMMDDTHHMMSSZ`.
    pub(crate) date: &'c [u8; 16],
    /// `date/region/service/aws4_request`.
    pub(crate) scope: &'c str,
}

/// Why there is no canonical form.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    Path,
    Query,
    /// A header that is listed as signed did not come.
    HeaderAbsent,
}

impl Canonical<'_, '_> {
    /// The string to sign, for a payload of this hash (or `UNSIGNED-PAYLOAD`).
    pub(crate) fn string_to_sign(&self, payload: &[u8]) -> Result<Vec<u8>, Malformed> {
        let mut buffer = self.request_text(payload)?;
        let hash = hex(digest(&SHA256, &buffer).as_ref());
        buffer.clear();
        for line in [ALGORITHM.as_bytes(), self.date, self.scope.as_bytes()] {
            buffer.extend_from_slice(line);
            buffer.push(b'\n');
        }
        buffer.extend_from_slice(&hash);
        Ok(buffer)
    }

    /// The canonical request.
    pub(crate) fn request_text(&self, payload: &[u8]) -> Result<Vec<u8>, Malformed> {
        let request = self.request;
        let headers: usize = request.headers.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
        let capacity = request.path.len() + request.query.len() + self.signed_headers.len() + headers;
        let mut out = Vec::with_capacity(capacity + capacity / 4 + 128);

        out.extend_from_slice(request.method.as_bytes());
        out.push(b'\n');
        write_path(&mut out, request.path, self.paths).map_err(|_| Malformed::Path)?;
        out.push(b'\n');
        write_query(&mut out, request.query).map_err(|_| Malformed::Query)?;
        out.push(b'\n');
        for name in self.signed_headers.split(';').filter(|name| !name.is_empty()) {
            write_header(&mut out, name, request)?;
        }
        out.push(b'\n');
        out.extend_from_slice(self.signed_headers.as_bytes());
        out.push(b'\n');
        out.extend_from_slice(payload);
        Ok(out)
    }
}

/// The hash of a body, as a canonical request ends with it.
pub(crate) fn payload_hash(body: &[u8]) -> [u8; 64] {
    hex(digest(&SHA256, body).as_ref())
}

fn write_path(out: &mut Vec<u8>, path: &str, paths: Paths) -> Result<(), BadEscape> {
    // Nearly every request of the services that speak Query or JSON.
    if path == "/" || path.is_empty() {
        out.push(b'/');
        return Ok(());
    }
    if !paths.normalize {
        return write_path_text(out, path, paths);
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    for segment in &segments {
        out.push(b'/');
        write_path_text(out, segment, paths)?;
    }
    if segments.is_empty() || path.ends_with('/') {
        out.push(b'/');
    }
    Ok(())
}

fn write_path_text(out: &mut Vec<u8>, text: &str, paths: Paths) -> Result<(), BadEscape> {
    if !paths.double_encode {
        return recode_into(out, text.as_bytes(), Plus::Literal, true);
    }
    for (nth, segment) in text.split('/').enumerate() {
        if nth > 0 {
            out.push(b'/');
        }
        encode_into(out, segment.bytes());
    }
    Ok(())
}

/// Sorted by encoded name, then by encoded value; the signature itself is left out.
fn write_query(out: &mut Vec<u8>, query: &str) -> Result<(), BadEscape> {
    if query.is_empty() {
        return Ok(());
    }
    let mut encoded = Vec::with_capacity(query.len() + query.len() / 2);
    // Ends of name and value in `encoded`; each name begins where the value before it ended.
    let mut ends = Vec::with_capacity(query.len() / 8 + 1);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if decode_query(name)?.as_ref() == b"X-Amz-Signature" {
            recode_into(&mut Vec::new(), value.as_bytes(), Plus::Space, false)?;
            continue;
        }
        recode_into(&mut encoded, name.as_bytes(), Plus::Space, false)?;
        let name_end = encoded.len();
        recode_into(&mut encoded, value.as_bytes(), Plus::Space, false)?;
        ends.push((name_end, encoded.len()));
    }
    let mut begin = 0;
    let mut pairs: Vec<(&[u8], &[u8])> = Vec::with_capacity(ends.len());
    for (name_end, value_end) in ends {
        let name = encoded.get(begin..name_end).unwrap_or_default();
        pairs.push((name, encoded.get(name_end..value_end).unwrap_or_default()));
        begin = value_end;
    }
    pairs.sort_unstable();
    for (nth, (name, value)) in pairs.into_iter().enumerate() {
        if nth > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(name);
        out.push(b'=');
        out.extend_from_slice(value);
    }
    Ok(())
}

fn write_header(out: &mut Vec<u8>, name: &str, request: &HttpRequest<'_>) -> Result<(), Malformed> {
    out.extend_from_slice(name.as_bytes());
    let mut separator = b':';
    for value in request.values(name) {
        out.push(separator);
        write_header_value(out, value);
        separator = b',';
    }
    if separator == b':' {
        return Err(Malformed::HeaderAbsent);
    }
    out.push(b'\n');
    Ok(())
}

/// Trimmed, with every run of white space as one space.
fn write_header_value(out: &mut Vec<u8>, value: &[u8]) {
    let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    for (nth, word) in words.enumerate() {
        if nth > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_canonical() {
        let normalized = Paths { normalize: true, double_encode: false };
        for (path, paths, expected) in [
            ("", Paths::STANDARD, Ok("/")),
            ("/", Paths::STANDARD, Ok("/")),
            ("//a/./b/../c//", Paths::STANDARD, Ok("/a/c/")),
            ("/../..", Paths::STANDARD, Ok("/")),
            ("/a%20b/%2E", Paths::STANDARD, Ok("/a%2520b/%252E")),
            ("/a%20b/$x", normalized, Ok("/a%20b/%24x")),
            ("//a/./b/../c//", Paths::AS_SENT, Ok("//a/./b/../c//")),
            ("/key%2fwith%7Eslash+", Paths::AS_SENT, Ok("/key%2Fwith~slash%2B")),
            ("/%zz", Paths::AS_SENT, Err(BadEscape)),
            ("/%zz", Paths::STANDARD, Ok("/%25zz")),
        ] {
            let mut out = Vec::new();
            let actual = write_path(&mut out, path, paths).map(|()| String::from_utf8(out).unwrap());
            assert_eq!(actual, expected.map(str::to_owned), "{path}");
        }
    }

    #[test]
    fn queries_become_canonical() {
        for (query, expected) in [
            ("", Ok("")),
            ("b=2&a=1", Ok("a=1&b=2")),
            ("a=2&a=1&a", Ok("a=&a=1&a=2")),
            ("a-b=1&a=2", Ok("a=2&a-b=1")),
            ("a=1=2", Ok("a=1%3D2")),
            ("&&a=1&", Ok("a=1")),
            ("X-Amz-Signature=00&a=1&X%2DAmz-Signature=11", Ok("a=1")),
            ("x-amz-signature=00", Ok("x-amz-signature=00")),
            ("a=b+c%2B", Ok("a=b%20c%2B")),
            ("a=%4", Err(BadEscape)),
            ("X-Amz-Signature=%", Err(BadEscape)),
        ] {
            let mut out = Vec::new();
            let actual = write_query(&mut out, query).map(|()| String::from_utf8(out).unwrap());
            assert_eq!(actual, expected.map(str::to_owned), "{query}");
        }
    }

    #[test]
    fn header_values_are_trimmed_collapsed_and_joined() {
        let request = HttpRequest {
            method: "GET",
            path: "/",
            query: "",
            headers: &[("My", b"  a \t b\n  c "), ("x", b"1"), ("mY", b""), ("MY", b"\xFF")],
            body: b"",
        };
        let mut out = Vec::new();
        write_header(&mut out, "my", &request).unwrap();
        assert_eq!(out, b"my:a b c,,\xFF\n");
        assert_eq!(write_header(&mut out, "absent", &request), Err(Malformed::HeaderAbsent));
    }
}
