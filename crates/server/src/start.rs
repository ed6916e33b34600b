//! Putting a server together, letting it run, and taking it apart in the right order.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Response;
use keygate_ident::{AccountId, Partition};
use keygate_seal::KeyRing;
use keygate_shapes::SERVICES;
use keygate_state::{Directory, Quota};
use keygate_store::Store;
use keygate_trail::Trail;
use keygate_wire::Limits;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::admin::Admin;
use crate::authenticate::Authenticator;
use crate::bootstrap;
pub use crate::bootstrap::StartError;
use crate::clock;
use crate::facts::UseFacts;
use crate::listener::{Handler, Listener, Readiness};
use crate::metrics::{ConnectionMetrics, Gauges, Metrics};
use crate::node::Node;
use crate::operator::{AccountLine, NewAccount, Operator, OperatorError, OperatorListener, Status};
use crate::outbox::Outbox;
use crate::pipeline::Keygate;
use crate::request::Request;
use crate::route::Table;
use crate::settings::{DataDir, Settings};

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How often facts of use are saved.
const FACTS_INTERVAL: Duration = Duration::from_secs(60);

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
        let facts = UseFacts::load(store.as_ref()).map_err(|error| StartError(error.to_string()))?;
        let (keys, trail) = (Arc::new(keys), Arc::new(trail));
        let node = Arc::new(Node::new(Arc::clone(&store), partition, quotas));
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
            limits: Limits::DEFAULT,
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

    /// Saves facts of use until the server stops.
    async fn save_facts_forever(self: Arc<Self>) {
        loop {
            tokio::time::sleep(FACTS_INTERVAL).await;
            self.save_facts().await;
        }
    }

    async fn save_facts(&self) {
        let unsaved = self.facts.take_unsaved();
        if unsaved.is_empty() {
            return;
        }
        if let Err(error) = self.node.store().put_facts(unsaved).await {
            tracing::warn!(%error, "facts of use can not be saved");
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
    let keygate = Keygate::assemble(Arc::clone(&store), keys, trail, partition, settings.quotas.clone())?;
    let (id, root) = (settings.account_id, settings.root_key.as_ref());
    let account = bootstrap::first_account(&keygate.node, &keygate.keys, data, id, root)?;
    keygate.know_root_keys(account)?;
    let keygate = Arc::new(keygate);

    let tls = settings.tls.as_ref().map(crate::tls::load).transpose();
    let tls = tls.map_err(|error| StartError(error.to_string()))?;
    let bound = |address| move |error| StartError(format!("{address} can not be listened on: {error}"));
    let listener = Listener::bind(settings.listen, tls, settings.limits).await.map_err(bound(settings.listen))?;
    let admin = match settings.admin_listen {
        Some(address) => Some(Listener::bind(address, None, settings.limits).await.map_err(bound(address))?),
        None => None,
    };
    let operators = OperatorListener::bind(data).await.map_err(|error| {
        StartError(format!("the operator socket {} can not be made: {error}", data.operator_socket().display()))
    })?;

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
    let facts = tokio::spawn(Arc::clone(&keygate).save_facts_forever());
    let (stop, stopping) = watch::channel(false);
    let stopped = |mut stopping: watch::Receiver<bool>| async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    let connections = keygate.metrics.connections().clone();
    let serving = tokio::spawn(listener.serve(
        Arc::clone(&keygate),
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
    readiness.set(true);
    on_ready(&running.banner);

    wait_for_signal().await;
    readiness.set(false);
    stop.send_replace(true);
    let _ = serving.await;
    let _ = operating.await;
    if let Some(administering) = administering {
        let _ = administering.await;
    }
    outbox.abort();
    facts.abort();
    keygate.finish().await;
    Ok(())
}

fn open_trail(data: &DataDir) -> Result<Trail, StartError> {
    let opened = Trail::open(data.trail(), keygate_trail::Options::default());
    let (trail, findings) = opened.map_err(|error| StartError(format!("the audit trail: {error}")))?;
    for finding in findings {
        tracing::warn!(%finding, "the audit trail");
    }
    Ok(trail)
}

async fn wait_for_signal() {
    let interrupt = tokio::signal::ctrl_c();
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => {
            tracing::warn!(%error, "SIGTERM can not be waited for");
            let _ = interrupt.await;
            return;
        }
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}

impl Keygate {
    /// The last things: everything that is on its way is written, then the files are closed.
    async fn finish(self: Arc<Self>) {
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
        let taken = || OperatorError::Exists("there is an account with this id already".to_owned());
        let root = made.ok_or_else(taken)?;
        Ok(NewAccount { id: root.account, access_key_id: root.key.to_string(), secret: root.secret })
    }

    fn accounts(&self) -> Result<Vec<AccountLine>, OperatorError> {
        let unavailable = |error: keygate_state::Unavailable| OperatorError::Unavailable(error.to_string());
        let node = &self.keygate.node;
        let mut lines = Vec::new();
        for id in node.account_ids().map_err(unavailable)? {
            let Some(account) = node.account(id).map_err(unavailable)? else { continue };
            let settings = account.settings();
            lines.push(AccountLine { id, name: settings.name.clone(), created: settings.created });
        }
        Ok(lines)
    }

    fn status(&self) -> Result<Status, OperatorError> {
        let ids = self.keygate.node.account_ids();
        let ids = ids.map_err(|error| OperatorError::Unavailable(error.to_string()))?;
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

    fn trail(&self) -> &Trail {
        &self.keygate.trail
    }

    fn gauges(&self) -> Gauges {
        Gauges {
            accounts_loaded: self.keygate.node.loaded(),
            audit_queue: self.keygate.outbox.waiting(),
            ready: self.readiness.is_ready(),
        }
    }
}

/// Every operation that is implemented.
pub fn operations() -> Vec<keygate_operation::Entry> {
    keygate_service_iam::operations().into_iter().chain(keygate_service_sts::operations()).collect()
}

impl Handler for Keygate {
    async fn handle(&self, request: Request) -> Response<Bytes> {
        self.answer(request).await
    }
}
