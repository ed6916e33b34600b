//! Which service and operation a request is for.

use std::collections::HashMap;

use keygate_operation::Entry;
use keygate_shapes::SERVICES;
use keygate_wire::protocol::{query, rest_json};
use keygate_wire::{ApiError, HttpRequest, Limits, OperationSchema, Protocol, ServiceSchema, Value};

use crate::request::Request;

/// All services that Keygate knows, and the operations that are implemented.
pub(crate) struct Table {
    entries: HashMap<(&'static str, &'static str), Entry>,
}

/// A message whose operation is known.
pub(crate) struct Routed<'t> {
    /// The operation's model.
    pub(crate) operation: &'static OperationSchema,
    /// Its implementation, if there is one.
    pub(crate) entry: Option<&'t Entry>,
    form: Option<query::Form>,
}

impl Table {
    pub(crate) fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        let key = |entry: &Entry| (entry.schema().service.id, entry.schema().name);
        Self { entries: entries.into_iter().map(|entry| (key(&entry), entry)).collect() }
    }

    /// The operation of this message.
    ///
    /// # Errors
    /// No such operation, in the words of the service's protocol.
    pub(crate) fn operation(
        &self,
        service: &'static ServiceSchema,
        request: &HttpRequest<'_>,
        limits: &Limits,
    ) -> Result<Routed<'_>, ApiError> {
        let (operation, form) = match service.protocol {
            Protocol::Query => {
                if !matches!(request.method, "GET" | "POST") {
                    return Err(ApiError::new("MethodNotAllowed", 405, "Query requests are GET or POST."));
                }
                let form = query::Form::parse(request, limits)?;
                (form.operation(service)?, Some(form))
            }
            Protocol::Json10 | Protocol::Json11 => {
                let target = request.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
                let operation = target.and_then(|target| service.target(target));
                (operation.ok_or_else(ApiError::unknown_operation)?, None)
            }
            Protocol::RestJson => {
                // The signature covers the path without such segments; what is routed must be what was signed.
                let mut segments = request.path.split('/').skip(1);
                if segments.any(|segment| matches!(segment, "." | "..")) {
                    return Err(ApiError::unknown_operation());
                }
                let operation = rest_json::route(service, request.method, request.path);
                (operation.ok_or_else(ApiError::unknown_operation)?, None)
            }
        };
        let entry = self.entry(operation);
        Ok(Routed { operation, entry, form })
    }

    /// The implementation of an operation, if there is one.
    pub(crate) fn entry(&self, operation: &OperationSchema) -> Option<&Entry> {
        self.entries.get(&(operation.service.id, operation.name))
    }
}

impl Routed<'_> {
    /// The input in the message.
    pub(crate) fn decode(&self, request: &HttpRequest<'_>, limits: &Limits) -> Result<Value, ApiError> {
        match &self.form {
            Some(form) => form.decode(self.operation.input),
            None => Protocol::decode_request(self.operation, request, limits),
        }
    }
}

/// The service that a credential scope names. Two services may share a name; then the form of the message tells.
pub(crate) fn service_of_scope(name: &str, request: &Request) -> Option<&'static ServiceSchema> {
    let mut candidates = SERVICES.iter().copied().filter(|service| service.signing_name == name);
    let first = candidates.next()?;
    let rest_path = request.uri.path() != "/";
    let other = candidates.find(|service| (service.protocol == Protocol::RestJson) == rest_path);
    match other {
        Some(other) if rest_path && first.protocol != Protocol::RestJson => Some(other),
        _ => Some(first),
    }
}

/// The service that an unsigned message seems to be for, so that the refusal is written as its clients read it.
pub(crate) fn service_of_message(request: &Request) -> &'static ServiceSchema {
    let target = request.header("x-amz-target").and_then(|target| target.rsplit_once('.'));
    let by_target = target.and_then(|(prefix, _)| {
        SERVICES.iter().copied().find(|service| service.target_prefix == Some(prefix))
    });
    let says_sts = |text: &[u8]| {
        let version = keygate_shapes::sts::SERVICE.api_version.as_bytes();
        text.windows(version.len()).any(|window| window == version)
    };
    let bodies = [request.query().as_bytes(), request.body.get(..4096).unwrap_or(&request.body)];
    match by_target {
        Some(service) => service,
        None if bodies.into_iter().any(says_sts) => &keygate_shapes::sts::SERVICE,
        None => &keygate_shapes::iam::SERVICE,
    }
}
