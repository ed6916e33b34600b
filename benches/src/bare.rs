//! The upper bound: the same HTTP library as the server's, reading the request and answering a constant.

use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use clap::Args;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::Failure;

/// What it announces itself with; its starter reads the address after it.
const READY: &str = "listening on ";

#[derive(Args)]
pub(crate) struct Settings {
    /// Bytes of the constant body
    #[arg(long, default_value_t = 500)]
    size: usize,
}

/// Serves until it is killed, on a port of the system's choice.
pub(crate) fn serve(settings: &Settings) -> Result<(), Failure> {
    let body = Bytes::from(vec![b'x'; settings.size]);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{READY}{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let body = body.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| answer(request, body.clone()));
                // A client that goes away is no concern of a constant.
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    })
}

async fn answer(request: Request<Incoming>, body: Bytes) -> Result<Response<Full<Bytes>>, Infallible> {
    // Read to its end, as a server that checks the signature must.
    let _ = request.into_body().collect().await;
    let mut response = Response::new(Full::new(body));
    for (name, value) in
        [("content-type", "text/xml"), ("x-amzn-requestid", "00000000-0000-0000-0000-000000000000")]
    {
        response.headers_mut().insert(name, hyper::header::HeaderValue::from_static(value));
    }
    Ok(response)
}

/// A bare handler in another process; dropping it ends it.
pub(crate) struct Bare {
    child: Child,
    address: SocketAddr,
}

impl Bare {
    /// Starts one that answers this many bytes.
    pub(crate) fn start(size: usize) -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["bare", "--size", &size.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let address = line.trim().strip_prefix(READY).and_then(|text| text.parse().ok());
        let address = address.ok_or("the bare handler did not start")?;
        Ok(Self { child, address })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
