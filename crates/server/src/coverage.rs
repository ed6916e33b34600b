//! `docs/coverage/`: what exists and is tested, written from the product itself, so that every gap is visible.
//!
//! The files are checked in. A test compares them with what the program says of itself and fails when they differ;
//! `UPDATE_COVERAGE=1 cargo test -p keygate-server coverage` writes them anew, and the difference is reviewed like
//! code. An operation that was there must not go away again: that is a failure whatever the variable says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use keygate_ident::Partition;
use keygate_policy::{Policy, PolicyKind};
use keygate_shapes::SERVICES;

use crate::start::operations;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/coverage")
}

fn check(name: &str, text: &str) {
    let path = folder().join(name);
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    if before == text {
        return;
    }
    assert!(
        std::env::var_os("UPDATE_COVERAGE").is_some(),
        "docs/coverage/{name} is not what the program says: UPDATE_COVERAGE=1 cargo test -p keygate-server coverage"
    );
    std::fs::write(&path, text).unwrap();
}

/// Lines of the earlier file that say an operation exists.
fn built_before(name: &str) -> BTreeSet<String> {
    let before = std::fs::read_to_string(folder().join(name)).unwrap_or_default();
    before.lines().filter_map(|line| line.strip_prefix("- [x] ")).map(str::to_owned).collect()
}

#[test]
fn operations_and_their_gap() {
    let built: BTreeSet<(&str, &str)> =
        operations().iter().map(|entry| (entry.schema().service.id, entry.schema().name)).collect();
    let mut text = String::from(
        "# Operations\n\nWritten by a test (`crates/server/src/coverage.rs`). What is not built answers \
         `NotImplemented` (501) after authentication and authorization.\n",
    );
    let mut now = BTreeSet::new();
    for service in SERVICES {
        let mine = |name: &&str| built.contains(&(service.id, *name));
        let names: Vec<&str> = service.operations.iter().map(|operation| operation.name).collect();
        let count = names.iter().filter(|name| mine(name)).count();
        writeln!(text, "\n## {} {}: {count} of {}\n", service.id, service.api_version, names.len()).unwrap();
        for name in &names {
            if mine(name) {
                now.insert(format!("{} {name}", service.id));
                writeln!(text, "- [x] {} {name}", service.id).unwrap();
            } else {
                writeln!(text, "- [ ] {name}").unwrap();
            }
        }
    }
    let lost: Vec<_> = built_before("operations.md").difference(&now).cloned().collect();
    assert!(lost.is_empty(), "operations that were built are gone: {lost:?}");
    check("operations.md", &text);
}

#[test]
fn condition_operators() {
    const NAMES: [&str; 27] = [
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
        "DateEquals",
        "DateNotEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
        "Bool",
        "BinaryEquals",
        "IpAddress",
        "NotIpAddress",
        "ArnEquals",
        "ArnNotEquals",
        "ArnLike",
        "ArnNotLike",
        "Null",
    ];
    let accepted = |operator: &str| {
        let value = match operator.trim_start_matches("ForAllValues:").trim_start_matches("ForAnyValue:") {
            name if name.starts_with("Numeric") => "1",
            name if name.starts_with("Date") => "2026-01-01T00:00:00Z",
            name if name.contains("Ip") => "203.0.113.0/24",
            name if name.starts_with("Arn") => "arn:aws:iam::123456789012:role/x",
            _ => "true",
        };
        let document = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{{"{operator}":{{"aws:x":"{value}"}}}}}}}}"#
        );
        Policy::parse(&document, PolicyKind::Identity).is_ok()
    };
    let mark = |operator: String| if accepted(&operator) { "yes" } else { "no" };
    let mut text = String::from(
        "# Condition operators\n\nWritten by a test (`crates/server/src/coverage.rs`): what the engine accepts. \
         Their meaning is tested in `crates/policy`.\n\n\
         | operator | plain | IfExists | ForAllValues | ForAnyValue |\n|---|---|---|---|---|\n",
    );
    for name in NAMES {
        writeln!(
            text,
            "| {name} | {} | {} | {} | {} |",
            mark(name.to_owned()),
            mark(format!("{name}IfExists")),
            mark(format!("ForAllValues:{name}")),
            mark(format!("ForAnyValue:{name}")),
        )
        .unwrap();
    }
    check("condition-operators.md", &text);
}

