//! The format of decision cases, read by hand. Unknown members are refused; absent ones and `null` mean "none".

use crate::context::Context;
use crate::document::{Document, Kind};
use crate::json::Json;

/// Everything that has a say in one request.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) caller: Caller,
    pub(crate) action: String,
    pub(crate) resource: String,
    /// The account that owns the resource, if it is known (rules 40, 41).
    pub(crate) owner: Option<String>,
    pub(crate) context: Context,
    pub(crate) special: Special,
    /// A grant on the KMS key names the caller and the operation (rule 237).
    pub(crate) grant: bool,
    pub(crate) identity: Vec<Read>,
    pub(crate) boundary: Option<Read>,
    pub(crate) session: Vec<Read>,
    pub(crate) scps: Vec<Vec<Read>>,
    pub(crate) rcps: Vec<Vec<Read>>,
    pub(crate) resource_policy: Option<Read>,
    pub(crate) endpoint: Vec<Read>,
}

/// A policy; the error says why it cannot be understood.
pub(crate) type Read = Result<Document, String>;

/// Resources whose own policy must allow, and those that nobody may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Special {
    No,
    /// A role that is to be assumed (rule 29).
    Trust,
    /// A KMS key (rule 30).
    Key,
    /// Something of AWS's, and the action would change it (rule 31).
    AwsOwned,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallerKind {
    Root,
    User,
    Session,
    Federated,
    Service,
    Anonymous,
    WebIdentity,
    Saml,
}

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) kind: CallerKind,
    /// Its ARN, or the name of the service; empty for callers without a name.
    pub(crate) name: String,
    /// For sessions the ARN of the role with its path; for federated users that of the IAM user.
    pub(crate) issuer: Option<String>,
    pub(crate) account: Option<String>,
    /// AIDA… of the user, AROA… of the role.
    pub(crate) unique_id: Option<String>,
    pub(crate) provider: Option<String>,
    /// The S3 canonical id of its account (rule 185).
    pub(crate) canonical_user: Option<String>,
}

impl Caller {
    /// Root, users and sessions belong to an account.
    pub(crate) fn has_account(&self) -> bool {
        self.account.is_some()
    }

    /// A session of a service-linked role (rule 211).
    pub(crate) fn is_service_linked(&self) -> bool {
        let issuer = self.issuer.as_deref().unwrap_or_default();
        self.kind == CallerKind::Session && issuer.contains(":role/aws-service-role/")
    }
}

/// An object whose members are taken out one by one; what is left is unknown.
struct Object {
    members: Vec<(String, Json)>,
}

impl Object {
    fn of(json: Json, what: &str) -> Result<Self, String> {
        match json {
            Json::Object(members) => Ok(Self { members }),
            _ => Err(format!("{what} is no object")),
        }
    }

    fn take(&mut self, name: &str) -> Json {
        match self.members.iter().position(|(key, _)| key == name) {
            Some(at) => self.members.remove(at).1,
            None => Json::Null,
        }
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.take(name) {
            Json::Null => Ok(None),
            Json::Text(text) => Ok(Some(text)),
            _ => Err(format!("`{name}` is no text")),
        }
    }

    fn list(&mut self, name: &str) -> Result<Vec<Json>, String> {
        match self.take(name) {
            Json::Null => Ok(Vec::new()),
            Json::List(items) => Ok(items),
            _ => Err(format!("`{name}` is no list")),
        }
    }

    fn end(self) -> Result<(), String> {
        match self.members.first() {
            Some((name, _)) => Err(format!("unknown member `{name}`")),
            None => Ok(()),
        }
    }
}

