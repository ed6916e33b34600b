//! The data files are what the lock file says, and the program sees all of what is in them.
#![expect(clippy::unwrap_used, reason = "the helpers below are called by tests only")]

use std::path::{Path, PathBuf};

use keygate_catalog::{catalog, managed_policies};
use sha2::{Digest, Sha256};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data")
}

fn lock() -> toml::Table {
    std::fs::read_to_string(data().join("lock.toml")).unwrap().parse().unwrap()
}

#[test]
fn files_have_the_locked_hashes() {
    let lock = lock();
    let files = lock["file"].as_array().unwrap();
    assert_eq!(files.len(), 3);
    for file in files {
        let bytes = std::fs::read(data().join(file["name"].as_str().unwrap())).unwrap();
        let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(file["sha256"].as_str().unwrap(), hash, "{}", file["name"]);
        assert_eq!(file["bytes"].as_integer().unwrap(), bytes.len() as i64, "{}", file["name"]);
    }
}

#[test]
fn sources_are_pinned_and_licensed() {
    for source in lock()["source"].as_array().unwrap() {
        assert_eq!(source["sha256"].as_str().unwrap().len(), 64, "{}", source["id"]);
        assert!(matches!(source["licence"].as_str(), Some("Apache-2.0" | "MIT")), "{}", source["id"]);
        let name = source["package"].as_str().unwrap().trim_start_matches('@').replace('/', "-");
        let licence = std::fs::read_to_string(data().join("licences").join(format!("{name}.txt"))).unwrap();
        assert!(
            licence.contains("Apache License") || licence.contains("Permission is hereby granted"),
            "{name}"
        );
    }
}

#[test]
fn counts_are_the_locked_ones() {
    let services = || catalog().services();
    for (what, count) in [
        ("managed_policies", managed_policies().len()),
        ("services", services().count()),
        ("actions", services().map(|service| service.actions.len()).sum()),
        ("resource_types", services().map(|service| service.resource_types.len()).sum()),
        ("condition_keys", services().map(|service| service.condition_keys.len()).sum()),
        (
            "actions_with_dependent_actions",
            services()
                .flat_map(|service| &service.actions)
                .filter(|action| !action.dependent_actions.is_empty())
                .count(),
        ),
    ] {
        assert_eq!(lock()["counts"][what].as_integer(), Some(count as i64), "{what}");
        assert!(count > 0, "{what}");
    }
    // A source that shrank by accident should be looked at before its data is taken.
    assert!(managed_policies().len() >= 1500 && services().count() >= 450);
}
