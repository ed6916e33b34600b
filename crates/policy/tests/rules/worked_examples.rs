//! The worked examples of the AWS documentation, in our words.

use keygate_policy::{Context, Layer};
use serde_json::{Value, json};

use crate::support::*;

/// BASICS: Carlos may do anything in one bucket except with its logs.
#[test]
fn basics_identity_policy_and_bucket_policy_in_one_account() {
    let carlos = json!([
        allow(json!(["s3:ListAllMyBuckets", "s3:GetObject", "s3:PutObject"]), "*"),
        allow("s3:*", json!(["arn:aws:s3:::carlos-bucket", "arn:aws:s3:::carlos-bucket/*"])),
        deny("s3:*", "arn:aws:s3:::*log*"),
    ]);
    let case = || Case::new().identity(carlos.clone());
    case().asks("s3:PutObject", "arn:aws:s3:::carlos-bucket/x").allowed();
    case().asks("s3:DeleteObject", "arn:aws:s3:::carlos-bucket/x").allowed();
    case().asks("s3:DeleteObject", "arn:aws:s3:::other/x").implicitly_denied_by(Layer::Identity);
    case().asks("s3:GetObject", "arn:aws:s3:::carlos-bucket-logs/x").explicitly_denied_by(Layer::Identity);
}

/// XACCT: the same user and buckets of another account.
#[test]
fn cross_account_buckets() {
    let carlos = json!([allow("s3:*", "*"), deny("s3:*", "arn:aws:s3:::*log*")]);
    let bucket = |name: &str| {
        let resource = json!([format!("arn:aws:s3:::{name}"), format!("arn:aws:s3:::{name}/*")]);
        with(with(allow("s3:*", "*"), "Resource", resource), "Principal", json!({"AWS": USER}))
    };
    let case = || Case::new().identity(carlos.clone()).owned_by(OTHER);
    case().asks("s3:GetObject", "arn:aws:s3:::Production/x").resource_policy(bucket("Production")).allowed();
    case().asks("s3:GetObject", "arn:aws:s3:::Production/x").implicitly_denied_by(Layer::Resource);
    case()
        .asks("s3:GetObject", "arn:aws:s3:::Production-logs/x")
        .resource_policy(bucket("Production-logs"))
        .explicitly_denied_by(Layer::Identity);
}

/// BOUND: what Shirley's boundary does not mention she cannot do.
#[test]
fn boundary_of_shirley() {
    let boundary = allow(json!(["s3:*", "cloudwatch:*", "ec2:*"]), "*");
    let shirley = || Case::new().boundary(boundary.clone());
    let new_user = "arn:aws:iam::111122223333:user/new";
    shirley()
        .identity(allow("iam:CreateUser", "*"))
        .asks("iam:CreateUser", new_user)
        .implicitly_denied_by(Layer::Boundary);
    shirley().asks("s3:GetObject", OBJECT).implicitly_denied_by(Layer::Identity);
    shirley().identity(allow("s3:*", "*")).allowed();
}

/// BOUND: Zhang may create users only with a boundary.
#[test]
fn delegated_creation_of_users_with_a_boundary() {
    let required = "arn:aws:iam::123456789012:policy/XCompanyBoundaries";
    let zhang = with(
        allow(json!(["iam:CreateUser", "iam:PutUserPermissionsBoundary"]), "*"),
        "Condition",
        json!({"StringEquals": {"iam:PermissionsBoundary": required}}),
    );
    let case = || {
        Case::new().identity(zhang.clone()).asks("iam:CreateUser", "arn:aws:iam::123456789012:user/Nikhil")
    };
    case().key("iam:PermissionsBoundary", required).allowed();
    case().grants(false);
    case().key("iam:PermissionsBoundary", "arn:aws:iam::123456789012:policy/Other").grants(false);
}

fn holds(condition: Value, context: &Context) -> bool {
    let mut case = Case::new().identity(with(allow("*", "*"), "Condition", condition));
    case.context = context.clone();
    case.decide().is_allowed()
}

