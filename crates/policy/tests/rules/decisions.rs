//! How the layers combine (rules 1-42, 61-76 and the pseudo-code of section 20).

use keygate_policy::{Caller, CallerKind, Layer, Policy, PolicyKind, ResourceRule, Verdict};
use serde_json::{Value, json};

use crate::support::*;

fn everything() -> Value {
    allow("*", "*")
}

fn nothing_here() -> Value {
    allow("ec2:*", "*")
}

#[test]
fn rule_2_each_pair_is_decided_for_itself() {
    let case = Case::new().identity(allow("s3:GetObject", OBJECT));
    case.clone().allowed();
    case.clone().asks("s3:PutObject", OBJECT).implicitly_denied_by(Layer::Identity);
    case.asks("s3:GetObject", "arn:aws:s3:::bucket/other").implicitly_denied_by(Layer::Identity);
}

#[test]
fn rule_3_and_4_three_results_and_deny_by_default() {
    Case::new().implicitly_denied_by(Layer::Identity);
    Case::new().identity(everything()).allowed();
    Case::new().identity(json!([everything(), deny("s3:*", "*")])).explicitly_denied_by(Layer::Identity);
    let bare = Case::new().by(root());
    bare.clone().allowed();
    assert_eq!(bare.decide().layer, None);
    bare.owned_by(OTHER).implicitly_denied_by(Layer::Resource);
}

#[test]
fn rule_5_a_deny_of_any_type_wins_over_everything() {
    let full = || {
        Case::new()
            .by(session())
            .identity(everything())
            .boundary(everything())
            .session_policy(everything())
            .scps([everything()])
            .rcps([everything()])
            .resource_policy(grant_to(json!({"AWS": SESSION})))
            .vpc_endpoint(grant_to(json!("*")))
    };
    full().allowed();
    let no = || deny("s3:Get*", "arn:aws:s3:::bucket/*");
    full().identity(no()).explicitly_denied_by(Layer::Identity);
    full().boundary(json!([everything(), no()])).explicitly_denied_by(Layer::Boundary);
    full().session_policy(no()).explicitly_denied_by(Layer::Session);
    full().scps([json!([everything(), no()])]).explicitly_denied_by(Layer::Scp);
    full().rcps([json!([everything(), no()])]).explicitly_denied_by(Layer::Rcp);
    full().vpc_endpoint(with(no(), "Principal", "*")).explicitly_denied_by(Layer::VpcEndpoint);
    let bucket = json!([grant_to(json!({"AWS": SESSION})), with(no(), "Principal", "*")]);
    full().resource_policy(bucket.clone()).explicitly_denied_by(Layer::Resource);
    Case::new().by(root()).resource_policy(bucket).explicitly_denied_by(Layer::Resource);
}

#[test]
fn rule_6_a_statement_matches_when_all_its_parts_do() {
    let statement =
        with(allow("s3:GetObject", OBJECT), "Condition", json!({"Bool": {"aws:SecureTransport": true}}));
    let case = Case::new().identity(statement).key("aws:SecureTransport", "true");
    case.clone().allowed();
    case.clone().asks("s3:PutObject", OBJECT).grants(false);
    case.clone().asks("s3:GetObject", "arn:aws:s3:::bucket").grants(false);
    case.key("aws:SecureTransport", "false").grants(false);
}

#[test]
fn rule_7_one_bag_whatever_the_order_and_the_document() {
    let parts = [nothing_here(), allow("s3:*", "*"), deny("s3:Delete*", "*")];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let one = Case::new().identity(order.map(|i: usize| parts[i].clone()).to_vec());
        let many = order.iter().fold(Case::new(), |case, i| case.identity(parts[*i].clone()));
        for case in [one, many] {
            case.clone().allowed();
            case.asks("s3:DeleteObject", OBJECT).explicitly_denied_by(Layer::Identity);
        }
    }
}

#[test]
fn rule_8_and_11_limiting_types_grant_nothing() {
    Case::new()
        .boundary(everything())
        .scps([everything()])
        .rcps([everything()])
        .vpc_endpoint(grant_to(json!("*")))
        .implicitly_denied_by(Layer::Identity);
    Case::new().by(session()).session_policy(everything()).implicitly_denied_by(Layer::Identity);
    Case::new().boundary(everything()).implicitly_denied_by(Layer::Identity);
}

