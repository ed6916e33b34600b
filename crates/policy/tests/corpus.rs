//! The decision corpus, through the engine and through the second evaluator.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use keygate_policy::{LinkedStack, Prepared, decide, decide_prepared};
use keygate_policy_cases::{Case, Question, run_line};
use keygate_policy_reference::decide_line;

#[test]
fn the_engine_decides_the_corpus() {
    let wrong: Vec<String> = lines()
        .iter()
        .map(|line| (line, run_line(line)))
        .filter(|(_, outcome)| !outcome.ok || outcome.decision.is_none())
        .map(|(line, outcome)| format!("{}\n{line}", outcome.to_json()))
        .collect();
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), first(&wrong));
}

#[test]
fn linked_policies_decide_the_corpus_alike() {
    for line in lines() {
        let question = Question::new(&Case::parse(&line).unwrap()).unwrap();
        let linked = question.ask(|request, stack| {
            decide_prepared(
                &Prepared::new(*request),
                &LinkedStack::new(stack).layers(stack.resource_rule, stack.kms_grant),
            )
        });
        assert_eq!(question.ask(decide), linked, "{line}");
    }
}

#[test]
fn the_second_evaluator_decides_the_corpus_alike() {
    let mut wrong = Vec::new();
    for line in lines() {
        let engine = run_line(&line);
        match decide_line(&line) {
            Ok(answer)
                if Some(format!("{:?}", answer.verdict).as_str()) == engine.decision
                    && answer.decided_by == engine.decided_by => {}
            answer => wrong.push(format!("engine {}\nsecond {answer:?}\n{line}", engine.to_json())),
        }
    }
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), first(&wrong));
}

#[test]
fn the_corpus_is_large_and_every_case_names_its_rules() {
    let lines = lines();
    let cases: Vec<Case> = lines.iter().map(|line| Case::parse(line).unwrap()).collect();
    let ids: BTreeSet<&str> = cases.iter().map(|case| case.id.as_str()).collect();
    assert_eq!(ids.len(), cases.len(), "ids repeat");
    assert!(cases.len() >= 2_000, "{} cases", cases.len());
    for case in &cases {
        assert!(
            case.expected.is_some() && !case.rules.is_empty(),
            "{} expects nothing or names no rule",
            case.id
        );
    }
}

fn lines() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let texts = files.iter().map(|path| fs::read_to_string(path).unwrap());
    texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// As much as somebody reads.
fn first(wrong: &[String]) -> String {
    wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n")
}
