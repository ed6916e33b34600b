//! Putting a server together, letting it run, and taking it apart in the right order.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Response;
use keygate_ident::{AccountId, Partition, UniqueId};
use keygate_seal::{KeyRing, Secret};
use keygate_shapes::SERVICES;
use keygate_state::{DelegationRequest, Directory, ExchangeToken, Quota, RoleTemplates};
use keygate_store::Store;
use keygate_trail::Trail;
use keygate_wire::Limits;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, watch};

use crate::admin::Admin;
use crate::authenticate::Authenticator;
use crate::bootstrap;
pub use crate::bootstrap::StartError;
use crate::clock;
use crate::facts::UseFacts;
use crate::listener::{Handler, Listener, Readiness};
use crate::metrics::{ConnectionMetrics, Gauges, Metrics};
use crate::node::Node;
use crate::operator::{
    AccountLine, DelegationToken, NewAccount, Operator, OperatorError, OperatorListener, Status,
};
use crate::outbox::Outbox;
use crate::pipeline::Keygate;
use crate::request::Request;
use crate::route::Table;
use crate::settings::{DataDir, Settings};
use crate::web_identity;

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How often facts of use are saved and idle accounts dropped.
const HOUSE_INTERVAL: Duration = Duration::from_secs(60);
/// Seconds without a request after which an account leaves the memory.
const IDLE_SECONDS: i64 = 600;
/// How long the end waits for requests whose connections are gone.
const IN_FLIGHT_TIMEOUT: Duration = Duration::from_secs(10);

impl Keygate {
    /// The service over this store and trail.
    ///
    /// # Errors
    /// The store can not be read.
    pub(crate) fn assemble(
        store: Arc<dyn Store>,
        keys: KeyRing,
        trail: Trail,
        partition: Partition,
        quotas: BTreeMap<Quota, u32>,
    ) -> Result<Self, StartError> {
        let facts =
            UseFacts::load(store.as_ref(), clock::now()).map_err(|error| StartError(error.to_string()))?;
        let (keys, trail) = (Arc::new(keys), Arc::new(trail));
        let node = Node::open(Arc::clone(&store), partition, quotas);
        let node = Arc::new(node.map_err(|error| StartError(error.to_string()))?);
        let names = SERVICES.iter().flat_map(|service| {
            let source = event_source(service.endpoint_prefix);
            service.operations.iter().map(move |operation| (source, operation.name))
        });
        Ok(Self {
            authenticator: Authenticator::new(Arc::clone(&node), Arc::clone(&keys)),
            facts: Arc::new(facts),
            outbox: Arc::new(Outbox::new(store, Arc::clone(&trail))),
            metrics: Arc::new(Metrics::new(VERSION, names)),
            table: Table::new(operations()),
            in_flight: InFlight::default(),
            limits: Limits::DEFAULT,
            endpoint: OnceLock::new(),
            node,
            keys,
            trail,
        })
    }

    /// Lets the hand-chosen root keys of this account be found.
    pub(crate) fn know_root_keys(&self, account: AccountId) -> Result<(), StartError> {
        let tree = self.node.account(account).map_err(|error| StartError(error.to_string()))?;
        for key in tree.iter().flat_map(|account| &account.settings().root_keys) {
            self.authenticator.know_key(&key.id, account);
        }
        Ok(())
    }

    /// Saves facts of use and drops idle accounts from memory, until the server stops.
    async fn keep_house(self: Arc<Self>) {
        loop {
            tokio::time::sleep(HOUSE_INTERVAL).await;
            self.save_facts().await;
            self.facts.prune(clock::now());
            self.node.forget_idle(clock::now().plus_seconds(-IDLE_SECONDS).millis());
        }
    }

    async fn save_facts(&self) {
        let unsaved = self.facts.take_unsaved();
        if unsaved.is_empty() {
            return;
        }
        if let Err(error) = self.node.store().put_facts(unsaved.clone()).await {
            tracing::warn!(%error, "facts of use can not be saved");
            self.facts.put_back(unsaved);
        }
    }

    /// Everything that is known on its way is where it belongs: for readers of the trail, and before the end.
    pub async fn settle(&self) -> Result<(), String> {
        self.outbox.drain().await?;
        let trail = Arc::clone(&self.trail);
        let flushed = tokio::task::spawn_blocking(move || trail.flush()).await;
        flushed.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }
}

