//! The sentences of denial (rules 186-190), after the examples of the documentation.

use keygate_policy::{Caller, DenialDetail, denial_message};
use serde_json::json;

use crate::support::*;

const POLICY: &str = "arn:aws:iam::111122223333:policy/p";
const START: &str = "User: arn:aws:iam::111122223333:user/team/ann is not authorized to perform: s3:GetObject on resource: \
                     arn:aws:s3:::bucket/key";

fn message(case: &Case, detail: DenialDetail) -> String {
    let decision = case.decide();
    assert!(!decision.is_allowed());
    case.run(|request, stack| denial_message(request, stack, &decision, detail))
}

#[track_caller]
fn check(case: Case, reason: &str) {
    assert_eq!(message(&case, DenialDetail::PolicyType), format!("{START}{reason}"));
    assert_eq!(message(&case, DenialDetail::None), START);
}

#[test]
fn rules_186_and_187_implicit_denials() {
    let all = || Case::new().identity(allow("*", "*"));
    let other = || allow("ec2:*", "*");
    check(Case::new(), " because no identity-based policy allows the s3:GetObject action");
    check(all().owned_by(OTHER), " because no resource-based policy allows the s3:GetObject action");
    check(all().boundary(other()), " because no permissions boundary allows the s3:GetObject action");
    check(all().session_policy(other()), " because no session policy allows the s3:GetObject action");
    check(all().scps([other()]), " because no service control policy allows the s3:GetObject action");
    check(all().rcps([other()]), " because no resource control policy allows the s3:GetObject action");
    check(all().vpc_endpoint(other()), " because no VPC endpoint policy allows the s3:GetObject action");
}

#[test]
fn rules_186_and_187_explicit_denials() {
    let all = || Case::new().identity(allow("*", "*"));
    let no = || deny("*", "*");
    check(all().identity(no()), " with an explicit deny in an identity-based policy");
    check(
        all().resource_policy(with(no(), "Principal", "*")),
        " with an explicit deny in a resource-based policy",
    );
    check(all().boundary(no()), " with an explicit deny in a permissions boundary");
    check(all().session_policy(no()), " with an explicit deny in a session policy");
    check(all().scps([no()]), " with an explicit deny in a service control policy");
    check(all().rcps([no()]), " with an explicit deny in a resource control policy");
    check(all().vpc_endpoint(no()), " with an explicit deny in a VPC endpoint policy");
}

#[test]
fn rule_187_the_trust_policy_has_its_own_phrases() {
    let start = "User: arn:aws:iam::111122223333:user/team/ann is not authorized to perform: sts:AssumeRole on resource: \
                 arn:aws:iam::111122223333:role/target";
    let trust = |effect: &str, who: &str| {
        Case::new().trust(json!({"Effect": effect, "Principal": {"AWS": who}, "Action": "sts:AssumeRole"}))
    };
    for (case, reason) in [
        (trust("Allow", OTHER), " because no role trust policy allows the sts:AssumeRole action"),
        (trust("Deny", USER), " with an explicit deny in the role trust policy"),
        (trust("Allow", ACCOUNT), " because no identity-based policy allows the sts:AssumeRole action"),
    ] {
        assert_eq!(message(&case, DenialDetail::PolicyType), format!("{start}{reason}"));
    }
}

#[test]
fn rule_188_the_arn_of_the_policy_that_denies() {
    let all = || Case::new().identity(allow("*", "*"));
    let no = || deny("*", "*");
    for (case, reason, shown) in [
        (all().identity(no()), "an identity-based policy", true),
        (all().boundary(no()), "a permissions boundary", true),
        (all().session_policy(no()), "a session policy", true),
        (all().scps([no()]), "a service control policy", true),
        (all().rcps([no()]), "a resource control policy", true),
        (all().vpc_endpoint(no()), "a VPC endpoint policy", false),
        (all().resource_policy(with(no(), "Principal", "*")), "a resource-based policy", false),
    ] {
        let arn = if shown { format!(": {POLICY}") } else { String::new() };
        assert_eq!(
            message(&case, DenialDetail::PolicyArn),
            format!("{START} with an explicit deny in {reason}{arn}")
        );
    }
    let implicit = message(&Case::new(), DenialDetail::PolicyArn);
    assert!(!implicit.contains(POLICY), "{implicit}");
}

#[test]
fn callers_without_arn() {
    for (caller, shown) in
        [(Caller::anonymous(), "anonymous"), (Caller::service("sns.amazonaws.com"), "sns.amazonaws.com")]
    {
        let text = message(&Case::new().by(caller), DenialDetail::None);
        assert_eq!(
            text,
            format!("User: {shown} is not authorized to perform: s3:GetObject on resource: {OBJECT}")
        );
    }
    let unsigned = message(&Case::new().by(web_identity("accounts.google.com")), DenialDetail::PolicyArn);
    assert_eq!(unsigned, "Not authorized to perform s3:GetObject");
    let session = message(&Case::new().by(session()), DenialDetail::None);
    assert!(session.starts_with("User: arn:aws:sts::111122223333:assumed-role/app/s1 is not"), "{session}");
}

/// The preview that adds a link to the console is not there: the sentence ends with its reason.
#[test]
fn rule_189_no_link_to_a_console() {
    let all = || Case::new().identity(allow("*", "*"));
    let mut cases = vec![Case::new(), all().owned_by(OTHER), all().identity(deny("*", "*"))];
    cases.push(all().scps([allow("ec2:*", "*")]));
    for case in cases {
        for detail in [DenialDetail::None, DenialDetail::PolicyType, DenialDetail::PolicyArn] {
            let text = message(&case, detail);
            assert!(!text.contains("http") && !text.contains("console"), "{text}");
        }
    }
}
