//! Properties that no rule states alone and every evaluation must have, over random requests and whole stacks.
//!
//! The cases come from the generator of the second evaluator: a case is a line of JSON, a property changes something
//! about it and compares the answers. A failure shows the case before and after.

use keygate_policy::{Decision, LinkedStack, Prepared, Verdict, decide, decide_prepared, explain};
use keygate_policy_cases::{Case, Question};
use keygate_policy_reference::generate::{self, Choices, Seeded};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Layers that hold a list of policies.
const BAGS: [&str; 3] = ["identityPolicies", "sessionPolicies", "vpcEndpointPolicies"];
/// Layers that hold one policy.
const SINGLES: [&str; 2] = ["permissionsBoundary", "resourcePolicy"];
/// Layers that hold levels of policies.
const TREES: [&str; 2] = ["scps", "rcps"];

/// A random case, every document as JSON.
fn case(seed: u64) -> Value {
    let mut case = generate::case(&mut Seeded::new(seed));
    each_policy(&mut case, |_, policy| {
        if let Value::String(text) = &policy["document"] {
            policy["document"] = serde_json::from_str(text).unwrap();
        }
    });
    case
}

/// A random statement that could stand in any case, with elements that are allowed in this layer.
fn statement(seed: u64, effect: &str, layer: &str) -> Value {
    let mut statements = Vec::new();
    each_statement(&mut case(seed), |_, statement| statements.push(statement.clone()));
    let mut statement = statements.pop().unwrap_or_else(|| json!({"Action": "*", "Resource": "*"}));
    let members = statement.as_object_mut().unwrap();
    members.insert("Effect".into(), json!(effect));
    // What is wrong with it on purpose.
    members.remove("Conditions");
    if matches!(layer, "resourcePolicy" | "rcps" | "vpcEndpointPolicies") {
        if !members.contains_key("Principal") && !members.contains_key("NotPrincipal") {
            members.insert("Principal".into(), json!("*"));
        }
    } else {
        members.remove("Principal");
        members.remove("NotPrincipal");
    }
    if !members.contains_key("Resource") && !members.contains_key("NotResource") {
        members.insert("Resource".into(), json!("*"));
    }
    statement
}

fn document(statement: Value) -> Value {
    json!({"name": "more", "document": {"Version": "2012-10-17", "Statement": [statement]}})
}

fn question(case: &Value) -> Question {
    Question::new(&Case::parse(&case.to_string()).unwrap()).unwrap()
}

fn answer(case: &Value) -> Decision {
    question(case).decide()
}

/// Whether all policies of the case can be understood.
fn is_understood(case: &Value) -> bool {
    question(case).unreadable().is_empty()
}

/// Verdict and layer; which of several statements decides may change with their order.
fn outline(case: &Value) -> (Verdict, Option<keygate_policy::Layer>) {
    let decision = answer(case);
    (decision.verdict, decision.layer)
}

/// Calls `change` with the name of its layer for each policy of the case.
fn each_policy(case: &mut Value, mut change: impl FnMut(&str, &mut Value)) {
    for layer in BAGS {
        for policy in case[layer].as_array_mut().into_iter().flatten() {
            change(layer, policy);
        }
    }
    for layer in SINGLES {
        if case[layer].is_object() {
            change(layer, &mut case[layer]);
        }
    }
    for layer in TREES {
        for level in case[layer].as_array_mut().into_iter().flatten() {
            for policy in level["policies"].as_array_mut().into_iter().flatten() {
                change(layer, policy);
            }
        }
    }
}

fn each_statement(case: &mut Value, mut change: impl FnMut(&str, &mut Value)) {
    each_policy(case, |layer, policy| match &mut policy["document"]["Statement"] {
        Value::Array(statements) => statements.iter_mut().for_each(|statement| change(layer, statement)),
        statement => change(layer, statement),
    });
}

/// The statements of a document as a list, to be changed.
fn list_of_statements(policy: &mut Value) -> &mut Vec<Value> {
    let statements = &mut policy["document"]["Statement"];
    if !statements.is_array() {
        *statements = json!([statements.take()]);
    }
    statements.as_array_mut().unwrap()
}

/// Adds a statement to one of the policies that are there; says whether there was one.
fn add_statement(case: &mut Value, seed: u64, effect: &str) -> Option<String> {
    let mut count = 0;
    each_policy(case, |_, _| count += 1);
    let chosen = Seeded::new(seed).below(count.max(1));
    let (mut at, mut added) = (0, None);
    each_policy(case, |layer, policy| {
        if at == chosen {
            let statement = statement(seed, effect, layer);
            list_of_statements(policy).push(statement);
            added = Some(layer.to_owned());
        }
        at += 1;
    });
    added
}

