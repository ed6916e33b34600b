//! Building blocks of cases.

use serde_json::{Map, Value, json};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const OTHER: &str = "444455556666";
pub(crate) const USER: &str = "arn:aws:iam::111122223333:user/team/ann";
pub(crate) const ROOT: &str = "arn:aws:iam::111122223333:root";
pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/path/app";
pub(crate) const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/app/s1";
pub(crate) const FEDERATED: &str = "arn:aws:sts::111122223333:federated-user/bob";
pub(crate) const OBJECT: &str = "arn:aws:s3:::bucket/key";

/// One case. Begins as user ann who asks for `s3:GetObject` on an object of her own account, without any policy.
#[derive(Clone)]
pub(crate) struct Case {
    about: String,
    rules: Vec<Value>,
    request: Map<String, Value>,
    layers: Map<String, Value>,
    expected: &'static str,
    decided_by: Option<&'static str>,
}

impl Case {
    /// `about` ends up in the id; rules are numbers, or texts like `"185b"`.
    pub(crate) fn new(about: impl Into<String>, rules: &[&str]) -> Self {
        let number = |rule: &&str| rule.parse::<u32>().map_or_else(|_| json!(rule), |number| json!(number));
        let mut case = Self {
            about: about.into(),
            rules: rules.iter().map(number).collect(),
            request: Map::new(),
            layers: Map::new(),
            expected: "",
            decided_by: None,
        };
        case.request.insert("principal".into(), json!(USER));
        case.request.insert("context".into(), json!({}));
        case.asks("s3:GetObject", OBJECT)
    }

    pub(crate) fn about(mut self, more: &str) -> Self {
        self.about = format!("{}-{more}", self.about);
        self
    }

    /// Further rules.
    pub(crate) fn rules(mut self, rules: &[&str]) -> Self {
        self.rules.extend(Self::new("", rules).rules);
        self
    }

    pub(crate) fn principal(mut self, principal: impl Into<Value>) -> Self {
        self.request.insert("principal".into(), principal.into());
        self
    }

    /// A session of [`ROLE`].
    pub(crate) fn session(self) -> Self {
        self.principal(SESSION).issuer(ROLE)
    }

    /// A federated user behind whom stands [`USER`].
    pub(crate) fn federated(self) -> Self {
        self.principal(FEDERATED).issuer(USER)
    }

    pub(crate) fn root(self) -> Self {
        self.principal(ROOT)
    }

    pub(crate) fn anonymous(self) -> Self {
        self.principal(json!({"type": "Anonymous"}))
    }

    pub(crate) fn issuer(mut self, arn: &str) -> Self {
        self.request.insert("principalRoleArn".into(), json!(arn));
        self
    }

    /// The resource belongs to [`ACCOUNT`] unless [`Case::owner`] says otherwise.
    pub(crate) fn asks(mut self, action: &str, arn: &str) -> Self {
        self.request.insert("action".into(), json!(action));
        self.request.insert("resource".into(), json!({"arn": arn, "accountId": ACCOUNT}));
        self
    }

    pub(crate) fn owner(mut self, account: &str) -> Self {
        self.request["resource"]["accountId"] = json!(account);
        self
    }

    /// A KMS grant lets the caller do it.
    pub(crate) fn grant(mut self) -> Self {
        self.request["resource"]["kmsGrant"] = json!(true);
        self
    }

    /// The S3 canonical id of the caller's account.
    pub(crate) fn canonical_user(mut self, id: &str) -> Self {
        self.request.insert("principalCanonicalUser".into(), json!(id));
        self
    }

    pub(crate) fn key(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.request["context"][key] = value.into();
        self
    }

    /// One identity policy with these statements.
    pub(crate) fn identity(self, statements: Value) -> Self {
        self.identity_document(document(statements))
    }

    pub(crate) fn identity_document(mut self, document: Value) -> Self {
        let list = self.layers.entry("identityPolicies").or_insert(json!([]));
        list.as_array_mut().unwrap().push(json!({"document": document}));
        self
    }

    pub(crate) fn boundary(self, statements: Value) -> Self {
        let policy = json!({"document": document(statements)});
        self.layer("permissionsBoundary", policy)
    }

    /// One session policy with these statements.
    pub(crate) fn session_policy(self, statements: Value) -> Self {
        let policy = json!([{"document": document(statements)}]);
        self.layer("sessionPolicies", policy)
    }

    pub(crate) fn resource_policy(self, statements: Value) -> Self {
        let policy = json!({"document": document(statements)});
        self.layer("resourcePolicy", policy)
    }

