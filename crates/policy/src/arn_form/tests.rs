//! The matching rules of resources, rule by rule.

use super::*;
use crate::context::Context;

fn check(kind: PolicyKind, cases: &[(&str, &str, bool)]) {
    let context = Context::new().with("aws:username", "ann");
    for (pattern, resource, expected) in cases {
        let found = ResourcePattern::new(Some(pattern), Version::Current, kind).matches(resource, &context);
        assert_eq!(found, *expected, "{pattern} against {resource} in {kind:?}");
    }
}

#[test]
fn rule_111_the_list_of_the_documentation() {
    let pattern = "arn:aws:s3:::amzn-s3-demo-bucket/*/test/*";
    let mut cases = Vec::new();
    for (key, expected) in [
        ("1/test/object.jpg", true),
        ("1/2/test/3/object.jpg", true),
        ("1/2/test/3/4/object.jpg", true),
        ("1///test///object.jpg", true),
        ("1/test/.jpg", true),
        ("/test/object.jpg", true),
        ("1/test/", true),
        ("//test//", true),
        ("1-test/object.jpg", false),
        ("test/object.jpg", false),
        ("1/2/test.jpg", false),
    ] {
        cases.push((format!("arn:aws:s3:::amzn-s3-demo-bucket/{key}"), expected));
    }
    for (resource, expected) in &cases {
        check(PolicyKind::Identity, &[(pattern, resource, *expected)]);
    }
}

#[test]
fn rule_110_the_resource_field_may_hold_colons_and_slashes() {
    check(
        PolicyKind::Identity,
        &[(
            "arn:aws:logs:us-east-1:111122223333:log-group:a:*",
            "arn:aws:logs:us-east-1:111122223333:log-group:a:b/c",
            true,
        )],
    );
}

#[test]
fn rule_112_a_star_at_the_end_of_a_field_goes_on_a_star_elsewhere_does_not() {
    let queue = "arn:aws:sqs:us-east-1:111122223333:q";
    check(
        PolicyKind::Identity,
        &[
            ("arn:aws:sqs:*", queue, true),
            ("arn:aws:s*", queue, true),
            ("arn:aws:sqs:us-*:111122223333:q", queue, true),
            // Five fields are completed with a sixth, which the queue does not have behind `q`.
            ("arn:aws:sqs:us-*:q", queue, false),
            ("arn:aws:sqs:*-1:q", queue, false),
            ("arn:aws:sqs:us*1:111122223333:q", queue, true),
            ("arn:aws:sqs:u*q:q", queue, false),
            ("arn:aws:sqs:us-east-?:111122223333:q", queue, true),
            ("arn:aws:sqs:us-east-1?111122223333:q", queue, false),
        ],
    );
}

#[test]
fn rule_112_in_policies_that_do_not_complete_short_arns() {
    let queue = "arn:aws:sqs:us-east-1:111122223333:q";
    check(
        PolicyKind::Resource,
        &[
            ("arn:aws:sqs:us-*:q", queue, true),
            ("arn:aws:sqs:*-1:q", queue, false),
            ("arn:aws:sqs:u*", queue, true),
        ],
    );
}

#[test]
fn rule_113_a_final_star_of_a_field_spans_colons_only_if_needed() {
    check(
        PolicyKind::Identity,
        &[
            ("arn:aws:sqs:us-east-1:*:q", "arn:aws:sqs:us-east-1:111122223333:q", true),
            ("arn:aws:sqs:us-east-1:*:q", "arn:aws:sqs:us-east-1:111122223333:x:q", true),
            ("arn:aws:sqs:us-east-1:*2*:q", "arn:aws:sqs:us-east-1:111122223333:x:q", true),
            ("arn:aws:sqs:us-east-1:*3:q", "arn:aws:sqs:us-east-1:111122223333:x:q", false),
        ],
    );
}

#[test]
fn rule_114_colons_of_the_resource_field_are_ordinary() {
    let stream = "arn:aws:logs:us-east-1:111122223333:log-group:/a/b:log-stream:c";
    check(
        PolicyKind::Identity,
        &[
            ("arn:aws:logs:us-east-1:111122223333:log-group:*", stream, true),
            ("arn:aws:logs:us-east-1:111122223333:*:c", stream, true),
            ("arn:aws:logs:us-east-1:111122223333:log?group:*", stream, true),
        ],
    );
}

#[test]
fn rule_115_short_arns_are_completed_in_identity_policies_only() {
    let object = "arn:aws:s3:::bucket/key";
    for kind in [PolicyKind::Identity, PolicyKind::Session, PolicyKind::Boundary] {
        check(
            kind,
            &[("arn:aws:s3", object, true), ("arn:aws:s3:", object, true), ("arn:aws:sqs", object, false)],
        );
    }
    for kind in [PolicyKind::Resource, PolicyKind::VpcEndpoint, PolicyKind::Scp] {
        check(
            kind,
            &[("arn:aws:s3", object, false), ("arn:aws:s3*", object, true), ("arn:aws:s3:*", object, true)],
        );
    }
}

#[test]
fn rule_116_a_wildcard_vendor_matches_as_text() {
    check(
        PolicyKind::Resource,
        &[
            ("arn:aws:*code*::111122223333:*", "arn:aws:codecommit::111122223333:repo", true),
            ("arn:aws:*code*::111122223333:*", "arn:aws:s3::111122223333:repo", false),
        ],
    );
}

#[test]
fn rule_117_the_first_five_fields_fold_case_the_resource_field_does_not() {
    check(
        PolicyKind::Identity,
        &[
            ("arn:AWS:S3:::Bucket", "arn:aws:s3:::Bucket", true),
            ("arn:aws:s3:::bucket", "ARN:aws:s3:::bucket", true),
            ("arn:aws:s3:::bucket", "arn:aws:s3:::Bucket", false),
            ("arn:aws:sqs:US-east-1:111122223333:q", "arn:aws:sqs:us-EAST-1:111122223333:q", true),
        ],
    );
}

#[test]
fn rule_118_a_wildcard_resource_type_is_ordinary_text() {
    check(
        PolicyKind::Identity,
        &[("arn:aws:ec2:*:*:*/i-1", "arn:aws:ec2:us-east-1:111122223333:instance/i-1", true)],
    );
}

#[test]
fn rules_119_and_120_only_a_bare_star_matches_a_request_without_resource() {
    check(
        PolicyKind::Identity,
        &[
            ("*", "*", true),
            ("arn:aws:s3:::*", "*", false),
            ("arn:aws:s3", "*", false),
            ("*", "arn:aws:s3:::b", true),
        ],
    );
}

#[test]
fn rule_93_the_text_before_the_first_colon_is_read_as_arn() {
    check(PolicyKind::Identity, &[("x:aws:s3:::b", "arn:aws:s3:::b", true)]);
}

#[test]
fn rule_165_variables_stand_behind_the_fifth_colon_only() {
    check(
        PolicyKind::Identity,
        &[
            ("arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/ann", true),
            ("arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/bob", false),
            ("arn:aws:iam::${aws:username}:user/x", "arn:aws:iam::ann:user/x", false),
        ],
    );
}

#[test]
fn rule_87_a_null_matches_nothing() {
    let nothing = ResourcePattern::new(None, Version::Current, PolicyKind::Identity);
    assert!(!nothing.matches("*", &Context::new()) && !nothing.matches("arn:aws:s3:::b", &Context::new()));
}
