//! Putting a server together, letting it run, and taking it apart in the right order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use keygate_ident::{AccountId, Partition};
use keygate_seal::KeyRing;
use keygate_shapes::SERVICES;
use keygate_state::{Directory, Quota};
use keygate_store::Store;
use keygate_trail::Trail;
use keygate_wire::Limits;

use crate::authenticate::Authenticator;
use crate::bootstrap::{self, StartError};
use crate::facts::UseFacts;
use crate::listener::Handler;
use crate::metrics::Metrics;
use crate::node::Node;
use crate::outbox::Outbox;
use crate::pipeline::Keygate;
use crate::request::Request;
use crate::route::Table;

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

/// Every operation that is implemented.
pub fn operations() -> Vec<keygate_operation::Entry> {
    keygate_service_iam::operations().into_iter().chain(keygate_service_sts::operations()).collect()
}

impl Handler for Keygate {
    async fn handle(&self, request: Request) -> Response<Bytes> {
        self.answer(request).await
    }
}
