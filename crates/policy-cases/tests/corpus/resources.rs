//! Resources: rules 110-122.

use serde_json::{Value, json};

use crate::build::{Case, OTHER, all, allow, both_effects, document, grant, nothing, renamed, with};

/// (pattern, resource, whether they match, rules)
const TABLE: &[(&str, &str, bool, &[&str])] = &[
    // The list of rule 111.
    ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1/test/o", true, &["111"]),
    ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1/2/test/3/o", true, &["111"]),
    ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1///test///o", true, &["111"]),
    ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1/test/.jpg", true, &["111"]),
    ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket//test/o", true, &["111"]),
    ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1/test/", true, &["111"]),
    ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1-test/o", false, &["111"]),
    ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/test/o", false, &["111"]),
    ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1/2/test.jpg", false, &["111"]),
    // Wildcards within the resource field.
    ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/key", true, &["111"]),
    ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/a/b/c", true, &["111"]),
    ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/", true, &["111"]),
    ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket", false, &["111"]),
    ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket2/key", false, &["111"]),
    ("arn:aws:s3:::bucket*", "arn:aws:s3:::bucket2/key", true, &["111"]),
    ("arn:aws:s3:::bucket", "arn:aws:s3:::bucket/key", false, &["111"]),
    ("arn:aws:s3:::*", "arn:aws:s3:::bucket/key", true, &["111"]),
    ("arn:aws:s3:::*/key", "arn:aws:s3:::bucket/key", true, &["111"]),
    ("arn:aws:s3:::*/key", "arn:aws:s3:::bucket/a/key", true, &["111"]),
    ("arn:aws:s3:::*.jpg", "arn:aws:s3:::bucket/a.jpg", true, &["111"]),
    ("arn:aws:s3:::*.jpg", "arn:aws:s3:::bucket/a.jpg.exe", false, &["111"]),
    ("arn:aws:s3:::bucket/k?y", "arn:aws:s3:::bucket/key", true, &["111"]),
    ("arn:aws:s3:::bucket/ke?", "arn:aws:s3:::bucket/ke", false, &["111"]),
    ("arn:aws:s3:::bucket/???", "arn:aws:s3:::bucket/key", true, &["111"]),
    ("arn:aws:s3:::bucket/????", "arn:aws:s3:::bucket/key", false, &["111"]),
    ("arn:aws:s3:::bucket?key", "arn:aws:s3:::bucket/key", true, &["111"]),
    ("arn:aws:s3:::b*k*t/*e*", "arn:aws:s3:::bucket/key", true, &["111"]),
    ("arn:aws:s3:::bucket/ÿ?", "arn:aws:s3:::bucket/ÿß", true, &["111"]),
    // Fields one to five.
    ("arn:*:s3:::bucket/key", "arn:aws:s3:::bucket/key", true, &["111"]),
    ("arn:aws*:s3:::bucket/key", "arn:aws-cn:s3:::bucket/key", true, &["111"]),
    ("arn:aws:s3:::bucket/key", "arn:aws-cn:s3:::bucket/key", false, &["110"]),
    ("arn:aws:sqs:*:111122223333:queue", "arn:aws:sqs:us-east-1:111122223333:queue", true, &["111"]),
    ("arn:aws:sqs:us-*:111122223333:queue", "arn:aws:sqs:us-east-1:111122223333:queue", true, &["111"]),
    ("arn:aws:sqs:us-*:111122223333:queue", "arn:aws:sqs:eu-west-1:111122223333:queue", false, &["111"]),
    ("arn:aws:sqs:us-????-1:111122223333:queue", "arn:aws:sqs:us-east-1:111122223333:queue", true, &["111"]),
    ("arn:aws:sqs:*-1:111122223333:queue", "arn:aws:sqs:us-east-1:111122223333:queue", true, &["111"]),
    ("arn:aws:sqs:*-1:111122223333:queue", "arn:aws:sqs:us-east-2:111122223333:queue", false, &["111"]),
    ("arn:aws:sqs:us-east-1:*:queue", "arn:aws:sqs:us-east-1:111122223333:queue", true, &["111"]),
    ("arn:aws:sqs:us-east-1:1111*:queue", "arn:aws:sqs:us-east-1:111122223333:queue", true, &["111"]),
    ("arn:aws:sqs:us-east-1:4444*:queue", "arn:aws:sqs:us-east-1:111122223333:queue", false, &["111"]),
    ("arn:aws:sqs:us-east-1:444455556666:queue", "arn:aws:sqs:us-east-1:111122223333:queue", false, &["110"]),
    ("arn:aws:sqs:us-east-1:111122223333:queue", "arn:aws:sns:us-east-1:111122223333:queue", false, &["110"]),
    ("arn:aws:sqs:*:*:*", "arn:aws:sqs:us-east-1:111122223333:queue", true, &["111"]),
    ("arn:aws:sqs:us?east-1:111122223333:queue", "arn:aws:sqs:us-east-1:111122223333:queue", true, &["111"]),
    // A `?`, and a `*` inside, do not cross a colon; a `*` at the end of a field may.
    (
        "arn:aws:sqs?us-east-1:111122223333:queue:x",
        "arn:aws:sqs:us-east-1:111122223333:queue",
        false,
        &["112"],
    ),
    ("arn:aws:sqs:u*3:queue:x", "arn:aws:sqs:us-east-1:111122223333:queue:x", false, &["112"]),
    ("arn:aws:sqs:us-east-1:*:q", "arn:aws:sqs:us-east-1:111122223333:x:q", true, &["112", "113"]),
    // Colons and slashes of the resource field are ordinary.
    (
        "arn:aws:logs:us-east-1:111122223333:log-group:*",
        "arn:aws:logs:us-east-1:111122223333:log-group:/a/b:log-stream:c",
        true,
        &["114"],
    ),
    (
        "arn:aws:logs:us-east-1:111122223333:log-group:/a/*:c",
        "arn:aws:logs:us-east-1:111122223333:log-group:/a/b:log-stream:c",
        true,
        &["114"],
    ),
    (
        "arn:aws:logs:us-east-1:111122223333:log-group:/a/b",
        "arn:aws:logs:us-east-1:111122223333:log-group:/a/b:log-stream:c",
        false,
        &["114"],
    ),
    (
        "arn:aws:lambda:us-east-1:111122223333:function:f:*",
        "arn:aws:lambda:us-east-1:111122223333:function:f:1",
        true,
        &["110", "114"],
    ),
    (
        "arn:aws:lambda:us-east-1:111122223333:function:f:*",
        "arn:aws:lambda:us-east-1:111122223333:function:f",
        false,
        &["110", "114"],
    ),
    // Short patterns of identity policies are filled up with `*`.
    ("arn:aws:s3", "arn:aws:s3:::bucket/key", true, &["115"]),
    ("arn:aws:s3:*", "arn:aws:s3:::bucket/key", true, &["115"]),
    ("arn:aws:s3*", "arn:aws:s3:::bucket/key", true, &["112", "115"]),
    ("arn:aws:sqs", "arn:aws:s3:::bucket/key", false, &["115"]),
    ("arn:aws:sqs:us-east-1", "arn:aws:sqs:us-east-1:111122223333:queue", true, &["115"]),
    ("arn:aws:sqs:us-east-1", "arn:aws:sqs:eu-west-1:111122223333:queue", false, &["115"]),
    ("arn:aws:sqs:us-*", "arn:aws:sqs:us-east-1:111122223333:queue", true, &["115"]),
    ("arn:aws:sqs:*", "arn:aws:sqs:us-east-1:111122223333:queue", true, &["112", "115"]),
    // Case.
    ("arn:AWS:S3:::bucket/key", "arn:aws:s3:::bucket/key", true, &["117"]),
    ("arn:aws:sqs:US-EAST-1:111122223333:queue", "arn:aws:sqs:us-east-1:111122223333:queue", true, &["117"]),
    ("arn:aws:s3:::Bucket/key", "arn:aws:s3:::bucket/key", false, &["117"]),
    ("arn:aws:s3:::bucket/KEY", "arn:aws:s3:::bucket/key", false, &["117"]),
    ("arn:aws:iam::111122223333:user/Ann", "arn:aws:iam::111122223333:user/ann", false, &["117"]),
    ("arn:aws:iam::111122223333:User/ann", "arn:aws:iam::111122223333:user/ann", false, &["117"]),
    // A wildcard in the resource's type is ordinary text.
    ("arn:aws:ec2:*:*:*/i-1", "arn:aws:ec2:us-east-1:111122223333:instance/i-1", true, &["118"]),
    ("arn:aws:ec2:*:*:*/i-2", "arn:aws:ec2:us-east-1:111122223333:instance/i-1", false, &["118"]),
    ("arn:aws:ec2:*:*:inst*/i-1", "arn:aws:ec2:us-east-1:111122223333:instance/i-1", true, &["118"]),
    // The one that matches everything, and requests for nothing in particular.
    ("*", "arn:aws:s3:::bucket/key", true, &["119"]),
    ("*", "*", true, &["119"]),
    ("arn:aws:s3:::*", "*", false, &["119", "120"]),
    ("arn:aws:s3:::bucket", "*", false, &["119"]),
    ("arn:*:*:*:*:*", "*", false, &["119", "120"]),
    ("arn:*:s3:::*", "arn:aws:s3:::bucket", true, &["111"]),
    // Users, with paths.
    ("arn:aws:iam::111122223333:user/*", "arn:aws:iam::111122223333:user/team/ann", true, &["111"]),
    ("arn:aws:iam::111122223333:user/team/*", "arn:aws:iam::111122223333:user/team/ann", true, &["111"]),
    ("arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:user/team/ann", false, &["111"]),
    ("arn:aws:iam::111122223333:user/*/ann", "arn:aws:iam::111122223333:user/team/ann", true, &["111"]),
    ("arn:aws:iam::*:user/team/ann", "arn:aws:iam::111122223333:user/team/ann", true, &["111"]),
    ("arn:aws:iam::111122223333:role/*", "arn:aws:iam::111122223333:user/team/ann", false, &["111"]),
];

