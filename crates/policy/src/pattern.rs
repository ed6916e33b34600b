//! Patterns: text with wildcards and variables, kept as elements and matched without recursion or allocation.
//!
//! There are two kinds of `*`. One stays inside its field of an ARN and stops at a colon, the other crosses
//! everything (rules 111-113, 151). Matching keeps at most one point of return for each kind: the leftmost place
//! where what follows a `*` fits is always good enough, so time grows with the product of the two lengths at worst.

use memchr::memmem;

use crate::condition::fold;
use crate::context::{Context, ContextValue, KeyName};

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    tokens: Box<[Token]>,
}

/// One element of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// Matches itself.
    Literal(Box<str>),
    /// Matches itself in any ASCII case.
    Folded(Box<str>),
    /// Any one character.
    One,
    /// Any one character but a colon.
    OneInField,
    /// Any characters.
    Many,
    /// Any characters but colons.
    ManyInField,
    /// Any characters, also where a fence keeps `Many` from crossing colons.
    ManyAcross,
    /// The value of a condition key, as literal text (rule 170).
    Variable(Variable),
}

/// A policy variable (rule 163).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) key: KeyName,
    pub(crate) default: Option<Box<str>>,
}

impl Pattern {
    pub(crate) fn new(tokens: Vec<Token>) -> Self {
        Self { tokens: tokens.into_boxed_slice() }
    }

    /// Whether the pattern is `*` and so matches everything.
    pub(crate) fn is_any(&self) -> bool {
        !self.tokens.is_empty()
            && self.tokens.iter().all(|token| matches!(token, Token::Many | Token::ManyAcross))
    }

    /// Whether every variable has a value or a default (rule 168).
    pub(crate) fn is_resolved(&self, context: &Context) -> bool {
        self.variables().all(|variable| variable.value(context).is_some())
    }

    /// Whether the pattern matches all of `text`. A variable without value matches nothing.
    pub(crate) fn matches(&self, text: &str, context: &Context) -> bool {
        Matching { tokens: &self.tokens, text, context, fence: 0 }.run()
    }

    /// Whether the pattern matches the ARN `text` field by field: its first five colons are matched by colons of the
    /// pattern only (rule 151). Text that is no ARN matches nothing (rule 153).
    pub(crate) fn matches_arn(&self, text: &str, context: &Context) -> bool {
        if !text.starts_with("arn:") {
            return false;
        }
        match memchr::memchr_iter(b':', text.as_bytes()).nth(4) {
            Some(fifth) => Matching { tokens: &self.tokens, text, context, fence: fifth + 1 }.run(),
            None => false,
        }
    }

    /// Whether the pattern, taken as plain text with variables, equals `text` without regard to case.
    pub(crate) fn equals_ignoring_case(&self, text: &str, context: &Context) -> bool {
        let mut rest = text.chars().map(fold);
        for token in &self.tokens {
            let part = match token {
                Token::Literal(literal) | Token::Folded(literal) => literal,
                Token::Variable(variable) => match variable.value(context) {
                    Some(value) => value,
                    None => return false,
                },
                Token::One | Token::OneInField | Token::Many | Token::ManyInField | Token::ManyAcross => {
                    return false;
                }
            };
            if !part.chars().map(fold).all(|character| rest.next() == Some(character)) {
                return false;
            }
        }
        rest.next().is_none()
    }

    /// The condition keys that the pattern reads.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.tokens.iter().filter_map(|token| match token {
            Token::Variable(variable) => Some(variable),
            _ => None,
        })
    }
}

impl Variable {
    /// The value of the key if it is single-valued, else the default (rules 166, 171).
    fn value<'a>(&'a self, context: &'a Context) -> Option<&'a str> {
        match context.look_up(&self.key) {
            Some(ContextValue::One(value)) => Some(value),
            Some(ContextValue::Many(_)) | None => self.default.as_deref(),
        }
    }
}

/// One match in progress.
struct Matching<'a> {
    tokens: &'a [Token],
    text: &'a str,
    context: &'a Context,
    /// Colons before this byte stop `Many` and `One`.
    fence: usize,
}

/// A place to return to: the token behind a `*`, and where in the text it was last tried.
type Return = Option<(usize, usize)>;

