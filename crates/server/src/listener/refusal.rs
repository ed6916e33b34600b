//! Answers to requests that break a limit, in the form that AWS's clients understand.

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

/// Why a request does not reach the handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The body is larger than the limit.
    TooLarge,
    /// The body did not come in time.
    TooSlow,
    /// The body came in too many pieces.
    TooManyPieces,
    /// The body ended early, or is not in the form it claims.
    Broken,
}

impl Refusal {
    /// Whether a limit was broken, rather than the connection.
    pub(super) fn is_over_limit(self) -> bool {
        self != Self::Broken
    }

    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooManyPieces | Self::Broken => StatusCode::BAD_REQUEST,
        }
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "RequestEntityTooLarge",
            Self::TooSlow => "RequestTimeout",
            Self::TooManyPieces | Self::Broken => "MalformedHttpRequestException",
        }
    }

    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::TooLarge => "The request body is larger than this server accepts.",
            Self::TooSlow => "The request body was not received in time.",
            Self::TooManyPieces => "The request body was sent in too many small pieces.",
            Self::Broken => "The request body is incomplete or malformed.",
        }
    }

    /// The answer; the connection ends with it, because the rest of the body is not read.
    pub(super) fn response(self, request: &HeaderMap) -> Response<Bytes> {
        let (code, message) = (self.code(), self.message());
        let request_id = crate::clock::uuid();
        let content_type =
            request.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (content_type, body) = if content_type.contains("json") {
            ("application/x-amz-json-1.1", format!(r#"{{"__type":"{code}","message":"{message}"}}"#))
        } else {
            let error =
                format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
            let body = format!("<ErrorResponse>{error}<RequestId>{request_id}</RequestId></ErrorResponse>");
            ("text/xml", body)
        };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Ok(request_id) = HeaderValue::try_from(request_id) {
            headers.insert("x-amzn-requestid", request_id);
        }
        response
    }
}
