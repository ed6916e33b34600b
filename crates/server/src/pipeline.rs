//! The way of one request: the stages, in the order that decides which error a client sees first.
//!
//! 1. route: the credential scope names the service
//! 2. authenticate: signature, key, session
//! 3. decode: the message names the operation; its input, and the model's constraints
//! 4. authorize: everything the operation asks
//! 5. effect, and its commit together with the audit record
//! 6. encode the answer
//!
//! Whatever happens, one audit record is made and one answer sent.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use keygate_ident::{AccountId, Entropy, Partition};
use keygate_operation::{Ask, Asks, Call, Entry, Environment, ReadCx, WriteCx};
use keygate_seal::KeyRing;
use keygate_sigv4::{AuthError, Header, Rules};
use keygate_state::{Account, Caller, KeyStatus, Unreadable, effective};
use keygate_trail::{Event, Trail, TryAppendError};
use keygate_wire::{
    ApiError, Auth, HttpResponse, Limits, OperationSchema, Protocol, ServiceSchema, Value, validate,
};

use crate::audit::Record;
use crate::authenticate::{Authenticator, Failed, Principal};
use crate::authorize::{Policies, authorize};
use crate::clock::{self, SystemEntropy};
use crate::context;
use crate::facts::UseFacts;
use crate::metrics::Metrics;
use crate::node::{Node, WriteEnd, WriteError, Written};
use crate::outbox::Outbox;
use crate::request::Request;
use crate::restrict;
use crate::route::{self, Table};
use crate::start::InFlight;

/// The service: everything behind the listener.
pub struct Keygate {
    pub(crate) node: Arc<Node>,
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) facts: Arc<UseFacts>,
    pub(crate) trail: Arc<Trail>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) authenticator: Authenticator,
    pub(crate) table: Table,
    pub(crate) limits: Limits,
    pub(crate) in_flight: InFlight,
    /// The URL by which others reach this server, once it is known.
    pub(crate) endpoint: OnceLock<String>,
}

/// What every authenticated caller may do (rule 74).
const NEEDS_NO_PERMISSION: [(&str, &str); 2] = [("STS", "GetCallerIdentity"), ("STS", "GetSessionToken")];

/// How a request ended.
enum End {
    /// Its audit record is still to be written to the trail.
    Unrecorded(Result<HttpResponse, ApiError>),
    /// Its audit record was committed with its effect.
    Recorded(HttpResponse),
}

/// An authenticated request to a known operation. Owns what it needs, so that a write can outlive its connection.
struct Proved {
    request: Arc<Request>,
    region: String,
    operation: &'static OperationSchema,
    input: Value,
    principal: Arc<Principal>,
}

/// What is made along the way of a request, whatever becomes of it.
struct Trace {
    record: Record,
    request_id: String,
    service: Option<&'static ServiceSchema>,
    started: std::time::Instant,
}

impl Keygate {
    /// Answers one request.
    pub async fn answer(self: &Arc<Self>, request: Request) -> Response<Bytes> {
        let request = Arc::new(request);
        let request_id = clock::uuid();
        let record = Record::new(&request, &request_id);
        let mut trace = Trace { record, request_id, service: None, started: clock::instant() };
        match self.prove(&request, &mut trace) {
            Ok(proved) if self.table.entry(proved.operation).is_some_and(Entry::writes) => {
                // A client that hangs up must not stop a write between its commit and its publication.
                let (this, under_way) = (Arc::clone(self), self.in_flight.enter());
                let task = tokio::spawn(async move {
                    let end = this.perform(&proved, &mut trace).await;
                    let response = this.conclude(end, &proved.request, trace).await;
                    drop(under_way);
                    response
                });
                task.await.unwrap_or_else(|error| {
                    tracing::error!(%error, "a write failed in an unforeseen way");
                    let mut response = Response::new(Bytes::new());
                    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                    response
                })
            }
            Ok(proved) => {
                let end = self.perform(&proved, &mut trace).await;
                self.conclude(end, &request, trace).await
            }
            Err(error) => self.conclude(End::Unrecorded(Err(error)), &request, trace).await,
        }
    }

