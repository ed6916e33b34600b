//! What policies can reach, as AWS's own reports show it for the same documents.

use super::*;
use crate::policy::PolicyKind;

const OBJECT: &str = "arn:${Partition}:s3:::${BucketName}/${ObjectName}";
const BUCKET: &str = "arn:${Partition}:s3:::${BucketName}";

fn policies(statements: &[&str]) -> Vec<Policy> {
    let document = |statement: &&str| format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
    let read = |text: String| Policy::read(&text, PolicyKind::Identity).unwrap();
    statements.iter().map(document).map(read).collect()
}

fn allows(statements: &[&str]) -> bool {
    let policies = policies(statements);
    Reach::of(&policies).in_service("s3").allows("s3:GetObject", &[OBJECT], false)
}

fn grants(statement: &str) -> bool {
    let policies = policies(&[statement]);
    Reach::of(&policies).in_service("s3").grants(&[OBJECT, BUCKET])
}

#[test]
fn an_action_on_resources_of_a_form() {
    let allow = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#;
    let in_a = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"}"#;
    let everything = r#"{"Effect":"Deny","Action":"s3:*","Resource":"*"}"#;
    for (statements, expected) in [
        (&[allow][..], true),
        (&[everything], false),
        (&[allow, everything], false),
        (&[r#"{"Effect":"Allow","Action":"S3:GETOBJECT","Resource":"*"}"#], true),
        (&[r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}"#], true),
        (&[r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#], true),
        (&[r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}"#], false),
        (&[r#"{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}"#], false),
        (&[r#"{"Effect":"Allow","NotAction":"ec2:*","Resource":"*"}"#], true),
        // Conditions are taken as met for an Allow, and as not met for a Deny.
        (
            &[
                r#"{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:username":"x"}}}"#,
            ],
            true,
        ),
        (
            &[
                allow,
                r#"{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:username":"x"}}}"#,
            ],
            true,
        ),
        // Resources: of another service, of another form, all, none.
        (&[r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:iam::123456789012:user/x"}"#], false),
        (&[r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a"}"#], false),
        (&[r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a*"}"#], true),
        (&[r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username}/*"}"#], true),
        (&[in_a], true),
        (&[r#"{"Effect":"Allow","Action":"s3:*","NotResource":"*"}"#], false),
        (&[r#"{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::a/*"}"#], true),
        (&[r#"{"Effect":"Allow","Action":"s3:*","NotResource":"arn:*:s3:::*"}"#], false),
        // What a Deny leaves.
        (&[in_a, r#"{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::a/*"}"#], false),
        (&[in_a, r#"{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::*"}"#], false),
        (&[in_a, r#"{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::a/b*"}"#], true),
        (&[in_a, r#"{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username}*"}"#], true),
        (&[in_a, r#"{"Effect":"Deny","Action":"s3:Put*","Resource":"*"}"#], true),
        (&[allow, r#"{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::a/*"}"#], true),
        (&[in_a, r#"{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::b/*"}"#], false),
        (&[in_a, r#"{"Effect":"Deny","NotAction":"ec2:*","Resource":"*"}"#], false),
    ] {
        assert_eq!(allows(statements), expected, "{statements:?}");
    }
}

#[test]
fn rule_119_an_action_without_resource_needs_the_star() {
    for (statement, expected) in [
        (r#"{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}"#, true),
        (r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::*"}"#, false),
        (r#"{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::a"}"#, true),
    ] {
        let policies = policies(&[statement]);
        let reach = Reach::of(&policies);
        assert_eq!(reach.in_service("s3").allows("s3:ListAllMyBuckets", &[], true), expected, "{statement}");
    }
}

#[test]
fn what_a_document_grants_of_a_service() {
    for (statement, expected) in [
        (r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#, true),
        (r#"{"Effect":"Allow","Action":"s3:NoSuchAction","Resource":"*"}"#, true),
        (r#"{"Effect":"Allow","Action":"sqs:*","Resource":"*"}"#, false),
        (r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#, true),
        (r#"{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}"#, false),
        (r#"{"Effect":"Allow","NotAction":"s3:Get*","Resource":"*"}"#, true),
        (r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:iam::123456789012:user/x"}"#, false),
        (r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b"}"#, true),
        (
            r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"*"}"#,
            false,
        ),
        (
            r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:Get*","Resource":"*"}"#,
            true,
        ),
        (
            r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::*"}"#,
            true,
        ),
        (
            r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","NotAction":"sqs:*","Resource":"*"}"#,
            false,
        ),
    ] {
        assert_eq!(grants(statement), expected, "{statement}");
    }
}

#[test]
fn covering_and_overlapping() {
    for (a, b, covered, overlapping) in [
        ("${A}", "", true, true),
        ("a${A}", "ab", true, true),
        ("a${A}", "${A}b", false, true),
        ("a${A}", "b${A}", false, false),
        ("${A}a${A}", "aaa", true, true),
        ("${A}", "${A}${A}", true, true),
        ("a", "a${A}", false, true),
        ("", "a", false, false),
    ] {
        let (left, right) = (symbols_of_form(a), symbols_of_form(b));
        let budget = Budget(Cell::new(1_000));
        assert_eq!(budget.covers(&left, &right), covered, "{a} covers {b}");
        assert_eq!(budget.overlap(&left, &right), overlapping, "{a} overlaps {b}");
        assert_eq!(budget.overlap(&right, &left), overlapping, "{b} overlaps {a}");
    }
}

#[test]
fn when_the_budget_is_spent_everything_could_be() {
    let policies = policies(&[
        r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a/*"}"#,
        r#"{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::a/*"}"#,
    ]);
    for (budget, expected) in [(BUDGET, false), (0, true)] {
        let reach = Reach { budget: Budget(Cell::new(budget)), ..Reach::of(&policies) };
        assert_eq!(reach.in_service("s3").allows("s3:GetObject", &[OBJECT], false), expected);
    }
}
