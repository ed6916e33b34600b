//! Role trust policies: rules 29, 197-202.

use serde_json::{Value, json};

use crate::build::{ACCOUNT, Case, OTHER, ROLE, ROOT, SESSION, USER, all, deny, nothing, with};

const TARGET: &str = "arn:aws:iam::111122223333:role/team/target";
const FOREIGN: &str = "arn:aws:iam::444455556666:role/team/target";

fn trust(principal: Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
}

fn ask(about: impl Into<String>, rules: &[&str]) -> Case {
    Case::new(about, rules).asks("sts:AssumeRole", TARGET)
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(same_account());
    cases.extend(cross_account());
    cases.extend(external_ids());
    cases.extend(further_actions());
    cases.extend(federated_callers());
    cases.extend(limits());
    cases
}

/// Rules 29, 198, 199.
fn same_account() -> Vec<Case> {
    let mut cases = Vec::new();
    // (principal, whether it names the user directly, or her account)
    let rows = [
        ("user", json!({"AWS": USER}), true, false),
        ("account", json!({"AWS": ROOT}), false, true),
        ("account-id", json!({"AWS": ACCOUNT}), false, true),
        ("everybody", json!("*"), true, false),
        ("everybody-aws", json!({"AWS": "*"}), true, false),
        ("role", json!({"AWS": ROLE}), false, false),
        ("other-account", json!({"AWS": OTHER}), false, false),
        ("service", json!({"Service": "ec2.amazonaws.com"}), false, false),
        ("shorter-name", json!({"AWS": "arn:aws:iam::111122223333:user/team/an"}), false, false),
        ("longer-name", json!({"AWS": "arn:aws:iam::111122223333:user/team/ann2"}), false, false),
    ];
    for (about, principal, direct, account) in rows {
        for identity in [true, false] {
            let case = ask(format!("trust-{about}-{identity}"), &["29", "198"]);
            let case = case.identity(json!(if identity { all() } else { nothing() }));
            let case = case.resource_policy(json!(trust(principal.clone())));
            cases.push(match (direct, account) {
                (true, _) => case.allowed(),
                (_, true) => case.granted_or(identity, "IDENTITY"),
                _ => case.implicit("RESOURCE"),
            });
        }
    }
    // Identity policies alone never do, not even root's powers.
    cases.push(ask("trust-missing", &["29"]).identity(json!(all())).implicit("RESOURCE"));
    cases.push(
        ask("trust-root", &["29"])
            .root()
            .resource_policy(json!(trust(json!({"AWS": USER}))))
            .implicit("RESOURCE"),
    );
    // A role and itself: like any other principal.
    let itself = |principal: Value| {
        ask("trust-itself", &["199"])
            .session()
            .asks("sts:AssumeRole", ROLE)
            .resource_policy(json!(trust(principal)))
    };
    cases.push(itself(json!({"AWS": ROLE})).identity(json!(nothing())).allowed());
    cases.push(itself(json!({"AWS": ROOT})).identity(json!(nothing())).implicit("IDENTITY"));
    cases.push(itself(json!({"AWS": ROOT})).identity(json!(all())).allowed());
    cases.push(itself(json!({"AWS": USER})).identity(json!(all())).implicit("RESOURCE"));
    // Role chaining, by role and by session.
    for (principal, named) in [(ROLE, true), (SESSION, true), ("arn:aws:iam::111122223333:role/app", false)] {
        let case = ask(format!("trust-chain-{principal}"), &["23", "198"]).session();
        cases.push(
            case.resource_policy(json!(trust(json!({"AWS": principal})))).granted_or(named, "RESOURCE"),
        );
    }
    cases
}

/// Rule 198, second half.
fn cross_account() -> Vec<Case> {
    let mut cases = Vec::new();
    for (about, principal, named) in [
        ("user", json!({"AWS": USER}), true),
        ("account", json!({"AWS": ROOT}), true),
        ("everybody", json!("*"), true),
        ("own-account", json!({"AWS": OTHER}), false),
    ] {
        for identity in [true, false] {
            let case = ask(format!("cross-trust-{about}-{identity}"), &["35", "198"])
                .asks("sts:AssumeRole", FOREIGN);
            let case = case.owner(OTHER).identity(json!(if identity { all() } else { nothing() }));
            let case = case.resource_policy(json!(trust(principal.clone())));
            cases.push(if named { case.granted_or(identity, "IDENTITY") } else { case.implicit("RESOURCE") });
        }
    }
    cases
}

/// Rule 203.
fn external_ids() -> Vec<Case> {
    let mut cases = Vec::new();
    let statement = with(
        trust(json!({"AWS": ROOT})),
        "Condition",
        json!({"StringEquals": {"sts:ExternalId": "secret-42"}}),
    );
    for (given, granted) in
        [(None, false), (Some("secret-42"), true), (Some("SECRET-42"), false), (Some(""), false)]
    {
        let case =
            ask(format!("external-id-{}", given.unwrap_or("none")), &["203"]).asks("sts:AssumeRole", FOREIGN);
        let case = case.owner(OTHER).identity(json!(all())).resource_policy(json!(statement));
        let case = if let Some(id) = given { case.key("sts:ExternalId", id) } else { case };
        cases.push(case.granted_or(granted, "RESOURCE"));
    }
    cases
}

/// Rules 201, 202: each further action is decided on its own.
fn further_actions() -> Vec<Case> {
    let mut cases = Vec::new();
    for trusted in ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", "sts:*"] {
        for asked in ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"] {
            let statement = with(trust(json!({"AWS": USER})), "Action", trusted);
            let case = ask(format!("trusts-{trusted}-asked-{asked}"), &["201", "202"]).asks(asked, TARGET);
            let granted = trusted == asked || trusted == "sts:*";
            cases.push(case.resource_policy(json!(statement)).granted_or(granted, "RESOURCE"));
        }
    }
    cases
}

