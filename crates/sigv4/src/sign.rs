//! Signing: the client's side, for gateways that forward requests and for tests.

use std::fmt;

use keygate_ident::Timestamp;

use crate::canonical::{ALGORITHM, Canonical, Malformed, TERMINATOR, payload_hash};
use crate::encode::{encode_into, hex};
use crate::instant::Instant;
use crate::key::SigningKey;
use crate::request::{Header, HttpRequest};
use crate::rules::{Paths, PayloadRule, Rules};

/// Headers that proxies change or that clients add after signing: never signed, as AWS's clients do.
const NEVER_SIGNED: [&str; 6] =
    ["authorization", "connection", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id"];
/// Headers that signing adds; a request that is still to be signed must not have them.
const ADDED: [&str; 3] = ["authorization", "x-amz-date", "x-amz-security-token"];

/// What a client signs with.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// The access key id.
    pub access_key_id: &'a str,
    /// The secret.
    pub secret_access_key: &'a str,
    /// The session token of temporary credentials.
    pub session_token: Option<&'a str>,
}

/// Signs requests to one service in one region.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// Who signs.
    pub credentials: Credentials<'a>,
    /// The region of the scope.
    pub region: &'a str,
    /// The service of the scope.
    pub service: &'a str,
    /// How the path becomes canonical.
    pub paths: Paths,
    /// What the signature says of the body.
    pub payload: SignedPayload,
}

/// What a signature says of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedPayload {
    /// It covers the body.
    Body,
    /// It covers the body, and the hash is sent as `x-amz-content-sha256`.
    BodyWithHeader,
    /// It does not cover the body, and says so in `x-amz-content-sha256` (S3 only).
    Unsigned,
}

/// Why a request cannot be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignError {
    /// There is no `Host` header.
    NoHost,
    /// The request already has a signature, or a header that signing would add.
    AlreadySigned,
    /// The path or the query is not well-formed percent-encoding.
    Malformed,
    /// The time is before 1970 or after 9999.
    Time,
}

impl<'a> Signer<'a> {
    /// A signer by the service's usual rules.
    pub fn new(credentials: Credentials<'a>, region: &'a str, service: &'a str) -> Self {
        let rules = Rules::of(service);
        let payload = match rules.payload {
            PayloadRule::Signed => SignedPayload::Body,
            PayloadRule::UnsignedAllowed => SignedPayload::BodyWithHeader,
        };
        Self { credentials, region, service, paths: rules.paths, payload }
    }

    /// The headers to add to a request, `authorization` last.
    ///
    /// # Errors
    /// [`SignError`]: the request has no host, is signed already, or has no canonical form.
    pub fn headers(
        &self,
        request: &HttpRequest<'_>,
        now: Timestamp,
    ) -> Result<Vec<(&'static str, String)>, SignError> {
        let has = |name: &str| request.values(name).next().is_some();
        if ADDED.iter().any(|name| has(name)) {
            return Err(SignError::AlreadySigned);
        }
        let instant = instant(now)?;
        let payload = self.payload_text(request);
        let mut added = vec![("x-amz-date", now.amz_date())];
        if let Some(token) = self.credentials.session_token {
            added.push(("x-amz-security-token", token.to_owned()));
        }
        if self.payload != SignedPayload::Body && !has("x-amz-content-sha256") {
            added.push(("x-amz-content-sha256", payload.clone()));
        }
        let mut headers: Vec<Header<'_>> = request.headers.to_vec();
        headers.extend(added.iter().map(|(name, value)| (*name, value.as_bytes())));

        let signed_headers = signed_headers(&headers)?;
        let scope = self.scope(&instant);
        let request = HttpRequest { headers: &headers, ..*request };
        let signature = self.signature(&request, &signed_headers, &instant, &scope, &payload)?;
        let id = self.credentials.access_key_id;
        added.push((
            "authorization",
            format!(
                "{ALGORITHM} Credential={id}/{scope}, SignedHeaders={signed_headers}, Signature={signature}"
            ),
        ));
        Ok(added)
    }

