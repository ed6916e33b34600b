//! Simulations as callers make them; the answers were compared with Amazon's where that is known.

use std::collections::BTreeMap;

use keygate_operation::testing::World;
use keygate_policy::{Policy, PolicyKind};
use keygate_shapes::iam::{
    ContextEntry, EvaluationResult, GetContextKeysForCustomPolicyRequest,
    GetContextKeysForPrincipalPolicyRequest, InlinePolicyIdentifierType, OrderedOrganizationPolicyType,
    PolicyIdentifier, SimulateCustomPolicyRequest, SimulatePrincipalPolicyRequest, Statement, Tag,
    TagUserRequest,
};
use keygate_state::{Group, ManagedRef, PolicyText, Role, User};
use keygate_wire::ApiError;

use super::get_context_keys_for_custom_policy::GetContextKeysForCustomPolicy;
use super::get_context_keys_for_principal_policy::GetContextKeysForPrincipalPolicy;
use super::simulate_custom_policy::SimulateCustomPolicy;
use super::simulate_principal_policy::SimulatePrincipalPolicy;
use crate::policy::testing::{add_group, add_role, add_user, change, error, failure};
use crate::user::tag_user::TagUser;

const A: &str = "arn:aws:s3:::bucket/a";
const B: &str = "arn:aws:s3:::bucket/b";
const ALICE: &str = "arn:aws:iam::123456789012:user/staff/alice";
const APP: &str = "arn:aws:iam::123456789012:role/app";

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn statement(effect: &str, action: &str, resource: &str, more: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}"{more}}}]}}"#
    )
}

fn allow(action: &str) -> String {
    statement("Allow", action, "*", "")
}

fn deny(action: &str) -> String {
    statement("Deny", action, "*", "")
}

