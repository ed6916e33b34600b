//! How the types of policies combine: rules 4-33 in one account, 35-42 across accounts.

use serde_json::{Value, json};

use crate::build::{
    ACCOUNT, Case, FEDERATED, OTHER, ROLE, ROOT, SESSION, USER, all, allow, deny, grant, nothing, with,
};

/// Who asks.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Who {
    User,
    Session,
    Federated,
}

/// What a limiting layer says.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Limit {
    Absent,
    Allows,
    Silent,
}

/// What naming this principal is worth to this caller (rules 18, 20-23).
#[derive(Clone, Copy, PartialEq, Debug)]
enum Worth {
    Nothing,
    Account,
    Issuer,
    Direct,
}

/// (principal of the resource policy, its worth to a user, to a session, to a federated user)
fn principals() -> Vec<(&'static str, Value, [Worth; 3])> {
    use Worth::{Account, Direct, Issuer, Nothing};
    vec![
        ("none", Value::Null, [Nothing, Nothing, Nothing]),
        ("user", json!({"AWS": USER}), [Direct, Nothing, Issuer]),
        ("role", json!({"AWS": ROLE}), [Nothing, Issuer, Nothing]),
        ("session", json!({"AWS": SESSION}), [Nothing, Direct, Nothing]),
        ("federated", json!({"AWS": FEDERATED}), [Nothing, Nothing, Direct]),
        ("account", json!({"AWS": ROOT}), [Account, Account, Account]),
        ("account-id", json!({"AWS": ACCOUNT}), [Account, Account, Account]),
        ("everybody", json!("*"), [Direct, Direct, Direct]),
        ("everybody-aws", json!({"AWS": "*"}), [Direct, Direct, Direct]),
    ]
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(matrix());
    cases.extend(direct_by_principal_arn());
    cases.extend(explicit_denies());
    cases.extend(order_of_reasons());
    cases.extend(root());
    cases.extend(without_identity());
    cases.extend(endpoints());
    cases.extend(special_resources());
    cases.extend(free_actions());
    cases
}

/// The table of rule 18 with everything around it, and the same across accounts.
fn matrix() -> Vec<Case> {
    let mut cases = Vec::new();
    for (index, who) in [Who::User, Who::Session, Who::Federated].into_iter().enumerate() {
        for (name, principal, worth) in principals() {
            for identity in [true, false] {
                for boundary in [Limit::Absent, Limit::Allows, Limit::Silent] {
                    let sessions: &[Limit] = match who {
                        Who::User => &[Limit::Absent],
                        _ => &[Limit::Absent, Limit::Allows, Limit::Silent],
                    };
                    for session in sessions {
                        let situation = (who, worth[index], identity, boundary, *session);
                        let about = format!("{who:?}-{name}-identity-{identity}-{boundary:?}-{session:?}");
                        let build = |about: String, rules: &[&str]| {
                            let case = Case::new(about, rules);
                            policies(case, &principal, identity, boundary, *session, who)
                        };
                        let here = build(format!("same-{about}"), rules_of(worth[index]));
                        cases.push(expect(here, in_one_account(situation)));
                        // Fewer combinations are enough where no shortcut exists.
                        if name != "account-id" && name != "everybody-aws" {
                            let there = build(format!("cross-{about}"), &["35", "36", "38"]).owner(OTHER);
                            cases.push(expect(there, across_accounts(situation)));
                        }
                    }
                }
            }
        }
    }
    cases
}

fn policies(
    case: Case,
    principal: &Value,
    identity: bool,
    boundary: Limit,
    session: Limit,
    who: Who,
) -> Case {
    let mut case = match who {
        Who::User => case,
        Who::Session => case.session(),
        Who::Federated => case.federated(),
    };
    if *principal != Value::Null {
        case = case.resource_policy(json!(grant(principal.clone())));
    }
    case = case.identity(json!(if identity { all() } else { nothing() }));
    case = match boundary {
        Limit::Absent => case,
        Limit::Allows => case.boundary(json!(all())),
        Limit::Silent => case.boundary(json!(nothing())),
    };
    match session {
        Limit::Absent => case,
        Limit::Allows => case.session_policy(json!(all())),
        Limit::Silent => case.session_policy(json!(nothing())),
    }
}

