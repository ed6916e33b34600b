//! Documents that must stay true: links between files, and the reasons for every dependency.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::Finding;
use super::workspace::{Workspace, has_extension};

/// Where every third-party crate has its reason.
const DEPENDENCIES: &str = "docs/dependencies.md";

/// Checks every Markdown file, and the list of dependencies.
pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in workspace.files.iter().filter(|path| has_extension(path, "md")) {
        let Ok(text) = fs::read_to_string(path) else { continue };
        let folder = path.parent().unwrap_or(&workspace.root);
        for (line, target) in links(&text) {
            if is_local(&target) && !resolves(folder, &target) {
                findings.push(Finding::new(path, line, format!("the link to `{target}` leads nowhere")));
            }
        }
    }
    findings.extend(dependencies(workspace));
    findings
}

fn is_local(target: &str) -> bool {
    !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:")
}

/// The file exists and, where the link names a heading of a Markdown file, has it.
fn resolves(folder: &Path, target: &str) -> bool {
    let (file, heading) =
        target.split_once('#').map_or((target, None), |(file, heading)| (file, Some(heading)));
    if file.is_empty() {
        return true;
    }
    let path = folder.join(file);
    let Some(heading) = heading.filter(|_| has_extension(&path, "md")) else { return path.exists() };
    let Ok(text) = fs::read_to_string(&path) else { return false };
    text.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line) == heading)
}

/// The anchor that GitHub gives to a heading.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Targets of `[text](target)` and `[name]: target` outside code, with their lines.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_fence = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
        }
        if in_fence {
            continue;
        }
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        for part in prose.split("](").skip(1) {
            if let Some((target, _)) = part.split_once(')') {
                let target = target.split_whitespace().next().unwrap_or_default();
                found.push((index + 1, target.trim_matches(['<', '>']).to_owned()));
            }
        }
        if prose.starts_with('[')
            && let Some((_, target)) = prose.split_once("]: ")
        {
            found.push((index + 1, target.split_whitespace().next().unwrap_or_default().to_owned()));
        }
    }
    found
}

/// Every direct dependency has a row in the document; every row is a direct dependency.
fn dependencies(workspace: &Workspace) -> Vec<Finding> {
    let document = workspace.root.join(DEPENDENCIES);
    let text = fs::read_to_string(&document).unwrap_or_default();
    let explained: Vec<(usize, String)> = rows(&text);
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut findings = Vec::new();
    for package in workspace.members() {
        for dependency in package.dependencies.iter().filter(|dependency| dependency.path.is_none()) {
            if !explained.iter().any(|(_, name)| *name == dependency.name) {
                let message =
                    format!("`{}` has no row in {DEPENDENCIES}: say why we need it", dependency.name);
                findings.push(Finding::new(package.manifest_path.as_std_path(), 1, message));
            }
            used.insert(dependency.name.clone());
        }
    }
    let manifest = workspace.root.join("Cargo.toml");
    for name in shared(&fs::read_to_string(&manifest).unwrap_or_default()) {
        if !used.contains(&name) {
            let message = format!("no crate uses `{name}` of [workspace.dependencies]: remove it");
            findings.push(Finding::new(&manifest, 1, message));
        }
    }
    for (line, name) in explained {
        if !used.contains(&name) {
            findings.push(Finding::new(&document, line, format!("no crate uses `{name}`: remove the row")));
        }
    }
    findings
}

/// Crate names in the first column of the tables: ``| `name` | …``, several separated by commas.
fn rows(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let Some(row) = line.strip_prefix("| `") else { continue };
        let cell = row.split('|').next().unwrap_or_default();
        let names = cell.split(',').map(|name| name.trim().trim_matches('`').to_owned());
        found.extend(names.map(|name| (index + 1, name)));
    }
    found
}

/// Third-party crates of `[workspace.dependencies]`.
fn shared(manifest: &str) -> Vec<String> {
    let Ok(table) = manifest.parse::<toml::Table>() else { return Vec::new() };
    let shared = table.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let Some(shared) = shared.and_then(toml::Value::as_table) else { return Vec::new() };
    shared.iter().filter(|(_, value)| value.get("path").is_none()).map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_outside_code() {
        let text = "See [a](a.md) and [b](<b c.md> \"title\"), `[c](c.md)`.\n```\n[d](d.md)\n```\n[e]: e.md#part\n[f](https://example.com/x)";
        let found: Vec<String> =
            links(text).into_iter().map(|(line, target)| format!("{line} {target}")).collect();
        assert_eq!(found, ["1 a.md", "1 b", "5 e.md#part", "6 https://example.com/x"]);
    }

    #[test]
    fn headings_become_anchors() {
        assert_eq!(anchor("## Adding an operation: five places"), "adding-an-operation-five-places");
        assert_eq!(anchor("# `serve`"), "serve");
    }

    #[test]
    fn rows_name_crates() {
        let text = "| crate | why |\n|---|---|\n| `hyper`, `http` | x |\n| `tokio` | `y` |\ntext `z`\n";
        let found: Vec<String> =
            rows(text).into_iter().map(|(line, name)| format!("{line} {name}")).collect();
        assert_eq!(found, ["3 hyper", "3 http", "4 tokio"]);
    }

    #[test]
    fn own_crates_are_not_third_party() {
        let manifest = "[workspace.dependencies]\na = { path = \"a\" }\nb = \"1\"\nc = { version = \"1\" }\n";
        assert_eq!(shared(manifest), ["b", "c"]);
    }
}
