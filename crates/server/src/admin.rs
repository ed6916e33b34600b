//! The admin listener: metrics for Prometheus, and the probes again, on an address of their own.

use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Response, StatusCode};

use crate::listener::Handler;
use crate::metrics::Metrics;
use crate::operator::Operator;
use crate::request::Request;

/// What `prometheus-client` writes.
const PAGE_TYPE: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// Answers `GET /metrics`; to be served by a [`crate::listener::Listener`], which answers `/health` and `/ready`.
pub struct Admin<O> {
    metrics: Arc<Metrics>,
    operator: Arc<O>,
}

impl<O: Operator> Admin<O> {
    /// The metrics of this server.
    pub fn new(metrics: Arc<Metrics>, operator: Arc<O>) -> Self {
        Self { metrics, operator }
    }
}

impl<O: Operator> Handler for Admin<O> {
    async fn handle(&self, request: Request) -> Response<Bytes> {
        let is_read = request.method == Method::GET || request.method == Method::HEAD;
        if request.uri.path() != "/metrics" {
            return plain(StatusCode::NOT_FOUND, "here are /metrics, /health and /ready\n");
        }
        if !is_read {
            return plain(StatusCode::METHOD_NOT_ALLOWED, "only GET\n");
        }
        let mut response = Response::new(Bytes::from(self.metrics.page(self.operator.gauges())));
        response.headers_mut().insert(CONTENT_TYPE, PAGE_TYPE);
        response
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Uri};
    use keygate_ident::Timestamp;

    use super::*;
    use crate::metrics::Gauges;
    use crate::operator::testing::Fake;

    async fn get(method: Method, path: &'static str) -> (u16, String) {
        let operator = Fake::new();
        operator.set_gauges(Gauges { accounts_loaded: 3, audit_queue: 0, ready: true });
        let admin = Admin::new(Arc::new(Metrics::new("1", [])), Arc::new(operator));
        let request = Request {
            method,
            uri: Uri::from_static(path),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            peer: [127, 0, 0, 1].into(),
            tls: None,
            arrived: Timestamp::default(),
        };
        let response = admin.handle(request).await;
        (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
    }

    #[tokio::test]
    async fn metrics_and_nothing_else() {
        let (status, page) = get(Method::GET, "/metrics").await;
        assert_eq!(status, 200);
        assert!(
            page.contains("\nkeygate_accounts_loaded 3\n") && page.contains("\nkeygate_ready 1\n"),
            "{page}"
        );
        assert_eq!(get(Method::POST, "/metrics").await.0, 405);
        assert_eq!(get(Method::GET, "/").await.0, 404);
    }
}
