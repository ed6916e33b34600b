//! Statement ids (rules 89, 90).

use std::collections::HashSet;

use crate::document::{Document, Fault, Text, Words};
use crate::policy::PolicyKind;
use crate::refusal::RefusalCode;

/// Ids are unique, except that several may be empty; IAM's have letters and digits only. Underscores are named
/// nowhere, but recorded documents with them were accepted.
pub(crate) fn check(document: &Document<'_>, kind: PolicyKind) -> Result<(), Fault> {
    let words = Words::of(kind);
    let alphanumeric_only = !matches!(kind, PolicyKind::Resource | PolicyKind::VpcEndpoint);
    let mut seen = HashSet::new();
    for sid in document.statements.iter().filter_map(|statement| statement.sid.as_ref()) {
        if alphanumeric_only
            && !sid.value.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        {
            return Err(fault(sid, words.say(ALPHANUMERIC)));
        }
        if !sid.value.is_empty() && !seen.insert(sid.value.as_ref()) {
            return Err(fault(sid, words.say(unique(words))));
        }
    }
    Ok(())
}

const ALPHANUMERIC: &str = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular \
                            expression [0-9A-Za-z]*";

fn unique(words: Words) -> &'static str {
    match words {
        Words::Iam | Words::Organizations => "Statement IDs (SID) in a single policy must be unique.",
        Words::Resource => "The Statement Ids in the policy are not unique",
    }
}

fn fault(sid: &Text<'_>, message: String) -> Fault {
    Fault::new(RefusalCode::Sid, message, sid.at.clone())
}
