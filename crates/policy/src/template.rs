//! From the text of a policy value to the elements of a pattern: wildcards and policy variables.

use crate::context::KeyName;
use crate::document::Version;
use crate::pattern::{Pattern, Stretch, Token, Variable};

/// What `*` and `?` mean in a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wildcards {
    /// Themselves (rule 150).
    Literal,
    /// Any characters, any one character.
    Active,
    /// The same within a field of an ARN; a `*` at the end of the field may go on (rule 112).
    InField,
}

/// Reads text in which variables may stand if the version has them (rule 164).
pub(crate) fn pattern(text: &str, version: Version, wildcards: Wildcards) -> Pattern {
    let mut builder = Builder::default();
    builder.template(text, version, wildcards);
    builder.finish()
}

/// Puts a pattern together.
#[derive(Default)]
pub(crate) struct Builder {
    tokens: Vec<Token>,
    /// All literals, one behind the other.
    text: String,
    /// Where the literal begins that is being read.
    start: usize,
    folded: bool,
}

impl Builder {
    /// Literals from here on match in any ASCII case, or no longer do.
    pub(crate) fn fold(&mut self, folded: bool) {
        self.flush();
        self.folded = folded;
    }

    /// Adds literal text.
    pub(crate) fn literal(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds a wildcard or variable.
    pub(crate) fn token(&mut self, token: Token) {
        self.flush();
        if matches!((&token, self.tokens.last()), (Token::Many, Some(Token::Many))) {
            return;
        }
        self.tokens.push(token);
    }

    /// Adds text with wildcards and without variables.
    pub(crate) fn glob(&mut self, text: &str, wildcards: Wildcards) {
        let mut rest = text.chars();
        while let Some(character) = rest.next() {
            self.character(character, rest.as_str().is_empty(), wildcards);
        }
    }

    /// Adds text with wildcards and variables.
    pub(crate) fn template(&mut self, text: &str, version: Version, wildcards: Wildcards) {
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            if version == Version::Current
                && let Some((piece, behind)) = variable(rest)
            {
                match piece {
                    Piece::Character(character) => self.text.push(character),
                    Piece::Variable(variable) => self.token(Token::Variable(Box::new(variable))),
                }
                rest = behind;
            } else {
                rest = rest.get(character.len_utf8()..).unwrap_or_default();
                self.character(character, rest.is_empty(), wildcards);
            }
        }
    }

    pub(crate) fn finish(mut self) -> Pattern {
        self.flush();
        Pattern::new(self.text, self.tokens)
    }

    fn character(&mut self, character: char, last: bool, wildcards: Wildcards) {
        match (character, wildcards) {
            ('*', Wildcards::Active) => self.token(Token::Many),
            ('*', Wildcards::InField) if last => self.token(Token::Many),
            ('*', Wildcards::InField) => self.token(Token::ManyInField),
            ('?', Wildcards::Active) => self.token(Token::One),
            ('?', Wildcards::InField) => self.token(Token::OneInField),
            _ => self.text.push(character),
        }
    }

    fn flush(&mut self) {
        let stretch = Stretch::new(self.start, self.text.len());
        if self.start == self.text.len() {
            return;
        }
        self.start = self.text.len();
        self.tokens.push(if self.folded { Token::Folded(stretch) } else { Token::Literal(stretch) });
    }
}

enum Piece {
    /// `${*}`, `${?}` or `${$}` (rule 169).
    Character(char),
    Variable(Variable),
}

/// The variable at the beginning of `text`, and what follows it. What is not well formed is literal text (rule 172).
fn variable(text: &str) -> Option<(Piece, &str)> {
    let inner = text.strip_prefix("${")?;
    for special in ['*', '?', '$'] {
        if let Some(behind) = inner.strip_prefix(special).and_then(|rest| rest.strip_prefix('}')) {
            return Some((Piece::Character(special), behind));
        }
    }
    let end = inner.find(['}', ',', ' ', '$', '{', '\''])?;
    let (key, rest) = inner.split_at_checked(end)?;
    if key.is_empty() {
        return None;
    }
    let (default, behind) = match rest.strip_prefix('}') {
        Some(behind) => (None, behind),
        None => {
            let (default, behind) = rest.strip_prefix(", '")?.split_once("'}")?;
            (Some(default.into()), behind)
        }
    };
    Some((Piece::Variable(Variable { key: KeyName::new(key), default }), behind))
}
