//! `keygate policy format`: the same document with regular white space.
//!
//! Works on the text, not on parsed values, so that order, numbers and escapes stay as they are.

use std::path::PathBuf;

use clap::Args;
use keygate_policy::{Policy, PolicyKind, RefusalCode};
use serde::Serialize;

use super::diagnostic;
use super::file::{self, Source};
use crate::failure::Failure;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct FormatOptions {
    /// Print nothing; tell by the exit code whether the document is formatted
    #[arg(long)]
    check: bool,
    /// For programs: the text, and whether it differs from the file's
    #[arg(long)]
    json: bool,
    /// The policy document; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(crate) fn run(options: &FormatOptions) -> Result<(), Failure> {
    let source = file::read(&options.file)?;
    // A draft with other faults may be formatted; what is not JSON has no form.
    match Policy::read(&source.text, PolicyKind::Resource) {
        Err(refusal) if refusal.code == RefusalCode::Json => {
            Err(Failure::Misused(diagnostic::render(&source, &refusal)))
        }
        _ => print(options, source),
    }
}

/// What became of a document.
#[derive(Debug, Serialize)]
struct Formatted {
    file: String,
    changed: bool,
    text: String,
}

fn print(options: &FormatOptions, source: Source) -> Result<(), Failure> {
    let text = formatted(&source.text);
    let result = Formatted { changed: text != source.text, file: source.name, text };
    let printed = match (options.json, options.check) {
        (true, _) => output::print_json(&result),
        (false, true) => Ok(()),
        (false, false) => output::print(&result.text),
    };
    Failure::answer(printed, !(options.check && result.changed))
}

/// JSON with one member or item a line, indented by two spaces a level; what is empty stays on its line.
fn formatted(json: &str) -> String {
    let mut writer = Writer { out: String::with_capacity(json.len() * 2), depth: 0, opened: false };
    let (mut in_string, mut escaped) = (false, false);
    for character in json.chars() {
        if in_string {
            writer.out.push(character);
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_string = false,
                _ => {}
            }
        } else if !matches!(character, ' ' | '\t' | '\r' | '\n') {
            in_string = character == '"';
            writer.token(character);
        }
    }
    writer.out.push('\n');
    writer.out
}

struct Writer {
    out: String,
    depth: usize,
    /// An object or array was opened, and nothing of it was seen yet.
    opened: bool,
}

impl Writer {
    /// A character outside strings that is no white space.
    fn token(&mut self, character: char) {
        let empty = self.opened;
        self.opened = false;
        match character {
            '}' | ']' if empty => {}
            '}' | ']' => {
                self.depth = self.depth.saturating_sub(1);
                self.new_line();
            }
            _ if empty => {
                self.depth += 1;
                self.new_line();
            }
            _ => {}
        }
        self.out.push(character);
        match character {
            '{' | '[' => self.opened = true,
            ',' => self.new_line(),
            ':' => self.out.push(' '),
            _ => {}
        }
    }

    fn new_line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("  ", self.depth));
    }
}

#[cfg(test)]
mod tests {
    use keygate_policy::{
        Attached, Caller, CallerKind, Context, Policy, PolicyKind, Request, Resource, Stack, Verdict,
        context_keys, decide,
    };
    use serde_json::Value;

    use super::formatted;

    #[test]
    fn only_white_space_changes() {
        for (text, expected) in [
            ("{}", "{}\n"),
            (" [ ] ", "[]\n"),
            (
                "{\"b\":[1.0,\t\"x\"],\r\n\"a\":{ }}",
                "{\n  \"b\": [\n    1.0,\n    \"x\"\n  ],\n  \"a\": {}\n}\n",
            ),
            (
                r#"{"a b":"c\" , {d\\","e":"\u0041: "}"#,
                "{\n  \"a b\": \"c\\\" , {d\\\\\",\n  \"e\": \"\\u0041: \"\n}\n",
            ),
        ] {
            assert_eq!(formatted(text), expected);
            assert_eq!(formatted(expected), expected, "formatting twice changes nothing");
        }
    }