#[test]
fn rule_9_the_order_of_reasons() {
    let no = || deny("*", "*");
    let mut case = Case::new().by(session()).identity(no()).boundary(no()).session_policy(no());
    case = case.vpc_endpoint(with(no(), "Principal", "*"));
    case.clone().explicitly_denied_by(Layer::Identity);
    case = case.resource_policy(with(no(), "Principal", "*"));
    case.clone().explicitly_denied_by(Layer::Resource);
    case = case.scps([no()]);
    case.clone().explicitly_denied_by(Layer::Scp);
    case = case.rcps([no()]);
    case.explicitly_denied_by(Layer::Rcp);

    let lacks = Case::new().by(session()).boundary(nothing_here()).session_policy(nothing_here());
    lacks.clone().implicitly_denied_by(Layer::Identity);
    lacks.clone().identity(everything()).implicitly_denied_by(Layer::Boundary);
    lacks.clone().identity(everything()).boundary(everything()).implicitly_denied_by(Layer::Session);
    let lacks = lacks.vpc_endpoint(grant_to(json!("*")));
    lacks.clone().scps([nothing_here()]).implicitly_denied_by(Layer::Scp);
    lacks.scps([nothing_here()]).rcps([nothing_here()]).implicitly_denied_by(Layer::Rcp);
}

#[test]
fn rule_10_what_is_no_request_is_not_allowed() {
    for (action, resource) in [
        ("", OBJECT),
        ("s3", OBJECT),
        (":Get", OBJECT),
        ("s3:", OBJECT),
        ("s3:a:b", OBJECT),
        ("s3:*", OBJECT),
        ("s3:GetObject\0", OBJECT),
        ("s3\0:GetObject", OBJECT),
        ("s3:GetObject", ""),
    ] {
        for caller in [user(), root()] {
            let decision = Case::new().by(caller).identity(everything()).asks(action, resource).decide();
            assert_eq!(decision.verdict, Verdict::ImplicitlyDenied, "{action:?} {resource:?}");
        }
    }
}

#[test]
fn rule_13_identity_or_resource_policy_of_the_same_account() {
    Case::new().identity(everything()).allowed();
    Case::new().resource_policy(grant_to(json!({"AWS": USER}))).allowed();
    Case::new().identity(everything()).resource_policy(without(grant_to(json!("*")), "Principal")).allowed();
}

#[test]
fn rule_14_and_62_boundary_and_identity_must_both_allow() {
    Case::new().identity(everything()).boundary(allow("s3:*", "*")).allowed();
    Case::new().identity(everything()).boundary(nothing_here()).implicitly_denied_by(Layer::Boundary);
    Case::new().identity(nothing_here()).boundary(everything()).implicitly_denied_by(Layer::Identity);
}

#[test]
fn rule_15_session_policies_are_one_bag_that_must_allow_too() {
    let case = Case::new().by(session()).identity(everything());
    case.clone().allowed();
    case.clone().session_policy(nothing_here()).implicitly_denied_by(Layer::Session);
    case.clone().session_policy(nothing_here()).session_policy(allow("s3:*", "*")).allowed();
    case.clone()
        .session_policy(allow("s3:*", "*"))
        .boundary(nothing_here())
        .implicitly_denied_by(Layer::Boundary);
    let mut empty = case;
    empty.session = Some(Vec::new());
    empty.implicitly_denied_by(Layer::Session);
}

