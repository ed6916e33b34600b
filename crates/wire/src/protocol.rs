//! The protocols: how a value under a schema is written into an HTTP message, and read back.

use crate::error::ApiError;
use crate::limits::Limits;
use crate::operation::{OperationSchema, ServiceSchema};
use crate::value::Value;

mod json;
mod percent;
pub mod query;
pub mod rest_json;
mod scalar;
mod timestamp;
mod xml;

/// How a service's messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// awsQuery: form parameters in, XML out.
    Query,
    /// awsJson 1.0.
    Json10,
    /// awsJson 1.1.
    Json11,
    /// restJson1: path, query, headers and JSON.
    RestJson,
}

/// A request as it arrived. The body is complete; its size was bounded by whoever read it.
#[derive(Clone, Copy)]
pub struct HttpRequest<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// The path, still percent-encoded.
    pub path: &'a str,
    /// What follows the question mark, still percent-encoded.
    pub query: &'a str,
    /// The headers.
    pub headers: &'a http::HeaderMap,
    /// The body.
    pub body: &'a [u8],
}

/// An answer, ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// HTTP status.
    pub status: u16,
    /// The headers, `Content-Type` among them; the request id's header is the server's.
    pub headers: http::HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

/// A request as a client sends it.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedRequest {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// The path, percent-encoded.
    pub path: String,
    /// The query string, percent-encoded, without the question mark.
    pub query: String,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Protocol {
    /// A request's input. Constraints are not checked: that is [`validate`](crate::validate::validate)'s.
    ///
    /// # Errors
    /// `MalformedInput` (`SerializationException` in the JSON protocols) if the request is not one of this operation.
    pub fn decode_request(
        operation: &OperationSchema,
        request: &HttpRequest<'_>,
        limits: &Limits,
    ) -> Result<Value, ApiError> {
        match operation.service.protocol {
            Self::Query => query::Form::parse(request, limits)?.decode(operation.input),
            Self::Json10 | Self::Json11 => json::decode_request(operation, request, limits),
            Self::RestJson => rest_json::decode_request(operation, request, limits),
        }
    }

    /// The answer to a request that succeeded.
    pub fn encode_response(operation: &OperationSchema, output: &Value, request_id: &str) -> HttpResponse {
        match operation.service.protocol {
            Self::Query => query::encode_response(operation, output, request_id),
            Self::Json10 | Self::Json11 => json::encode_response(operation, output),
            Self::RestJson => rest_json::encode_response(operation, output),
        }
    }

    /// The answer to a request that failed.
    pub fn encode_error(service: &ServiceSchema, error: &ApiError, request_id: &str) -> HttpResponse {
        match service.protocol {
            Self::Query => query::encode_error(service, error, request_id),
            Self::Json10 | Self::Json11 => json::encode_error(service.protocol, error),
            Self::RestJson => rest_json::encode_error(error),
        }
    }

    /// A request as a client sends it, unsigned.
    pub fn encode_request(operation: &OperationSchema, input: &Value) -> OwnedRequest {
        match operation.service.protocol {
            Self::Query => query::encode_request(operation, input),
            Self::Json10 | Self::Json11 => json::encode_request(operation, input),
            Self::RestJson => rest_json::encode_request(operation, input),
        }
    }

    /// An answer as a client reads it.
    ///
    /// # Errors
    /// The error that the answer carries, or `MalformedInput` if the answer is not one of this operation.
    pub fn decode_response(operation: &OperationSchema, response: &HttpResponse) -> Result<Value, ApiError> {
        match operation.service.protocol {
            Self::Query => query::decode_response(operation, response),
            Self::Json10 | Self::Json11 => json::decode_response(operation, response),
            Self::RestJson => rest_json::decode_response(operation, response),
        }
    }
}

/// Refuses a map in which a key comes twice.
fn refuse_duplicates(entries: &[(String, Value)]) -> Result<(), ApiError> {
    let mut keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    if keys.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
        return Err(ApiError::malformed_input("A map has the same key twice"));
    }
    Ok(())
}
