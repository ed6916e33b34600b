//! Random requests.

use serde_json::{Map, Value, json};

use super::Dice;

pub(super) const ACCOUNT: &str = "111122223333";
pub(super) const OTHER: &str = "444455556666";
const CANONICAL_USER: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";

/// A request, and what policies that almost match are made from.
pub(super) struct Request {
    pub(super) principal: Value,
    pub(super) role_arn: Option<String>,
    /// Values of principal elements that name the caller.
    pub(super) names: Vec<(&'static str, String)>,
    /// Whether the caller can have policies of its own.
    pub(super) has_policies: bool,
    pub(super) is_root: bool,
    pub(super) is_session: bool,
    pub(super) is_federated: bool,
    pub(super) action: String,
    /// The action that is asked for, where it is a strange one of which no patterns are made.
    pub(super) strange_action: Option<String>,
    pub(super) arn: String,
    pub(super) owner: Option<String>,
    pub(super) canonical_user: bool,
    pub(super) kms_grant: bool,
    pub(super) context: Vec<(String, Value)>,
}

impl Request {
    pub(super) fn random(dice: &mut Dice<'_>) -> Self {
        let mut request = caller(dice);
        request.owner = Some(if dice.percent(70) { ACCOUNT } else { OTHER }.to_owned());
        let (action, arn) = target(dice, request.owner.as_deref().unwrap_or_default());
        (request.action, request.arn) = (action, arn);
        request.strange_action = dice.percent(2).then(|| strange(dice, &request.action));
        if dice.percent(3) {
            request.owner = None;
        }
        if request.has_policies && dice.percent(10) {
            request.canonical_user = true;
            request.names.push(("CanonicalUser", CANONICAL_USER.to_owned()));
        }
        request.kms_grant = request.action.starts_with("kms:") && dice.percent(30);
        for make in KEYS {
            if dice.percent(45) {
                make(dice, &mut request.context);
            }
        }
        request
    }

