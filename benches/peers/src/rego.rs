//! The workload for regorus: a rule for every statement, the request as input.

use keygate_engine_bench::workload::{Asked, Condition, Principal, Rule};
use regorus::{Engine, Value};
use serde_json::{Map, json};

use crate::Peer;

pub(crate) struct Rego(Engine);

impl Peer for Rego {
    type Request = Value;

    fn new(principal: &Principal) -> Self {
        let mut text =
            "package authz\nimport rego.v1\ndefault allow := false\nallow if { permit; not forbid }\n"
                .to_owned();
        for rule in principal.policies.iter().flat_map(|document| &document.rules) {
            text.push_str(&statement(rule, principal));
        }
        text.push_str("permit if false\nforbid if false\n");
        let mut engine = Engine::new();
        engine.add_policy("authz.rego".to_owned(), text).expect("rules that regorus understands");
        Self(engine)
    }

    fn request(_: &Principal, asked: &Asked) -> Value {
        let mut keys = Map::new();
        for (key, value) in &asked.keys {
            let value = match *key {
                "aws:EpochTime" => json!(value.parse::<u64>().expect("a number")),
                _ => json!(value),
            };
            keys.insert((*key).to_owned(), value);
        }
        for (key, values) in &asked.lists {
            keys.insert((*key).to_owned(), json!(values));
        }
        let input = json!({
            "action": asked.action.to_ascii_lowercase(), "resource": asked.resource, "keys": keys,
        });
        Value::from_json_str(&input.to_string()).expect("JSON")
    }

    fn decide(&mut self, request: &Value) -> bool {
        self.0.set_input(request.clone());
        self.0.eval_rule("data.authz.allow".to_owned()).expect("an answer") == Value::from(true)
    }
}

/// The alternatives of a list are rules of their own where they cannot be put into one expression: Rego has no `or`.
fn statement(rule: &Rule, principal: &Principal) -> String {
    let head = if rule.allow { "permit" } else { "forbid" };
    let mut text = String::new();
    for action in &rule.actions {
        for resource in &rule.resources {
            let resource = resource.replace("${aws:username}", &principal.name);
            let mut tests = text_test("input.action", &action.to_ascii_lowercase());
            tests.extend(text_test("input.resource", &resource));
            let alternatives = rule.conditions.iter().fold(vec![tests], |bodies, one| {
                let ways = condition(one);
                bodies
                    .iter()
                    .flat_map(|body| ways.iter().map(move |way| [body.clone(), way.clone()].concat()))
                    .collect()
            });
            for body in alternatives {
                let body = if body.is_empty() { "true".to_owned() } else { body.join("; ") };
                text.push_str(&format!("{head} if {{ {body} }}\n"));
            }
        }
    }
    text
}

/// Tests for a text with stars at most at its beginning, at its end, and once between.
fn text_test(what: &str, pattern: &str) -> Vec<String> {
    let pieces: Vec<&str> = pattern.split('*').collect();
    match pieces.as_slice() {
        [plain] => vec![format!("{what} == {plain:?}")],
        [first, middle @ .., last] => {
            let mut tests = Vec::new();
            if !first.is_empty() {
                tests.push(format!("startswith({what}, {first:?})"));
            }
            tests.extend(middle.iter().map(|piece| format!("contains({what}, {piece:?})")));
            if !last.is_empty() {
                tests.push(format!("endswith({what}, {last:?})"));
            }
            tests
        }
        [] => Vec::new(),
    }
}

/// The ways in which a condition can hold, each a list of expressions.
fn condition(condition: &Condition) -> Vec<Vec<String>> {
    let Condition { operator, key, values } = condition;
    let value = format!("input.keys[{key:?}]");
    let all: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    let set = format!("{{{}}}", all.join(", "));
    let one_of = match values.as_slice() {
        [one] if one.starts_with("${") => {
            format!("{value} == input.keys[{:?}]", one.trim_start_matches("${").trim_end_matches('}'))
        }
        [one] => format!("{value} == {one:?}"),
        _ => format!("{value} in {set}"),
    };
    // The ranges of the workload are whole bytes and groups, so that their texts begin alike.
    let begins = || {
        values.iter().map(|range| {
            let begin = range.split("0/").next().unwrap_or_default().split(":/").next().unwrap_or_default();
            format!("startswith({value}, {begin:?})")
        })
    };
    match *operator {
        "StringEquals" | "Bool" => vec![vec![one_of]],
        "StringNotEquals" => vec![vec![format!("not {value} in {set}")]],
        "StringEqualsIfExists" => vec![vec![format!("not {value}")], vec![one_of]],
        "IpAddress" => begins().map(|test| vec![test]).collect(),
        "NotIpAddress" => vec![begins().map(|test| format!("not {test}")).collect()],
        "DateLessThan" => vec![vec![format!("{value} < {:?}", values[0])]],
        "NumericLessThan" => vec![vec![format!("{value} < {}", values[0])]],
        "StringLike" | "ArnLike" => values.iter().map(|pattern| text_test(&value, pattern)).collect(),
        "ForAllValues:StringEquals" => {
            vec![vec![format!("not {value}")], vec![format!("every one in {value} {{ one in {set} }}")]]
        }
        other => panic!("{other} is not translated"),
    }
}
