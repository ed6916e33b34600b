//! House rules about single files: openings, names, forbidden words, length, white space, manifests.

use std::fs;
use std::path::Path;

use super::Finding;
use super::source::{Source, line_of};
use super::workspace::{Workspace, folder_of, has_extension};

/// Longer than this, a file is rarely one idea.
const MAX_LINES: usize = 1_200;

/// Written by a command, and not ours to lay out.
const NOT_OURS: [&str; 2] = ["Cargo.lock", "LICENSE"];

/// Checks every file.
pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    let folders: Vec<_> = workspace.members().iter().map(|package| folder_of(package).join("src")).collect();
    for (path, source) in &workspace.sources {
        let in_src = folders.iter().any(|folder| path.starts_with(folder));
        let messages = rust_file(path, source, in_src).into_iter();
        findings.extend(messages.map(|(line, message)| Finding::new(path, line, message)));
    }
    for path in &workspace.files {
        let Ok(text) = fs::read_to_string(path) else { continue };
        let messages = text_file(path, &text).into_iter();
        findings.extend(messages.map(|(line, message)| Finding::new(path, line, message)));
    }
    for package in workspace.members() {
        let path = package.manifest_path.as_std_path();
        if !inherits_lints(&fs::read_to_string(path).unwrap_or_default()) {
            findings.push(Finding::new(path, 1, "write `[lints]` and `workspace = true`"));
        }
    }
    findings
}

/// Words of code that do not stay, and what to do instead.
const FORBIDDEN_CODE: [(&str, &str); 7] = [
    ("#[ignore", "a test runs or does not exist"),
    ("#[should_panic", "assert the error instead"),
    ("todo!", "finish it or leave it out"),
    ("unimplemented!", "answer with an error instead"),
    ("dbg!", "remove the print"),
    ("#[allow(", "write `#[expect(lint, reason = \"…\")]`"),
    ("#![allow(", "write `#![expect(lint, reason = \"…\")]`"),
];

fn rust_file(path: &Path, source: &Source, in_src: bool) -> Vec<(usize, String)> {
    let mut messages = Vec::new();
    if path.file_name().is_some_and(|name| name == "mod.rs") {
        messages.push((1, "name the file after its module: `foo.rs` beside `foo/`".to_owned()));
    }
    // `foo/tests.rs` is what its name says.
    let explains_itself = source.is_generated() || path.file_name().is_some_and(|name| name == "tests.rs");
    if in_src && !explains_itself && !source.text.starts_with("//!") {
        messages.push((1, "begin with `//!`: what the module is for".to_owned()));
    }
    for (word, instead) in FORBIDDEN_CODE {
        for (at, _) in source.code.match_indices(word) {
            let before = source.code.get(..at).and_then(|text| text.chars().next_back());
            let is_longer_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
            if !is_longer_word && !has_reason(&source.code, at, word) {
                messages.push((line_of(&source.code, at), format!("`{word}`: {instead}")));
            }
        }
    }
    for (index, line) in source.comments.lines().enumerate() {
        messages.extend(comment(line).map(|message| (index + 1, message)));
    }
    let lines = source.text.lines().count();
    if lines > MAX_LINES && !source.is_generated() {
        messages.push((1, format!("{lines} lines: more than {MAX_LINES} are rarely one idea")));
    }
    messages
}

/// An attribute that says why; only `allow` inside macros, where `expect` cannot stand, has a use for it.
fn has_reason(code: &str, at: usize, word: &str) -> bool {
    let rest = code.get(at..).unwrap_or_default();
    word.contains("allow(") && rest.split(']').next().is_some_and(|attribute| attribute.contains("reason ="))
}

/// A note to oneself must tell a stranger what is missing and when it matters.
fn comment(line: &str) -> Option<String> {
    let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
    for word in words {
        match word {
            "FIXME" | "XXX" | "HACK" => {
                return Some(format!("`{word}`: write `TODO(context): …`, or mend it"));
            }
            "TODO" => {
                let context = line.split("TODO").nth(1).and_then(|rest| rest.strip_prefix('('));
                let context = context.and_then(|rest| rest.split_once("):"));
                if context.is_none_or(|(topic, text)| topic.trim().is_empty() || text.trim().len() < 10) {
                    return Some("a to-do carries its context: `TODO(topic): what is missing`".to_owned());
                }
            }
            _ => {}
        }
    }
    None
}

