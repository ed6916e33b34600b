//! One-time codes that sessions were made with: each is good once, and guessing is slowed down.
//!
//! Making a session writes nothing to the account (see [`crate::Session`]), so that this is kept outside the tree,
//! with the facts of use. It must not be lost, though: the server stores it before it hands the session out, so
//! that a code cannot be used again after a crash. What enables or synchronizes a device is a write anyway, and
//! stands in [`crate::MfaAssignment`].

use std::collections::HashMap;

use keygate_ident::{Timestamp, UniqueId};
use keygate_seal::TotpStep;
use serde::{Deserialize, Serialize};

/// What is known of the codes of one device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeUse {
    /// The step of the newest code that was accepted: only later ones are good.
    pub last_step: Option<i64>,
    /// Wrong codes since the last good one.
    #[serde(default)]
    pub failures: u32,
    /// Until when no code is good, after too many wrong ones.
    #[serde(default)]
    pub blocked_until: Option<Timestamp>,
}

/// The codes of all devices, by the device's id.
#[derive(Clone, Debug, Default)]
pub struct CodeBook(HashMap<UniqueId, CodeUse>);

/// Wrong codes in a row that cost nothing but themselves.
const FREE_FAILURES: u32 = 5;
/// Seconds without codes after the next wrong one; twice as long after each further one, up to the longest. So
/// somebody who holds the access key but not the device has a hundred guesses a day among a million codes.
const FIRST_BLOCK: i64 = 30;
const LONGEST_BLOCK: i64 = 15 * 60;

impl CodeUse {
    /// Whether the code of this step is good at this time.
    pub fn accepts(&self, step: TotpStep, now: Timestamp) -> bool {
        let fresh = self.last_step.is_none_or(|last| step.number() > last);
        fresh && !self.is_blocked(now)
    }

    /// Whether nothing is accepted at this time, after too many wrong codes.
    pub fn is_blocked(&self, now: Timestamp) -> bool {
        self.blocked_until.is_some_and(|until| now < until)
    }
}

impl CodeBook {
    /// What is known of this device.
    pub fn get(&self, device: &UniqueId) -> CodeUse {
        self.0.get(device).copied().unwrap_or_default()
    }

    /// What was known before a restart.
    pub fn insert(&mut self, device: UniqueId, code_use: CodeUse) {
        self.0.insert(device, code_use);
    }

    /// Uses up the code of this step, if it is still good.
    pub fn claim(&mut self, device: &UniqueId, step: TotpStep, now: Timestamp) -> bool {
        let accepted = self.get(device).accepts(step, now);
        if accepted {
            let code_use = CodeUse { last_step: Some(step.number()), ..CodeUse::default() };
            self.0.insert(device.clone(), code_use);
        }
        accepted
    }

    /// What was guessed wrong counts no more: whoever guesses has proved to know.
    pub fn forgive(&mut self, device: &UniqueId) {
        if let Some(code_use) = self.0.get_mut(device) {
            *code_use = CodeUse { last_step: code_use.last_step, ..CodeUse::default() };
        }
    }

    /// A wrong code was tried. While the device is blocked nothing is counted: nothing was learned either.
    pub fn failed(&mut self, device: &UniqueId, now: Timestamp) {
        let code_use = self.0.entry(device.clone()).or_default();
        if code_use.is_blocked(now) {
            return;
        }
        code_use.failures = code_use.failures.saturating_add(1);
        if code_use.failures > FREE_FAILURES {
            let doublings = (code_use.failures - FREE_FAILURES - 1).min(10);
            let seconds = (FIRST_BLOCK << doublings).min(LONGEST_BLOCK);
            code_use.blocked_until = Some(now.plus_seconds(seconds));
        }
    }
}

#[cfg(test)]
mod tests {
    use keygate_ident::IdKind;

    use super::*;
    use crate::test_support::{Maker, NOW, account_id};

    fn device() -> UniqueId {
        Maker::new(account_id(123_456_789_012)).id(IdKind::MfaDevice)
    }

    #[test]
    fn a_code_is_good_once_and_older_ones_never_again() {
        let (device, mut book) = (device(), CodeBook::default());
        for (step, good) in [(7, true), (7, false), (6, false), (8, true), (7, false), (20, true)] {
            assert_eq!(book.get(&device).accepts(TotpStep::new(step), NOW), good, "{step}");
            assert_eq!(book.claim(&device, TotpStep::new(step), NOW), good, "{step}");
        }
        assert_eq!(book.get(&device).last_step, Some(20));
    }

    #[test]
    fn guessing_takes_longer_and_longer() {
        let (device, mut book) = (device(), CodeBook::default());
        let mut now = NOW;
        for _ in 0..5 {
            book.failed(&device, now);
            assert!(book.get(&device).accepts(TotpStep::new(1), now));
        }
        for seconds in [30, 60, 120, 240, 480, 900, 900, 900] {
            book.failed(&device, now);
            assert!(!book.claim(&device, TotpStep::new(1), now.plus_seconds(seconds - 1)), "{seconds}");
            // Tries in between are not even counted.
            book.failed(&device, now.plus_seconds(1));
            now = now.plus_seconds(seconds);
            assert!(book.get(&device).accepts(TotpStep::new(1), now), "{seconds}");
        }
        assert!(book.claim(&device, TotpStep::new(1), now));
        assert_eq!(book.get(&device).failures, 0);
        for _ in 0..6 {
            book.failed(&device, now);
        }
        assert!(book.get(&device).is_blocked(now));
        book.forgive(&device);
        assert_eq!(book.get(&device), CodeUse { last_step: Some(1), ..CodeUse::default() });
    }
}
