//! Random policies for a request.

use serde_json::{Map, Value, json};

use super::requests::{OTHER, Request};
use super::{Dice, conditions};
use crate::document::Kind;

/// Adds policies of all layers to a case.
pub(super) fn add(case: &mut Value, dice: &mut Dice<'_>, request: &Request) {
    let Some(case) = case.as_object_mut() else { return };
    let mut set = |name: &str, value: Value| {
        case.insert(name.to_owned(), value);
    };
    if request.has_policies {
        if !request.is_root {
            set("identityPolicies", bag(dice, request, Kind::Identity, 3));
            if dice.percent(35) {
                set("permissionsBoundary", policy(dice, request, Kind::Boundary));
            }
            let passed = if request.is_federated { 75 } else { 40 };
            if (request.is_session || request.is_federated) && dice.percent(passed) {
                set("sessionPolicies", bag(dice, request, Kind::Session, 2));
            }
        }
        if dice.percent(35) {
            set("scps", levels(dice, request, Kind::Scp));
        }
    }
    if dice.percent(25) {
        set("rcps", levels(dice, request, Kind::Rcp));
    }
    let asks_sts = request.action.to_lowercase().starts_with("sts:") && request.arn.contains(":role/");
    if dice.percent(if asks_sts { 95 } else { 60 }) {
        let kind = if asks_sts { Kind::Trust } else { Kind::Resource };
        set("resourcePolicy", policy(dice, request, kind));
    }
    if dice.percent(15) {
        set("vpcEndpointPolicies", bag(dice, request, Kind::Endpoint, 2));
    }
}

fn bag(dice: &mut Dice<'_>, request: &Request, kind: Kind, most: usize) -> Value {
    // Sometimes many, so that an index has something to leave out.
    let most = if dice.percent(4) { most * 6 } else { most };
    let count = dice.below(most + 1);
    (0..count).map(|_| policy(dice, request, kind)).collect()
}

fn levels(dice: &mut Dice<'_>, request: &Request, kind: Kind) -> Value {
    let mut levels = Vec::new();
    for number in 0..=dice.below(3) {
        let mut policies = bag(dice, request, kind, 2);
        if let (Some(list), true) = (policies.as_array_mut(), dice.percent(85)) {
            list.push(json!({"name": "full", "document": full_access(kind)}));
        }
        levels.push(json!({"level": format!("level-{number}"), "policies": policies}));
    }
    Value::Array(levels)
}