fn allow_if(condition: &str) -> String {
    statement("Allow", "s3:GetObject", "*", &format!(r#","Condition":{condition}"#))
}

fn custom(policies: &[&str], actions: &[&str], resources: &[&str]) -> SimulateCustomPolicyRequest {
    SimulateCustomPolicyRequest {
        policy_input_list: texts(policies),
        action_names: texts(actions),
        resource_arns: (!resources.is_empty()).then(|| texts(resources)),
        ..Default::default()
    }
}

fn entry(name: &str, of: &str, values: &[&str]) -> ContextEntry {
    ContextEntry {
        context_key_name: Some(name.to_owned()),
        context_key_values: Some(texts(values)),
        context_key_type: Some(of.to_owned()),
    }
}

fn simulate(input: SimulateCustomPolicyRequest) -> Result<Vec<EvaluationResult>, ApiError> {
    World::new().read(&SimulateCustomPolicy, input).map(|answer| answer.evaluation_results.unwrap())
}

/// The only result.
fn one(input: SimulateCustomPolicyRequest) -> EvaluationResult {
    let mut results = simulate(input).unwrap();
    assert_eq!(results.len(), 1);
    results.remove(0)
}

fn shown(statements: &[Statement]) -> Vec<(String, i32, i32)> {
    let one = |statement: &Statement| {
        let id = format!(
            "{}/{}",
            statement.source_policy_type.as_ref().unwrap(),
            statement.source_policy_id.as_ref().unwrap()
        );
        let column =
            |position: &Option<keygate_shapes::iam::Position>| position.as_ref().unwrap().column.unwrap();
        (id, column(&statement.start_position), column(&statement.end_position))
    };
    statements.iter().map(one).collect()
}

/// Decision and sources of the matched statements.
fn told(result: &EvaluationResult) -> (String, Vec<String>) {
    let matched = shown(result.matched_statements.as_ref().unwrap());
    (result.eval_decision.clone(), matched.into_iter().map(|(id, ..)| id).collect())
}

#[test]
fn rule_193_without_resources_there_is_one_answer_for_all() {
    let result = one(custom(&[&allow("s3:GetObject")], &["s3:GetObject"], &[]));
    assert_eq!(result.eval_action_name, "s3:GetObject");
    assert_eq!(result.eval_resource_name.as_deref(), Some("*"));
    assert_eq!(result.eval_decision, "allowed");
    let matched = vec![("IAM Policy/PolicyInputList.1".to_owned(), 38, 95)];
    assert_eq!(shown(&result.matched_statements.unwrap()), matched);
    assert_eq!(result.missing_context_values, Some(vec![]));
    assert_eq!(result.eval_decision_details, None);
    assert_eq!(result.resource_specific_results, None);
    assert_eq!(result.organizations_decision_detail, None);
    assert_eq!(result.permissions_boundary_decision_detail, None);
}

#[test]
fn rule_193_each_resource_has_its_answer_and_the_least_counts() {
    let policy = statement("Allow", "s3:GetObject", A, "");
    let result = one(custom(&[&policy], &["s3:GetObject"], &[A, B]));
    assert_eq!(told(&result), ("implicitDeny".to_owned(), vec!["IAM Policy/PolicyInputList.1".to_owned()]));
    assert_eq!(result.eval_decision_details, Some(BTreeMap::new()));
    assert_eq!(
        result.eval_resource_name.as_deref(),
        Some("arn:${Partition}:s3:::${BucketName}/${ObjectName}")
    );
    let specific = result.resource_specific_results.unwrap();
    let decisions: Vec<_> = specific.iter().map(|result| result.eval_resource_decision.as_str()).collect();
    assert_eq!(decisions, ["allowed", "implicitDeny"]);
    assert_eq!((&specific[0].eval_resource_name[..], &specific[1].eval_resource_name[..]), (A, B));
    assert_eq!(shown(specific[0].matched_statements.as_ref().unwrap()).len(), 1);
    assert_eq!(specific[1].matched_statements, None);
    assert_eq!(specific[1].missing_context_values, None);
    // A denial anywhere hides the grants.
    let policy = [statement("Allow", "s3:GetObject", A, ""), statement("Deny", "s3:GetObject", B, "")];
    let result = one(custom(&[&policy[0], &policy[1]], &["s3:GetObject"], &[A, B]));
    assert_eq!(told(&result), ("explicitDeny".to_owned(), vec!["IAM Policy/PolicyInputList.2".to_owned()]));
    let one_resource = one(custom(&[&allow("*")], &["s3:GetObject"], &[A]));
    assert_eq!(one_resource.eval_resource_name.as_deref(), Some(A));
}

#[test]
fn actions_are_answered_in_their_order_and_as_they_are_written() {
    let actions = ["S3:gEtObJeCt", "s3:PutObject", "S3:gEtObJeCt", "madeup:Action", "s3:*", "s3:"];
    let results = simulate(custom(&[&allow("s3:GetObject")], &actions, &[])).unwrap();
    let told: Vec<_> = results
        .iter()
        .map(|result| (result.eval_action_name.as_str(), result.eval_decision.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("S3:gEtObJeCt", "allowed"),
            ("s3:PutObject", "implicitDeny"),
            ("S3:gEtObJeCt", "allowed"),
            ("madeup:Action", "implicitDeny"),
            ("s3:*", "implicitDeny"),
            ("s3:", "implicitDeny"),
        ]
    );
}

#[test]
fn missing_keys_are_told_of_what_is_not_allowed() {
    let other = statement(
        "Allow",
        "s3:PutObject",
        "*",
        r#","Condition":{"StringEquals":{"a:other":"${a:variable}"}}"#,
    );
    let needs = allow_if(r#"{"StringEquals":{"a:missing":"yes"}}"#);
    let input = || custom(&[&needs, &other], &["s3:GetObject"], &[A]);
    let result = one(input());
    assert_eq!(told(&result), ("implicitDeny".to_owned(), vec![]));
    let keys = texts(&["a:missing", "a:other", "a:variable"]);
    assert_eq!(result.missing_context_values, Some(keys.clone()));
    assert_eq!(result.resource_specific_results.unwrap()[0].missing_context_values, Some(keys));
    let given = |value: &str| SimulateCustomPolicyRequest {
        context_entries: Some(vec![entry("A:Missing", "string", &[value])]),
        ..input()
    };
    let result = one(given("no"));
    assert_eq!(result.missing_context_values, Some(texts(&["a:other", "a:variable"])));
    let result = one(given("yes"));
    assert_eq!((result.eval_decision.as_str(), result.missing_context_values), ("allowed", Some(vec![])));
    let result = one(custom(&[&deny("*"), &needs], &["s3:GetObject"], &[]));
    assert_eq!(
        (result.eval_decision.as_str(), result.missing_context_values),
        ("explicitDeny", Some(vec![]))
    );
}

#[test]
fn a_boundary_limits_and_is_told_of() {
    for (boundary, decision, allowed, matched) in [
        (allow("s3:*"), "allowed", true, vec!["IAM Policy/PolicyInputList.1"]),
        (allow("s3:PutObject"), "implicitDeny", false, vec![]),
        (
            deny("s3:GetObject"),
            "explicitDeny",
            false,
            vec!["Permissions Boundary Policy/PermissionsBoundaryPolicyInputList.1"],
        ),
    ] {
        let input = SimulateCustomPolicyRequest {
            permissions_boundary_policy_input_list: Some(vec![boundary.clone()]),
            ..custom(&[&allow("s3:GetObject")], &["s3:GetObject"], &[A])
        };
        let result = one(input);
        assert_eq!(told(&result), (decision.to_owned(), texts(&matched)), "{boundary}");
        let detail = result.permissions_boundary_decision_detail.unwrap();
        assert_eq!(detail.allowed_by_permissions_boundary, Some(allowed), "{boundary}");
        let specific = result.resource_specific_results.unwrap().remove(0);
        let detail = specific.permissions_boundary_decision_detail.unwrap();
        assert_eq!(detail.allowed_by_permissions_boundary, Some(allowed), "{boundary}");
    }
}

#[test]
fn rule_45_service_control_policies_level_by_level_with_conditions() {
    let conditional = allow_if(r#"{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}"#);
    for (levels, region, decision, allowed) in [
        (vec![vec![allow("*")], vec![allow("*")]], None, "allowed", true),
        (vec![vec![allow("*")], vec![deny("s3:GetObject")]], None, "explicitDeny", false),
        (vec![vec![allow("*")], vec![allow("s3:PutObject")]], None, "implicitDeny", false),
        (vec![vec![deny("s3:GetObject"), allow("*")], vec![allow("*")]], None, "explicitDeny", false),
        (vec![vec![conditional.clone()]], Some("eu-west-1"), "allowed", true),
        (vec![vec![conditional.clone()]], Some("us-east-1"), "implicitDeny", false),
    ] {
        let levels = levels.into_iter().map(|documents| OrderedOrganizationPolicyType {
            service_control_policy_input_list: Some(documents),
        });
        let input = SimulateCustomPolicyRequest {
            ordered_organization_policy_input_list: Some(levels.collect()),
            context_entries: region.map(|region| vec![entry("aws:RequestedRegion", "string", &[region])]),
            ..custom(&[&allow("s3:GetObject")], &["s3:GetObject"], &[])
        };
        let result = one(input.clone());
        assert_eq!(result.eval_decision, decision, "{input:?}");
        let detail = result.organizations_decision_detail.clone().unwrap();
        assert_eq!(detail.allowed_by_organizations, Some(allowed), "{input:?}");
        assert_eq!(told(&result).1.is_empty(), !allowed, "{input:?}");
        assert_eq!(result.missing_context_values, Some(vec![]));
    }
}

#[test]
fn rules_13_22_35_resource_policies_grant_and_other_accounts_need_both_sides() {
    let direct = statement(
        "Allow",
        "s3:GetObject",
        "arn:aws:s3:::bucket/*",
        &format!(r#","Principal":{{"AWS":"{ALICE}"}}"#),
    );
    let delegated =
        statement("Allow", "s3:GetObject", "arn:aws:s3:::bucket/*", r#","Principal":{"AWS":"123456789012"}"#);
    let elsewhere = Some("arn:aws:iam::999999999999:root");
    let details = |iam: &str, resource: &str| {
        let pairs = [("IAM Policy", iam), ("Resource Policy", resource)];
        pairs.map(|(source, answer)| (source.to_owned(), answer.to_owned())).into_iter().collect()
    };
    let identity = allow("s3:GetObject");
    let resource_only = vec!["Resource Policy/ResourcePolicy"];
    let both = vec!["IAM Policy/PolicyInputList.1", "Resource Policy/ResourcePolicy"];
    for (policies, resource_policy, owner, decision, matched, expected) in [
        (vec![], &direct, None, "allowed", resource_only, BTreeMap::new()),
        (vec![], &delegated, None, "implicitDeny", vec![], BTreeMap::new()),
        (vec![identity.as_str()], &delegated, None, "allowed", sorted(&both), BTreeMap::new()),
        (vec![], &direct, elsewhere, "implicitDeny", vec![], details("implicitDeny", "allowed")),
        (
            vec![identity.as_str()],
            &direct,
            elsewhere,
            "allowed",
            sorted(&both),
            details("allowed", "allowed"),
        ),
    ] {
        let input = SimulateCustomPolicyRequest {
            resource_policy: Some(resource_policy.clone()),
            resource_owner: owner.map(str::to_owned),
            caller_arn: Some(ALICE.to_owned()),
            ..custom(&policies, &["s3:GetObject"], &[A])
        };
        let result = one(input.clone());
        let (found, mut sources) = told(&result);
        sources.sort();
        assert_eq!((found.as_str(), sources), (decision, texts(&matched)), "{input:?}");
        assert_eq!(result.eval_decision_details, Some(expected.clone()), "{input:?}");
        let specific = result.resource_specific_results.unwrap().remove(0);
        assert_eq!(specific.eval_decision_details.unwrap_or_default(), expected, "{input:?}");
    }
}

fn sorted<'a>(texts: &[&'a str]) -> Vec<&'a str> {
    let mut texts = texts.to_vec();
    texts.sort_unstable();
    texts
}

#[test]
fn the_caller_gives_keys_and_entries_replace_them() {
    let caller = |arn: &str, condition: &str, entries: Vec<ContextEntry>| SimulateCustomPolicyRequest {
        caller_arn: Some(arn.to_owned()),
        context_entries: Some(entries),
        ..custom(&[&allow_if(condition)], &["s3:GetObject"], &[])
    };
    for (arn, condition, decision) in [
        (ALICE, r#"{"StringEquals":{"aws:username":"alice"}}"#, "allowed"),
        (
            ALICE,
            r#"{"StringEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:user/staff/alice"}}"#,
            "allowed",
        ),
        (
            ALICE,
            r#"{"StringEquals":{"aws:PrincipalAccount":"123456789012","aws:PrincipalType":"User"}}"#,
            "allowed",
        ),
        (
            ALICE,
            r#"{"Null":{"aws:userid":"true","aws:SourceIp":"true","aws:TokenIssueTime":"true"}}"#,
            "allowed",
        ),
        (ALICE, r#"{"DateEquals":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}"#, "allowed"),
        (ALICE, r#"{"NumericEquals":{"aws:EpochTime":"1767225600"}}"#, "allowed"),
        (ALICE, r#"{"Bool":{"aws:ViaAWSService":"false","aws:PrincipalIsAWSService":"false"}}"#, "allowed"),
        (ALICE, r#"{"StringEquals":{"aws:ResourceAccount":"123456789012"}}"#, "allowed"),
        (
            APP,
            r#"{"Null":{"aws:username":"true"},"StringEquals":{"aws:PrincipalType":"AssumedRole"}}"#,
            "allowed",
        ),
        (APP, r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/app"}}"#, "allowed"),
        ("arn:aws:iam::123456789012:group/g", r#"{"Null":{"aws:PrincipalArn":"true"}}"#, "allowed"),
        (ALICE, r#"{"StringEquals":{"aws:username":"bob"}}"#, "implicitDeny"),
    ] {
        assert_eq!(one(caller(arn, condition, vec![])).eval_decision, decision, "{arn} {condition}");
    }
    let name = vec![entry("aws:UserName", "string", &["bob"])];
    let result = one(caller(ALICE, r#"{"StringEquals":{"aws:username":"bob"}}"#, name));
    assert_eq!(result.eval_decision, "allowed");
}

#[test]
fn amazon_s_refusals() {
    let good = || custom(&[&allow("*")], &["s3:GetObject"], &[A]);
    let resource_policy = Some(statement("Allow", "*", A, r#","Principal":"*""#));
    let caller = "Invalid caller - Caller must be an IAM user, role or group in this context.";
    let level = OrderedOrganizationPolicyType { service_control_policy_input_list: Some(vec![]) };
    let cases = [
        (
            SimulateCustomPolicyRequest { action_names: texts(&["GetObject"]), ..good() },
            "The action is invalid since it is missing names",
        ),
        (
            SimulateCustomPolicyRequest { resource_arns: Some(texts(&["not-an-arn"])), ..good() },
            "ResourceNames are not in a valid ARN format: not-an-arn.",
        ),
        (
            SimulateCustomPolicyRequest { resource_arns: Some(texts(&["arn:aws:s3"])), ..good() },
            "ResourceNames are not in a valid ARN format: arn:aws:s3.",
        ),
        (
            SimulateCustomPolicyRequest { resource_arns: Some(texts(&[A, "*"])), ..good() },
            "ResourceNames are not in a valid ARN format: *.",
        ),
        (
            SimulateCustomPolicyRequest { policy_input_list: texts(&[&allow("*"), "{"]), ..good() },
            "Policy input list item 2 has invalid content",
        ),
        (
            SimulateCustomPolicyRequest {
                policy_input_list: texts(&[r#"{"Version":"2099-01-01","Statement":[]}"#]),
                ..good()
            },
            "Policy input list item 1 has invalid content",
        ),
        (
            SimulateCustomPolicyRequest {
                permissions_boundary_policy_input_list: Some(vec![allow("*"), allow("*")]),
                ..good()
            },
            "The list of Permissions Boundary policies cannot exceed 1 items.",
        ),
        (
            SimulateCustomPolicyRequest {
                ordered_organization_policy_input_list: Some(vec![level]),
                ..good()
            },
            "Organization policy at index 1 must contain at least one service control policy",
        ),
        (
            SimulateCustomPolicyRequest { resource_policy: resource_policy.clone(), ..good() },
            "Invalid caller - Caller cannot be null or empty.",
        ),
        (
            SimulateCustomPolicyRequest {
                caller_arn: Some("arn:aws:iam::123456789012:root".to_owned()),
                ..good()
            },
            caller,
        ),
        (
            SimulateCustomPolicyRequest {
                caller_arn: Some("arn:aws:sts::123456789012:assumed-role/app/s".to_owned()),
                ..good()
            },
            caller,
        ),
        (
            SimulateCustomPolicyRequest { resource_owner: Some("123456789012".to_owned()), ..good() },
            "'123456789012' is not a valid as a Resource Owner.",
        ),
        (
            SimulateCustomPolicyRequest {
                resource_policy,
                caller_arn: Some(ALICE.to_owned()),
                resource_arns: None,
                ..good()
            },
            "Invalid Entity Arn: * does not clearly define entity type and name.",
        ),
        (
            SimulateCustomPolicyRequest {
                resource_handling_option: Some("EC2-VPC-EBS".to_owned()),
                ..good()
            },
            "Invalid input resource handling options. Action does not support resource handling options: s3:GetObject.",
        ),
        (
            SimulateCustomPolicyRequest { marker: Some("not-a-marker".to_owned()), ..good() },
            "Invalid marker for pagination.",
        ),
    ];
    for (input, message) in cases {
        assert_eq!(failure(simulate(input)), error("InvalidInput", message));
    }
    let instance = "arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789abcdef0";
    let scenario = SimulateCustomPolicyRequest {
        resource_handling_option: Some("EC2-VPC-InstanceStore-Subnet".to_owned()),
        ..custom(&[&allow("*")], &["ec2:RunInstances"], &[instance])
    };
    // As on AWS, the other resources of the scenario may be left out.
    assert_eq!(one(scenario).eval_decision, "allowed");
}

#[test]
fn pages_are_counted_in_actions() {
    let mut world = World::new();
    let page = |marker, max_items| SimulateCustomPolicyRequest {
        marker,
        max_items,
        ..custom(&[&allow("*")], &["a:B", "c:D", "e:F"], &[A, B])
    };
    let first = world.read(&SimulateCustomPolicy, page(None, Some(2))).unwrap();
    let names = |results: Option<Vec<EvaluationResult>>| {
        results.unwrap().into_iter().map(|result| result.eval_action_name).collect::<Vec<_>>()
    };
    assert_eq!((names(first.evaluation_results), first.is_truncated), (texts(&["a:B", "c:D"]), Some(true)));
    let second = world.read(&SimulateCustomPolicy, page(first.marker, None)).unwrap();
    assert_eq!((names(second.evaluation_results), second.is_truncated), (texts(&["e:F"]), Some(false)));
    assert_eq!(second.marker, None);
}

#[test]
fn a_simulation_has_its_limits() {
    let document = |statements: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let minimal =
        |count| document(&vec![r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#; count].join(","));
    let patterns = |pattern: &str, count| {
        let list = vec![format!("\"{pattern}\""); count].join(",");
        document(&format!(r#"{{"Effect":"Allow","Action":"*","Resource":[{list}]}}"#))
    };
    let hard = patterns("arn:*a*b", 10_000);
    let escaped = patterns(r"arn:\u002aa\u002ab", 5_000);
    let easy = patterns("arn:aws:s3:::b/k", 100);
    let long = format!("{B}{}", "a".repeat(1_900));
    let refused = Err(error("InvalidInput", "The policies and resources are too many for one simulation."));
    let missing: Vec<String> = (0..2_000).map(|key| format!(r#""a:{key}":"x""#)).collect();
    let missing = allow_if(&format!(r#"{{"StringEquals":{{{}}}}}"#, missing.join(",")));
    // What is asked of how many resources; how many of a thousand actions are on the page.
    for (policies, arn, resources, answered) in [
        (&[minimal(1)][..], A, 1, Ok(1_000)),
        (&[easy][..], A, 100, Ok(250)),
        // What is listed.
        (&[minimal(1_000)][..], A, 20, Ok(1)),
        (&[minimal(1_000)][..], A, 25, refused.clone()),
        (&[minimal(2_500), minimal(2_500)][..], A, 50, refused.clone()),
        (&[missing.clone()][..], A, 5, Ok(2)),
        (&[missing][..], A, 13, refused.clone()),
        // What is to be compared.
        (&[minimal(2_600)][..], A, 100, refused.clone()),
        (std::slice::from_ref(&hard), A, 1, Ok(210)),
        (std::slice::from_ref(&hard), A, 320, refused.clone()),
        (std::slice::from_ref(&hard), &long, 1, Ok(2)),
        (std::slice::from_ref(&hard), &long, 5, refused.clone()),
        (&[escaped][..], &long, 1, refused.clone()),
    ] {
        let policies: Vec<&str> = policies.iter().map(String::as_str).collect();
        let actions: Vec<String> = (0..1_000).map(|index| format!("a:B{index}")).collect();
        let input = SimulateCustomPolicyRequest {
            resource_arns: Some(vec![arn.to_owned(); resources]),
            action_names: actions,
            max_items: Some(1_000),
            ..custom(&policies, &[], &[])
        };
        let page = World::new().read(&SimulateCustomPolicy, input);
        let told = page.map(|page| {
            let count = page.evaluation_results.unwrap().len();
            assert_eq!((page.is_truncated, page.marker.is_some()), (Some(count < 1_000), count < 1_000));
            count
        });
        assert_eq!(told.map_err(|found| failure::<()>(Err(found))), answered, "{} {resources}", arn.len());
    }
}

#[test]
fn a_page_that_ends_early_goes_on() {
    let statements = vec![r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#; 500].join(",");
    let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let mut world = World::new();
    let (mut marker, mut answered) = (None, Vec::new());
    loop {
        let input = SimulateCustomPolicyRequest {
            marker,
            resource_arns: Some(texts(&[A; 20])),
            ..custom(&[&policy], &["a:B", "c:D", "e:F", "g:H", "i:J"], &[])
        };
        let page = world.read(&SimulateCustomPolicy, input).unwrap();
        let results = page.evaluation_results.unwrap();
        assert_eq!(results[0].matched_statements.as_ref().unwrap().len(), 500);
        answered
            .push(results.into_iter().map(|result| result.eval_action_name).collect::<Vec<_>>().join(" "));
        marker = page.marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(answered, ["a:B c:D", "e:F g:H", "i:J"]);
}

fn accepted(text: &str) -> PolicyText {
    PolicyText::accepted(Policy::parse(text, PolicyKind::Identity).unwrap())
}

/// `alice` in the group `staff`, both with policies, `app`, which trusts alice, and `plain`, which trusts nobody here.
fn world() -> World {
    let mut world = World::new();
    add_group(&mut world, "staff", "/");
    change::<Group>(&mut world, "staff", |group| {
        group.inline.insert("put".to_owned(), accepted(&allow("s3:PutObject")));
        group.attached.push(ManagedRef::new("arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"));
    });
    add_user(&mut world, "alice", "/staff/", None);
    let staff = world.account().group("staff").unwrap().id.clone();
    change::<User>(&mut world, "alice", |user| {
        user.inline.insert("get".to_owned(), accepted(&allow("s3:GetObject")));
        user.attached.push(ManagedRef::new("arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"));
        user.groups.push(staff);
    });
    add_role(&mut world, "app", "/", None);
    add_role(&mut world, "plain", "/", None);
    let alice = world.account().user("alice").unwrap().id.clone();
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{alice}"}},"Action":"sts:AssumeRole"}}]}}"#
    );
    change::<Role>(&mut world, "app", |role| {
        role.trust = PolicyText::stored(trust);
        role.inline.insert("list".to_owned(), accepted(&allow("s3:ListBucket")));
    });
    world
}

fn principal(source: &str, actions: &[&str], resources: &[&str]) -> SimulatePrincipalPolicyRequest {
    SimulatePrincipalPolicyRequest {
        policy_source_arn: source.to_owned(),
        action_names: texts(actions),
        resource_arns: (!resources.is_empty()).then(|| texts(resources)),
        ..Default::default()
    }
}

fn results(world: &mut World, input: SimulatePrincipalPolicyRequest) -> Vec<(String, Vec<String>)> {
    let answer = world.read(&SimulatePrincipalPolicy, input).unwrap();
    answer.evaluation_results.unwrap().iter().map(told).collect()
}

fn is(decision: &str, sources: &[&str]) -> (String, Vec<String>) {
    (decision.to_owned(), texts(sources))
}

#[test]
fn rule_196_a_users_own_policies_its_groups_and_what_is_passed_in() {
    let mut world = world();
    let actions = ["s3:GetObject", "s3:PutObject", "sqs:ListQueues", "s3:DeleteObject"];
    let own = results(&mut world, principal(ALICE, &actions, &[]));
    assert_eq!(
        own,
        [
            is("allowed", &["IAM Policy/user_alice_get"]),
            is("allowed", &["IAM Policy/group_staff_put"]),
            // Attached to the user and to the group, and told once.
            is("allowed", &["IAM Policy/AmazonSQSReadOnlyAccess"]),
            is("implicitDeny", &[]),
        ]
    );
    let more = SimulatePrincipalPolicyRequest {
        policy_input_list: Some(vec![allow("s3:DeleteObject"), deny("s3:GetObject")]),
        ..principal(ALICE, &actions, &[])
    };
    let with_more = results(&mut world, more);
    assert_eq!(with_more[0], is("explicitDeny", &["IAM Policy/PolicyInputList.2"]));
    assert_eq!(with_more[3], is("allowed", &["IAM Policy/PolicyInputList.1"]));
    // The path of the ARN is not looked at; groups and roles have their own policies only.
    let other_path = "arn:aws:iam::123456789012:user/elsewhere/alice";
    assert_eq!(results(&mut world, principal(other_path, &actions, &[])), own);
    let group = results(&mut world, principal("arn:aws:iam::123456789012:group/staff", &actions, &[]));
    assert_eq!(group[..2], [is("implicitDeny", &[]), is("allowed", &["IAM Policy/group_staff_put"])]);
    let role = results(&mut world, principal(APP, &["s3:ListBucket", "s3:GetObject"], &[]));
    assert_eq!(role, [is("allowed", &["IAM Policy/role_app_list"]), is("implicitDeny", &[])]);
}

#[test]
fn the_boundary_in_force_unless_another_is_passed_in() {
    let mut world = world();
    change::<User>(&mut world, "alice", |user| {
        user.boundary = Some(ManagedRef::new("arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"));
    });
    let input = |boundary: Option<String>| SimulatePrincipalPolicyRequest {
        permissions_boundary_policy_input_list: boundary.map(|text| vec![text]),
        ..principal(ALICE, &["s3:GetObject", "sqs:ListQueues"], &[])
    };
    let bounded = results(&mut world, input(None));
    assert_eq!(bounded, [is("implicitDeny", &[]), is("allowed", &["IAM Policy/AmazonSQSReadOnlyAccess"])]);
    let replaced = results(&mut world, input(Some(allow("s3:*"))));
    assert_eq!(replaced, [is("allowed", &["IAM Policy/user_alice_get"]), is("implicitDeny", &[])]);
    // A boundary whose policy is gone allows nothing (rule 66).
    change::<User>(&mut world, "alice", |user| {
        user.boundary = Some(ManagedRef::new("arn:aws:iam::123456789012:policy/gone"));
    });
    assert_eq!(results(&mut world, input(None)), [is("implicitDeny", &[]), is("implicitDeny", &[])]);
}

#[test]
fn policies_can_be_left_out() {
    let mut world = world();
    change::<User>(&mut world, "alice", |user| {
        user.boundary = Some(ManagedRef::new("arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"));
    });
    let actions = ["s3:GetObject", "s3:PutObject", "sqs:ListQueues"];
    let mut without = |exclusions: Vec<PolicyIdentifier>| {
        let input = SimulatePrincipalPolicyRequest {
            policy_exclusion_list: Some(exclusions),
            ..principal(ALICE, &actions, &[])
        };
        world.read(&SimulatePrincipalPolicy, input).map(|answer| {
            let results = answer.evaluation_results.unwrap();
            results.iter().map(|result| result.eval_decision == "allowed").collect::<Vec<_>>()
        })
    };
    let of_type = |kind: &str| PolicyIdentifier::PolicyType(kind.to_owned());
    let inline = |name: &str, kind: &str, owner: &str| {
        PolicyIdentifier::InlinePolicyIdentifier(InlinePolicyIdentifierType {
            policy_name: name.to_owned(),
            attachment_type: kind.to_owned(),
            attachment_name: owner.to_owned(),
        })
    };
    let arn = |arn: &str| PolicyIdentifier::PolicyArn(arn.to_owned());
    let unbounded = || of_type("permission-boundary");
    for (exclusions, expected) in [
        (vec![], [false, false, true]),
        (vec![unbounded()], [true, true, true]),
        (vec![unbounded(), of_type("inline")], [false, false, true]),
        (vec![unbounded(), of_type("aws-managed")], [true, true, false]),
        (vec![unbounded(), of_type("user-managed"), of_type("scp"), of_type("rcp")], [true, true, true]),
        (vec![unbounded(), inline("get", "user", "alice")], [false, true, true]),
        (vec![unbounded(), inline("get", "user", "al*")], [false, true, true]),
        (vec![unbounded(), inline("put", "group", "staf?")], [true, false, true]),
        (
            vec![unbounded(), inline("get", "group", "alice"), inline("get", "user", "bob")],
            [true, true, true],
        ),
        (vec![unbounded(), arn("arn:aws:iam::aws:policy/AmazonSQS*")], [true, true, false]),
        // The ARN of its policy does not take a boundary away.
        (vec![arn("arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess")], [false, false, false]),
    ] {
        assert_eq!(without(exclusions.clone()).unwrap(), expected, "{exclusions:?}");
    }
    for bad in [
        arn("arn:aws:iam::aws:role/AmazonSQS"),
        arn("arn:aws:iam::aws:policy/*S*"),
        inline("get", "user", "a*b*"),
    ] {
        let message = "Policy exclusion list item 2 is not a valid policy identifier.";
        assert_eq!(failure(without(vec![of_type("scp"), bad])), error("InvalidInput", message));
    }
}

#[test]
fn rules_29_and_198_roles_are_assumed_as_they_trust() {
    let mut world = world();
    let plain = "arn:aws:iam::123456789012:role/plain";
    let none = "arn:aws:iam::123456789012:role/none";
    let assume = |source: &str| SimulatePrincipalPolicyRequest {
        policy_input_list: Some(vec![allow("sts:*")]),
        ..principal(source, &["sts:AssumeRole"], &[APP, plain, none])
    };
    let mut decisions = |input| {
        let answer = world.read(&SimulatePrincipalPolicy, input).unwrap();
        let result = answer.evaluation_results.unwrap().remove(0);
        let specific = result.resource_specific_results.unwrap();
        specific
            .iter()
            .map(|result| {
                (
                    result.eval_resource_decision.clone(),
                    shown(result.matched_statements.as_deref().unwrap_or_default()),
                )
            })
            .collect::<Vec<_>>()
    };
    let found = decisions(assume(ALICE));
    assert_eq!(found[0].0, "allowed");
    // The trust policy that a role has is not told of.
    let sources: Vec<&str> = found[0].1.iter().map(|(id, ..)| id.as_str()).collect();
    assert_eq!(sources, ["IAM Policy/PolicyInputList.1"]);
    assert_eq!((found[1].0.as_str(), found[2].0.as_str()), ("implicitDeny", "implicitDeny"));
    let group = decisions(assume("arn:aws:iam::123456789012:group/staff"));
    assert!(group.iter().all(|(decision, _)| decision == "implicitDeny"));
    // The trust policy can be supposed, too.
    let supposed = statement("Allow", "sts:AssumeRole", "*", "");
    let supposed = supposed.replace(r#""Resource":"*""#, &format!(r#""Principal":{{"AWS":"{ALICE}"}}"#));
    let input = SimulatePrincipalPolicyRequest {
        resource_policy: Some(supposed),
        ..principal(ALICE, &["sts:AssumeRole"], &[plain])
    };
    assert_eq!(decisions(input)[0].0, "allowed");
}

/// Otherwise a simulation would tell what other accounts' roles trust, and what one's own trust in others.
#[test]
fn only_roles_of_the_account_and_only_for_the_source_itself_are_looked_up() {
    let mut world = world();
    let (here, there) = (world.here, world.add_account(999_999_999_999));
    world.here = there;
    add_role(&mut world, "theirs", "/", None);
    let trust = |account: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{account}"}},"Action":"sts:AssumeRole"}}]}}"#
        )
    };
    change::<Role>(&mut world, "theirs", |role| role.trust = PolicyText::stored(trust("123456789012")));
    world.here = here;
    change::<Role>(&mut world, "plain", |role| role.trust = PolicyText::stored(trust("123456789012")));
    let theirs = "arn:aws:iam::999999999999:role/theirs";
    let plain = "arn:aws:iam::123456789012:role/plain";
    let bob = "arn:aws:iam::123456789012:user/bob";
    for (caller, role, given, decision) in [
        (None, plain, None, "allowed"),
        (Some(ALICE), plain, None, "allowed"),
        (Some(bob), plain, None, "implicitDeny"),
        (Some(bob), plain, Some("123456789012"), "allowed"),
        (None, theirs, None, "implicitDeny"),
        (None, theirs, Some("123456789012"), "allowed"),
        (None, theirs, Some("111111111111"), "implicitDeny"),
    ] {
        let input = SimulatePrincipalPolicyRequest {
            policy_input_list: Some(vec![allow("sts:*")]),
            caller_arn: caller.map(str::to_owned),
            resource_policy: given.map(trust),
            ..principal(ALICE, &["sts:AssumeRole"], &[role])
        };
        assert_eq!(results(&mut world, input)[0].0, decision, "{caller:?} {role} {given:?}");
    }
}

#[test]
fn the_caller_may_be_another_than_the_source() {
    let mut world = world();
    let tag = Tag { key: "Team".to_owned(), value: "blue".to_owned() };
    world.write(&TagUser, TagUserRequest { user_name: "alice".to_owned(), tags: vec![tag] }).unwrap();
    let id = world.account().user("alice").unwrap().id.to_string();
    for (source, caller, condition, decision) in [
        (ALICE, None, r#"{"StringEquals":{"aws:PrincipalTag/team":"blue"}}"#.to_owned(), "allowed"),
        (ALICE, None, format!(r#"{{"StringEquals":{{"aws:userid":"{id}"}}}}"#), "allowed"),
        (
            APP,
            Some(ALICE),
            r#"{"StringEquals":{"aws:username":"alice"},"Null":{"aws:PrincipalTag/Team":"true","aws:userid":"true"}}"#
                .to_owned(),
            "allowed",
        ),
        (ALICE, Some(APP), r#"{"StringEquals":{"aws:username":"alice"}}"#.to_owned(), "implicitDeny"),
        (APP, None, r#"{"Null":{"aws:userid":"true"}}"#.to_owned(), "allowed"),
    ] {
        let input = SimulatePrincipalPolicyRequest {
            caller_arn: caller.map(str::to_owned),
            policy_input_list: Some(vec![allow_if(&condition).replace("s3:GetObject", "x:Y")]),
            ..principal(source, &["x:Y"], &[])
        };
        assert_eq!(results(&mut world, input)[0].0, decision, "{source} {caller:?} {condition}");
    }
}

#[test]
fn sources_that_are_none() {
    let mut world = world();
    for (arn, code, message) in [
        ("arn:aws:iam::123456789012:user/none", "NoSuchEntity", "Unable to retrieve specified IAM entity."),
        ("arn:aws:iam::123456789012:group/none", "NoSuchEntity", "Unable to retrieve specified IAM entity."),
        ("arn:aws:iam::123456789012:role/none", "NoSuchEntity", "Unable to retrieve specified IAM entity."),
        (
            "arn:aws:iam::123456789012:root",
            "InvalidInput",
            "Invalid ARN provided in the request: arn:aws:iam::123456789012:root",
        ),
        (
            "arn:aws:sts::123456789012:assumed-role/app/s",
            "InvalidInput",
            "Invalid ARN provided in the request: arn:aws:sts::123456789012:assumed-role/app/s",
        ),
        (
            "arn:aws:iam::999999999999:user/alice",
            "InvalidInput",
            "Invalid Policy Source Arn: caller's account 123456789012 does not have access to policies in account 999999999999.",
        ),
    ] {
        let simulated = world.read(&SimulatePrincipalPolicy, principal(arn, &["s3:GetObject"], &[]));
        assert_eq!(failure(simulated), error(code, message), "{arn}");
        let input = GetContextKeysForPrincipalPolicyRequest {
            policy_source_arn: arn.to_owned(),
            policy_input_list: None,
        };
        assert_eq!(
            failure(world.read(&GetContextKeysForPrincipalPolicy, input)),
            error(code, message),
            "{arn}"
        );
    }
}

#[test]
fn rule_10_a_policy_that_cannot_be_read_fails_the_simulation() {
    let mut world = world();
    change::<User>(&mut world, "alice", |user| {
        user.inline.insert("broken".to_owned(), PolicyText::stored("{}".to_owned()));
    });
    let simulated = world.read(&SimulatePrincipalPolicy, principal(ALICE, &["s3:GetObject"], &[]));
    assert_eq!(failure(simulated), error("PolicyEvaluation", "The policy broken could not be evaluated."));
}

#[test]
fn context_keys_of_documents_and_of_principals() {
    let mut world = world();
    let custom =
        |policies: &[&str]| GetContextKeysForCustomPolicyRequest { policy_input_list: texts(policies) };
    let document = statement(
        "Allow",
        "s3:*",
        "arn:aws:s3:::b/${aws:username}",
        r#","Condition":{"StringEquals":{"s3:prefix":"x","aws:username":"y"}}"#,
    );
    let keys = world.read(&GetContextKeysForCustomPolicy, custom(&[&document, &document])).unwrap();
    let expected = texts(&["aws:username", "s3:prefix", "aws:username", "s3:prefix"]);
    assert_eq!(keys.context_key_names, Some(expected));
    let refused = failure(world.read(&GetContextKeysForCustomPolicy, custom(&[&document, "[]"])));
    assert_eq!(refused, error("InvalidInput", "Policy input list item 2 has invalid content"));
    let limits = statement("Allow", "*", "*", r#","Condition":{"Null":{"aws:TokenIssueTime":"true"}}"#);
    change::<User>(&mut world, "alice", |user| {
        user.inline.insert("own".to_owned(), accepted(&document));
    });
    change::<Group>(&mut world, "staff", |group| {
        group.inline.insert("limits".to_owned(), accepted(&limits));
    });
    let input = GetContextKeysForPrincipalPolicyRequest {
        policy_source_arn: ALICE.to_owned(),
        policy_input_list: Some(vec![limits]),
    };
    let keys = world.read(&GetContextKeysForPrincipalPolicy, input).unwrap().context_key_names.unwrap();
    assert_eq!(keys, ["aws:username", "s3:prefix", "aws:TokenIssueTime", "aws:TokenIssueTime"]);
}

#[test]
fn what_is_asked() {
    let mut world = world();
    let asked = |asks: keygate_operation::Asks| {
        asks.iter().map(|ask| (ask.action.to_string(), ask.resource.clone())).collect::<Vec<_>>()
    };
    let of = |arn: &str| principal(arn, &["s3:GetObject"], &[]);
    for (arn, resource) in [
        (ALICE, ALICE),
        ("arn:aws:iam::123456789012:user/other/alice", ALICE),
        ("arn:aws:iam::123456789012:group/staff", "arn:aws:iam::123456789012:group/staff"),
        ("arn:aws:iam::123456789012:role/x/none", "arn:aws:iam::123456789012:role/x/none"),
    ] {
        let asks = asked(world.asks(&SimulatePrincipalPolicy, &of(arn)).unwrap());
        assert_eq!(asks, [("iam:SimulatePrincipalPolicy".to_owned(), resource.to_owned())]);
    }
    let asks = asked(world.asks(&SimulateCustomPolicy, &custom(&[], &["s3:GetObject"], &[])).unwrap());
    assert_eq!(asks, [("iam:SimulateCustomPolicy".to_owned(), "*".to_owned())]);
}
