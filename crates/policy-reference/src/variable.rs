//! Policy variables (rules 163-172).

use crate::context::Context;
use crate::pattern::Token;

/// The tokens of a text with variables: `None` if one of them has no value (rule 168).
///
/// What a variable stands for is literal, wildcards in it do nothing (rules 169-171).
pub(crate) fn expand(text: &str, context: &Context) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((name, after)) = variable(rest) {
            tokens.extend(value(name, context)?.chars().map(Token::Literal));
            rest = after;
            continue;
        }
        tokens.push(match c {
            '*' => Token::Any(true),
            '?' => Token::One(true),
            c => Token::Literal(c),
        });
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    Some(tokens)
}

/// What stands between the braces if the text begins with a variable, and what follows. Anything else that begins
/// with `${` is literal text (rule 172).
fn variable(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix("${")?;
    // Rule 163: a default ends with its quote, and may hold braces.
    let end = match inner.split_once(", '") {
        Some((key, default)) if !key.contains('}') => key.len() + ", '".len() + default.find("'}")? + 1,
        _ => inner.find('}')?,
    };
    let (name, after) = (inner.get(..end)?, inner.get(end + 1..)?);
    let is_special = ["*", "?", "$"].contains(&name);
    let (key, _) = split_default(name)?;
    let is_key = !key.is_empty() && !key.contains([' ', '$', '{', '\'', ',']);
    (is_special || is_key).then_some((name, after))
}

/// `key, 'default'`: comma, one space, single quotes (rule 163).
fn split_default(name: &str) -> Option<(&str, Option<&str>)> {
    match name.split_once(", '") {
        Some((key, default)) => Some((key, Some(default.strip_suffix('\'')?))),
        None => Some((name, None)),
    }
}

fn value(name: &str, context: &Context) -> Option<String> {
    if ["*", "?", "$"].contains(&name) {
        return Some(name.to_owned());
    }
    let (key, default) = split_default(name)?;
    context.single(key).or(default.map(str::to_owned))
}
