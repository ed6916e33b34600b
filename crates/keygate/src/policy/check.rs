//! `keygate policy check`: would AWS accept these documents?

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use keygate_policy::{Policy, PolicyKind, Refusal, RefusalCode};
use serde::Serialize;

use super::advice::{self, Advice};
use super::diagnostic::{self, CODE};
use super::file::{self, Source};
use crate::failure::Failure;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    /// What the policies are for
    #[arg(long, value_enum, default_value_t = Kind::Identity)]
    kind: Kind,
    /// Warnings count as refusals
    #[arg(long)]
    strict: bool,
    /// For programs: one object per file
    #[arg(long)]
    json: bool,
    /// Policy documents; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// The kinds of policies, as people type them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Of a user, group or role
    Identity,
    /// Who may assume a role
    Trust,
    /// Of a bucket, a queue, a key and so on
    Resource,
    /// Permissions boundary
    Boundary,
    /// Passed with AssumeRole and the like
    Session,
    /// Service control policy
    Scp,
    /// Resource control policy
    Rcp,
    /// Of a VPC endpoint
    VpcEndpoint,
}

/// What became of one file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    file: String,
    ok: bool,
    /// Characters as AWS counts them; nothing if refused, like the next.
    size: Option<usize>,
    statements: Option<usize>,
    error: Option<Fault>,
    /// What AWS accepts and is hardly meant.
    warnings: Vec<Warning>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Warning {
    message: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Fault {
    code: &'static str,
    message: String,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
}

pub(crate) fn run(options: &CheckOptions) -> Result<(), Failure> {
    let mut reports = Vec::new();
    let mut text = String::new();
    for path in &options.files {
        let source = file::read(path)?;
        let result = Policy::parse(&source.text, options.kind.into());
        let advice = result.as_ref().map(advice::of).unwrap_or_default();
        text.push_str(&shown(&source, options.kind, &result));
        for Advice { message, bytes } in &advice {
            let place = diagnostic::place(&source, diagnostic::span_of(&source.text, bytes));
            // Writing to a string does not fail.
            let _ = write!(text, "warning: {message}\n{place}");
        }
        reports.push(Report::new(source, &result, advice));
    }
    let good = |report: &Report| report.ok && (!options.strict || report.warnings.is_empty());
    let printed = if options.json { output::print_json(&reports) } else { output::print(&text) };
    Failure::answer(printed, reports.iter().all(good))
}

fn shown(source: &Source, kind: Kind, result: &Result<Policy, Refusal>) -> String {
    match result {
        Ok(policy) => {
            let name = kind.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
            let statements = policy.statements().len();
            let plural = if statements == 1 { "" } else { "s" };
            let size = policy.size();
            format!(
                "{}: ok ({name} policy, {statements} statement{plural}, {size} characters)\n",
                source.name
            )
        }
        Err(refusal) => {
            let mut text = format!("error: {}", diagnostic::render(source, refusal));
            if let Some(help) = specific(source, kind, refusal).or_else(|| help(kind, refusal.code)) {
                // Writing to a string does not fail.
                let _ = writeln!(text, "help: {help}");
            }
            text
        }
    }
}

/// What is wrong in words of ours, where AWS's say the same of many faults.
fn specific(source: &Source, kind: Kind, refusal: &Refusal) -> Option<String> {
    let text = &source.text;
    if refusal.code == RefusalCode::Json {
        return serde_json::from_str::<serde::de::IgnoredAny>(text).err().map(|error| error.to_string());
    }
    // Other services name the fault that IAM and Organizations only report.
    let others: &[PolicyKind] = match kind {
        Kind::Identity | Kind::Boundary | Kind::Session | Kind::Rcp => &[PolicyKind::Resource],
        Kind::Scp => &[PolicyKind::Identity, PolicyKind::Resource],
        Kind::Trust | Kind::Resource | Kind::VpcEndpoint => &[],
    };
    let other = |kind: &PolicyKind| {
        let other = Policy::parse(text, *kind).err()?;
        let names_it = other.span == refusal.span && other.message != refusal.message;
        (names_it && other.message != SYNTAX).then_some(other.message)
    };
    others.iter().find_map(other)
}

/// IAM's words for whatever is wrong with the structure.
const SYNTAX: &str = "Syntax errors in policy.";

/// The likeliest slip: the document is fine, but of another kind.
fn help(kind: Kind, code: RefusalCode) -> Option<String> {
    let text = match (kind, code) {
        (Kind::Identity, RefusalCode::Principal) => {
            "policies with a Principal are checked with --kind trust, resource, rcp or vpc-endpoint"
        }
        (Kind::Trust | Kind::Resource, RefusalCode::Principal) => {
            "policies of users, groups and roles, without a Principal, are checked with --kind identity"
        }
        (Kind::Rcp, RefusalCode::PolicyType) => {
            "resource control policies have Effect Deny, Principal \"*\", Action with the prefix of a service, and \
             whole ARNs"
        }
        (Kind::Scp, RefusalCode::PolicyType) => {
            "in service control policies an ARN is whole, or ends in a wildcard"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

impl Report {
    fn new(source: Source, result: &Result<Policy, Refusal>, advice: Vec<Advice>) -> Self {
        let policy = result.as_ref().ok();
        let warning = |Advice { message, bytes }| {
            let span = diagnostic::span_of(&source.text, &bytes);
            Warning {
                message,
                line: span.start.line,
                column: span.start.column,
                end_line: span.end.line,
                end_column: span.end.column,
            }
        };
        Self {
            warnings: advice.into_iter().map(warning).collect(),
            file: source.name,
            ok: policy.is_some(),
            size: policy.map(Policy::size),
            statements: policy.map(|policy| policy.statements().len()),
            error: result.as_ref().err().map(Fault::new),
        }
    }
}

impl Fault {
    fn new(refusal: &Refusal) -> Self {
        let (start, end) = (refusal.span.map(|span| span.start), refusal.span.map(|span| span.end));
        Self {
            code: CODE,
            message: refusal.message.clone(),
            line: start.map(|pos| pos.line),
            column: start.map(|pos| pos.column),
            end_line: end.map(|pos| pos.line),
            end_column: end.map(|pos| pos.column),
        }
    }
}

impl From<Kind> for PolicyKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Identity => Self::Identity,
            Kind::Trust => Self::Trust,
            Kind::Resource => Self::Resource,
            Kind::Boundary => Self::Boundary,
            Kind::Session => Self::Session,
            Kind::Scp => Self::Scp,
            Kind::Rcp => Self::Rcp,
            Kind::VpcEndpoint => Self::VpcEndpoint,
        }
    }
}
