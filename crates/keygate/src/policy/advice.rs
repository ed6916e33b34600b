//! What AWS accepts and yet is hardly meant: warnings of `keygate policy check`.
//!
//! They rest on what the catalogue knows: services, actions, condition keys and whether those have several values.
//! Nothing here refuses anything, but for programs that want to be strict.

use std::collections::BTreeSet;

use keygate_catalog::{GlobalKey, ValueType, catalog, global_key};
use keygate_policy::{ConditionRef, Effect, Policy, PolicyKind, PrincipalKind, Statement, is_public};
use serde_json::{Map, Value};

/// One warning and the bytes of the document that it is about.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Advice {
    pub(crate) message: String,
    pub(crate) bytes: std::ops::Range<usize>,
}

/// Everything that is worth a warning in a document that AWS would accept, in the order of the text.
pub(crate) fn of(policy: &Policy) -> Vec<Advice> {
    let mut advice = Vec::new();
    for (statement, json) in policy.statements().iter().zip(statements(policy.text())) {
        let cx = Cx { policy, statement, json };
        cx.actions(&mut advice);
        for condition in statement.conditions() {
            cx.condition(&condition, &mut advice);
        }
    }
    advice.extend(everybody_may_assume(policy));
    advice.extend(public_bucket(policy));
    advice.extend(too_large(policy));
    advice.sort_by_key(|advice| advice.bytes.start);
    advice
}

/// One statement.
struct Cx<'a> {
    policy: &'a Policy,
    statement: &'a Statement,
    json: Map<String, Value>,
}

impl Cx<'_> {
    /// Actions that no service has; RCPs for services that do not heed them (rule 57).
    fn actions(&self, advice: &mut Vec<Advice>) {
        for element in ["Action", "NotAction"] {
            for action in words(self.json.get(element)) {
                let Some((vendor, name)) = action.split_once(':') else { continue };
                let exact = !action.contains(['*', '?']);
                let message = match catalog().service(vendor) {
                    _ if vendor.contains(['*', '?']) => continue,
                    None => format!("no service has the prefix {vendor}"),
                    Some(service)
                        if self.policy.kind() == PolicyKind::Rcp
                            && !service.supports_resource_control_policies =>
                    {
                        format!("resource control policies do not reach {vendor}: Organizations refuses this")
                    }
                    Some(service) if exact && service.action(name).is_none() => {
                        format!("{vendor} has no action {name}")
                    }
                    Some(service) if !exact && !service.actions.iter().any(|a| matches(name, a.name())) => {
                        format!("{vendor} has no action like {name}")
                    }
                    Some(_) => continue,
                };
                advice.push(Advice { message, bytes: self.find(&action) });
            }
        }
    }

    fn condition(&self, condition: &ConditionRef<'_>, advice: &mut Vec<Advice>) {
        let (key, bytes) = (condition.key, &condition.bytes);
        let mut warn = |message: String| advice.push(Advice { message, bytes: bytes.clone() });
        let (qualifier, base) = match condition.operator.split_once(':') {
            Some((qualifier, base)) => (Some(qualifier), base),
            None => (None, condition.operator),
        };
        let Some(known) = catalog().condition_key(key) else {
            let vendor = key.split_once(':').map_or(key, |(vendor, _)| vendor);
            // Keys of identity providers are in no catalogue; their prefixes are domains.
            if vendor.eq_ignore_ascii_case("aws") {
                warn(format!("{key} is no global condition key: no request has it"));
            } else if catalog().service(vendor).is_some() {
                warn(format!("{vendor} has no condition key {key}"));
            }
            return;
        };
        let null = base.eq_ignore_ascii_case("Null");
        match qualifier {
            // Rules 133, 140.
            None if known.multivalued && !null => warn(format!(
                "{key} has several values: without ForAllValues or ForAnyValue this matches no request that has two"
            )),
            // Rules 133, 141.
            Some(qualifier) if !known.multivalued => {
                warn(format!("{key} has one value: {qualifier} is for keys with several"));
            }
            // Rule 139.
            Some(qualifier)
                if qualifier.eq_ignore_ascii_case("ForAllValues")
                    && self.statement.effect() == Effect::Allow
                    && !self.demands(key) =>
            {
                warn(format!(
                    "ForAllValues is also satisfied where the request has no {key}: add \"Null\": {{\"{key}\": \"false\"}}"
                ));
            }
            _ => {}
        }
        let text = self.policy.text().get(bytes.clone()).unwrap_or_default();
        let sensitive = global_key(key).is_some_and(GlobalKey::is_sensitive);
        if sensitive && values(text).iter().any(|value| value.contains(['*', '?'])) {
            warn(format!("a wildcard in {key} has no use, and may let in more than is meant"));
        }
        for value in values(text) {
            if let Some(message) = unmeant(base, &value) {
                warn(message);
            }
        }
        // Rule 161.
        if known.value_type == ValueType::IpAddress && key.eq_ignore_ascii_case("aws:SourceIp") {
            for value in values(text).iter().filter(|value| is_private(value)) {
                warn(format!(
                    "{value} is a private address, which aws:SourceIp never is: see aws:VpcSourceIp"
                ));
            }
        }
    }

    /// Whether another condition of the statement asks for the key to be there.
    fn demands(&self, key: &str) -> bool {
        self.statement.conditions().any(|condition| {
            let text = self.policy.text().get(condition.bytes.clone()).unwrap_or_default();
            condition.operator.eq_ignore_ascii_case("Null")
                && condition.key.eq_ignore_ascii_case(key)
                && values(text).iter().all(|value| value.eq_ignore_ascii_case("false"))
        })
    }

    /// Where a word stands in the statement; the whole statement if it is written with escapes.
    fn find(&self, word: &str) -> std::ops::Range<usize> {
        let span = self.statement.span();
        let (start, end) = (span.start.offset, span.end.offset);
        let text = self.policy.text().get(start..end).unwrap_or_default();
        match text.find(&format!("\"{word}\"")) {
            Some(at) => start + at..start + at + word.len() + 2,
            None => start..end,
        }
    }
}

