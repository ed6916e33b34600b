//! The policy simulator says what a live call would get: random accounts, asked both ways.

use keygate_operation::{Ask, Asks};
use keygate_policy::{Context, PolicyKind};
use keygate_state::{Account, Caller, CallerKind, Directory, effective};

use super::inputs::Choices;
use super::*;
use crate::authorize::{LinkedSide, Policies, authorize};
use crate::context;

const HERE: &str = "123456789012";
const ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:PutObject",
    "iam:GetUser",
    "iam:ChangePassword",
    "sts:AssumeRole",
    "sts:TagSession",
];
const RESOURCES: &[&str] = &[
    "arn:aws:s3:::bucket/a",
    "arn:aws:s3:::bucket/u0",
    "arn:aws:s3:::bucket/u1",
    "arn:aws:iam::123456789012:user/u0",
    "arn:aws:iam::123456789012:user/team/u1",
    "arn:aws:iam::123456789012:role/r0",
    "arn:aws:iam::123456789012:role/r0",
    "arn:aws:iam::123456789012:role/team/r1",
    "arn:aws:iam::123456789012:role/team/r1",
    "arn:aws:iam::123456789012:role/none",
    "*",
];
const USERS: &[&str] = &["u0", "u1"];
const ROLES: &[&str] = &["r0", "r1"];
/// The trust policy of a new role.
const NOBODY: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}}"#;
/// Conditions, each of which some requests satisfy and others do not.
const CONDITIONS: &[&str] = &[
    r#"{"StringEquals":{"aws:username":"u0"}}"#,
    r#"{"StringEqualsIfExists":{"aws:PrincipalTag/team":"red"}}"#,
    r#"{"StringNotEquals":{"aws:PrincipalTag/Team":"red"}}"#,
    r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}"#,
    r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/*"}}"#,
    r#"{"StringEquals":{"aws:PrincipalType":"User"}}"#,
    r#"{"StringEquals":{"aws:PrincipalAccount":"123456789012","aws:ResourceAccount":"123456789012"}}"#,
    r#"{"Null":{"aws:TokenIssueTime":"true"}}"#,
    r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#,
    r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}"#,
    r#"{"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}"#,
    r#"{"NotIpAddress":{"aws:SourceIp":"127.0.0.1"}}"#,
    r#"{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}"#,
    r#"{"NumericLessThan":{"aws:EpochTime":"1"}}"#,
    r#"{"StringEquals":{"iam:ResourceTag/env":"prod"}}"#,
    r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}}"#,
    r#"{"ForAnyValue:StringLike":{"aws:TagKeys":["a*"]}}"#,
    r#"{"StringEquals":{"aws:TagKeys":"a"}}"#,
    r#"{"StringEquals":{"sts:ExternalId":"x"}}"#,
    r#"{"StringLike":{"aws:userid":"AIDA*"}}"#,
    r#"{"StringEquals":{"aws:RequestedRegion":"us-east-1"},"Bool":{"aws:SecureTransport":"false"}}"#,
];

fn condition(choices: &mut Choices) -> String {
    if choices.often(4) { format!(r#","Condition":{}"#, choices.one(CONDITIONS)) } else { String::new() }
}

fn document(choices: &mut Choices) -> String {
    let statement = |choices: &mut Choices| {
        let effect = if choices.often(3) { "Deny" } else { "Allow" };
        let action = choices.one(&["s3:GetObject", "s3:*", "iam:*", "sts:AssumeRole", "sts:*", "*", "*"]);
        let resource = choices.one(&[
            "*",
            "*",
            "arn:aws:s3:::bucket/*",
            "arn:aws:s3:::bucket/${aws:username}",
            "arn:aws:iam::123456789012:*",
            "arn:aws:iam::*:user/${aws:PrincipalTag/team, 'team'}/*",
            "arn:aws:iam::123456789012:role/r0",
        ]);
        let (action_element, resource_element) = match choices.below(12) {
            0 => ("NotAction", "Resource"),
            1 => ("Action", "NotResource"),
            _ => ("Action", "Resource"),
        };
        let condition = condition(choices);
        format!(
            r#"{{"Effect":"{effect}","{action_element}":"{action}","{resource_element}":"{resource}"{condition}}}"#
        )
    };
    let count = 1 + choices.below(3);
    let statements: Vec<String> = (0..count).map(|_| statement(choices)).collect();
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

fn trust(choices: &mut Choices) -> String {
    let statement = |choices: &mut Choices| {
        let effect = if choices.often(1) { "Deny" } else { "Allow" };
        let principal = choices.one(&[
            r#""*""#,
            r#"{"AWS":"123456789012"}"#,
            r#"{"AWS":"arn:aws:iam::123456789012:user/u0"}"#,
            r#"{"AWS":["arn:aws:iam::123456789012:user/team/u1","arn:aws:iam::123456789012:role/r0"]}"#,
            r#"{"Service":"ec2.amazonaws.com"}"#,
            r#"{"AWS":"999999999999"}"#,
        ]);
        let action = choices.one(&["sts:AssumeRole", "sts:*", "sts:TagSession"]);
        let condition = condition(choices);
        format!(r#"{{"Effect":"{effect}","Principal":{principal},"Action":"{action}"{condition}}}"#)
    };
    let count = 1 + choices.below(2);
    let statements: Vec<String> = (0..count).map(|_| statement(choices)).collect();
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

async fn must(rig: &Rig, key: &Key, action: &str, parameters: &[(&str, &str)]) {
    let answer = rig.iam(key, action, parameters).await;
    assert_eq!(answer.code(), "ok", "{action} {parameters:?}: {}", answer.body);
}

/// Two users in a group, two roles, a managed policy; what they hold is chosen.
async fn populate(rig: &Rig, root: &Key, choices: &mut Choices) {
    must(rig, root, "CreateGroup", &[("GroupName", "g")]).await;
    let managed = document(choices);
    must(rig, root, "CreatePolicy", &[("PolicyName", "m"), ("PolicyDocument", &managed)]).await;
    let arn = format!("arn:aws:iam::{HERE}:policy/m");
    let group = document(choices);
    must(rig, root, "PutGroupPolicy", &[("GroupName", "g"), ("PolicyName", "p"), ("PolicyDocument", &group)])
        .await;
    for (name, path) in [("u0", "/"), ("u1", "/team/")] {
        must(rig, root, "CreateUser", &[("UserName", name), ("Path", path)]).await;
        let own = document(choices);
        must(
            rig,
            root,
            "PutUserPolicy",
            &[("UserName", name), ("PolicyName", "p"), ("PolicyDocument", &own)],
        )
        .await;
        if choices.often(5) {
            must(rig, root, "AddUserToGroup", &[("UserName", name), ("GroupName", "g")]).await;
        }
        if choices.often(3) {
            must(rig, root, "AttachUserPolicy", &[("UserName", name), ("PolicyArn", &arn)]).await;
        }
        if choices.often(3) {
            must(
                rig,
                root,
                "PutUserPermissionsBoundary",
                &[("UserName", name), ("PermissionsBoundary", &arn)],
            )
            .await;
        }
        if choices.often(5) {
            let team = choices.one(&["red", "blue"]);
            let tag = [("UserName", name), ("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", team)];
            must(rig, root, "TagUser", &tag).await;
        }
    }
    for (name, path) in [("r0", "/"), ("r1", "/team/")] {
        let role = [("RoleName", name), ("Path", path), ("AssumeRolePolicyDocument", NOBODY)];
        must(rig, root, "CreateRole", &role).await;
        let own = document(choices);
        let inline = [("RoleName", name), ("PolicyName", "p"), ("PolicyDocument", own.as_str())];
        must(rig, root, "PutRolePolicy", &inline).await;
        if choices.often(3) {
            let boundary = [("RoleName", name), ("PermissionsBoundary", arn.as_str())];
            must(rig, root, "PutRolePermissionsBoundary", &boundary).await;
        }
    }
    // Only now is there everybody whom a role may trust.
    for name in ROLES {
        let trust = trust(choices);
        let trusted = [("RoleName", *name), ("PolicyDocument", trust.as_str())];
        must(rig, root, "UpdateAssumeRolePolicy", &trusted).await;
    }
    if choices.often(5) {
        must(rig, root, "UpdateAccountPasswordPolicy", &[("AllowUsersToChangePassword", "true")]).await;
    }
}

fn user_caller(account: &Account, name: &str) -> Caller {
    let key = UniqueId::generate(IdKind::AccessKey, account.id(), &mut SystemEntropy);
    Caller::user(account, account.user(name).unwrap(), key)
}

fn role_caller(account: &Account, name: &str) -> Caller {
    let role = account.role(name).unwrap();
    let key = UniqueId::generate(IdKind::TemporaryKey, account.id(), &mut SystemEntropy);
    Caller {
        account: account.id(),
        arn: keygate_ident::Arn::assumed_role(account.partition(), account.id(), name, "s"),
        user_id: format!("{}:s", role.id),
        kind: CallerKind::Role { role: Arc::clone(role), session_name: "s".to_owned() },
        access_key: key,
        session: None,
        tags: role.tags.clone(),
    }
}

/// What the call asks, as the operation would: a role that is to be assumed brings its trust policy.
fn ask(account: &Account, choices: &mut Choices) -> Ask {
    let (action, resource) = (choices.one(ACTIONS), choices.one(RESOURCES));
    let mut ask = Ask::named(action.into(), resource.to_owned());
    if choices.often(4) {
        ask = ask.key("iam:ResourceTag/env", Some(choices.one(&["prod", "test"])));
    }
    if choices.often(4) {
        let keys = choices.one(&["a", "a b", "c", "a c"]).split(' ').map(str::to_owned);
        ask = ask.list("aws:TagKeys", keys.collect());
    }
    if choices.often(4) {
        ask = ask.key("sts:ExternalId", Some(choices.one(&["x", "y"])));
    }
    let name = resource.rsplit('/').next().unwrap_or_default();
    match account.roles.named(name) {
        Some(role) if action.starts_with("sts:") && resource.contains(":role/") => {
            ask.trusting(Arc::clone(role.trust.policy(PolicyKind::Trust).unwrap()))
        }
        _ => ask,
    }
}

/// The parameters of a simulation of this ask in this context.
fn parameters(source: &str, ask: &Ask, context: &Context) -> Vec<(String, String)> {
    let mut parameters = vec![
        ("PolicySourceArn".to_owned(), source.to_owned()),
        ("ActionNames.member.1".to_owned(), ask.action.to_string()),
        ("ResourceArns.member.1".to_owned(), ask.resource.clone()),
    ];
    for (index, (key, value)) in context.iter().enumerate() {
        let entry = format!("ContextEntries.member.{}", index + 1);
        let of = if matches!(value, keygate_policy::ContextValue::One(_)) { "string" } else { "stringList" };
        parameters.push((format!("{entry}.ContextKeyName"), key.to_owned()));
        parameters.push((format!("{entry}.ContextKeyType"), of.to_owned()));
        for (index, value) in value.values().iter().enumerate() {
            parameters.push((format!("{entry}.ContextKeyValues.member.{}", index + 1), value.to_string()));
        }
    }
    parameters
}

#[tokio::test]
async fn a_simulation_decides_as_the_pipeline_does() {
    let rounds = std::env::var("KEYGATE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(12_u64);
    let mut told = BTreeMap::new();
    for seed in 0..rounds {
        let choices = &mut Choices(seed);
        let (rig, root) = Rig::new();
        populate(&rig, &root, choices).await;
        let directory: &dyn Directory = rig.keygate.node.as_ref();
        let account = directory.account(HERE.parse().unwrap()).unwrap().unwrap();
        for _ in 0..60 {
            let caller = if choices.often(5) {
                user_caller(&account, choices.one(USERS))
            } else {
                role_caller(&account, choices.one(ROLES))
            };
            let ask = ask(&account, choices);
            // A role that does not exist is denied before anything is asked.
            if ask.trust.is_none() && ask.action.starts_with("sts:") && ask.resource.contains(":role/") {
                continue;
            }
            let request = unsigned("");
            let request = context::of_request(&request, "us-east-1", account.partition(), &caller);
            let context = context::of_ask(&request, &ask, account.id());
            let policies = effective(&account, &caller);
            // Decided both ways: the policies as they are, and linked.
            let linked = policies.as_ref().ok().filter(|_| choices.often(5)).map(LinkedSide::new);
            let held = policies.as_ref().map(|effective| Policies { effective, linked: linked.as_ref() });
            let live = authorize(&account, &caller, held, &Asks::one(ask.clone()), &request);
            let live = match &live {
                Ok(_) => "allowed",
                Err(refused) if refused.decision.verdict == "ExplicitlyDenied" => "explicitDeny",
                Err(_) => "implicitDeny",
            };
            let source = caller.principal_arn(account.partition());
            let parameters = parameters(source.as_str(), &ask, &context);
            let parameters: Vec<(&str, &str)> =
                parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = rig.iam(&root, "SimulatePrincipalPolicy", &parameters).await;
            assert_eq!(answer.code(), "ok", "{}", answer.body);
            assert_eq!(
                answer.field("EvalDecision"),
                live,
                "seed {seed}: {} {} {}\n{:?}\n{context:?}\n{}",
                caller.arn,
                ask.action,
                ask.resource,
                account.policies,
                answer.body
            );
            *told.entry((live, ask.trust.is_some())).or_insert(0_usize) += 1;
        }
    }
    // Each answer was met often, with and without a trust policy.
    assert_eq!(told.len(), 6, "{told:?}");
    assert!(told.values().all(|count| *count >= 5), "{told:?}");
}
