//! The details of a decision as `DecodeAuthorizationMessage` shows them (rule 192).

use crate::context::{Context, KeyValue};
use crate::decision::{StatementRef, Verdict};
use crate::document::{self, List, StatementSyntax};
use crate::policy::{Effect, MAX_STORED};
use crate::request::{CallerKind, Request};
use crate::stack::Stack;
use crate::trace::explain;

/// The decision on a request as JSON, in AWS's form: whether it was allowed or explicitly denied, by which statements,
/// and what was asked by whom in which circumstances.
///
/// At most `room` bytes long, as long as caller, action and resource fit; statements and condition keys for which there
/// is no room are left out.
///
/// AWS lists statements only where an explicit deny decided, and what stands under `NotAction` and `NotResource` as if
/// it stood under `Action` and `Resource`.
pub fn authorization_message(request: &Request<'_>, stack: &Stack<'_>, room: usize) -> String {
    let (decision, trace) = explain(request, stack);
    let mut derived = Context::new();
    derived.add_derived(&request.caller, &request.resource);
    let derived = |key| match derived.get(key) {
        Some(KeyValue::One(value)) => Some(value.as_ref()),
        _ => None,
    };
    let id = derived("aws:userid");
    let name = derived("aws:username").filter(|_| request.caller.kind == CallerKind::User);

    let frame = Frame {
        verdict: decision.verdict,
        principal: object(&[("id", id), ("name", name), ("arn", Some(request.caller.arn))]),
        action: quoted(request.action),
        resource: quoted(request.resource.arn),
    };
    let mut room = room.saturating_sub(frame.fill(&[], &[]).len());
    let mut fitting = |item: &String| {
        let left = room.checked_sub(item.len() + 1);
        room = left.unwrap_or(room);
        left.is_some()
    };
    let statements: Vec<String> = trace
        .statements()
        .filter(|statement| statement.matched && statement.effect == Effect::Deny)
        .filter_map(|statement| matched(stack, statement.at, id))
        .filter(&mut fitting)
        .collect();
    let conditions: Vec<String> = request
        .context
        .iter()
        .map(|(key, value)| match value {
            KeyValue::One(value) => condition(key, [value.as_ref()]),
            KeyValue::Many(values) => condition(key, values.iter().map(String::as_str)),
            KeyValue::Lent(values) => condition(key, values.iter().copied()),
        })
        .filter(&mut fitting)
        .collect();
    frame.fill(&statements, &conditions)
}

/// What is never left out. The texts are JSON.
struct Frame {
    verdict: Verdict,
    principal: String,
    action: String,
    resource: String,
}

impl Frame {
    fn fill(&self, statements: &[String], conditions: &[String]) -> String {
        let Self { verdict, principal, action, resource } = self;
        format!(
            r#"{{"allowed":{},"explicitDeny":{},"matchedStatements":{},"failures":{},"context":{{"principal":{principal},"action":{action},"resource":{resource},"conditions":{}}}}}"#,
            *verdict == Verdict::Allowed,
            *verdict == Verdict::ExplicitlyDenied,
            items(statements),
            items(&[]),
            items(conditions),
        )
    }
}

fn matched(stack: &Stack<'_>, at: StatementRef, caller: Option<&str>) -> Option<String> {
    let policy = stack.attached_at(at)?.policy;
    let document = document::parse(policy.text(), policy.kind(), MAX_STORED).ok()?;
    Some(statement(document.statements.get(at.statement)?, caller))
}

fn statement(syntax: &StatementSyntax<'_>, caller: Option<&str>) -> String {
    let list = |list: &Option<List<'_>>| {
        let entries = list.iter().flat_map(|list| list.entries.iter().flatten());
        values(entries.map(|entry| entry.value.as_ref()))
    };
    let conditions: Vec<String> = syntax
        .conditions
        .iter()
        .map(|clause| {
            condition(clause.key.value.as_ref(), clause.values.iter().map(|value| value.value.as_ref()))
        })
        .collect();
    format!(
        r#"{{"statementId":{},"effect":"DENY","principals":{},"principalGroups":{},"actions":{},"resources":{},"conditions":{}}}"#,
        quoted(syntax.sid.as_ref().map_or("", |sid| sid.value.as_ref())),
        values(caller),
        items(&[]),
        list(&syntax.action),
        list(&syntax.resource),
        items(&conditions),
    )
}

