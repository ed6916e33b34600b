//! Every operation asks as the service authorization reference lists its action: the action itself, on a resource of
//! a type that it is decided on, with the condition keys that it knows; and every listed key is told.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use keygate_catalog::{Action, Required, action_of, catalog};
use keygate_operation::{Ask, Asks, Entry, Environment, ReadCx};
use keygate_state::{Account, Caller, Directory};
use keygate_wire::{HttpRequest, OperationSchema, validate};

use super::inputs::{Choices, Manner, parameters};
use super::*;
use crate::start::operations;

/// Asks that are on another resource, or with more keys, than the reference lists: operation, action, why.
const OTHERWISE: &[(&str, &str, &str)] = &[
    ("ListUsers", "iam:ListUsers", "AWS's own denials name the path: arn:aws:iam::ACCOUNT:user/PREFIX"),
    ("ListGroups", "iam:ListGroups", "AWS's own denials name the path: arn:aws:iam::ACCOUNT:group/PREFIX"),
    ("ListRoles", "iam:ListRoles", "AWS's own denials name the path: arn:aws:iam::ACCOUNT:role/PREFIX"),
    ("ListPolicies", "iam:ListPolicies", "as the other listings: AWS's own denials name the policy path"),
    ("ListInstanceProfiles", "iam:ListInstanceProfiles", "AWS's own denials name the path"),
    ("ListServerCertificates", "iam:ListServerCertificates", "as the other listings: by the path"),
    (
        "ListVirtualMFADevices",
        "iam:ListVirtualMFADevices",
        "AWS's own denials name arn:aws:iam::ACCOUNT:mfa/",
    ),
    (
        "AssumeRole",
        "sts:TagSession",
        "what is asked for one call shares its keys: trust policies test sts:ExternalId for both",
    ),
    ("AssumeRole", "sts:SetSourceIdentity", "what is asked for one call shares its keys"),
    (
        "GetFederationToken",
        "sts:TagSession",
        "the session is what is tagged, by the ARN that sts:GetFederationToken has",
    ),
];

/// Operations that do not come to ask for the action of their name: operation, why.
const OTHER_ACTIONS: &[(&str, &str)] = &[
    ("GetCallerIdentity", "needs no permission (rule 74)"),
    ("GetSessionToken", "needs no permission (rule 74)"),
    ("AssumeRoot", "refused outside of an organization before anything is asked"),
    ("GenerateOrganizationsAccessReport", "refused outside of an organization before anything is asked"),
];

/// Condition keys that the reference lists and that are not told: action (or `*`), beginning of the key, why.
const UNTOLD: &[(&str, &str, &str)] = &[
    ("*", "iam:RoleTemplateARN", "no role is made from a template yet"),
    ("iam:EnableMFADevice", "iam:FIDO-", "of security keys, whose registration is no operation of the API"),
    (
        "iam:EnableMFADevice",
        "iam:RegisterSecurityKey",
        "of security keys, whose registration is no operation of the API",
    ),
    ("sts:AssumeRole", "accounts.google.com:", "of sessions that web identity federation made"),
    ("sts:AssumeRole", "cognito-identity.amazonaws.com:", "of sessions that web identity federation made"),
    ("sts:AssumeRole", "graph.facebook.com:", "of sessions that web identity federation made"),
    ("sts:AssumeRole", "www.amazon.com:", "of sessions that web identity federation made"),
    ("sts:AssumeRole", "saml:", "of sessions that SAML federation made"),
];

fn is_exempt(list: &[(&str, &str)], name: &str) -> bool {
    list.iter().any(|(known, _)| *known == name)
}

/// Tags of existing resources come with the resource's type; the reference does not repeat them with every action.
fn is_resource_tag(key: &str) -> bool {
    key.starts_with("aws:ResourceTag/") || key.starts_with("iam:ResourceTag/")
}