/// Paths of the machine somebody worked on. In pieces, so that this file does not contain them.
const MACHINE_PATHS: [&str; 5] = [
    concat!("/work", "/shared"),
    concat!("/work", "/main"),
    concat!("/work", "/.library"),
    concat!("/root", "/."),
    concat!("/tmp", "/t-"),
];

fn text_file(path: &Path, text: &str) -> Vec<(usize, String)> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if NOT_OURS.contains(&name) {
        return Vec::new();
    }
    let mut messages = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if is_laid_out(path) && line.ends_with([' ', '\t']) {
            messages.push((index + 1, "white space at the end of the line".to_owned()));
        }
        for place in MACHINE_PATHS {
            if line.contains(place) {
                messages.push((index + 1, format!("`{place}` exists on one machine only")));
            }
        }
    }
    if is_laid_out(path) && !text.is_empty() && !text.ends_with('\n') {
        messages.push((text.lines().count(), "no newline at the end of the file".to_owned()));
    }
    messages
}

/// Written by hand, so that its layout is ours.
fn is_laid_out(path: &Path) -> bool {
    ["rs", "toml", "md", "py", "sh", "yml", "yaml"].iter().any(|extension| has_extension(path, extension))
}

fn inherits_lints(manifest: &str) -> bool {
    let Ok(table) = manifest.parse::<toml::Table>() else { return false };
    let lints = table.get("lints").and_then(|lints| lints.get("workspace"));
    lints.and_then(toml::Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        let path = Path::new("crates/a/src/a.rs");
        let mut found = rust_file(path, &Source::parse(text), true);
        found.extend(text_file(path, text));
        found.into_iter().map(|(line, message)| format!("{line}: {message}")).collect()
    }

    #[test]
    fn a_good_file_has_no_findings() {
        for text in [
            "//! What it is for.\nfn a() {}\n",
            "// Generated by `cargo xtask codegen`.\nfn a() {}\n",
            "//! A.\n#[expect(dead_code, reason = \"x\")]\nfn a() {}\n",
            "//! A.\nconst A: &str = \"todo! dbg! #[ignore]\"; // speaks of todo!\n",
            "//! A.\n// TODO(paging): markers of the old form are refused until 2.0.\n",
            "//! A.\n// A key such as AKIAXXXXXXXX is a placeholder.\n",
            "//! A.\nmacro_rules! m { () => { #[allow(dead_code, reason = \"y\")] fn f() {} } }\n",
            "//! A.\nfn my_todo!() {}\n",
        ] {
            assert_eq!(messages(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn every_rule_finds_its_breach() {
        let long = format!("//! A.\n{}", "\n".repeat(MAX_LINES));
        for (text, expected) in [
            ("fn a() {}\n", "1: begin with"),
            ("//! A.\n#[ignore]\nfn a() {}\n", "2: `#[ignore`"),
            ("//! A.\n#[should_panic]\nfn a() {}\n", "2: `#[should_panic`"),
            ("//! A.\nfn a() { todo!() }\n", "2: `todo!`"),
            ("//! A.\nfn a() { unimplemented!() }\n", "2: `unimplemented!`"),
            ("//! A.\nfn a() { dbg!(1); }\n", "2: `dbg!`"),
            ("//! A.\n#[allow(dead_code)]\nfn a() {}\n", "2: `#[allow(`"),
            ("//! A.\n#![allow(dead_code)]\n", "2: `#![allow(`"),
            ("//! A.\n// TODO later\n", "2: a to-do"),
            ("//! A.\n// TODO(x): y\n", "2: a to-do"),
            ("//! A.\n// FIXME: this is wrong\n", "2: `FIXME`"),
            ("//! A.\nfn a() {} \n", "2: white space"),
            ("//! A.\nfn a() {}", "2: no newline"),
            (concat!("//! A.\n// see /tmp", "/t-x\n"), "2: `/tmp/t"),
            (long.as_str(), "1: 1201 lines"),
        ] {
            let found = messages(text);
            assert!(found.iter().any(|message| message.starts_with(expected)), "{expected}: {found:?}");
        }
    }

    #[test]
    fn module_files_carry_the_module_name() {
        let found = rust_file(Path::new("crates/a/src/b/mod.rs"), &Source::parse("//! B.\n"), true);
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn lints_are_inherited() {
        assert!(inherits_lints("[package]\nname = \"a\"\n[lints]\nworkspace = true\n"));
        assert!(!inherits_lints("[package]\nname = \"a\"\n"));
        assert!(!inherits_lints("[lints.rust]\nunsafe_code = \"forbid\"\n"));
    }
}