    /// Stages 1 to 3.
    fn prove(&self, request: &Arc<Request>, trace: &mut Trace) -> Result<Proved, ApiError> {
        let Trace { record, service, .. } = trace;
        let headers: Vec<Header<'_>> =
            request.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let signed = keygate_sigv4::HttpRequest {
            method: request.method.as_str(),
            path: request.uri.path(),
            query: request.query(),
            headers: &headers,
            body: &request.body,
        };
        let message = keygate_wire::HttpRequest {
            method: request.method.as_str(),
            path: request.uri.path(),
            query: request.query(),
            headers: &request.headers,
            body: &request.body,
        };
        // Route.
        let presented = match keygate_sigv4::read(&signed) {
            Ok(presented) => presented,
            Err(AuthError::MissingAuthenticationToken) => {
                return Err(self.unsigned(request, &message, record));
            }
            Err(error) => return Err(auth_error(&error, route::service_of_message(request).protocol)),
        };
        let key_id = presented.access_key_id();
        record.presented(key_id);
        let scope = presented.scope();
        let found = route::service_of_scope(scope.service, request);
        let known = found.ok_or_else(|| unknown_service(scope.service))?;
        *service = Some(known);
        let region = region_of(known, scope.region, self.node.partition());
        record.service(known.endpoint_prefix, region);
        // Authenticate.
        let rules = Rules::of(known.signing_name);
        let authenticated = presented
            .check(&signed, request.arrived, &rules)
            .map_err(Failed::Client)
            .and_then(|checked| self.authenticator.authenticate(&presented, &checked, request.arrived));
        let principal = authenticated.map_err(|failed| {
            // For the record only: which operation the stranger was after.
            if let Ok(routed) = self.table.operation(known, &message, &self.limits) {
                record.operation(routed.operation, routed.entry.is_some_and(Entry::writes));
            }
            match failed {
                Failed::Client(error) => auth_error(&error, known.protocol),
                Failed::Unavailable => unavailable(),
            }
        })?;
        record.caller(&principal.identity);
        let routed = self.table.operation(known, &message, &self.limits);
        // Whatever comes of it, the credentials were used, and something was tried.
        self.note_use(
            &principal,
            request,
            region,
            known,
            routed.as_ref().ok().map(|routed| routed.operation),
        );
        restrict::service(&principal.caller, known).map_err(|error| auth_error(&error, known.protocol))?;
        // Decode.
        let routed = routed?;
        record.operation(routed.operation, routed.entry.is_some_and(Entry::writes));
        let input = routed.decode(&message, &self.limits)?;
        record.parameters(routed.operation.input, &input);
        let operation = routed.operation;
        validate(operation.input, &input, known.quotes_values)
            .map_err(|error| ApiError::validation(error.to_string()))?;
        Ok(Proved { request: Arc::clone(request), region: region.to_owned(), operation, input, principal })
    }

    /// Records the use of credentials and the attempt at an action, where there is news in it.
    fn note_use(
        &self,
        principal: &Principal,
        request: &Request,
        region: &str,
        service: &ServiceSchema,
        operation: Option<&OperationSchema>,
    ) {
        let (now, signing_name) = (request.arrived, service.signing_name);
        let name = operation.map_or("", |operation| operation.name);
        if principal.recent.is_news([signing_name, "/", name, "/", region], now) {
            let required = operation.and_then(|one| keygate_catalog::action_of(signing_name, one.name));
            let action = required.and_then(|required| required.actions().first().copied());
            self.facts.record(&principal.caller, now, region, signing_name, action);
        }
    }

    /// A request without a signature: refused, except that an operation which takes none is told apart from one
    /// that does.
    fn unsigned(
        &self,
        request: &Request,
        message: &keygate_wire::HttpRequest<'_>,
        record: &mut Record,
    ) -> ApiError {
        let service = route::service_of_message(request);
        record.service(service.endpoint_prefix, "");
        if let Ok(routed) = self.table.operation(service, message, &self.limits) {
            record.operation(routed.operation, false);
            if routed.operation.auth == Auth::None && routed.entry.is_none() {
                return ApiError::not_implemented(routed.operation.name);
            }
        }
        auth_error(&AuthError::MissingAuthenticationToken, service.protocol)
    }

