//! KMS grants, the recovery of bucket policies, canonical users (rules 30, 185, 237, 238).

use serde_json::json;

use crate::build::*;

const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/k-1";
const CANONICAL_USER: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";

pub(crate) fn cases() -> Vec<Case> {
    [grants(), locked_buckets(), canonical_users()].concat()
}

fn grants() -> Vec<Case> {
    let ask = |about: &str| Case::new(format!("grant-{about}"), &["237"]).asks("kms:Decrypt", KEY);
    let no = || json!(deny("kms:Decrypt", "*"));
    let everybody = || json!(with(deny("kms:Decrypt", "*"), "Principal", "*"));
    vec![
        ask("absent").rules(&["30"]).implicit("RESOURCE"),
        ask("absent-identity").rules(&["30"]).identity(json!(all())).implicit("RESOURCE"),
        ask("alone").grant().allowed(),
        ask("session").session().grant().allowed(),
        ask("root").root().grant().allowed(),
        ask("service").principal("ec2.amazonaws.com").grant().allowed(),
        ask("anonymous").anonymous().grant().implicit("RESOURCE"),
        ask("deny-identity").grant().identity(no()).explicit("IDENTITY"),
        ask("deny-boundary").grant().boundary(no()).explicit("BOUNDARY"),
        ask("deny-session").session().grant().session_policy(no()).explicit("SESSION"),
        ask("deny-key-policy").grant().resource_policy(everybody()).explicit("RESOURCE"),
        ask("deny-scp").grant().scps(&[vec![no()]]).explicit("SCP"),
        ask("deny-rcp").grant().rcps(&[vec![everybody()]]).explicit("RCP"),
        ask("deny-endpoint").grant().endpoint(json!([all(), deny("kms:*", "*")])).explicit("VPCE"),
        ask("scp").rules(&["16"]).grant().scps(&[vec![json!(nothing())]]).implicit("SCP"),
        ask("endpoint").rules(&["33"]).grant().endpoint(json!(nothing())).implicit("VPCE"),
        ask("other-account").grant().owner(OTHER).implicit("IDENTITY"),
        ask("other-account-identity").grant().owner(OTHER).identity(json!(all())).allowed(),
    ]
}

fn locked_buckets() -> Vec<Case> {
    let mut cases = Vec::new();
    let locked = || json!(with(deny("*", "*"), "Principal", "*"));
    for (action, may) in [
        ("s3:GetBucketPolicy", true),
        ("s3:PutBucketPolicy", true),
        ("s3:DeleteBucketPolicy", true),
        ("s3:ListBucket", false),
        ("s3:DeleteBucket", false),
    ] {
        let ask = || {
            let case =
                Case::new(format!("locked-bucket-{action}"), &["238"]).asks(action, "arn:aws:s3:::bucket");
            case.resource_policy(locked())
        };
        cases.push(ask().about("root").root().forbidden_or(!may, "RESOURCE"));
        cases.push(ask().about("user").identity(json!(all())).explicit("RESOURCE"));
        cases.push(ask().about("other-root").root().owner(OTHER).explicit("RESOURCE"));
        cases.push(ask().about("scp").root().scps(&[vec![json!(deny("s3:*", "*"))]]).explicit("SCP"));
        cases.push(ask().about("rcp").root().rcps(&[vec![locked()]]).explicit("RCP"));
        if may {
            let endpoint = json!(deny("*", "*"));
            cases.push(ask().about("endpoint").root().endpoint(endpoint).explicit("VPCE"));
        }
    }
    cases
}

fn canonical_users() -> Vec<Case> {
    let policy = || json!(grant(json!({"CanonicalUser": CANONICAL_USER})));
    let ask = |about: &str| Case::new(format!("canonical-user-{about}"), &["185"]).resource_policy(policy());
    let other = "0".repeat(64);
    vec![
        ask("unknown").identity(json!(all())).owner(OTHER).implicit("RESOURCE"),
        ask("of-the-account").canonical_user(CANONICAL_USER).identity(json!(all())).owner(OTHER).allowed(),
        ask("delegates").rules(&["22"]).canonical_user(CANONICAL_USER).implicit("IDENTITY"),
        ask("another").canonical_user(&other).identity(json!(all())).owner(OTHER).implicit("RESOURCE"),
    ]
}