/// OPS: the decision tables of the operators.
#[test]
fn tables_of_the_condition_operators() {
    let tag = |value: &str| Context::new().with("aws:PrincipalTag/job-category", value);
    let category = || json!({"StringEquals": {"aws:PrincipalTag/job-category": "iamuser-admin"}});
    assert!(holds(category(), &tag("iamuser-admin")));
    assert!(!holds(category(), &tag("dev-ops")));
    assert!(!holds(category(), &Context::new()));

    let prefix = || json!({"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/"]}});
    let list = |user: Option<&str>, prefix: &str| {
        let context = Context::new().with("s3:prefix", prefix);
        user.map_or(context.clone(), |user| context.with("aws:username", user))
    };
    assert!(holds(prefix(), &list(Some("martha_rivera"), "home/martha_rivera/")));
    assert!(!holds(prefix(), &list(Some("nikki_wolf"), "home/martha_rivera/")));
    assert!(!holds(prefix(), &list(None, "home/martha_rivera/")));

    let keys = |keys: &[&str]| Context::new().with_list("aws:TagKeys", keys.iter().copied());
    let preprod = || json!({"ForAnyValue:StringEqualsIgnoreCase": {"aws:TagKeys": ["preprod", "storage"]}});
    assert!(holds(preprod(), &keys(&["preprod"])));
    assert!(holds(preprod(), &keys(&["PreProd", "Other"])));
    assert!(holds(preprod(), &keys(&["other", "STORAGE"])));
    assert!(!holds(preprod(), &keys(&["other"])));
    assert!(!holds(preprod(), &Context::new()));

    let secure = |value: &str| Context::new().with("aws:SecureTransport", value);
    assert!(holds(json!({"Bool": {"aws:SecureTransport": "false"}}), &secure("false")));
    assert!(!holds(json!({"Bool": {"aws:SecureTransport": "false"}}), &secure("true")));
    assert!(!holds(json!({"Bool": {"aws:SecureTransport": "false"}}), &Context::new()));

    let address = || json!({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:DB8:1234:5678::/64"]}});
    for (ip, expected) in [("203.0.113.1", true), ("2001:db8:1234:5678::9", true), ("198.51.100.1", false)] {
        assert_eq!(holds(address(), &Context::new().with("aws:SourceIp", ip)), expected, "{ip}");
    }

    let topic = || json!({"ArnEquals": {"aws:SourceArn": "arn:aws:sns:us-east-1:123456789012:TOPIC-ID"}});
    let source = |arn: &str| Context::new().with("aws:SourceArn", arn);
    assert!(holds(topic(), &source("arn:aws:sns:us-east-1:123456789012:TOPIC-ID")));
    assert!(!holds(topic(), &source("arn:aws:sns:us-east-1:777788889999:TOPIC-ID")));
    assert!(!holds(topic(), &Context::new()));

    let instances = || json!({"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}});
    assert!(holds(instances(), &Context::new().with("ec2:InstanceType", "t2.micro")));
    assert!(!holds(instances(), &Context::new().with("ec2:InstanceType", "m2.micro")));
    assert!(holds(instances(), &Context::new()));
}

/// SETOPS: attributes of DynamoDB items.
#[test]
fn sets_of_attributes() {
    let attributes =
        |values: &[&str]| Context::new().with_list("dynamodb:Attributes", values.iter().copied());
    let all = || json!({"ForAllValues:StringEquals": {"dynamodb:Attributes": ["ID", "Message", "Tags"]}});
    let any = || json!({"ForAnyValue:StringEquals": {"dynamodb:Attributes": ["ID", "PostDateTime"]}});
    assert!(holds(all(), &attributes(&["ID", "Tags"])));
    assert!(!holds(all(), &attributes(&["ID", "UserName"])));
    assert!(holds(all(), &Context::new()));
    assert!(holds(any(), &attributes(&["Message", "ID"])));
    assert!(!holds(any(), &attributes(&["Message"])));
    assert!(!holds(any(), &Context::new()));
}

/// VARS: a folder for every user, and a team that may be missing.
#[test]
fn variables_of_the_documentation() {
    let home = json!([
        with(
            allow("s3:ListBucket", "arn:aws:s3:::b"),
            "Condition",
            json!({"StringLike": {"s3:prefix": ["${aws:username}/*"]}})
        ),
        allow(json!(["s3:GetObject", "s3:PutObject"]), "arn:aws:s3:::b/${aws:username}/*"),
    ]);
    let ann = || Case::new().identity(home.clone()).key("aws:username", "ann");
    ann().asks("s3:GetObject", "arn:aws:s3:::b/ann/x").allowed();
    ann().asks("s3:GetObject", "arn:aws:s3:::b/bob/x").grants(false);
    ann().asks("s3:ListBucket", "arn:aws:s3:::b").key("s3:prefix", "ann/docs").allowed();
    ann().asks("s3:ListBucket", "arn:aws:s3:::b").key("s3:prefix", "bob/docs").grants(false);

    let team =
        || Case::new().identity(allow("s3:*", "arn:aws:s3:::b-${aws:PrincipalTag/team, 'company-wide'}/*"));
    team().asks("s3:GetObject", "arn:aws:s3:::b-company-wide/x").allowed();
    team().asks("s3:GetObject", "arn:aws:s3:::b-yellow/x").key("aws:PrincipalTag/team", "yellow").allowed();
    team()
        .asks("s3:GetObject", "arn:aws:s3:::b-company-wide/x")
        .key("aws:PrincipalTag/team", "yellow")
        .grants(false);

    let same_team = json!({"StringNotEquals": {"aws:ResourceTag/Team": "${aws:PrincipalTag/Team}"}});
    let context = Context::new().with("aws:ResourceTag/Team", "yellow");
    assert!(holds(same_team.clone(), &context));
    assert!(!holds(same_team, &context.with("aws:PrincipalTag/Team", "yellow")));
}

/// GKEYS: only calls by way of two services, and only by AWS services from a network.
#[test]
fn called_via_and_services() {
    let via = || json!({"ForAnyValue:StringEquals": {"aws:CalledVia": ["cloudformation.amazonaws.com"]}, "StringEquals": {"aws:CalledViaLast": "dynamodb.amazonaws.com"}});
    let chain = Context::new()
        .with_list("aws:CalledVia", ["cloudformation.amazonaws.com", "dynamodb.amazonaws.com"])
        .with("aws:CalledViaFirst", "cloudformation.amazonaws.com")
        .with("aws:CalledViaLast", "dynamodb.amazonaws.com");
    assert!(holds(via(), &chain));
    assert!(!holds(via(), &Context::new()));

    let fence = json!([
        grant_to(json!("*")),
        with(
            with(deny("s3:PutObject", "*"), "Principal", "*"),
            "Condition",
            json!({"StringNotEquals": {"aws:SourceVpc": "vpc-111bbb22"}, "Bool": {"aws:PrincipalIsAWSService": "false"}}),
        ),
    ]);
    let put = || Case::new().resource_policy(fence.clone()).asks("s3:PutObject", OBJECT);
    put().key("aws:PrincipalIsAWSService", "false").explicitly_denied_by(Layer::Resource);
    put().key("aws:PrincipalIsAWSService", "false").key("aws:SourceVpc", "vpc-111bbb22").allowed();
    put()
        .by(keygate_policy::Caller::service("cloudtrail.amazonaws.com"))
        .key("aws:PrincipalIsAWSService", "true")
        .allowed();
}
