//! Services whose own rules the evaluator knows: KMS, S3, Lambda (rules 30, 234-240).

use keygate_policy::{Caller, Layer, PolicyKind, ResourceRule, is_public};
use serde_json::{Value, json};

use crate::support::*;

const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/k";

fn decrypts() -> Case {
    Case::new().rule(ResourceRule::KmsKey).asks("kms:Decrypt", KEY)
}

fn key_policy(principal: Value) -> Value {
    with(allow("kms:*", "*"), "Principal", principal)
}

#[test]
fn rule_237_a_grant_opens_a_key_beside_its_policy_and_no_deny_yields_to_it() {
    let granted = || decrypts().granted();
    // Nothing else speaks for the caller; without the grant each of these is denied.
    for case in [
        granted(),
        granted().by(session()),
        granted().by(root()),
        granted().by(Caller::service("ec2.amazonaws.com")),
    ] {
        let mut without = case.clone();
        without.kms_grant = false;
        without.implicitly_denied_by(Layer::Resource);
        case.allowed();
    }
    // A grant names somebody; who has no name has none.
    granted().by(Caller::anonymous()).implicitly_denied_by(Layer::Resource);
    let no = || deny("kms:Decrypt", "*");
    granted().identity(no()).explicitly_denied_by(Layer::Identity);
    granted().boundary(no()).explicitly_denied_by(Layer::Boundary);
    granted().by(session()).session_policy(no()).explicitly_denied_by(Layer::Session);
    granted().scps([no()]).explicitly_denied_by(Layer::Scp);
    granted().rcps([with(no(), "Principal", "*")]).explicitly_denied_by(Layer::Rcp);
    granted().resource_policy(with(no(), "Principal", "*")).explicitly_denied_by(Layer::Resource);
    granted().scps([allow("s3:*", "*")]).implicitly_denied_by(Layer::Scp);
    granted().vpc_endpoint(allow("s3:*", "*")).implicitly_denied_by(Layer::VpcEndpoint);
    // Choices: the limits of the grantee count, and in another account its identity policies.
    granted().boundary(allow("s3:*", "*")).implicitly_denied_by(Layer::Boundary);
    granted().by(session()).session_policy(allow("s3:*", "*")).implicitly_denied_by(Layer::Session);
    granted().owned_by(OTHER).implicitly_denied_by(Layer::Identity);
    granted().owned_by(OTHER).identity(allow("kms:Decrypt", "*")).allowed();
}

#[test]
fn rule_237_a_key_policy_without_the_account_leaves_iam_policies_without_effect() {
    let all = || decrypts().identity(allow("kms:*", "*"));
    all().implicitly_denied_by(Layer::Resource);
    all().resource_policy(key_policy(json!({"AWS": ROLE}))).implicitly_denied_by(Layer::Resource);
    decrypts()
        .by(root())
        .resource_policy(key_policy(json!({"AWS": ROLE})))
        .implicitly_denied_by(Layer::Resource);
    all().resource_policy(key_policy(json!({"AWS": ACCOUNT}))).allowed();
}

/// KMS gives its keys the account and the service by which it is called; to the evaluator they are condition keys.
#[test]
fn rule_30_a_key_for_one_service_only() {
    let through = json!({"StringEquals": {
        "kms:ViaService": "s3.us-east-1.amazonaws.com", "kms:CallerAccount": "111122223333"}});
    let statement = with(key_policy(json!({"AWS": "*"})), "Condition", through);
    let case = || decrypts().resource_policy(statement.clone()).key("kms:CallerAccount", ACCOUNT);
    case().key("kms:ViaService", "s3.us-east-1.amazonaws.com").allowed();
    case().key("kms:ViaService", "ec2.us-east-1.amazonaws.com").implicitly_denied_by(Layer::Resource);
    case().implicitly_denied_by(Layer::Resource);
}