fn condition<'a>(key: &str, list: impl IntoIterator<Item = &'a str>) -> String {
    format!(r#"{{"key":{},"values":{}}}"#, quoted(key), values(list))
}

fn values<'a>(list: impl IntoIterator<Item = &'a str>) -> String {
    let list: Vec<String> =
        list.into_iter().map(|value| format!(r#"{{"value":{}}}"#, quoted(value))).collect();
    items(&list)
}

fn items(list: &[String]) -> String {
    format!(r#"{{"items":[{}]}}"#, list.join(","))
}

fn object(members: &[(&str, Option<&str>)]) -> String {
    let members: Vec<String> = members
        .iter()
        .filter_map(|(name, value)| Some(format!(r#""{name}":{}"#, quoted((*value)?))))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 2);
    result.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => result.extend(['\\', c]),
            c if c < ' ' => result.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => result.push(c),
        }
    }
    result.push('"');
    result
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Attached, Caller, Policy, PolicyKind, Resource};

    const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Sid": "NoLarge", "Effect": "Deny", "NotAction": ["ec2:Stop*", "iam:*"], "Resource": "arn:aws:ec2:*",
         "Condition": {"StringNotEquals": {"ec2:InstanceType": ["t3.nano", "t3.micro"]}}},
        {"Sid": "Other", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}"#;

    fn with(text: &str, caller: Caller<'_>, context: &Context, room: usize) -> String {
        let policy = Policy::parse(text, PolicyKind::Identity).unwrap();
        let attached = [Attached { policy: &policy, name: "inline", arn: None }];
        let stack = Stack { identity: &attached, ..Stack::default() };
        let request = Request {
            caller,
            action: "ec2:RunInstances",
            resource: Resource {
                arn: "arn:aws:ec2:us-east-1:111122223333:instance/*",
                account: caller.account,
            },
            context,
        };
        authorization_message(&request, &stack, room)
    }

    fn user() -> Caller<'static> {
        let mut caller = Caller::new(CallerKind::User, "arn:aws:iam::111122223333:user/team/ann");
        caller.account = "111122223333".parse().ok();
        caller.unique_id = Some("AIDAANN");
        caller
    }

    #[test]
    fn rule_192_an_explicit_deny_names_its_statement() {
        let context = Context::new()
            .with("ec2:InstanceType", "m5.large")
            .with("aws:UserAgent", "a \"b\" \\ \n é")
            .with_list("aws:TagKeys", ["x", "y"]);
        let text = with(POLICY, user(), &context, usize::MAX);
        let message: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            message,
            json!({
                "allowed": false,
                "explicitDeny": true,
                "matchedStatements": {"items": [{
                    "statementId": "NoLarge",
                    "effect": "DENY",
                    "principals": {"items": [{"value": "AIDAANN"}]},
                    "principalGroups": {"items": []},
                    "actions": {"items": [{"value": "ec2:Stop*"}, {"value": "iam:*"}]},
                    "resources": {"items": [{"value": "arn:aws:ec2:*"}]},
                    "conditions": {"items": [{
                        "key": "ec2:InstanceType",
                        "values": {"items": [{"value": "t3.nano"}, {"value": "t3.micro"}]},
                    }]},
                }]},
                "failures": {"items": []},
                "context": {
                    "principal": {
                        "id": "AIDAANN",
                        "name": "ann",
                        "arn": "arn:aws:iam::111122223333:user/team/ann",
                    },
                    "action": "ec2:RunInstances",
                    "resource": "arn:aws:ec2:us-east-1:111122223333:instance/*",
                    "conditions": {"items": [
                        {"key": "ec2:InstanceType", "values": {"items": [{"value": "m5.large"}]}},
                        {"key": "aws:UserAgent", "values": {"items": [{"value": "a \"b\" \\ \n é"}]}},
                        {"key": "aws:TagKeys", "values": {"items": [{"value": "x"}, {"value": "y"}]}},
                    ]},
                },
            })
        );
        assert!(text.starts_with(r#"{"allowed":false,"explicitDeny":true,"matchedStatements":{"items":[{"#));
    }

    #[test]
    fn rule_192_an_implicit_deny_names_none() {
        let text = r#"{"Version": "2012-10-17", "Statement":
            {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#;
        let mut caller =
            Caller::new(CallerKind::AssumedRole, "arn:aws:sts::111122223333:assumed-role/Dev/ann");
        caller.account = "111122223333".parse().ok();
        caller.unique_id = Some("AROADEV");
        caller.issuer_arn = Some("arn:aws:iam::111122223333:role/Dev");
        assert_eq!(
            with(text, caller, &Context::new(), usize::MAX),
            concat!(
                r#"{"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]},"failures":{"items":[]},"#,
                r#""context":{"principal":{"id":"AROADEV:ann","arn":"arn:aws:sts::111122223333:assumed-role/Dev/ann"},"#,
                r#""action":"ec2:RunInstances","resource":"arn:aws:ec2:us-east-1:111122223333:instance/*","#,
                r#""conditions":{"items":[]}}}"#
            )
        );
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let context = Context::new()
            .with("ec2:InstanceType", "m5.large")
            .with("aws:UserAgent", "x".repeat(1000))
            .with("aws:SecureTransport", "true");
        let whole = with(POLICY, user(), &context, usize::MAX);
        for room in [400, 700, 1000, whole.len() - 1, whole.len() + 3] {
            let text = with(POLICY, user(), &context, room);
            assert!(text.len() <= room, "{room}");
            let message: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(message["context"]["principal"]["id"], "AIDAANN");
            let count = |value: &Value| value["items"].as_array().unwrap().len();
            let counts = (count(&message["matchedStatements"]), count(&message["context"]["conditions"]));
            let expected = match room {
                400 => (0, 1),
                700 => (1, 0),
                1000 => (1, 2),
                _ if room < whole.len() => (1, 2),
                _ => (1, 3),
            };
            assert_eq!(counts, expected, "{room}");
        }
    }
}
