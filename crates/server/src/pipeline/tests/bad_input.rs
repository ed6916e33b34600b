//! Bad input of every kind, for every operation: never an error of the server, never an error that the operation may
//! not answer, and an account that an error leaves as it was.
//!
//! `KEYGATE_CASES=500 cargo test -p keygate-server bad_input` tries more of each.

use std::collections::BTreeSet;

use keygate_state::Directory;
use keygate_wire::OperationSchema;

use super::inputs::{Choices, Manner, parameters};
use super::*;
use crate::start::operations;

/// Errors that every operation may answer.
const COMMON: &[&str] = &["AccessDenied", "MalformedInput", "ValidationError"];

/// Codes that an operation answers although its model does not declare them: operation, code, why.
const UNDECLARED: &[(&str, &str, &str)] = &[
    ("CreateRole", "NoSuchEntity", "AWS answers it for a boundary that does not exist"),
    ("AssumeRole", "InvalidParameterValue", "AWS answers it for tags of which two have one key"),
    ("GetFederationToken", "InvalidParameterValue", "AWS answers it for tags of which two have one key"),
    ("GetWebIdentityToken", "InvalidParameterValue", "as the other operations of STS that take tags"),
];

fn cases() -> usize {
    std::env::var("KEYGATE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(24)
}

/// The operations of IAM and STS that callers sign.
fn tried() -> Vec<&'static OperationSchema> {
    let entries = operations();
    let schemas = entries.iter().map(keygate_operation::Entry::schema);
    schemas.filter(|schema| matches!(schema.service.id, "IAM" | "STS")).collect()
}

/// Users, a group, a role, a policy, an instance profile: so that some inputs get far.
async fn populate(rig: &Rig, root: &Key) {
    let document = allow(r#""s3:*""#, "*");
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}}"#;
    for (action, parameters) in [
        ("CreateUser", vec![("UserName", "alice")]),
        ("CreateUser", vec![("UserName", "bob")]),
        ("CreateGroup", vec![("GroupName", "devs")]),
        ("CreateRole", vec![("RoleName", "app"), ("AssumeRolePolicyDocument", trust)]),
        ("CreatePolicy", vec![("PolicyName", "p"), ("PolicyDocument", &document)]),
        ("CreateInstanceProfile", vec![("InstanceProfileName", "web")]),
        ("PutUserPolicy", vec![("UserName", "alice"), ("PolicyName", "p"), ("PolicyDocument", &document)]),
    ] {
        let answer = rig.iam(root, action, &parameters).await;
        assert!(matches!(answer.code(), "ok" | "EntityAlreadyExists"), "{}", answer.body);
    }
}

fn revision(rig: &Rig) -> u64 {
    let directory: &dyn Directory = rig.keygate.node.as_ref();
    directory.account("123456789012".parse().unwrap()).unwrap().unwrap().revision()
}

fn fnv1a(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn may_answer(operation: &OperationSchema, code: &str) -> bool {
    COMMON.contains(&code)
        || operation.errors.iter().any(|error| error.code == code)
        || UNDECLARED.iter().any(|(name, known, _)| *name == operation.name && *known == code)
}

async fn try_one(
    rig: &Rig,
    key: &Key,
    operation: &OperationSchema,
    seed: u64,
    problems: &mut BTreeSet<String>,
) -> bool {
    let choices = &mut Choices(seed);
    let manner = if choices.often(7) { Manner::Wild } else { Manner::Valid };
    let made = parameters(operation, choices, manner);
    let borrowed: Vec<(&str, &str)> =
        made.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let service = if operation.service.id == "STS" { "sts" } else { "iam" };
    let before = revision(rig);
    let answer = rig.call(key, service, operation.name, &borrowed).await;
    if answer.status == 200 {
        return true;
    }
    let shown: String = format!("{made:?}").chars().take(400).collect();
    let code = if answer.body.is_empty() { "no body" } else { answer.code() };
    if answer.status >= 500 || !may_answer(operation, code) {
        let body: String = answer.body.chars().take(400).collect();
        problems.insert(format!(
            "{} answers {} {code} (seed {seed}): {shown}\n    {body}",
            operation.name, answer.status
        ));
    }
    if revision(rig) != before {
        problems.insert(format!(
            "{} fails with {code} and changes the account (seed {seed}): {shown}",
            operation.name
        ));
    }
    false
}

#[tokio::test]
async fn bad_input_never_hurts_and_is_answered_as_the_model_says() {
    let mut problems = BTreeSet::new();
    let mut succeeded = BTreeSet::new();
    for operation in tried() {
        // A fresh account, so that one operation's deletions do not starve the others.
        let (rig, root) = Rig::new();
        let admin = rig.user(&root, "admin", &allow(r#""*""#, "*")).await;
        populate(&rig, &root).await;
        for case in 0..cases() {
            for (which, key) in [&root, &admin].into_iter().enumerate() {
                // Of the operation's name: its cases stay the same when others are added.
                let seed = fnv1a(operation.name) ^ (case * 2 + which) as u64;
                if try_one(&rig, key, operation, seed, &mut problems).await {
                    succeeded.insert(operation.name);
                }
            }
        }
        // The account is whole: everything in it can be read.
        let whole = rig.iam(&root, "GetAccountAuthorizationDetails", &[]).await;
        assert_eq!(whole.code(), "ok", "after {}: {}", operation.name, whole.body);
    }
    let shown: Vec<&String> = problems.iter().collect();
    assert!(problems.is_empty(), "{} problems:\n{shown:#?}", problems.len());
    // Inputs that are all refused at the door would prove little.
    assert!(succeeded.len() * 2 > tried().len(), "only these ever succeeded: {succeeded:?}");
}
