//! A decision allocates nothing: neither prepared nor from strings, allowed or denied, with a plain or a linked stack.

#![cfg(test)]

use allocation_counter::measure;
use keygate_policy::{
    Attached, Boundary, Caller, CallerKind, Context, Keys, Level, LinkedStack, Policy, PolicyKind, Prepared,
    Request, Resource, Stack, Verdict, decide, decide_prepared,
};

const IDENTITY: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:Get*", "s3:*Tagging"], "Resource": "arn:aws:s3:::home/${aws:username}/*",
     "Condition": {
        "StringLike": {"aws:UserAgent": ["aws-cli/*", "*${aws:PrincipalTag/team, 'none'}*"]},
        "StringEqualsIgnoreCase": {"aws:PrincipalTag/team": "BLUE"},
        "IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]},
        "DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"},
        "NumericLessThan": {"aws:MultiFactorAuthAge": "3600.5"},
        "Bool": {"aws:SecureTransport": "true"},
        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/a*"},
        "BinaryEquals": {"blob": "Zm9vYg=="},
        "ForAllValues:StringLike": {"aws:TagKeys": ["te*", "stage"]},
        "Null": {"aws:TokenIssueTime": "true"}}},
    {"Effect": "Deny", "NotAction": ["s3:*", "iam:*"], "NotResource": "arn:aws:ec2:*:*:instance/i-*"},
    {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::home/*/secret*"}]}"#;

const FULL: &str =
    r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;

const RESOURCE: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject",
    "Principal": {"AWS": ["arn:aws:iam::111122223333:user/bob", "444455556666"]}, "Resource": "arn:aws:s3:::home/*"}}"#;

const KEYS: [(&str, &str); 9] = [
    ("aws:username", "ann"),
    ("aws:UserAgent", "Boto3/1.40 Blue"),
    ("aws:PrincipalTag/team", "Blue"),
    ("aws:SourceIp", "203.0.113.7"),
    ("aws:CurrentTime", "2026-11-22T03:00:00.5+01:00"),
    ("aws:MultiFactorAuthAge", "3600.25"),
    ("aws:SecureTransport", "TRUE"),
    ("aws:PrincipalArn", "arn:aws:iam::111122223333:user/ann"),
    ("blob", "Zm9vYg=="),
];

#[test]
fn decisions_allocate_nothing() {
    let identity = Policy::read(IDENTITY, PolicyKind::Identity).unwrap();
    let boundary = Policy::read(FULL, PolicyKind::Boundary).unwrap();
    let session = Policy::read(FULL, PolicyKind::Session).unwrap();
    let scp = Policy::read(FULL, PolicyKind::Scp).unwrap();
    let resource_policy = Policy::read(RESOURCE, PolicyKind::Resource).unwrap();
    let attached = |policy| [Attached { policy, name: "policy", arn: None }];
    let (identity, session, scp) = (attached(&identity), attached(&session), attached(&scp));
    let levels = [Level { id: "r-1", policies: &scp }, Level { id: "111122223333", policies: &scp }];
    let stack = Stack {
        identity: &identity,
        boundary: Some(Boundary::Policy(attached(&boundary)[0])),
        session: Some(&session),
        scps: &levels,
        resource: Some(attached(&resource_policy)[0]),
        ..Stack::default()
    };
    let linked = LinkedStack::new(&stack);
    let account = "111122223333".parse().ok();
    let mut caller = Caller::new(CallerKind::User, "arn:aws:iam::111122223333:user/ann");
    caller.account = account;
    let mut room = Context::new();
    for (action, arn, verdict) in [
        ("s3:GetObject", "arn:aws:s3:::home/ann/notes", Verdict::Allowed),
        ("S3:PutObjectTagging", "arn:aws:S3:::home/ann/notes", Verdict::Allowed),
        ("s3:GetObject", "arn:aws:s3:::home/ann/secret", Verdict::ExplicitlyDenied),
        ("s3:PutObject", "arn:aws:s3:::home/ann/notes", Verdict::ImplicitlyDenied),
        ("ec2:RunInstances", "arn:aws:ec2:eu-west-1:111122223333:volume/v", Verdict::ExplicitlyDenied),
        ("nobody-knows-this-service:DoesThis", "*", Verdict::ExplicitlyDenied),
        ("malformed", "*", Verdict::ImplicitlyDenied),
    ] {
        // The first round makes room for the keys.
        for round in 0..2 {
            let mut answers = [None; 3];
            let info = measure(|| {
                let mut keys = std::mem::replace(&mut room, Keys::new()).recycled();
                for (key, value) in &KEYS {
                    keys.lend(key, value);
                }
                keys.lend_list("aws:TagKeys", &["team", "stage"]);
                let resource = Resource { arn, account };
                let request = Request { caller, action, resource, context: &keys };
                let prepared = Prepared::new(request);
                answers = [
                    Some(decide(&request, &stack)),
                    Some(decide_prepared(&prepared, &linked.layers(stack.resource_rule, stack.kms_grant))),
                    Some(decide_prepared(
                        &Prepared::new(request),
                        &linked.layers(stack.resource_rule, stack.kms_grant),
                    )),
                ];
                room = keys.recycled();
            });
            assert!(
                answers.iter().all(|answer| answer.is_some_and(|answer| answer.verdict == verdict)),
                "{action} {answers:?}"
            );
            if round == 1 {
                assert_eq!((info.count_total, info.count_current), (0, 0), "{action} {arn}");
            }
        }
    }
}