/// Whether the ARN is one of a type that the action is decided on.
fn is_decided_on(action: &Action, resource: &str) -> bool {
    if action.resources.is_empty() {
        return resource == "*";
    }
    let service = catalog().service(action.prefix()).unwrap();
    let types = action.resources.iter().filter_map(|resource| service.resource_type(resource.resource_type));
    let head = |arn: &str| {
        let (_, rest) = arn.split_once(":iam:").or_else(|| arn.split_once(":sts:"))?;
        let resource = rest.splitn(3, ':').nth(2)?;
        Some(resource.split(['/', '$']).next().unwrap_or_default().to_owned())
    };
    let of_type = |pattern: &&str| head(pattern).is_some() && head(pattern) == head(resource);
    let optional = action.resources.iter().all(|resource| !resource.required);
    (optional && resource == "*")
        // Root has no type of its own: operations on oneself ask for its ARN.
        || (resource.ends_with(":root") && action.resource("user").is_some())
        || types.flat_map(|kind| &kind.arn_patterns).any(of_type)
}

/// What is wrong with one ask.
fn fault(ask: &Ask) -> Option<String> {
    let Some(action) = catalog().action(&ask.action) else {
        let newer =
            keygate_catalog::exceptions().iter().any(|entry| entry.actions.contains(&ask.action.as_ref()));
        return (!newer).then(|| format!("{} is no action", ask.action));
    };
    if !is_decided_on(action, &ask.resource) {
        return Some(format!("{} is not decided on {}", ask.action, ask.resource));
    }
    let unknown = ask.keys.iter().map(|(key, _)| key.as_str());
    let unknown = unknown.filter(|key| !action.knows_condition_key(key) && !is_resource_tag(key));
    let unknown: Vec<&str> = unknown.collect();
    (!unknown.is_empty()).then(|| format!("{} does not know {unknown:?}", ask.action))
}

/// What an operation asks for this request.
fn asks(
    rig: &Rig,
    entry: &Entry,
    account: &Account,
    caller: &Caller,
    made: &[(String, String)],
) -> Option<Asks> {
    let operation = entry.schema();
    let service = if operation.service.id == "STS" { "sts" } else { "iam" };
    let borrowed: Vec<(&str, &str)> =
        made.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let request = unsigned(&form(service, operation.name, &borrowed));
    let message = HttpRequest {
        method: request.method.as_str(),
        path: request.uri.path(),
        query: request.query(),
        headers: &request.headers,
        body: &request.body,
    };
    let limits = &rig.keygate.limits;
    let routed = rig.keygate.table.operation(operation.service, &message, limits).unwrap();
    let input = routed.decode(&message, limits).ok()?;
    validate(operation.input, &input, false).ok()?;
    let entropy = RefCell::new(SystemEntropy);
    let env = Environment {
        now: clock::now(),
        region: "us-east-1",
        endpoint: Some("http://localhost"),
        directory: rig.keygate.node.as_ref(),
        facts: rig.keygate.facts.as_ref(),
        keys: &rig.keygate.keys,
        entropy: &entropy,
    };
    entry.start(input).unwrap().asks(&ReadCx { account, caller, env }).ok()
}

/// The action that an operation is named after.
fn own_action(operation: &OperationSchema) -> Option<&'static str> {
    match action_of(operation.service.signing_name, operation.name)? {
        Required::Rule(action) => Some(action),
        Required::Exception(exception) => exception.actions.first().copied(),
    }
}

