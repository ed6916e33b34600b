//! A stored policy document: the text byte for byte, and its compiled form, made once when first needed.

use std::fmt;
use std::sync::{Arc, OnceLock};

use keygate_policy::{Policy, PolicyKind};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A policy document that was accepted when it was saved. Cheap to clone; the compiled form is shared.
#[derive(Clone)]
pub struct PolicyText(Arc<Inner>);

struct Inner {
    text: String,
    compiled: OnceLock<Option<Arc<Policy>>>,
}

impl PolicyText {
    /// A document which has just been parsed: text and compiled form together.
    pub fn accepted(policy: Policy) -> Self {
        let text = policy.text().to_owned();
        let compiled = OnceLock::from(Some(Arc::new(policy)));
        Self(Arc::new(Inner { text, compiled }))
    }

    /// A document accepted earlier, by its text alone.
    pub fn stored(text: String) -> Self {
        Self(Arc::new(Inner { text, compiled: OnceLock::new() }))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// Characters that count against a quota (rules 229, 230).
    pub fn size(&self) -> usize {
        keygate_policy::policy_size(&self.0.text)
    }

    /// The compiled form; `None` if this version does not understand the document. Whoever gets `None` must
    /// refuse (rule 10). A document is always used as the same kind.
    pub fn policy(&self, kind: PolicyKind) -> Option<&Arc<Policy>> {
        self.0.compiled.get_or_init(|| Policy::read(&self.0.text, kind).ok().map(Arc::new)).as_ref()
    }
}

impl PartialEq for PolicyText {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for PolicyText {}

impl fmt::Debug for PolicyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for PolicyText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for PolicyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::stored)
    }
}
