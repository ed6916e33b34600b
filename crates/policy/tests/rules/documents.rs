//! Documents that AWS accepted or refused when they were saved as managed policies, with its exact message.

use keygate_policy::{Policy, PolicyKind};

#[test]
fn rule_99_all_recorded_documents_hold() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in include_str!("policy-documents.jsonl").lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let document = case["document"].as_str().unwrap();
        let expected = case["errorMessage"].as_str();
        for kind in [PolicyKind::Identity, PolicyKind::Boundary, PolicyKind::Session] {
            let found = Policy::parse(document, kind).err().map(|refusal| refusal.message);
            if found.as_deref() != expected {
                wrong.push(format!("{}: {found:?} instead of {expected:?}", case["id"]));
            }
        }
        if expected.is_none() {
            let policy = Policy::read(document, PolicyKind::Identity).unwrap();
            assert_eq!(policy.text(), document);
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(count, 132);
}
