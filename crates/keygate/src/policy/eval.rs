//! `keygate policy eval` and `keygate policy explain`: one request over policies in files.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use keygate_policy::Layer;

use super::answer::{Answer, Finding, ShownCondition, ShownLayer, ShownStatement};
use super::question::QuestionOptions;
use crate::failure::Failure;
use crate::output;

/// Prints the decision.
pub(crate) fn eval(options: &QuestionOptions) -> Result<(), Failure> {
    let mut answer = answer(options)?;
    answer.layers = None;
    print(options, &answer, &headline(&answer))
}

/// Prints the decision and what every statement had to do with it.
pub(crate) fn explain(options: &QuestionOptions) -> Result<(), Failure> {
    let answer = answer(options)?;
    let mut text = headline(&answer);
    for layer in answer.layers.iter().flatten() {
        text.push('\n');
        write_layer(&mut text, layer);
    }
    print(options, &answer, &text)
}

fn answer(options: &QuestionOptions) -> Result<Answer, Failure> {
    let asked = options.ask()?;
    for note in &asked.notes {
        // The decision does not depend on anybody reading this.
        let _ = writeln!(io::stderr(), "note: {note}");
    }
    Ok(asked.question.ask(Answer::of))
}

fn print(options: &QuestionOptions, answer: &Answer, text: &str) -> Result<(), Failure> {
    let printed = if options.json { output::print_json(answer) } else { output::print(text) };
    Failure::answer(printed, answer.is_allowed())
}

/// The decision with what made it; below it AWS's sentence.
fn headline(answer: &Answer) -> String {
    let layer = answer.layer.map(plural);
    let reason = match (&answer.statement, layer) {
        (Some(statement), Some(layer)) => format!("{}, of the {layer}", named(statement)),
        (_, Some(layer)) if answer.is_allowed() => format!("the {layer} let it pass"),
        (_, Some(layer)) => format!("the {layer} do not allow it"),
        (_, None) if answer.is_allowed() => "no policy has to allow it".to_owned(),
        (_, None) => "the request is not well formed".to_owned(),
    };
    let mut text = format!("{}: {reason}\n", answer.decision);
    if let Some(message) = &answer.message {
        text.push_str(message);
        text.push('\n');
    }
    text
}

fn write_layer(text: &mut String, layer: &ShownLayer) {
    let level = layer.level.as_ref().map(|level| format!(" of {level}")).unwrap_or_default();
    let finding = match layer.finding {
        Finding::Allow => "an Allow matches",
        Finding::Deny => "a Deny matches",
        Finding::Neither => "nothing matches",
        Finding::NotAsked => "do not limit this request",
    };
    // Writing to a string does not fail.
    let _ = writeln!(text, "{}{level}: {finding}", plural(layer.kind));
    for statement in &layer.statements {
        write_statement(text, statement);
    }
}

fn write_statement(text: &mut String, statement: &ShownStatement) {
    let result = if statement.matched { "matches" } else { "does not match" };
    let _ = writeln!(text, "  {} {} {result}", mark(statement.matched), named(statement));
    let parts = [
        ("Principal", statement.principal),
        ("Action", Some(statement.action)),
        ("Resource", Some(statement.resource)),
    ];
    for (part, matched) in parts {
        if let Some(matched) = matched {
            let _ = writeln!(text, "      {} {part}", mark(matched));
        }
    }
    for condition in &statement.conditions {
        write_condition(text, condition);
    }
}

fn write_condition(text: &mut String, condition: &ShownCondition) {
    let ShownCondition { line, column, operator, key, request_values, .. } = condition;
    let written: Vec<_> = condition.text.split_whitespace().collect();
    let request = match request_values {
        Some(values) => format!("the request has {}", values.join(", ")),
        None => format!("the request has no {key}"),
    };
    let _ = writeln!(
        text,
        "      {} Condition {line}:{column} {operator} {}; {request}",
        mark(condition.matched),
        written.join(" ")
    );
}

/// `alice.json:4:5 Allow "Read"`, or by number where there is no Sid.
fn named(statement: &ShownStatement) -> String {
    let ShownStatement { file, line, column, number, sid, effect, .. } = statement;
    let id = sid.as_ref().map_or_else(|| format!("statement {number}"), |sid| format!("\"{sid}\""));
    format!("{file}:{line}:{column} {effect} {id}")
}

fn mark(matched: bool) -> &'static str {
    if matched { "+" } else { "-" }
}

fn plural(layer: Layer) -> &'static str {
    match layer {
        Layer::Identity => "identity-based policies",
        Layer::Resource => "resource-based policies",
        Layer::Boundary => "permissions boundaries",
        Layer::Session => "session policies",
        Layer::Scp => "service control policies",
        Layer::Rcp => "resource control policies",
        Layer::VpcEndpoint => "VPC endpoint policies",
    }
}
