//! Why a request is not authenticated, in AWS's codes and words.
//!
//! Nothing here ever carries a signature, a token or an Authorization header: where AWS refers to one, it
//! shows a hash, and so do we.

use std::borrow::Cow;
use std::fmt;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keygate_ident::Timestamp;

use crate::rules::{MAX_PRESIGN_SECONDS, Rules};

/// The family of names and statuses that a service's errors use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// `awsQuery` and `restXml`: IAM, STS, …
    Query,
    /// `awsJson1_0` and `awsJson1_1`: Organizations, CloudTrail, … Every refusal is a 400.
    Json,
    /// `restJson1`: Access Analyzer, Lambda, … The names of `Json` with the statuses of `Query`.
    RestJson,
}

/// Why a request is not authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthError {
    /// Neither a signed header nor a signed query.
    MissingAuthenticationToken,
    /// The signature is there, but parts of it are missing, malformed or of a kind that is not supported.
    IncompleteSignature(Detail),
    /// The signature, its scope, its time or its list of headers is wrong.
    SignatureDoesNotMatch(Detail),
    /// The query string is not well-formed percent-encoding.
    MalformedQueryString(Detail),
    /// `X-Amz-Expires` is missing or out of range.
    AuthorizationQueryParametersError(Detail),
    /// A presigned request is older than its `X-Amz-Expires`.
    RequestExpired,
    /// S3 only: `x-amz-content-sha256` is not the hash of the body.
    ContentSha256Mismatch,
    /// A chunked (`STREAMING-…`) payload.
    UnsupportedPayload,
    /// Only the server knows: no such access key, or it is inactive, or the session token is not genuine.
    InvalidClientTokenId,
    /// Only the server knows: the session has ended.
    ExpiredToken,
}

/// The message of an error that has several.
#[derive(Clone, PartialEq, Eq)]
pub struct Detail(Cow<'static, str>);

/// Which components a signature lacks.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) algorithm: bool,
    pub(crate) credential: bool,
    pub(crate) signature: bool,
    pub(crate) signed_headers: bool,
    pub(crate) date: bool,
}

