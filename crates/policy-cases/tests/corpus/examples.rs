//! The worked examples of AWS's documentation (section 22), in our own words and with the accounts of this corpus.

use serde_json::{Value, json};

use crate::build::{Case, OTHER, all, allow, both_effects, deny, grant, with};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(carlos());
    cases.extend(boundaries());
    cases.extend(operator_tables());
    cases.extend(set_tables());
    cases.extend(variables());
    cases.extend(not_elements());
    cases
}

/// A user, a bucket of the own account and one of another, and a Deny on everything called log.
fn carlos() -> Vec<Case> {
    let carlos = "arn:aws:iam::111122223333:user/CarlosSalazar";
    let identity = json!([
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"},
        {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"],
         "Resource": ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::Production/*"]},
        {"Effect": "Deny", "Action": "s3:*", "Resource": ["arn:aws:s3:::*log*", "arn:aws:s3:::*log*/*"]},
    ]);
    let bucket = |name: &str| {
        json!({"Effect": "Allow", "Principal": {"AWS": carlos}, "Action": "s3:*",
            "Resource": [format!("arn:aws:s3:::{name}"), format!("arn:aws:s3:::{name}/*")]})
    };
    let ask = |about: &str, action: &str, arn: &str| {
        Case::new(about, &["5", "13", "35"]).principal(carlos).asks(action, arn).identity(identity.clone())
    };
    vec![
        ask("own-bucket", "s3:PutObject", "arn:aws:s3:::carlossalazar/cat.jpg").allowed(),
        ask("own-bucket-by-policy", "s3:DeleteObject", "arn:aws:s3:::carlossalazar/cat.jpg")
            .resource_policy(json!(bucket("carlossalazar")))
            .allowed(),
        ask("own-logs", "s3:GetObject", "arn:aws:s3:::carlossalazar-logs/1")
            .resource_policy(json!(bucket("carlossalazar-logs")))
            .explicit("IDENTITY"),
        ask("production", "s3:PutObject", "arn:aws:s3:::Production/x")
            .owner(OTHER)
            .resource_policy(json!(bucket("Production")))
            .allowed(),
        ask("production-not-granted-there", "s3:PutObject", "arn:aws:s3:::Production/x")
            .owner(OTHER)
            .implicit("RESOURCE"),
        ask("production-not-granted-here", "s3:DeleteObject", "arn:aws:s3:::Production/x")
            .owner(OTHER)
            .resource_policy(json!(bucket("Production")))
            .implicit("IDENTITY"),
        ask("production-logs", "s3:GetObject", "arn:aws:s3:::Production-logs/1")
            .owner(OTHER)
            .resource_policy(json!(bucket("Production-logs")))
            .explicit("IDENTITY"),
    ]
}

/// The boundary that allows three services, and delegated user creation that demands a boundary.
fn boundaries() -> Vec<Case> {
    let shirley = |about: &str, action: &str| {
        Case::new(about, &["14", "62"])
            .principal("arn:aws:iam::111122223333:user/ShirleyRodriguez")
            .asks(action, "*")
            .boundary(json!(allow(json!(["s3:*", "cloudwatch:*", "ec2:*"]), "*")))
    };
    let users = || json!(allow("iam:CreateUser", "*"));
    let mut cases = vec![
        shirley("shirley-create-user", "iam:CreateUser").identity(users()).implicit("BOUNDARY"),
        shirley("shirley-not-granted", "s3:ListAllMyBuckets").identity(users()).implicit("IDENTITY"),
        shirley("shirley-granted", "s3:ListAllMyBuckets").identity(json!(allow("s3:*", "*"))).allowed(),
    ];
    let company = "arn:aws:iam::111122223333:policy/XCompanyBoundaries";
    let delegated = json!([
        {"Effect": "Allow", "Action": ["iam:CreateUser", "iam:PutUserPolicy", "iam:AttachUserPolicy"],
         "Resource": "*", "Condition": {"StringEquals": {"iam:PermissionsBoundary": company}}},
        {"Effect": "Allow", "Action": ["iam:GetUser", "iam:ListUsers"], "Resource": "*"},
        {"Effect": "Deny", "Action": ["iam:CreatePolicyVersion", "iam:DeletePolicy"], "Resource": company},
        {"Effect": "Deny", "Action": "iam:DeleteUserPermissionsBoundary", "Resource": "*"},
    ]);
    let zhang = |about: &str, action: &str, arn: &str| {
        Case::new(about, &["62", "65"])
            .principal("arn:aws:iam::111122223333:user/Zhang")
            .asks(action, arn)
            .identity(json!([all()]))
            .boundary(delegated.clone())
    };
    let nikhil = "arn:aws:iam::111122223333:user/Nikhil";
    let create = |about: &str| zhang(about, "iam:CreateUser", nikhil);
    cases.push(create("zhang-with-boundary").key("iam:PermissionsBoundary", company).allowed());
    cases.push(create("zhang-without-boundary").implicit("BOUNDARY"));
    let other = "arn:aws:iam::111122223333:policy/Other";
    cases.push(create("zhang-other-boundary").key("iam:PermissionsBoundary", other).implicit("BOUNDARY"));
    cases.push(zhang("zhang-edits-boundary", "iam:CreatePolicyVersion", company).explicit("BOUNDARY"));
    cases.push(
        zhang("zhang-removes-boundary", "iam:DeleteUserPermissionsBoundary", nikhil).explicit("BOUNDARY"),
    );
    cases.push(zhang("zhang-reads", "iam:GetUser", nikhil).allowed());
    cases
}

/// The decision tables of the page on operators: (operator, key, policy value, request value or null, holds).
fn operator_tables() -> Vec<Case> {
    type Row = (&'static str, &'static str, Value, Value, bool, &'static [&'static str]);
    let rows: Vec<Row> = vec![
        (
            "StringEquals",
            "aws:PrincipalTag/job-category",
            json!("iamuser-admin"),
            json!("iamuser-admin"),
            true,
            &["148"],
        ),
        (
            "StringEquals",
            "aws:PrincipalTag/job-category",
            json!("iamuser-admin"),
            json!("dev-ops"),
            false,
            &["148"],
        ),
        (
            "StringEquals",
            "aws:PrincipalTag/job-category",
            json!("iamuser-admin"),
            Value::Null,
            false,
            &["129"],
        ),
        (
            "StringLike",
            "s3:prefix",
            json!(["", "home/", "home/${aws:username}/"]),
            json!("home/ann/"),
            true,
            &["149"],
        ),
        (
            "StringLike",
            "s3:prefix",
            json!(["", "home/", "home/${aws:username}/"]),
            json!("home/bob/"),
            false,
            &["149"],
        ),
        (
            "StringLike",
            "s3:prefix",
            json!(["", "home/", "home/${aws:username}/"]),
            Value::Null,
            false,
            &["129"],
        ),
        (
            "ForAnyValue:StringEqualsIgnoreCase",
            "aws:TagKeys",
            json!(["environment"]),
            json!(["environment"]),
            true,
            &["135"],
        ),
        (
            "ForAnyValue:StringEqualsIgnoreCase",
            "aws:TagKeys",
            json!(["environment"]),
            json!(["ENVIRONMENT"]),
            true,
            &["135"],
        ),
        (
            "ForAnyValue:StringEqualsIgnoreCase",
            "aws:TagKeys",
            json!(["environment", "cost-center"]),
            json!(["environment", "costcenter"]),
            true,
            &["135"],
        ),
        (
            "ForAnyValue:StringEqualsIgnoreCase",
            "aws:TagKeys",
            json!(["environment", "cost-center"]),
            json!(["environmentdept", "costcenter"]),
            false,
            &["135"],
        ),
        (
            "ForAnyValue:StringEqualsIgnoreCase",
            "aws:TagKeys",
            json!(["environment"]),
            json!([]),
            false,
            &["135"],
        ),
        (
            "ForAnyValue:StringEqualsIgnoreCase",
            "aws:TagKeys",
            json!(["environment"]),
            Value::Null,
            false,
            &["135"],
        ),
        (
            "ForAnyValue:StringEqualsIgnoreCase",
            "aws:TagKeys",
            json!(["environment"]),
            json!([""]),
            false,
            &["135"],
        ),
        // The table with the contradictory column; by the rules.
        (
            "ForAllValues:StringNotLike",
            "aws:ResourceOrgPaths",
            json!(["o-1/r-1/ou-1/", "o-1/r-1/ou-2/"]),
            json!(["o-1/r-1/ou-1/", "o-1/r-1/ou-3/"]),
            false,
            &["136", "144"],
        ),
        (
            "ForAllValues:StringNotLike",
            "aws:ResourceOrgPaths",
            json!(["o-1/r-1/ou-1/", "o-1/r-1/ou-2/"]),
            json!(["o-1/r-1/ou-4/", "o-1/r-1/ou-3/"]),
            true,
            &["136", "144"],
        ),
        (
            "ForAllValues:StringNotLike",
            "aws:ResourceOrgPaths",
            json!(["o-1/r-1/ou-1/"]),
            Value::Null,
            true,
            &["134", "144"],
        ),
        ("Bool", "aws:SecureTransport", json!("true"), json!("true"), true, &["157"]),
        ("Bool", "aws:SecureTransport", json!("true"), json!("false"), false, &["157"]),
        ("Bool", "aws:SecureTransport", json!("true"), Value::Null, false, &["129"]),
        (
            "BinaryEquals",
            "test:Bytes",
            json!("QmluYXJ5VmFsdWVJbkJhc2U2NA=="),
            json!("QmluYXJ5VmFsdWVJbkJhc2U2NA=="),
            true,
            &["158"],
        ),
        (
            "BinaryEquals",
            "test:Bytes",
            json!("QmluYXJ5VmFsdWVJbkJhc2U2NA=="),
            json!("ASIAIOSFODNN7EXAMPLE"),
            false,
            &["158"],
        ),
        ("BinaryEquals", "test:Bytes", json!("QmluYXJ5VmFsdWVJbkJhc2U2NA=="), Value::Null, false, &["129"]),
        ("IpAddress", "aws:SourceIp", json!("203.0.113.0/24"), json!("203.0.113.1"), true, &["159"]),
        ("IpAddress", "aws:SourceIp", json!("203.0.113.0/24"), json!("198.51.100.1"), false, &["159"]),
        (
            "ArnEquals",
            "aws:SourceArn",
            json!("arn:aws:sns:us-west-2:123456789012:T"),
            json!("arn:aws:sns:us-west-2:123456789012:T"),
            true,
            &["151"],
        ),
        (
            "ArnEquals",
            "aws:SourceArn",
            json!("arn:aws:sns:us-west-2:123456789012:T"),
            json!("arn:aws:sns:us-west-2:777788889999:T"),
            false,
            &["151"],
        ),
        (
            "ArnEquals",
            "aws:SourceArn",
            json!("arn:aws:sns:us-west-2:123456789012:T"),
            Value::Null,
            false,
            &["129"],
        ),
        (
            "ForAllValues:ArnLike",
            "test:Arns",
            json!(["arn:aws:sns:*:123456789012:*"]),
            json!(["arn:aws:sns:us-west-2:123456789012:T"]),
            true,
            &["134"],
        ),
        (
            "ForAllValues:ArnLike",
            "test:Arns",
            json!(["arn:aws:sns:*:123456789012:*"]),
            json!(["arn:aws:sns:us-west-2:123456789012:T", "arn:aws:sns:us-east-1:123456789012:U"]),
            true,
            &["134"],
        ),
        (
            "ForAllValues:ArnLike",
            "test:Arns",
            json!(["arn:aws:sns:*:123456789012:*"]),
            json!(["arn:aws:sns:us-west-2:123456789012:T", "arn:aws:sns:us-east-1:777788889999:U"]),
            false,
            &["134"],
        ),
        (
            "ForAllValues:ArnLike",
            "test:Arns",
            json!(["arn:aws:sns:*:123456789012:*"]),
            Value::Null,
            true,
            &["134"],
        ),
        (
            "ForAllValues:ArnLike",
            "test:Arns",
            json!(["arn:aws:sns:*:123456789012:*"]),
            json!(""),
            true,
            &["134"],
        ),
        (
            "StringLikeIfExists",
            "ec2:InstanceType",
            json!(["t1.*", "t2.*", "m3.*"]),
            json!("t2.small"),
            true,
            &["130"],
        ),
        (
            "StringLikeIfExists",
            "ec2:InstanceType",
            json!(["t1.*", "t2.*", "m3.*"]),
            json!("m2.small"),
            false,
            &["130"],
        ),
        (
            "StringLikeIfExists",
            "ec2:InstanceType",
            json!(["t1.*", "t2.*", "m3.*"]),
            Value::Null,
            true,
            &["130"],
        ),
    ];
    let mut cases = Vec::new();
    for (operator, key, policy, request, holds, rules) in rows {
        let mut case = Case::new(format!("table-{operator}-{request}"), rules);
        if request != Value::Null {
            case = case.key(key, request);
        }
        let statement = with(allow("*", "*"), "Condition", json!({operator: {key: policy}}));
        cases.extend(both_effects(&case, &statement, holds));
    }
    cases
}

