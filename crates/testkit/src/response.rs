//! An answer, and a plain way to read a field of its XML.

use std::io;

use percent_encoding::percent_decode_str;

/// A status and a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The body as text.
    pub body: String,
}

impl Response {
    /// Status 200.
    pub fn is_success(&self) -> bool {
        self.status == 200
    }

    /// The text of the first element with this name, unescaped.
    pub fn field(&self, name: &str) -> Option<String> {
        self.fields(name).into_iter().next()
    }

    /// The texts of all elements with this name, in order, unescaped. Elements that have attributes or
    /// contain themselves are beyond this helper; AWS's Query answers have neither below the root.
    pub fn fields(&self, name: &str) -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let after_opening = self.body.split(&open).skip(1);
        after_opening.filter_map(|rest| rest.split_once(&close)).map(|(text, _)| unescape(text)).collect()
    }

    /// As [`Response::field`], for a policy document, which AWS returns percent-encoded.
    pub fn document(&self, name: &str) -> Option<String> {
        let text = self.field(name)?;
        Some(percent_decode_str(&text).decode_utf8_lossy().into_owned())
    }

    /// The code of an error answer, such as `NoSuchEntity`.
    pub fn error_code(&self) -> Option<String> {
        if self.is_success() { None } else { self.field("Code") }
    }

    /// The answer if it is a success; otherwise an error that quotes it.
    ///
    /// # Errors
    /// Any status but 200.
    pub fn success(self) -> io::Result<Self> {
        if self.is_success() {
            Ok(self)
        } else {
            Err(io::Error::other(format!("status {}: {}", self.status, self.body)))
        }
    }
}

fn unescape(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        result.push_str(before);
        match after.split_once(';').and_then(|(entity, tail)| Some((character(entity)?, tail))) {
            Some((character, tail)) => {
                result.push(character);
                rest = tail;
            }
            None => {
                result.push('&');
                rest = after;
            }
        }
    }
    result.push_str(rest);
    result
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read() {
        let body = "<R xmlns=\"x\"><Users><member><UserName>a</UserName></member><member><UserName>b&amp;&#x20;&#99;&nope;</UserName></member></Users></R>";
        let response = Response { status: 200, body: body.to_owned() };
        assert_eq!(response.fields("UserName"), ["a", "b& c&nope;"]);
        assert_eq!(response.field("Path"), None);
        assert_eq!(response.error_code(), None);
        let document =
            Response { status: 200, body: "<PolicyDocument>%7B%22a%22%3A1%7D</PolicyDocument>".to_owned() };
        assert_eq!(document.document("PolicyDocument").as_deref(), Some("{\"a\":1}"));
        let failed = Response { status: 404, body: "<E><Code>NoSuchEntity</Code></E>".to_owned() };
        assert_eq!(failed.error_code().as_deref(), Some("NoSuchEntity"));
        assert!(failed.success().is_err());
    }
}
