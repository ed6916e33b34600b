//! An error as a client sees it, before a protocol writes it.

use std::borrow::Cow;
use std::fmt;

use crate::operation::{ErrorSchema, OperationModel};
use crate::protocol::Protocol;
use crate::schema::Schema;
use crate::value::Value;

/// What a failed request is answered with.
///
/// The errors that every service has are named differently by the protocols (`ValidationError` in awsQuery,
/// `ValidationException` in awsJson): [`code_in`](Self::code_in) and [`status_in`](Self::status_in) tell.
#[derive(Clone)]
pub struct ApiError {
    code: Cow<'static, str>,
    declared: Option<&'static ErrorSchema>,
    message: String,
    status: u16,
    fault: Fault,
    members: Option<Box<(&'static Schema, Value)>>,
}

/// Whose fault an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The caller's.
    Sender,
    /// The service's.
    Receiver,
}

/// An error that every service has, where the protocols differ: code in awsQuery, code and status in awsJson, and in
/// restJson1.
struct Common {
    query: &'static str,
    json: (&'static str, u16),
    rest: (&'static str, u16),
}

const COMMON: &[Common] = &[
    Common {
        query: "ValidationError",
        json: ("ValidationException", 400),
        rest: ("ValidationException", 400),
    },
    Common {
        query: "AccessDenied",
        json: ("AccessDeniedException", 400),
        rest: ("AccessDeniedException", 403),
    },
    Common { query: "Throttling", json: ("ThrottlingException", 400), rest: ("ThrottlingException", 429) },
    Common {
        query: "MalformedInput",
        json: ("SerializationException", 400),
        rest: ("SerializationException", 400),
    },
    Common {
        query: "InvalidAction",
        json: ("UnknownOperationException", 400),
        rest: ("UnknownOperationException", 404),
    },
    Common {
        query: "MissingAction",
        json: ("UnknownOperationException", 400),
        rest: ("UnknownOperationException", 404),
    },
    Common {
        query: "InvalidClientTokenId",
        json: ("UnrecognizedClientException", 400),
        rest: ("UnrecognizedClientException", 403),
    },
    Common {
        query: "SignatureDoesNotMatch",
        json: ("InvalidSignatureException", 400),
        rest: ("InvalidSignatureException", 403),
    },
    Common {
        query: "IncompleteSignature",
        json: ("IncompleteSignatureException", 400),
        rest: ("IncompleteSignatureException", 403),
    },
    Common {
        query: "MissingAuthenticationToken",
        json: ("MissingAuthenticationTokenException", 400),
        rest: ("MissingAuthenticationTokenException", 403),
    },
    Common {
        query: "ExpiredToken",
        json: ("ExpiredTokenException", 400),
        rest: ("ExpiredTokenException", 403),
    },
];

impl ApiError {
    /// An error by its parts.
    pub fn new(code: impl Into<Cow<'static, str>>, status: u16, message: impl Into<String>) -> Self {
        let fault = if status >= 500 { Fault::Receiver } else { Fault::Sender };
        Self { code: code.into(), declared: None, message: message.into(), status, fault, members: None }
    }

    /// An error that the service declares.
    pub fn declared(error: &'static ErrorSchema, message: impl Into<String>) -> Self {
        Self {
            code: Cow::Borrowed(error.code),
            declared: Some(error),
            message: message.into(),
            status: error.status,
            fault: if error.sender_fault { Fault::Sender } else { Fault::Receiver },
            members: None,
        }
    }

    /// An error that the operation declares, by its name without `Exception`. A name that it does not declare is a
    /// mistake of this program and becomes an internal failure; a bound on the `declares` trait of that name rules
    /// it out at compile time.
    pub fn declared_by<M: OperationModel>(name: &str, message: impl Into<String>) -> Self {
        match M::SCHEMA.declared(name) {
            Some(error) => Self::declared(error, message),
            None => Self::internal_failure(),
        }
    }

    /// The same, with the members that its shape has besides the message.
    #[must_use]
    pub fn with_members(mut self, schema: &'static Schema, members: Value) -> Self {
        self.members = Some(Box::new((schema, members)));
        self
    }

    /// A constraint of the model is not met.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationError", 400, message)
    }

    /// The policies do not allow it.
    pub fn access_denied(message: impl Into<String>) -> Self {
        Self::new("AccessDenied", 403, message)
    }

    /// The operation exists on AWS and not here yet.
    pub fn not_implemented(operation: &str) -> Self {
        Self::new("NotImplemented", 501, format!("Keygate does not implement {operation} yet"))
    }

    /// This program failed; what happened is in its log and not in the answer.
    pub fn internal_failure() -> Self {
        Self::new(
            "InternalFailure",
            500,
            "The request processing has failed because of an unknown error, exception or failure.",
        )
    }

    /// Too many requests.
    pub fn throttling() -> Self {
        Self::new("Throttling", 400, "Rate exceeded")
    }

    /// The message cannot be read.
    pub fn malformed_input(message: impl Into<String>) -> Self {
        Self::new("MalformedInput", 400, message)
    }

    /// awsQuery: no such operation in that version. Names are told up to a length that no real one has.
    pub fn invalid_action(action: &str, version: &str) -> Self {
        const LONGEST: usize = 256;
        let cut = |name: &str| name.chars().take(LONGEST).collect::<String>();
        let message = format!("Could not find operation {} for version {}", cut(action), cut(version));
        Self::new("InvalidAction", 400, message)
    }

    /// awsQuery: the request does not say which operation.
    pub fn missing_action() -> Self {
        Self::new("MissingAction", 400, "Missing Action")
    }

    /// awsJson and restJson1: no such operation.
    pub fn unknown_operation() -> Self {
        Self::new("UnknownOperationException", 404, "")
    }

    /// The code, in awsQuery's spelling where protocols differ.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What the client reads.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// HTTP status, awsQuery's where protocols differ.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Whose fault it is.
    pub const fn fault(&self) -> Fault {
        self.fault
    }

    /// The declared error, if it is one.
    pub const fn declaration(&self) -> Option<&'static ErrorSchema> {
        self.declared
    }

