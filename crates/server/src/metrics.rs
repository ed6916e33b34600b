//! What is counted, for Prometheus. Labels come from fixed lists only: no request can make a new series.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

/// Seconds; a decision takes microseconds, a commit milliseconds.
const BUCKETS: [f64; 14] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// The label of what no service has.
const OTHER: &str = "other";

/// Everything that is counted.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<OperationLabels, Histogram, Buckets>,
    /// By service and operation. Frozen, so that looking one up takes no lock.
    known: HashMap<&'static str, HashMap<&'static str, Operation>>,
    other: Operation,
    commits: Histogram,
    connections: ConnectionMetrics,
    accounts_loaded: Gauge,
    audit_queue: Gauge,
    ready: Gauge,
}

/// What is read when somebody asks, rather than counted as it happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Accounts in memory.
    pub accounts_loaded: usize,
    /// Audit records that were taken but are not on their final place yet.
    pub audit_queue: usize,
    /// Whether requests are answered.
    pub ready: bool,
}

/// Connections of one listener. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct ConnectionMetrics {
    /// Open now.
    pub(crate) open: Gauge,
    /// Accepted so far.
    pub(crate) accepted: Counter,
    /// Closed at once, because there were too many.
    pub(crate) refused: Counter,
    /// Closed because the client took too long.
    pub(crate) timed_out: Counter,
    /// Requests that the listener answered because they broke a limit.
    pub(crate) over_limit: Counter,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    service: &'static str,
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    service: &'static str,
    operation: &'static str,
}

#[derive(Clone)]
struct Buckets;

impl MetricConstructor<Histogram> for Buckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new(BUCKETS)
    }
}

/// An operation, and its series once one of its requests has ended.
struct Operation {
    labels: OperationLabels,
    series: OnceLock<Series>,
}

struct Series {
    success: Counter,
    denied: Counter,
    unauthenticated: Counter,
    client_error: Counter,
    server_error: Counter,
    duration: Histogram,
}

impl Metrics {
    /// Nothing counted yet. `operations` are the services (`iam.amazonaws.com`) and operations (`CreateUser`) that
    /// get labels of their own.
    pub fn new(version: &str, operations: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        let mut known: HashMap<_, HashMap<_, _>> = HashMap::new();
        for (service, operation) in operations {
            known.entry(service).or_default().insert(operation, Operation::new(service, operation));
        }
        let metrics = Self {
            registry: Registry::with_prefix("keygate"),
            requests: Family::default(),
            durations: Family::new_with_constructor(Buckets),
            known,
            other: Operation::new(OTHER, OTHER),
            commits: Histogram::new(BUCKETS),
            connections: ConnectionMetrics::default(),
            accounts_loaded: Gauge::default(),
            audit_queue: Gauge::default(),
            ready: Gauge::default(),
        };
        metrics.registered(version)
    }

    fn registered(mut self, version: &str) -> Self {
        let r = &mut self.registry;
        r.register("build", "The program", Info::new([("version", version.to_owned())]));
        r.register("requests", "Requests by how they ended", self.requests.clone());
        let durations = self.durations.clone();
        r.register_with_unit(
            "request_duration",
            "From a request's last byte to its answer",
            Unit::Seconds,
            durations,
        );
        r.register_with_unit(
            "commit_duration",
            "Waiting for a write to be durable",
            Unit::Seconds,
            self.commits.clone(),
        );
        let ConnectionMetrics { open, accepted, refused, timed_out, over_limit } = self.connections.clone();
        r.register("connections", "Open connections", open);
        r.register("connections_accepted", "Connections accepted", accepted);
        r.register("connections_refused", "Connections closed because there were too many", refused);
        r.register("connections_timed_out", "Connections closed because the client was too slow", timed_out);
        r.register("requests_over_limit", "Requests refused for their size or slowness", over_limit);
        r.register("accounts_loaded", "Accounts in memory", self.accounts_loaded.clone());
        r.register("audit_queue", "Audit records on their way to the trail", self.audit_queue.clone());
        r.register("ready", "Whether requests are answered", self.ready.clone());
        self
    }

    /// A request has ended: its service (`iam.amazonaws.com`), its operation, the status and error code it was
    /// answered with, and how long that took.
    pub fn observe(
        &self,
        service: &str,
        operation: &str,
        status: u16,
        error_code: Option<&str>,
        took: Duration,
    ) {
        let operation = self.known.get(service).and_then(|operations| operations.get(operation));
        let series = operation.unwrap_or(&self.other).series(self);
        series.outcome(status, error_code).inc();
        series.duration.observe(took.as_secs_f64());
    }

    /// A write has become durable after so long a wait.
    pub fn committed(&self, took: Duration) {
        self.commits.observe(took.as_secs_f64());
    }

    /// The counters of the API's listener.
    pub fn connections(&self) -> &ConnectionMetrics {
        &self.connections
    }