/// `iam.amazonaws.com` for `iam`: as metrics and audit records name a service.
pub(crate) fn event_source(endpoint_prefix: &str) -> &'static str {
    match endpoint_prefix {
        "iam" => "iam.amazonaws.com",
        "sts" => "sts.amazonaws.com",
        "organizations" => "organizations.amazonaws.com",
        "access-analyzer" => "access-analyzer.amazonaws.com",
        "cloudtrail" => "cloudtrail.amazonaws.com",
        "iam-toolbox" => "iam-toolbox.amazonaws.com",
        _ => "unknown",
    }
}

/// What a person is told once the server really answers.
#[derive(Debug, Clone)]
pub struct Banner {
    /// `http://127.0.0.1:8474`
    pub endpoint: String,
    /// The first account.
    pub account: AccountId,
    /// The file with its root key.
    pub credentials: PathBuf,
    /// `sqlite ./keygate-data/keygate.db`
    pub store: String,
}

/// A server that runs: what operators ask.
struct Running {
    keygate: Arc<Keygate>,
    banner: Banner,
    admin_endpoint: Option<String>,
    region: String,
    readiness: Readiness,
    started: Instant,
}

/// Runs a server with these settings until the process is asked to stop (SIGTERM, SIGINT).
///
/// # Errors
/// It could not start; nothing listens then.
pub async fn run(settings: Settings, on_ready: impl FnOnce(&Banner)) -> Result<(), StartError> {
    let data = &settings.data_dir;
    bootstrap::make_folder(data)?;
    let keys = bootstrap::key_ring(data, &settings.master_key)?;
    let store = bootstrap::open_store(data)?;
    let trail = open_trail(data)?;
    let partition = bootstrap::partition_of(&settings.region);
    bootstrap::check_store(store.as_ref(), &keys, partition)?;
    let keygate = Keygate::assemble(Arc::clone(&store), keys, trail, partition, settings.quotas.clone())?;
    if let Some(path) = &settings.role_templates {
        keygate.node.define(role_templates(path)?);
    }
    let (id, root) = (settings.account_id, settings.root_key.as_ref());
    let account = bootstrap::first_account(&keygate.node, &keygate.keys, data, id, root)?;
    keygate.know_root_keys(account)?;
    let keygate = Arc::new(keygate);

    let tls = settings.tls.as_ref().map(crate::tls::load).transpose();
    let tls = tls.map_err(|error| StartError(with_causes(&error)))?;
    let bound = |address| move |error| StartError(format!("{address} can not be listened on: {error}"));
    let listener =
        Listener::bind(settings.listen, tls, settings.limits).await.map_err(bound(settings.listen))?;
    let admin = match settings.admin_listen {
        Some(address) => Some(Listener::bind(address, None, settings.limits).await.map_err(bound(address))?),
        None => None,
    };
    let operators = OperatorListener::bind(data).await.map_err(|error| {
        StartError(format!(
            "the operator socket {} can not be made: {error}",
            data.operator_socket().display()
        ))
    })?;

    if let Some(url) = settings.public_url.clone().or_else(|| listener.reached_at()) {
        // Nobody else sets it: this happens once.
        let _ = keygate.endpoint.set(url);
    }
    let readiness = Readiness::default();
    let running = Arc::new(Running {
        banner: Banner {
            endpoint: listener.url(),
            account,
            credentials: data.root_credentials(),
            store: format!("sqlite {}", data.database().display()),
        },
        admin_endpoint: admin.as_ref().map(Listener::url),
        region: settings.region.clone(),
        readiness: readiness.clone(),
        started: clock::instant(),
        keygate: Arc::clone(&keygate),
    });
    let outbox = tokio::spawn(Arc::clone(&keygate.outbox).run());
    let housekeeping = tokio::spawn(Arc::clone(&keygate).keep_house());
    let (stop, stopping) = watch::channel(false);
    let stopped = |mut stopping: watch::Receiver<bool>| async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    let connections = keygate.metrics.connections().clone();
    let serving = tokio::spawn(listener.serve(
        Arc::new(Service::new(Arc::clone(&keygate))),
        readiness.clone(),
        connections,
        stopped(stopping.clone()),
    ));
    let operating = tokio::spawn(operators.serve(Arc::clone(&running), stopped(stopping.clone())));
    let administering = admin.map(|admin| {
        let pages = Admin::new(Arc::clone(&keygate.metrics), Arc::clone(&running));
        let uncounted = ConnectionMetrics::default();
        tokio::spawn(admin.serve(Arc::new(pages), readiness.clone(), uncounted, stopped(stopping)))
    });
    let signals = Signals::install()?;
    readiness.set(true);
    on_ready(&running.banner);

    signals.wait().await;
    readiness.set(false);
    stop.send_replace(true);
    if let Ok(drained) = serving.await
        && drained.cut_off > 0
    {
        tracing::warn!(connections = drained.cut_off, "requests took too long to end and were cut off");
    }
    let _ = operating.await;
    if let Some(administering) = administering {
        let _ = administering.await;
    }
    outbox.abort();
    housekeeping.abort();
    keygate.finish().await;
    Ok(())
}

