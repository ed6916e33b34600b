//! Decides whether what a request presents holds: first all that needs no secret, then the signature.
//!
//! The order is AWS's: clock, signed headers, scope; then the caller looks the key up; then the signature. So
//! an expired request with an unknown key is told that it is expired.

use std::fmt::Write as _;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use keygate_ident::Timestamp;

use crate::canonical::{Canonical, Malformed, TERMINATOR, payload_hash};
use crate::error::AuthError;
use crate::key::SigningKey;
use crate::presented::{Form, Presented};
use crate::request::{HttpRequest, Repeated};
use crate::rules::{PayloadRule, PresignRule, Rules};

const UNSIGNED_PAYLOAD: &[u8] = b"UNSIGNED-PAYLOAD";
const CONTENT_SHA256: &str = "x-amz-content-sha256";
/// `x-amz-…` headers that a proxy adds behind the signer's back.
const ADDED_BY_PROXIES: [&str; 1] = ["x-amz-cf-id"];

/// A presented authentication that is in time, in scope and complete; only the signature is left.
#[must_use = "nothing is authenticated before `verify`"]
#[derive(Debug)]
pub struct Checked<'c, 'a> {
    presented: &'c Presented<'a>,
    request: &'c HttpRequest<'a>,
    rules: &'c Rules<'c>,
    payload: Payload<'a>,
}

/// What the canonical request ends with.
#[derive(Debug, Clone, Copy)]
enum Payload<'a> {
    Body,
    /// The hash that the client announced in a header.
    Announced(&'a [u8]),
    Unsigned,
}

impl<'a> Presented<'a> {
    /// Checks everything that needs no secret: clock, signed headers, scope, kind of payload.
    ///
    /// `request` must be the one that `self` was read from.
    ///
    /// # Errors
    /// The first fault in AWS's order.
    pub fn check<'c>(
        &'c self,
        request: &'c HttpRequest<'a>,
        now: Timestamp,
        rules: &'c Rules<'c>,
    ) -> Result<Checked<'c, 'a>, AuthError> {
        self.check_time(now.to_whole_seconds(), rules)?;
        self.check_signed_headers(request)?;
        self.check_scope(rules)?;
        let payload = self.payload(request, rules)?;
        Ok(Checked { presented: self, request, rules, payload })
    }

    /// [`Presented::check`] and [`Checked::verify`] in one, for callers that already have the key.
    ///
    /// # Errors
    /// The first fault in AWS's order.
    pub fn verify(
        &self,
        request: &HttpRequest<'a>,
        key: &SigningKey,
        now: Timestamp,
        rules: &Rules<'_>,
    ) -> Result<(), AuthError> {
        self.check(request, now, rules)?.verify(key)
    }

    fn check_time(&self, now: Timestamp, rules: &Rules<'_>) -> Result<(), AuthError> {
        let signed = self.time();
        if signed > now.plus_seconds(rules.window()) {
            return Err(AuthError::not_yet_current(signed, now, rules));
        }
        match (self.form, rules.presigned) {
            (Form::Query { expires_seconds }, PresignRule::Expires) => {
                let life = expires_seconds.ok_or_else(AuthError::expires_missing)?;
                if now > signed.plus_seconds(i64::from(life)) {
                    Err(AuthError::RequestExpired)
                } else {
                    Ok(())
                }
            }
            _ if signed < now.plus_seconds(-rules.window()) => Err(AuthError::expired(signed, now, rules)),
            _ => Ok(()),
        }
    }

    /// `Host` and every `x-amz-…` header that came must be signed: they decide what the request does, and where.
    fn check_signed_headers(&self, request: &HttpRequest<'_>) -> Result<(), AuthError> {
        let signed = |name: &str| self.signed_headers.split(';').any(|s| s.eq_ignore_ascii_case(name));
        if !signed("host") {
            return Err(AuthError::host_not_signed());
        }
        let amz = |name: &str| name.get(..6).is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-amz-"));
        let exempt = |name: &str| ADDED_BY_PROXIES.iter().any(|added| name.eq_ignore_ascii_case(added));
        match request.headers.iter().find(|(name, _)| amz(name) && !exempt(name) && !signed(name)) {
            Some((name, _)) => Err(AuthError::header_not_signed(name)),
            None => Ok(()),
        }
    }

    fn check_scope(&self, rules: &Rules<'_>) -> Result<(), AuthError> {
        let (scope, terminator) = (self.scope(), self.credential.terminator());
        let region_holds = rules.regions.accept(scope.region);
        let date_holds = scope.date.as_bytes() == self.instant.date_stamp();
        if region_holds && date_holds && scope.service == rules.service && terminator == TERMINATOR {
            return Ok(());
        }

        let mut text = String::new();
        if !region_holds {
            text.push_str("Credential should be scoped to a valid region. ");
        }
        if scope.service != rules.service {
            text.push_str("Credential should be scoped to correct service: '");
            text.push_str(rules.service);
            text.push_str("'. ");
        }
        if terminator != TERMINATOR {
            text.push_str("Credential should be scoped with a valid terminator: 'aws4_request'. ");
        }
        if !date_holds {
            let short = |text: &str| text.chars().filter(|c| !c.is_control()).take(16).collect::<String>();
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' \
                 != '{}', from '{}'.",
                short(scope.date),
                String::from_utf8_lossy(self.instant.date_stamp()),
                String::from_utf8_lossy(self.instant.basic()),
            );
        }
        Err(AuthError::scope(text))
    }

    fn payload(&self, request: &HttpRequest<'a>, rules: &Rules<'_>) -> Result<Payload<'a>, AuthError> {
        let unsigned_allowed = rules.payload == PayloadRule::UnsignedAllowed;
        let announced =
            request.single(CONTENT_SHA256).map_err(|Repeated| AuthError::repeated(CONTENT_SHA256))?;
        match announced.map(<[u8]>::trim_ascii) {
            Some(value) if value.starts_with(b"STREAMING-") => Err(AuthError::UnsupportedPayload),
            Some(UNSIGNED_PAYLOAD) if unsigned_allowed => Ok(Payload::Unsigned),
            Some(value) => Ok(Payload::Announced(value)),
            None if unsigned_allowed && self.form != Form::Header => Ok(Payload::Unsigned),
            None => Ok(Payload::Body),
        }
    }
}