fn is_free(case: &Value) -> bool {
    let action = case["request"]["action"].as_str().unwrap().to_ascii_lowercase();
    matches!(action.as_str(), "sts:getcalleridentity" | "sts:getsessiontoken")
}

/// Whether what is asked for is an action; otherwise it is denied whatever policies say.
fn is_well_formed(case: &Value) -> bool {
    let action = case["request"]["action"].as_str().unwrap();
    let (vendor, name) = action.split_once(':').unwrap_or_default();
    !vendor.is_empty() && !name.is_empty() && !name.contains(':') && !action.contains(['*', '?', '\0'])
}

fn is_service_linked(case: &Value) -> bool {
    case["request"]["principalRoleArn"].as_str().is_some_and(|arn| arn.contains(":role/aws-service-role/"))
}

/// Whether a policy of this layer has a say in the case at all.
fn counts(case: &Value, layer: &str) -> bool {
    let request = &case["request"];
    let principal = request["principal"].as_str().unwrap_or_default();
    let action = request["action"].as_str().unwrap().to_ascii_lowercase();
    match layer {
        "scps" => principal.starts_with("arn:") && !is_service_linked(case),
        "rcps" => action != "kms:retiregrant" && !is_service_linked(case),
        // Rule 238.
        "resourcePolicy" => !(principal.ends_with(":root") && action.ends_with("bucketpolicy")),
        _ => true,
    }
}

/// The case with a policy more in this layer: beside those that are there, or as the only one.
fn with_policy(mut case: Value, layer: &str, policy: Value) -> Value {
    if SINGLES.contains(&layer) {
        if case[layer].is_object() {
            let statements = policy["document"]["Statement"].as_array().unwrap().clone();
            list_of_statements(&mut case[layer]).extend(statements);
        } else {
            case[layer] = policy;
        }
    } else if TREES.contains(&layer) {
        match case[layer].as_array_mut().and_then(|levels| levels.last_mut()) {
            Some(level) => level["policies"].as_array_mut().unwrap().push(policy),
            None => case[layer] = json!([{"level": "only", "policies": [policy]}]),
        }
    } else {
        match case[layer].as_array_mut() {
            Some(policies) => policies.push(policy),
            None => case[layer] = json!([policy]),
        }
    }
    case
}