    /// Stages 4 to 6.
    async fn perform(&self, proved: &Proved, trace: &mut Trace) -> End {
        let Trace { record, request_id, .. } = trace;
        let operation = proved.operation;
        if let Err(error) = restrict::operation(&proved.principal.caller, operation) {
            return End::Unrecorded(Err(error));
        }
        let Some(entry) = self.table.entry(operation) else {
            return End::Unrecorded(Err(self.not_implemented(proved, record)));
        };
        let call = match entry.start(proved.input.clone()) {
            Ok(call) => call,
            Err(error) => return End::Unrecorded(Err(error)),
        };
        let encode = |output: &Value| Protocol::encode_response(operation, output, request_id);
        if entry.writes() {
            match self.write(proved, call.as_ref(), record).await {
                Ok(WriteEnd::Committed(Ok(output))) => End::Recorded(encode(&output)),
                Ok(WriteEnd::Unchanged(Ok(output))) => End::Unrecorded(Ok(encode(&output))),
                Ok(WriteEnd::Committed(Err(error)) | WriteEnd::Unchanged(Err(error))) => {
                    End::Unrecorded(Err(error))
                }
                Err(error) => End::Unrecorded(Err(error)),
            }
        } else {
            let claimed = self.facts.claimed_codes();
            let mut answer = self.read(proved, call.as_ref(), record);
            // A one-time code that made a session must not be good again, not even after a crash.
            if answer.is_ok()
                && operation.service.id == "STS"
                && self.facts.claimed_codes() != claimed
                && let Err(error) = self.facts.save_codes(self.node.store().as_ref()).await
            {
                tracing::error!(%error, "used one-time codes can not be saved");
                answer = Err(unavailable());
            }
            End::Unrecorded(answer.map(|output| encode(&output)))
        }
    }

    fn read(&self, proved: &Proved, call: &dyn Call, record: &mut Record) -> Result<Value, ApiError> {
        let entropy = RefCell::new(SystemEntropy);
        let principal = &proved.principal;
        let cx = ReadCx {
            account: &principal.account,
            caller: &principal.caller,
            env: self.environment(proved, &entropy),
        };
        let asks = call.asks(&cx)?;
        self.allow(proved, &asks, record)?;
        let output = call.read(&cx)?;
        record.answered(proved.operation.output, &output);
        Ok(output)
    }

    async fn write(
        &self,
        proved: &Proved,
        call: &dyn Call,
        record: &mut Record,
    ) -> Result<WriteEnd<Result<Value, ApiError>>, ApiError> {
        let second = {
            let entropy = RefCell::new(SystemEntropy);
            let principal = &proved.principal;
            let env = self.environment(proved, &entropy);
            let cx = ReadCx { account: &principal.account, caller: &principal.caller, env };
            let second = call.second(&cx);
            if second.is_some() {
                // Whoever is not allowed to does not hold up the writers of another account.
                let asks = call.asks(&cx)?;
                self.allow(proved, &asks, record)?;
            }
            second
        };
        let run = |draft: &mut keygate_state::Draft, second: Option<&mut keygate_state::Draft>| {
            // The newest tree may know the caller differently: its key deactivated, its user gone.
            let caller = still_there(draft, &proved.principal.caller).map_err(Err)?;
            let entropy = RefCell::new(SystemEntropy);
            let env = self.environment(proved, &entropy);
            let cx = ReadCx { account: draft, caller: &caller, env };
            let asks = call.asks(&cx).map_err(Err)?;
            let policies = effective(draft, &caller);
            let policies = policies.as_ref().map(|effective| Policies { effective, linked: None });
            self.allow_in(proved, draft, &caller, policies, &asks, record).map_err(Err)?;
            let mut cx = WriteCx { draft, second, caller: &caller, env };
            let output = call.write(&mut cx).map_err(Err)?;
            record.answered(proved.operation.output, &output);
            let audit = record.event(clock::now()).encode();
            Ok(Written { answer: Ok(output), audit })
        };
        let started = clock::instant();
        let end = self.node.write_both(proved.principal.account.id(), second, run).await;
        end.map_err(|_: WriteError| unavailable()).inspect(|end| {
            if let WriteEnd::Committed(_) = end {
                self.metrics.committed(started.elapsed());
                self.outbox.wake();
            }
        })
    }