    pub(super) fn to_json(&self) -> Value {
        let action = self.strange_action.as_ref().unwrap_or(&self.action);
        let context: Map<String, Value> = self.context.iter().cloned().collect();
        let mut request = json!({
            "principal": self.principal, "action": action, "resource": {"arn": self.arn}, "context": context,
        });
        if let Some(request) = request.as_object_mut() {
            if self.canonical_user {
                request.insert("principalCanonicalUser".to_owned(), json!(CANONICAL_USER));
            }
            request.extend(self.role_arn.iter().map(|arn| ("principalRoleArn".to_owned(), json!(arn))));
            if let (Some(owner), Some(Value::Object(resource))) = (&self.owner, request.get_mut("resource")) {
                resource.insert("accountId".to_owned(), json!(owner));
            }
            if let (true, Some(Value::Object(resource))) = (self.kms_grant, request.get_mut("resource")) {
                resource.insert("kmsGrant".to_owned(), json!(true));
            }
        }
        request
    }
}

fn caller(dice: &mut Dice<'_>) -> Request {
    let partition = if dice.percent(4) { "aws-cn" } else { "aws" };
    let root = format!("arn:{partition}:iam::{ACCOUNT}:root");
    let user = format!("arn:{partition}:iam::{ACCOUNT}:user/{}ann", dice.word(&["", "team/"]));
    let mut request = Request {
        principal: Value::Null,
        role_arn: None,
        names: vec![("AWS", ACCOUNT.to_owned()), ("AWS", root.clone())],
        has_policies: true,
        is_root: false,
        is_session: false,
        is_federated: false,
        action: String::new(),
        strange_action: None,
        arn: String::new(),
        owner: None,
        canonical_user: false,
        kms_grant: false,
        context: Vec::new(),
    };
    match dice.below(20) {
        0..=6 => {
            request.names.extend([("AWS", user.clone()), ("AWS", user.clone())]);
            request.principal = json!(user);
            if dice.percent(30) {
                request.names.push(("AWS", "AIDAQAAAAAAAAAAAAAAAA".to_owned()));
                request.context.push(("aws:userid".to_owned(), json!("AIDAQAAAAAAAAAAAAAAAA")));
            }
        }
        7..=11 => session(dice, &mut request, partition),
        12 | 13 => {
            let arn = format!("arn:{partition}:sts::{ACCOUNT}:federated-user/bob");
            request.names.extend([("AWS", arn.clone()), ("AWS", user.clone())]);
            request.role_arn = dice.percent(75).then_some(user);
            request.principal = json!(arn);
            request.is_federated = true;
        }
        14 | 15 => {
            request.principal = json!(root);
            request.is_root = true;
        }
        16 => {
            let role = format!("arn:{partition}:iam::{ACCOUNT}:role/path/app");
            request.names.push(("AWS", role.clone()));
            request.principal = json!(role);
            request.is_session = true;
        }
        17 => unnamed(&mut request, json!("lambda.amazonaws.com"), ("Service", "lambda.amazonaws.com")),
        18 => unnamed(&mut request, json!({"type": "Anonymous"}), ("AWS", "*")),
        _ => {
            let saml = dice.percent(40);
            let provider = if saml {
                "arn:aws:iam::111122223333:saml-provider/idp"
            } else {
                "arn:aws:iam::111122223333:oidc-provider/token.example.com"
            };
            let kind = if saml { "Saml" } else { "WebIdentity" };
            unnamed(&mut request, json!({"type": kind, "provider": provider}), ("Federated", provider));
        }
    }
    request
}

fn session(dice: &mut Dice<'_>, request: &mut Request, partition: &str) {
    let path = dice.word(&["", "path/", "path/", "aws-service-role/x.amazonaws.com/"]);
    let role = format!("arn:{partition}:iam::{ACCOUNT}:role/{path}app");
    let arn = format!("arn:{partition}:sts::{ACCOUNT}:assumed-role/app/s1");
    request.names.extend([("AWS", role.clone()), ("AWS", role.clone()), ("AWS", arn.clone())]);
    request.principal = json!(arn);
    request.role_arn = (!path.is_empty()).then_some(role);
    request.is_session = true;
    if dice.percent(30) {
        request.names.push(("AWS", "AROAQAAAAAAAAAAAAAAAA".to_owned()));
        request.context.push(("aws:userid".to_owned(), json!("AROAQAAAAAAAAAAAAAAAA:s1")));
    }
}

fn unnamed(request: &mut Request, principal: Value, name: (&'static str, &str)) {
    request.principal = principal;
    request.has_policies = false;
    request.names.extend([(name.0, name.1.to_owned()), (name.0, name.1.to_owned())]);
}

/// An action and what it is asked for.
fn target(dice: &mut Dice<'_>, owner: &str) -> (String, String) {
    let (action, arn) = match dice.below(24) {
        0..=5 => {
            let keys = [
                "key",
                "home/ann/notes.txt",
                "a/b/c",
                "x*y?z",
                "naïve/Ünï.txt",
                "bob",
                "a}b",
                "team-${x}",
                "1/test/o",
                "with:colon:x",
            ];
            let key = dice.word(&keys);
            let key = if dice.percent(10) { "a".to_owned() } else { key };
            (dice.word(&["s3:GetObject", "s3:PutObject"]), format!("arn:aws:s3:::bucket/{key}"))
        }
        6 => {
            let actions = ["s3:ListBucket", "s3:GetBucketPolicy", "s3:DeleteBucketPolicy"];
            (dice.word(&actions), "arn:aws:s3:::bucket".to_owned())
        }
        7 | 8 => (dice.word(&["s3:ListAllMyBuckets", "ec2:DescribeInstances"]), "*".to_owned()),
        9 => ("sqs:SendMessage".to_owned(), format!("arn:aws:sqs:us-east-1:{owner}:queue")),
        10 => (
            "logs:PutLogEvents".to_owned(),
            format!("arn:aws:logs:us-east-1:{owner}:log-group:/a/b:log-stream:c"),
        ),
        11 => (
            "dynamodb:GetItem".to_owned(),
            format!("arn:aws:dynamodb:eu-west-1:{owner}:table/Orders/index/i"),
        ),
        12 => ("ec2:StartInstances".to_owned(), format!("arn:aws:ec2:eu-west-1:{owner}:instance/i-1")),
        13 | 14 => ("iam:CreateUser".to_owned(), format!("arn:aws:iam::{owner}:user/team/bob")),
        15..=17 => {
            let actions = [
                "sts:AssumeRole",
                "sts:TagSession",
                "sts:AssumeRoleWithWebIdentity",
                "sts:AssumeRoleWithSAML",
            ];
            (dice.word(&actions), format!("arn:aws:iam::{owner}:role/path/target"))
        }
        18 | 19 => {
            (dice.word(&["kms:Decrypt", "kms:RetireGrant"]), format!("arn:aws:kms:us-east-1:{owner}:key/k-1"))
        }
        20 => ("kms:DeleteAlias".to_owned(), format!("arn:aws:kms:us-east-1:{owner}:alias/aws/s3")),
        21 => (
            dice.word(&["iam:DeletePolicy", "iam:GetPolicy"]),
            "arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned(),
        ),
        22 => {
            let role =
                format!("arn:aws:iam::{owner}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX");
            (dice.word(&["iam:DeleteRole", "iam:DeleteServiceLinkedRole", "iam:PassRole"]), role)
        }
        _ => (dice.word(&["sts:GetCallerIdentity", "sts:GetSessionToken"]), "*".to_owned()),
    };
    let action = if dice.percent(10) { action.to_uppercase() } else { action };
    let arn = if dice.percent(4) { capitals(dice, &arn) } else { arn };
    (action, arn)
}

/// What is no action, or none that anybody has.
fn strange(dice: &mut Dice<'_>, action: &str) -> String {
    let (vendor, name) = action.split_once(':').unwrap_or_default();
    let forms = [
        format!("{action}\0"),
        format!("{vendor}:\0{name}"),
        format!("{vendor}:{name}é"),
        format!("ſ3:{name}"),
        format!("{action}:x"),
        format!("{vendor}:*"),
        format!("{vendor}:?{name}"),
        format!("{vendor}:"),
        format!(":{name}"),
        name.to_owned(),
        String::new(),
    ];
    dice.pick(&forms).cloned().unwrap_or_default()
}

/// An ARN with one of its first fields in capitals.
fn capitals(dice: &mut Dice<'_>, arn: &str) -> String {
    let changed = 1 + dice.below(3);
    let field =
        |(at, field): (usize, &str)| if at == changed { field.to_uppercase() } else { field.to_owned() };
    arn.splitn(6, ':').enumerate().map(field).collect::<Vec<_>>().join(":")
}

type Key = fn(&mut Dice<'_>, &mut Vec<(String, Value)>);

/// Every way to add a condition key.
const KEYS: &[Key] = &[
    |dice, context| {
        let addresses = [
            "203.0.113.9",
            "10.0.0.1",
            "2001:db8::1",
            "2001:DB8:0:0:0:0:0:1",
            "::ffff:203.0.113.9",
            "203.0.113.09",
            " 10.0.0.1",
            "fe80::1%eth0",
            "10.0.0.0/8",
            "x",
        ];
        context.push(("aws:SourceIp".to_owned(), json!(dice.word(&addresses))));
    },
    |dice, context| {
        let dates = [
            "2026-11-22T01:02:03Z",
            "2026-11-22T01:02:03.5Z",
            "2026-11-22",
            "2026",
            "2026-11",
            "2026-11-22T03:02:03+02:00",
            "1795309323",
            "soon",
            "2026-11-22T01:02Z",
            "2026-11-22T01:02:03",
            "-5",
            "",
            "20261122",
        ];
        context.push(("aws:CurrentTime".to_owned(), json!(dice.word(&dates))));
    },
    |dice, context| {
        let value = if dice.percent(50) { json!(1_795_309_323) } else { json!("1795309323") };
        context.push(("aws:EpochTime".to_owned(), value));
    },
    |dice, context| {
        let values = [json!(true), json!("true"), json!("False"), json!("TRUE"), json!("yes")];
        context.push(("aws:SecureTransport".to_owned(), dice.pick(&values).cloned().unwrap_or_default()));
    },
    |dice, context| {
        let values = [
            json!(10),
            json!("10.0"),
            json!("-3"),
            json!("010"),
            json!(2.5),
            json!("many"),
            json!(0),
            json!("+10"),
            json!("1e1"),
            json!(".5"),
            json!(""),
            json!("10 "),
        ];
        context.push(("s3:max-keys".to_owned(), dice.pick(&values).cloned().unwrap_or_default()));
    },
    |dice, context| {
        let tags = [
            "red", "Red", "r*d", "", "größe", "GRÖSSE", "GRÖßE", "ſtop", "STOP", "İi", "ıI", "Kelvin", "ǅ",
            "ς", "Σ", "ﬀ", "Ա", "${x}", "team a",
        ];
        let name = dice.word(&["aws:PrincipalTag/team", "aws:principaltag/Team"]);
        context.push((name, json!(dice.word(&tags))));
    },
    |dice, context| {
        context.push(("aws:ResourceTag/Env".to_owned(), json!(dice.word(&["prod", "test", ""]))));
        if dice.percent(50) {
            context.push(("aws:ResourceTag/env".to_owned(), json!(dice.word(&["prod", "test", "dev"]))));
        }
    },
    |dice, context| {
        let sets = [
            json!([]),
            json!(["a"]),
            json!(["a", "b"]),
            json!(["A", "b", "c"]),
            json!([""]),
            json!(["", "a"]),
            json!("a"),
        ];
        context.push(("aws:TagKeys".to_owned(), dice.pick(&sets).cloned().unwrap_or_default()));
    },
    |dice, context| {
        let arns = [
            "arn:aws:sns:us-east-1:111122223333:topic",
            "arn:aws:s3:::bucket",
            "arn:aws:lambda:us-east-1:111122223333:function:f",
            "no arn",
            "arn:aws:sns",
        ];
        context.push(("aws:SourceArn".to_owned(), json!(dice.word(&arns))));
    },
    |dice, context| {
        if dice.percent(20) {
            let names = ["ann", "a:b", "a*n", "", "*", "a/b"];
            context.push(("aws:username".to_owned(), json!(dice.word(&names))));
        }
    },
    |dice, context| {
        context.push(("s3:prefix".to_owned(), json!(dice.word(&["", "home/", "home/ann/", "*"]))));
    },
    |dice, context| {
        context.push(("test:Bytes".to_owned(), json!(dice.word(&["QmluYXJ5", "QQ==", "QR==", "?"]))));
    },
    |dice, context| {
        let paths = [json!(["o-1/r-1/ou-1/"]), json!(["o-1/r-1/ou-1/", "o-1/r-1/ou-2/"])];
        context.push(("aws:PrincipalOrgPaths".to_owned(), dice.pick(&paths).cloned().unwrap_or_default()));
    },
    |dice, context| {
        context.push(("kms:EncryptionContext:App".to_owned(), json!(dice.word(&["one", "two"]))));
    },
];
