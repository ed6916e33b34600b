//! `docs/coverage/rules.md`: which tests and which cases of the corpus prove each rule of the policy semantics
//! specification.
//!
//! `corpus/rules.tsv` lists the rules. A test proves the rules that its name begins with (`rule_18_…`,
//! `rules_93_to_96_…`, `rule_20_and_21_…`), a case those in its member `rules`. A rule that nothing proves is a
//! failure, and so is a number that no rule has. `UPDATE_COVERAGE=1 cargo test -p keygate-policy --test coverage`
//! writes the file anew.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use keygate_policy_cases::{Case, RuleNumber};

/// A rule, as its line says.
struct Rule {
    number: String,
    about: String,
    /// The operation without which the rule has nothing to speak of, as `docs/coverage/operations.md` names it. Once
    /// it is built the rule needs a test like all others.
    waits_for: Option<String>,
}

/// What proves one rule.
#[derive(Default)]
struct Proof {
    /// `crate: name`.
    tests: BTreeSet<String>,
    /// How many cases each file of the corpus has.
    cases: BTreeMap<String, usize>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rules() -> Vec<Rule> {
    let text = fs::read_to_string(root().join("corpus/rules.tsv")).unwrap();
    let rule = |line: &str| {
        let mut fields = line.split('\t').map(str::to_owned);
        let mut field = || fields.next();
        Rule { number: field().unwrap(), about: field().unwrap(), waits_for: field() }
    };
    text.lines().map(rule).collect()
}

#[test]
fn coverage_every_rule_is_proved_and_no_other() {
    let rules = rules();
    let known: BTreeSet<&str> = rules.iter().map(|rule| rule.number.as_str()).collect();
    assert_eq!(known.len(), rules.len(), "a rule stands twice");
    let proofs = proofs(&known);
    let unknown: Vec<_> = proofs.keys().filter(|number| !known.contains(number.as_str())).collect();
    assert!(unknown.is_empty(), "tests or cases name rules that there are not: {unknown:?}");
    let built = fs::read_to_string(root().join("docs/coverage/operations.md")).unwrap();
    let is_missing = |operation: &String| !built.lines().any(|line| line == format!("- [x] {operation}"));
    let unproved: Vec<_> = rules
        .iter()
        .filter(|rule| !proofs.contains_key(&rule.number) && !rule.waits_for.as_ref().is_some_and(is_missing))
        .map(|rule| format!("{} ({})", rule.number, rule.about))
        .collect();
    assert!(unproved.is_empty(), "neither a test nor a case proves {unproved:#?}");
    check("rules.md", &table(&rules, &proofs));
}

#[test]
fn numbers_in_names_are_read() {
    for (name, expected) in [
        ("rule_18_which_implicit_denies", &["18"][..]),
        ("rule_185b_exempt", &["185b"]),
        ("rules_93_to_96_resources", &["93", "94", "95", "96"]),
        ("rule_20_and_21_everybody", &["20", "21"]),
        ("rules_91a_and_175_to_177_principals", &["91a", "175", "176", "177"]),
        ("test_rule_7_of_a_client", &["7"]),
        ("rule_84_nothing_twice", &["84"]),
        ("ruler_3", &[]),
        ("rules_of", &[]),
    ] {
        assert_eq!(numbers(name), expected, "{name}");
    }
}

fn table(rules: &[Rule], proofs: &BTreeMap<String, Proof>) -> String {
    let mut text = String::from(
        "# Rules of policy semantics\n\nWritten by a test (`crates/policy/tests/coverage.rs`): the tests that bear a \
         rule's number in their names, and the cases of the corpus that rest on it. The rules are in our words, \
         shortened.\n\n| rule | about | tests | cases |\n|---|---|---|---|\n",
    );
    for Rule { number, about, waits_for } in rules {
        let proof = proofs.get(number);
        let tests: Vec<_> = proof.iter().flat_map(|proof| &proof.tests).map(String::as_str).collect();
        let cases: Vec<_> = proof
            .iter()
            .flat_map(|proof| &proof.cases)
            .map(|(file, count)| format!("{count} in {file}"))
            .collect();
        let tests = match (proof, waits_for) {
            (None, Some(operation)) => format!("waits for {operation}"),
            _ => tests.join("<br>"),
        };
        writeln!(text, "| {number} | {about} | {tests} | {} |", cases.join("<br>")).unwrap();
    }
    text
}

fn check(name: &str, text: &str) {
    let path = root().join("docs/coverage").join(name);
    if fs::read_to_string(&path).unwrap_or_default() == text {
        return;
    }
    assert!(
        std::env::var_os("UPDATE_COVERAGE").is_some(),
        "docs/coverage/{name} is not current: UPDATE_COVERAGE=1 cargo test -p keygate-policy --test coverage"
    );
    fs::write(&path, text).unwrap();
}

fn proofs(known: &BTreeSet<&str>) -> BTreeMap<String, Proof> {
    let mut proofs: BTreeMap<String, Proof> = BTreeMap::new();
    for folder in ["crates", "xtask", "benches", "tests"] {
        sources(&root().join(folder), &mut |path, text| {
            let of = path.strip_prefix(root()).unwrap().components().take(2);
            let of = of.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
            for name in test_names(text) {
                for number in numbers(name) {
                    let proof = proofs.entry(number).or_default();
                    proof.tests.insert(format!("{}: {name}", of.trim_start_matches("crates/")));
                }
            }
        });
    }
    for entry in fs::read_dir(root().join("corpus")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        let file = path.file_stem().unwrap().to_string_lossy().into_owned();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let case = Case::parse(line).unwrap();
            for number in &case.rules {
                let number = match number {
                    RuleNumber::Number(number) => number.to_string(),
                    RuleNumber::Text(text) => text.clone(),
                };
                assert!(
                    known.contains(number.as_str()),
                    "{} rests on rule {number}, which there is not",
                    case.id
                );
                *proofs.entry(number).or_default().cases.entry(file.clone()).or_default() += 1;
            }
        }
    }
    proofs
}