/// An error and everything behind it.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

fn open_trail(data: &DataDir) -> Result<Trail, StartError> {
    let opened = Trail::open(data.trail(), keygate_trail::Options::default());
    let (trail, findings) = opened.map_err(|error| StartError(format!("the audit trail: {error}")))?;
    for finding in findings {
        tracing::warn!(%finding, "the audit trail");
    }
    Ok(trail)
}

/// The signals that end the server. Installed before anybody is told that it runs.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn install() -> Result<Self, StartError> {
        let handler =
            |kind| signal(kind).map_err(|error| StartError(format!("signals can not be handled: {error}")));
        Ok(Self {
            interrupt: handler(SignalKind::interrupt())?,
            terminate: handler(SignalKind::terminate())?,
        })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

impl Keygate {
    /// The last things: everything that is on its way is written, then the files are closed.
    async fn finish(self: Arc<Self>) {
        self.in_flight.wait(IN_FLIGHT_TIMEOUT).await;
        self.save_facts().await;
        if let Err(error) = self.settle().await {
            tracing::error!(error, "audit records wait for the next start");
        }
        let closed = tokio::task::spawn_blocking(move || {
            if let Err(error) = self.trail.close() {
                tracing::error!(%error, "the audit trail was not closed well");
            }
            if let Err(error) = self.node.store().close() {
                tracing::error!(%error, "the store was not closed well");
            }
        });
        let _ = closed.await;
    }
}

impl Operator for Running {
    fn create_account(&self, name: &str, id: Option<AccountId>) -> Result<NewAccount, OperatorError> {
        let made = bootstrap::another_account(&self.keygate.node, &self.keygate.keys, name, id);
        let made = made.map_err(|error| OperatorError::Unavailable(error.to_string()))?;
        let name_of = |id: Option<AccountId>| id.map(|id| format!(" {id}")).unwrap_or_default();
        let taken = || OperatorError::Exists(format!("there is an account{} already", name_of(id)));
        let root = made.ok_or_else(taken)?;
        // The record of the creation is in the store; the trail need not wait for the next write.
        self.keygate.outbox.wake();
        Ok(NewAccount { id: root.account, access_key_id: root.key.to_string(), secret: root.secret })
    }

    fn accounts(&self) -> Result<Vec<AccountLine>, OperatorError> {
        let unavailable = |error: keygate_state::Unavailable| OperatorError::Unavailable(error.to_string());
        let node = &self.keygate.node;
        let mut lines = Vec::new();
        for id in node.account_ids() {
            let Some(account) = node.account(id).map_err(unavailable)? else { continue };
            let settings = account.settings();
            lines.push(AccountLine { id, name: settings.name.clone(), created: settings.created });
        }
        Ok(lines)
    }

    fn status(&self) -> Result<Status, OperatorError> {
        let ids = self.keygate.node.account_ids();
        Ok(Status {
            version: VERSION.to_owned(),
            endpoint: self.banner.endpoint.clone(),
            admin_endpoint: self.admin_endpoint.clone(),
            account: self.banner.account,
            region: self.region.clone(),
            credentials: self.banner.credentials.clone(),
            store: self.banner.store.clone(),
            ready: self.readiness.is_ready(),
            uptime_seconds: self.started.elapsed().as_secs(),
            accounts_loaded: self.keygate.node.loaded(),
            accounts: ids.len(),
        })
    }

