//! Random decision cases, biased to near hits: patterns, principals and values are made from the request's own by
//! small changes, so that most statements almost match.
//!
//! The same generator serves a seeded test and a fuzzer: where its choices come from is [`Choices`].

mod conditions;
mod policies;
mod requests;

use serde_json::{Value, json};

use requests::Request;

/// Where random choices come from.
pub trait Choices {
    /// A number below `bound`, which is not zero.
    fn below(&mut self, bound: usize) -> usize;
}

/// Choices from a seed: the same seed gives the same cases, today and tomorrow.
#[derive(Debug, Clone)]
pub struct Seeded(u64);

/// Choices from bytes, for fuzzers; when the bytes are used up every choice is the first one.
#[derive(Debug, Clone)]
pub struct FromBytes<'a>(&'a [u8]);

impl Seeded {
    /// Choices that follow from this seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl<'a> FromBytes<'a> {
    /// Choices that follow from these bytes.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
}

impl Choices for Seeded {
    fn below(&mut self, bound: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed >> 33).unwrap_or_default() % bound
    }
}

impl Choices for FromBytes<'_> {
    fn below(&mut self, bound: usize) -> usize {
        match self.0.split_first() {
            Some((byte, rest)) => {
                self.0 = rest;
                usize::from(*byte) % bound
            }
            None => 0,
        }
    }
}

/// One random case, as a line of the format; without an expectation.
pub fn case(choices: &mut dyn Choices) -> Value {
    let mut dice = Dice(choices);
    let request = Request::random(&mut dice);
    let mut case = json!({"id": "generated", "request": request.to_json()});
    policies::add(&mut case, &mut dice, &request);
    case
}

/// The choices with what the generator needs of them.
struct Dice<'a>(&'a mut dyn Choices);

impl Dice<'_> {
    fn below(&mut self, bound: usize) -> usize {
        self.0.below(bound.max(1))
    }

    /// True in this many of a hundred throws.
    fn percent(&mut self, percent: usize) -> bool {
        // The first choice of a fuzzer is the common one.
        self.below(100) >= 100 - percent.min(100)
    }

    fn pick<'b, T>(&mut self, items: &'b [T]) -> Option<&'b T> {
        let at = self.below(items.len());
        items.get(at)
    }

    fn word(&mut self, words: &[&str]) -> String {
        self.pick(words).map(|word| (*word).to_owned()).unwrap_or_default()
    }

    /// The text with one small change, or none.
    fn near(&mut self, text: &str) -> String {
        let characters: Vec<char> = text.chars().collect();
        let at = self.below(characters.len());
        let end = (at + 1 + self.below(8)).min(characters.len());
        let (before, rest) = characters.split_at(at.min(characters.len()));
        let (gone, after) = rest.split_at(end - before.len());
        let join = |middle: &str| {
            let middle: Vec<char> = middle.chars().collect();
            [before, &middle, after].concat().into_iter().collect::<String>()
        };
        let gone: String = gone.iter().collect();
        match self.below(12) {
            0..=3 => text.to_owned(),
            4 | 5 => join("*"),
            6 => join(&"?".repeat(gone.chars().count())),
            7 => before.iter().chain(&['*']).collect(),
            8 => join("x"),
            9 => join(&gone.to_uppercase()),
            10 => ['*'].iter().chain(after).collect(),
            _ => join("**?"),
        }
    }

    /// A list of one to three, or one alone.
    fn one_or_list(&mut self, mut make: impl FnMut(&mut Self) -> Value) -> Value {
        match self.below(5) {
            0..=2 => make(self),
            3 => json!([make(self)]),
            _ => {
                let count = 2 + self.below(2);
                (0..count).map(|_| make(self)).collect()
            }
        }
    }
}
