//! Patterns: text with wildcards and variables, kept as elements and matched without recursion or allocation.
//!
//! There are two kinds of `*`. One stays inside its field of an ARN and stops at a colon, the other crosses
//! everything (rules 111-113, 151). Matching keeps at most one point of return for each kind: the leftmost place
//! where what follows a `*` fits is always good enough, so time grows with the product of the two lengths at worst.
//!
//! Most patterns are plain text, or plain text and a `*`: their literal beginning is compared first, and only what
//! has more than that behind it is matched element by element.

use memchr::memmem;

use crate::condition::fold;
use crate::context::{KeyName, Keys};
use crate::inline::{Spelled as _, Text};

/// A compiled pattern.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    /// All literal text of the pattern. It begins with the pattern's own literal beginning.
    text: Text,
    /// What follows the beginning; nothing in patterns that are [`Pattern::ends_open`] or plain text.
    rest: Box<[Token]>,
    /// The length of the beginning.
    begin: u32,
    /// How much of the beginning matches in any ASCII case, times two; plus one if a `*` follows the beginning and
    /// nothing follows that.
    folded_and_open: u32,
}

/// One element of a pattern.
#[derive(Debug, Clone)]
pub(crate) enum Token {
    /// Matches itself: a stretch of the pattern's text.
    Literal(Stretch),
    /// Matches itself in any ASCII case.
    Folded(Stretch),
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
    Variable(Box<Variable>),
}

/// A stretch of text, which may be empty, or what stands for text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Element<'a> {
    /// Matches itself.
    Literal(&'a str),
    /// Matches itself in any ASCII case.
    Folded(&'a str),
    /// A wildcard or a variable.
    Wild(&'a Token),
}

/// A part of a pattern's text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    start: u32,
    length: u32,
}

/// A policy variable (rule 163).
#[derive(Debug, Clone)]
pub(crate) struct Variable {
    pub(crate) key: KeyName,
    pub(crate) default: Option<Box<str>>,
}

/// The tokens of a pattern that ends in its only `*`.
const OPEN: &[Token] = &[Token::Many];

impl Stretch {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        // Documents are far shorter than this can count.
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: number(start), length: number(end.saturating_sub(start)) }
    }

    fn text(self, text: &str) -> &str {
        let start = self.start as usize;
        text.get(start..start + self.length as usize).unwrap_or_default()
    }

    fn of(self, text: &[u8]) -> &[u8] {
        let start = self.start as usize;
        text.get(start..start + self.length as usize).unwrap_or_default()
    }
}

impl Pattern {
    /// Puts a pattern together from its elements and the text of which they are stretches, in the same order.
    pub(crate) fn new(text: String, tokens: Vec<Token>) -> Self {
        let (mut begin, mut folded, mut literals) = (0, 0, 0);
        for token in &tokens {
            match token {
                Token::Folded(stretch) if begin == folded => {
                    begin += stretch.length;
                    folded = begin;
                }
                Token::Literal(stretch) => begin += stretch.length,
                _ => break,
            }
            literals += 1;
        }
        let mut rest = tokens;
        rest.drain(..literals);
        let open = matches!(rest.as_slice(), [Token::Many]);
        if open {
            rest.clear();
        }
        let mut text = text;
        if let Some(start) = text.get_mut(..folded as usize) {
            start.make_ascii_lowercase();
        }
        Self {
            text: Text::new(&text),
            rest: rest.into_boxed_slice(),
            begin,
            folded_and_open: folded << 1 | u32::from(open),
        }
    }