    fn delegation_token(&self, id: &str) -> Result<DelegationToken, OperatorError> {
        let missing = |what: &str| OperatorError::Missing(format!("the delegation request {id} {what}"));
        let unavailable = |error: keygate_state::Unavailable| OperatorError::Unavailable(error.to_string());
        let key: UniqueId = id.parse().map_err(|_| missing("does not exist"))?;
        let look = |account| -> Result<Option<Arc<DelegationRequest>>, OperatorError> {
            let tree = self.keygate.node.account(account).map_err(unavailable)?;
            Ok(tree.and_then(|tree| tree.delegation_requests.get(&key).cloned()))
        };
        let home = key.account().ok_or_else(|| missing("does not exist"))?;
        let left = look(home)?.ok_or_else(|| missing("does not exist"))?;
        let request = match left.moved_to {
            Some(holder) => look(holder)?.ok_or_else(|| missing("does not exist"))?,
            None => left,
        };
        let ends = request.session_ends().ok_or_else(|| missing("has no token: it was not sent"))?;
        if ends <= clock::now() {
            return Err(missing("has no token any more: the delegated time is over"));
        }
        let token = ExchangeToken { request: key.clone() };
        let token = token.seal(&self.keygate.keys, &mut clock::SystemEntropy);
        let token = token.map_err(|error| OperatorError::Unavailable(error.to_string()))?;
        Ok(DelegationToken {
            delegation_request_id: key.to_string(),
            requestor_id: request.requestor,
            notification_channel: request.terms.channel.clone(),
            trade_in_token: Secret::new(token),
            expiration: ends,
        })
    }

    fn trail(&self) -> &Trail {
        &self.keygate.trail
    }

    async fn settle(&self) {
        if let Err(error) = self.keygate.settle().await {
            tracing::warn!(error, "audit records are late");
        }
    }

    fn gauges(&self) -> Gauges {
        Gauges {
            accounts_loaded: self.keygate.node.loaded(),
            audit_queue: self.keygate.outbox.waiting(),
            ready: self.readiness.is_ready(),
        }
    }
}

/// The role templates in this file.
fn role_templates(path: &Path) -> Result<RoleTemplates, StartError> {
    let problem = |error: String| StartError(format!("the role templates {}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
    RoleTemplates::parse(&text).map_err(|error| problem(error.to_string()))
}

/// Every operation that is implemented.
pub fn operations() -> Vec<keygate_operation::Entry> {
    keygate_service_iam::operations().into_iter().chain(keygate_service_sts::operations()).collect()
}

/// The pipeline behind a listener.
struct Service(Arc<Keygate>);

impl Service {
    fn new(keygate: Arc<Keygate>) -> Self {
        Self(keygate)
    }
}

impl Handler for Service {
    async fn handle(&self, request: Request) -> Response<Bytes> {
        let keygate = &self.0;
        let endpoint = keygate.endpoint.get().map(String::as_str);
        match web_identity::answer(keygate.node.as_ref(), endpoint, &request) {
            Some(document) => document,
            None => keygate.answer(request).await,
        }
    }
}

/// Writes that have not ended, whatever became of their connections.
#[derive(Clone, Default)]
pub(crate) struct InFlight(Arc<(AtomicUsize, Notify)>);

/// One of them.
pub(crate) struct UnderWay(InFlight);

impl InFlight {
    pub(crate) fn enter(&self) -> UnderWay {
        self.0.0.fetch_add(1, Ordering::AcqRel);
        UnderWay(self.clone())
    }

    async fn wait(&self, timeout: Duration) {
        let (count, ended) = &*self.0;
        let all = async {
            loop {
                let next = ended.notified();
                if count.load(Ordering::Acquire) == 0 {
                    return;
                }
                next.await;
            }
        };
        if tokio::time::timeout(timeout, all).await.is_err() {
            tracing::warn!(requests = count.load(Ordering::Acquire), "requests had not ended");
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let (count, ended) = &*self.0.0;
        if count.fetch_sub(1, Ordering::AcqRel) == 1 {
            ended.notify_waiters();
        }
    }
}