    pub(crate) fn endpoint(self, statements: Value) -> Self {
        let policy = json!([{"document": document(statements)}]);
        self.layer("vpcEndpointPolicies", policy)
    }

    /// Levels from the root down, each a list of policies, each a list of statements.
    pub(crate) fn scps(self, tree: &[Vec<Value>]) -> Self {
        self.layer("scps", levels(tree))
    }

    pub(crate) fn rcps(self, tree: &[Vec<Value>]) -> Self {
        self.layer("rcps", levels(tree))
    }

    pub(crate) fn layer(mut self, name: &str, value: Value) -> Self {
        self.layers.insert(name.into(), value);
        self
    }

    pub(crate) fn allowed(mut self) -> Self {
        self.expected = "Allowed";
        self
    }

    pub(crate) fn denied(mut self) -> Self {
        self.expected = "Denied";
        self
    }

    pub(crate) fn explicit(mut self, by: &'static str) -> Self {
        (self.expected, self.decided_by) = ("ExplicitlyDenied", Some(by));
        self
    }

    pub(crate) fn implicit(mut self, by: &'static str) -> Self {
        (self.expected, self.decided_by) = ("ImplicitlyDenied", Some(by));
        self
    }

    /// Allowed, or implicitly denied by this layer.
    pub(crate) fn granted_or(self, granted: bool, by: &'static str) -> Self {
        if granted { self.allowed() } else { self.implicit(by) }
    }

    /// Explicitly denied by this layer, or allowed.
    pub(crate) fn forbidden_or(self, forbidden: bool, by: &'static str) -> Self {
        if forbidden { self.explicit(by) } else { self.allowed() }
    }

    /// The case as a line.
    pub(crate) fn line(&self, number: &str) -> String {
        assert!(!self.expected.is_empty(), "{} expects nothing", self.about);
        let about: String = self
            .about
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || "-_.:*?${}/".contains(c) { c } else { '-' })
            .take(90)
            .collect();
        let mut line = Map::new();
        line.insert("id".into(), json!(format!("{number}-{about}")));
        line.insert("rules".into(), json!(self.rules));
        let mut request = self.request.clone();
        if request["context"] == json!({}) {
            request.remove("context");
        }
        line.insert("request".into(), Value::Object(request));
        line.extend(self.layers.clone());
        line.insert("expected".into(), json!(self.expected));
        line.extend(self.decided_by.map(|by| ("decidedBy".to_owned(), json!(by))));
        Value::Object(line).to_string()
    }
}

/// A document of Version 2012-10-17.
pub(crate) fn document(statements: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn levels(tree: &[Vec<Value>]) -> Value {
    let policies = |level: &Vec<Value>| -> Vec<Value> {
        level.iter().map(|statements| json!({"document": document(statements.clone())})).collect()
    };
    let level = |(number, level)| json!({"level": format!("level-{number}"), "policies": policies(level)});
    tree.iter().enumerate().map(level).collect()
}

pub(crate) fn allow(action: impl Into<Value>, resource: impl Into<Value>) -> Value {
    json!({"Effect": "Allow", "Action": action.into(), "Resource": resource.into()})
}

pub(crate) fn deny(action: impl Into<Value>, resource: impl Into<Value>) -> Value {
    json!({"Effect": "Deny", "Action": action.into(), "Resource": resource.into()})
}

/// Allow everything.
pub(crate) fn all() -> Value {
    allow("*", "*")
}

/// Allow something else than any case asks for.
pub(crate) fn nothing() -> Value {
    allow("sns:Publish", "*")
}

/// Allow everything to this principal.
pub(crate) fn grant(principal: Value) -> Value {
    with(all(), "Principal", principal)
}

/// The statement with one element more.
pub(crate) fn with(mut statement: Value, element: &str, value: impl Into<Value>) -> Value {
    statement[element] = value.into();
    statement
}

/// The statement with the element under another name.
pub(crate) fn renamed(mut statement: Value, element: &str, name: &str) -> Value {
    let value = statement.as_object_mut().unwrap().remove(element).unwrap();
    with(statement, name, value)
}

/// Cases that ask whether a statement matches: as the only Allow, and as a Deny beside an Allow of everything.
pub(crate) fn both_effects(case: &Case, statement: &Value, matches: bool) -> Vec<Case> {
    let allow = with(statement.clone(), "Effect", "Allow");
    let deny = with(statement.clone(), "Effect", "Deny");
    vec![
        case.clone().about("allow").identity(json!(allow)).granted_or(matches, "IDENTITY"),
        case.clone().about("deny").identity(json!([all(), deny])).forbidden_or(matches, "IDENTITY"),
    ]
}
