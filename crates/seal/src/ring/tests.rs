use super::*;
use crate::test_support::Counting;

const A: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const B: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

#[test]
fn text_round_trip() {
    let ring = KeyRing::generate(&mut Counting(1)).rotated(&mut Counting(2)).rotated(&mut Counting(3));
    let again = KeyRing::parse(&ring.to_text()).unwrap();
    assert_eq!(again.to_text(), ring.to_text());
    assert_eq!(again.ids().count(), 3);
    assert_eq!(again.current_id(), ring.current_id());
}

#[test]
fn parse_is_strict() {
    use KeyRingFault::*;
    let check = |text: &str, line: usize, fault: KeyRingFault| {
        assert_eq!(KeyRing::parse(text).err(), Some(InvalidKeyRing { line, fault }), "{text:?}");
    };
    check("", 0, Empty);
    check("# nothing\n\n", 0, Empty);
    check("nonsense", 1, NotAKeyLine);
    check(&format!("# c\n: {A}"), 2, BadId);
    check(&format!("a b: {A}"), 1, BadId);
    check(&format!("a : {A}"), 1, BadId);
    check(&format!("{}: {A}", "x".repeat(33)), 1, BadId);
    check("a: ", 1, BadKey);
    check("a: AQEB", 1, BadKey);
    check(&format!("a: {}", A.trim_end_matches('=')), 1, BadKey);
    check(&format!("a: {A} trailing"), 1, BadKey);
    check(&format!("a: {A}{A}"), 1, BadKey);
    check(&format!("a: {A}\na: {B}"), 2, DuplicateId);
    check(&format!("a: {A}\n\nb: {A}"), 3, DuplicateKey);
    let many: String = (0..65u8).map(|n| format!("k{n}: {}\n", STANDARD.encode([n; 32]))).collect();
    check(&many, 65, TooMany);
}

#[test]
fn comments_blank_lines_and_order() {
    let ring = KeyRing::parse(&format!("\n# one\n  new: {A}  \r\n\nold:{B}\n")).unwrap();
    assert_eq!(ring.ids().map(KeyId::as_str).collect::<Vec<_>>(), ["new", "old"]);
    assert_eq!(ring.current_id().as_str(), "new");
}

#[test]
fn environment_value() {
    let ring = KeyRing::from_env_value(A).unwrap();
    let other = KeyRing::from_env_value(&format!(" {B}\n")).unwrap();
    assert_ne!(ring.current_id(), other.current_id());
    assert_eq!(KeyRing::from_env_value(A).unwrap().current_id(), ring.current_id());
    for bad in ["", "AQEB", "not base64", &A[1..]] {
        assert_eq!(KeyRing::from_env_value(bad).err().map(|e| e.fault), Some(KeyRingFault::BadKey));
    }
}

#[test]
fn debug_and_errors_show_no_key() {
    let ring = KeyRing::parse(&format!("a: {A}")).unwrap();
    assert_eq!(format!("{ring:?}"), "KeyRing([a])");
    let error = KeyRing::parse(&format!("a b: {A}")).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("AQEB"));
}