impl Case {
    pub(crate) fn read(line: &str) -> Result<Self, String> {
        let mut case = Object::of(Json::read(line)?, "the case")?;
        let id = case.text("id")?.unwrap_or_default();
        for ignored in ["rules", "expected", "decidedBy"] {
            case.take(ignored);
        }
        let mut request = Object::of(case.take("request"), "`request`")?;
        let action = request.text("action")?.ok_or("no action")?;
        let mut resource = Object::of(request.take("resource"), "`resource`")?;
        let arn = resource.text("arn")?.ok_or("no resource ARN")?;
        let grant = match resource.take("kmsGrant") {
            Json::Null => false,
            flag => flag.flag().ok_or("`kmsGrant` is no truth value")?,
        };
        let owner = resource.text("accountId")?.or_else(|| account_in(&arn));
        resource.end()?;
        if owner.as_deref().is_some_and(|owner| !is_account(owner)) {
            return Err("`accountId` is no account".to_owned());
        }
        let mut context = Context::read(request.take("context"))?;
        let principal = request.take("principal");
        let mut caller = caller(principal, request.text("principalRoleArn")?)?;
        caller.canonical_user = request.text("principalCanonicalUser")?;
        if caller.canonical_user.is_some() && !caller.has_account() {
            return Err("only callers of an account have a canonical id".to_owned());
        }
        request.end()?;
        caller.unique_id = unique_id(&caller, &context);
        derive(&mut context, &caller, owner.as_deref());
        let special = special(&action, &arn);
        let resource_kind = if special == Special::Trust { Kind::Trust } else { Kind::Resource };
        let read = Self {
            id,
            action,
            resource: arn,
            owner,
            context,
            special,
            grant,
            caller,
            identity: policies(case.list("identityPolicies")?, Kind::Identity)?,
            boundary: one(case.take("permissionsBoundary"), Kind::Boundary)?,
            session: policies(case.list("sessionPolicies")?, Kind::Session)?,
            scps: levels(case.list("scps")?, Kind::Scp)?,
            rcps: levels(case.list("rcps")?, Kind::Rcp)?,
            resource_policy: one(case.take("resourcePolicy"), resource_kind)?,
            endpoint: policies(case.list("vpcEndpointPolicies")?, Kind::Endpoint)?,
        };
        case.end()?;
        Ok(read)
    }
}

fn one(json: Json, kind: Kind) -> Result<Option<Read>, String> {
    if json == Json::Null { Ok(None) } else { policy(json, kind).map(Some) }
}

fn policies(list: Vec<Json>, kind: Kind) -> Result<Vec<Read>, String> {
    list.into_iter().map(|json| policy(json, kind)).collect()
}

fn levels(list: Vec<Json>, kind: Kind) -> Result<Vec<Vec<Read>>, String> {
    let mut levels = Vec::new();
    for json in list {
        let mut level = Object::of(json, "a level")?;
        level.text("level")?;
        levels.push(policies(level.list("policies")?, kind)?);
        level.end()?;
    }
    Ok(levels)
}

fn policy(json: Json, kind: Kind) -> Result<Read, String> {
    let mut policy = Object::of(json, "a policy")?;
    policy.text("name")?;
    let document = match policy.take("document") {
        Json::Text(text) => Json::read(&text).and_then(|json| Document::read(&json, kind)),
        json => Document::read(&json, kind),
    };
    policy.end()?;
    Ok(document)
}

/// The fields of an ARN, if it has six.
pub(crate) fn fields(arn: &str) -> Option<Vec<String>> {
    let fields: Vec<String> = arn.splitn(6, ':').map(str::to_owned).collect();
    (fields.len() == 6).then_some(fields)
}

/// The account in an ARN, where there is one.
fn account_in(arn: &str) -> Option<String> {
    let account = fields(arn)?.get(4)?.clone();
    is_account(&account).then_some(account)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.chars().all(|c| c.is_ascii_digit())
}

fn caller(principal: Json, role_arn: Option<String>) -> Result<Caller, String> {
    let mut caller = Caller {
        kind: CallerKind::Anonymous,
        name: String::new(),
        issuer: None,
        account: None,
        unique_id: None,
        provider: None,
        canonical_user: None,
    };
    match principal {
        Json::Text(name) => {
            caller.name = name.clone();
            match fields(&name) {
                Some(_) => named(&mut caller, role_arn)?,
                None if name.contains('.') && !name.contains([':', '/', ' ']) => {
                    caller.kind = CallerKind::Service
                }
                None => return Err(format!("`{name}` cannot ask")),
            }
        }
        json => {
            let mut object = Object::of(json, "`principal`")?;
            caller.kind = match object.text("type")?.as_deref() {
                Some("Anonymous") => CallerKind::Anonymous,
                Some("WebIdentity") => CallerKind::WebIdentity,
                Some("Saml") => CallerKind::Saml,
                _ => return Err("unknown type of principal".to_owned()),
            };
            caller.provider = object.text("provider")?;
            object.end()?;
        }
    }
    Ok(caller)
}