    /// Authorizes against the tree that authentication saw.
    fn allow(&self, proved: &Proved, asks: &Asks, record: &mut Record) -> Result<(), ApiError> {
        let principal = &proved.principal;
        let policies = principal.policies();
        self.allow_in(proved, &principal.account, &principal.caller, policies, asks, record)
    }

    fn allow_in(
        &self,
        proved: &Proved,
        account: &Account,
        caller: &Caller,
        policies: Result<Policies<'_>, &Unreadable>,
        asks: &Asks,
        record: &mut Record,
    ) -> Result<(), ApiError> {
        record.asks(asks, caller.account);
        if asks.is_empty() {
            let free = NEEDS_NO_PERMISSION.contains(&(proved.operation.service.id, proved.operation.name));
            // An operation that forgot to ask is refused, not let through.
            return if free { Ok(()) } else { Err(ApiError::internal_failure()) };
        }
        let context = context::of_request(&proved.request, &proved.region, account.partition(), caller);
        match authorize(account, caller, policies, asks, &context) {
            Ok(decided) => {
                if let Some(decided) = decided {
                    record.decision(decided);
                }
                Ok(())
            }
            Err(refused) => {
                record.decision(refused.decision);
                Err(refused.error)
            }
        }
    }

    /// What is not built yet is denied like anything else, and only then says so.
    fn not_implemented(&self, proved: &Proved, record: &mut Record) -> ApiError {
        let operation = proved.operation;
        let required = keygate_catalog::action_of(operation.service.signing_name, operation.name);
        let Some(required) = required else {
            // An operation without a known action can not be authorized: refused, not let through.
            return ApiError::access_denied(format!(
                "{} has no action that could be allowed",
                operation.name
            ));
        };
        let asks = required.actions().iter().fold(Asks::none(), |asks, action| asks.and(Ask::on_any(action)));
        match self.allow(proved, &asks, record) {
            Ok(()) => ApiError::not_implemented(operation.name),
            Err(error) => error,
        }
    }

    fn environment<'a>(&'a self, proved: &'a Proved, entropy: &'a RefCell<dyn Entropy>) -> Environment<'a> {
        Environment {
            now: proved.request.arrived,
            region: &proved.region,
            endpoint: self.endpoint.get().map(String::as_str),
            directory: self.node.as_ref(),
            facts: self.facts.as_ref(),
            keys: &self.keys,
            entropy,
        }
    }

    /// Records the end where that is still to be done, and makes the answer.
    async fn conclude(&self, end: End, request: &Request, trace: Trace) -> Response<Bytes> {
        let Trace { mut record, request_id, service, started } = trace;
        let encode = |error: &ApiError| {
            let service = service.unwrap_or_else(|| route::service_of_message(request));
            Protocol::encode_error(service, error, &request_id)
        };
        let (source, name) = record.labels();
        let (response, code) = match end {
            End::Recorded(response) => (response, None),
            End::Unrecorded(result) => {
                if let Err(error) = &result {
                    record.failed(error);
                }
                let recorded = self.append(record.into_events(clock::now())).await;
                match result {
                    // What can not be recorded is not answered with success.
                    Ok(_) if !recorded => (encode(&unavailable()), Some("ServiceUnavailable".to_owned())),
                    Ok(response) => (response, None),
                    Err(error) => (encode(&error), Some(error.code().to_owned())),
                }
            }
        };
        self.metrics.observe(&source, &name, response.status, code.as_deref(), started.elapsed());
        if let Some(code) = code {
            tracing::debug!(request_id, code, "refused");
        }
        into_http(response, &request_id)
    }

    async fn append(&self, events: Vec<Event>) -> bool {
        for event in events {
            let appended = match self.trail.try_append(event) {
                Ok(()) => Ok(()),
                Err(TryAppendError::Full(event)) => {
                    // Back-pressure instead of loss: this request waits for the disk.
                    let trail = Arc::clone(&self.trail);
                    let waited = tokio::task::spawn_blocking(move || trail.append(*event)).await;
                    match waited {
                        Ok(Ok(())) => Ok(()),
                        Ok(Err(error)) => Err(error.to_string()),
                        Err(error) => Err(error.to_string()),
                    }
                }
                Err(error) => Err(error.to_string()),
            };
            if let Err(error) = appended {
                tracing::error!(error, "an audit record can not be written");
                return false;
            }
        }
        true
    }
}

