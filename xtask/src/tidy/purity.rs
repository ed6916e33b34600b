//! Invariants of purity: what the crates below the edges must not reach.
//!
//! Two nets. Nothing in a pure crate's normal dependency tree is a runtime, a network client or a store engine;
//! and no production code of a pure crate names the clock, files, sockets, threads, the environment or the
//! system's randomness. Exceptions stand in the arrows table, each with its reason, and must be in use.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_metadata::DependencyKind;

use super::Finding;
use super::arrows::{self, Row, Table};
use super::source::Source;
use super::workspace::{Workspace, folder_of};

/// Crates that bring I/O, time, randomness or a runtime.
const IMPURE_CRATES: [&str; 29] = [
    "async-std",
    "aws-config",
    "chrono",
    "curl",
    "fastrand",
    "futures-executor",
    "getrandom",
    "h2",
    "hyper",
    "hyper-util",
    "isahc",
    "libsqlite3-sys",
    "mio",
    "postgres",
    "rand",
    "rayon",
    "redb",
    "reqwest",
    "rusqlite",
    "rustls",
    "smol",
    "socket2",
    "sqlx",
    "surf",
    "tokio",
    "tokio-postgres",
    "tokio-rustls",
    "ureq",
    "wasm-bindgen",
];

/// Paths that production code of a pure crate must not name. A path that leads to one of them is also caught,
/// so that `use std::net;` does not hide `net::TcpStream`.
const IMPURE_PATHS: [&str; 21] = [
    "std::env",
    "std::fs",
    "std::io::stderr",
    "std::io::stdin",
    "std::io::stdout",
    "std::net::TcpListener",
    "std::net::TcpStream",
    "std::net::ToSocketAddrs",
    "std::net::UdpSocket",
    "std::os",
    "std::process",
    "std::random",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "jiff::tz::TimeZone::system",
    "aws_lc_rs::rand::SystemRandom",
    "aws_lc_rs::rand::fill",
    "getrandom",
];

/// Modules that hold an impure thing beside many pure ones; importing them says nothing.
const MIXED_MODULES: [&str; 4] = ["std", "std::io", "jiff", "aws_lc_rs"];

/// Checks every crate whose row says `pure`.
pub(super) fn check(workspace: &Workspace, table: &Table) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut used: BTreeSet<usize> = BTreeSet::new();
    for package in workspace.members() {
        let Some(row) = table.row(package).filter(|row| row.pure) else { continue };
        let manifest = package.manifest_path.as_std_path();
        for id in workspace.tree(&package.id, &[DependencyKind::Normal]) {
            let reached = workspace.metadata.packages.iter().find(|found| found.id == id);
            let Some(name) = reached.map(|found| found.name.as_str()) else { continue };
            if IMPURE_CRATES.contains(&name) {
                let message = format!("a pure crate reaches `{name}`: see `cargo tree -e normal -i {name}`");
                findings.push(Finding::new(manifest, 1, message));
            }
        }
        for (path, source) in workspace.sources_below(&folder_of(package).join("src")) {
            for (line, mention) in mentions(source, row) {
                match exception(table, &workspace.root, path, &mention) {
                    Some(index) => {
                        used.insert(index);
                    }
                    None => {
                        let message = format!("a pure crate names `{mention}`: take it as an argument");
                        findings.push(Finding::new(path, line, message));
                    }
                }
            }
        }
    }
    for (index, exception) in table.exceptions.iter().enumerate() {
        let file = workspace.root.join(arrows::FILE);
        if !used.contains(&index) {
            let message =
                format!("the exception for {} in {} is not needed", exception.mention, exception.file);
            findings.push(Finding::new(&file, 1, message));
        }
        if exception.reason.trim().len() < 20 {
            let message = format!("the exception for {} needs a reason", exception.file);
            findings.push(Finding::new(&file, 1, message));
        }
    }
    findings
}

fn exception(table: &Table, root: &Path, path: &Path, mention: &str) -> Option<usize> {
    let file: PathBuf = path.strip_prefix(root).unwrap_or(path).to_owned();
    table.exceptions.iter().position(|entry| Path::new(&entry.file) == file && entry.mention == mention)
}

/// Impure paths that the production code names, with their lines.
fn mentions(source: &Source, row: &Row) -> Vec<(usize, String)> {
    if source.is_test {
        return Vec::new();
    }
    let roots = ["std", "core", "jiff", "aws_lc_rs", "getrandom"];
    let paths = roots.iter().flat_map(|root| source.paths_into(root));
    paths.filter(|(_, path)| is_impure(path) || (row.clockless && is_time(path))).collect()
}

fn is_impure(path: &str) -> bool {
    // A type is not caught by one of its functions being impure: clippy knows those.
    let is_module = path.rsplit("::").next().is_some_and(|name| name.starts_with(char::is_lowercase));
    let hides = |impure: &str| is_module && leads_to(path, impure) && !MIXED_MODULES.contains(&path);
    IMPURE_PATHS.iter().any(|impure| leads_to(impure, path) || hides(impure))
}

fn is_time(path: &str) -> bool {
    leads_to("std::time", path) || leads_to("core::time", path)
}

/// `long` is `short` or something inside it.
fn leads_to(short: &str, long: &str) -> bool {
    long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impure_mentions_are_found() {
        let check = |code: &str, clockless: bool, expected: &[&str]| {
            let row = Row { clockless, ..Row::default() };
            let found: Vec<String> =
                mentions(&Source::parse(code), &row).into_iter().map(|(_, path)| path).collect();
            assert_eq!(found, expected, "{code}");
        };
        check("use std::fs;", false, &["std::fs"]);
        check("use std::fs::File;", false, &["std::fs::File"]);
        check("use std::{fmt, thread::{self, spawn}};", false, &["std::thread", "std::thread::spawn"]);
        check("use std::net;", false, &["std::net"]);
        check("use std::net::{IpAddr, Ipv4Addr, AddrParseError};", false, &[]);
        check("use std::net::{IpAddr, TcpStream};", false, &["std::net::TcpStream"]);
        check("use std::time::Duration;", false, &[]);
        check("use std::time::Duration;", true, &["std::time::Duration"]);
        check("use std::time;", false, &["std::time"]);
        check("fn f() { std::time::Instant::now(); }", false, &["std::time::Instant::now"]);
        check("use std::io::{self, Read};", false, &[]);
        check("fn f() { std::io::stdout(); }", false, &["std::io::stdout"]);
        check("fn f() { jiff::Timestamp::now(); }", false, &["jiff::Timestamp::now"]);
        check("use std::collections::HashMap;", false, &[]);
        check("fn f() { jiff::Timestamp::from_millisecond(1); }", false, &[]);
        check("use std::environment;", false, &[]);
        check("// std::fs\nconst A: &str = \"std::fs\";", false, &[]);
        check("#[cfg(test)]\nmod tests { use std::fs; }", false, &[]);
    }
}
