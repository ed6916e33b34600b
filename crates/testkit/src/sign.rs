//! Lays out a Query request as the SDKs do: a POST of a form, signed in the `Authorization` header.

use std::io;

use keygate_ident::Timestamp;
use keygate_sigv4::sign::{self, Signer};
use keygate_sigv4::{Header, HttpRequest};

use crate::{Credentials, Query};

/// The whole request as it goes over the wire.
pub(crate) fn request(
    query: &Query,
    host: &str,
    region: &str,
    by: &Credentials,
    at: Timestamp,
) -> io::Result<Vec<u8>> {
    let length = query.body().len().to_string();
    let headers: [Header<'_>; 3] = [
        ("host", host.as_bytes()),
        ("content-type", b"application/x-www-form-urlencoded; charset=utf-8"),
        ("content-length", length.as_bytes()),
    ];
    let credentials = sign::Credentials {
        access_key_id: &by.access_key_id,
        secret_access_key: &by.secret_access_key,
        session_token: by.session_token.as_deref(),
    };
    let body = query.body().as_bytes();
    let unsigned = HttpRequest { method: "POST", path: "/", query: "", headers: &headers, body };
    let added = Signer::new(credentials, region, query.service())
        .headers(&unsigned, at)
        .map_err(|error| io::Error::other(format!("the request cannot be signed: {error:?}")))?;
    let mut bytes = b"POST / HTTP/1.1\r\n".to_vec();
    let added = added.iter().map(|(name, value)| (*name, value.as_bytes()));
    for (name, value) in headers.into_iter().chain(added) {
        for part in [name.as_bytes(), b": ", value, b"\r\n"] {
            bytes.extend_from_slice(part);
        }
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    Ok(bytes)
}