    /// The whole query string of a presigned request. All headers that the request has must be sent with it.
    ///
    /// # Errors
    /// [`SignError`]: the request has no host, is signed already, or has no canonical form.
    pub fn presign(
        &self,
        request: &HttpRequest<'_>,
        now: Timestamp,
        expires_seconds: u32,
    ) -> Result<String, SignError> {
        let header = ADDED.iter().any(|name| request.values(name).next().is_some());
        if header || request.query.contains("X-Amz-Signature=") {
            return Err(SignError::AlreadySigned);
        }
        let instant = instant(now)?;
        let signed_headers = signed_headers(request.headers)?;
        let scope = self.scope(&instant);
        let credential = format!("{}/{scope}", self.credentials.access_key_id);
        let (date, expires) = (now.amz_date(), expires_seconds.to_string());
        let mut query = request.query.as_bytes().to_vec();
        for (name, value) in [
            ("X-Amz-Algorithm", Some(ALGORITHM)),
            ("X-Amz-Credential", Some(&credential)),
            ("X-Amz-Date", Some(&date)),
            ("X-Amz-Expires", Some(&expires)),
            ("X-Amz-Security-Token", self.credentials.session_token),
            ("X-Amz-SignedHeaders", Some(&signed_headers)),
        ] {
            if let Some(value) = value {
                push_parameter(&mut query, name, value);
            }
        }
        let text = String::from_utf8(query).map_err(|_| SignError::Malformed)?;
        let payload = self.payload_text(request);
        let unsigned = HttpRequest { query: &text, ..*request };
        let signature = self.signature(&unsigned, &signed_headers, &instant, &scope, &payload)?;
        Ok(text + "&X-Amz-Signature=" + &signature)
    }

    fn scope(&self, instant: &Instant) -> String {
        let date = String::from_utf8_lossy(instant.date_stamp());
        format!("{date}/{}/{}/{TERMINATOR}", self.region, self.service)
    }

    fn payload_text(&self, request: &HttpRequest<'_>) -> String {
        match self.payload {
            SignedPayload::Unsigned => "UNSIGNED-PAYLOAD".to_owned(),
            SignedPayload::Body | SignedPayload::BodyWithHeader => {
                String::from_utf8_lossy(&payload_hash(request.body)).into_owned()
            }
        }
    }

    fn signature(
        &self,
        request: &HttpRequest<'_>,
        signed_headers: &str,
        instant: &Instant,
        scope: &str,
        payload: &str,
    ) -> Result<String, SignError> {
        let date = instant.basic();
        let canonical = Canonical { request, signed_headers, paths: self.paths, date, scope };
        let string_to_sign = canonical.string_to_sign(payload.as_bytes())?;
        let date = String::from_utf8_lossy(instant.date_stamp());
        let key = SigningKey::derive(self.credentials.secret_access_key, &date, self.region, self.service);
        Ok(String::from_utf8_lossy(&hex(key.sign(&string_to_sign).as_ref())).into_owned())
    }
}

/// The access key id only.
impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

impl From<Malformed> for SignError {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoHost => "the request has no Host header",
            Self::AlreadySigned => "the request is signed already",
            Self::Malformed => "the request is not well-formed",
            Self::Time => "the time cannot be written as a date",
        })
    }
}

impl std::error::Error for SignError {}

fn instant(now: Timestamp) -> Result<Instant, SignError> {
    Instant::parse(&now.amz_date()).ok_or(SignError::Time)
}

/// The names of all headers that can be signed: in lower case, sorted, each once.
fn signed_headers(headers: &[Header<'_>]) -> Result<String, SignError> {
    let mut names: Vec<String> = headers
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .filter(|name| !NEVER_SIGNED.contains(&name.as_str()))
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.iter().any(|name| name == "host") { Ok(names.join(";")) } else { Err(SignError::NoHost) }
}

fn push_parameter(query: &mut Vec<u8>, name: &str, value: &str) {
    if !query.is_empty() {
        query.push(b'&');
    }
    query.extend_from_slice(name.as_bytes());
    query.push(b'=');
    encode_into(query, value.bytes());
}

#[cfg(test)]
mod tests;
