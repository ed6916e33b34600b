//! Allowed arrows: `docs/arrows.toml` against what the manifests say.
//!
//! A dependency between two crates of the workspace that is not in the table is a finding, and so is a row of
//! the table for a crate that does not exist. An arrow that is allowed but not used is not: the table says what
//! a crate may know, not what it knows today.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use cargo_metadata::{DependencyKind, Package};
use serde::Deserialize;

use super::Finding;
use super::workspace::{Workspace, folder_of};

/// Where the table stands.
pub(super) const FILE: &str = "docs/arrows.toml";

/// The prefix that package names have and rows of the table do not.
const PREFIX: &str = "keygate-";

/// The table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    /// By the crate's name without `keygate-`.
    #[serde(rename = "crate")]
    pub(super) crates: BTreeMap<String, Row>,
    /// Mentions of the outside world that a pure crate may keep.
    #[serde(default, rename = "exception")]
    pub(super) exceptions: Vec<Exception>,
}

/// What one crate may do.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// Crates it may depend on.
    pub(super) may_use: Vec<String>,
    /// Crates its tests may depend on besides.
    #[serde(default)]
    pub(super) tests_may_use: Vec<String>,
    /// No clock, randomness, I/O, threads or async.
    #[serde(default)]
    pub(super) pure: bool,
    /// Not even durations: it must build where there is no clock at all.
    #[serde(default)]
    pub(super) clockless: bool,
}

/// A mention that stays, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exception {
    /// The file, from the root.
    pub(super) file: String,
    /// The path in the code, such as `std::fs`.
    pub(super) mention: String,
    /// Why it is right here.
    pub(super) reason: String,
}

impl Table {
    /// Reads the file.
    pub(super) fn load(root: &Path) -> Result<Self, Box<dyn Error>> {
        let text = fs::read_to_string(root.join(FILE)).map_err(|error| format!("{FILE}: {error}"))?;
        Ok(toml::from_str(&text).map_err(|error| format!("{FILE}: {error}"))?)
    }

    /// The row of a package.
    pub(super) fn row(&self, package: &Package) -> Option<&Row> {
        self.crates.get(short_name(package.name.as_str()))
    }
}

/// `keygate-policy` → `policy`; `keygate` and `xtask` stay.
pub(super) fn short_name(package: &str) -> &str {
    package.strip_prefix(PREFIX).unwrap_or(package)
}

/// Compares the manifests with the table.
pub(super) fn check(workspace: &Workspace, table: &Table) -> Vec<Finding> {
    let mut findings = Vec::new();
    let members = workspace.members();
    for package in &members {
        let manifest = package.manifest_path.as_std_path();
        let arrows: Vec<(String, DependencyKind)> = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.path.is_some())
            .map(|dependency| (short_name(&dependency.name).to_owned(), dependency.kind))
            .collect();
        match table.row(package) {
            Some(row) => {
                let name = short_name(package.name.as_str());
                let broken = breaches(name, row, &arrows).into_iter();
                findings.extend(broken.map(|message| Finding::new(manifest, 1, message)));
            }
            None => {
                let message = format!("no row in {FILE}: say there what the crate may use");
                findings.push(Finding::new(manifest, 1, message));
            }
        }
        let folder = folder_of(package);
        let folder_name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if folder.parent() == Some(&workspace.root.join("crates"))
            && folder_name != short_name(package.name.as_str())
        {
            findings.push(Finding::new(manifest, 1, "the folder is named as the crate, without its prefix"));
        }
    }
    for name in table.crates.keys() {
        if !members.iter().any(|package| short_name(package.name.as_str()) == name) {
            let message = format!("`{name}` has a row but is no crate: a crate appears with its first code");
            findings.push(Finding::new(workspace.root.join(FILE), 1, message));
        }
    }
    for (name, row) in &table.crates {
        for target in row.may_use.iter().chain(&row.tests_may_use) {
            if !table.crates.contains_key(target) {
                let message = format!("`{name}` may use `{target}`, which has no row");
                findings.push(Finding::new(workspace.root.join(FILE), 1, message));
            }
        }
        if row.pure {
            let impure =
                row.may_use.iter().filter(|target| table.crates.get(*target).is_some_and(|r| !r.pure));
            for target in impure {
                let message = format!("`{name}` is pure and may use `{target}`, which is not");
                findings.push(Finding::new(workspace.root.join(FILE), 1, message));
            }
        }
    }
    findings
}

/// Arrows that a row does not allow.
fn breaches(name: &str, row: &Row, arrows: &[(String, DependencyKind)]) -> Vec<String> {
    let mut messages = Vec::new();
    for (target, kind) in arrows {
        let in_tests = *kind == DependencyKind::Development;
        let allowed = row.may_use.contains(target) || (in_tests && row.tests_may_use.contains(target));
        if !allowed {
            let list = if in_tests { "tests_may_use" } else { "may_use" };
            messages.push(format!("`{name}` uses `{target}`, which its `{list}` in {FILE} does not allow"));
        }
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_arrows_are_allowed() {
        let row =
            Row { may_use: vec!["ident".into()], tests_may_use: vec!["testkit".into()], ..Row::default() };
        let check = |target: &str, kind, expected: usize| {
            assert_eq!(
                breaches("policy", &row, &[(target.to_owned(), kind)]).len(),
                expected,
                "{target} {kind:?}"
            );
        };
        check("ident", DependencyKind::Normal, 0);
        check("ident", DependencyKind::Development, 0);
        check("testkit", DependencyKind::Development, 0);
        check("testkit", DependencyKind::Normal, 1);
        check("testkit", DependencyKind::Build, 1);
        check("store", DependencyKind::Normal, 1);
        check("store", DependencyKind::Development, 1);
    }

    #[test]
    fn the_table_has_no_circle() {
        let table = Table::load(&crate::project_root()).unwrap();
        let mut left: BTreeMap<&String, &Row> = table.crates.iter().collect();
        while !left.is_empty() {
            let ready: Vec<&String> = left
                .iter()
                .filter(|(_, row)| row.may_use.iter().all(|target| !left.contains_key(target)))
                .map(|(name, _)| *name)
                .collect();
            assert!(!ready.is_empty(), "a circle among {:?}", left.keys());
            left.retain(|name, _| !ready.contains(name));
        }
    }
}
