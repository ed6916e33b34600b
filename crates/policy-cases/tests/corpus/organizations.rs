//! Service and resource control policies: rules 43-60.

use serde_json::{Value, json};

use crate::build::{ACCOUNT, Case, OTHER, all, allow, deny, grant, nothing, with};

/// What one level says.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Level {
    /// FullAWSAccess.
    Full,
    /// Two policies, the second of which allows.
    Second,
    /// Policies that allow something else.
    Silent,
    /// No policy at all.
    Empty,
    /// Allows, and denies.
    Denies,
}

const LEVELS: [Level; 5] = [Level::Full, Level::Second, Level::Silent, Level::Empty, Level::Denies];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(trees());
    cases.extend(who_is_limited());
    cases.extend(allow_and_deny_lists());
    cases.extend(rcps());
    cases
}

fn policies(level: Level, principal: bool) -> Vec<Value> {
    let statements = match level {
        Level::Full => vec![vec![all()]],
        Level::Second => vec![vec![nothing()], vec![allow("s3:*", "*")]],
        Level::Silent => vec![vec![nothing()], vec![allow("ec2:*", "*")]],
        Level::Empty => vec![],
        Level::Denies => vec![vec![all()], vec![deny("s3:GetObject", "*")]],
    };
    let complete = |statement: Value| if principal { with(statement, "Principal", "*") } else { statement };
    statements.into_iter().map(|list| list.into_iter().map(complete).collect()).collect()
}

/// Rules 45, 59: union inside a level, intersection over levels; one, two and three levels.
fn trees() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut trees: Vec<Vec<Level>> = LEVELS.iter().map(|level| vec![*level]).collect();
    for first in LEVELS {
        for second in LEVELS {
            trees.push(vec![first, second]);
            trees.extend(LEVELS.map(|third| vec![first, second, third]));
        }
    }
    for tree in trees {
        let about: Vec<String> = tree.iter().map(|level| format!("{level:?}")).collect();
        let denies = tree.contains(&Level::Denies);
        let allows = !tree.iter().any(|level| matches!(level, Level::Silent | Level::Empty));
        for (by, principal) in [("SCP", false), ("RCP", true)] {
            let levels: Vec<Vec<Value>> = tree.iter().map(|level| policies(*level, principal)).collect();
            let rules: &[&str] = if principal { &["59"] } else { &["45", "46"] };
            let case = Case::new(format!("{by}-{}", about.join("-")), rules).identity(json!(all()));
            let case = if principal { case.rcps(&levels) } else { case.scps(&levels) };
            cases.push(match (denies, allows) {
                (true, _) => case.explicit(by),
                (false, true) => case.allowed(),
                (false, false) => case.implicit(by),
            });
        }
    }
    cases
}