#[test]
fn rule_238_the_owners_root_user_reaches_a_bucket_policy_that_denies_it() {
    const BUCKET: &str = "arn:aws:s3:::bucket";
    let locked = |action| {
        let everybody = with(deny("s3:*", "*"), "Principal", "*");
        Case::new().by(root()).resource_policy(everybody).asks(action, BUCKET)
    };
    for action in
        ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "S3:deletebucketpolicy"]
    {
        locked(action).allowed();
        // Nobody else, nowhere else, and not against anybody else's policy.
        locked(action).by(user()).identity(allow("*", "*")).explicitly_denied_by(Layer::Resource);
        locked(action).owned_by(OTHER).explicitly_denied_by(Layer::Resource);
        locked(action).scps([deny("s3:*", "*")]).explicitly_denied_by(Layer::Scp);
        locked(action).rcps([with(deny("s3:*", "*"), "Principal", "*")]).explicitly_denied_by(Layer::Rcp);
        locked(action).scps([allow("iam:*", "*")]).implicitly_denied_by(Layer::Scp);
        locked(action).vpc_endpoint(deny("*", "*")).explicitly_denied_by(Layer::VpcEndpoint);
    }
    locked("s3:ListBucket").explicitly_denied_by(Layer::Resource);
    locked("s3:GetBucketPolicyStatus").explicitly_denied_by(Layer::Resource);
}

#[test]
fn rule_238_a_restricted_public_bucket_is_for_its_account_and_services() {
    let open = || Case::new().resource_policy(grant_to(json!("*")));
    let restricted = || open().rule(ResourceRule::RestrictedPublicBucket);
    open().by(Caller::anonymous()).allowed();
    restricted().by(Caller::anonymous()).implicitly_denied_by(Layer::Resource);
    open().owned_by(OTHER).identity(allow("*", "*")).allowed();
    restricted().owned_by(OTHER).identity(allow("*", "*")).implicitly_denied_by(Layer::Resource);
    restricted().allowed();
    restricted().by(Caller::service("logging.s3.amazonaws.com")).allowed();
    restricted().identity(deny("*", "*")).explicitly_denied_by(Layer::Identity);
}

#[test]
fn rule_238_which_bucket_policies_are_public() {
    let public = |statements: Value| is_public(&policy(PolicyKind::Resource, statements));
    for principal in [json!("*"), json!({"AWS": "*"}), json!({"AWS": [USER, "*"]})] {
        assert!(public(grant_to(principal.clone())), "{principal}");
        assert!(!public(with(deny("*", "*"), "Principal", principal)), "a Deny grants nothing");
    }
    for principal in [json!({"AWS": USER}), json!({"AWS": OTHER}), json!({"Service": "sns.amazonaws.com"})] {
        assert!(!public(grant_to(principal.clone())), "{principal}");
        let everyone_else = with(allow("*", "*"), "NotPrincipal", principal.clone());
        assert!(public(everyone_else), "{principal}");
        // One public statement makes the policy public.
        assert!(public(json!([grant_to(principal), grant_to(json!("*"))])));
    }
    let held = |operator: &str, key: &str, value: Value| {
        public(with(grant_to(json!("*")), "Condition", json!({operator: {key: value}})))
    };
    for (operator, key, value, is_public) in [
        ("StringEquals", "aws:SourceVpc", json!("vpc-91237329"), false),
        ("StringLike", "aws:SourceVpc", json!("vpc-91237329"), false),
        ("StringLike", "aws:SourceVpc", json!("vpc-*"), true),
        ("StringEquals", "AWS:sourcevpce", json!(["vpce-1", "vpce-2"]), false),
        ("StringLike", "aws:SourceVpce", json!(["vpce-1", "vpce-?"]), true),
        ("StringEquals", "aws:SourceVpc", json!("${aws:PrincipalTag/vpc}"), true),
        ("StringEquals", "aws:SourceVpc", json!([]), true),
        ("StringEqualsIfExists", "aws:SourceVpc", json!("vpc-1"), true),
        ("StringNotEquals", "aws:SourceVpc", json!("vpc-1"), true),
        ("ForAllValues:StringEquals", "aws:SourceVpc", json!("vpc-1"), true),
        ("StringEquals", "aws:UserAgent", json!("curl"), true),
        ("StringEquals", "aws:PrincipalOrgID", json!("o-1"), false),
        ("StringEquals", "aws:SourceAccount", json!("111122223333"), false),
        ("ArnEquals", "aws:SourceArn", json!("arn:aws:sns:us-east-1:111122223333:t"), false),
        ("ArnLike", "aws:SourceArn", json!("arn:aws:sns:us-east-1:111122223333:*"), true),
        ("ArnLike", "aws:PrincipalArn", json!(ROLE), false),
        ("StringEquals", "aws:userid", json!("AIDAEXAMPLE"), false),
        ("StringLike", "aws:userid", json!("AROAEXAMPLE:*"), true),
        ("StringEquals", "s3:DataAccessPointAccount", json!("111122223333"), false),
        ("ArnLike", "s3:DataAccessPointArn", json!("arn:aws:s3:us-east-1:111122223333:accesspoint/*"), false),
        ("ArnLike", "s3:DataAccessPointArn", json!("arn:aws:s3:us-east-1:*:accesspoint/x"), true),
        ("IpAddress", "aws:SourceIp", json!("203.0.113.0/24"), false),
        ("IpAddress", "aws:SourceIp", json!(["203.0.113.0/24", "0.0.0.0/1"]), true),
        ("IpAddress", "aws:SourceIp", json!("11.0.0.0/8"), false),
        ("IpAddress", "aws:SourceIp", json!("12.0.0.0/7"), true),
        ("IpAddress", "aws:SourceIp", json!("10.0.0.0/7"), true),
        ("IpAddress", "aws:SourceIp", json!("10.0.0.0/8"), false),
        ("IpAddress", "aws:SourceIp", json!("2001:db8::/32"), false),
        ("IpAddress", "aws:SourceIp", json!("2001::/16"), true),
        ("IpAddress", "aws:SourceIp", json!("nowhere"), true),
        ("NotIpAddress", "aws:SourceIp", json!("203.0.113.0/24"), true),
        ("IpAddress", "aws:VpcSourceIp", json!("10.0.0.0/8"), true),
        ("Bool", "aws:SecureTransport", json!("true"), true),
    ] {
        assert_eq!(held(operator, key, value.clone()), is_public, "{operator} {key} {value}");
    }
    // A key that holds is enough, whatever else is asked.
    let both = json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}, "Bool": {"aws:SecureTransport": "true"}});
    assert!(!public(with(grant_to(json!("*")), "Condition", both)));
}

