//! `api.txt`: the public interface of the crate, so that a change of it is seen in review and never made by accident.
//!
//! The file is written from the sources, which rustfmt keeps in a form that needs no parser: what `lib.rs` exports,
//! with public fields, variants, methods and implemented traits. `UPDATE_API=1 cargo test -p keygate-policy --test api`
//! writes it anew. A line that goes away or changes asks for a new major version.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// What is known of one exported item.
#[derive(Default)]
struct Item {
    /// Attributes and declaration.
    declaration: String,
    methods: BTreeSet<String>,
    traits: BTreeSet<String>,
}

#[test]
fn the_public_interface_is_the_written_one() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let exported = exported(&fs::read_to_string(folder.join("src/lib.rs")).unwrap());
    let mut items: BTreeMap<String, Item> =
        exported.iter().map(|name| (name.clone(), Item::default())).collect();
    sources(&folder.join("src"), &mut |text| read(text, &mut items));
    let text = written(&items);
    for (name, item) in &items {
        assert!(!item.declaration.is_empty(), "{name} is exported, but its declaration was not found");
    }
    let path = folder.join("api.txt");
    if fs::read_to_string(&path).unwrap_or_default() == text {
        return;
    }
    assert!(
        std::env::var_os("UPDATE_API").is_some(),
        "crates/policy/api.txt is not the public interface: UPDATE_API=1 cargo test -p keygate-policy --test api"
    );
    fs::write(path, text).unwrap();
}

#[test]
fn declarations_are_read_from_formatted_source() {
    let source = "/// Doc.\n#[derive(Debug)]\npub struct A<'a> {\n    /// Doc.\n    pub b: &'a str,\n    c: u8,\n}\n\n\
                  struct Hidden {\n    pub d: u8,\n}\n\npub enum E {\n    /// Doc.\n    One,\n    Two(u8),\n}\n\n\
                  impl A<'_> {\n    /// Doc.\n    pub fn long(\n        &self,\n        more: u8,\n    ) -> u8 {\n        \
                  more\n    }\n\n    fn hidden() {}\n}\n\nimpl Default for E {\n    fn default() -> Self {\n        \
                  Self::One\n    }\n}\n\n#[cfg(test)]\nmod tests {\n    pub struct E {}\n}\n";
    let names = ["A", "E"].map(|name| (name.to_owned(), Item::default()));
    let mut items = BTreeMap::from(names);
    read(source, &mut items);
    let expected = "#[derive(Debug)]\npub struct A<'a> {\n    pub b: &'a str,\n    // private fields\n}\n    \
                    pub fn long(&self, more: u8) -> u8\n\npub enum E {\n    One,\n    Two(u8),\n}\n    impl Default\n";
    assert!(written(&items).ends_with(expected), "{}", written(&items));
}

fn written(items: &BTreeMap<String, Item>) -> String {
    let mut text = String::from(
        "# The public interface of keygate-policy, written by tests/api.rs.\n\
         # A line that goes away or changes asks for a new major version.\n",
    );
    for Item { declaration, methods, traits } in items.values() {
        write!(text, "\n{declaration}").unwrap();
        for line in methods.iter().cloned().chain(traits.iter().map(|name| format!("impl {name}"))) {
            writeln!(text, "    {line}").unwrap();
        }
    }
    text
}

/// The names behind `pub use`.
fn exported(lib: &str) -> BTreeSet<String> {
    let uses = lib.lines().filter_map(|line| line.strip_prefix("pub use ")?.strip_suffix(';'));
    uses.flat_map(|path| {
        let names = path.rsplit("::").next().unwrap_or(path);
        names.trim_matches(['{', '}']).split(", ").map(str::to_owned).collect::<Vec<_>>()
    })
    .collect()
}

