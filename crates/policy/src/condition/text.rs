//! Comparing text without regard to case, and truth values.

/// The character under simple case folding (rule 148): one character for one, so that lengths never change.
pub(crate) fn fold(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    // The dotless i folds to itself; only Turkish rules take it for an i.
    if character == 'ı' {
        return character;
    }
    let upper = single(character.to_uppercase()).unwrap_or(character);
    single(upper.to_lowercase()).unwrap_or(upper)
}

/// `true` or `false` in any case (rule 157); anything else is no truth value.
pub(crate) fn truth(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

fn single(mut characters: impl Iterator<Item = char>) -> Option<char> {
    characters.next().filter(|_| characters.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_148_simple_case_folding() {
        for (left, right, same) in [
            ('A', 'a', true),
            ('É', 'é', true),
            ('Σ', 'ς', true),
            ('σ', 'ς', true),
            ('K', 'k', true),
            ('ſ', 's', true),
            ('µ', 'μ', true),
            ('ß', 'ẞ', true),
            ('ı', 'i', false),
            ('İ', 'i', false),
            ('é', 'e', false),
        ] {
            assert_eq!(fold(left) == fold(right), same, "{left} {right}");
        }
    }
}