/// A value that the operator does not compare as it looks (rules 150, 162, 172).
fn unmeant(operator: &str, value: &str) -> Option<String> {
    let operator = operator.to_ascii_lowercase();
    let operator = operator.strip_suffix("ifexists").unwrap_or(&operator);
    let literal = value.replace("${*}", "").replace("${?}", "");
    let is_number = |text: &str| text.parse::<f64>().is_ok_and(f64::is_finite);
    match operator {
        _ if value.rsplit_once("${").is_some_and(|(_, variable)| !variable.contains('}')) => {
            Some(format!("{value} begins a variable and does not end it, so it is plain text"))
        }
        "stringequals" | "stringnotequals" | "stringequalsignorecase" | "stringnotequalsignorecase"
            if literal.contains(['*', '?']) =>
        {
            Some(format!("{value} has no wildcards here, only characters: see StringLike"))
        }
        "ipaddress" | "notipaddress" if !is_range(value) => {
            Some(format!("{value} is no address and no range, so it counts as if it were not there"))
        }
        "bool"
            if !value.contains("${")
                && !["true", "false"].iter().any(|word| value.eq_ignore_ascii_case(word)) =>
        {
            Some(format!("{value} is neither true nor false, so nothing matches it"))
        }
        numeric if numeric.starts_with("numeric") && !is_number(value) => {
            Some(format!("{value} is no number, so it counts as if it were not there"))
        }
        _ => None,
    }
}

/// An address, or one with the length of a prefix.
fn is_range(value: &str) -> bool {
    let (address, prefix) = value.split_once('/').unwrap_or((value, "0"));
    let longest = match address.parse() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    prefix.parse::<u8>().is_ok_and(|prefix| prefix <= longest)
}

/// Rule 209: accepted, and hardly ever meant.
fn everybody_may_assume(policy: &Policy) -> Option<Advice> {
    let mut principals = policy.principals().filter(|_| policy.kind() == PolicyKind::Trust);
    let everybody = principals.find(|principal| {
        let statement = policy.statements().get(principal.statement);
        let open = |statement: &Statement| {
            statement.effect() == Effect::Allow && statement.conditions().next().is_none()
        };
        let star = principal.kind == PrincipalKind::Star
            || (principal.kind == PrincipalKind::Aws && principal.value == "*");
        star && statement.is_some_and(open)
    })?;
    let message = "everybody in every account may assume this role".to_owned();
    Some(Advice { message, bytes: everybody.span })
}