/// Rule 200.
fn federated_callers() -> Vec<Case> {
    let mut cases = Vec::new();
    let oidc = "arn:aws:iam::111122223333:oidc-provider/token.example.com";
    let saml = "arn:aws:iam::111122223333:saml-provider/idp";
    let callers =
        [("WebIdentity", oidc, "sts:AssumeRoleWithWebIdentity"), ("Saml", saml, "sts:AssumeRoleWithSAML")];
    for (kind, provider, action) in callers {
        let case = |about: &str| {
            ask(format!("{kind}-{about}"), &["184", "200"])
                .principal(json!({"type": kind, "provider": provider}))
                .asks(action, TARGET)
        };
        let to = |principal: Value| json!(with(trust(principal), "Action", action));
        cases.push(case("trusted").resource_policy(to(json!({"Federated": provider}))).allowed());
        cases.push(
            case("listed").resource_policy(to(json!({"Federated": ["x.example.com", provider]}))).allowed(),
        );
        for (about, principal) in [
            ("other", json!({"Federated": "arn:aws:iam::111122223333:saml-provider/other"})),
            ("account", json!({"AWS": ACCOUNT})),
            ("aws-everybody", json!({"AWS": "*"})),
            ("service", json!({"Service": "ec2.amazonaws.com"})),
        ] {
            cases.push(case(about).rules(&["178"]).resource_policy(to(principal)).implicit("RESOURCE"));
        }
        let other_action = json!(trust(json!({"Federated": provider})));
        cases.push(case("other-action").resource_policy(other_action).implicit("RESOURCE"));
        let denied = json!([
            to(json!({"Federated": provider})),
            with(json!({"Effect": "Deny", "Action": action}), "Principal", json!({"Federated": provider}),)
        ]);
        cases.push(case("denied").resource_policy(denied).explicit("RESOURCE"));
        cases.push(case("no-policy").implicit("RESOURCE"));
    }
    // Rule 208: what the token says.
    let statement = json!({"Effect": "Allow", "Principal": {"Federated": oidc},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"token.example.com:aud": "sts.amazonaws.com"},
                      "StringLike": {"token.example.com:sub": "repo:mine/*:ref:refs/heads/main"}}});
    for (audience, subject, granted) in [
        ("sts.amazonaws.com", "repo:mine/app:ref:refs/heads/main", true),
        ("sts.amazonaws.com", "repo:mine/app:ref:refs/heads/dev", false),
        ("sts.amazonaws.com", "repo:other/app:ref:refs/heads/main", false),
        ("other", "repo:mine/app:ref:refs/heads/main", false),
    ] {
        let case = ask(format!("oidc-{audience}-{subject}"), &["200", "208"])
            .principal(json!({"type": "WebIdentity", "provider": oidc}))
            .asks("sts:AssumeRoleWithWebIdentity", TARGET)
            .key("token.example.com:aud", audience)
            .key("token.example.com:sub", subject);
        cases.push(case.resource_policy(json!(statement)).granted_or(granted, "RESOURCE"));
    }
    let case = ask("oidc-no-claims", &["129", "200"])
        .principal(json!({"type": "WebIdentity", "provider": oidc}))
        .asks("sts:AssumeRoleWithWebIdentity", TARGET);
    cases.push(case.resource_policy(json!(statement)).implicit("RESOURCE"));
    cases
}

/// Rules 18, 60, 63 on roles, and what a trust policy may not contain.
fn limits() -> Vec<Case> {
    let mut cases = Vec::new();
    let by_role =
        || ask("trust-limits", &["18", "198"]).session().resource_policy(json!(trust(json!({"AWS": ROLE}))));
    cases.push(by_role().boundary(json!(nothing())).implicit("BOUNDARY"));
    cases.push(by_role().boundary(json!(all())).allowed());
    cases.push(by_role().session_policy(json!(nothing())).implicit("SESSION"));
    cases.push(by_role().identity(json!(deny("sts:*", "*"))).explicit("IDENTITY"));
    let direct = ask("trust-user-boundary", &["18"]).boundary(json!(nothing()));
    cases.push(direct.resource_policy(json!(trust(json!({"AWS": USER})))).allowed());
    let denied =
        json!([trust(json!("*")), {"Effect": "Deny", "Principal": {"AWS": USER}, "Action": "sts:*"}]);
    cases.push(ask("trust-deny", &["5"]).resource_policy(denied).explicit("RESOURCE"));
    let scp = ask("trust-scp", &["16"]).resource_policy(json!(trust(json!({"AWS": USER}))));
    cases.push(scp.scps(&[vec![json!(nothing())]]).implicit("SCP"));
    let nobody = json!({"Effect": "Allow", "Action": "sts:AssumeRole"});
    cases.push(ask("trust-nobody", &["91", "91a"]).resource_policy(json!(nobody)).denied());
    // Rule 210: passing a role is a permission like any other, and no trust policy is asked.
    for identity in [true, false] {
        let case = Case::new(format!("pass-role-{identity}"), &["210"]).asks("iam:PassRole", TARGET);
        let statement = json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": TARGET,
            "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}});
        let service = if identity { "ec2.amazonaws.com" } else { "lambda.amazonaws.com" };
        let case = case.key("iam:PassedToService", service).identity(json!(statement));
        cases.push(case.granted_or(identity, "IDENTITY"));
    }
    cases
}
