//! The workload for Cedar: a policy for every statement, everything it asks about in the context.

use std::str::FromStr as _;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, RestrictedExpression,
};
use keygate_engine_bench::workload::{Asked, Condition, Principal, Rule};

use crate::Peer;

pub(crate) struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
}

impl Peer for Cedar {
    type Request = Request;

    fn new(principal: &Principal) -> Self {
        let rules = principal.policies.iter().flat_map(|document| &document.rules);
        let text: String = rules.map(|rule| policy(rule, principal)).collect();
        Self {
            authorizer: Authorizer::new(),
            policies: PolicySet::from_str(&text).expect("policies that Cedar understands"),
            entities: Entities::empty(),
        }
    }

    fn request(principal: &Principal, asked: &Asked) -> Request {
        let uid = |kind: &str, id: &str| EntityUid::from_str(&format!("{kind}::{id:?}")).expect("a name");
        let mut pairs = vec![
            ("Action".to_owned(), RestrictedExpression::new_string(asked.action.to_ascii_lowercase())),
            ("Resource".to_owned(), RestrictedExpression::new_string(asked.resource.clone())),
        ];
        for (key, value) in &asked.keys {
            let expression = match *key {
                "aws:SourceIp" => RestrictedExpression::new_ip(value),
                "aws:EpochTime" => RestrictedExpression::new_long(value.parse().expect("a number")),
                "aws:CurrentTime" => RestrictedExpression::new_datetime(value),
                _ => RestrictedExpression::new_string(value.clone()),
            };
            pairs.push((name(key), expression));
        }
        for (key, values) in &asked.lists {
            let values = values.iter().cloned().map(RestrictedExpression::new_string);
            pairs.push((name(key), RestrictedExpression::new_set(values)));
        }
        let context = Context::from_pairs(pairs).expect("keys that differ");
        let (action, resource) = (uid("Action", &asked.action), uid("Resource", "any"));
        Request::new(uid("User", &principal.name), action, resource, context, None).expect("a request")
    }

    fn decide(&mut self, request: &Request) -> bool {
        self.authorizer.is_authorized(request, &self.policies, &self.entities).decision() == Decision::Allow
    }
}

fn policy(rule: &Rule, principal: &Principal) -> String {
    let any = |tests: Vec<String>| format!("({})", tests.join(" || "));
    let actions = rule.actions.iter().map(|action| text_test("context.Action", &action.to_ascii_lowercase()));
    let resources = rule
        .resources
        .iter()
        .map(|resource| text_test("context.Resource", &resource.replace("${aws:username}", &principal.name)));
    let mut tests = vec![any(actions.collect()), any(resources.collect())];
    tests.extend(rule.conditions.iter().map(condition));
    let effect = if rule.allow { "permit" } else { "forbid" };
    format!("{effect}(principal, action, resource) when {{ {} }};\n", tests.join(" && "))
}

fn text_test(what: &str, pattern: &str) -> String {
    match pattern {
        "*" => "true".to_owned(),
        pattern if pattern.contains('*') => format!("{what} like {pattern:?}"),
        plain => format!("{what} == {plain:?}"),
    }
}

fn condition(condition: &Condition) -> String {
    let Condition { operator, key, values } = condition;
    let key = name(key);
    let (has, value) = (format!("context has {key}"), format!("context.{key}"));
    let list = |values: &[String]| format!("{values:?}");
    let ranges = || {
        let tests: Vec<String> =
            values.iter().map(|range| format!("{value}.isInRange(ip({range:?}))")).collect();
        tests.join(" || ")
    };
    let equal = || match values.as_slice() {
        [one] if one.starts_with("${") => {
            let other = name(one.trim_start_matches("${").trim_end_matches('}'));
            format!("(context has {other} && {value} == context.{other})")
        }
        [one] => format!("{value} == {one:?}"),
        many => format!("{}.contains({value})", list(many)),
    };
    match *operator {
        "StringEquals" | "Bool" => format!("({has} && {})", equal()),
        "StringNotEquals" => format!("!({has} && {})", equal()),
        "StringEqualsIfExists" => format!("(!({has}) || {})", equal()),
        "IpAddress" => format!("({has} && ({}))", ranges()),
        "NotIpAddress" => format!("!({has} && ({}))", ranges()),
        "DateLessThan" => format!("({has} && {value} < datetime({:?}))", values[0]),
        "NumericLessThan" => format!("({has} && {value} < {})", values[0]),
        "StringLike" | "ArnLike" => {
            let tests: Vec<String> = values.iter().map(|pattern| text_test(&value, pattern)).collect();
            format!("({has} && ({}))", tests.join(" || "))
        }
        "ForAllValues:StringEquals" => format!("(!({has}) || {}.containsAll({value}))", list(values)),
        other => panic!("{other} is not translated"),
    }
}

/// `aws:ResourceTag/Team` as a name of Cedar.
fn name(key: &str) -> String {
    key.replace([':', '/'], "_")
}