    /// The schema of its shape, if it has one.
    pub(crate) fn schema(&self) -> Option<&'static Schema> {
        self.declared.map(|error| error.schema)
    }

    /// The members besides the message.
    pub(crate) fn members(&self) -> Option<(&'static Schema, &Value)> {
        self.members.as_deref().map(|(schema, value)| (*schema, value))
    }

    /// The code as that protocol spells it: awsJson and restJson1 name the shape.
    pub fn code_in(&self, protocol: Protocol) -> &str {
        match (protocol, self.declared, self.common()) {
            (Protocol::Query, _, _) => &self.code,
            (_, Some(error), _) => error.shape,
            (Protocol::RestJson, None, Some(common)) => common.rest.0,
            (_, None, Some(common)) => common.json.0,
            (_, None, None) => &self.code,
        }
    }

    /// The HTTP status as that protocol has it.
    pub fn status_in(&self, protocol: Protocol) -> u16 {
        match (protocol, self.declared, self.common()) {
            (Protocol::RestJson, None, Some(common)) => common.rest.1,
            (Protocol::Json10 | Protocol::Json11, None, Some(common)) => common.json.1,
            _ => self.status,
        }
    }

    fn common(&self) -> Option<&'static Common> {
        COMMON.iter().find(|common| common.query == self.code)
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.status, self.code, self.message)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ApiError {}

impl PartialEq for ApiError {
    fn eq(&self, other: &Self) -> bool {
        (&self.code, &self.message, self.status, self.fault)
            == (&other.code, &other.message, other.status, other.fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_errors_are_spelled_by_protocol() {
        for (error, query, json, rest) in [
            (
                ApiError::validation("x"),
                ("ValidationError", 400),
                ("ValidationException", 400),
                ("ValidationException", 400),
            ),
            (
                ApiError::access_denied("x"),
                ("AccessDenied", 403),
                ("AccessDeniedException", 400),
                ("AccessDeniedException", 403),
            ),
            (
                ApiError::throttling(),
                ("Throttling", 400),
                ("ThrottlingException", 400),
                ("ThrottlingException", 429),
            ),
            (
                ApiError::not_implemented("X"),
                ("NotImplemented", 501),
                ("NotImplemented", 501),
                ("NotImplemented", 501),
            ),
        ] {
            for (protocol, expected) in [
                (Protocol::Query, query),
                (Protocol::Json11, json),
                (Protocol::Json10, json),
                (Protocol::RestJson, rest),
            ] {
                assert_eq!((error.code_in(protocol), error.status_in(protocol)), expected);
            }
        }
    }
    #[test]
    fn an_unknown_operation_is_named_in_part_if_it_is_long() {
        let error = ApiError::invalid_action("GetUsr", "2010-05-08");
        assert_eq!(error.message(), "Could not find operation GetUsr for version 2010-05-08");
        let long = "x".repeat(1_000_000);
        assert!(ApiError::invalid_action(&long, &long).message().len() < 600);
    }
}
