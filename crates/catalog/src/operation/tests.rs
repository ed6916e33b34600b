//! The rule and its exceptions against the vendored API models.

use super::*;
use std::collections::BTreeSet;
use std::path::Path;

/// The services whose models this project vendors: file name, signing name, policy prefix.
const MODELS: [(&str, &str, &str); 6] = [
    ("iam", "iam", "iam"),
    ("sts", "sts", "sts"),
    ("organizations", "organizations", "organizations"),
    ("accessanalyzer", "access-analyzer", "access-analyzer"),
    ("cloudtrail", "cloudtrail", "cloudtrail"),
    ("iam-toolbox", "iam", "iam"),
];

fn operations(model: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models").join(format!("{model}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    json["operations"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn every_operation_of_the_models_asks_for_an_action() {
    for (model, signing_name, prefix) in MODELS {
        for operation in operations(model) {
            match action_of(signing_name, &operation).unwrap_or_else(|| panic!("{signing_name} {operation}"))
            {
                Required::Rule(action) => assert_eq!(action, format!("{prefix}:{operation}")),
                Required::Exception(exception) => assert!(!exception.actions.is_empty(), "{operation}"),
            }
        }
    }
    assert_eq!((operations("iam").len(), operations("sts").len()), (180, 11));
}

#[test]
fn exceptions_are_needed_and_have_reasons() {
    for exception in exceptions() {
        let Exception { signing_name, operation, actions, reason } = exception;
        let rule = format!("{}:{operation}", prefix_of(signing_name));
        assert!(catalog().action(&rule).is_none(), "{rule} is in the catalogue: the exception can go");
        assert!(reason.len() > 20, "{operation}");
        for action in *actions {
            assert!(*action == rule || catalog().action(action).is_some(), "{action}");
        }
    }
}

#[test]
fn permission_only_actions_are_exactly_those_without_operation() {
    let mut with_operation = BTreeSet::new();
    for (model, signing_name, _) in MODELS {
        for operation in operations(model) {
            with_operation.extend(action_of(signing_name, &operation).unwrap().actions().iter().copied());
        }
    }
    for (_, _, prefix) in MODELS {
        for action in &catalog().service(prefix).unwrap().actions {
            let name = action.qualified_name;
            assert_eq!(is_permission_only(name), !with_operation.contains(name), "{name}");
        }
    }
    for (name, reason) in PERMISSION_ONLY {
        assert_eq!(catalog().action(name).map(|action| action.qualified_name), Some(*name));
        assert!(!reason.is_empty());
    }
}

#[test]
fn signing_names_that_are_not_prefixes() {
    for (signing_name, operation, action) in [
        ("monitoring", "PutMetricData", Some("cloudwatch:PutMetricData")),
        ("tagging", "GetResources", Some("tag:GetResources")),
        ("iam", "CreateUser", Some("iam:CreateUser")),
        ("iam", "createuser", None),
        ("iam", "NoSuchOperation", None),
        // S3's operations are mostly not named like their actions; those that are not have no answer.
        ("s3", "GetObject", Some("s3:GetObject")),
        ("s3", "HeadObject", None),
        ("nosuch", "CreateUser", None),
    ] {
        let found = action_of(signing_name, operation);
        assert_eq!(found.as_ref().and_then(|found| found.actions().first().copied()), action, "{operation}");
    }
    for (signing_name, prefix) in PREFIXES {
        assert!(catalog().service(signing_name).is_none(), "{signing_name}");
        assert!(catalog().service(prefix).is_some(), "{prefix}");
    }
}
