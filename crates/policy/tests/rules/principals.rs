//! Principal and NotPrincipal at evaluation (rules 175-185d, 91a).

use keygate_policy::{Caller, CallerKind, Layer, Verdict};
use serde_json::{Value, json};

use crate::support::*;

/// Whether a Deny for this principal catches the caller: whether the principal matches at all.
fn named(caller: Caller<'static>, principal: &Value) -> bool {
    let case = Case::new().by(caller).resource_policy(with(deny("*", "*"), "Principal", principal.clone()));
    case.decide().verdict == Verdict::ExplicitlyDenied
}

#[test]
fn rules_175_to_179_who_a_principal_names() {
    let mut saml = Caller::new(CallerKind::Saml, "");
    saml.provider = Some("arn:aws:iam::111122223333:saml-provider/idp");
    let callers = [
        ("user", user()),
        ("session", session()),
        ("federated", federated()),
        ("root", root()),
        ("service", Caller::service("sns.amazonaws.com")),
        ("web", web_identity("accounts.google.com")),
        ("saml", saml),
        ("anonymous", Caller::anonymous()),
    ];
    let everybody = "user session federated root service web saml anonymous";
    let account = "user session federated root";
    for (principal, expected) in [
        (json!("*"), everybody),
        (json!({"AWS": "*"}), "user session federated root anonymous"),
        (json!({"AWS": ACCOUNT}), account),
        (json!({"AWS": ROOT}), account),
        (json!({"AWS": "arn:aws-cn:iam::111122223333:root"}), account),
        (json!({"AWS": OTHER}), ""),
        (json!({"AWS": USER}), "user federated"),
        (json!({"AWS": USER_ID}), "user federated"),
        (json!({"AWS": ROLE}), "session"),
        (json!({"AWS": ROLE_ID}), "session"),
        (json!({"AWS": SESSION}), "session"),
        (json!({"AWS": FEDERATED}), "federated"),
        (json!({"AWS": [OTHER, SESSION]}), "session"),
        (json!({"AWS": OTHER, "Service": "sns.amazonaws.com"}), "service"),
        (json!({"Service": "sqs.amazonaws.com"}), ""),
        (json!({"Federated": "accounts.google.com"}), "web"),
        (json!({"Federated": "arn:aws:iam::111122223333:saml-provider/idp"}), "saml"),
        (json!({"CanonicalUser": "abc"}), ""),
        // The name compares with its case and its path, and never in part.
        (json!({"AWS": "arn:aws:iam::111122223333:user/team/Ann"}), ""),
        (json!({"AWS": "arn:aws:iam::111122223333:user/ann"}), ""),
        (json!({"AWS": "arn:aws:iam::111122223333:user/team/an"}), ""),
        (json!({"AWS": "arn:aws:iam::111122223333:user/team/ann2"}), ""),
        (json!({"AWS": "arn:aws:iam::111122223333:role/app"}), ""),
        (json!({"AWS": "arn:aws:sts::111122223333:assumed-role/path/app/s1"}), ""),
        // Wildcards are no part of principals (rule 177).
        (json!({"AWS": "arn:aws:iam::111122223333:user/*"}), ""),
        (json!({"AWS": "arn:aws:iam::*:root"}), ""),
        (json!({"AWS": "AIDAQBBBBBBBBBBBBBBBB"}), ""),
        (json!({"AWS": ""}), ""),
    ] {
        let found: Vec<_> =
            callers.iter().filter(|(_, c)| named(*c, &principal)).map(|(name, _)| *name).collect();
        assert_eq!(found.join(" "), expected, "{principal}");
    }
}

#[test]
fn rule_177_partial_wildcards_do_not_even_name_others() {
    let mut odd = user();
    odd.arn = "arn:aws:iam::111122223333:user/*";
    assert!(named(odd, &json!({"AWS": "arn:aws:iam::111122223333:user/*"})));
    assert!(!named(user(), &json!({"AWS": "arn:aws:iam::111122223333:user/*"})));
}

