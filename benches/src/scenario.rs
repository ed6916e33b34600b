//! What is asked of a server: an account with one user and one role, and four kinds of signed requests.

use std::net::SocketAddr;

use keygate_testkit::{Client, Credentials, Query, Response};

use crate::Failure;

/// The user who asks.
const USER: &str = "bench";
/// The role that the user assumes.
const ROLE: &str = "bench-role";

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    GetCallerIdentity,
    AssumeRole,
    GetUser,
    CreateUser,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] =
        [Self::GetCallerIdentity, Self::AssumeRole, Self::GetUser, Self::CreateUser];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::GetCallerIdentity => "GetCallerIdentity",
            Self::AssumeRole => "AssumeRole",
            Self::GetUser => "GetUser",
            Self::CreateUser => "CreateUser",
        }
    }
}

/// An account that is ready to be asked.
pub(crate) struct Scenario {
    address: SocketAddr,
    user: Credentials,
    account: String,
    created: usize,
}

impl Scenario {
    /// Makes the user, its policy and the role, as somebody who may.
    pub(crate) fn prepare(address: SocketAddr, administrator: Credentials) -> Result<Self, Failure> {
        let mut client = Client::new(address, administrator);
        let account = field(&call(&mut client, &Query::sts("GetCallerIdentity"))?, "Account")?;
        call(&mut client, &Query::iam("CreateUser").with("UserName", USER))?;
        let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetUser","iam:CreateUser","sts:AssumeRole"],"Resource":"*"}]}"#;
        let put = Query::iam("PutUserPolicy").with("UserName", USER).with("PolicyName", USER);
        call(&mut client, &put.with("PolicyDocument", policy))?;
        let trust = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:root"}},"Action":"sts:AssumeRole"}}]}}"#
        );
        let create = Query::iam("CreateRole").with("RoleName", ROLE);
        call(&mut client, &create.with("AssumeRolePolicyDocument", &trust))?;
        let key = call(&mut client, &Query::iam("CreateAccessKey").with("UserName", USER))?;
        let user = Credentials::new(field(&key, "AccessKeyId")?, field(&key, "SecretAccessKey")?);
        Ok(Self { address, user, account, created: 0 })
    }

    /// This many requests signed by the user. Reads repeat one request, as long as its signature is good;
    /// each CreateUser is another user.
    pub(crate) fn requests(&mut self, kind: Kind, count: usize) -> Result<Vec<Vec<u8>>, Failure> {
        let client = Client::new(self.address, self.user.clone());
        let mut requests = Vec::with_capacity(count);
        for _ in 0..count {
            requests.push(client.sign(&self.query(kind))?);
        }
        Ok(requests)
    }

    /// Asks once, and returns the length of the answer's body.
    pub(crate) fn probe(&mut self, kind: Kind) -> Result<usize, Failure> {
        let mut client = Client::new(self.address, self.user.clone());
        Ok(call(&mut client, &self.query(kind))?.body.len())
    }

    fn query(&mut self, kind: Kind) -> Query {
        match kind {
            Kind::GetCallerIdentity => Query::sts("GetCallerIdentity"),
            Kind::AssumeRole => Query::sts("AssumeRole")
                .with("RoleArn", &format!("arn:aws:iam::{}:role/{ROLE}", self.account))
                .with("RoleSessionName", "bench"),
            Kind::GetUser => Query::iam("GetUser").with("UserName", USER),
            Kind::CreateUser => {
                self.created += 1;
                Query::iam("CreateUser").with("UserName", &format!("user-{:06}", self.created))
            }
        }
    }
}

fn call(client: &mut Client, query: &Query) -> Result<Response, Failure> {
    let answer = client.call(query).and_then(Response::success);
    answer.map_err(|error| format!("{}: {error}", query.body()).into())
}

fn field(response: &Response, name: &str) -> Result<String, Failure> {
    response.field(name).ok_or_else(|| format!("no {name} in {}", response.body).into())
}
