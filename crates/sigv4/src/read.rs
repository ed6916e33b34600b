//! Reads the authentication out of a request: the `Authorization` header or a presigned query.
//!
//! The order of the checks is the order in which AWS reports faults: missing parts (all at once), the date,
//! the algorithm, the form of the credential.

use std::borrow::Cow;

use crate::canonical::ALGORITHM;
use crate::encode::{decode_query, unhex};
use crate::error::{AuthError, Missing};
use crate::instant::Instant;
use crate::presented::{Credential, Form, Presented};
use crate::request::{HttpRequest, Repeated};
use crate::rules::MAX_PRESIGN_SECONDS;

/// More than any client sends: a scope, and a few dozen header names.
const MAX_AUTHORIZATION_BYTES: usize = 8 * 1024;
/// Each signed header costs a search through the headers.
const MAX_SIGNED_HEADERS: usize = 128;

/// Reads the authentication that a request presents.
///
/// # Errors
/// [`AuthError::MissingAuthenticationToken`] if there is none, [`AuthError::IncompleteSignature`] and its kin
/// if it is not of the right form. A form body is never looked at: only headers and the query can sign.
pub fn read<'a>(request: &HttpRequest<'a>) -> Result<Presented<'a>, AuthError> {
    let authorization =
        request.single("authorization").map_err(|Repeated| AuthError::repeated("Authorization"))?;
    let query = Query::find(request.query)?;
    match (authorization, query) {
        (Some(_), Some(_)) => Err(AuthError::two_forms()),
        (Some(authorization), None) => read_header(request, authorization),
        (None, Some(query)) => read_query(request, query),
        (None, None) => Err(AuthError::MissingAuthenticationToken),
    }
}

fn read_header<'a>(request: &HttpRequest<'a>, authorization: &'a [u8]) -> Result<Presented<'a>, AuthError> {
    if authorization.len() > MAX_AUTHORIZATION_BYTES {
        return Err(AuthError::too_long("The Authorization header"));
    }
    let Ok(text) = str::from_utf8(authorization) else {
        return Err(AuthError::not_key_value(authorization));
    };
    let text = text.trim_ascii();
    let (algorithm, parameters) = text.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((text, ""));
    if !algorithm.starts_with("AWS4-") {
        return Err(AuthError::MissingAuthenticationToken);
    }

    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    let separator = |c: char| c == ',' || c.is_ascii_whitespace();
    for parameter in parameters.split(separator).filter(|parameter| !parameter.is_empty()) {
        let (name, value) =
            parameter.split_once('=').ok_or_else(|| AuthError::not_key_value(authorization))?;
        let place = match name {
            "Credential" => &mut credential,
            "SignedHeaders" => &mut signed_headers,
            "Signature" => &mut signature,
            _ => continue,
        };
        if place.replace(value).is_some() {
            return Err(AuthError::repeated_component(authorization));
        }
    }
    let date = date_header(request)?;
    let missing = Missing {
        algorithm: false,
        credential: credential.is_none_or(str::is_empty),
        signature: signature.is_none_or(str::is_empty),
        signed_headers: signed_headers.is_none(),
        date: date.is_none(),
    };
    let (Some(credential), Some(signed_headers), Some(signature), Some(date), false) =
        (credential, signed_headers, signature, date, missing.any())
    else {
        return Err(AuthError::missing_in_header(missing, authorization));
    };

    Ok(Presented {
        form: Form::Header,
        instant: parse_date(date)?,
        credential: parse_credential(algorithm, Cow::Borrowed(credential))?,
        signed_headers: parse_signed_headers(Cow::Borrowed(signed_headers))?,
        signature: unhex(signature.as_bytes()),
        security_token: token_header(request)?.map(Cow::Borrowed),
    })
}

fn read_query<'a>(request: &HttpRequest<'a>, query: Query<'a>) -> Result<Presented<'a>, AuthError> {
    let absent = |value: &Option<Cow<'_, str>>| value.as_ref().is_none_or(|value| value.is_empty());
    let missing = Missing {
        algorithm: absent(&query.algorithm),
        credential: absent(&query.credential),
        signature: absent(&query.signature),
        signed_headers: query.signed_headers.is_none(),
        date: absent(&query.date),
    };
    let (Some(algorithm), Some(credential), Some(signature), Some(signed_headers), Some(date), false) =
        (query.algorithm, query.credential, query.signature, query.signed_headers, query.date, missing.any())
    else {
        return Err(AuthError::missing_in_query(missing));
    };
    if credential.len().max(signed_headers.len()) > MAX_AUTHORIZATION_BYTES {
        return Err(AuthError::too_long("The signature in the query string"));
    }
    if !algorithm.starts_with("AWS4-") {
        return Err(AuthError::MissingAuthenticationToken);
    }
    let security_token = match (query.security_token, token_header(request)?) {
        (Some(_), Some(_)) => return Err(AuthError::two_tokens()),
        (Some(token), None) => Some(token),
        (None, token) => token.map(Cow::Borrowed),
    };

    Ok(Presented {
        instant: parse_date(date.as_bytes())?,
        credential: parse_credential(&algorithm, credential)?,
        form: Form::Query { expires_seconds: query.expires.as_deref().map(parse_expires).transpose()? },
        signed_headers: parse_signed_headers(signed_headers)?,
        signature: unhex(signature.as_bytes()),
        security_token,
    })
}

