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
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0_usize;
    let mut rest = json.chars().filter(Spaces::default().outside()).peekable();
    let mut in_string = false;
    let mut escaped = false;
    while let Some(character) = rest.next() {
        if in_string {
            out.push(character);
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match character {
            '{' | '[' => {
                out.push(character);
                if let Some(close) = rest.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(character);
            }
            ',' => {
                out.push(',');
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            other => {
                in_string = other == '"';
                out.push(other);
            }
        }
    }
    out.push('\n');
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

/// Knows which white space is outside strings.
#[derive(Default)]
struct Spaces {
    in_string: bool,
    escaped: bool,
}

impl Spaces {
    /// A filter that lets pass what is not white space between tokens.
    fn outside(mut self) -> impl FnMut(&char) -> bool {
        move |character| {
            let inside = self.in_string;
            match character {
                _ if self.escaped => self.escaped = false,
                '\\' if inside => self.escaped = true,
                '"' => self.in_string = !inside,
                _ => {}
            }
            inside || !matches!(character, ' ' | '\t' | '\r' | '\n')
        }
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
            ("{\"b\":[1.0,\t\"x\"],\r\n\"a\":{ }}", "{\n  \"b\": [\n    1.0,\n    \"x\"\n  ],\n  \"a\": {}\n}\n"),
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