/// (patterns, resource, whether one of them matches)
const LISTS: &[(&[&str], &str, bool)] = &[
    (&["arn:aws:s3:::other", "arn:aws:s3:::bucket/*"], "arn:aws:s3:::bucket/key", true),
    (&["arn:aws:s3:::bucket/*", "arn:aws:s3:::other"], "arn:aws:s3:::bucket/key", true),
    (&["arn:aws:s3:::other", "arn:aws:s3:::third/*"], "arn:aws:s3:::bucket/key", false),
    (&["arn:aws:s3:::other", "*"], "*", true),
    (&["arn:aws:s3:::other", "arn:aws:s3:::bucket"], "*", false),
];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (pattern, resource, matches, rules) in TABLE {
        let ask =
            |about: &str| Case::new(format!("{about}-{pattern}"), rules).asks(action_for(resource), resource);
        let statement = allow("*", *pattern);
        cases.extend(both_effects(&ask("resource"), &statement, *matches));
        let not = renamed(statement, "Resource", "NotResource");
        let rules: &[&str] = if *resource == "*" { &["121", "122"] } else { &["121"] };
        cases.extend(both_effects(&ask("not-resource").rules(rules), &not, !matches));
    }
    for (patterns, resource, matches) in LISTS {
        let about = patterns.join("+");
        let ask = |about: &str| Case::new(about, &["7", "83"]).asks(action_for(resource), resource);
        let statement = allow("*", json!(patterns));
        cases.extend(both_effects(&ask(&format!("list-{about}")), &statement, *matches));
        let not = renamed(statement, "Resource", "NotResource");
        cases.extend(both_effects(&ask(&format!("not-list-{about}")).rules(&["121"]), &not, !matches));
    }
    cases.extend(short_patterns_elsewhere());
    cases.extend(odd_elements());
    cases
}