    /// The pattern from its beginning to its end.
    pub(crate) fn elements(&self) -> impl Iterator<Item = Element<'_>> {
        let text = self.text.text();
        let beginning = text.get(..self.begin as usize).unwrap_or_default();
        let (folded, literal) = beginning.split_at_checked(self.folded()).unwrap_or_default();
        let rest = if self.ends_open() { OPEN } else { &self.rest };
        [Element::Folded(folded), Element::Literal(literal)].into_iter().chain(rest.iter().map(
            move |token| match token {
                Token::Literal(stretch) => Element::Literal(stretch.text(text)),
                Token::Folded(stretch) => Element::Folded(stretch.text(text)),
                token => Element::Wild(token),
            },
        ))
    }

    /// Whether the pattern is `*` and so matches everything.
    pub(crate) fn is_any(&self) -> bool {
        self.begin == 0
            && (self.ends_open()
                || (!self.rest.is_empty()
                    && self.rest.iter().all(|token| matches!(token, Token::Many | Token::ManyAcross))))
    }

    /// The text with which everything begins that the pattern matches; what matches in any ASCII case is in lower
    /// case.
    pub(crate) fn beginning(&self) -> &[u8] {
        self.text.bytes().get(..self.begin as usize).unwrap_or_default()
    }

    /// For patterns of ARNs: how many colons stand in the pattern, and the text behind the fifth of them up to the
    /// next wildcard or variable. Whatever it matches has at least as many colons; if just as many, that text stands
    /// behind its own fifth, be there wildcards before it or not.
    pub(crate) fn behind_fifth_colon(&self) -> Option<(usize, &[u8])> {
        let all = self.text.bytes();
        let fifth = memchr::memchr_iter(b':', all).nth(4)?;
        // Literals are stretches of the text in their order: the one that holds the colon ends where a token that
        // is none begins.
        let mut end = self.begin as usize;
        for token in &self.rest {
            match token {
                Token::Literal(stretch) | Token::Folded(stretch) => {
                    end = stretch.start as usize + stretch.length as usize;
                }
                _ if end > fifth => break,
                _ => {}
            }
        }
        Some((memchr::memchr_iter(b':', all).count(), all.get(fifth + 1..end)?))
    }

    /// The text of a pattern that is plain.
    pub(crate) fn plain_text(&self) -> Option<&str> {
        self.is_plain().then(|| self.text.text())
    }

    /// Whether the pattern is its beginning and nothing else.
    pub(crate) fn is_plain(&self) -> bool {
        self.rest.is_empty() && !self.ends_open()
    }

    /// Whether every variable has a value or a default (rule 168).
    pub(crate) fn is_resolved(&self, context: &Keys<'_>) -> bool {
        self.variables().all(|variable| variable.value(context).is_some())
    }

    /// Whether the pattern matches all of `text`. A variable without value matches nothing.
    #[inline]
    pub(crate) fn matches(&self, text: &str, context: &Keys<'_>) -> bool {
        let Some(behind) = self.begins(text) else { return false };
        if self.rest.is_empty() {
            return self.ends_open() || behind == text.len();
        }
        if !self.ends(text) {
            return false;
        }
        Matching { literals: self.text.bytes(), tokens: &self.rest, text, context, fence: 0 }.run(behind)
    }

    /// Whether the pattern matches the ARN `text` field by field: its first five colons are matched by colons of the
    /// pattern only (rule 151). Text that is no ARN matches nothing (rule 153).
    pub(crate) fn matches_arn(&self, text: &str, context: &Keys<'_>) -> bool {
        let Some(behind) = self.begins(text) else { return false };
        if !self.ends(text) || !text.starts_with("arn:") {
            return false;
        }
        let Some(fifth) = memchr::memchr_iter(b':', text.as_bytes()).nth(4) else { return false };
        let fence = fifth + 1;
        let tokens = match (self.ends_open(), self.rest.is_empty()) {
            (true, _) if behind >= fence => return true,
            (true, _) => OPEN,
            (false, true) => return behind == text.len(),
            (false, false) => &self.rest,
        };
        Matching { literals: self.text.bytes(), tokens, text, context, fence }.run(behind)
    }

    /// Whether the pattern, taken as plain text with variables, equals `text` without regard to case.
    pub(crate) fn equals_ignoring_case(&self, text: &str, context: &Keys<'_>) -> bool {
        if self.is_plain() && text.is_ascii() {
            // Whatever folds to a letter of ASCII is left to what follows.
            let own = self.text.bytes();
            if own.is_ascii() {
                return own.eq_ignore_ascii_case(text.as_bytes());
            }
        }
        self.equals_folded(text, context, fold)
    }

    /// The same for letters of ASCII only.
    pub(crate) fn equals_ignoring_ascii_case(&self, text: &str, context: &Keys<'_>) -> bool {
        self.equals_folded(text, context, |character| character.to_ascii_lowercase())
    }

    fn equals_folded(&self, text: &str, context: &Keys<'_>, fold: impl Fn(char) -> char) -> bool {
        let mut rest = text.chars().map(&fold);
        let mut takes = |part: &str| part.chars().map(&fold).all(|character| rest.next() == Some(character));
        let all = self.text.text();
        if self.ends_open() || !takes(Stretch { start: 0, length: self.begin }.text(all)) {
            return false;
        }
        for token in &self.rest {
            let part = match token {
                Token::Literal(stretch) | Token::Folded(stretch) => stretch.text(all),
                Token::Variable(variable) => match variable.value(context) {
                    Some(value) => value,
                    None => return false,
                },
                Token::One | Token::OneInField | Token::Many | Token::ManyInField | Token::ManyAcross => {
                    return false;
                }
            };
            if !takes(part) {
                return false;
            }
        }
        rest.next().is_none()
    }

    /// The condition keys that the pattern reads.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.rest.iter().filter_map(|token| match token {
            Token::Variable(variable) => Some(variable.as_ref()),
            _ => None,
        })
    }

    fn folded(&self) -> usize {
        (self.folded_and_open >> 1) as usize
    }

    /// Whether the pattern is its beginning and a `*` behind it.
    pub(crate) fn ends_open(&self) -> bool {
        self.folded_and_open & 1 == 1
    }

    /// Where `text` goes on behind the pattern's literal beginning, if it has it.
    #[inline]
    fn begins(&self, text: &str) -> Option<usize> {
        let begin = self.begin as usize;
        let (found, wanted) = (text.as_bytes().get(..begin)?, self.text.bytes().get(..begin)?);
        let (found_head, found_tail) = found.split_at_checked(self.folded())?;
        let (wanted_head, wanted_tail) = wanted.split_at_checked(self.folded())?;
        // What tells patterns apart stands at the end; what is folded hardly ever differs by case.
        let same = found_tail == wanted_tail
            && (found_head == wanted_head || found_head.eq_ignore_ascii_case(wanted_head));
        same.then_some(begin)
    }
}

