//! The one place that reads the clock and draws randomness; everything below takes them as arguments.

use std::cell::RefCell;

use keygate_ident::{Entropy, Timestamp};

/// The time of day.
#[expect(clippy::disallowed_methods, reason = "the edge reads the clock for everyone below")]
pub fn now() -> Timestamp {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// For measuring durations.
#[expect(clippy::disallowed_methods, reason = "the edge reads the clock for everyone below")]
pub fn instant() -> std::time::Instant {
    std::time::Instant::now()
}

/// The operating system's random bytes, through the cryptographic library.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "the edge draws randomness for everyone below")]
    #[expect(
        clippy::panic,
        reason = "without randomness no key, id or nonce may be made: the request must not go on"
    )]
    fn fill(&mut self, bytes: &mut [u8]) {
        if aws_lc_rs::rand::fill(bytes).is_err() {
            panic!("the operating system gives no randomness");
        }
    }
}

/// Sixteen random bytes out of a supply that each thread draws in one go: every request takes two ids, and asking
/// for them one by one cost a twentieth of its time. For ids only, never for keys or nonces.
fn pooled() -> [u8; 16] {
    const IDS: usize = 64;
    thread_local! {
        static SUPPLY: RefCell<Vec<[u8; 16]>> = const { RefCell::new(Vec::new()) };
    }
    SUPPLY.with_borrow_mut(|supply| {
        if let Some(id) = supply.pop() {
            return id;
        }
        let mut bytes = [0u8; 16 * IDS];
        SystemEntropy.fill(&mut bytes);
        let (ids, _) = bytes.as_chunks::<16>();
        supply.extend_from_slice(ids);
        supply.pop().unwrap_or_default()
    })
}

/// A random id in the form of a UUID (version 4), as AWS's request and event ids are.
pub fn uuid() -> String {
    keygate_ident::uuid(pooled())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_says_that_it_is_random() {
        let id = uuid();
        assert_eq!(id.len(), 36);
        assert_eq!(id.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&id.as_bytes()[19]));
        assert_ne!(id, uuid());
    }
}