    /// The page that Prometheus reads.
    pub fn page(&self, gauges: Gauges) -> String {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.accounts_loaded.set(number(gauges.accounts_loaded));
        self.audit_queue.set(number(gauges.audit_queue));
        self.ready.set(gauges.ready.into());
        let mut page = String::new();
        if let Err(error) = encode(&mut page, &self.registry) {
            tracing::error!(%error, "metrics can not be written");
        }
        page
    }
}

impl Operation {
    fn new(service: &'static str, operation: &'static str) -> Self {
        Self { labels: OperationLabels { service, operation }, series: OnceLock::new() }
    }

    fn series(&self, metrics: &Metrics) -> &Series {
        self.series.get_or_init(|| {
            let OperationLabels { service, operation } = self.labels;
            let counter = |outcome| {
                metrics.requests.get_or_create_owned(&RequestLabels { service, operation, outcome })
            };
            Series {
                success: counter("success"),
                denied: counter("denied"),
                unauthenticated: counter("unauthenticated"),
                client_error: counter("client_error"),
                server_error: counter("server_error"),
                duration: metrics.durations.get_or_create_owned(&self.labels),
            }
        })
    }
}

impl Series {
    fn outcome(&self, status: u16, error_code: Option<&str>) -> &Counter {
        match (status, error_code) {
            (..=399, _) => &self.success,
            (500.., _) => &self.server_error,
            (_, Some("AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation")) => &self.denied,
            // Everything else that AWS answers with 401 or 403 is about the signature, the key or the session.
            (401 | 403, _) => &self.unauthenticated,
            _ => &self.client_error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics() -> Metrics {
        Metrics::new("1.2.3", [("iam.amazonaws.com", "GetUser"), ("sts.amazonaws.com", "AssumeRole")])
    }

    fn value(page: &str, series: &str) -> Option<String> {
        page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ').map(str::to_owned))
    }

    #[test]
    fn requests_are_counted_by_how_they_ended() {
        let metrics = metrics();
        let took = Duration::from_micros(80);
        for (status, code, times) in [
            (200, None, 5),
            (403, Some("AccessDenied"), 4),
            (403, Some("SignatureDoesNotMatch"), 3),
            (404, Some("NoSuchEntity"), 2),
            (503, Some("ServiceUnavailable"), 1),
        ] {
            for _ in 0..times {
                metrics.observe("iam.amazonaws.com", "GetUser", status, code, took);
            }
        }
        let page = metrics.page(Gauges::default());
        for (outcome, count) in [
            ("success", "5"),
            ("denied", "4"),
            ("unauthenticated", "3"),
            ("client_error", "2"),
            ("server_error", "1"),
        ] {
            let labels = r#"service="iam.amazonaws.com",operation="GetUser""#;
            let series = format!(r#"keygate_requests_total{{{labels},outcome="{outcome}"}}"#);
            assert_eq!(value(&page, &series).as_deref(), Some(count), "{page}");
        }
        let labels = r#"le="0.0001",service="iam.amazonaws.com",operation="GetUser""#;
        let bucket = format!("keygate_request_duration_seconds_bucket{{{labels}}}");
        assert_eq!(value(&page, &bucket).as_deref(), Some("15"), "{page}");
        assert!(!page.contains("AssumeRole"), "a series appears with its first request");
    }

    #[test]
    fn unknown_operations_make_no_new_series() {
        let metrics = metrics();
        let lines = |metrics: &Metrics| metrics.page(Gauges::default()).lines().count();
        metrics.observe("iam.amazonaws.com", "Evil0", 400, None, Duration::ZERO);
        let before = lines(&metrics);
        for number in 1..100 {
            metrics.observe("iam.amazonaws.com", &format!("Evil{number}"), 400, None, Duration::ZERO);
            metrics.observe(&format!("evil{number}"), "GetUser", 400, None, Duration::ZERO);
        }
        assert_eq!(lines(&metrics), before);
        let series = r#"keygate_requests_total{service="other",operation="other",outcome="client_error"}"#;
        assert_eq!(value(&metrics.page(Gauges::default()), series).as_deref(), Some("199"));
    }

    #[test]
    fn gauges_connections_and_commits() {
        let metrics = metrics();
        metrics.connections().clone().open.inc();
        metrics.committed(Duration::from_millis(3));
        let page = metrics.page(Gauges { accounts_loaded: 7, audit_queue: 9, ready: true });
        for (series, expected) in [
            ("keygate_accounts_loaded", "7"),
            ("keygate_audit_queue", "9"),
            ("keygate_ready", "1"),
            ("keygate_connections", "1"),
            ("keygate_connections_accepted_total", "0"),
            ("keygate_commit_duration_seconds_count", "1"),
            (r#"keygate_build_info{version="1.2.3"}"#, "1"),
        ] {
            assert_eq!(value(&page, series).as_deref(), Some(expected), "{series}\n{page}");
        }
        assert!(page.ends_with("# EOF\n"));
    }
}
