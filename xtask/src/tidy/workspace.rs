//! What the checks look at: cargo's view of the packages, and the text files of the tree.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};

use super::source::{self, Source};

/// Folders that hold no text of ours, besides those that `.gitignore` names.
const SKIPPED: [&str; 2] = [".git", "target"];

/// The folder of the vendored API models, at the root: AWS's text, not ours.
const VENDORED: &str = "models";

/// The packages and files of the tree.
pub(super) struct Workspace {
    /// The folder of the root manifest.
    pub(super) root: PathBuf,
    /// What cargo says, for the platform this runs on.
    pub(super) metadata: Metadata,
    /// All files that are ours, sorted.
    pub(super) files: Vec<PathBuf>,
    /// Every Rust file, taken apart once.
    pub(super) sources: BTreeMap<PathBuf, Source>,
}

impl Workspace {
    /// Asks cargo and reads every Rust file.
    pub(super) fn load(root: &Path) -> Result<Self, Box<dyn Error>> {
        // Without a platform, cargo would want to download what only other platforms need.
        let platform = ["--filter-platform".to_owned(), host_platform()?];
        let metadata =
            MetadataCommand::new().manifest_path(root.join("Cargo.toml")).other_options(platform).exec()?;
        let mut files = Vec::new();
        walk(root, &skipped_names(root), &mut files)?;
        files.retain(|path| !path.starts_with(root.join(VENDORED)));
        files.sort();
        let mut sources = BTreeMap::new();
        for path in files.iter().filter(|path| has_extension(path, "rs")) {
            sources.insert(path.clone(), Source::parse(&fs::read_to_string(path)?));
        }
        source::mark_test_files(&mut sources);
        Ok(Self { root: root.to_owned(), metadata, files, sources })
    }

    /// The members, in the order of their names.
    pub(super) fn members(&self) -> Vec<&Package> {
        let mut members = self.metadata.workspace_packages();
        members.sort_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
        members
    }

    /// The package and everything it reaches through dependencies of these kinds, itself included.
    pub(super) fn tree(&self, root: &PackageId, kinds: &[DependencyKind]) -> BTreeSet<PackageId> {
        let mut seen = BTreeSet::from([root.clone()]);
        let mut open = vec![root.clone()];
        let nodes =
            self.metadata.resolve.as_ref().map(|resolve| resolve.nodes.as_slice()).unwrap_or_default();
        while let Some(id) = open.pop() {
            let Some(node) = nodes.iter().find(|node| node.id == id) else { continue };
            for dependency in &node.deps {
                let wanted = dependency.dep_kinds.iter().any(|kind| kinds.contains(&kind.kind));
                if wanted && seen.insert(dependency.pkg.clone()) {
                    open.push(dependency.pkg.clone());
                }
            }
        }
        seen
    }

    /// Rust files below a folder.
    pub(super) fn sources_below<'a>(
        &'a self,
        folder: &'a Path,
    ) -> impl Iterator<Item = (&'a PathBuf, &'a Source)> {
        self.sources.iter().filter(move |(path, _)| path.starts_with(folder))
    }
}

/// The file's last extension is this one.
pub(super) fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

/// The folder of a package's manifest.
pub(super) fn folder_of(package: &Package) -> PathBuf {
    package.manifest_path.parent().map(|parent| parent.as_std_path().to_owned()).unwrap_or_default()
}

fn host_platform() -> Result<String, Box<dyn Error>> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output()?;
    let text = String::from_utf8(output.stdout)?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc -vV names no host")?.to_owned())
}

/// The plain names in `.gitignore`; ours has no patterns.
fn skipped_names(root: &Path) -> BTreeSet<String> {
    let ignored = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
    let names = ignored.lines().map(|line| line.trim().trim_matches('/').to_owned());
    names.chain(SKIPPED.map(str::to_owned)).filter(|name| !name.is_empty()).collect()
}

fn walk(folder: &Path, skipped: &BTreeSet<String>, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let kind = entry.file_type()?;
        if skipped.contains(name.as_ref()) {
            continue;
        } else if kind.is_dir() {
            walk(&entry.path(), skipped, files)?;
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}