type Situation = (Who, Worth, bool, Limit, Limit);

/// Which layer denies, or none.
type Denial = Option<&'static str>;

fn expect(case: Case, denial: Denial) -> Case {
    match denial {
        None => case.allowed(),
        Some(by) => case.implicit(by),
    }
}

/// Rule 24: a federated user without session policy may do nothing of its own.
fn limits((who, _, _, boundary, session): Situation) -> Denial {
    let session_allows = match (who, session) {
        (_, Limit::Allows) | (Who::User | Who::Session, Limit::Absent) => true,
        (_, Limit::Silent) | (Who::Federated, Limit::Absent) => false,
    };
    match (boundary, session_allows) {
        (Limit::Silent, _) => Some("BOUNDARY"),
        (_, false) => Some("SESSION"),
        _ => None,
    }
}

fn own_side(situation: Situation) -> Denial {
    if situation.2 { limits(situation) } else { Some("IDENTITY") }
}

/// Rules 13, 18, 22.
fn in_one_account(situation: Situation) -> Denial {
    match situation.1 {
        Worth::Direct => None,
        Worth::Issuer => limits(situation),
        Worth::Account | Worth::Nothing => own_side(situation),
    }
}

/// Rules 35, 36: the resource's account first, then the caller's own side.
fn across_accounts(situation: Situation) -> Denial {
    if situation.1 == Worth::Nothing { Some("RESOURCE") } else { own_side(situation) }
}

fn rules_of(worth: Worth) -> &'static [&'static str] {
    match worth {
        Worth::Direct => &["18", "21", "23"],
        Worth::Issuer => &["18", "23", "63"],
        Worth::Account => &["18", "22"],
        Worth::Nothing => &["13", "14", "15"],
    }
}

/// Rule 18, last row: `"*"` with a condition on the role's ARN.
fn direct_by_principal_arn() -> Vec<Case> {
    let mut cases = Vec::new();
    for (role, named) in [(ROLE, true), ("arn:aws:iam::111122223333:role/other", false)] {
        let statement =
            with(grant(json!("*")), "Condition", json!({"ArnEquals": {"aws:PrincipalArn": role}}));
        for identity in [true, false] {
            for boundary in [true, false] {
                for session in [true, false] {
                    let layer = |allows: bool| json!(if allows { all() } else { nothing() });
                    let about = format!("by-principal-arn-{named}-{identity}-{boundary}-{session}");
                    let case = Case::new(about, &["18", "214"])
                        .session()
                        .identity(layer(identity))
                        .boundary(layer(boundary))
                        .session_policy(layer(session))
                        .resource_policy(json!(statement));
                    let reason = match (identity, boundary, session) {
                        _ if named => None,
                        (false, _, _) => Some("IDENTITY"),
                        (_, false, _) => Some("BOUNDARY"),
                        (_, _, false) => Some("SESSION"),
                        _ => None,
                    };
                    cases.push(expect(case, reason));
                }
            }
        }
    }
    cases
}