impl AuthError {
    /// The error code of a Query service.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MissingAuthenticationToken => "MissingAuthenticationToken",
            Self::IncompleteSignature(_) => "IncompleteSignature",
            Self::SignatureDoesNotMatch(_) => "SignatureDoesNotMatch",
            Self::MalformedQueryString(_) => "MalformedQueryString",
            Self::AuthorizationQueryParametersError(_) => "AuthorizationQueryParametersError",
            Self::RequestExpired => "RequestExpired",
            Self::ContentSha256Mismatch => "XAmzContentSHA256Mismatch",
            Self::UnsupportedPayload => "NotImplemented",
            Self::InvalidClientTokenId => "InvalidClientTokenId",
            Self::ExpiredToken => "ExpiredToken",
        }
    }

    /// The error code in a protocol.
    pub const fn code_for(&self, protocol: Protocol) -> &'static str {
        match (protocol, self) {
            (Protocol::Json | Protocol::RestJson, Self::MissingAuthenticationToken) => {
                "MissingAuthenticationTokenException"
            }
            (Protocol::Json | Protocol::RestJson, Self::IncompleteSignature(_)) => {
                "IncompleteSignatureException"
            }
            (Protocol::Json | Protocol::RestJson, Self::SignatureDoesNotMatch(_)) => {
                "InvalidSignatureException"
            }
            (Protocol::Json | Protocol::RestJson, Self::InvalidClientTokenId) => {
                "UnrecognizedClientException"
            }
            (Protocol::Json | Protocol::RestJson, Self::ExpiredToken) => "ExpiredTokenException",
            _ => self.code(),
        }
    }

    /// The HTTP status of a Query service.
    pub const fn status(&self) -> u16 {
        match self {
            Self::MissingAuthenticationToken
            | Self::SignatureDoesNotMatch(_)
            | Self::InvalidClientTokenId
            | Self::ExpiredToken => 403,
            Self::IncompleteSignature(_)
            | Self::AuthorizationQueryParametersError(_)
            | Self::RequestExpired
            | Self::ContentSha256Mismatch => 400,
            Self::MalformedQueryString(_) => 404,
            Self::UnsupportedPayload => 501,
        }
    }

    /// The HTTP status in a protocol.
    pub const fn status_for(&self, protocol: Protocol) -> u16 {
        match (protocol, self) {
            (_, Self::UnsupportedPayload) => 501,
            (Protocol::Json, _) => 400,
            _ => self.status(),
        }
    }

    /// What the client may read, in AWS's words.
    pub fn message(&self) -> &str {
        match self {
            Self::IncompleteSignature(detail)
            | Self::SignatureDoesNotMatch(detail)
            | Self::MalformedQueryString(detail)
            | Self::AuthorizationQueryParametersError(detail) => detail.as_str(),
            Self::MissingAuthenticationToken => "Request is missing Authentication Token",
            Self::RequestExpired => "Request has expired.",
            Self::ContentSha256Mismatch => {
                "The provided 'x-amz-content-sha256' header does not match what was computed."
            }
            Self::UnsupportedPayload => {
                "A header you provided implies functionality that is not implemented: chunked \
                 ('STREAMING-…') payload signatures in x-amz-content-sha256 are not supported."
            }
            Self::InvalidClientTokenId => "The security token included in the request is invalid.",
            Self::ExpiredToken => "The security token included in the request is expired",
        }
    }

    pub(crate) fn missing_in_header(missing: Missing, authorization: &[u8]) -> Self {
        let mut text = String::new();
        for (absent, sentence) in [
            (missing.credential, "Authorization header requires 'Credential' parameter. "),
            (missing.signature, "Authorization header requires 'Signature' parameter. "),
            (missing.signed_headers, "Authorization header requires 'SignedHeaders' parameter. "),
            (
                missing.date,
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
            ),
        ] {
            if absent {
                text.push_str(sentence);
            }
        }
        text.push_str("(Hashed with SHA-256 and encoded with Base64) Authorization=");
        text.push_str(&fingerprint(authorization));
        Self::IncompleteSignature(text.into())
    }

    pub(crate) fn missing_in_query(missing: Missing) -> Self {
        let mut text = String::new();
        for (absent, name) in [
            (missing.algorithm, "X-Amz-Algorithm"),
            (missing.credential, "X-Amz-Credential"),
            (missing.signature, "X-Amz-Signature"),
            (missing.signed_headers, "X-Amz-SignedHeaders"),
            (missing.date, "X-Amz-Date"),
        ] {
            if absent {
                text.push_str("AWS query-string parameters must include '");
                text.push_str(name);
                text.push_str("'. ");
            }
        }
        text.push_str("Re-examine the query-string parameters.");
        Self::IncompleteSignature(text.into())
    }

    pub(crate) fn not_key_value(authorization: &[u8]) -> Self {
        let hash = fingerprint(authorization);
        Self::incomplete(format!(
            "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and \
             encoded with Base64): '{hash}'."
        ))
    }

    pub(crate) fn repeated_component(authorization: &[u8]) -> Self {
        let hash = fingerprint(authorization);
        Self::incomplete(format!(
            "Authorization header has a repeated parameter. (Hashed with SHA-256 and encoded with Base64) \
             Authorization={hash}"
        ))
    }

    pub(crate) fn repeated(what: &str) -> Self {
        Self::incomplete(format!("'{what}' must not be repeated in a request."))
    }

    pub(crate) fn two_forms() -> Self {
        Self::incomplete(
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or the Authorization \
             header should be specified",
        )
    }

    pub(crate) fn two_tokens() -> Self {
        Self::incomplete(
            "X-Amz-Security-Token must be either a query-string parameter or a header, and not both.",
        )
    }

    pub(crate) fn too_long(what: &str) -> Self {
        Self::incomplete(format!("{what} is too long."))
    }

    pub(crate) fn algorithm(algorithm: &str) -> Self {
        let algorithm = shown(algorithm, 64);
        Self::incomplete(format!(
            "Unsupported AWS 'algorithm': '{algorithm}' (only AWS4-HMAC-SHA256 for now). "
        ))
    }

    pub(crate) fn credential(credential: &str) -> Self {
        // A client that forgot a comma glues other parameters to the credential: nothing after a '=' is shown.
        let credential = shown(credential.split('=').next().unwrap_or_default(), 128);
        Self::incomplete(format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
             '{credential}'"
        ))
    }

    pub(crate) fn date(date: &str) -> Self {
        let date = shown(date, 64);
        Self::incomplete(format!(
            "Date must be in ISO-8601 'basic format'. Got '{date}'. See http://en.wikipedia.org/wiki/ISO_8601"
        ))
    }

    pub(crate) fn mismatch() -> Self {
        Self::SignatureDoesNotMatch(
            "The request signature we calculated does not match the signature you provided. Check your AWS \
             Secret Access Key and signing method. Consult the service documentation for details."
                .into(),
        )
    }

    pub(crate) fn host_not_signed() -> Self {
        Self::SignatureDoesNotMatch(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".into(),
        )
    }

    pub(crate) fn header_not_signed(name: &str) -> Self {
        let name = shown(name, 64);
        Self::SignatureDoesNotMatch(
            format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.").into(),
        )
    }

    pub(crate) fn expired(signed: Timestamp, now: Timestamp, rules: &Rules<'_>) -> Self {
        let (signed, limit) = (signed.amz_date(), now.plus_seconds(-rules.window()).amz_date());
        let (now, minutes) = (now.amz_date(), rules.window() / 60);
        let text =
            format!("Signature expired: {signed} is now earlier than {limit} ({now} - {minutes} min.)");
        Self::SignatureDoesNotMatch(text.into())
    }

    pub(crate) fn not_yet_current(signed: Timestamp, now: Timestamp, rules: &Rules<'_>) -> Self {
        let (signed, limit) = (signed.amz_date(), now.plus_seconds(rules.window()).amz_date());
        let (now, minutes) = (now.amz_date(), rules.window() / 60);
        let text = format!(
            "Signature not yet current: {signed} is still later than {limit} ({now} + {minutes} min.)"
        );
        Self::SignatureDoesNotMatch(text.into())
    }

    pub(crate) fn scope(sentences: String) -> Self {
        Self::SignatureDoesNotMatch(sentences.into())
    }

    pub(crate) fn bad_escape() -> Self {
        Self::MalformedQueryString("Illegal hex character in escape % pattern".into())
    }

    pub(crate) fn bad_path() -> Self {
        Self::incomplete("The request path is not well-formed percent-encoding.")
    }

    pub(crate) fn bad_query_text() -> Self {
        Self::MalformedQueryString("The query string contains a syntax error.".into())
    }

    pub(crate) fn expires_missing() -> Self {
        Self::AuthorizationQueryParametersError(
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, \
             X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
                .into(),
        )
    }

    pub(crate) fn expires_not_a_number() -> Self {
        Self::AuthorizationQueryParametersError("X-Amz-Expires should be a number".into())
    }

    pub(crate) fn expires_negative() -> Self {
        Self::AuthorizationQueryParametersError("X-Amz-Expires must be non-negative".into())
    }

    pub(crate) fn expires_too_late() -> Self {
        Self::AuthorizationQueryParametersError(
            format!(
                "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be \
                 less than {MAX_PRESIGN_SECONDS} seconds"
            )
            .into(),
        )
    }

    fn incomplete(message: impl Into<Cow<'static, str>>) -> Self {
        Self::IncompleteSignature(Detail(message.into()))
    }
}

