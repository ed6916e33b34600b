//! `keygate policy diff`: what differs between two documents, statement by statement.
//!
//! An element is compared as the set of what it lists, so that order, repetitions, and a string in place of a list of
//! one make no difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use keygate_policy::{Policy, PolicyKind};
use serde::Serialize;
use serde_json::{Map, Value};

use super::diagnostic;
use super::file;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct DiffOptions {
    /// The policy as it was; - is standard input
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The policy as it is
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// For programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &DiffOptions) -> Result<(), Failure> {
    let difference = Difference::of(Document::read(&options.old)?, Document::read(&options.new)?);
    let printed =
        if options.json { output::print_json(&difference) } else { output::print(&difference.text()) };
    Failure::answer(printed, difference.is_none())
}

/// A document, as far as differences matter.
struct Document {
    /// Version and Id.
    elements: Elements,
    statements: Vec<Statement>,
}

/// The entries of each element.
type Elements = BTreeMap<String, BTreeSet<String>>;

struct Statement {
    sid: Option<String>,
    place: Place,
    elements: Elements,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Place {
    line: usize,
    column: usize,
}

#[derive(Debug, Serialize)]
struct Difference {
    /// Of Version and Id.
    elements: Vec<ElementChange>,
    statements: Vec<StatementChange>,
}

#[derive(Debug, Serialize)]
struct StatementChange {
    change: Change,
    sid: Option<String>,
    old: Option<Place>,
    new: Option<Place>,
    elements: Vec<ElementChange>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Change {
    Removed,
    Added,
    Changed,
}

#[derive(Debug, Serialize)]
struct ElementChange {
    element: String,
    removed: BTreeSet<String>,
    added: BTreeSet<String>,
}

impl Document {
    fn read(path: &std::path::Path) -> Result<Self, Failure> {
        let source = file::read(path)?;
        // As a resource policy, which has all elements that any policy has. Twice the same name is refused here.
        let policy = Policy::read(&source.text, PolicyKind::Resource)
            .map_err(|refusal| Failure::Misused(diagnostic::render(&source, &refusal)))?;
        let document: Map<String, Value> =
            serde_json::from_str(&source.text).map_err(|error| Failure::of(&error))?;
        Ok(Self::new(document, &policy))
    }

    fn new(mut document: Map<String, Value>, policy: &Policy) -> Self {
        let statements = match document.remove("Statement") {
            Some(Value::Array(statements)) => statements,
            one => one.into_iter().collect(),
        };
        // Both lists are in the order of the text.
        let statements = statements.into_iter().zip(policy.statements()).map(|(value, read)| {
            let start = read.span().start;
            let place = Place { line: start.line, column: start.column };
            Statement::new(&value, read.sid(), place)
        });
        Self { statements: statements.collect(), elements: elements(&document) }
    }
}

impl Statement {
    fn new(value: &Value, sid: Option<&str>, place: Place) -> Self {
        let mut elements = value.as_object().map(elements).unwrap_or_default();
        elements.remove("Sid");
        Self { sid: sid.map(str::to_owned), place, elements }
    }
}

fn elements(object: &Map<String, Value>) -> Elements {
    let entries = |(name, value): (&String, &Value)| {
        let mut set = BTreeSet::new();
        collect(value, "", &mut set);
        (name.clone(), set)
    };
    // An empty Condition is as good as none.
    object.iter().map(entries).filter(|(_, set)| !set.is_empty()).collect()
}

/// The leaves of a value, each with the keys that lead to it.
fn collect(value: &Value, path: &str, set: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                collect(value, &format!("{path}{name}: "), set);
            }
        }
        Value::Array(items) if items.is_empty() => {
            set.insert(format!("{path}(nothing)"));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, path, set)),
        Value::String(_) => {
            set.insert(format!("{path}{value}"));
        }
        // In conditions numbers and booleans stand for their text.
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            set.insert(format!("{path}\"{value}\""));
        }
    }
}