    /// AWS's own documents that nobody else could save: longer than what the API takes.
    const TOO_LONG: usize = 131_072;

    #[test]
    fn every_aws_managed_policy_parses_validates_and_means_the_same_when_formatted() {
        let policies = keygate_catalog::managed_policies();
        assert!(policies.len() > 1_500, "{} policies", policies.len());
        let mut checked = 0;
        for managed in policies {
            let text = managed.document().unwrap();
            let policy = Policy::read(&text, PolicyKind::Identity)
                .unwrap_or_else(|refusal| panic!("{}: {refusal}", managed.arn));
            assert_eq!(policy.text(), text, "{}: kept byte for byte", managed.arn);
            let saved = Policy::parse(&text, PolicyKind::Identity);
            match saved {
                Ok(saved) => assert_eq!(saved.text(), text),
                Err(_) if text.chars().count() > TOO_LONG => {}
                Err(refusal) => panic!("{}: {refusal}", managed.arn),
            }
            let pretty = formatted(&text);
            let again = Policy::read(&pretty, PolicyKind::Identity).unwrap();
            assert_eq!(again.text(), pretty);
            assert_eq!(policy.size(), again.size(), "{}: white space does not count", managed.arn);
            assert_eq!(context_keys(&policy), context_keys(&again), "{}", managed.arn);
            assert_eq!(outline(&policy), outline(&again), "{}", managed.arn);
            for (action, resource) in questions(&text) {
                let [one, other] = [&policy, &again].map(|policy| answer(policy, &action, &resource));
                assert_eq!(one, other, "{}: {action} on {resource}", managed.arn);
                checked += 1;
            }
        }
        assert!(checked > 8_000, "{checked} questions");
    }

    /// What a policy says, without where.
    fn outline(policy: &Policy) -> Vec<String> {
        let statement = |statement: &keygate_policy::Statement| {
            let conditions: Vec<_> = statement
                .conditions()
                .map(|condition| format!("{} {}", condition.operator, condition.key))
                .collect();
            format!("{:?} {:?} {conditions:?}", statement.sid(), statement.effect())
        };
        policy.statements().iter().map(statement).collect()
    }

    /// Requests that its statements speak of: an action and a resource of each.
    fn questions(text: &str) -> Vec<(String, String)> {
        let document: Value = serde_json::from_str(text).unwrap();
        let statements = match &document["Statement"] {
            Value::Array(statements) => statements.clone(),
            one => vec![one.clone()],
        };
        let first = |value: &Value| match value {
            Value::Array(items) => items.first().and_then(Value::as_str).map(str::to_owned),
            value => value.as_str().map(str::to_owned),
        };
        let ask = |statement: &Value| {
            let action = first(&statement["Action"]).or_else(|| first(&statement["NotAction"]))?;
            let resource = first(&statement["Resource"]).or_else(|| first(&statement["NotResource"]))?;
            let action =
                if action == "*" { "s3:GetObject".to_owned() } else { action.replace(['*', '?'], "X") };
            let resource = if resource == "*" { resource } else { resource.replace(['*', '?'], "x") };
            Some((action, resource))
        };
        statements.iter().filter_map(ask).collect()
    }

    fn answer(policy: &Policy, action: &str, resource: &str) -> (Verdict, Option<usize>) {
        let account = "111122223333".parse().ok();
        let mut caller = Caller::new(CallerKind::User, "arn:aws:iam::111122223333:user/ann");
        caller.account = account;
        let resource = Resource { arn: resource, account };
        let mut context = Context::new().with("aws:RequestedRegion", "us-east-1");
        context.add_derived(&caller, &resource);
        let attached = [Attached { policy, name: "managed", arn: None }];
        let stack = Stack { identity: &attached, ..Stack::default() };
        let decision = decide(&Request { caller, action, resource, context: &context }, &stack);
        (decision.verdict, decision.statement.map(|at| at.statement))
    }
}
