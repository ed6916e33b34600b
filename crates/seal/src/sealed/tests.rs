use super::*;
use crate::test_support::Counting;

const SECRET: &[u8] = b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const CONTEXT: &[u8] = b"123456789012/AKIAIOSFODNN7EXAMPLE";

fn ring() -> KeyRing {
    KeyRing::generate(&mut Counting(7))
}

fn sealed(ring: &KeyRing) -> Sealed {
    ring.seal(Purpose::SecretAccessKey, CONTEXT, SECRET, &mut Counting(9)).unwrap()
}

fn open(ring: &KeyRing, sealed: &Sealed) -> Result<Vec<u8>, OpenError> {
    ring.open(Purpose::SecretAccessKey, CONTEXT, sealed).map(|plain| plain.to_vec())
}

#[test]
fn round_trip() {
    let ring = ring();
    for length in [0, 1, 40, 1000, MAX_PLAINTEXT] {
        let secret = vec![b'x'; length];
        let value = ring.seal(Purpose::MfaSeed, b"", &secret, &mut Counting(3)).unwrap();
        let text = serde_json::to_string(&value).unwrap();
        let value: Sealed = serde_json::from_str(&text).unwrap();
        assert_eq!(ring.open(Purpose::MfaSeed, b"", &value).unwrap().to_vec(), secret);
    }
    assert_eq!(
        ring.seal(Purpose::MfaSeed, b"", &[0; MAX_PLAINTEXT + 1], &mut Counting(3)).err(),
        Some(SealError)
    );
}

#[test]
fn every_flipped_bit_and_every_truncation_refuses() {
    let ring = ring();
    let good = sealed(&ring);
    for index in 0..good.0.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad.0[index] ^= 1 << bit;
            assert!(open(&ring, &bad).is_err(), "byte {index}, bit {bit}");
        }
        let short = Sealed(good.0[..index].to_vec());
        assert!(open(&ring, &short).is_err(), "cut at {index}");
    }
    let mut long = good.clone();
    long.0.push(0);
    assert_eq!(open(&ring, &long), Err(OpenError::Refused));
}

#[test]
fn another_purpose_or_context_refuses() {
    let ring = ring();
    let value = sealed(&ring);
    let check = |purpose, context: &[u8]| {
        assert_eq!(ring.open(purpose, context, &value).err(), Some(OpenError::Refused), "{purpose:?}");
    };
    check(Purpose::MfaSeed, CONTEXT);
    check(Purpose::SessionToken, CONTEXT);
    check(Purpose::SecretAccessKey, b"");
    check(Purpose::SecretAccessKey, b"123456789012/AKIAIOSFODNN7EXAMPLF");
    assert_eq!(open(&ring, &value).as_deref(), Ok(SECRET));
}

#[test]
fn rotation_keeps_old_values_and_an_unknown_key_refuses() {
    let old = ring();
    let value = sealed(&old);
    let new = old.rotated(&mut Counting(99));
    assert_eq!(open(&new, &value).as_deref(), Ok(SECRET));
    assert!(new.is_stale(&value) && !old.is_stale(&value));
    let fresh = sealed(&new);
    assert!(!new.is_stale(&fresh));
    assert_eq!(open(&old, &fresh), Err(OpenError::UnknownKey(new.current_id().clone())));
}

#[test]
fn another_key_of_the_same_id_refuses() {
    let one = KeyRing::parse("k: AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=").unwrap();
    let two = KeyRing::parse("k: AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=").unwrap();
    assert_eq!(open(&two, &sealed(&one)), Err(OpenError::Refused));
}

#[test]
fn an_unknown_version_is_named() {
    let ring = ring();
    let mut value = sealed(&ring);
    value.0[0] = 2;
    assert_eq!(open(&ring, &value), Err(OpenError::UnknownVersion(2)));
    assert!(ring.is_stale(&value));
}

#[test]
fn the_stored_form_is_stable() {
    // Written by the first version of this code; if this fails, data at rest is lost.
    let ring = KeyRing::parse("k: AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=").unwrap();
    let value = Sealed::try_from(STORED.to_owned()).unwrap();
    assert_eq!(open(&ring, &value).as_deref(), Ok(SECRET));
}

const STORED: &str = "AQFrLsX+PBcEWr2xNqXmqRPjKrda5otT0vwUm3flBJjhi9de0+zWxCr59hX6n4/clktP8s02B9mTD4v+Yf4F7KeLA/tJsY7u71jz74IhJpsnhfpvLfq/";

#[test]
fn same_secret_twice_looks_different() {
    let ring = ring();
    let mut entropy = Counting(1);
    let one = ring.seal(Purpose::MfaSeed, b"", SECRET, &mut entropy).unwrap();
    let two = ring.seal(Purpose::MfaSeed, b"", SECRET, &mut entropy).unwrap();
    assert_ne!(one, two);
}

#[test]
fn debug_shows_neither_secret_nor_ciphertext() {
    let ring = KeyRing::parse("k: AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=").unwrap();
    assert_eq!(format!("{:?}", sealed(&ring)), "Sealed(under Some(k))");
}