fn sources(folder: &Path, take: &mut dyn FnMut(&str)) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            sources(&path, take);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            take(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// Adds what a file says of the items.
fn read(text: &str, items: &mut BTreeMap<String, Item>) {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut lines = text.lines().peekable();
    let mut attributes = String::new();
    while let Some(line) = lines.next() {
        if line.starts_with("#[") {
            writeln!(attributes, "{line}").unwrap();
            continue;
        }
        if line.starts_with("//") {
            continue;
        }
        let block: Vec<&str> = match line {
            _ if line.ends_with('{') || line.ends_with('(') => {
                let mut block = vec![line];
                while let Some(next) = lines.next_if(|next| !next.starts_with(['}', ')'])) {
                    block.push(next);
                }
                block.extend(lines.next());
                block
            }
            _ => vec![line],
        };
        if let Some(name) = declared(line).filter(|name| items.contains_key(*name)) {
            let item = items.get_mut(name).unwrap();
            item.declaration = format!("{attributes}{}", declaration(&block));
        } else if let Some((name, implemented)) = implementation(line)
            && let Some(item) = items.get_mut(name)
        {
            match implemented {
                Some(implemented) => drop(item.traits.insert(implemented.to_owned())),
                None => item.methods.extend(signatures(&block, "pub ")),
            }
        }
        attributes.clear();
    }
}

/// The name that a line declares for everybody.
fn declared(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("pub ")?;
    let rest = rest.strip_prefix("const fn ").map_or(rest, |_| rest.trim_start_matches("const "));
    let (kind, rest) = rest.split_once(' ')?;
    let known = matches!(kind, "struct" | "enum" | "trait" | "fn" | "const" | "type");
    known.then(|| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()).flatten()
}

/// The type of an `impl` block, and the trait if it is one's.
fn implementation(line: &str) -> Option<(&str, Option<&str>)> {
    let rest = line.strip_prefix("impl")?.trim_end_matches(['{', '}']).trim_end();
    let rest = if rest.starts_with('<') { rest.split_once("> ")?.1 } else { rest.trim_start() };
    let (implemented, name) = match rest.split_once(" for ") {
        Some((implemented, name)) => (Some(implemented), name),
        None => (None, rest),
    };
    Some((name.split(['<', ' ']).next()?, implemented))
}

/// A declaration without documentation, bodies and what is private.
fn declaration(block: &[&str]) -> String {
    let (first, rest) = block.split_first().unwrap();
    if first.contains("fn ") {
        return signatures(block, "pub ").concat() + "\n";
    }
    if rest.is_empty() {
        return format!("{first}\n");
    }
    if first.starts_with("pub trait") {
        let inner: String =
            signatures(rest, "").into_iter().map(|signature| format!("    {signature}\n")).collect();
        return format!("{first}\n{inner}}}\n");
    }
    let is_struct = first.starts_with("pub struct");
    let inner = rest.iter().filter(|line| !line.trim_start().starts_with("//") && !line.is_empty());
    let (shown, hidden): (Vec<&str>, Vec<&str>) =
        inner.partition(|line| !is_struct || line.starts_with(['}', ')']) || line.starts_with("    pub "));
    let mut text = format!("{first}\n");
    for line in &shown {
        if line.starts_with(['}', ')']) && !hidden.is_empty() {
            text.push_str("    // private fields\n");
        }
        writeln!(text, "{line}").unwrap();
    }
    text
}

/// The signatures of functions and constants that begin like this, each on one line.
fn signatures(block: &[&str], begin: &str) -> Vec<String> {
    let mut signatures = Vec::new();
    let mut lines = block.iter();
    while let Some(line) = lines.next() {
        let start = line.trim_start();
        let indent = line.len() - start.len();
        let word = start.strip_prefix(begin).unwrap_or_default();
        if indent > 4 || !(word.starts_with("fn ") || word.starts_with("const ")) {
            continue;
        }
        let mut signature = start.to_owned();
        while !signature.ends_with(['{', ';', '}']) {
            let Some(next) = lines.next().map(|next| next.trim()) else { break };
            if !signature.ends_with('(') && !next.starts_with(')') {
                signature.push(' ');
            }
            signature.push_str(next);
        }
        let signature = signature.trim_end_matches("{}").trim_end_matches(['{', ';']).trim_end();
        signatures.push(signature.replace(",)", ")").replace(", )", ")"));
    }
    signatures
}