fn named(caller: &mut Caller, role_arn: Option<String>) -> Result<(), String> {
    let arn = fields(&caller.name).unwrap_or_default();
    let [arn, partition, service, _, account, resource] = arn.as_slice() else {
        return Err("no ARN".to_owned());
    };
    if arn != "arn" || !is_account(account) {
        return Err(format!("`{}` cannot ask", caller.name));
    }
    caller.account = Some(account.clone());
    let parts: Vec<&str> = resource.split('/').collect();
    caller.kind = match (service.as_str(), parts.as_slice()) {
        ("iam", ["root"]) => CallerKind::Root,
        ("iam", ["user", _, ..]) => CallerKind::User,
        ("iam", ["role", _, ..]) => {
            caller.issuer = Some(caller.name.clone());
            CallerKind::Session
        }
        ("sts", ["assumed-role", role, _, ..]) => {
            let without_path = format!("arn:{partition}:iam::{account}:role/{role}");
            caller.issuer = Some(role_arn.unwrap_or(without_path));
            CallerKind::Session
        }
        ("sts", ["federated-user", _]) => {
            caller.issuer = role_arn;
            CallerKind::Federated
        }
        _ => return Err(format!("`{}` cannot ask", caller.name)),
    };
    Ok(())
}

/// What stands in `aws:userid` before a colon (rule 173).
fn unique_id(caller: &Caller, context: &Context) -> Option<String> {
    let user_id = context.single("aws:userid")?;
    match caller.kind {
        CallerKind::User => Some(user_id),
        CallerKind::Session => user_id.split_once(':').map(|(id, _)| id.to_owned()),
        _ => None,
    }
}

/// Keys that follow from caller and resource (rules 173, 213-215, 222, 225).
fn derive(context: &mut Context, caller: &Caller, owner: Option<&str>) {
    let last = caller.name.rsplit('/').next().unwrap_or_default().to_owned();
    let account = caller.account.clone().unwrap_or_default();
    let session = |id: &String| format!("{id}:{last}");
    let (principal_type, principal_arn, user_id) = match caller.kind {
        CallerKind::Root => (Some("Account"), Some(caller.name.clone()), Some(account.clone())),
        CallerKind::User => (Some("User"), Some(caller.name.clone()), caller.unique_id.clone()),
        CallerKind::Session => {
            (Some("AssumedRole"), caller.issuer.clone(), caller.unique_id.as_ref().map(session))
        }
        CallerKind::Federated => {
            (Some("FederatedUser"), Some(caller.name.clone()), Some(format!("{account}:{last}")))
        }
        CallerKind::Anonymous => (Some("Anonymous"), None, Some("anonymous".to_owned())),
        CallerKind::Service | CallerKind::WebIdentity | CallerKind::Saml => (None, None, None),
    };
    let is_service = caller.kind == CallerKind::Service;
    let is_signed = caller.has_account() || is_service;
    let mut add = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            context.add_if_absent(key, value);
        }
    };
    add("aws:PrincipalType", principal_type.map(str::to_owned));
    add("aws:PrincipalArn", principal_arn);
    add("aws:userid", user_id);
    add("aws:username", (caller.kind == CallerKind::User).then(|| last.clone()));
    add("aws:PrincipalIsAWSService", is_signed.then(|| is_service.to_string()));
    add("aws:PrincipalServiceName", is_service.then(|| caller.name.clone()));
    let anonymous = (caller.kind == CallerKind::Anonymous).then(|| "anonymous".to_owned());
    add("aws:PrincipalAccount", caller.account.clone().or(anonymous));
    add("aws:ResourceAccount", owner.map(str::to_owned));
}

/// Which rule the resource follows (rules 29-31).
fn special(action: &str, arn: &str) -> Special {
    let action = action.to_ascii_lowercase();
    let Some(arn) = fields(arn) else { return Special::No };
    let [_, _, vendor, _, account, resource] = arn.as_slice() else { return Special::No };
    let name = action.split(':').nth(1).unwrap_or_default();
    // Reading, passing (rule 210), and the tasks made for service-linked roles (rule 211) change nothing here.
    let leaves = ["get", "list", "describe", "generate", "simulate", "passrole"];
    let own = ["createservicelinkedrole", "deleteservicelinkedrole"];
    let changes = !leaves.iter().chain(&own).any(|word| name.starts_with(word));
    let path = resource.split_once('/').map(|(_, path)| path).unwrap_or_default();
    let linked = resource.starts_with("role/aws-service-role/");
    let of_aws = account == "aws" || path.starts_with("aws-reserved/") || linked;
    match vendor.as_str() {
        "iam" if action.starts_with("sts:") && resource.starts_with("role/") => Special::Trust,
        "iam" if of_aws && changes => Special::AwsOwned,
        "kms" if resource.starts_with("key/") => Special::Key,
        "kms" if resource.starts_with("alias/aws/") && changes => Special::AwsOwned,
        _ => Special::No,
    }
}