/// Rule 238: where Block Public Access is on, S3 refuses such a policy or cuts off other accounts.
fn public_bucket(policy: &Policy) -> Option<Advice> {
    let speaks_of_s3 = statements(policy.text()).iter().any(|statement| {
        words(statement.get("Action")).iter().any(|action| action.to_ascii_lowercase().starts_with("s3:"))
    });
    let public = policy.kind() == PolicyKind::Resource && speaks_of_s3 && is_public(policy);
    public.then(|| Advice {
        message: "for S3 Block Public Access this policy is public".to_owned(),
        bytes: 0..1,
    })
}

/// Rules 50, 58, 229, 234.
fn too_large(policy: &Policy) -> Option<Advice> {
    let (size, limit) = (policy.size(), policy.kind().size_limit()?);
    (size > limit).then(|| Advice {
        message: format!("{size} characters are more than the {limit} that AWS allows by default"),
        bytes: 0..1,
    })
}

/// The statements of a document, in their order.
fn statements(text: &str) -> Vec<Map<String, Value>> {
    let document: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    let objects = |value: &Value| match value {
        Value::Array(items) => items.iter().filter_map(Value::as_object).cloned().collect(),
        value => value.as_object().into_iter().cloned().collect(),
    };
    document.get("Statement").map(objects).unwrap_or_default()
}

/// One string or many, each once.
fn words(element: Option<&Value>) -> BTreeSet<String> {
    match element {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(word)) => BTreeSet::from([word.clone()]),
        _ => BTreeSet::new(),
    }
}

/// The values of `"key": values`, as it is written.
fn values(text: &str) -> BTreeSet<String> {
    let member: Map<String, Value> = serde_json::from_str(&format!("{{{text}}}")).unwrap_or_default();
    match member.values().next() {
        Some(Value::Bool(value)) => BTreeSet::from([value.to_string()]),
        value => words(value),
    }
}

/// Whether a name fits a pattern of `*` and `?`, in any case: which prefixes of the name the pattern so far can be.
fn matches(pattern: &str, name: &str) -> bool {
    let mut reached = vec![false; name.chars().count() + 1];
    if let Some(nothing) = reached.first_mut() {
        *nothing = true;
    }
    for wanted in pattern.chars() {
        let fits = |found: char| wanted == '?' || wanted.eq_ignore_ascii_case(&found);
        let mut before = false;
        let names = std::iter::once(None).chain(name.chars().map(Some));
        for (here, found) in reached.iter_mut().zip(names) {
            let was = *here;
            *here = match (wanted, found) {
                ('*', _) => was || before,
                (_, Some(found)) => before && fits(found),
                (_, None) => false,
            };
            // A star goes on from where it already is, a character from where the pattern was.
            before = if wanted == '*' { *here } else { was };
        }
    }
    reached.last() == Some(&true)
}

