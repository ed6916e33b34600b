//! A refusal as people read it: AWS's words, the place, and the line with the fault underlined.

use std::fmt::Write as _;

use keygate_policy::{Pos, Refusal, Span};

use super::file::Source;

/// The error code on the wire of every refused document.
pub(crate) const CODE: &str = "MalformedPolicyDocument";

/// Characters of a line that are shown; a minified document is one long line.
const WINDOW: usize = 100;
/// Of them, those before the fault.
const BEFORE: usize = 40;

/// The refusal of a document, several lines.
pub(crate) fn render(source: &Source, refusal: &Refusal) -> String {
    let name = &source.name;
    let Refusal { message, span, .. } = refusal;
    match span {
        Some(span) => format!("{CODE}: {message}\n{}", place(source, *span)),
        None => format!("{CODE}: {message}\n --> {name}\n"),
    }
}

/// A place in a document: file, line and column, and the line with the place underlined.
pub(crate) fn place(source: &Source, span: Span) -> String {
    let Source { name, text } = source;
    let gutter = " ".repeat(span.start.line.to_string().len());
    format!("{gutter}--> {name}:{}:{}\n{}", span.start.line, span.start.column, excerpt(text, span))
}

/// The lines and columns of a stretch of bytes.
pub(crate) fn span_of(text: &str, bytes: &std::ops::Range<usize>) -> Span {
    Span { start: position(text, bytes.start), end: position(text, bytes.end) }
}

/// Line and column of a byte.
pub(crate) fn position(text: &str, offset: usize) -> Pos {
    let before = text.get(..offset).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    Pos { offset, line: before.matches('\n').count() + 1, column }
}

/// The first line of a stretch, with the stretch underlined as far as the line goes.
fn excerpt(text: &str, span: Span) -> String {
    let line = text.split('\n').nth(span.start.line.saturating_sub(1)).unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    let length = line.chars().count();
    let start = span.start.column.saturating_sub(1);
    let end = if span.end.line == span.start.line { span.end.column.saturating_sub(1) } else { length };
    let first = if length > WINDOW { start.saturating_sub(BEFORE) } else { 0 };
    let last = length.min(first + WINDOW);
    let (cut_left, cut_right) = (if first > 0 { "…" } else { "" }, if last < length { "…" } else { "" });
    let shown: String = line.chars().skip(first).take(WINDOW).map(printable).collect();
    let indent = " ".repeat(start.saturating_sub(first) + cut_left.chars().count());
    let marks = "^".repeat(end.min(last).saturating_sub(start).max(1));
    let number = span.start.line.to_string();
    let gutter = " ".repeat(number.len());
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(out, "{gutter} |");
    let _ = writeln!(out, "{number} | {cut_left}{shown}{cut_right}");
    let _ = writeln!(out, "{gutter} | {indent}{marks}");
    out
}

/// A file may not talk to the terminal; and every character takes one column.
fn printable(character: char) -> char {
    match character {
        '\t' => ' ',
        control if control.is_control() => '\u{fffd}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use keygate_policy::{Policy, PolicyKind};

    use super::*;

    fn check(text: &str, expected: &str) {
        let refusal = Policy::parse(text, PolicyKind::Identity).unwrap_err();
        let source = Source { name: "p.json".to_owned(), text: text.to_owned() };
        assert_eq!(render(&source, &refusal), expected);
    }

    #[test]
    fn the_fault_is_underlined() {
        check(
            "{\"Version\": \"2012-10-17\",\r\n\t\"Statements\": []}",
            "MalformedPolicyDocument: Syntax errors in policy.\n --> p.json:2:2\n  |\n\
             2 |  \"Statements\": []}\n  |  ^^^^^^^^^^^^\n",
        );
    }

    #[test]
    fn of_a_stretch_of_lines_the_first_is_shown() {
        check(
            "{\"Version\": \"2012-10-17\", \"Statement\": [{\n\"Action\": \"a:b\"}]}",
            "MalformedPolicyDocument: Syntax errors in policy.\n --> p.json:1:41\n  |\n\
             1 | {\"Version\": \"2012-10-17\", \"Statement\": [{\n  |                                         ^\n",
        );
    }

    #[test]
    fn of_a_long_line_the_neighbourhood_is_shown() {
        let statement = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#;
        let bad = r#"{"Effect":"Allow","Acton":"s3:GetObject","Resource":"*"}"#;
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{statement},{statement},{bad},{statement},{statement}]}}"#
        );
        let refusal = Policy::parse(&text, PolicyKind::Identity).unwrap_err();
        let shown = render(&Source { name: "p".to_owned(), text }, &refusal);
        let mut lines = shown.lines().skip(3);
        let (line, marks) = (lines.next().unwrap(), lines.next().unwrap());
        assert!(line.starts_with("1 | …") && line.ends_with('…'), "{shown}");
        let at = marks.chars().position(|c| c == '^').unwrap();
        let marked: String = line.chars().skip(at).take(marks.matches('^').count()).collect();
        assert_eq!(marked, r#""Acton""#);
    }

    #[test]
    fn a_file_can_not_talk_to_the_terminal() {
        let source = Source { name: "p".to_owned(), text: "{\"\u{1b}[31m\": 1}".to_owned() };
        let refusal = Policy::parse(&source.text, PolicyKind::Identity).unwrap_err();
        assert!(!render(&source, &refusal).contains('\u{1b}'));
    }
}
