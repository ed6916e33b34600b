//! Look-ups in the real catalogue, and sections that are not in form.

use super::*;
use crate::{AccessLevel, Presence, ValueType, global_key};

#[test]
fn look_ups_ignore_case() {
    for name in ["iam:CreateUser", "IAM:createuser", "Iam:CREATEUSER"] {
        assert_eq!(catalog().action(name).unwrap().qualified_name, "iam:CreateUser", "{name}");
    }
    for name in ["iam:CreateUsers", "iam:", "iam", ":CreateUser", "nosuch:CreateUser", "iam:Create*", ""] {
        assert!(catalog().action(name).is_none(), "{name}");
    }
    assert_eq!(catalog().service("S3").unwrap().name, "Amazon S3");
}

#[test]
fn an_action_knows_its_level_resources_keys_and_dependencies() {
    let create_user = catalog().action("iam:CreateUser").unwrap();
    assert_eq!((create_user.prefix(), create_user.name()), ("iam", "CreateUser"));
    assert_eq!(create_user.access_level, AccessLevel::Write);
    let user = create_user.resource("user").unwrap();
    assert!(user.required);
    assert!(create_user.knows_condition_key("iam:PermissionsBoundary"));
    assert!(create_user.knows_condition_key("aws:RequestTag/team"));
    assert!(!create_user.knows_condition_key("iam:PassedToService"));

    let attach = catalog().action("iam:AttachUserPolicy").unwrap();
    assert_eq!(attach.access_level, AccessLevel::PermissionsManagement);
    assert_eq!(catalog().action("iam:TagRole").unwrap().access_level, AccessLevel::Tagging);
    assert_eq!(catalog().action("iam:ListUsers").unwrap().access_level, AccessLevel::List);
    assert_eq!(catalog().action("iam:GetUser").unwrap().access_level, AccessLevel::Read);

    let run_instances = catalog().action("ec2:RunInstances").unwrap();
    assert!(run_instances.dependent_actions.contains(&"iam:PassRole"));
    assert!(run_instances.resource("instance").unwrap().required);
    assert!(!run_instances.resource("key-pair").unwrap().required);
    assert!(run_instances.resource("instance").unwrap().condition_keys.contains(&"ec2:InstanceType"));
}

#[test]
fn resource_types_have_arn_patterns() {
    for (prefix, name, patterns) in [
        ("iam", "user", &["arn:${Partition}:iam::${Account}:user/${UserNameWithPath}"][..]),
        ("s3", "bucket", &["arn:${Partition}:s3:::${BucketName}"]),
        (
            "IAM",
            "Instance-Profile",
            &["arn:${Partition}:iam::${Account}:instance-profile/${InstanceProfileNameWithPath}"],
        ),
    ] {
        assert_eq!(catalog().resource_type(prefix, name).unwrap().arn_patterns, patterns, "{prefix} {name}");
    }
    assert!(catalog().resource_type("iam", "bucket").is_none());
    let kinds: Vec<_> = catalog().services().flat_map(|service| &service.resource_types).collect();
    assert!(kinds.iter().any(|kind| kind.arn_patterns.len() > 1));
    for pattern in kinds.iter().flat_map(|kind| &kind.arn_patterns) {
        assert!(pattern.starts_with("arn:"), "{pattern}");
    }
}

#[test]
fn condition_keys_have_types() {
    for (name, found, value_type, multivalued) in [
        ("iam:passedtoservice", "iam:PassedToService", ValueType::String, false),
        ("iam:PermissionsBoundary", "iam:PermissionsBoundary", ValueType::Arn, false),
        ("iam:ResourceTag/team", "iam:ResourceTag/${TagKey}", ValueType::String, false),
        ("sts:ExternalId", "sts:ExternalId", ValueType::String, false),
        ("sts:TransitiveTagKeys", "sts:TransitiveTagKeys", ValueType::String, true),
        ("saml:aud", "saml:aud", ValueType::String, false),
        ("accounts.google.com:aud", "accounts.google.com:aud", ValueType::String, false),
        (
            "token.actions.octo.ghe.com:repository",
            "token.actions.${Domain}.ghe.com:repository",
            ValueType::String,
            false,
        ),
        ("dynamodb:LeadingKeys", "dynamodb:LeadingKeys", ValueType::String, true),
        ("s3:max-keys", "s3:max-keys", ValueType::Numeric, false),
        ("aws:SourceIp", "aws:SourceIp", ValueType::IpAddress, false),
        ("aws:TagKeys", "aws:TagKeys", ValueType::String, true),
    ] {
        let key = catalog().condition_key(name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!((key.name, key.value_type, key.multivalued), (found, value_type, multivalued), "{name}");
    }
    for name in ["iam:NoSuchKey", "aws:NoSuchKey", "iam:ResourceTag/", "nosuch:Key", "", "aws"] {
        assert_eq!(catalog().condition_key(name), None, "{name}");
    }
}

#[test]
fn every_service_parses_and_everything_in_it_is_found() {
    let catalog = catalog();
    assert_eq!(catalog.services().count(), catalog.prefixes().count());
    for service in catalog.services() {
        assert!(!service.actions.is_empty(), "{}", service.prefix);
        for action in &service.actions {
            let found = catalog.action(action.qualified_name).unwrap();
            assert!(std::ptr::eq(found, action), "{}", action.qualified_name);
            for name in &action.dependent_actions {
                assert!(catalog.action(name).is_some(), "{} depends on {name}", action.qualified_name);
            }
            for resource in &action.resources {
                assert!(service.resource_type(resource.resource_type).is_some(), "{}", action.qualified_name);
            }
        }
        for key in &service.condition_keys {
            let found = catalog.condition_key(key.name).unwrap_or_else(|| panic!("{}", key.name));
            assert_eq!(found.value_type, key.value_type, "{}", key.name);
        }
    }
}

#[test]
fn rule_57_services_that_resource_control_policies_reach() {
    for (prefix, expected) in [("s3", true), ("sts", true), ("kms", true), ("iam", false), ("ec2", false)] {
        let service = catalog().service(prefix).unwrap();
        assert_eq!(service.supports_resource_control_policies, expected, "{prefix}");
    }
}

#[test]
fn rule_225_a_global_key_keeps_its_own_form_where_services_differ() {
    let key = global_key("identitystore:UserId").unwrap();
    assert_eq!(key.presence, Presence::Feature);
    assert_eq!(catalog().condition_key("identitystore:UserId"), Some(key.key));
}

#[test]
fn the_unpacked_text_is_of_bounded_size() {
    // It stays in memory once somebody asked.
    let size = unpack().unwrap().len();
    assert!(size < 3 << 20, "{size} bytes");
}

#[test]
fn a_section_that_is_not_in_form_is_no_service() {
    for section in [
        "",
        "S\tx",
        "S\tx\tX\t\nQ\twhat",
        "S\tx\tX\t\nK\tx:key\tColour",
        "S\tx\tX\t\nR\tthing\tarn:x\t0",
        "S\tx\tX\t\nA\tx:Do\tX\t\t\t",
        "S\tx\tX\t\nA\tx:Do\tW\t\t0:\t",
        "S\tx\tX\t\nA\tx:Do\tW",
    ] {
        assert!(Service::parse(section).is_none(), "{section:?}");
    }
    assert!(Service::parse("S\tx\tX\t\nA\tx:Do\tW\t\t\t").is_some());
}