impl Checked<'_, '_> {
    /// Whether the signature is the one that this key makes over this request. Constant-time in the signature.
    ///
    /// # Errors
    /// [`AuthError::SignatureDoesNotMatch`] mostly.
    pub fn verify(&self, key: &SigningKey) -> Result<(), AuthError> {
        let (presented, request) = (self.presented, self.request);
        if !well_formed(&presented.signed_headers) {
            return Err(AuthError::mismatch());
        }
        let hash;
        let payload = match self.payload {
            Payload::Unsigned => UNSIGNED_PAYLOAD,
            Payload::Body => {
                hash = payload_hash(request.body);
                &hash
            }
            Payload::Announced(announced) => {
                hash = payload_hash(request.body);
                if announced != hash {
                    return Err(self.wrong_hash());
                }
                &hash
            }
        };
        let canonical = Canonical {
            request,
            signed_headers: &presented.signed_headers,
            paths: self.rules.paths,
            date: presented.instant.basic(),
            scope: presented.credential.scope_text(),
        };
        let string_to_sign = canonical.string_to_sign(payload).map_err(|malformed| match malformed {
            Malformed::Path => AuthError::bad_path(),
            Malformed::Query => AuthError::bad_escape(),
            Malformed::HeaderAbsent => AuthError::mismatch(),
        })?;
        let expected = key.sign(&string_to_sign);
        let signature = presented.signature.as_ref().ok_or_else(AuthError::mismatch)?;
        verify_slices_are_equal(expected.as_ref(), signature).map_err(|_| AuthError::mismatch())
    }

    /// S3 tells a wrong hash from a wrong signature; the others hash the body, and the signature is wrong.
    fn wrong_hash(&self) -> AuthError {
        match self.rules.payload {
            PayloadRule::UnsignedAllowed => AuthError::ContentSha256Mismatch,
            PayloadRule::Signed => AuthError::mismatch(),
        }
    }
}

/// Names in lower case, sorted, each once, made of token characters only. Anything else has no place in a
/// canonical request; a line break in a presigned query could even forge one.
fn well_formed(signed_headers: &str) -> bool {
    let mut previous = "";
    signed_headers.split(';').all(|name| {
        let token = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&b);
        let holds = name > previous && name.bytes().all(token);
        previous = name;
        holds
    })
}

#[cfg(test)]
mod tests;