/// An address or range of the private ones.
fn is_private(value: &str) -> bool {
    let address = value.split_once('/').map_or(value, |(address, _)| address);
    match address.parse() {
        Ok(std::net::IpAddr::V4(ip)) => ip.is_private(),
        Ok(std::net::IpAddr::V6(ip)) => ip.is_unique_local(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: PolicyKind, statement: &str, expected: &[(&str, &str)]) {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#);
        let policy = Policy::parse(&text, kind).unwrap();
        let found = of(&policy);
        let found: Vec<_> = found.iter().map(|a| (a.message.as_str(), &text[a.bytes.clone()])).collect();
        assert_eq!(found, expected, "{text}");
    }

    fn conditional(effect: &str, condition: &str) -> String {
        format!(r#"{{"Effect": "{effect}", "Action": "*", "Resource": "*", "Condition": {condition}}}"#)
    }

    #[test]
    fn rule_133_set_operators_belong_to_keys_with_several_values() {
        let several = "aws:TagKeys has several values: without ForAllValues or ForAnyValue this matches no request \
                       that has two";
        let one = "aws:PrincipalArn has one value: ForAnyValue is for keys with several";
        for (condition, expected) in [
            (r#"{"StringEquals": {"aws:TagKeys": "a"}}"#, &[(several, r#""aws:TagKeys": "a""#)][..]),
            (r#"{"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}"#, &[]),
            (r#"{"Null": {"aws:TagKeys": "true"}}"#, &[]),
            (r#"{"ForAnyValue:ArnLike": {"aws:PrincipalArn": "*"}}"#, &[(one, r#""aws:PrincipalArn": "*""#)]),
            (r#"{"ArnLike": {"aws:PrincipalArn": "*"}}"#, &[]),
        ] {
            check(PolicyKind::Identity, &conditional("Deny", condition), expected);
        }
    }

    #[test]
    fn rule_139_for_all_values_wants_a_guard() {
        let message = "ForAllValues is also satisfied where the request has no aws:TagKeys: add \"Null\": \
                       {\"aws:TagKeys\": \"false\"}";
        let open = r#"{"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}"#;
        let guarded =
            r#"{"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}, "Null": {"aws:tagkeys": false}}"#;
        check(PolicyKind::Identity, &conditional("Allow", open), &[(message, r#""aws:TagKeys": ["a"]"#)]);
        check(PolicyKind::Identity, &conditional("Allow", guarded), &[]);
        check(PolicyKind::Identity, &conditional("Deny", open), &[]);
    }

    #[test]
    fn rule_161_private_addresses_never_come_from_the_internet() {
        let message = "10.0.0.0/8 is a private address, which aws:SourceIp never is: see aws:VpcSourceIp";
        let condition = r#"{"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "10.0.0.0/8"]}}"#;
        let place = r#""aws:SourceIp": ["203.0.113.0/24", "10.0.0.0/8"]"#;
        check(PolicyKind::Identity, &conditional("Allow", condition), &[(message, place)]);
        let elsewhere = r#"{"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}"#;
        check(PolicyKind::Identity, &conditional("Allow", elsewhere), &[]);
    }

    #[test]
    fn wildcards_in_sensitive_keys() {
        let message = "a wildcard in aws:SourceVpc has no use, and may let in more than is meant";
        let condition = r#"{"StringLike": {"aws:SourceVpc": ["vpc-1", "vpc-*"]}}"#;
        let place = r#""aws:SourceVpc": ["vpc-1", "vpc-*"]"#;
        check(PolicyKind::Identity, &conditional("Allow", condition), &[(message, place)]);
        let fixed = r#"{"StringLike": {"aws:SourceVpc": "vpc-1", "aws:PrincipalArn": "*"}}"#;
        check(PolicyKind::Identity, &conditional("Allow", fixed), &[]);
    }

    #[test]
    fn rules_150_162_and_172_values_that_do_not_mean_what_they_look_like() {
        for (operator, value, expected) in [
            ("StringEquals", "a*", Some("a* has no wildcards here, only characters: see StringLike")),
            ("StringEquals", "a${*}", None),
            (
                "StringNotEqualsIfExists",
                "a?",
                Some("a? has no wildcards here, only characters: see StringLike"),
            ),
            ("StringLike", "a*", None),
            (
                "StringLike",
                "${aws:username",
                Some("${aws:username begins a variable and does not end it, so it is plain text"),
            ),
            ("StringLike", "${aws:username}*", None),
            (
                "IpAddress",
                "203.0.113.0/33",
                Some("203.0.113.0/33 is no address and no range, so it counts as if it were not there"),
            ),
            ("NotIpAddress", "2001:db8::/32", None),
            ("IpAddress", "203.0.113.9", None),
            ("Bool", "yes", Some("yes is neither true nor false, so nothing matches it")),
            ("Bool", "True", None),
            ("NumericLessThan", "ten", Some("ten is no number, so it counts as if it were not there")),
            ("NumericLessThan", "-1.5", None),
        ] {
            assert_eq!(unmeant(operator, value).as_deref(), expected, "{operator} {value}");
        }
        let condition = r#"{"NumericEqualsIfExists": {"s3:max-keys": ["10", "ten"]}}"#;
        let message = "ten is no number, so it counts as if it were not there";
        check(
            PolicyKind::Identity,
            &conditional("Deny", condition),
            &[(message, r#""s3:max-keys": ["10", "ten"]"#)],
        );
    }

    #[test]
    fn rule_227_keys_that_no_request_has() {
        for (key, expected) in [
            ("aws:SourceIP", None),
            ("aws:SourceIpp", Some("aws:SourceIpp is no global condition key: no request has it")),
            ("aws:PrincipalTag/team", None),
            ("s3:prefix", None),
            ("s3:prefixx", Some("s3 has no condition key s3:prefixx")),
            ("token.example.com:sub", None),
        ] {
            let place = format!(r#""{key}": "x""#);
            let condition = format!(r#"{{"StringEquals": {{{place}}}}}"#);
            let expected: Vec<_> = expected.iter().map(|message| (*message, place.as_str())).collect();
            check(PolicyKind::Identity, &conditional("Deny", &condition), &expected);
        }
    }

    #[test]
    fn rules_54_and_57_services_that_resource_control_policies_reach() {
        let deny = |action: &str| {
            format!(r#"{{"Effect": "Deny", "Principal": "*", "Action": "{action}", "Resource": "*"}}"#)
        };
        let message = "resource control policies do not reach ec2: Organizations refuses this";
        check(PolicyKind::Rcp, &deny("s3:*"), &[]);
        check(PolicyKind::Rcp, &deny("ec2:*"), &[(message, "\"ec2:*\"")]);
    }

    #[test]
    fn actions_that_no_service_has() {
        let allow = |action: &str| format!(r#"{{"Effect": "Allow", "Action": [{action}], "Resource": "*"}}"#);
        let expected = [
            ("s3 has no action GetObjct", r#""s3:GetObjct""#),
            ("s3 has no action like Gut*", r#""s3:Gut*""#),
            ("no service has the prefix storage", r#""storage:Get*""#),
        ];
        let actions = r#""s3:GetObject", "s3:GetObjct", "s3:g?tObj*t", "s3:*", "s3:Gut*", "storage:Get*", "*:Get*", "*""#;
        check(PolicyKind::Identity, &allow(actions), &expected);
    }

    #[test]
    fn names_and_patterns() {
        for (pattern, name, expected) in [
            ("", "", true),
            ("*", "", true),
            ("*", "Get", true),
            ("g?t*", "GetObject", true),
            ("Get", "GetObject", false),
            ("*Object", "GetObject", true),
            ("*Object?", "GetObject", false),
            ("G*b*t", "GetObject", true),
            ("G*x*t", "GetObject", false),
            ("?", "", false),
            ("**", "a", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
        assert!(!matches(&"*a".repeat(2_000), &"a".repeat(1_000)));
    }

    #[test]
    fn rule_209_everybody_in_a_trust_policy() {
        let trust = |principal: &str, more: &str| {
            format!(r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "sts:AssumeRole"{more}}}"#)
        };
        let message = "everybody in every account may assume this role";
        check(PolicyKind::Trust, &trust(r#""*""#, ""), &[(message, "*")]);
        check(PolicyKind::Trust, &trust(r#"{"AWS": ["111122223333", "*"]}"#, ""), &[(message, "*")]);
        let held = r#", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}"#;
        check(PolicyKind::Trust, &trust(r#""*""#, held), &[]);
    }

    #[test]
    fn rule_238_a_public_bucket_policy() {
        let bucket = |action: &str| {
            format!(
                r#"{{"Effect": "Allow", "Principal": "*", "Action": "{action}", "Resource": "arn:aws:s3:::b/*"}}"#
            )
        };
        let message = "for S3 Block Public Access this policy is public";
        check(PolicyKind::Resource, &bucket("s3:GetObject"), &[(message, "{")]);
        check(PolicyKind::Resource, &bucket("sqs:SendMessage"), &[]);
    }

    #[test]
    fn rule_50_policies_that_are_too_large() {
        let statement = format!(
            r#"{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::{}"}}"#,
            "b".repeat(7_000)
        );
        let size = "7108 characters are more than the 6144 that AWS allows by default";
        check(PolicyKind::Identity, &statement, &[(size, "{")]);
        check(PolicyKind::Scp, &statement, &[]);
    }
}