/// The caller as the newest tree knows it.
///
/// # Errors
/// It is gone, or its key is not active any more.
fn still_there(account: &Account, caller: &Caller) -> Result<Caller, ApiError> {
    let gone = || auth_error(&AuthError::InvalidClientTokenId, Protocol::Query);
    match &caller.session {
        Some(session) => Caller::session(account, Arc::clone(session)).ok_or_else(gone),
        None => {
            let (owner, key) = account.access_key(&caller.access_key).ok_or_else(gone)?;
            if key.status != KeyStatus::Active {
                return Err(gone());
            }
            let id = caller.access_key.clone();
            Ok(match owner {
                Some(user) => Caller::user(account, user, id),
                None => Caller::root(account, id),
            })
        }
    }
}

/// The region a request is for. IAM and Organizations are global: on AWS all their requests are in one region of
/// the partition, whatever region a client names when it signs for an endpoint of its own.
fn region_of<'a>(service: &ServiceSchema, signed: &'a str, partition: Partition) -> &'a str {
    match (service.signing_name, partition) {
        ("iam" | "organizations", Partition::Aws) => "us-east-1",
        ("iam" | "organizations", Partition::AwsCn) => "cn-north-1",
        ("iam" | "organizations", Partition::AwsUsGov) => "us-gov-west-1",
        _ => signed,
    }
}

fn auth_error(error: &AuthError, protocol: Protocol) -> ApiError {
    let family = match protocol {
        Protocol::Query => keygate_sigv4::Protocol::Query,
        Protocol::Json10 | Protocol::Json11 => keygate_sigv4::Protocol::Json,
        Protocol::RestJson => keygate_sigv4::Protocol::RestJson,
    };
    ApiError::new(error.code_for(family), error.status_for(family), error.message())
}

fn unknown_service(name: &str) -> ApiError {
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect();
    ApiError::new("UnknownService", 404, format!("Keygate does not serve the service '{name}'."))
}

fn unavailable() -> ApiError {
    ApiError::new(
        "ServiceUnavailable",
        503,
        "The request has failed due to a temporary failure of the server.",
    )
}

fn into_http(response: HttpResponse, request_id: &str) -> Response<Bytes> {
    let mut http = Response::new(Bytes::from(response.body));
    *http.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *http.headers_mut() = response.headers;
    if let Ok(id) = HeaderValue::from_str(request_id) {
        http.headers_mut().insert("x-amzn-requestid", id);
    }
    http
}

/// Accounts other than the caller's in which a request is recorded too.
pub(crate) fn other_accounts(asks: &Asks, caller: AccountId) -> Vec<AccountId> {
    // Only roles can be used from another account; whoever merely names a foreign ARN leaves no record there.
    let roles = asks.iter().filter(|ask| ask.trust.is_some());
    let mut others: Vec<AccountId> = roles.filter_map(|ask| ask.owner).filter(|id| *id != caller).collect();
    others.sort_unstable();
    others.dedup();
    others
}

#[cfg(test)]
mod tests;
