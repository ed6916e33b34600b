//! Patterns: a list of tokens, and the naive way to match them.

/// One token of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// This character.
    Literal(char),
    /// This character in either case (ASCII).
    Folded(char),
    /// `?`: one character; `false`: but no colon.
    One(bool),
    /// `*`: any run of characters; `false`: without colons.
    Any(bool),
}

/// Whether the whole text matches the whole pattern.
pub(crate) fn matches(pattern: &[Token], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    // What is known already about (tokens left, characters left).
    let mut known = vec![vec![None; text.len() + 1]; pattern.len() + 1];
    go(pattern, &text, &mut known)
}

fn go(pattern: &[Token], text: &[char], known: &mut [Vec<Option<bool>>]) -> bool {
    if let Some(answer) = known.get(pattern.len()).and_then(|row| row.get(text.len()).copied().flatten()) {
        return answer;
    }
    let answer = match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((Token::Any(_), rest)), None) => go(rest, text, known),
        (Some(_), None) => false,
        (Some((Token::Literal(c), rest)), Some((first, after))) => c == first && go(rest, after, known),
        (Some((Token::Folded(c), rest)), Some((first, after))) => {
            c.eq_ignore_ascii_case(first) && go(rest, after, known)
        }
        (Some((Token::One(colons), rest)), Some((first, after))) => {
            (*colons || *first != ':') && go(rest, after, known)
        }
        (Some((Token::Any(colons), rest)), Some((first, after))) => {
            go(rest, text, known) || ((*colons || *first != ':') && go(pattern, after, known))
        }
    };
    if let Some(slot) = known.get_mut(pattern.len()).and_then(|row| row.get_mut(text.len())) {
        *slot = Some(answer);
    }
    answer
}

/// The tokens of a text in which `*` and `?` are wildcards that match colons too (rules 104, 149).
pub(crate) fn wild(text: &str) -> Vec<Token> {
    text.chars()
        .map(|c| match c {
            '*' => Token::Any(true),
            '?' => Token::One(true),
            c => Token::Literal(c),
        })
        .collect()
}

/// The same tokens without regard to case.
pub(crate) fn folded(tokens: Vec<Token>) -> Vec<Token> {
    let fold = |token| if let Token::Literal(c) = token { Token::Folded(c) } else { token };
    tokens.into_iter().map(fold).collect()
}

/// The same tokens with wildcards that stop at colons.
pub(crate) fn within_field(tokens: Vec<Token>) -> Vec<Token> {
    tokens
        .into_iter()
        .map(|token| match token {
            Token::Any(_) => Token::Any(false),
            Token::One(_) => Token::One(false),
            token => token,
        })
        .collect()
}