/// The table of rule 18. A column is the result if only that type does not allow.
#[test]
fn rule_18_which_implicit_denies_a_resource_policy_overrides() {
    let by_principal_arn =
        with(grant_to(json!("*")), "Condition", json!({"ArnEquals": {"aws:PrincipalArn": ROLE}}));
    let rows: [(Caller<'static>, Value, bool, bool); 8] = [
        (user(), grant_to(json!({"AWS": USER})), true, true),
        (user(), grant_to(json!({"AWS": USER_ID})), true, true),
        (session(), grant_to(json!({"AWS": ROLE})), false, false),
        (session(), grant_to(json!({"AWS": ROLE_ID})), false, false),
        (session(), grant_to(json!({"AWS": SESSION})), true, true),
        (federated(), grant_to(json!({"AWS": USER})), false, false),
        (federated(), grant_to(json!({"AWS": FEDERATED})), true, true),
        (session(), by_principal_arn, true, true),
    ];
    for (caller, statement, boundary_ignored, session_ignored) in rows {
        let mut case =
            Case::new().by(caller).resource_policy(statement.clone()).key("aws:PrincipalArn", ROLE);
        if caller.kind == CallerKind::FederatedUser {
            // Otherwise the missing session policy denies in every row (rule 24).
            case = case.session_policy(everything());
        }
        assert!(case.decide().is_allowed(), "identity implicit deny is ignored: {statement}");
        let bounded = case.clone().boundary(nothing_here()).decide();
        assert_eq!(bounded.is_allowed(), boundary_ignored, "boundary: {statement}");
        assert_eq!(bounded.layer, Some(if boundary_ignored { Layer::Resource } else { Layer::Boundary }));
        if caller.kind != CallerKind::User {
            let mut limited = case.clone();
            limited.session = None;
            let limited = limited.session_policy(nothing_here()).decide();
            assert_eq!(limited.is_allowed(), session_ignored, "session policy: {statement}");
            assert_eq!(limited.layer, Some(if session_ignored { Layer::Resource } else { Layer::Session }));
        }
    }
}

/// What is lent to another account stays within its policy, though everybody is let in.
#[test]
fn rule_18_a_confined_caller_is_limited_however_it_is_named() {
    let confined = |caller: Caller<'static>| Caller { confined: true, ..caller };
    let by_principal_arn =
        with(grant_to(json!("*")), "Condition", json!({"ArnEquals": {"aws:PrincipalArn": ROLE}}));
    for (caller, statement) in [
        (user(), grant_to(json!({"AWS": USER}))),
        (session(), grant_to(json!({"AWS": ROLE}))),
        (session(), grant_to(json!({"AWS": SESSION}))),
        (session(), grant_to(json!("*"))),
        (session(), grant_to(json!({"AWS": "*"}))),
        (session(), by_principal_arn),
        (root(), grant_to(json!({"AWS": ROOT}))),
    ] {
        let case = Case::new().by(confined(caller)).key("aws:PrincipalArn", ROLE).identity(everything());
        let trusted = case.clone().trust(without(statement.clone(), "Resource"));
        for case in [case.resource_policy(statement), trusted] {
            case.clone().session_policy(everything()).allowed();
            case.clone().session_policy(nothing_here()).implicitly_denied_by(Layer::Session);
            case.clone()
                .session_policy(everything())
                .boundary(nothing_here())
                .implicitly_denied_by(Layer::Boundary);
        }
    }
}

#[test]
fn rule_18_root_and_services_need_nothing_else() {
    Case::new().by(root()).resource_policy(grant_to(json!({"AWS": ROOT}))).allowed();
    Case::new()
        .by(Caller::service("sns.amazonaws.com"))
        .resource_policy(grant_to(json!({"Service": "sns.amazonaws.com"})))
        .allowed();
}

#[test]
fn rule_18_a_grant_overrides_no_scp_rcp_or_endpoint_policy() {
    let granted = || Case::new().resource_policy(grant_to(json!({"AWS": USER})));
    granted().scps([nothing_here()]).implicitly_denied_by(Layer::Scp);
    granted().rcps([nothing_here()]).implicitly_denied_by(Layer::Rcp);
    granted().vpc_endpoint(with(nothing_here(), "Principal", "*")).implicitly_denied_by(Layer::VpcEndpoint);
}

#[test]
fn rule_19_explicit_denies_count_whatever_rule_18_ignores() {
    let granted = || Case::new().by(session()).resource_policy(grant_to(json!({"AWS": SESSION})));
    granted().identity(deny("*", "*")).explicitly_denied_by(Layer::Identity);
    granted().boundary(deny("*", "*")).explicitly_denied_by(Layer::Boundary);
    granted().session_policy(deny("*", "*")).explicitly_denied_by(Layer::Session);
}

#[test]
fn rule_20_and_21_everybody_is_a_direct_grant() {
    for principal in [json!("*"), json!({"AWS": "*"})] {
        let case = || Case::new().resource_policy(grant_to(principal.clone()));
        case().allowed();
        case().by(Caller::anonymous()).allowed();
        case().by(session()).boundary(nothing_here()).session_policy(nothing_here()).allowed();
    }
}

#[test]
fn rule_22_the_account_only_delegates() {
    for principal in [json!({"AWS": ACCOUNT}), json!({"AWS": ROOT})] {
        for caller in [user(), session()] {
            let case = || Case::new().by(caller).resource_policy(grant_to(principal.clone()));
            case().implicitly_denied_by(Layer::Identity);
            case().identity(everything()).allowed();
            case().identity(everything()).boundary(nothing_here()).implicitly_denied_by(Layer::Boundary);
        }
        Case::new().by(root()).resource_policy(grant_to(principal)).allowed();
    }
}

#[test]
fn rule_23_a_role_is_all_its_sessions_a_session_is_one() {
    let mut other = session();
    other.arn = "arn:aws:sts::111122223333:assumed-role/app/s2";
    let role = || Case::new().resource_policy(grant_to(json!({"AWS": ROLE})));
    role().by(session()).allowed();
    role().by(other).allowed();
    let one = || Case::new().resource_policy(grant_to(json!({"AWS": SESSION})));
    one().by(session()).allowed();
    one().by(other).implicitly_denied_by(Layer::Identity);
}

#[test]
fn rule_24_a_federated_user_needs_a_session_policy() {
    let case = Case::new().by(federated()).identity(everything());
    case.clone().implicitly_denied_by(Layer::Session);
    case.clone().session_policy(everything()).allowed();
    case.session_policy(nothing_here()).implicitly_denied_by(Layer::Session);
    Case::new().by(federated()).session_policy(everything()).implicitly_denied_by(Layer::Identity);
    // The root user has everything to hand on.
    let mut of_root = federated();
    of_root.issuer_arn = Some(ROOT);
    Case::new().by(of_root).session_policy(everything()).allowed();
    Case::new().by(of_root).implicitly_denied_by(Layer::Session);
}

#[test]
fn rule_26_root_is_bound_by_denies_rcps_and_scps() {
    let root_case = || Case::new().by(root());
    root_case().scps([nothing_here()]).implicitly_denied_by(Layer::Scp);
    root_case().rcps([nothing_here()]).implicitly_denied_by(Layer::Rcp);
    root_case().scps([deny("*", "*")]).explicitly_denied_by(Layer::Scp);
    // AssumeRoot sessions are root with a session policy.
    root_case().session_policy(nothing_here()).implicitly_denied_by(Layer::Session);
    root_case().session_policy(everything()).allowed();
}

#[test]
fn rule_26_a_session_policy_of_root_or_a_user_counts_against_direct_grants_too() {
    for caller in [root(), user()] {
        for rule in [ResourceRule::Union, ResourceRule::KmsKey] {
            let granted = || Case::new().by(caller).rule(rule).resource_policy(grant_to(json!("*")));
            granted().allowed();
            granted().session_policy(nothing_here()).implicitly_denied_by(Layer::Session);
        }
    }
}

#[test]
fn a_policy_in_the_wrong_layer_grants_nothing() {
    let trust = policy(PolicyKind::Trust, json!({"Effect": "Allow", "Principal": "*", "Action": "sts:*"}));
    let mut case = Case::new().asks("sts:AssumeRole", ROLE);
    case.identity = vec![trust];
    case.implicitly_denied_by(Layer::Identity);
    let mut case = Case::new().by(Caller::anonymous());
    case.resource_policy = Some(policy(PolicyKind::Identity, everything()));
    case.implicitly_denied_by(Layer::Resource);
}

#[test]
fn rule_27_anonymous_callers_have_resource_policies_only() {
    let case = || Case::new().by(Caller::anonymous());
    case().implicitly_denied_by(Layer::Resource);
    case().identity(everything()).implicitly_denied_by(Layer::Resource);
    for principal in [json!({"AWS": ACCOUNT}), json!({"AWS": USER}), json!({"Service": "s3.amazonaws.com"})] {
        case().resource_policy(grant_to(principal)).implicitly_denied_by(Layer::Resource);
    }
    let public = || case().resource_policy(grant_to(json!("*")));
    public().allowed();
    public().rcps([nothing_here()]).implicitly_denied_by(Layer::Rcp);
    public().scps([nothing_here()]).allowed();
}

#[test]
fn rule_28_services_have_resource_policies_only() {
    let case = || Case::new().by(Caller::service("sns.amazonaws.com"));
    case().identity(everything()).implicitly_denied_by(Layer::Resource);
    case()
        .resource_policy(grant_to(json!({"Service": "sqs.amazonaws.com"})))
        .implicitly_denied_by(Layer::Resource);
    case()
        .resource_policy(grant_to(json!({"Service": "sns.amazonaws.com"})))
        .scps([nothing_here()])
        .allowed();
}

#[test]
fn rule_30_kms_keys_need_their_key_policy() {
    let case = |caller| {
        let key = "arn:aws:kms:us-east-1:111122223333:key/k";
        Case::new().by(caller).rule(ResourceRule::KmsKey).asks("kms:Decrypt", key).identity(everything())
    };
    for caller in [user(), session(), root()] {
        case(caller).implicitly_denied_by(Layer::Resource);
        case(caller).resource_policy(grant_to(json!({"AWS": ROOT}))).allowed();
        case(caller).resource_policy(grant_to(json!({"AWS": OTHER}))).implicitly_denied_by(Layer::Resource);
    }
    let mut without_identity = case(user()).resource_policy(grant_to(json!({"AWS": ROOT})));
    without_identity.identity.clear();
    without_identity.clone().implicitly_denied_by(Layer::Identity);
    without_identity.resource_policy(grant_to(json!({"AWS": USER}))).allowed();
}

#[test]
fn rule_31_nobody_changes_what_belongs_to_aws() {
    let policy = "arn:aws:iam::aws:policy/AdministratorAccess";
    for caller in [user(), session(), root()] {
        Case::new()
            .by(caller)
            .rule(ResourceRule::AwsOwned)
            .identity(everything())
            .asks("iam:DeletePolicy", policy)
            .implicitly_denied_by(Layer::Identity);
    }
}

#[test]
fn rule_33_an_endpoint_policy_must_allow_and_grants_nothing() {
    let full = || with(everything(), "Principal", "*");
    Case::new().identity(everything()).vpc_endpoint(full()).allowed();
    Case::new().vpc_endpoint(full()).implicitly_denied_by(Layer::Identity);
    Case::new()
        .identity(everything())
        .vpc_endpoint(with(nothing_here(), "Principal", "*"))
        .implicitly_denied_by(Layer::VpcEndpoint);
    Case::new()
        .identity(everything())
        .vpc_endpoint(with(everything(), "Principal", json!({"AWS": OTHER})))
        .implicitly_denied_by(Layer::VpcEndpoint);
    Case::new()
        .by(root())
        .vpc_endpoint(with(nothing_here(), "Principal", "*"))
        .implicitly_denied_by(Layer::VpcEndpoint);
}

#[test]
fn rules_35_and_36_across_accounts_both_must_allow() {
    let principals = [
        (user(), json!({"AWS": ACCOUNT})),
        (user(), json!({"AWS": ROOT})),
        (user(), json!({"AWS": USER})),
        (user(), json!("*")),
        (session(), json!({"AWS": ROLE})),
        (session(), json!({"AWS": SESSION})),
    ];
    for (caller, principal) in principals {
        let across = || Case::new().by(caller).owned_by(OTHER);
        let granted = || across().resource_policy(grant_to(principal.clone()));
        granted().implicitly_denied_by(Layer::Identity);
        across().identity(everything()).implicitly_denied_by(Layer::Resource);
        granted().identity(everything()).allowed();
        granted().identity(everything()).boundary(nothing_here()).implicitly_denied_by(Layer::Boundary);
        granted().identity(everything()).session_policy(nothing_here()).implicitly_denied_by(Layer::Session);
        granted().identity(everything()).scps([nothing_here()]).implicitly_denied_by(Layer::Scp);
        granted().identity(everything()).rcps([nothing_here()]).implicitly_denied_by(Layer::Rcp);
    }
}

#[test]
fn rule_37_a_deny_in_either_account_denies() {
    let granted = || Case::new().owned_by(OTHER).identity(everything());
    granted()
        .resource_policy(json!([grant_to(json!("*")), with(deny("*", "*"), "Principal", "*")]))
        .explicitly_denied_by(Layer::Resource);
    granted()
        .identity(deny("*", "*"))
        .resource_policy(grant_to(json!("*")))
        .explicitly_denied_by(Layer::Identity);
}

#[test]
fn rule_38_a_federated_user_across_accounts_needs_user_and_session_policy() {
    let granted =
        || Case::new().by(federated()).owned_by(OTHER).resource_policy(grant_to(json!({"AWS": FEDERATED})));
    granted().implicitly_denied_by(Layer::Identity);
    granted().identity(everything()).implicitly_denied_by(Layer::Session);
    granted().identity(everything()).session_policy(everything()).allowed();
}

#[test]
fn rule_39_without_resource_policy_no_access_across_accounts() {
    for caller in [user(), session(), root()] {
        Case::new().by(caller).owned_by(OTHER).identity(everything()).implicitly_denied_by(Layer::Resource);
    }
}

#[test]
fn rules_40_and_41_the_owner_is_told_and_not_read_from_the_arn() {
    let queue = "arn:aws:sqs:us-east-1:111122223333:q";
    let case = Case::new().identity(everything()).asks("sqs:SendMessage", queue);
    case.clone().allowed();
    case.clone().owned_by(OTHER).implicitly_denied_by(Layer::Resource);
    // An owner that is not known is not the caller's account; a request without resource is.
    let mut unknown = case;
    unknown.owner = None;
    unknown.clone().implicitly_denied_by(Layer::Resource);
    unknown.asks("s3:ListAllMyBuckets", "*").allowed();
    // Root of an account and its own resource are one account.
    Case::new().by(root()).asks("sqs:SendMessage", "arn:aws:sqs:us-east-1:444455556666:q").allowed();
}

#[test]
fn rule_63_the_boundary_limits_sessions_and_federated_users() {
    for caller in [user(), session(), federated()] {
        Case::new()
            .by(caller)
            .identity(everything())
            .session_policy(everything())
            .boundary(nothing_here())
            .implicitly_denied_by(Layer::Boundary);
    }
}

#[test]
fn rule_64_not_principal_with_deny_always_denies_who_has_a_boundary() {
    let statement =
        || without(with(deny("*", "*"), "NotPrincipal", json!({"AWS": [USER, ACCOUNT, SESSION, ROLE]})), "x");
    for caller in [user(), session()] {
        let case = || Case::new().by(caller).identity(everything()).resource_policy(statement());
        case().allowed();
        case().boundary(everything()).explicitly_denied_by(Layer::Resource);
        let mut unreadable = case();
        unreadable.boundary = Some(None);
        unreadable.explicitly_denied_by(Layer::Resource);
    }
}

#[test]
fn rule_66_an_unreadable_boundary_allows_nothing() {
    let mut case = Case::new().identity(everything());
    case.boundary = Some(None);
    case.clone().implicitly_denied_by(Layer::Boundary);
    // It might hold a Deny, which would count for a direct grant as well.
    case.clone().resource_policy(grant_to(json!({"AWS": USER}))).implicitly_denied_by(Layer::Boundary);
    case.by(session())
        .resource_policy(grant_to(json!({"AWS": SESSION})))
        .implicitly_denied_by(Layer::Boundary);
}

#[test]
fn rule_74_what_needs_no_permission() {
    let case = |caller| Case::new().by(caller).identity(deny("*", "*")).scps([deny("*", "*")]);
    for caller in [user(), session(), federated(), root()] {
        case(caller).asks("sts:GetCallerIdentity", "*").allowed();
    }
    for (caller, expected) in [(user(), true), (root(), true), (session(), false), (federated(), false)] {
        let decision = case(caller).asks("sts:GetSessionToken", "*").decide();
        assert_eq!(decision.is_allowed(), expected);
    }
    for caller in [Caller::anonymous(), web_identity("accounts.google.com")] {
        assert!(!Case::new().by(caller).asks("sts:GetCallerIdentity", "*").decide().is_allowed());
    }
    case(user()).asks("sts:GetFederationToken", "*").explicitly_denied_by(Layer::Scp);
}

#[test]
fn rule_76_revoked_sessions_by_token_issue_time() {
    let revoke = with(
        deny("*", "*"),
        "Condition",
        json!({"DateLessThan": {"aws:TokenIssueTime": "2026-11-21T12:00:00.000Z"}}),
    );
    let case = Case::new().by(session()).identity(json!([everything(), revoke]));
    case.clone().key("aws:TokenIssueTime", "2026-11-21T11:59:59Z").explicitly_denied_by(Layer::Identity);
    case.clone().key("aws:TokenIssueTime", "2026-11-21T12:00:01Z").allowed();
    case.allowed();
}

#[test]
fn statements_that_decide_are_named() {
    let case = Case::new().identity(nothing_here()).identity(json!([nothing_here(), everything()]));
    let at = case.decide().statement.unwrap();
    assert_eq!((at.layer, at.policy, at.statement), (Layer::Identity, 1, 1));
    let at = case.scps([everything()]).scps([everything(), deny("*", "*")]).decide().statement.unwrap();
    assert_eq!((at.layer, at.level, at.policy, at.statement), (Layer::Scp, 1, 1, 0));
}

#[test]
fn rule_1_only_what_the_context_says_counts() {
    let tagged = |expected: &str| {
        let condition = json!({"StringEquals": {"aws:PrincipalTag/team": expected}});
        Case::new().identity(with(allow("*", "*"), "Condition", condition))
    };
    // A key that was not supplied is absent, not empty.
    tagged("").grants(false);
    tagged("").key("aws:PrincipalTag/team", "").grants(true);
    // What no policy asks for changes nothing.
    let with_more = |case: Case| case.key("aws:PrincipalTag/other", "x").keys("aws:TagKeys", &["team"]);
    with_more(tagged("red")).grants(false);
    with_more(tagged("red")).key("aws:PrincipalTag/team", "red").grants(true);
}

#[test]
fn rule_69_a_session_policy_limits_the_session_and_cannot_exceed_it() {
    let refused = Policy::read(&document(grant_to(json!("*"))), PolicyKind::Session).unwrap_err();
    assert_eq!(refused.message, "Policy document should not specify a principal.");
    let case = || Case::new().by(session());
    case().session_policy(allow("*", "*")).implicitly_denied_by(Layer::Identity);
    case().identity(allow("s3:*", "*")).session_policy(allow("*", "*")).allowed();
    case()
        .identity(allow("s3:*", "*"))
        .session_policy(deny("s3:*", "*"))
        .explicitly_denied_by(Layer::Session);
    // It is evaluated with the session as principal.
    let own = json!({"ArnEquals": {"aws:PrincipalArn": ROLE}});
    let own = || with(allow("*", "*"), "Condition", own.clone());
    case().identity(allow("*", "*")).session_policy(own()).key("aws:PrincipalArn", ROLE).allowed();
    case()
        .identity(allow("*", "*"))
        .session_policy(own())
        .key("aws:PrincipalArn", USER)
        .implicitly_denied_by(Layer::Session);
}

/// Regional or global endpoint: the region is a condition key and nothing else.
#[test]
fn rule_241_the_region_of_an_sts_endpoint_is_only_a_key() {
    let trust = || json!({"Effect": "Allow", "Principal": {"AWS": USER}, "Action": "sts:AssumeRole"});
    for region in ["us-east-1", "aws-global", "eu-south-2"] {
        Case::new().trust(trust()).key("aws:RequestedRegion", region).allowed();
        let fenced = json!({"StringEquals": {"aws:RequestedRegion": "us-east-1"}});
        let case = Case::new().trust(with(trust(), "Condition", fenced)).key("aws:RequestedRegion", region);
        if region == "us-east-1" { case.allowed() } else { case.implicitly_denied_by(Layer::Resource) }
    }
}