/// A function's policy is a resource policy like others; that of a function URL without authentication is for
/// everybody and says so by a condition.
#[test]
fn rule_20_function_urls_of_lambda() {
    const FUNCTION: &str = "arn:aws:lambda:us-east-1:111122223333:function:f";
    let url = with(
        with(allow("lambda:InvokeFunctionUrl", FUNCTION), "Principal", "*"),
        "Condition",
        json!({"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}),
    );
    let case = || Case::new().resource_policy(url.clone()).asks("lambda:InvokeFunctionUrl", FUNCTION);
    case().by(Caller::anonymous()).key("lambda:FunctionUrlAuthType", "NONE").allowed();
    case()
        .by(Caller::anonymous())
        .key("lambda:FunctionUrlAuthType", "AWS_IAM")
        .implicitly_denied_by(Layer::Resource);
    case().by(Caller::anonymous()).implicitly_denied_by(Layer::Resource);
    case().identity(allow("lambda:InvokeFunctionUrl", "*")).allowed();
    // Elsewhere both sides.
    let other = || case().owned_by(OTHER).key("lambda:FunctionUrlAuthType", "NONE");
    other().implicitly_denied_by(Layer::Identity);
    other().identity(allow("lambda:*", "*")).allowed();
    // An event source calls for a resource of the account that the policy names.
    let bucket = with(
        with(allow("lambda:InvokeFunction", FUNCTION), "Principal", json!({"Service": "s3.amazonaws.com"})),
        "Condition",
        json!({"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": "arn:aws:s3:::bucket"}}),
    );
    let event = |account: &str| {
        Case::new()
            .by(Caller::service("s3.amazonaws.com"))
            .resource_policy(bucket.clone())
            .asks("lambda:InvokeFunction", FUNCTION)
            .key("aws:SourceArn", "arn:aws:s3:::bucket")
            .key("aws:SourceAccount", account)
    };
    event(ACCOUNT).allowed();
    event(OTHER).implicitly_denied_by(Layer::Resource);
}