#[test]
fn rule_180_a_unique_id_does_not_name_a_new_entity_of_the_same_name() {
    let mut again = user();
    again.unique_id = Some("AIDAQCCCCCCCCCCCCCCCC");
    let case = |caller| Case::new().by(caller).resource_policy(grant_to(json!({"AWS": USER_ID})));
    case(user()).allowed();
    case(again).implicitly_denied_by(Layer::Identity);
}

#[test]
fn rule_185_canonical_users_are_accounts() {
    let mut caller = user();
    caller.canonical_user = Some("abc");
    assert!(named(caller, &json!({"CanonicalUser": "abc"})));
    Case::new()
        .by(caller)
        .resource_policy(grant_to(json!({"CanonicalUser": "abc"})))
        .implicitly_denied_by(Layer::Identity);
}

#[test]
fn rule_91a_a_statement_without_principal() {
    Case::new()
        .by(Caller::anonymous())
        .resource_policy(allow("*", "*"))
        .implicitly_denied_by(Layer::Resource);
    Case::new().identity(allow("*", "*")).resource_policy(deny("*", "*")).allowed();
    Case::new().identity(allow("*", "*")).vpc_endpoint(allow("*", "*")).allowed();
    Case::new()
        .identity(allow("*", "*"))
        .vpc_endpoint(deny("*", "*"))
        .explicitly_denied_by(Layer::VpcEndpoint);
}

fn exempt(caller: Caller<'static>, listed: Value) -> bool {
    let statement = with(deny("*", "*"), "NotPrincipal", listed);
    let case = Case::new()
        .by(caller)
        .identity(allow("*", "*"))
        .resource_policy(json!([grant_to(json!("*")), statement]));
    case.decide().is_allowed()
}

#[test]
fn rules_185a_and_185b_who_not_principal_with_deny_spares() {
    for (caller, listed, expected) in [
        (user(), json!({"AWS": USER}), true),
        (user(), json!({"AWS": [USER, ACCOUNT]}), true),
        (user(), json!({"AWS": ACCOUNT}), false),
        (user(), json!({"AWS": ROOT}), false),
        (user(), json!({"AWS": OTHER}), false),
        (session(), json!({"AWS": SESSION}), true),
        (session(), json!({"AWS": ROLE}), true),
        (session(), json!({"AWS": [SESSION, ROLE, ACCOUNT]}), true),
        (session(), json!({"AWS": ACCOUNT}), false),
        (federated(), json!({"AWS": FEDERATED}), true),
        (root(), json!({"AWS": ROOT}), true),
        (root(), json!({"AWS": ACCOUNT}), true),
        (root(), json!({"AWS": USER}), false),
        (Caller::service("sns.amazonaws.com"), json!({"Service": "sns.amazonaws.com"}), true),
        (Caller::service("sns.amazonaws.com"), json!({"AWS": ACCOUNT}), false),
        (Caller::anonymous(), json!({"AWS": USER}), false),
    ] {
        assert_eq!(exempt(caller, listed.clone()), expected, "{:?} {listed}", caller.kind);
    }
}

#[test]
fn rule_185c_not_principal_with_allow_grants_to_everyone_else() {
    let case = |caller, listed: Value| {
        let statement = with(allow("*", "*"), "NotPrincipal", listed);
        Case::new().by(caller).resource_policy(statement).decide().is_allowed()
    };
    assert!(case(user(), json!({"AWS": OTHER})));
    assert!(case(Caller::anonymous(), json!({"AWS": OTHER})));
    assert!(!case(user(), json!({"AWS": USER})));
    assert!(!case(user(), json!({"AWS": ACCOUNT})));
    assert!(!case(session(), json!({"AWS": ROLE})));
    assert!(!case(user(), json!("*")));
}

#[test]
fn rule_185d_a_role_given_as_the_caller_is_any_session_of_it() {
    let mut role = session();
    role.arn = ROLE;
    let case = || Case::new().by(role).resource_policy(grant_to(json!({"AWS": ROLE})));
    case().allowed();
    case().boundary(allow("ec2:*", "*")).implicitly_denied_by(Layer::Boundary);
    Case::new().by(role).resource_policy(grant_to(json!("*"))).boundary(allow("ec2:*", "*")).allowed();
}
