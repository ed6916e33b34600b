//! Licences of everything that is linked into, or runs while building, the packages of this workspace.
//!
//! Crates state an SPDX expression. It passes if the choices it offers (`OR`, and the old `/`) include one that
//! is on the list, and everything it demands together (`AND`) is on it too.

use std::collections::BTreeSet;

use cargo_metadata::{DependencyKind, Package, PackageId};

use super::Finding;
use super::workspace::Workspace;

/// Licences that Apache-2.0 software may be shipped with, and why each is here.
const ALLOWED: [(&str, &str); 13] = [
    ("0BSD", "public domain in effect"),
    ("Apache-2.0", "our own"),
    ("Apache-2.0 WITH LLVM-exception", "our own with one demand less"),
    ("BSD-2-Clause", "attribution only"),
    ("BSD-3-Clause", "attribution only"),
    ("CC0-1.0", "public domain in effect"),
    ("CDLA-Permissive-2.0", "data: attribution only"),
    ("ISC", "attribution only"),
    ("MIT", "attribution only"),
    ("OpenSSL", "the older parts of aws-lc: attribution only"),
    ("Unicode-3.0", "tables of the Unicode consortium: attribution only"),
    ("Unlicense", "public domain in effect"),
    ("Zlib", "attribution only"),
];

/// Crates under a licence that is allowed for them alone: name, licence, reason.
const EXCEPTIONS: [(&str, &str, &str); 2] = [
    ("imbl", "MPL-2.0", "file-level copyleft: we link it unchanged and its source is public"),
    ("imbl-sized-chunks", "MPL-2.0", "as imbl"),
];

/// Checks every package that we ship or that runs while building it.
pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    let kinds = [DependencyKind::Normal, DependencyKind::Build];
    let members = workspace.members();
    let reached: BTreeSet<PackageId> =
        members.iter().flat_map(|package| workspace.tree(&package.id, &kinds)).collect();
    let packages: Vec<&Package> =
        workspace.metadata.packages.iter().filter(|package| reached.contains(&package.id)).collect();
    let lock = workspace.root.join("Cargo.lock");
    for package in &packages {
        let exception = EXCEPTIONS.iter().find(|(name, _, _)| *name == package.name.as_str());
        let allowed = |licence: &str| {
            ALLOWED.iter().any(|(name, _)| *name == licence)
                || exception.is_some_and(|(_, name, _)| *name == licence)
        };
        let verdict = match &package.license {
            Some(expression) => evaluate(expression, &allowed),
            None => Err("it states none".to_owned()),
        };
        if let Err(problem) = verdict {
            let message = format!("licence of {} {}: {problem}", package.name, package.version);
            findings.push(Finding::new(&lock, 1, message));
        }
    }
    for (name, _, _) in EXCEPTIONS {
        if !packages.iter().any(|package| package.name.as_str() == name) {
            findings.push(Finding::new(&lock, 1, format!("the licence exception for {name} is not needed")));
        }
    }
    findings
}

/// Whether the expression can be satisfied with allowed licences; the error says why not.
fn evaluate(expression: &str, allowed: &dyn Fn(&str) -> bool) -> Result<(), String> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { words: &words, at: 0, allowed };
    let satisfied = parser.any_of()?;
    if parser.at < words.len() {
        return Err(format!("`{expression}` is not an SPDX expression"));
    }
    if satisfied { Ok(()) } else { Err(format!("`{expression}` is not on the allowed list")) }
}

struct Parser<'a> {
    words: &'a [&'a str],
    at: usize,
    allowed: &'a dyn Fn(&str) -> bool,
}

impl<'a> Parser<'a> {
    /// `a OR b`, the weakest binding.
    fn any_of(&mut self) -> Result<bool, String> {
        let mut satisfied = self.all_of()?;
        while self.take("OR") {
            satisfied |= self.all_of()?;
        }
        Ok(satisfied)
    }

    /// `a AND b`.
    fn all_of(&mut self) -> Result<bool, String> {
        let mut satisfied = self.one()?;
        while self.take("AND") {
            satisfied &= self.one()?;
        }
        Ok(satisfied)
    }

    /// A licence, perhaps `WITH` an exception, or an expression in brackets.
    fn one(&mut self) -> Result<bool, String> {
        if self.take("(") {
            let satisfied = self.any_of()?;
            return if self.take(")") { Ok(satisfied) } else { Err("a bracket is not closed".to_owned()) };
        }
        // `+` = this version or a later one, so this one will do.
        let licence = self.word()?.trim_end_matches('+');
        if self.take("WITH") {
            let exception = self.word()?;
            return Ok((self.allowed)(&format!("{licence} WITH {exception}")));
        }
        Ok((self.allowed)(licence))
    }

    fn word(&mut self) -> Result<&'a str, String> {
        let word = self.words.get(self.at).copied();
        self.at += 1;
        match word {
            None | Some("OR" | "AND" | "WITH" | ")") => {
                Err("a licence is missing in the expression".to_owned())
            }
            Some(word) => Ok(word),
        }
    }

    fn take(&mut self, wanted: &str) -> bool {
        let found = self.words.get(self.at).is_some_and(|word| *word == wanted);
        self.at += usize::from(found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_evaluated() {
        let check = |expression: &str, expected: bool| {
            let allowed = |licence: &str| {
                ["MIT", "Apache-2.0", "ISC", "Apache-2.0 WITH LLVM-exception"].contains(&licence)
            };
            assert_eq!(evaluate(expression, &allowed).is_ok(), expected, "{expression}");
        };
        check("MIT", true);
        check("GPL-3.0", false);
        check("MIT OR GPL-3.0", true);
        check("GPL-3.0/MIT", true);
        check("MIT AND GPL-3.0", false);
        check("MIT AND ISC", true);
        check("GPL-3.0 AND MIT OR ISC", true);
        check("GPL-3.0 AND (MIT OR ISC)", false);
        check("ISC AND (MIT OR GPL-3.0)", true);
        check("(MIT OR GPL-3.0) AND (ISC OR GPL-2.0)", true);
        check("Apache-2.0 WITH LLVM-exception", true);
        check("MIT WITH LLVM-exception", false);
        check("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT", true);
        check("", false);
        check("MIT OR", false);
        check("(MIT", false);
        check("MIT ISC", false);
        check("ISC+", true);
        check("GPL-3.0+", false);
    }

    #[test]
    fn the_allowed_list_is_sorted_and_reasoned() {
        assert!(ALLOWED.is_sorted_by_key(|(name, _)| *name));
        assert!(ALLOWED.iter().all(|(_, reason)| !reason.is_empty()));
    }
}
