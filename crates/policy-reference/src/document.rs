//! Policy documents: what must be understood to decide (section 8). Anything else is an error.

use crate::condition::{Condition, Operator};
use crate::json::Json;

/// What a policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Identity,
    Boundary,
    Session,
    Resource,
    Trust,
    Scp,
    Rcp,
    Endpoint,
}

/// A policy.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) kind: Kind,
    /// Version 2012-10-17: variables are variables (rules 79, 164).
    pub(crate) new_version: bool,
    pub(crate) statements: Vec<Statement>,
}

/// A statement.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) allow: bool,
    pub(crate) principal: Option<PrincipalElement>,
    pub(crate) action: Elements,
    /// Absent in trust policies and some resource policies (rule 86).
    pub(crate) resource: Option<Elements>,
    pub(crate) conditions: Vec<Condition>,
}

/// Action, NotAction, Resource or NotResource.
#[derive(Debug)]
pub(crate) struct Elements {
    pub(crate) not: bool,
    pub(crate) values: Vec<String>,
}

/// Principal or NotPrincipal.
#[derive(Debug)]
pub(crate) struct PrincipalElement {
    pub(crate) not: bool,
    pub(crate) values: Vec<Principal>,
}

/// One principal (rules 175-185).
#[derive(Debug)]
pub(crate) enum Principal {
    Everybody,
    Aws(String),
    Service(String),
    Federated(String),
    CanonicalUser(String),
}

impl Document {
    pub(crate) fn read(json: &Json, kind: Kind) -> Result<Self, String> {
        let members = object(json, "the document")?;
        // Rule 77.
        known(members, &["Version", "Id", "Statement"])?;
        // Rule 78.
        let new_version = match member(members, "Version") {
            None => false,
            Some(Json::Text(version)) if version == "2012-10-17" => true,
            Some(Json::Text(version)) if version == "2008-10-17" => false,
            Some(_) => return Err("unknown Version".to_owned()),
        };
        // Rule 88.
        if !matches!(member(members, "Id"), None | Some(Json::Text(_))) {
            return Err("Id is no text".to_owned());
        }
        // Rule 81. An empty list says nothing, so it is no danger to accept it.
        let statements = match member(members, "Statement") {
            Some(Json::List(statements)) => statements.iter().collect(),
            Some(statement @ Json::Object(_)) => vec![statement],
            _ => return Err("no Statement".to_owned()),
        };
        let statements: Result<_, String> =
            statements.into_iter().map(|statement| Statement::read(statement, kind)).collect();
        Ok(Self { kind, new_version, statements: statements? })
    }
}

impl Statement {
    fn read(json: &Json, kind: Kind) -> Result<Self, String> {
        let members = object(json, "a statement")?;
        // Rule 77.
        let names = [
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition",
        ];
        known(members, &names)?;
        if !matches!(member(members, "Sid"), None | Some(Json::Text(_))) {
            return Err("Sid is no text".to_owned());
        }
        // Rule 82.
        let allow = match member(members, "Effect") {
            Some(Json::Text(effect)) if effect == "Allow" => true,
            Some(Json::Text(effect)) if effect == "Deny" => false,
            _ => return Err("no Effect".to_owned()),
        };
        let principal = principal(members, kind)?;
        // Rules 86, 87.
        let action = elements(members, "Action", "NotAction")?.ok_or("no action")?;
        for pattern in &action.values {
            // Rule 92.
            if pattern != "*" && pattern.matches(':').count() != 1 {
                return Err(format!("`{pattern}` is no action"));
            }
        }
        let resource = elements(members, "Resource", "NotResource")?;
        for pattern in resource.iter().flat_map(|resource| &resource.values) {
            // Rule 93: what is no ARN could not match, and a Deny with it would never apply.
            if pattern != "*" && !pattern.contains(':') {
                return Err(format!("`{pattern}` is no ARN"));
            }
            // Rules 51, 115.
            let is_short = pattern != "*" && pattern.split(':').count() < 6;
            if is_short && (kind == Kind::Rcp || (kind == Kind::Scp && !pattern.ends_with('*'))) {
                return Err(format!("`{pattern}` is no full ARN"));
            }
        }
        match (kind, &resource) {
            // Rules 86, 197.
            (Kind::Trust | Kind::Resource, _) | (_, Some(_)) => {}
            _ => return Err("no resource".to_owned()),
        }
        Ok(Self { allow, principal, action, resource, conditions: conditions(members)? })
    }
}