/// Every Rust and Python source below a folder.
fn sources(folder: &Path, take: &mut dyn FnMut(&Path, &str)) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            sources(&path, take);
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "py") {
            take(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}

/// Names of functions that may be tests: Rust's stand below an attribute that says so, pytest's begin with `test_`.
fn test_names(text: &str) -> impl Iterator<Item = &str> {
    let mut is_test = false;
    text.lines().filter_map(move |line| {
        let line = line.trim_start();
        if line.starts_with("#[") {
            is_test |= line.contains("test");
            return None;
        }
        let python = line.strip_prefix("def ").filter(|rest| rest.starts_with("test_"));
        let rust = line.strip_prefix("fn ").or_else(|| line.strip_prefix("async fn ")).filter(|_| is_test);
        is_test = is_test && line.starts_with("//");
        let name = python.or(rust)?;
        name.split(['(', '<']).next()
    })
}

/// The rules that a test's name begins with.
fn numbers(name: &str) -> Vec<String> {
    let name = name.strip_prefix("test_").unwrap_or(name);
    let Some(rest) = name.strip_prefix("rule_").or_else(|| name.strip_prefix("rules_")) else {
        return Vec::new();
    };
    let mut numbers: Vec<String> = Vec::new();
    let mut up_to = false;
    for word in rest.split('_') {
        let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
        match word {
            "and" => continue,
            "to" => up_to = true,
            _ if is_number => {
                if let (true, Some(first)) = (up_to, numbers.last().and_then(|n| n.parse::<u32>().ok())) {
                    numbers.extend((first + 1..digits.parse().unwrap()).map(|n| n.to_string()));
                }
                up_to = false;
                numbers.push(word.to_owned());
            }
            _ => break,
        }
    }
    numbers
}