/// Two users, a group, a role and the rest, tagged, with a boundary: so that every key has a value.
async fn populate(rig: &Rig, root: &Key) {
    let document = allow(r#""s3:*""#, "*");
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:*"}}"#;
    let boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let tag = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue")];
    for (action, mut parameters) in [
        ("CreateUser", vec![("UserName", "alice"), ("PermissionsBoundary", boundary)]),
        (
            "CreateRole",
            vec![("RoleName", "app"), ("PermissionsBoundary", boundary), ("AssumeRolePolicyDocument", trust)],
        ),
        ("CreatePolicy", vec![("PolicyName", "p"), ("PolicyDocument", &document)]),
        ("CreateInstanceProfile", vec![("InstanceProfileName", "web")]),
    ] {
        parameters.extend(tag);
        let answer = rig.iam(root, action, &parameters).await;
        assert_eq!(answer.code(), "ok", "{}", answer.body);
    }
    assert_eq!(rig.iam(root, "CreateGroup", &[("GroupName", "devs")]).await.code(), "ok");
}

#[tokio::test]
async fn every_operation_asks_as_the_reference_lists_it() {
    let (rig, root) = Rig::new();
    populate(&rig, &root).await;
    let made = rig.iam(&root, "CreateAccessKey", &[("UserName", "alice")]).await;
    let alices_key = made.field("AccessKeyId").to_owned();
    let credential = [("UserName", "alice"), ("ServiceName", "codecommit.amazonaws.com")];
    let made = rig.iam(&root, "CreateServiceSpecificCredential", &credential).await;
    let alices_credential = made.field("ServiceSpecificCredentialId").to_owned();
    let directory: &dyn Directory = rig.keygate.node.as_ref();
    let account = directory.account("123456789012".parse().unwrap()).unwrap().unwrap();
    let key = || UniqueId::generate(IdKind::AccessKey, account.id(), &mut SystemEntropy);
    let callers =
        [Caller::user(&account, account.user("alice").unwrap(), key()), Caller::root(&account, key())];
    let mut faults: BTreeSet<String> = BTreeSet::new();
    let mut needed: BTreeSet<usize> = BTreeSet::new();
    for (index, entry) in operations().iter().enumerate() {
        let operation = entry.schema();
        if !matches!(operation.service.id, "IAM" | "STS") {
            continue;
        }
        let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for case in 0..120_u64 {
            let choices = &mut Choices(index as u64 * 1_000 + case);
            let manner = if case % 2 == 0 { Manner::Full } else { Manner::Plain };
            let mut made = parameters(operation, choices, manner);
            // Keys and credentials that there are.
            for (name, text) in &mut made {
                match name.as_str() {
                    "AccessKeyId" => text.clone_from(&alices_key),
                    "ServiceSpecificCredentialId" => text.clone_from(&alices_credential),
                    _ => {}
                }
            }
            let caller = &callers[usize::from(case % 4 == 3)];
            let Some(asks) = asks(&rig, entry, &account, caller, &made) else { continue };
            for ask in asks.iter() {
                let otherwise = OTHERWISE
                    .iter()
                    .position(|(name, action, _)| *name == operation.name && *action == ask.action);
                match (fault(ask), otherwise) {
                    (Some(_), Some(known)) => drop(needed.insert(known)),
                    (Some(fault), None) => drop(faults.insert(format!("{}: {fault}", operation.name))),
                    (None, _) => {}
                }
                let keys = ask.keys.iter().map(|(key, _)| key.clone());
                told.entry(ask.action.to_string()).or_default().extend(keys);
            }
        }
        let Some(own) = own_action(operation) else { continue };
        match told.get(own) {
            Some(keys) => faults.extend(untold(own, keys)),
            None if is_exempt(OTHER_ACTIONS, operation.name) => {}
            None => {
                faults.insert(format!("{} does not ask for {own}: {:?}", operation.name, told.keys()));
            }
        }
    }
    let stale = OTHERWISE.iter().enumerate().filter(|(index, _)| !needed.contains(index));
    faults.extend(stale.map(|(_, (name, action, _))| format!("{name}, {action}: is no exception any more")));
    assert!(faults.is_empty(), "{} faults:\n{faults:#?}", faults.len());
}

/// The condition keys that the reference lists for the action and that no call told.
fn untold(action: &str, keys: &BTreeSet<String>) -> Vec<String> {
    let Some(listed) = catalog().action(action) else { return Vec::new() };
    let on_resources = listed.resources.iter().flat_map(|resource| &resource.condition_keys);
    let all: BTreeSet<&str> = listed.condition_keys.iter().chain(on_resources).copied().collect();
    all.into_iter()
        .filter(|listed| !is_resource_tag(listed))
        .filter(|listed| {
            let prefix = listed.split("${").next().unwrap_or_default();
            let is_told =
                |key: &String| if listed.contains("${") { key.starts_with(prefix) } else { key == listed };
            !keys.iter().any(is_told)
        })
        .filter(|listed| {
            let known =
                |(of, key, _): &(&str, &str, &str)| (*of == "*" || *of == action) && listed.starts_with(key);
            !UNTOLD.iter().any(known)
        })
        .map(|listed| format!("{action} does not tell {listed}"))
        .collect()
}