fn full_access(kind: Kind) -> Value {
    let mut statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    if let (Kind::Rcp, Some(elements)) = (kind, statement.as_object_mut()) {
        elements.insert("Principal".to_owned(), json!("*"));
    }
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

fn policy(dice: &mut Dice<'_>, request: &Request, kind: Kind) -> Value {
    let count = match dice.below(6) {
        0..=2 => 1,
        3 | 4 => 2,
        _ => 3,
    };
    let statements: Vec<Value> = (0..count).map(|_| statement(dice, request, kind)).collect();
    let mut document = Map::new();
    let version = match dice.below(12) {
        _ if kind == Kind::Rcp => Some("2012-10-17"),
        0..=9 => Some("2012-10-17"),
        10 => Some("2008-10-17"),
        _ => None,
    };
    document.extend(version.map(|version| ("Version".to_owned(), json!(version))));
    let single = count == 1 && dice.percent(30);
    let statement =
        if single { statements.into_iter().next().unwrap_or_default() } else { json!(statements) };
    document.insert("Statement".to_owned(), statement);
    let mut document = Value::Object(document);
    if dice.percent(1) {
        break_something(dice, &mut document);
    }
    let document = if dice.percent(10) { json!(document.to_string()) } else { document };
    json!({"name": "p", "document": document})
}

/// One thing that no reader may overlook.
fn break_something(dice: &mut Dice<'_>, document: &mut Value) {
    let form = dice.below(9);
    let statement = match document.get_mut("Statement") {
        Some(Value::Array(statements)) => statements.first_mut(),
        statement => statement,
    };
    let Some(statement) = statement.and_then(Value::as_object_mut) else { return };
    let (element, value) = match form {
        0 => ("Effect", json!("allow")),
        1 => ("Conditions", json!({})),
        2 => ("Condition", json!({"StringMatches": {"aws:username": "ann"}})),
        3 => ("Condition", json!({"NullIfExists": {"aws:username": "true"}})),
        4 => ("Condition", json!([])),
        5 => ("Action", json!([])),
        6 => ("Action", json!("GetObject")),
        7 => ("Condition", json!({"StringEquals": {"aws:username": {"a": "b"}}})),
        _ => ("Effect", Value::Null),
    };
    statement.insert(element.to_owned(), value);
}

fn statement(dice: &mut Dice<'_>, request: &Request, kind: Kind) -> Value {
    let allow = dice.percent(if kind == Kind::Rcp { 10 } else { 82 });
    let mut statement = Map::new();
    let mut set = |name: &str, value: Value| {
        statement.insert(name.to_owned(), value);
    };
    set("Effect", json!(if allow { "Allow" } else { "Deny" }));
    let not = |percent: usize, dice: &mut Dice<'_>| dice.percent(percent);
    let not_action = kind != Kind::Rcp && not(12, dice);
    set(
        if not_action { "NotAction" } else { "Action" },
        dice.one_or_list(|dice| json!(action(dice, request))),
    );
    let has_resource = match kind {
        Kind::Trust => false,
        Kind::Resource => !dice.percent(15),
        _ => true,
    };
    if has_resource {
        let name = if not(15, dice) { "NotResource" } else { "Resource" };
        set(name, dice.one_or_list(|dice| json!(resource(dice, request))));
    }
    match kind {
        Kind::Rcp => set("Principal", json!("*")),
        Kind::Trust => set("Principal", principal(dice, request)),
        Kind::Resource | Kind::Endpoint if dice.percent(3) => {}
        Kind::Resource | Kind::Endpoint => {
            let not_principal = not(if allow { 6 } else { 30 }, dice);
            set(if not_principal { "NotPrincipal" } else { "Principal" }, principal(dice, request));
        }
        Kind::Identity | Kind::Boundary | Kind::Session | Kind::Scp => {}
    }
    if dice.percent(45) {
        set("Condition", conditions::block(dice, request));
    }
    Value::Object(statement)
}

fn action(dice: &mut Dice<'_>, request: &Request) -> String {
    let (vendor, name) = request.action.split_once(':').unwrap_or_default();
    match dice.below(10) {
        0..=2 => "*".to_owned(),
        3 => format!("{vendor}:*"),
        4 => request.action.to_lowercase(),
        5 => "sns:Publish".to_owned(),
        6 => format!("{}:{name}", dice.word(&["*", "s*", "?3", "?ts", "${x}"])),
        _ => format!("{vendor}:{}", dice.near(name).replace(':', "*")),
    }
}

fn resource(dice: &mut Dice<'_>, request: &Request) -> String {
    if request.arn == "*" {
        return dice.word(&["*", "*", "arn:aws:s3:::*", "arn:aws:s3:::bucket"]);
    }
    let fields: Vec<&str> = request.arn.splitn(6, ':').collect();
    let with = |number: usize, text: &str| {
        let mut fields = fields.clone();
        if let Some(field) = fields.get_mut(number) {
            *field = text;
        }
        fields.join(":")
    };
    let last = fields.last().copied().unwrap_or_default();
    match dice.below(16) {
        0..=2 => "*".to_owned(),
        3..=6 => with(5, &dice.near(last)),
        7 => with(5, &conditions::variable(dice)),
        8 => {
            let (before, _) = last.split_once('/').unwrap_or((last, ""));
            with(5, &format!("{before}/{}", conditions::variable(dice)))
        }
        // A `*` at the end of a field, in the place of more than the field.
        9 | 10 if last.contains(':') && dice.percent(40) => {
            let (_, rest) = last.split_once(':').unwrap_or_default();
            let before = fields.get(..4).unwrap_or_default().join(":");
            format!("{before}:{}:{rest}", dice.word(&["*", "1*", "x*"]))
        }
        9 => with(3, &dice.word(&["*", "us-*", "??-east-1", "u*1", "*x"])),
        10 => with(4, &dice.word(&["*", OTHER, "1111*", "*3333"])),
        11 => with(1, &dice.word(&["*", "AWS", "aws*", "a?s"])),
        12 if dice.percent(20) => {
            let vendor = fields.get(2).copied().unwrap_or_default();
            format!("arn:aws:{vendor}*:{last}")
        }
        12 => {
            let vendor = fields.get(2).copied().unwrap_or_default();
            let tail = dice.word(&["", ":*", "*", ":us-*", ":us-east-1", ":*:*", ":?*", ":us-*-1"]);
            format!("arn:aws:{vendor}{tail}")
        }
        // A variable behind wildcards.
        13 if dice.percent(30) => {
            let (one, two) = (dice.word(&["*", "aws", "a?s"]), dice.word(&["*", "s*", "?*"]));
            format!("arn:{one}:{two}:*:*:{}", conditions::variable(dice))
        }
        13 => with(5, &format!("*{}", last.chars().skip(3).collect::<String>())),
        14 if dice.percent(50) => {
            let forms = ["*:aws", "x:aws", "arn:${aws:x}", "arn:aws*", "a?n:aws", "arn:*"];
            let rest = fields.get(2..).unwrap_or_default().join(":");
            format!("{}:{rest}", dice.word(&forms))
        }
        14 => request.arn.to_uppercase().replacen("ARN", "arn", 1),
        _ => request.arn.clone(),
    }
}

fn principal(dice: &mut Dice<'_>, request: &Request) -> Value {
    if dice.percent(20) {
        return json!("*");
    }
    let mut map = Map::new();
    for _ in 0..=dice.below(2) {
        let (kind, name) = match dice.below(10) {
            0 => ("AWS", "*".to_owned()),
            1 => ("AWS", OTHER.to_owned()),
            2 => ("Service", "s3.amazonaws.com".to_owned()),
            3 => {
                let (kind, name) = dice.pick(&request.names).cloned().unwrap_or(("AWS", "*".to_owned()));
                (kind, dice.near(&name).replace(['*', '?'], "x"))
            }
            _ => dice.pick(&request.names).cloned().unwrap_or(("AWS", "*".to_owned())),
        };
        let value = map.entry(kind).or_insert_with(|| json!([]));
        if let Some(list) = value.as_array_mut() {
            list.push(json!(name));
        }
    }
    Value::Object(map)
}
