//! Roles from the templates that the black-box scenarios use, too.

use std::collections::BTreeMap;

use keygate_operation::testing::World;
use keygate_shapes::iam::{
    AcquireRoleRequest, GetRoleTemplateVersionRequest, ReplacementValueEntry, Role, RoleTemplateVersion,
};
use keygate_state::RoleTemplates;

use super::acquire_role::AcquireRole;
use super::get_role_template_version::GetRoleTemplateVersion;
use crate::ask::tests::pairs;

const TEMPLATES: &str = include_str!("../../../../tests/clients/role_templates.json");
const VAULT: &str = "arn:aws:iam::aws:role-template/backup.amazonaws.com/Vault:1";

fn world() -> World {
    let mut world = World::new();
    world.role_templates = RoleTemplates::parse(TEMPLATES).unwrap();
    world
}

fn input(minor: Option<i32>, values: &[(&str, &[&str])]) -> AcquireRoleRequest {
    let entry = |values: &[&str]| ReplacementValueEntry {
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let values: BTreeMap<_, _> =
        values.iter().map(|(name, values)| ((*name).to_owned(), entry(values))).collect();
    AcquireRoleRequest {
        template_arn: VAULT.to_owned(),
        template_minor_version: minor,
        replacement_values: Some(values).filter(|values| !values.is_empty()),
    }
}

fn acquire(world: &mut World, minor: Option<i32>, values: &[(&str, &[&str])]) -> Result<Role, String> {
    let made = world.write(&AcquireRole, input(minor, values));
    made.map(|made| made.role).map_err(|error| error.to_string())
}

fn get(world: &mut World, arn: &str, minor: Option<i32>) -> Result<RoleTemplateVersion, String> {
    let input = GetRoleTemplateVersionRequest { template_arn: arn.to_owned(), minor_version: minor };
    let found = world.read(&GetRoleTemplateVersion, input);
    found.map(|found| found.role_template_version).map_err(|error| error.to_string())
}

const GOOD: [(&str, &[&str]); 2] = [("Name", &["a"]), ("Accounts", &["111122223333", "444455556666"])];

#[test]
fn a_role_with_everything() {
    let mut world = world();
    let role = acquire(&mut world, None, &GOOD).unwrap();
    assert_eq!(role.arn, "arn:aws:iam::123456789012:role/backup/vault-a");
    assert_eq!((role.description.as_deref(), role.max_session_duration), (Some("The vault a"), Some(7200)));
    let source = role.source_role_template.unwrap();
    assert_eq!((source.template_arn.as_str(), source.template_minor_version), (VAULT, 2));
    let account = world.account();
    let stored = account.role("vault-a").unwrap();
    assert_eq!(stored.tags.iter().collect::<Vec<_>>(), [("vault", "a")]);
    assert_eq!(
        stored.attached.iter().map(|policy| policy.arn()).collect::<Vec<_>>(),
        ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    );
    assert_eq!(stored.boundary.as_ref().unwrap().arn(), "arn:aws:iam::aws:policy/PowerUserAccess");
    assert!(stored.inline["vault"].as_str().contains(r#"["s3:GetObject"]"#), "{:?}", stored.inline);
    assert!(stored.trust.as_str().contains(r#"["111122223333","444455556666"]"#), "{:?}", stored.trust);
}

#[test]
fn what_is_refused() {
    let mut world = world();
    let check = |world: &mut World, minor, values: &[(&str, &[&str])], expected: &str| {
        assert_eq!(acquire(world, minor, values).unwrap_err(), expected);
    };
    check(
        &mut world,
        Some(9),
        &GOOD,
        &format!("NoSuchEntity: The role template {VAULT} has no minor version 9."),
    );
    check(&mut world, Some(1), &[], &format!("RoleTemplateDisabled: The role template {VAULT} is disabled."));
    check(&mut world, None, &[], "InvalidInput: The role template needs the parameter Name.");
    let bad_name: [(&str, &[&str]); 2] = [("Name", &["a b"]), GOOD[1]];
    check(&mut world, None, &bad_name, "InvalidInput: The role name vault-a b is not valid.");
    assert!(acquire(&mut world, Some(3), &[]).unwrap_err().starts_with("MalformedPolicyDocument: "));
    check(
        &mut world,
        Some(4),
        &[],
        "NoSuchEntity: Policy arn:aws:iam::aws:policy/NoSuchPolicy does not exist or is not attachable.",
    );
    acquire(&mut world, None, &GOOD).unwrap();
    check(&mut world, None, &GOOD, "EntityAlreadyExists: Role with name vault-a already exists.");
    world.edit(|draft| {
        let role = draft.role("vault-a").unwrap().clone();
        let Ok(()) = draft.change(&role, |role| {
            role.source = None;
            Ok::<_, std::convert::Infallible>(())
        });
    });
    check(&mut world, None, &GOOD, "NameConflict: The role name vault-a conflicts with an existing role.");
    world.role_templates = RoleTemplates::default();
    check(&mut world, None, &GOOD, &format!("NoSuchEntity: The role template {VAULT} cannot be found."));
}

#[test]
fn two_inline_policies_of_one_name_are_none() {
    let mut world = world();
    let policy = r#"{"PolicyName": "@{Name}", "PolicyDocument": {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}}"#;
    let template = |policies: &str| {
        format!(
            r#"{{"RoleTemplates": [{{"TemplateArn": "{VAULT}", "DefaultMinorVersion": 1, "Versions": [{{
                "MinorVersion": 1, "RoleNamePattern": "@{{Name}}",
                "AssumeRolePolicyDocumentTemplate": {{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Principal": {{"Service": "ec2.amazonaws.com"}}, "Action": "sts:AssumeRole"}}}},
                "ParametersDefinition": [{{"Name": "Name", "Type": "String"}}],
                "InlinePolicyTemplates": [{policies}]}}]}}]}}"#
        )
    };
    let twice = format!("{policy}, {}", policy.replace("@{Name}", "a"));
    world.role_templates = RoleTemplates::parse(&template(&twice)).unwrap();
    let refused = acquire(&mut world, None, &[("Name", &["a"])]).unwrap_err();
    assert_eq!(refused, "InvalidInput: The role template makes two inline policies of the name a.");
    let role = acquire(&mut world, None, &[("Name", &["b"])]).unwrap();
    assert_eq!(world.account().role(&role.role_name).unwrap().inline.len(), 2);
}

