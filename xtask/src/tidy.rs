//! `cargo xtask tidy` and `cargo xtask licenses`: the house rules that the compiler cannot check.
//!
//! Every check returns findings; none of them changes a file. The same checks run as a test of this crate, so
//! that `cargo test` fails where `cargo xtask tidy` would. A rule that is new belongs here rather than into a
//! second review remark.

mod arrows;
mod documents;
mod house;
mod licenses;
mod purity;
mod source;
mod workspace;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::TaskResult;
use workspace::Workspace;

/// Checks the whole tree and prints what breaks a rule as `path:line: message`.
pub(crate) fn run(root: &Path) -> TaskResult {
    report(root, findings(root)?)
}

/// Checks the licences of everything that is linked into, or runs while building, what we ship.
pub(crate) fn licenses(root: &Path) -> TaskResult {
    report(root, licenses::check(&Workspace::load(root)?))
}

/// One breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// The file, absolute.
    path: PathBuf,
    /// Counted from one; one where the finding is about the file as a whole.
    line: usize,
    /// What is wrong and what to do instead.
    message: String,
}

impl Finding {
    fn new(path: impl Into<PathBuf>, line: usize, message: impl fmt::Display) -> Self {
        Self { path: path.into(), line, message: message.to_string() }
    }
}

fn findings(root: &Path) -> Result<Vec<Finding>, Box<dyn std::error::Error>> {
    let workspace = Workspace::load(root)?;
    let table = arrows::Table::load(root)?;
    let mut findings = arrows::check(&workspace, &table);
    findings.extend(purity::check(&workspace, &table));
    findings.extend(house::check(&workspace));
    findings.extend(documents::check(&workspace));
    findings.sort();
    findings.dedup();
    Ok(findings)
}

fn report(root: &Path, findings: Vec<Finding>) -> TaskResult {
    for Finding { path, line, message } in &findings {
        println!("{}:{line}: {message}", path.strip_prefix(root).unwrap_or(path).display());
    }
    match findings.len() {
        0 => Ok(()),
        1 => Err("1 finding".into()),
        many => Err(format!("{many} findings").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_none(findings: Vec<Finding>) {
        let lines: Vec<String> =
            findings.iter().map(|f| format!("{}:{}: {}", f.path.display(), f.line, f.message)).collect();
        assert!(lines.is_empty(), "{} findings:\n{}", lines.len(), lines.join("\n"));
    }

    #[test]
    fn the_tree_is_tidy() {
        assert_none(findings(&crate::project_root()).unwrap());
    }

    #[test]
    fn every_licence_is_on_the_allowed_list() {
        assert_none(licenses::check(&Workspace::load(&crate::project_root()).unwrap()));
    }
}
