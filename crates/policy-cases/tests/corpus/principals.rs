//! Principal and NotPrincipal: rules 64, 175-185d.

use serde_json::{Value, json};

use crate::build::{ACCOUNT, Case, FEDERATED, OTHER, ROLE, ROOT, SESSION, USER, all, deny, grant, with};

const USER_ID: &str = "AIDAQAAAAAAAAAAAAAAAA";
const ROLE_ID: &str = "AROAQAAAAAAAAAAAAAAAA";

/// Callers, each with unique id where a case can tell it.
fn callers() -> [(&'static str, Case); 5] {
    let case = || Case::new("", &[]);
    [
        ("user", case().key("aws:userid", USER_ID)),
        ("session", case().session().key("aws:userid", format!("{ROLE_ID}:s1"))),
        ("federated", case().federated().session_policy(json!(all()))),
        ("root", case().root()),
        ("anonymous", case().anonymous()),
    ]
}

/// Which of the callers a principal element names in some way, in the order of [`callers`].
fn elements() -> Vec<(&'static str, Value, [bool; 5], &'static [&'static str])> {
    let (yes, no) = (true, false);
    vec![
        ("everybody", json!("*"), [yes; 5], &["175", "178"]),
        ("aws-everybody", json!({"AWS": "*"}), [yes; 5], &["178"]),
        ("aws-list-everybody", json!({"AWS": ["*"]}), [yes; 5], &["175", "178"]),
        ("account-arn", json!({"AWS": ROOT}), [yes, yes, yes, yes, no], &["176", "179"]),
        ("account-id", json!({"AWS": ACCOUNT}), [yes, yes, yes, yes, no], &["176"]),
        ("other-account", json!({"AWS": OTHER}), [no; 5], &["176"]),
        ("user", json!({"AWS": USER}), [yes, no, yes, no, no], &["176", "18"]),
        ("user-without-path", json!({"AWS": "arn:aws:iam::111122223333:user/ann"}), [no; 5], &["185d"]),
        ("user-other-case", json!({"AWS": "arn:aws:iam::111122223333:user/team/Ann"}), [no; 5], &["185d"]),
        ("user-prefix", json!({"AWS": "arn:aws:iam::111122223333:user/team/an"}), [no; 5], &["177"]),
        ("user-wildcard", json!({"AWS": "arn:aws:iam::111122223333:user/team/*"}), [no; 5], &["177"]),
        ("user-elsewhere", json!({"AWS": "arn:aws:iam::444455556666:user/team/ann"}), [no; 5], &["176"]),
        ("user-id", json!({"AWS": USER_ID}), [yes, no, no, no, no], &["176", "180"]),
        ("old-user-id", json!({"AWS": "AIDAOLDOLDOLDOLDOLDOL"}), [no; 5], &["180"]),
        ("role", json!({"AWS": ROLE}), [no, yes, no, no, no], &["23", "176"]),
        ("role-without-path", json!({"AWS": "arn:aws:iam::111122223333:role/app"}), [no; 5], &["23", "185d"]),
        ("role-id", json!({"AWS": ROLE_ID}), [no, yes, no, no, no], &["176", "180"]),
        ("session", json!({"AWS": SESSION}), [no, yes, no, no, no], &["23", "176"]),
        (
            "session-with-path",
            json!({"AWS": "arn:aws:sts::111122223333:assumed-role/path/app/s1"}),
            [no; 5],
            &["185d"],
        ),
        ("other-session", json!({"AWS": "arn:aws:sts::111122223333:assumed-role/app/s2"}), [no; 5], &["23"]),
        ("any-session", json!({"AWS": "arn:aws:sts::111122223333:assumed-role/app/*"}), [no; 5], &["177"]),
        ("federated", json!({"AWS": FEDERATED}), [no, no, yes, no, no], &["176"]),
        ("list", json!({"AWS": [OTHER, USER]}), [yes, no, yes, no, no], &["175"]),
        ("list-of-roles", json!({"AWS": [ROLE, SESSION]}), [no, yes, no, no, no], &["175"]),
        ("service", json!({"Service": "lambda.amazonaws.com"}), [no; 5], &["183"]),
        ("provider", json!({"Federated": "accounts.google.com"}), [no; 5], &["184"]),
        (
            "two-kinds",
            json!({"AWS": USER, "Service": "lambda.amazonaws.com"}),
            [yes, no, yes, no, no],
            &["175"],
        ),
    ]
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (about, element, names, rules) in elements() {
        for ((caller, case), named) in callers().into_iter().zip(names) {
            let case = case.about(&format!("{about}-{caller}")).rules(rules);
            // The caller has a grant of its own; a Deny in the resource's policy names it or not.
            let has_policies = caller != "anonymous" && caller != "root";
            let own = if has_policies { case.clone().identity(json!(all())) } else { case.clone() };
            let denies = with(deny("*", "*"), "Principal", element.clone());
            let policy = json!([grant(json!("*")), denies]);
            cases.push(own.clone().about("deny").resource_policy(policy).forbidden_or(named, "RESOURCE"));
            // Across accounts every naming allows what the own side allows too.
            let case = own.about("cross").rules(&["36"]).owner(OTHER);
            cases.push(case.resource_policy(json!(grant(element.clone()))).granted_or(named, "RESOURCE"));
        }
    }
    cases.extend(not_principals());
    cases.extend(services());
    cases.extend(conditions_are_not_rewritten());
    cases
}

/// Rules 64, 185a-185c.
fn not_principals() -> Vec<Case> {
    let (yes, no) = (true, false);
    // Whom a NotPrincipal with Deny spares, in the order of `callers`.
    let rows: Vec<(&str, Value, [bool; 5])> = vec![
        ("user", json!({"AWS": USER}), [yes, no, no, no, no]),
        ("user-and-account", json!({"AWS": [USER, ACCOUNT]}), [yes, no, no, yes, no]),
        ("role", json!({"AWS": ROLE}), [no, yes, no, no, no]),
        ("session", json!({"AWS": SESSION}), [no, yes, no, no, no]),
        ("session-role-account", json!({"AWS": [SESSION, ROLE, ROOT]}), [no, yes, no, yes, no]),
        ("account", json!({"AWS": ROOT}), [no, no, no, yes, no]),
        ("account-id", json!({"AWS": ACCOUNT}), [no, no, no, yes, no]),
        ("federated", json!({"AWS": FEDERATED}), [no, no, yes, no, no]),
        ("other", json!({"AWS": OTHER}), [no; 5]),
        ("service", json!({"Service": "lambda.amazonaws.com"}), [no; 5]),
        ("user-id", json!({"AWS": USER_ID}), [yes, no, no, no, no]),
        ("everybody", json!("*"), [yes; 5]),
    ];
    let mut cases = Vec::new();
    for (about, element, spared) in rows {
        for ((caller, case), spared) in callers().into_iter().zip(spared) {
            let case = case.about(&format!("not-{about}-{caller}")).rules(&["185a", "185b"]);
            let has_policies = caller != "anonymous" && caller != "root";
            let own = if has_policies { case.identity(json!(all())) } else { case };
            let denies = with(deny("*", "*"), "NotPrincipal", element.clone());
            let policy = json!([grant(json!("*")), denies]);
            cases.push(own.clone().resource_policy(policy.clone()).forbidden_or(!spared, "RESOURCE"));
            if has_policies {
                let case = own.about("boundary").rules(&["64"]).boundary(json!(all()));
                cases.push(case.resource_policy(policy).explicit("RESOURCE"));
            }
        }
    }
    // Rule 185c: NotPrincipal with Allow grants to everyone else.
    for (about, element, names, _) in elements().into_iter().filter(|(about, ..)| !about.contains("list")) {
        for ((caller, case), named) in callers().into_iter().zip(names) {
            if caller == "root" {
                continue;
            }
            let case = case.about(&format!("allow-not-{about}-{caller}")).rules(&["185c"]);
            let policy = json!(with(all(), "NotPrincipal", element.clone()));
            let by = if caller == "anonymous" { "RESOURCE" } else { "IDENTITY" };
            cases.push(case.resource_policy(policy).granted_or(!named, by));
        }
    }
    cases
}

/// Rule 183.
fn services() -> Vec<Case> {
    let mut cases = Vec::new();
    for (principal, caller, same) in [
        ("lambda.amazonaws.com", "lambda.amazonaws.com", true),
        ("lambda.amazonaws.com", "edgelambda.amazonaws.com", false),
        ("*.amazonaws.com", "lambda.amazonaws.com", false),
        ("logs.eu-west-1.amazonaws.com", "logs.eu-west-1.amazonaws.com", true),
        ("logs.eu-west-1.amazonaws.com", "logs.amazonaws.com", false),
        ("ec2.amazonaws.com.cn", "ec2.amazonaws.com.cn", true),
    ] {
        let case = Case::new(format!("service-{principal}-{caller}"), &["183"]).principal(caller);
        let policy = json!(grant(json!({"Service": principal})));
        cases.push(case.resource_policy(policy).granted_or(same, "RESOURCE"));
    }
    // Rule 221: the confused deputy is fenced by the source.
    let fenced = with(
        grant(json!({"Service": "sns.amazonaws.com"})),
        "Condition",
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:111122223333:*"},
               "StringEquals": {"aws:SourceAccount": ACCOUNT}}),
    );
    for (account, allowed) in [(ACCOUNT, true), (OTHER, false)] {
        let case = Case::new(format!("source-{account}"), &["183", "221"]).principal("sns.amazonaws.com");
        let case = case.key("aws:SourceAccount", account);
        let case = case.key("aws:SourceArn", format!("arn:aws:sns:us-east-1:{account}:topic"));
        cases.push(case.resource_policy(json!(fenced.clone())).granted_or(allowed, "RESOURCE"));
    }
    let case = Case::new("source-absent", &["129", "221"]).principal("sns.amazonaws.com");
    cases.push(case.resource_policy(json!(fenced)).implicit("RESOURCE"));
    cases
}

/// Rules 181, 185d, 214: `aws:PrincipalArn` matches by name, whatever ids say.
fn conditions_are_not_rewritten() -> Vec<Case> {
    let mut cases = Vec::new();
    for (about, case, arn) in [
        ("user", Case::new("", &[]), USER),
        ("session", Case::new("", &[]).session(), ROLE),
        ("federated", Case::new("", &[]).federated(), FEDERATED),
    ] {
        for (value, holds) in
            [(arn, true), (SESSION, false), (ROOT, false), ("arn:aws:iam::*:role/app", false)]
        {
            let condition = json!({"ArnLike": {"aws:PrincipalArn": value}});
            let case =
                case.clone().about(&format!("principal-arn-{about}-{value}")).rules(&["181", "185d", "214"]);
            let policy = json!(with(grant(json!("*")), "Condition", condition));
            cases.push(case.resource_policy(policy).granted_or(holds, "IDENTITY"));
        }
    }
    cases
}