/// Rule 115: short patterns outside identity policies.
fn short_patterns_elsewhere() -> Vec<Case> {
    let mut cases = Vec::new();
    for (pattern, matches) in [("arn:aws:s3", false), ("arn:aws:s3:*", true), ("arn:aws:s3*", true)] {
        let ask = |about: &str| Case::new(format!("{about}-{pattern}"), &["115"]);
        let to_all = with(allow("*", pattern), "Principal", "*");
        cases.push(
            ask("short-resource-policy").resource_policy(json!(to_all)).granted_or(matches, "IDENTITY"),
        );
        let deny = with(to_all.clone(), "Effect", "Deny");
        let case = ask("short-resource-policy-deny").identity(json!(all())).resource_policy(json!(deny));
        cases.push(case.forbidden_or(matches, "RESOURCE"));
        let case = ask("short-endpoint").identity(json!(all())).endpoint(json!(to_all));
        cases.push(case.granted_or(matches, "VPCE"));
        let case = ask("short-boundary").identity(json!(all())).boundary(json!(allow("*", pattern)));
        cases.push(case.allowed());
        let case = ask("short-session").session().identity(json!(all()));
        cases.push(case.session_policy(json!(allow("*", pattern))).allowed());
        let case =
            ask("short-scp").rules(&["51"]).identity(json!(all())).scps(&[vec![json!(allow("*", pattern))]]);
        cases.push(if matches { case.allowed() } else { case.denied() });
    }
    // Rule 115a: an entry that does not match does not keep the statement from applying.
    let not = renamed(with(allow("*", "arn:aws:s3"), "Principal", "*"), "Resource", "NotResource");
    cases.push(Case::new("short-not-resource", &["115a"]).resource_policy(json!(not)).allowed());
    cases
}