#[test]
fn global_condition_keys() {
    let supplied = crate::context::SUPPLIED;
    let mut text = String::from(
        "# Global condition keys\n\nWritten by a test (`crates/server/src/coverage.rs`). \"sent\": requests to this \
         server carry the key when AWS's would; other keys are absent, as they are on AWS where their feature is not \
         used.\n\n| key | type | values | present | what it is | sent |\n|---|---|---|---|---|---|\n",
    );
    let mut seen = BTreeSet::new();
    for entry in keygate_catalog::global_keys() {
        let sent = supplied.iter().any(|key| key.eq_ignore_ascii_case(entry.key.name));
        seen.insert(entry.key.name.to_ascii_lowercase());
        let values = if entry.key.multivalued { "several" } else { "one" };
        let (kind, sent) = (format!("{:?}", entry.key.value_type), if sent { "yes" } else { "no" });
        let (name, present, holds) = (entry.key.name, entry.presence.words(), entry.holds);
        writeln!(text, "| {name} | {kind} | {values} | {present} | {holds} | {sent} |").unwrap();
    }
    for key in supplied.iter().filter(|key| key.starts_with("aws:")) {
        assert!(seen.contains(&key.to_ascii_lowercase()), "{key} is sent but is no documented global key");
    }
    check("global-keys.md", &text);
}

/// Files that hold tests: the client tests, and every Rust source with a test in it.
fn test_sources() -> String {
    fn walk(folder: PathBuf, into: &mut String) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            let extension = path.extension().and_then(|e| e.to_str());
            if path.is_dir() {
                walk(path, into);
            } else if let ("rs" | "py", Ok(text)) = (extension.unwrap_or(""), std::fs::read_to_string(&path))
            {
                let start = if extension == Some("py") {
                    Some(0)
                } else {
                    text.find("#[cfg(test)]").or(text.find("#[test]"))
                };
                into.push_str(start.and_then(|start| text.get(start..)).unwrap_or(""));
            }
        }
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut all = String::new();
    walk(root.join("tests/clients"), &mut all);
    walk(root.join("crates/service-iam/src"), &mut all);
    walk(root.join("crates/service-sts/src"), &mut all);
    walk(root.join("crates/server/src/pipeline"), &mut all);
    all
}

#[test]
fn declared_errors_of_what_is_built() {
    let tests = test_sources();
    let mut codes: BTreeMap<&str, (u16, Vec<&str>)> = BTreeMap::new();
    for entry in operations() {
        for error in entry.schema().errors {
            codes.entry(error.code).or_insert((error.status, Vec::new())).1.push(entry.schema().name);
        }
    }
    let mut text = String::from(
        "# Error codes\n\nWritten by a test (`crates/server/src/coverage.rs`): the errors that the models let the \
         built operations answer, and whether a test of an operation names them.\n\n\
         | code | status | declared by | named in a test |\n|---|---|---|---|\n",
    );
    for (code, (status, operations)) in &codes {
        let named = if tests.contains(&format!("\"{code}")) { "yes" } else { "no" };
        writeln!(text, "| {code} | {status} | {} operations | {named} |", operations.len()).unwrap();
    }
    check("errors.md", &text);
}

#[test]
fn every_operation_has_a_known_action_or_a_reviewed_exception() {
    for service in SERVICES {
        for operation in service.operations {
            let known = keygate_catalog::action_of(service.signing_name, operation.name);
            let unsigned = operation.auth == keygate_wire::Auth::None;
            assert!(known.is_some() || unsigned, "{} {} has no action", service.id, operation.name);
        }
    }
    // The partition of the server decides the ARNs; all of them are known.
    assert_eq!(crate::bootstrap::partition_of("cn-north-1"), Partition::AwsCn);
    assert_eq!(crate::bootstrap::partition_of("eu-west-1"), Partition::Aws);
}