fn object<'a>(json: &'a Json, what: &str) -> Result<&'a [(String, Json)], String> {
    match json {
        Json::Object(members) => Ok(members),
        _ => Err(format!("{what} is no object")),
    }
}

fn member<'a>(members: &'a [(String, Json)], name: &str) -> Option<&'a Json> {
    members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

fn known(members: &[(String, Json)], names: &[&str]) -> Result<(), String> {
    match members.iter().find(|(key, _)| !names.contains(&key.as_str())) {
        Some((key, _)) => Err(format!("unknown element `{key}`")),
        None => Ok(()),
    }
}

/// Rule 85: one of the two, or neither.
fn either<'a>(
    members: &'a [(String, Json)],
    name: &str,
    not: &str,
) -> Result<Option<(bool, &'a Json)>, String> {
    match (member(members, name), member(members, not)) {
        (Some(_), Some(_)) => Err(format!("{name} and {not}")),
        (Some(json), None) => Ok(Some((false, json))),
        (None, Some(json)) => Ok(Some((true, json))),
        (None, None) => Ok(None),
    }
}

fn elements(members: &[(String, Json)], name: &str, not: &str) -> Result<Option<Elements>, String> {
    let Some((not, json)) = either(members, name, not)? else { return Ok(None) };
    let items = match json {
        Json::List(items) => items.as_slice(),
        json => std::slice::from_ref(json),
    };
    let mut values = Vec::new();
    for item in items {
        match item {
            Json::Text(text) => values.push(text.clone()),
            // Rule 87: matches nothing.
            Json::Null if name == "Resource" => {}
            _ => return Err(format!("{name} is no text")),
        }
    }
    // Rule 87: an empty list counts as missing.
    Ok((!items.is_empty()).then_some(Elements { not, values }))
}

/// Rules 91, 175.
fn principal(members: &[(String, Json)], kind: Kind) -> Result<Option<PrincipalElement>, String> {
    let Some((not, json)) = either(members, "Principal", "NotPrincipal")? else { return Ok(None) };
    match kind {
        Kind::Identity | Kind::Boundary | Kind::Session | Kind::Scp => {
            return Err("a principal has no place here".to_owned());
        }
        _ => {}
    }
    let mut values = Vec::new();
    match json {
        Json::Text(text) if text == "*" => values.push(Principal::Everybody),
        Json::Object(members) => {
            for (key, names) in members {
                let names = match names {
                    Json::List(names) => names.as_slice(),
                    name => std::slice::from_ref(name),
                };
                for name in names {
                    let Json::Text(name) = name else { return Err("a principal is no text".to_owned()) };
                    values.push(match key.as_str() {
                        "AWS" => Principal::Aws(name.clone()),
                        "Service" => Principal::Service(name.clone()),
                        "Federated" => Principal::Federated(name.clone()),
                        "CanonicalUser" => Principal::CanonicalUser(name.clone()),
                        _ => return Err(format!("unknown kind of principal `{key}`")),
                    });
                }
            }
        }
        _ => return Err("no principal".to_owned()),
    }
    if values.is_empty() {
        return Err("no principal".to_owned());
    }
    Ok(Some(PrincipalElement { not, values }))
}

/// Rules 97, 124, 143.
fn conditions(members: &[(String, Json)]) -> Result<Vec<Condition>, String> {
    let Some(json) = member(members, "Condition") else { return Ok(Vec::new()) };
    let mut conditions = Vec::new();
    for (name, block) in object(json, "Condition")? {
        for (key, values) in object(block, "an operator")? {
            let operator = Operator::read(name).ok_or_else(|| format!("unknown operator `{name}`"))?;
            let items = match values {
                Json::List(items) => items.as_slice(),
                item => std::slice::from_ref(item),
            };
            let values: Option<Vec<String>> = items.iter().map(Json::scalar).collect();
            let values = values.ok_or("a condition value is no scalar")?;
            conditions.push(Condition { operator, key: key.clone(), values });
        }
    }
    Ok(conditions)
}