/// Attributes of a table, and tag keys.
fn set_tables() -> Vec<Case> {
    let mut cases = Vec::new();
    let table = "arn:aws:dynamodb:us-west-2:111122223333:table/table-name";
    let listed = json!(["PostDateTime", "Message", "Tags"]);
    for (attributes, all_listed, any_listed) in [
        (json!(["PostDateTime", "Message"]), true, true),
        (json!(["PostDateTime", "Message", "Tags"]), true, true),
        (json!(["PostDateTime", "UserName"]), false, true),
        (json!(["UserName"]), false, false),
        (Value::Null, true, false),
    ] {
        for (operator, holds) in
            [("ForAllValues:StringLike", all_listed), ("ForAnyValue:StringLike", any_listed)]
        {
            let mut case = Case::new(format!("attributes-{operator}-{attributes}"), &["134", "135"]);
            case = case.asks("dynamodb:GetItem", table);
            if attributes != Value::Null {
                case = case.key("dynamodb:Attributes", attributes.clone());
            }
            let condition = json!({operator: {"dynamodb:Attributes": listed}});
            let statement = with(
                allow("dynamodb:GetItem", "arn:aws:dynamodb:*:*:table/table-name"),
                "Condition",
                condition,
            );
            cases.extend(both_effects(&case, &statement, holds));
        }
    }
    cases
}