/// Rules 16, 42, 43, 44, 47.
fn who_is_limited() -> Vec<Case> {
    let mut cases = Vec::new();
    let nothing_allowed = [vec![json!(nothing())]];
    let denied = [vec![json!([all(), deny("*", "*")])]];
    let linked = "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/app";
    let reserved = "arn:aws:iam::111122223333:role/aws-reserved/app";
    let callers: [(&str, Case, bool); 6] = [
        ("user", Case::new("", &[]).identity(json!(all())), true),
        ("session", Case::new("", &[]).session().identity(json!(all())), true),
        (
            "federated",
            Case::new("", &[]).federated().identity(json!(all())).session_policy(json!(all())),
            true,
        ),
        ("root", Case::new("", &[]).root(), true),
        ("service-linked", Case::new("", &[]).session().issuer(linked).identity(json!(all())), false),
        ("reserved", Case::new("", &[]).session().issuer(reserved).identity(json!(all())), true),
    ];
    for (name, case, limited) in callers {
        let case = case.about(&format!("scp-{name}")).rules(&["16", "43", "44"]);
        cases.push(case.clone().allowed());
        cases.push(case.clone().about("silent").scps(&nothing_allowed).granted_or(!limited, "SCP"));
        cases.push(case.clone().about("denied").scps(&denied).forbidden_or(limited, "SCP"));
        // A resource policy that names everybody does not lift it.
        let case = case.about("granted").resource_policy(json!(grant(json!("*"))));
        cases.push(case.scps(&nothing_allowed).granted_or(!limited, "SCP"));
    }
    // Rule 11: an SCP grants nothing.
    cases.push(Case::new("scp-grants-nothing", &["11"]).scps(&[vec![json!(all())]]).implicit("IDENTITY"));
    // Rule 49: the full language.
    for (about, statement, allows) in [
        ("not-action", json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), true),
        ("not-action-hit", json!({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}), false),
        (
            "not-resource",
            json!({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::other/*"}),
            true,
        ),
        ("resource", allow("*", "arn:aws:s3:::bucket/*"), true),
        ("other-resource", allow("*", "arn:aws:s3:::other/*"), false),
        ("wildcard-inside", allow("s3:*Obj*", "*"), true),
        (
            "condition",
            with(all(), "Condition", json!({"StringEquals": {"aws:PrincipalAccount": ACCOUNT}})),
            true,
        ),
        (
            "condition-no",
            with(all(), "Condition", json!({"StringEquals": {"aws:PrincipalAccount": OTHER}})),
            false,
        ),
    ] {
        let case = Case::new(format!("scp-{about}"), &["49", "53"]).identity(json!(all()));
        cases.push(case.clone().scps(&[vec![json!(statement.clone())]]).granted_or(allows, "SCP"));
        let denies = with(statement, "Effect", "Deny");
        cases.push(case.about("deny").scps(&[vec![json!([all(), denies])]]).forbidden_or(allows, "SCP"));
    }
    // Rule 91: principals have no place in an SCP.
    let case = Case::new("scp-with-principal", &["49", "91"]).identity(json!(all()));
    cases.push(case.scps(&[vec![json!(grant(json!("*")))]]).denied());
    cases
}

/// The scenarios of the documentation: Sandbox and Workloads under a root, accounts below (section 22).
fn allow_and_deny_lists() -> Vec<Case> {
    let full = || vec![json!(all())];
    let list = |actions: Value| vec![json!(allow(actions, "*"))];
    // (about, levels, action, how it is denied)
    type Row = (&'static str, Vec<Vec<Value>>, &'static str, Option<&'static str>);
    let rows: [Row; 9] = [
        ("full-everywhere", vec![full(), full(), full()], "ec2:RunInstances", None),
        ("missing-at-the-unit", vec![full(), vec![], full()], "ec2:RunInstances", Some("implicit")),
        ("missing-at-the-account", vec![full(), full(), vec![]], "ec2:RunInstances", Some("implicit")),
        ("list-at-the-unit", vec![full(), list(json!("ec2:*")), full()], "ec2:RunInstances", None),
        (
            "list-at-the-unit-other",
            vec![full(), list(json!("ec2:*")), full()],
            "s3:GetObject",
            Some("implicit"),
        ),
        (
            "lists-that-do-not-meet",
            vec![full(), list(json!("ec2:*")), list(json!("s3:*"))],
            "ec2:RunInstances",
            Some("implicit"),
        ),
        (
            "deny-at-the-root",
            vec![vec![json!(all()), json!(deny("ec2:*", "*"))], full(), full()],
            "ec2:RunInstances",
            Some("explicit"),
        ),
        (
            "deny-at-the-account",
            vec![full(), full(), vec![json!(all()), json!(deny("ec2:*", "*"))]],
            "ec2:RunInstances",
            Some("explicit"),
        ),
        (
            "deny-beside-others",
            vec![full(), full(), vec![json!(all()), json!(deny("ec2:*", "*"))]],
            "s3:GetObject",
            None,
        ),
    ];
    let mut cases = Vec::new();
    for (about, tree, action, denial) in rows {
        let resource = if action.starts_with("ec2") { "*" } else { "arn:aws:s3:::bucket/key" };
        let case =
            Case::new(format!("tree-{about}"), &["45", "46"]).asks(action, resource).identity(json!(all()));
        let case = case.scps(&tree);
        cases.push(match denial {
            None => case.allowed(),
            Some("explicit") => case.explicit("SCP"),
            Some(_) => case.implicit("SCP"),
        });
    }
    cases
}

/// Rules 17, 42, 54, 55, 60.
fn rcps() -> Vec<Case> {
    let mut cases = Vec::new();
    let full = || vec![json!(grant(json!("*")))];
    let fence = |condition: Value| {
        let statement =
            json!({"Effect": "Deny", "Principal": "*", "Action": ["s3:*", "sts:*"], "Resource": "*"});
        vec![json!(grant(json!("*"))), json!(with(statement, "Condition", condition))]
    };
    let only_mine = json!({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-mine"},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}});
    // The organization's fence: members and services pass, others do not.
    let base =
        |about: &str| Case::new(format!("rcp-{about}"), &["54", "57"]).rcps(&[fence(only_mine.clone())]);
    let open = || json!(grant(json!("*")));
    cases.push(base("member").identity(json!(all())).key("aws:PrincipalOrgID", "o-mine").allowed());
    cases.push(base("stranger").identity(json!(all())).key("aws:PrincipalOrgID", "o-other").explicit("RCP"));
    cases.push(base("no-org").rules(&["129", "130"]).identity(json!(all())).explicit("RCP"));
    cases.push(base("anonymous").rules(&["129", "130"]).anonymous().resource_policy(open()).explicit("RCP"));
    cases.push(base("service").principal("lambda.amazonaws.com").resource_policy(open()).allowed());
    cases.push(base("root").root().key("aws:PrincipalOrgID", "o-other").explicit("RCP"));
    let linked = "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/app";
    let case = base("service-linked").rules(&["55"]).session().issuer(linked).identity(json!(all()));
    cases.push(case.allowed());
    // Rule 55: kms:RetireGrant.
    let key = "arn:aws:kms:us-east-1:111122223333:key/k-1";
    let no_kms = json!({"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"});
    for (action, limited) in [("kms:RetireGrant", false), ("kms:Decrypt", true)] {
        let case = Case::new(format!("rcp-{action}"), &["55"]).asks(action, key).resource_policy(open());
        let tree = [vec![json!(grant(json!("*"))), json!(no_kms)]];
        cases.push(case.rcps(&tree).forbidden_or(limited, "RCP"));
    }
    // Rule 60: the role is the resource.
    let role = "arn:aws:iam::111122223333:role/target";
    let trust = json!({"Effect": "Allow", "Principal": {"Federated": "token.example.com"},
        "Action": "sts:AssumeRoleWithWebIdentity"});
    for (subject, passes) in [("repo:mine/app", true), ("repo:other/app", false)] {
        let condition = json!({"StringNotLikeIfExists": {"token.example.com:sub": "repo:mine/*"}});
        let case = Case::new(format!("rcp-oidc-{subject}"), &["60", "200"])
            .principal(json!({"type": "WebIdentity", "provider": "token.example.com"}))
            .asks("sts:AssumeRoleWithWebIdentity", role)
            .key("token.example.com:sub", subject)
            .resource_policy(json!(trust))
            .rcps(&[fence(condition)]);
        cases.push(case.forbidden_or(!passes, "RCP"));
    }
    // Rule 42, 17: whoever calls, the resource's account decides.
    let case =
        Case::new("rcp-external", &["17", "42"]).owner(OTHER).identity(json!(all())).resource_policy(open());
    cases.push(case.clone().rcps(&[full()]).allowed());
    cases.push(case.rcps(&[full(), vec![]]).implicit("RCP"));
    // Rule 57: what a customer's RCP may not say. Short ARNs are never understood (rule 115).
    let short = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:*"});
    let case = Case::new("rcp-short-arn", &["115"]).identity(json!(all()));
    cases.push(case.rcps(&[vec![json!(grant(json!("*"))), json!(short)]]).denied());
    let not = json!({"Effect": "Deny", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "s3:*", "Resource": "*"});
    let case = Case::new("rcp-not-principal", &["57"]).identity(json!(all()));
    cases.push(case.rcps(&[vec![json!(grant(json!("*"))), json!(not)]]).denied());
    cases
}