/// Rules 86, 87, 119: elements that are absent or say nothing.
fn odd_elements() -> Vec<Case> {
    let mut cases = Vec::new();
    let null: Value = json!(["arn:aws:s3:::other", null]);
    cases.extend(both_effects(&Case::new("null-in-resource", &["87"]), &allow("*", null), false));
    // A resource policy may leave the resource out: it speaks of what it is attached to.
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"});
    cases.push(Case::new("no-resource-element", &["86"]).resource_policy(json!(statement)).allowed());
    // Rule 40: the account is not in the ARN of an object.
    let case = Case::new("owner-is-told", &["40", "41"]).identity(json!(all()));
    cases.push(case.clone().allowed());
    cases.push(case.about("other").owner(OTHER).implicit("RESOURCE"));
    let case = Case::new("owner-is-not-the-arn", &["41"])
        .asks("sqs:SendMessage", "arn:aws:sqs:us-east-1:444455556666:q");
    cases.push(case.identity(json!(all())).allowed());
    // Rule 116: a wildcard in the vendor of a stored resource policy is text like any other.
    for (pattern, matches) in [("arn:aws:s*:::bucket/key", true), ("arn:aws:e*:::bucket/key", false)] {
        let policy = json!({"document": document(json!(with(allow("*", pattern), "Principal", "*")))});
        let case = Case::new(format!("vendor-{pattern}"), &["116"]).layer("resourcePolicy", policy);
        cases.push(case.granted_or(matches, "IDENTITY"));
    }
    // Rule 11: what only limits grants nothing.
    cases.push(
        Case::new("boundary-grants-nothing", &["11", "62"]).boundary(json!(all())).implicit("IDENTITY"),
    );
    let case = Case::new("grant-elsewhere", &["13"])
        .identity(json!(nothing()))
        .resource_policy(json!(grant(json!("*"))));
    cases.push(case.allowed());
    cases
}

/// An action of the resource's service.
fn action_for(resource: &str) -> &'static str {
    match resource.split(':').nth(2) {
        Some("sqs") => "sqs:SendMessage",
        Some("sns") => "sns:Publish",
        Some("logs") => "logs:PutLogEvents",
        Some("lambda") => "lambda:InvokeFunction",
        Some("ec2") => "ec2:StartInstances",
        Some("iam") => "iam:GetUser",
        Some(_) => "s3:GetObject",
        None => "s3:ListAllMyBuckets",
    }
}