/// The parameters of a presigned query.
#[derive(Default)]
struct Query<'a> {
    algorithm: Option<Cow<'a, str>>,
    credential: Option<Cow<'a, str>>,
    signature: Option<Cow<'a, str>>,
    signed_headers: Option<Cow<'a, str>>,
    date: Option<Cow<'a, str>>,
    expires: Option<Cow<'a, str>>,
    security_token: Option<Cow<'a, str>>,
}

impl<'a> Query<'a> {
    /// `None` if the query carries no signature: a date or a token alone may be the operation's own business.
    fn find(query: &'a str) -> Result<Option<Self>, AuthError> {
        let mut found = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode_query(name).map_err(|_| AuthError::bad_escape())?;
            let (place, name) = match name.as_ref() {
                b"X-Amz-Algorithm" => (&mut found.algorithm, "X-Amz-Algorithm"),
                b"X-Amz-Credential" => (&mut found.credential, "X-Amz-Credential"),
                b"X-Amz-Signature" => (&mut found.signature, "X-Amz-Signature"),
                b"X-Amz-SignedHeaders" => (&mut found.signed_headers, "X-Amz-SignedHeaders"),
                b"X-Amz-Date" => (&mut found.date, "X-Amz-Date"),
                b"X-Amz-Expires" => (&mut found.expires, "X-Amz-Expires"),
                b"X-Amz-Security-Token" => (&mut found.security_token, "X-Amz-Security-Token"),
                _ => continue,
            };
            let value = match decode_query(value).map_err(|_| AuthError::bad_escape())? {
                Cow::Borrowed(bytes) => str::from_utf8(bytes).ok().map(Cow::Borrowed),
                Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
            };
            if place.replace(value.ok_or_else(AuthError::bad_query_text)?).is_some() {
                return Err(AuthError::repeated(name));
            }
        }
        let signed = found.algorithm.is_some() || found.credential.is_some() || found.signature.is_some();
        Ok(signed.then_some(found))
    }
}

/// `X-Amz-Date`, or else `Date`.
fn date_header<'a>(request: &HttpRequest<'a>) -> Result<Option<&'a [u8]>, AuthError> {
    let amz_date = request.single("x-amz-date").map_err(|Repeated| AuthError::repeated("X-Amz-Date"))?;
    match amz_date {
        Some(date) => Ok(Some(date)),
        None => request.single("date").map_err(|Repeated| AuthError::repeated("Date")),
    }
}

fn token_header<'a>(request: &HttpRequest<'a>) -> Result<Option<&'a str>, AuthError> {
    let token = request
        .single("x-amz-security-token")
        .map_err(|Repeated| AuthError::repeated("X-Amz-Security-Token"))?;
    let Some(token) = token else { return Ok(None) };
    str::from_utf8(token).map(|token| Some(token.trim_ascii())).map_err(|_| AuthError::InvalidClientTokenId)
}

fn parse_date(date: &[u8]) -> Result<Instant, AuthError> {
    let text = String::from_utf8_lossy(date);
    Instant::parse(&text).ok_or_else(|| AuthError::date(&text))
}

fn parse_credential<'a>(algorithm: &str, credential: Cow<'a, str>) -> Result<Credential<'a>, AuthError> {
    if algorithm != ALGORITHM {
        return Err(AuthError::algorithm(algorithm));
    }
    Credential::parse(credential)
}

fn parse_signed_headers(names: Cow<'_, str>) -> Result<Cow<'_, str>, AuthError> {
    let many = names.bytes().filter(|b| *b == b';').count() >= MAX_SIGNED_HEADERS;
    if many { Err(AuthError::too_long("The list of signed headers")) } else { Ok(names) }
}

fn parse_expires(text: &str) -> Result<u32, AuthError> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(AuthError::expires_not_a_number());
    }
    if negative {
        return Err(AuthError::expires_negative());
    }
    // What does not fit into an integer is longer than a week, too.
    match digits.parse::<u32>() {
        Ok(seconds) if seconds <= MAX_PRESIGN_SECONDS => Ok(seconds),
        _ => Err(AuthError::expires_too_late()),
    }
}

#[cfg(test)]
mod tests;