fn variables() -> Vec<Case> {
    let mut cases = Vec::new();
    let folder = json!([
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::amzn-s3-demo-bucket",
         "Condition": {"StringLike": {"s3:prefix": ["${aws:username}/*"]}}},
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
         "Resource": "arn:aws:s3:::amzn-s3-demo-bucket/${aws:username}/*"},
    ]);
    let bucket = "arn:aws:s3:::amzn-s3-demo-bucket";
    let case = |about: &str| Case::new(about, &["163", "165"]).identity(folder.clone());
    let list = |about: &str, prefix: &str| case(about).asks("s3:ListBucket", bucket).key("s3:prefix", prefix);
    cases.push(list("folder-list", "ann/x").allowed());
    cases.push(list("folder-list-other", "bob/x").implicit("IDENTITY"));
    cases.push(case("folder-list-all").asks("s3:ListBucket", bucket).implicit("IDENTITY"));
    let object = |about: &str, key: &str| case(about).asks("s3:PutObject", &format!("{bucket}/{key}"));
    cases.push(object("folder-object", "ann/x").allowed());
    cases.push(object("folder-object-other", "bob/x").implicit("IDENTITY"));
    cases.push(object("folder-of-a-role", "ann/x").session().implicit("IDENTITY"));
    // A default.
    let team = json!(allow("*", format!("{bucket}/${{aws:PrincipalTag/team, 'company-wide'}}/*")));
    for (tag, key, allowed) in
        [(None, "company-wide/x", true), (None, "yellow/x", false), (Some("yellow"), "yellow/x", true)]
    {
        let case = Case::new(format!("default-{key}"), &["163", "171"])
            .asks("s3:GetObject", &format!("{bucket}/{key}"));
        let case = if let Some(tag) = tag { case.key("aws:PrincipalTag/team", tag) } else { case };
        cases.push(case.identity(team.clone()).granted_or(allowed, "IDENTITY"));
    }
    // A Deny on tags that differ, where the principal has none.
    let differs = with(
        deny("dynamodb:*", "*"),
        "Condition",
        json!({"StringNotEquals": {"dynamodb:ResourceTag/Team": "${aws:PrincipalTag/Team}"}}),
    );
    for (mine, theirs, denied) in [
        (Some("a"), Some("a"), false),
        (Some("a"), Some("b"), true),
        (None, Some("b"), true),
        (None, None, true),
    ] {
        let case =
            Case::new(format!("team-{mine:?}-{theirs:?}"), &["129", "168"]).asks("dynamodb:GetItem", "*");
        let case = if let Some(tag) = mine { case.key("aws:PrincipalTag/Team", tag) } else { case };
        let case = if let Some(tag) = theirs { case.key("dynamodb:ResourceTag/Team", tag) } else { case };
        cases.push(case.identity(json!([all(), differs])).forbidden_or(denied, "IDENTITY"));
    }
    cases
}