impl Missing {
    pub(crate) fn any(self) -> bool {
        self != Self::default()
    }
}

impl Detail {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&'static str> for Detail {
    fn from(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Detail {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl fmt::Debug for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.message())
    }
}

impl std::error::Error for AuthError {}

/// How AWS shows an Authorization header in an error.
fn fingerprint(authorization: &[u8]) -> String {
    STANDARD.encode(digest::digest(&digest::SHA256, authorization))
}

/// The beginning of what a client sent, short and without control characters.
fn shown(text: &str, limit: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_statuses_per_protocol() {
        let incomplete = AuthError::two_forms();
        for (error, query, json, rest_json) in [
            (
                AuthError::MissingAuthenticationToken,
                ("MissingAuthenticationToken", 403),
                ("MissingAuthenticationTokenException", 400),
                ("MissingAuthenticationTokenException", 403),
            ),
            (
                incomplete,
                ("IncompleteSignature", 400),
                ("IncompleteSignatureException", 400),
                ("IncompleteSignatureException", 400),
            ),
            (
                AuthError::mismatch(),
                ("SignatureDoesNotMatch", 403),
                ("InvalidSignatureException", 400),
                ("InvalidSignatureException", 403),
            ),
            (
                AuthError::InvalidClientTokenId,
                ("InvalidClientTokenId", 403),
                ("UnrecognizedClientException", 400),
                ("UnrecognizedClientException", 403),
            ),
            (
                AuthError::ExpiredToken,
                ("ExpiredToken", 403),
                ("ExpiredTokenException", 400),
                ("ExpiredTokenException", 403),
            ),
            (
                AuthError::RequestExpired,
                ("RequestExpired", 400),
                ("RequestExpired", 400),
                ("RequestExpired", 400),
            ),
            (
                AuthError::expires_negative(),
                ("AuthorizationQueryParametersError", 400),
                ("AuthorizationQueryParametersError", 400),
                ("AuthorizationQueryParametersError", 400),
            ),
            (
                AuthError::bad_escape(),
                ("MalformedQueryString", 404),
                ("MalformedQueryString", 400),
                ("MalformedQueryString", 404),
            ),
            (
                AuthError::ContentSha256Mismatch,
                ("XAmzContentSHA256Mismatch", 400),
                ("XAmzContentSHA256Mismatch", 400),
                ("XAmzContentSHA256Mismatch", 400),
            ),
            (
                AuthError::UnsupportedPayload,
                ("NotImplemented", 501),
                ("NotImplemented", 501),
                ("NotImplemented", 501),
            ),
        ] {
            let of = |protocol| (error.code_for(protocol), error.status_for(protocol));
            assert_eq!((error.code(), error.status()), query);
            assert_eq!(of(Protocol::Query), query);
            assert_eq!(of(Protocol::Json), json);
            assert_eq!(of(Protocol::RestJson), rest_json);
            assert!(!error.message().is_empty());
        }
    }

    #[test]
    fn what_the_server_knows_has_the_words_of_aws() {
        assert_eq!(
            AuthError::InvalidClientTokenId.to_string(),
            "InvalidClientTokenId: The security token included in the request is invalid."
        );
        assert_eq!(
            AuthError::ExpiredToken.to_string(),
            "ExpiredToken: The security token included in the request is expired"
        );
    }
}
