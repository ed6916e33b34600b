//! `keygate policy format`: the same document with regular white space.
//!
//! Works on the text, not on parsed values, so that order, numbers and escapes stay as they are.

use std::path::PathBuf;

use clap::Args;
use keygate_policy::{Policy, PolicyKind, RefusalCode};

use super::diagnostic;
use super::file;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct FormatOptions {
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
        _ => output::print(&formatted(&source.text)),
    }
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
}
