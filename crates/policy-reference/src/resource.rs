//! Resource and NotResource (rules 110-122).

use crate::context::Context;
use crate::document::{Document, Elements, Kind};
use crate::pattern::{Token, folded, matches, wild, within_field};
use crate::variable;

/// Whether the Resource or NotResource element matches.
pub(crate) fn element_matches(
    element: &Elements,
    allow: bool,
    document: &Document,
    resource: &str,
    context: &Context,
) -> bool {
    let patterns: Vec<Match> =
        element.values.iter().map(|pattern| pattern_matches(pattern, document, resource, context)).collect();
    if !element.not {
        return patterns.contains(&Match::Yes);
    }
    // Rule 168: with a variable without value an Allow does not apply and a Deny does, whatever else is listed.
    if patterns.contains(&Match::NoValue) {
        return !allow;
    }
    !patterns.contains(&Match::Yes)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    Yes,
    No,
    /// A variable in the pattern has no value.
    NoValue,
}

fn pattern_matches(pattern: &str, document: &Document, resource: &str, context: &Context) -> Match {
    if pattern == "*" {
        return Match::Yes;
    }
    let is_completed = matches!(document.kind, Kind::Identity | Kind::Boundary | Kind::Session);
    let Some(tokens) = tokens(pattern, is_completed, document.new_version, context) else {
        return Match::NoValue;
    };
    // Rules 119, 120: where there is no particular resource, only "*" matches.
    if resource == "*" || !may_match(pattern, document.kind) {
        return Match::No;
    }
    if matches(&tokens, resource) { Match::Yes } else { Match::No }
}

/// Rule 115: patterns with fewer than six fields. Where missing fields are not taken as `*`, only a `*` at the end of
/// a field can reach over them (rule 112).
fn may_match(pattern: &str, kind: Kind) -> bool {
    let is_short = pattern.split(':').count() < 6;
    match kind {
        Kind::Resource | Kind::Endpoint | Kind::Trust => !is_short || pattern.contains('*'),
        // The others are not read with patterns that cannot match.
        _ => true,
    }
}

/// The tokens of an ARN pattern; `None` if a variable has no value.
fn tokens(pattern: &str, is_completed: bool, new_version: bool, context: &Context) -> Option<Vec<Token>> {
    let mut fields: Vec<&str> = pattern.splitn(6, ':').collect();
    if is_completed {
        // Rule 115, 93: missing fields are taken as `*`.
        fields.resize(6, "*");
    }
    let count = fields.len();
    let mut tokens = Vec::new();
    for (number, field) in (1..).zip(fields) {
        tokens.extend(match number {
            // Rule 93: what stands before the first colon is not looked at.
            1 => folded(wild("arn")),
            2..=5 => first_fields(field),
            _ if new_version => variable::expand(field, context)?,
            _ => wild(field),
        });
        if number < count {
            tokens.push(Token::Literal(':'));
        }
    }
    Some(tokens)
}

/// Fields 2 to 5: wildcards stay in the field (rule 111), but a `*` at its end may go on behind it (rules 112, 113).
/// Case does not count (rule 117); variables do nothing (rule 165).
fn first_fields(field: &str) -> Vec<Token> {
    let mut tokens = within_field(wild(field));
    if let Some(last @ Token::Any(_)) = tokens.last_mut() {
        *last = Token::Any(true);
    }
    folded(tokens)
}
