//! What a request presents as its authentication: parsed, not believed.

use std::borrow::Cow;
use std::fmt;

use keygate_ident::Timestamp;

use crate::error::AuthError;
use crate::instant::Instant;

/// The authentication that a request presents. Nothing of it is verified.
///
/// Borrows from the request where it can; `Debug` shows neither the signature nor the security token.
pub struct Presented<'a> {
    pub(crate) form: Form,
    pub(crate) credential: Credential<'a>,
    pub(crate) signed_headers: Cow<'a, str>,
    /// `None` if it is not 64 hexadecimal digits, which no signature equals.
    pub(crate) signature: Option<[u8; 32]>,
    pub(crate) security_token: Option<Cow<'a, str>>,
    pub(crate) instant: Instant,
}

/// Where the signature stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// In the `Authorization` header.
    Header,
    /// In the query string: a presigned request.
    Query {
        /// `X-Amz-Expires`, at most a week.
        expires_seconds: Option<u32>,
    },
}

/// The scope of a credential, as presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'p> {
    /// `YYYYMMDD`.
    pub date: &'p str,
    /// E.g. `us-east-1`.
    pub region: &'p str,
    /// E.g. `iam`.
    pub service: &'p str,
}

/// `keyid/date/region/service/terminator`, with the places of the four slashes.
pub(crate) struct Credential<'a> {
    text: Cow<'a, str>,
    slashes: [usize; 4],
}

impl<'a> Presented<'a> {
    /// The access key id. It may be any text: look it up, do not trust its form.
    pub fn access_key_id(&self) -> &str {
        self.credential.access_key_id()
    }

    /// The scope: which service, where, on which day.
    pub fn scope(&self) -> Scope<'_> {
        self.credential.scope()
    }

    /// The names of the signed headers, joined by `;`.
    pub fn signed_headers(&self) -> &str {
        &self.signed_headers
    }

    /// `X-Amz-Security-Token`, from the header or the query.
    pub fn security_token(&self) -> Option<&str> {
        self.security_token.as_deref()
    }

    /// When the request says that it was signed.
    pub fn time(&self) -> Timestamp {
        self.instant.time()
    }

    /// Header or presigned query.
    pub fn form(&self) -> Form {
        self.form
    }
}

impl fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented")
            .field("access_key_id", &self.access_key_id())
            .field("scope", &self.scope())
            .field("form", &self.form)
            .field("time", &self.time())
            .field("signed_headers", &self.signed_headers)
            .field("has_security_token", &self.security_token.is_some())
            .finish_non_exhaustive()
    }
}

impl<'a> Credential<'a> {
    pub(crate) fn parse(text: Cow<'a, str>) -> Result<Self, AuthError> {
        let mut slashes = text.match_indices('/').map(|(at, _)| at);
        let places = (slashes.next(), slashes.next(), slashes.next(), slashes.next(), slashes.next());
        match places {
            (Some(a), Some(b), Some(c), Some(d), None) if a > 0 => Ok(Self { slashes: [a, b, c, d], text }),
            _ => Err(AuthError::credential(&text)),
        }
    }

    pub(crate) fn access_key_id(&self) -> &str {
        let [a, ..] = self.slashes;
        self.text.get(..a).unwrap_or_default()
    }

    pub(crate) fn scope(&self) -> Scope<'_> {
        let [a, b, c, d] = self.slashes;
        Scope { date: self.between(a, b), region: self.between(b, c), service: self.between(c, d) }
    }

    pub(crate) fn terminator(&self) -> &str {
        let [.., d] = self.slashes;
        self.text.get(d + 1..).unwrap_or_default()
    }

    /// `date/region/service/terminator`: what the string to sign contains.
    pub(crate) fn scope_text(&self) -> &str {
        let [a, ..] = self.slashes;
        self.text.get(a + 1..).unwrap_or_default()
    }

    /// `keyid/date/region/service`: what names a signing key. Unambiguous, as no element contains a slash.
    pub(crate) fn signing_key_name(&self) -> &str {
        let [.., d] = self.slashes;
        self.text.get(..d).unwrap_or_default()
    }

    fn between(&self, from: usize, to: usize) -> &str {
        self.text.get(from + 1..to).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_has_five_elements() {
        let credential = Credential::parse("AKID/20150830/us-east-1/iam/aws4_request".into()).unwrap();
        assert_eq!(credential.access_key_id(), "AKID");
        let scope = Scope { date: "20150830", region: "us-east-1", service: "iam" };
        assert_eq!(credential.scope(), scope);
        assert_eq!(credential.terminator(), "aws4_request");
        assert_eq!(credential.scope_text(), "20150830/us-east-1/iam/aws4_request");
        assert_eq!(credential.signing_key_name(), "AKID/20150830/us-east-1/iam");
        for text in ["", "AKID", "a/b/c/d", "a/b/c/d/e/f", "/b/c/d/e", "a/b/c/d/e/"] {
            assert!(Credential::parse(text.into()).is_err(), "{text}");
        }
    }
}