impl Matching<'_> {
    fn run(&self) -> bool {
        let (mut token, mut pos) = (0, 0);
        let (mut crossing, mut in_field): (Return, Return) = (None, None);
        loop {
            let next = match self.tokens.get(token) {
                None if pos == self.text.len() => return true,
                None => None,
                Some(wild) if self.crosses(wild, pos) => {
                    let rest = self.tokens.get(token + 1..).unwrap_or_default();
                    if let Some(fits) = self.ends_with(rest, pos) {
                        return fits;
                    }
                    crossing = Some((token + 1, pos));
                    in_field = None;
                    crossing
                }
                Some(Token::Many | Token::ManyInField) => {
                    in_field = Some((token + 1, pos));
                    in_field
                }
                Some(single) => self.step(single, pos).map(|behind| (token + 1, behind)),
            };
            if next.is_none() {
                in_field = in_field.and_then(|(behind, at)| Some((behind, self.skip_in_field(behind, at)?)));
                if in_field.is_none() {
                    crossing = crossing.and_then(|(behind, at)| Some((behind, self.skip(behind, at)?)));
                }
            }
            match next.or(in_field).or(crossing) {
                Some((to, at)) => (token, pos) = (to, at),
                None => return false,
            }
        }
    }

    /// Whether the token is a `*` that nothing stops from here on.
    fn crosses(&self, token: &Token, pos: usize) -> bool {
        match token {
            Token::ManyAcross => true,
            Token::Many => pos >= self.fence,
            _ => false,
        }
    }

    /// Matches the last stretch of a pattern, which holds no further `*`, from the end of the text backwards.
    fn ends_with(&self, tokens: &[Token], from: usize) -> Option<bool> {
        if tokens.iter().any(|token| matches!(token, Token::Many | Token::ManyInField | Token::ManyAcross)) {
            return None;
        }
        let mut rest = self.text.get(from..).unwrap_or_default();
        for token in tokens.iter().rev() {
            let before = match token {
                Token::Literal(literal) => rest.strip_suffix(literal.as_ref()),
                Token::Folded(literal) => strip_folded_suffix(rest, literal),
                Token::Variable(variable) => {
                    variable.value(self.context).and_then(|value| rest.strip_suffix(value))
                }
                Token::One => strip_char(rest, |_| true),
                Token::OneInField => strip_char(rest, |character| character != ':'),
                Token::Many | Token::ManyInField | Token::ManyAcross => None,
            };
            match before {
                Some(before) => rest = before,
                None => return Some(false),
            }
        }
        Some(true)
    }

    /// Where the text goes on if a token that is no `*` matches at `pos`.
    fn step(&self, token: &Token, pos: usize) -> Option<usize> {
        let rest = self.text.get(pos..)?;
        let length = match token {
            Token::Literal(literal) => rest.starts_with(literal.as_ref()).then_some(literal.len()),
            Token::Folded(literal) => rest
                .get(..literal.len())
                .is_some_and(|text| text.eq_ignore_ascii_case(literal))
                .then_some(literal.len()),
            Token::Variable(variable) => {
                variable.value(self.context).filter(|value| rest.starts_with(value)).map(str::len)
            }
            Token::One => rest.chars().next().filter(|c| *c != ':' || pos >= self.fence).map(char::len_utf8),
            Token::OneInField => rest.chars().next().filter(|c| *c != ':').map(char::len_utf8),
            Token::Many | Token::ManyInField | Token::ManyAcross => None,
        }?;
        Some(pos + length)
    }

    /// The next place for what follows a `*` that stays in its field, of which `behind` is the next token.
    fn skip_in_field(&self, behind: usize, pos: usize) -> Option<usize> {
        let character = self.text.get(pos..)?.chars().next()?;
        let fenced = match behind.checked_sub(1).and_then(|star| self.tokens.get(star)) {
            Some(Token::Many) => pos < self.fence,
            _ => true,
        };
        (character != ':' || !fenced).then_some(pos + character.len_utf8())
    }

    /// The next place for what follows a `*` that crosses everything.
    fn skip(&self, behind: usize, pos: usize) -> Option<usize> {
        let next = pos + self.text.get(pos..)?.chars().next()?.len_utf8();
        match self.tokens.get(behind) {
            Some(Token::Literal(literal)) => {
                memmem::find(self.text.get(next..)?.as_bytes(), literal.as_bytes()).map(|found| next + found)
            }
            _ => Some(next),
        }
    }
}

fn strip_folded_suffix<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let at = text.len().checked_sub(suffix.len())?;
    text.get(at..)?.eq_ignore_ascii_case(suffix).then(|| text.get(..at)).flatten()
}

fn strip_char(text: &str, accept: impl Fn(char) -> bool) -> Option<&str> {
    let mut characters = text.chars();
    characters.next_back().filter(|character| accept(*character))?;
    Some(characters.as_str())
}

#[cfg(test)]
mod tests;
