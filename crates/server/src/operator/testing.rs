//! A server that is none, for the tests of what talks to one.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use keygate_ident::{AccountId, Timestamp};
use keygate_seal::Secret;
use keygate_trail::{Options, Trail};

use super::{AccountLine, DelegationToken, NewAccount, Operator, OperatorError, Status};
use crate::metrics::Gauges;
use crate::settings::DataDir;

/// Keeps accounts in memory, and a real trail in a folder that goes with it.
pub(crate) struct Fake {
    folder: tempfile::TempDir,
    accounts: Mutex<Vec<AccountLine>>,
    gauges: Mutex<Gauges>,
    trail: Trail,
}

impl Fake {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (trail, _) = Trail::open(folder.path().join("trail"), Options::default()).unwrap();
        Self { folder, accounts: Mutex::default(), gauges: Mutex::default(), trail }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data_dir(&self) -> DataDir {
        DataDir::new(self.path())
    }

    pub(crate) fn set_gauges(&self, gauges: Gauges) {
        *self.gauges.lock().unwrap_or_else(PoisonError::into_inner) = gauges;
    }
}

impl Operator for Fake {
    fn create_account(&self, name: &str, id: Option<AccountId>) -> Result<NewAccount, OperatorError> {
        let mut accounts = self.accounts.lock().unwrap();
        let id = id.unwrap_or_else(|| "111122223333".parse().unwrap());
        if accounts.iter().any(|account| account.id == id) {
            return Err(OperatorError::Exists(format!("there is an account {id} already")));
        }
        accounts.push(AccountLine { id, name: name.to_owned(), created: Timestamp::from_seconds(60) });
        let secret = Secret::new("s3cret/+".to_owned());
        Ok(NewAccount { id, access_key_id: "AKIAEXAMPLE".to_owned(), secret })
    }

    fn accounts(&self) -> Result<Vec<AccountLine>, OperatorError> {
        Ok(self.accounts.lock().unwrap().clone())
    }

    fn status(&self) -> Result<Status, OperatorError> {
        Ok(Status {
            version: "1.2.3".to_owned(),
            endpoint: "http://127.0.0.1:4711".to_owned(),
            admin_endpoint: None,
            account: "111122223333".parse().unwrap(),
            region: "eu-west-1".to_owned(),
            credentials: self.data_dir().root_credentials(),
            store: "memory".to_owned(),
            ready: true,
            uptime_seconds: 7,
            accounts_loaded: 1,
            accounts: self.accounts.lock().unwrap().len(),
        })
    }

    fn delegation_token(&self, id: &str) -> Result<DelegationToken, OperatorError> {
        if id != "ADRAEXAMPLE" {
            return Err(OperatorError::Missing(format!("there is no {id}")));
        }
        Ok(DelegationToken {
            delegation_request_id: id.to_owned(),
            requestor_id: "111122223333".parse().unwrap(),
            notification_channel: "arn:aws:sns:eu-west-1:111122223333:topic".to_owned(),
            trade_in_token: Secret::new("t0ken".to_owned()),
            expiration: Timestamp::from_seconds(60),
        })
    }

    fn trail(&self) -> &Trail {
        &self.trail
    }

    fn gauges(&self) -> Gauges {
        *self.gauges.lock().unwrap()
    }
}
