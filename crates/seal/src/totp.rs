//! Time-based one-time passwords (RFC 6238, RFC 4226): HMAC-SHA-1, six digits, steps of 30 seconds, which is what
//! every authenticator app takes for granted.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use keygate_ident::{Entropy, Timestamp};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// The secret that a device and the server share. Wiped when dropped, never printed.
pub struct TotpSeed(Zeroizing<Vec<u8>>);

/// The number of a 30-second step of time, counted from 1970: every step has its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TotpStep(i64);

const STEP_SECONDS: i64 = 30;
/// Forty bytes are exactly sixty-four Base32 letters, as many as AWS gives.
const SEED_LEN: usize = 40;
const DIGITS: usize = 6;
const MODULUS: u32 = 1_000_000;

impl TotpStep {
    /// The step of this instant.
    pub fn at(time: Timestamp) -> Self {
        Self(time.seconds().div_euclid(STEP_SECONDS))
    }

    /// The step with this number.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// So many steps later; earlier if negative.
    #[must_use]
    pub const fn plus(self, steps: i64) -> Self {
        Self(self.0.saturating_add(steps))
    }
}

impl TotpSeed {
    /// A new seed of 320 random bits.
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new(vec![0; SEED_LEN]);
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    /// The seed in an opened record.
    pub fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// What is to be sealed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The Base32 text (RFC 4648) that is typed into an app.
    pub fn base32(&self) -> Secret {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let mut text = String::with_capacity(self.0.len().div_ceil(5) * 8);
        for group in self.0.chunks(5) {
            let mut bits = 0u64;
            for index in 0..5 {
                bits = (bits << 8) | u64::from(group.get(index).copied().unwrap_or(0));
            }
            let letters = (group.len() * 8).div_ceil(5);
            for letter in 0..letters {
                let index = (bits >> (35 - 5 * letter)) & 31;
                text.push(char::from(ALPHABET.get(index as usize).copied().unwrap_or(b'=')));
            }
        }
        Secret::new(text)
    }

    /// The code of a step: six digits.
    pub fn code(&self, step: TotpStep) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        format!("{:0width$}", truncated(&key, step), width = DIGITS)
    }

    /// The first step from `earliest` to `latest` that has this code. A code that is wrong takes as long as one
    /// that is right.
    pub fn find(&self, code: &str, earliest: TotpStep, latest: TotpStep) -> Option<TotpStep> {
        self.find_row(&[code], earliest, latest)
    }

    /// The first step from `earliest` to `latest` that has the first of these codes while the following steps have
    /// the others: whoever knows two codes in a row has the device, whatever its clock says.
    pub fn find_row(&self, codes: &[&str], earliest: TotpStep, latest: TotpStep) -> Option<TotpStep> {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let is_code = |code: &str, step| {
            let right = format!("{:0width$}", truncated(&key, step), width = DIGITS);
            verify_slices_are_equal(right.as_bytes(), code.as_bytes()).is_ok()
        };
        let mut found = None;
        for number in earliest.0..=latest.0 {
            let row = (0..).zip(codes).all(|(ahead, code)| is_code(code, TotpStep(number).plus(ahead)));
            if row && found.is_none() {
                found = Some(TotpStep(number));
            }
        }
        found
    }
}

/// The dynamic truncation of RFC 4226, section 5.3.
fn truncated(key: &hmac::Key, step: TotpStep) -> u32 {
    let tag = hmac::sign(key, &step.0.to_be_bytes());
    let digest = tag.as_ref();
    let offset = usize::from(digest.last().copied().unwrap_or(0) & 0x0f);
    let word = digest.iter().skip(offset).take(4).fold(0u32, |word, byte| (word << 8) | u32::from(*byte));
    (word & 0x7fff_ffff) % MODULUS
}

impl std::fmt::Debug for TotpSeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSeed(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::Counting;

    fn seed(text: &[u8]) -> TotpSeed {
        TotpSeed::from_bytes(Zeroizing::new(text.to_vec()))
    }

    #[test]
    fn codes_of_rfc_6238_and_rfc_4226() {
        // RFC 6238, appendix B, SHA-1; the last six of its eight digits.
        let seed = seed(b"12345678901234567890");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(seed.code(TotpStep::at(Timestamp::from_seconds(seconds))), code, "{seconds}");
        }
        // RFC 4226, appendix D.
        for (count, code) in [(0, "755224"), (1, "287082"), (9, "520489")] {
            assert_eq!(seed.code(TotpStep::new(count)), code);
        }
    }

    #[test]
    fn base32_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(seed(bytes.as_bytes()).base32().expose(), text);
        }
        let new = TotpSeed::generate(&mut Counting(5));
        assert_eq!((new.base32().expose().len(), new.as_bytes().len()), (64, 40));
        assert_eq!(format!("{new:?}"), "TotpSeed(redacted)");
    }

    #[test]
    fn codes_are_found_in_their_steps_only() {
        let seed = seed(b"12345678901234567890");
        let step = TotpStep::new;
        let code = |number| seed.code(step(number));
        for (wanted, earliest, latest, found) in [
            (code(7), 6, 8, Some(7)),
            (code(6), 6, 8, Some(6)),
            (code(8), 6, 8, Some(8)),
            (code(5), 6, 8, None),
            (code(9), 6, 8, None),
            (code(7), 8, 6, None),
            ("12345".to_owned(), 6, 8, None),
            (format!("{}0", code(7)), 6, 8, None),
            (String::new(), 6, 8, None),
        ] {
            assert_eq!(seed.find(&wanted, step(earliest), step(latest)), found.map(step), "{wanted}");
        }
        let rows = [
            ([code(7), code(8)], Some(7)),
            ([code(8), code(7)], None),
            ([code(7), code(9)], None),
            ([code(7), code(7)], None),
        ];
        for ([first, second], found) in rows {
            assert_eq!(seed.find_row(&[&first, &second], step(1), step(20)), found.map(step));
        }
    }
}
