//! The command line's side of the operator socket.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;

use super::{
    AccountLine, AccountRequest, DelegationToken, Environment, ErrorBody, NewAccount, Status, socket,
};
use crate::events::EventQuery;
use crate::settings::DataDir;

/// A connection to the server that runs on a data folder.
pub struct Client {
    sender: SendRequest<Full<Bytes>>,
}

/// Why a command did not get its answer.
#[derive(Debug)]
pub enum ClientError {
    /// No server runs on this data folder.
    NotRunning(PathBuf),
    /// The socket cannot be opened.
    Socket(PathBuf, io::Error),
    /// The server refuses, and says why.
    Refused(String),
    /// The connection broke, or the server is of another version.
    Broken(Box<dyn std::error::Error + Send + Sync>),
    /// What came could not be passed on.
    Output(io::Error),
}

impl Client {
    /// Connects to the server that runs on this folder.
    ///
    /// # Errors
    /// [`ClientError::NotRunning`] if there is none; [`ClientError::Socket`] if it may not be talked to.
    pub async fn connect(data_dir: &DataDir) -> Result<Self, ClientError> {
        let path = data_dir.operator_socket();
        let stream = socket::connect(&path).await.map_err(|error| not_connected(data_dir, &path, error))?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
        // Its errors reach the request that waits for an answer.
        tokio::spawn(connection);
        Ok(Self { sender })
    }

    /// Makes an account.
    ///
    /// # Errors
    /// The server refuses, or the connection breaks.
    pub async fn create_account(&mut self, request: &AccountRequest) -> Result<NewAccount, ClientError> {
        let body = serde_json::to_vec(request).map_err(broken)?;
        self.ask(Method::POST, "/accounts", body).await
    }

    /// All accounts.
    ///
    /// # Errors
    /// The server refuses, or the connection breaks.
    pub async fn accounts(&mut self) -> Result<Vec<AccountLine>, ClientError> {
        self.ask(Method::GET, "/accounts", Vec::new()).await
    }

    /// How the server is.
    ///
    /// # Errors
    /// The server refuses, or the connection breaks.
    pub async fn status(&mut self) -> Result<Status, ClientError> {
        self.ask(Method::GET, "/status", Vec::new()).await
    }

    /// The token of a delegation request that was sent. The id is part of a path: letters, digits, `_` and `-` only.
    ///
    /// # Errors
    /// The server refuses, or the connection breaks.
    pub async fn delegation_token(&mut self, id: &str) -> Result<DelegationToken, ClientError> {
        self.ask(Method::GET, &format!("/delegation-tokens/{id}"), Vec::new()).await
    }

    /// What a client needs to be the first account's root.
    ///
    /// # Errors
    /// The server refuses, or the connection breaks.
    pub async fn environment(&mut self) -> Result<Environment, ClientError> {
        self.ask(Method::GET, "/env", Vec::new()).await
    }

    /// Hands events to `take` as they come, as JSON lines in pieces that may end anywhere. Returns when there are no
    /// more; when the query follows the trail, that is when the server stops.
    ///
    /// # Errors
    /// The server refuses, the connection breaks, or `take` fails.
    pub async fn events(
        &mut self,
        query: &EventQuery,
        mut take: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), ClientError> {
        let mut body =
            self.send(Method::GET, &format!("/events?{}", query.to_query_string()), Vec::new()).await?;
        while let Some(frame) = body.frame().await {
            if let Ok(piece) = frame.map_err(broken)?.into_data() {
                take(&piece).map_err(ClientError::Output)?;
            }
        }
        Ok(())
    }

    /// `GET` of any path.
    #[cfg(test)]
    pub(super) async fn ask_for_test<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, ClientError> {
        self.ask(Method::GET, path, Vec::new()).await
    }

    async fn ask<T: DeserializeOwned>(
        &mut self,
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> Result<T, ClientError> {
        let body = self.send(method, path, body).await?;
        let body = body.collect().await.map_err(broken)?.to_bytes();
        serde_json::from_slice(&body).map_err(broken)
    }

    async fn send(&mut self, method: Method, path: &str, body: Vec<u8>) -> Result<Incoming, ClientError> {
        let request = Request::builder().method(method).uri(path).header("host", "keygate");
        let request = request.body(Full::new(Bytes::from(body))).map_err(broken)?;
        self.sender.ready().await.map_err(broken)?;
        let response = self.sender.send_request(request).await.map_err(broken)?;
        let (head, body) = response.into_parts();
        if head.status == StatusCode::OK {
            return Ok(body);
        }
        let body = body.collect().await.map_err(broken)?.to_bytes();
        let said: Option<ErrorBody> = serde_json::from_slice(&body).ok();
        Err(ClientError::Refused(said.map_or_else(|| head.status.to_string(), |said| said.message)))
    }
}

fn not_connected(data_dir: &DataDir, path: &Path, error: io::Error) -> ClientError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused | io::ErrorKind::NotADirectory => {
            ClientError::NotRunning(data_dir.path().to_owned())
        }
        _ => ClientError::Socket(path.to_owned(), error),
    }
}

fn broken(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ClientError {
    ClientError::Broken(error.into())
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRunning(path) => write!(f, "no server runs on the data folder {}", path.display()),
            Self::Socket(path, _) => write!(f, "{} can not be opened", path.display()),
            Self::Refused(message) => f.write_str(message),
            Self::Broken(_) => f.write_str("the server did not answer as expected"),
            Self::Output(_) => f.write_str("the answer can not be written"),
        }
    }
}

impl std::error::Error for ClientError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotRunning(_) | Self::Refused(_) => None,
            Self::Socket(_, error) | Self::Output(error) => Some(error),
            Self::Broken(error) => Some(&**error),
        }
    }
}