#[test]
fn the_role_that_is_made_is_asked_for() {
    let mut world = world();
    let asks = world.write_asks(&AcquireRole, &input(None, &GOOD)).unwrap();
    assert_eq!(pairs(&asks), [("iam:AcquireRole", "arn:aws:iam::123456789012:role/backup/vault-a")]);
    let keys: Vec<_> = asks.iter().flat_map(|ask| &ask.keys).map(|(key, _)| key.as_str()).collect();
    for key in ["aws:RequestTag/vault", "aws:TagKeys", "iam:PermissionsBoundary", "iam:RoleTemplateARN"] {
        assert!(keys.contains(&key), "{key}");
    }
    // Where none can be made, its template.
    let asks = world.write_asks(&AcquireRole, &input(None, &[])).unwrap();
    assert_eq!(pairs(&asks), [("iam:AcquireRole", VAULT)]);
}

#[test]
fn versions_are_shown() {
    let mut world = world();
    let version = get(&mut world, VAULT, None).unwrap();
    assert_eq!((version.template_name.as_deref(), version.major_version), (Some("Vault"), Some(1)));
    assert_eq!((version.minor_version, version.default_minor_version), (Some(2), Some(2)));
    assert_eq!(version.managed_by_value.as_deref(), Some("backup.amazonaws.com"));
    assert_eq!(version.template_version_id.as_deref(), Some("ARTVVAULT1MINOR2"));
    assert_eq!(version.role_name_pattern.as_deref(), Some("vault-@{Name}"));
    assert_eq!(version.parameters_definition.unwrap().len(), 3);
    assert_eq!(get(&mut world, VAULT, Some(1)).unwrap().version_enabled, Some(false));
    let missing = format!("NoSuchEntity: The role template {VAULT} has no minor version 9.");
    assert_eq!(get(&mut world, VAULT, Some(9)).unwrap_err(), missing);
    let other = VAULT.replace("Vault:1", "Vault:2");
    assert_eq!(
        get(&mut world, &other, None).unwrap_err(),
        format!("NoSuchEntity: The role template {other} cannot be found.")
    );
    let no_arn = "arn:aws:iam::123456789012:role/x";
    assert_eq!(
        get(&mut world, no_arn, None).unwrap_err(),
        format!("InvalidInput: {no_arn} is not the ARN of a role template.")
    );
}