/// Lists of an object's values, members in their opposite order: as text, because maps are sorted when they are
/// written.
fn reversed(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().rev().map(reversed).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .rev()
                .map(|(name, value)| format!("{}: {}", json!(name), reversed(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        scalar => scalar.to_string(),
    }
}

/// Each letter in the other case.
fn swapped(text: &str) -> String {
    let swap = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    text.chars().map(swap).collect()
}

/// A key with the other case; tag keys keep theirs, which may tell two tags apart (rule 126).
fn respelled(key: &str) -> String {
    match key.split_once('/') {
        Some((prefix, tag)) => format!("{}/{tag}", swapped(prefix)),
        None => swapped(key),
    }
}

/// Every `${key}` with its key in the other case.
fn respelled_variables(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(respelled_variables),
        Value::String(text) => {
            let mut done = String::new();
            let mut rest = text.as_str();
            while let Some((before, behind)) = rest.split_once("${") {
                done.push_str(before);
                done.push_str("${");
                let end =
                    behind.find(|c: char| !c.is_ascii_alphanumeric() && c != ':').unwrap_or(behind.len());
                let (key, tail) = behind.split_at(end);
                done.push_str(&if tail.starts_with('}') { swapped(key) } else { key.to_owned() });
                rest = tail;
            }
            done.push_str(rest);
            *text = done;
        }
        _ => {}
    }
}

/// Statements that together say what this one says: one for each entry of a list that grants or forbids by "or".
fn split(statement: &Value) -> Vec<Value> {
    for element in ["Action", "Resource"] {
        if let Some(entries) = statement[element].as_array().filter(|entries| entries.len() > 1) {
            return entries
                .iter()
                .flat_map(|entry| split(&with(statement, element, json!([entry]))))
                .collect();
        }
    }
    if let Some(map) = statement["Principal"].as_object() {
        let values = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        let principals: Vec<Value> = map
            .iter()
            .flat_map(|(kind, value)| {
                values(value).into_iter().map(move |value| json!({kind.clone(): value}))
            })
            .collect();
        if principals.len() > 1 {
            return principals.into_iter().map(|one| with(statement, "Principal", one)).collect();
        }
    }
    vec![statement.clone()]
}

fn with(statement: &Value, element: &str, value: Value) -> Value {
    let mut statement = statement.clone();
    statement[element] = value;
    statement
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, max_global_rejects: 1_000_000, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn evaluation_with_and_without_observer_and_index_agree(seed: u64) {
        let case = case(seed);
        question(&case).ask(|request, stack| {
            let (explained, trace) = explain(request, stack);
            assert_eq!(decide(request, stack), explained, "{case}");
            let linked = LinkedStack::new(stack);
            assert_eq!(decide_prepared(&Prepared::new(*request), &linked.layers(stack.resource_rule, stack.kms_grant)), explained, "{case}");
            // The trace says the same as the decision.
            if let Some(at) = explained.statement {
                let deciding = trace.statements().find(|statement| statement.at == at).unwrap();
                assert!(deciding.matched, "{case}");
            }
            for statement in trace.statements() {
                let conditions = statement.conditions.iter().all(|condition| condition.matched);
                let parts = statement.principal && statement.action && statement.resource && conditions;
                assert_eq!(statement.matched, parts, "{case}");
            }
        });
    }

    #[test]
    fn an_explicit_deny_wins_wherever_it_stands(seed: u64) {
        let case = case(seed);
        prop_assume!(!is_free(&case) && is_well_formed(&case));
        for layer in BAGS.into_iter().chain(SINGLES).chain(TREES) {
            let mut deny = json!({"Effect": "Deny", "Action": "*", "Resource": "*"});
            if matches!(layer, "resourcePolicy" | "rcps" | "vpcEndpointPolicies") {
                deny["Principal"] = json!("*");
            }
            let denied = with_policy(case.clone(), layer, document(deny));
            if counts(&case, layer) && is_understood(&denied) {
                prop_assert_eq!(answer(&denied).verdict, Verdict::ExplicitlyDenied, "{} {}", layer, denied);
            }
        }
    }

    #[test]
    fn adding_an_allow_never_removes_access(seed: u64, more: u64) {
        let before = case(seed);
        prop_assume!(answer(&before).is_allowed());
        // To a policy that is there, of whatever layer.
        let mut after = before.clone();
        add_statement(&mut after, more, "Allow");
        prop_assert!(answer(&after).is_allowed() || !is_understood(&after), "{}\n{}", before, after);
        // As a policy more, in the layers that grant.
        for layer in ["identityPolicies", "resourcePolicy"] {
            let statement = statement(more, "Allow", layer);
            let after = with_policy(before.clone(), layer, document(statement));
            prop_assert!(answer(&after).is_allowed() || !is_understood(&after), "{}\n{}", before, after);
        }
    }

    #[test]
    fn adding_a_deny_never_adds_access(seed: u64, more: u64) {
        let before = case(seed);
        prop_assume!(!answer(&before).is_allowed());
        let mut after = before.clone();
        add_statement(&mut after, more, "Deny");
        prop_assert!(!answer(&after).is_allowed(), "{}\n{}", before, after);
        for layer in BAGS.into_iter().chain(SINGLES).chain(TREES) {
            let statement = statement(more, "Deny", layer);
            let after = with_policy(before.clone(), layer, document(statement));
            prop_assert!(!answer(&after).is_allowed(), "{}\n{}", before, after);
        }
    }

    #[test]
    fn a_boundary_and_every_other_limit_never_grant(seed: u64, more: u64) {
        let before = case(seed);
        prop_assume!(!answer(&before).is_allowed());
        let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        let federated = before["request"]["principal"].as_str().is_some_and(|arn| arn.contains(":federated-user/"));
        for layer in ["permissionsBoundary", "sessionPolicies", "scps", "rcps", "vpcEndpointPolicies"] {
            // A layer that is not there, but for session policies, without which federated users have nothing.
            if !before[layer].is_null() || (federated && layer == "sessionPolicies") {
                continue;
            }
            let mut full = everything.clone();
            if matches!(layer, "rcps" | "vpcEndpointPolicies") {
                full["Principal"] = json!("*");
            }
            for statement in [full, statement(more, "Allow", layer)] {
                let after = with_policy(before.clone(), layer, document(statement));
                prop_assert!(!answer(&after).is_allowed(), "{}\n{}", before, after);
            }
        }
    }

    #[test]
    fn statement_and_policy_and_element_order_never_matter(seed: u64) {
        let before = case(seed);
        let mut after = before.clone();
        for layer in BAGS.into_iter().chain(TREES) {
            if let Some(list) = after[layer].as_array_mut() {
                list.reverse();
            }
        }
        for layer in TREES {
            for level in after[layer].as_array_mut().into_iter().flatten() {
                level["policies"].as_array_mut().unwrap().reverse();
            }
        }
        each_policy(&mut after, |_, policy| policy["document"] = json!(reversed(&policy["document"])));
        prop_assert_eq!(outline(&before), outline(&after), "{}\n{}", before, after);
    }

    #[test]
    fn splitting_and_merging_statements_changes_nothing(seed: u64) {
        let before = case(seed);
        prop_assume!(is_understood(&before));
        let mut after = before.clone();
        each_policy(&mut after, |_, policy| {
            let statements = list_of_statements(policy);
            *statements = statements.iter().flat_map(split).collect();
        });
        prop_assert_eq!(outline(&before), outline(&after), "{}\n{}", before, after);
        // One document for every statement, where a layer holds several.
        for layer in BAGS {
            apart(&mut after[layer]);
        }
        for layer in TREES {
            for level in after[layer].as_array_mut().into_iter().flatten() {
                apart(&mut level["policies"]);
            }
        }
        prop_assert_eq!(outline(&before), outline(&after), "{}\n{}", before, after);
    }

    #[test]
    fn the_case_of_actions_and_keys_never_matters(seed: u64) {
        let before = case(seed);
        let mut after = before.clone();
        after["request"]["action"] = json!(swapped(after["request"]["action"].as_str().unwrap()));
        let context = after["request"]["context"].as_object().cloned().unwrap_or_default();
        let context: Map<String, Value> =
            context.into_iter().map(|(key, value)| (respelled(&key), value)).collect();
        after["request"]["context"] = json!(context);
        each_policy(&mut after, |_, policy| {
            // In the old version a variable is text, and the case of text matters.
            let new = policy["document"]["Version"] == "2012-10-17";
            for statement in list_of_statements(policy).iter_mut().filter_map(Value::as_object_mut) {
                recase(statement, new);
            }
        });
        prop_assert_eq!(outline(&before), outline(&after), "{}\n{}", before, after);
    }

    #[test]
    fn what_cannot_be_understood_never_allows(seed: u64, more: usize) {
        let before = case(seed);
        let layers: Vec<&str> = BAGS.into_iter().chain(SINGLES).chain(TREES).collect();
        let layer = layers[more % layers.len()];
        let broken = json!({"name": "broken", "document": {"Statement": [{"Effect": "Allow", "Action": "*",
            "Resource": "*", "Conditions": {}}]}});
        let after = with_policy(before.clone(), layer, broken);
        prop_assert!(!answer(&after).is_allowed(), "{}\n{}", before, after);
    }
}

/// A list of policies with one statement each.
fn apart(policies: &mut Value) {
    let Some(list) = policies.as_array_mut() else { return };
    let one = |policy: &Value| -> Vec<Value> {
        let mut policy = policy.clone();
        let statements = std::mem::take(list_of_statements(&mut policy));
        let alone = |statement| {
            let mut policy = policy.clone();
            policy["document"]["Statement"] = json!([statement]);
            policy
        };
        statements.into_iter().map(alone).collect()
    };
    *list = list.iter().flat_map(one).collect();
}

fn recase(statement: &mut Map<String, Value>, variables: bool) {
    for element in ["Action", "NotAction"] {
        match statement.get_mut(element) {
            Some(Value::String(action)) => *action = swapped(action),
            Some(Value::Array(actions)) => {
                for action in actions.iter_mut().filter(|action| action.is_string()) {
                    *action = json!(swapped(action.as_str().unwrap()));
                }
            }
            _ => {}
        }
    }
    for element in ["Resource", "NotResource"] {
        if let Some(value) = statement.get_mut(element).filter(|_| variables) {
            respelled_variables(value);
        }
    }
    for block in statement.get_mut("Condition").and_then(Value::as_object_mut).into_iter().flatten() {
        let Some(keys) = block.1.as_object_mut() else { continue };
        *keys = std::mem::take(keys)
            .into_iter()
            .map(|(key, mut value)| {
                if variables {
                    respelled_variables(&mut value);
                }
                (respelled(&key), value)
            })
            .collect();
    }
}
