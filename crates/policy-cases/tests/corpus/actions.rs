//! Actions: rules 103-109.

use serde_json::json;

use crate::build::{Case, all, allow, both_effects, nothing, renamed};

/// (pattern, action, whether they match, rules)
const TABLE: &[(&str, &str, bool, &[&str])] = &[
    ("*", "s3:GetObject", true, &["104"]),
    ("*:*", "s3:GetObject", true, &["105"]),
    ("s3:*", "s3:GetObject", true, &["104"]),
    ("s3:GetObject", "s3:GetObject", true, &["103"]),
    ("S3:GETOBJECT", "s3:GetObject", true, &["103", "109"]),
    ("s3:getobject", "s3:GetObject", true, &["103", "109"]),
    ("S3:Get*", "s3:GetObject", true, &["103", "104"]),
    ("s3:get*", "s3:GetObject", true, &["103", "104"]),
    ("s3:GetObject", "s3:GetObjectVersion", false, &["104"]),
    ("s3:GetObject*", "s3:GetObjectVersion", true, &["104"]),
    ("s3:GetObject*", "s3:GetObject", true, &["104"]),
    ("s3:Get", "s3:GetObject", false, &["104"]),
    ("s3:Object", "s3:GetObject", false, &["104"]),
    ("s3:*Object", "s3:GetObject", true, &["104"]),
    ("s3:*Object", "s3:GetObjectAcl", false, &["104"]),
    ("s3:*object*", "s3:GetObjectAcl", true, &["103", "104"]),
    ("s3:G*t*b*t", "s3:GetObject", true, &["104"]),
    ("s3:G*x*t", "s3:GetObject", false, &["104"]),
    ("s3:*e*e*", "s3:GetObject", true, &["104"]),
    ("s3:*e*e*e*", "s3:GetObject", false, &["104"]),
    ("s3:**", "s3:GetObject", true, &["104"]),
    ("s3:Get?bject", "s3:GetObject", true, &["104"]),
    ("s3:?etObject", "s3:GetObject", true, &["104"]),
    ("s3:GetObjec?", "s3:GetObject", true, &["104"]),
    ("s3:GetObject?", "s3:GetObject", false, &["104"]),
    ("s3:Get?Object", "s3:GetObject", false, &["104"]),
    ("s3:?????????", "s3:GetObject", true, &["104"]),
    ("s3:????????", "s3:GetObject", false, &["104"]),
    ("s3:Get*?", "s3:GetObject", true, &["104"]),
    ("s3:GetObject*?", "s3:GetObject", false, &["104"]),
    ("sqs:GetObject", "s3:GetObject", false, &["103"]),
    ("sqs:*", "s3:GetObject", false, &["104"]),
    ("s:*", "s3:GetObject", false, &["104"]),
    ("s3-outposts:*", "s3:GetObject", false, &["104"]),
    ("*:GetObject", "s3:GetObject", true, &["105"]),
    ("*:Get*", "s3:GetObject", true, &["105"]),
    ("*:Put*", "s3:GetObject", false, &["105"]),
    ("s*:Get*", "s3:GetObject", true, &["105"]),
    ("?3:GetObject", "s3:GetObject", true, &["105"]),
    ("?:GetObject", "s3:GetObject", false, &["105"]),
    ("s3*:GetObject", "s3:GetObject", true, &["105"]),
    ("e*:GetObject", "s3:GetObject", false, &["105"]),
    ("iam:*Role*", "iam:PassRole", true, &["104", "107"]),
    ("iam:*Role", "iam:PassRole", true, &["104", "107"]),
    ("iam:Pass*", "iam:PassRole", true, &["104", "107"]),
    ("iam:*Role*", "iam:CreateUser", false, &["104"]),
    ("s3:ListBucket", "s3:ListObjectsV2", false, &["107"]),
    ("sts:TagSession", "sts:TagSession", true, &["107"]),
    ("notexist:Do*", "notexist:DoIt", true, &["92"]),
    ("ec2:Describe*", "ec2:DescribeInstances", true, &["104"]),
    ("ec2:Describe*s", "ec2:DescribeInstanceStatus", true, &["104"]),
    ("ec2:Describe*s", "ec2:DescribeImageAttribute", false, &["104"]),
];

/// (patterns, action, whether one of them matches)
const LISTS: &[(&[&str], &str, bool)] = &[
    (&["s3:PutObject", "s3:GetObject"], "s3:GetObject", true),
    (&["s3:GetObject", "s3:PutObject"], "s3:GetObject", true),
    (&["s3:PutObject", "s3:DeleteObject"], "s3:GetObject", false),
    (&["s3:PutObject", "sqs:*", "S3:G*"], "s3:GetObject", true),
    (&["iam:*", "organizations:*", "account:*"], "s3:GetObject", false),
    (&["iam:*", "organizations:*", "account:*"], "iam:CreateUser", true),
    (&["s3:GetObject", "s3:GetObject"], "s3:GetObject", true),
];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (pattern, action, matches, rules) in TABLE {
        let ask = |about: &str| {
            let resource = if action.starts_with("s3:") { "arn:aws:s3:::bucket/key" } else { "*" };
            Case::new(format!("{about}-{pattern}"), rules).asks(action, resource)
        };
        let statement = allow(*pattern, "*");
        cases.extend(both_effects(&ask("action"), &statement, *matches));
        let not = renamed(statement.clone(), "Action", "NotAction");
        cases.extend(both_effects(&ask("not-action").rules(&["106"]), &not, !matches));
        // Rule 108: a limiting layer reads actions the same way.
        cases.push(
            ask("boundary")
                .rules(&["14"])
                .identity(json!(all()))
                .boundary(json!(statement))
                .granted_or(*matches, "BOUNDARY"),
        );
        cases.push(
            ask("scp")
                .rules(&["45", "49"])
                .identity(json!(all()))
                .scps(&[vec![json!(statement)]])
                .granted_or(*matches, "SCP"),
        );
    }
    for (patterns, action, matches) in LISTS {
        let ask = |about: &str| {
            Case::new(format!("{about}-{}", patterns.join("+")), &["7", "83"]).asks(action, "*")
        };
        let statement = allow(json!(patterns), "*");
        cases.extend(both_effects(&ask("action-list"), &statement, *matches));
        let not = renamed(statement, "Action", "NotAction");
        cases.extend(both_effects(&ask("not-action-list").rules(&["106"]), &not, !matches));
    }
    // Rule 108: no variables in actions; the text stays as it is.
    let literal = Case::new("variable-in-action", &["108"]).key("aws:PrincipalTag/verb", "GetObject");
    cases.push(literal.identity(json!(allow("s3:${aws:PrincipalTag/verb}", "*"))).implicit("IDENTITY"));
    // Rule 7: one matching Allow in any document is enough, in any order.
    for position in 0..4 {
        let mut case = Case::new(format!("position-{position}"), &["7"]);
        for document in 0..4 {
            case = case.identity(json!(if document == position { all() } else { nothing() }));
        }
        cases.push(case.allowed());
    }
    cases
}