/// NotAction and NotResource as the documentation uses them.
fn not_elements() -> Vec<Case> {
    let mut cases = Vec::new();
    let no_iam = json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"});
    for (action, allowed) in [("s3:ListAllMyBuckets", true), ("iam:ListUsers", false)] {
        let case = Case::new(format!("not-action-{action}"), &["106"]).asks(action, "*");
        cases.push(case.identity(json!(no_iam)).granted_or(allowed, "IDENTITY"));
    }
    // Everything of S3 but deleting buckets, on buckets only: what has no resource is not covered.
    let no_delete = json!({"Effect": "Allow", "NotAction": "s3:DeleteBucket", "Resource": "arn:aws:s3:::*"});
    for (action, arn, allowed) in [
        ("s3:GetObject", "arn:aws:s3:::bucket/key", true),
        ("s3:DeleteBucket", "arn:aws:s3:::bucket", false),
        ("s3:ListAllMyBuckets", "*", false),
        ("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:q", false),
    ] {
        let case = Case::new(format!("not-delete-{action}"), &["106", "120"]).asks(action, arn);
        cases.push(case.identity(json!(no_delete)).granted_or(allowed, "IDENTITY"));
    }
    // A region fence: everything but some global services, elsewhere, is denied.
    let fence = json!({"Effect": "Deny", "NotAction": ["iam:*", "sts:*", "support:*"], "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]}}});
    for (action, region, denied) in [
        ("ec2:DescribeInstances", "eu-west-1", false),
        ("ec2:DescribeInstances", "us-east-1", true),
        ("iam:ListUsers", "us-east-1", false),
    ] {
        let case = Case::new(format!("region-{action}-{region}"), &["106", "124"]).asks(action, "*");
        let case = case.key("aws:RequestedRegion", region).identity(json!([all(), fence]));
        cases.push(case.forbidden_or(denied, "IDENTITY"));
    }
    // Only HTTPS, only one's own bucket.
    let https = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    for (secure, denied) in [("true", false), ("false", true)] {
        let case = Case::new(format!("https-{secure}"), &["157"]).key("aws:SecureTransport", secure);
        let policy = json!([grant(json!("*")), https]);
        cases.push(case.resource_policy(policy).forbidden_or(denied, "RESOURCE"));
    }
    let own = json!({"Effect": "Deny", "Action": "s3:*", "NotResource": ["arn:aws:s3:::hrbucket/payroll", "arn:aws:s3:::hrbucket/payroll/*"]});
    for (arn, denied) in [
        ("arn:aws:s3:::hrbucket/payroll/1", false),
        ("arn:aws:s3:::hrbucket/x", true),
        ("arn:aws:s3:::other", true),
    ] {
        let case = Case::new(format!("payroll-{arn}"), &["121"]).asks("s3:GetObject", arn);
        cases.push(case.identity(json!([all(), own])).forbidden_or(denied, "IDENTITY"));
    }
    cases
}