/// Rules 5, 19, 37: a Deny wins wherever it stands, also over what rule 18 ignores.
fn explicit_denies() -> Vec<Case> {
    let mut cases = Vec::new();
    let denies = json!([all(), deny("s3:Get*", "*")]);
    let elsewhere = json!([all(), deny("s3:Put*", "*")]);
    let to_all = |statements: &Value| -> Value {
        let with_principal = |statement: &Value| with(statement.clone(), "Principal", "*");
        statements.as_array().unwrap().iter().map(with_principal).collect()
    };
    type Place = (&'static str, fn(Case, Value) -> Case);
    let places: [Place; 7] = [
        ("IDENTITY", |case, statements| case.identity(statements)),
        ("BOUNDARY", |case, statements| case.boundary(statements)),
        ("SESSION", |case, statements| case.session_policy(statements)),
        ("RESOURCE", |case, statements| case.resource_policy(statements)),
        ("SCP", |case, statements| case.scps(&[vec![statements]])),
        ("RCP", |case, statements| case.rcps(&[vec![statements]])),
        ("VPCE", |case, statements| case.endpoint(statements)),
    ];
    for (layer, place) in places {
        for direct in [true, false] {
            for owner in [ACCOUNT, OTHER] {
                for (statements, denied) in [(&denies, true), (&elsewhere, false)] {
                    let needs_principal = matches!(layer, "RESOURCE" | "RCP" | "VPCE");
                    let statements = if needs_principal { to_all(statements) } else { statements.clone() };
                    let about = format!("deny-{layer}-{direct}-{owner}");
                    let mut case =
                        Case::new(about, &["5", "19", "37"]).session().owner(owner).identity(json!(all()));
                    if layer != "RESOURCE" {
                        let principal = if direct { json!({"AWS": SESSION}) } else { json!({"AWS": ROLE}) };
                        case = case.resource_policy(json!(grant(principal)));
                    }
                    cases.push(place(case, statements).forbidden_or(denied, layer));
                }
            }
        }
    }
    cases
}

/// Rule 9: which of several denials is reported.
fn order_of_reasons() -> Vec<Case> {
    let mut cases = Vec::new();
    let order = ["RCP", "SCP", "RESOURCE", "IDENTITY", "BOUNDARY", "SESSION", "VPCE"];
    let deny_to_all = || with(deny("*", "*"), "Principal", "*");
    for (first, by) in order.into_iter().enumerate() {
        for second in order.iter().skip(first + 1) {
            let mut case = Case::new(format!("{by}-before-{second}"), &["9"]).session();
            for layer in [by, second] {
                case = match layer {
                    "RCP" => case.rcps(&[vec![json!(deny_to_all())]]),
                    "SCP" => case.scps(&[vec![json!(deny("*", "*"))]]),
                    "RESOURCE" => case.resource_policy(json!(deny_to_all())),
                    "IDENTITY" => case.identity(json!(deny("*", "*"))),
                    "BOUNDARY" => case.boundary(json!(deny("*", "*"))),
                    "SESSION" => case.session_policy(json!(deny("*", "*"))),
                    _ => case.endpoint(json!(deny_to_all())),
                };
            }
            cases.push(case.explicit(by));
        }
    }
    // An explicit denial late in the order comes before an implicit one early in it.
    let case = Case::new("explicit-before-implicit", &["9"]).scps(&[vec![json!(nothing())]]);
    cases.push(case.identity(json!(deny("*", "*"))).explicit("IDENTITY"));
    // Implicit denials: RCP, SCP, endpoint, then the rest.
    let silent = || with(nothing(), "Principal", "*");
    let case = Case::new("implicit-order", &["9"]).identity(json!(nothing())).endpoint(json!(silent()));
    cases.push(case.clone().implicit("VPCE"));
    let case = case.scps(&[vec![json!(nothing())]]);
    cases.push(case.clone().implicit("SCP"));
    cases.push(case.rcps(&[vec![json!(silent())]]).implicit("RCP"));
    cases
}

/// Rules 4, 22, 26.
fn root() -> Vec<Case> {
    let mut cases = Vec::new();
    let root = |about: &str, rules: &[&str]| Case::new(format!("root-{about}"), rules).root();
    cases.push(root("own-account", &["4"]).allowed());
    cases.push(root("nothing-in-particular", &["4"]).asks("s3:ListAllMyBuckets", "*").allowed());
    cases.push(
        root("silent-resource-policy", &["4"]).resource_policy(json!(grant(json!({"AWS": OTHER})))).allowed(),
    );
    let deny_to = |principal: Value| with(deny("*", "*"), "Principal", principal);
    for (about, principal, denied) in [
        ("everybody", json!("*"), true),
        ("root", json!({"AWS": ROOT}), true),
        ("account", json!({"AWS": ACCOUNT}), true),
        ("user", json!({"AWS": USER}), false),
        ("other", json!({"AWS": OTHER}), false),
    ] {
        let case = root(&format!("denied-{about}"), &["5", "26"]).resource_policy(json!(deny_to(principal)));
        cases.push(case.forbidden_or(denied, "RESOURCE"));
    }
    cases.push(root("scp", &["26", "43"]).scps(&[vec![json!(nothing())]]).implicit("SCP"));
    cases.push(
        root("scp-deny", &["26", "43"]).scps(&[vec![json!([all(), deny("s3:*", "*")])]]).explicit("SCP"),
    );
    cases.push(root("rcp", &["26"]).rcps(&[vec![json!(with(nothing(), "Principal", "*"))]]).implicit("RCP"));
    cases.push(root("endpoint", &["33"]).endpoint(json!(with(nothing(), "Principal", "*"))).implicit("VPCE"));
    cases.push(root("elsewhere", &["35"]).owner(OTHER).implicit("RESOURCE"));
    // Rule 53: an SCP that selects the root user.
    let no_root =
        with(deny("*", "*"), "Condition", json!({"ArnLike": {"aws:PrincipalArn": "arn:*:iam::*:root"}}));
    let tree = [vec![json!([all(), no_root])]];
    cases.push(root("scp-by-arn", &["53", "179"]).scps(&tree).explicit("SCP"));
    cases.push(Case::new("user-scp-by-arn", &["53", "179"]).identity(json!(all())).scps(&tree).allowed());
    cases
}

/// Rules 20, 27, 28, 178: callers who have no identity policies.
fn without_identity() -> Vec<Case> {
    let mut cases = Vec::new();
    let lambda = "lambda.amazonaws.com";
    // (principal, anonymous, service)
    let rows = [
        ("everybody", json!("*"), true, true),
        ("everybody-aws", json!({"AWS": "*"}), true, false),
        ("service", json!({"Service": lambda}), false, true),
        ("other-service", json!({"Service": "s3.amazonaws.com"}), false, false),
        ("services", json!({"Service": ["s3.amazonaws.com", lambda]}), false, true),
        ("account", json!({"AWS": ACCOUNT}), false, false),
        ("user", json!({"AWS": USER}), false, false),
        ("both", json!({"AWS": "*", "Service": lambda}), true, true),
    ];
    for (about, principal, anonymous, service) in rows {
        for (caller, granted) in [(json!({"type": "Anonymous"}), anonymous), (json!(lambda), service)] {
            let case =
                Case::new(format!("{about}-to-{caller}"), &["20", "27", "28", "178"]).principal(caller);
            cases.push(
                case.clone().resource_policy(json!(grant(principal.clone()))).granted_or(granted, "RESOURCE"),
            );
            let denies = with(deny("*", "*"), "Principal", principal.clone());
            let policy = json!([grant(json!("*")), denies]);
            cases.push(case.about("deny").resource_policy(policy).forbidden_or(granted, "RESOURCE"));
        }
    }
    for caller in [json!({"type": "Anonymous"}), json!(lambda)] {
        let case = Case::new(format!("alone-{caller}"), &["27", "28"]).principal(caller.clone());
        cases.push(case.clone().implicit("RESOURCE"));
        let case = case.about("limited").rules(&["54"]).resource_policy(json!(grant(json!("*"))));
        cases.push(case.clone().rcps(&[vec![json!(with(nothing(), "Principal", "*"))]]).implicit("RCP"));
        // Rule 44: SCPs are for principals of the organization.
        cases.push(case.clone().rules(&["44"]).scps(&[vec![json!(nothing())]]).allowed());
        cases.push(case.endpoint(json!(with(nothing(), "Principal", "*"))).implicit("VPCE"));
    }
    cases
}

/// Rules 33, 91a.
fn endpoints() -> Vec<Case> {
    let mut cases = Vec::new();
    let ask = |about: &str| Case::new(format!("endpoint-{about}"), &["33"]).identity(json!(all()));
    for (about, statement, allows) in [
        ("everybody", with(all(), "Principal", "*"), true),
        ("nobody-named", all(), true),
        ("user", with(all(), "Principal", json!({"AWS": USER})), true),
        ("account", with(all(), "Principal", json!({"AWS": ACCOUNT})), true),
        ("other-user", with(all(), "Principal", json!({"AWS": ROLE})), false),
        ("other-action", with(nothing(), "Principal", "*"), false),
        ("other-bucket", with(allow("*", "arn:aws:s3:::other/*"), "Principal", "*"), false),
    ] {
        let case = ask(about).rules(&["91a"]).endpoint(json!(statement.clone()));
        cases.push(case.granted_or(allows, "VPCE"));
        let denies = with(statement, "Effect", "Deny");
        let case = ask(about).about("deny").rules(&["91a"]).endpoint(json!([all(), denies]));
        cases.push(case.forbidden_or(allows, "VPCE"));
    }
    // It grants nothing.
    cases.push(
        Case::new("endpoint-alone", &["33"])
            .endpoint(json!(with(all(), "Principal", "*")))
            .implicit("IDENTITY"),
    );
    // A resource policy's statement without principal speaks to nobody.
    let silent = Case::new("resource-policy-without-principal", &["91a"]);
    cases.push(silent.clone().resource_policy(json!(all())).implicit("IDENTITY"));
    let case = silent.about("deny").identity(json!(all()));
    cases.push(case.resource_policy(json!(deny("*", "*"))).allowed());
    cases
}

/// Rules 30, 31, 237: KMS keys, and what belongs to AWS.
fn special_resources() -> Vec<Case> {
    let mut cases = Vec::new();
    let key = "arn:aws:kms:us-east-1:111122223333:key/k-1";
    for (about, principal, worth) in [
        ("no-policy", Value::Null, Worth::Nothing),
        ("account", json!({"AWS": ROOT}), Worth::Account),
        ("user", json!({"AWS": USER}), Worth::Direct),
        ("other", json!({"AWS": ROLE}), Worth::Nothing),
        ("everybody", json!("*"), Worth::Direct),
    ] {
        for identity in [true, false] {
            let mut case =
                Case::new(format!("kms-{about}-{identity}"), &["30", "237"]).asks("kms:Decrypt", key);
            case = case.identity(json!(if identity { all() } else { nothing() }));
            if principal != Value::Null {
                case = case.resource_policy(json!(grant(principal.clone())));
            }
            cases.push(match worth {
                Worth::Nothing => case.implicit("RESOURCE"),
                Worth::Account => case.granted_or(identity, "IDENTITY"),
                _ => case.allowed(),
            });
        }
    }
    let root = Case::new("kms-root", &["30", "237"]).root().asks("kms:Decrypt", key);
    cases.push(root.clone().implicit("RESOURCE"));
    cases.push(root.clone().resource_policy(json!(grant(json!({"AWS": USER})))).implicit("RESOURCE"));
    cases.push(root.resource_policy(json!(grant(json!({"AWS": ROOT})))).allowed());
    let own = [
        ("iam:DeletePolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", false),
        ("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/job-function/Billing", false),
        (
            "iam:DeleteRole",
            "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
            false,
        ),
        (
            "iam:GetRole",
            "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
            true,
        ),
        ("iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", true),
        (
            "iam:DeleteServiceLinkedRole",
            "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
            true,
        ),
        (
            "iam:DeleteRole",
            "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_a",
            false,
        ),
        ("kms:DeleteAlias", "arn:aws:kms:us-east-1:111122223333:alias/aws/s3", false),
        ("kms:DescribeKey", "arn:aws:kms:us-east-1:111122223333:alias/aws/s3", true),
        ("kms:DeleteAlias", "arn:aws:kms:us-east-1:111122223333:alias/mine", true),
    ];
    for (action, arn, may) in own {
        let case = Case::new(format!("aws-owned-{action}"), &["31"]).asks(action, arn).identity(json!(all()));
        cases.push(if may { case.allowed() } else { case.denied() });
    }
    cases
}

/// Rules 72, 74: what needs no permission and cannot be denied.
fn free_actions() -> Vec<Case> {
    let mut cases = Vec::new();
    let denies = json!([deny("*", "*")]);
    for principal in [USER, ROOT, SESSION, FEDERATED] {
        let case = Case::new(format!("caller-identity-{principal}"), &["74"]).principal(principal);
        let case = case.asks("sts:GetCallerIdentity", "*");
        cases.push(case.clone().allowed());
        cases.push(case.clone().identity(denies.clone()).allowed());
        cases.push(case.scps(&[vec![denies.clone()]]).allowed());
    }
    let case = Case::new("session-token", &["74"]).asks("sts:GetSessionToken", "*").identity(denies);
    cases.push(case.allowed());
    // The elements of a Deny still have to match.
    let elsewhere = deny("*", "arn:aws:s3:::other/*");
    cases.push(Case::new("deny-elsewhere", &["6"]).identity(json!([all(), elsewhere])).allowed());
    cases
}
