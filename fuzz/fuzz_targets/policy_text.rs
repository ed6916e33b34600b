//! Any bytes to the parser of policies.

#![no_main]

use keygate_policy::{Policy, PolicyKind};
use libfuzzer_sys::fuzz_target;

const KINDS: [PolicyKind; 8] = [
    PolicyKind::Identity,
    PolicyKind::Trust,
    PolicyKind::Resource,
    PolicyKind::Boundary,
    PolicyKind::Session,
    PolicyKind::Scp,
    PolicyKind::Rcp,
    PolicyKind::VpcEndpoint,
];

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for kind in KINDS {
        let read = Policy::read(text, kind);
        if let Ok(policy) = Policy::parse(text, kind) {
            assert!(read.is_ok(), "accepted on save, refused later");
            assert_eq!(policy.text(), text);
            for statement in policy.statements() {
                let span = statement.span();
                assert!(
                    text.get(span.start.offset..span.end.offset).is_some_and(|text| text.starts_with('{'))
                );
            }
        }
    }
});