impl Difference {
    fn of(old: Document, new: Document) -> Self {
        Self {
            elements: element_changes(&old.elements, &new.elements),
            statements: statement_changes(old.statements, new.statements),
        }
    }

    fn is_none(&self) -> bool {
        self.elements.is_empty() && self.statements.is_empty()
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for element in &self.elements {
            element.write(&mut text, "");
        }
        for statement in &self.statements {
            statement.write(&mut text);
        }
        text
    }
}

/// Statements are paired by Sid; of those without one first the equal ones, then the others in their order.
fn statement_changes(old: Vec<Statement>, new: Vec<Statement>) -> Vec<StatementChange> {
    let mut left = new;
    let mut unnamed = Vec::new();
    let mut changes = Vec::new();
    for statement in old {
        let same = |other: &Statement| match statement.sid {
            Some(_) => other.sid == statement.sid,
            None => other.sid.is_none() && other.elements == statement.elements,
        };
        match left.iter().position(same) {
            Some(index) => {
                let other = left.remove(index);
                changes.extend(StatementChange::between(&statement, &other));
            }
            None if statement.sid.is_none() => unnamed.push(statement),
            None => changes.push(StatementChange::removed(&statement)),
        }
    }
    for statement in unnamed {
        match left.iter().position(|other| other.sid.is_none()) {
            Some(index) => {
                let other = left.remove(index);
                changes.extend(StatementChange::between(&statement, &other));
            }
            None => changes.push(StatementChange::removed(&statement)),
        }
    }
    changes.extend(left.iter().map(StatementChange::added));
    changes
}

impl StatementChange {
    /// Nothing if the two say the same.
    fn between(old: &Statement, new: &Statement) -> Option<Self> {
        let elements = element_changes(&old.elements, &new.elements);
        (!elements.is_empty()).then(|| Self {
            change: Change::Changed,
            sid: old.sid.clone(),
            old: Some(old.place),
            new: Some(new.place),
            elements,
        })
    }

    fn removed(old: &Statement) -> Self {
        Self {
            change: Change::Removed,
            sid: old.sid.clone(),
            old: Some(old.place),
            new: None,
            elements: element_changes(&old.elements, &Elements::new()),
        }
    }

    fn added(new: &Statement) -> Self {
        Self {
            change: Change::Added,
            sid: new.sid.clone(),
            old: None,
            new: Some(new.place),
            elements: element_changes(&Elements::new(), &new.elements),
        }
    }

    fn write(&self, text: &mut String) {
        let what = match self.change {
            Change::Removed => "- removed",
            Change::Added => "+ added",
            Change::Changed => "~ changed",
        };
        let name = self.sid.as_ref().map(|sid| format!(" \"{sid}\"")).unwrap_or_default();
        let place = |side: &str, place: Option<Place>| {
            place.map(|Place { line, column }| format!("{side} {line}:{column}"))
        };
        let places: Vec<_> = [place("old", self.old), place("new", self.new)].into_iter().flatten().collect();
        // Writing to a string does not fail.
        let _ = writeln!(text, "{what} statement{name} ({})", places.join(", "));
        for element in &self.elements {
            element.write(text, "    ");
        }
    }
}

fn element_changes(old: &Elements, new: &Elements) -> Vec<ElementChange> {
    let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let none = BTreeSet::new();
    let change = |name: &String| {
        let (before, after) = (old.get(name).unwrap_or(&none), new.get(name).unwrap_or(&none));
        let removed: BTreeSet<_> = before.difference(after).cloned().collect();
        let added: BTreeSet<_> = after.difference(before).cloned().collect();
        let any = !removed.is_empty() || !added.is_empty();
        any.then(|| ElementChange { element: name.clone(), removed, added })
    };
    names.into_iter().filter_map(change).collect()
}

impl ElementChange {
    fn write(&self, text: &mut String, indent: &str) {
        for (sign, entries) in [('-', &self.removed), ('+', &self.added)] {
            for entry in entries {
                let _ = writeln!(text, "{indent}{sign} {}: {entry}", self.element);
            }
        }
    }
}
