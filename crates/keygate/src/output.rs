//! Standard output: whole texts, JSON, and words that a shell reads back.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use crate::failure::Failure;

pub(crate) fn print(text: &str) -> Result<(), Failure> {
    print_bytes(text.as_bytes())
}

pub(crate) fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    write(bytes).map_err(|error| Failure::of_output(&error))
}

pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(value).map_err(|error| Failure::of(&error))?;
    text.push('\n');
    print(&text)
}

/// Writes and flushes, so that readers of a pipe see it now.
pub(crate) fn write(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// A word as a POSIX shell has to be told it.
pub(crate) fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_-./:@%+=,".contains(&b);
    if !word.is_empty() && word.bytes().all(is_plain) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_a_shell() {
        for (word, expected) in [
            ("http://127.0.0.1:8474", "http://127.0.0.1:8474"),
            ("wJalrXUtnFEMI/K7MDENG+", "wJalrXUtnFEMI/K7MDENG+"),
            ("", "''"),
            ("~/my data", "'~/my data'"),
            ("$(rm -rf x); `y`", "'$(rm -rf x); `y`'"),
            ("it's", r"'it'\''s'"),
            ("http://[::1]:1", "'http://[::1]:1'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