impl Pattern {
    /// Whether `text` ends as the pattern does, as far as that is easily said.
    #[inline]
    fn ends(&self, text: &str) -> bool {
        match self.rest.last() {
            Some(Token::Literal(stretch)) => text.as_bytes().ends_with(stretch.of(self.text.bytes())),
            _ => true,
        }
    }
}

impl Variable {
    /// The value of the key if it is single-valued, else the default (rules 166, 171).
    fn value<'a>(&'a self, context: &'a Keys<'_>) -> Option<&'a str> {
        match context.look_up(&self.key) {
            Some(value) if !value.is_list() => value.single(),
            _ => self.default.as_deref(),
        }
    }
}

/// One match in progress.
struct Matching<'a> {
    /// What the literal tokens are stretches of.
    literals: &'a [u8],
    tokens: &'a [Token],
    text: &'a str,
    context: &'a Keys<'a>,
    /// Colons before this byte stop `Many` and `One`.
    fence: usize,
}

/// A place to return to: the token behind a `*`, and where in the text it was last tried.
type Return = Option<(usize, usize)>;

impl Matching<'_> {
    fn run(&self, from: usize) -> bool {
        let (mut token, mut pos) = (0, from);
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
                Token::Literal(stretch) => strip_suffix(rest, stretch.of(self.literals)),
                Token::Folded(stretch) => strip_folded_suffix(rest, stretch.of(self.literals)),
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
            Token::Literal(stretch) => {
                rest.as_bytes().starts_with(stretch.of(self.literals)).then_some(stretch.length as usize)
            }
            Token::Folded(stretch) => rest
                .as_bytes()
                .get(..stretch.length as usize)
                .is_some_and(|text| text.eq_ignore_ascii_case(stretch.of(self.literals)))
                .then_some(stretch.length as usize),
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
            Some(Token::Literal(stretch)) => {
                let literal = stretch.of(self.literals);
                memmem::find(self.text.get(next..)?.as_bytes(), literal).map(|found| next + found)
            }
            _ => Some(next),
        }
    }
}

fn strip_suffix<'a>(text: &'a str, suffix: &[u8]) -> Option<&'a str> {
    text.get(..text.as_bytes().strip_suffix(suffix)?.len())
}

fn strip_folded_suffix<'a>(text: &'a str, suffix: &[u8]) -> Option<&'a str> {
    let at = text.len().checked_sub(suffix.len())?;
    let (before, end) = text.as_bytes().split_at_checked(at)?;
    if end.eq_ignore_ascii_case(suffix) { text.get(..before.len()) } else { None }
}

fn strip_char(text: &str, accept: impl Fn(char) -> bool) -> Option<&str> {
    let mut characters = text.chars();
    characters.next_back().filter(|character| accept(*character))?;
    Some(characters.as_str())
}

#[cfg(test)]
mod tests;
