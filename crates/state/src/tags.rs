//! Tags: at most fifty; on users and roles the keys are case-insensitive but shown as given (rule 228).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{InvalidInput, LimitExceeded};

/// Whether keys that differ only by case are one key (rule 228).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagCase {
    /// Users and roles.
    Insensitive,
    /// Policies, instance profiles, providers, certificates, MFA devices.
    Sensitive,
}

/// Tags of one resource, in byte order of their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(BTreeMap<String, String>);

/// Why tags were refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagError {
    /// The keys are not acceptable.
    Invalid(InvalidInput),
    /// More than the quota.
    Limit(LimitExceeded),
}

impl Tags {
    /// No tags.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds or replaces tags.
    ///
    /// # Errors
    /// A key twice in `new`, a key beginning with `aws:`, or more tags than `limit` afterwards.
    pub fn set<'a>(
        &mut self,
        new: impl IntoIterator<Item = (&'a str, &'a str)>,
        case: TagCase,
        limit: u32,
    ) -> Result<(), TagError> {
        let mut result = self.clone();
        let mut seen: Vec<&str> = Vec::new();
        for (key, value) in new {
            if seen.iter().any(|other| same(other, key, case)) {
                let message = match case {
                    TagCase::Insensitive => {
                        "Duplicate tag keys found. Please note that Tag keys are case insensitive."
                    }
                    TagCase::Sensitive => "Duplicate tag keys found.",
                };
                return Err(TagError::Invalid(InvalidInput::new(message)));
            }
            if key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:")) {
                let message = format!(
                    "The tag key {key} is not valid: keys that begin with aws: are reserved for system use."
                );
                return Err(TagError::Invalid(InvalidInput::new(message)));
            }
            seen.push(key);
            result.0.retain(|existing, _| !same(existing, key, case));
            result.0.insert(key.to_owned(), value.to_owned());
        }
        if result.0.len() > limit as usize {
            let message = "The number of tags has reached the maximum limit.";
            return Err(TagError::Limit(LimitExceeded::new(message)));
        }
        *self = result;
        Ok(())
    }

    /// Removes keys; unknown ones are ignored, as AWS does.
    pub fn remove<'a>(&mut self, keys: impl IntoIterator<Item = &'a str>, case: TagCase) {
        for key in keys {
            self.0.retain(|existing, _| !same(existing, key, case));
        }
    }

    /// The value of this key.
    pub fn get(&self, key: &str, case: TagCase) -> Option<&str> {
        match case {
            TagCase::Sensitive => self.0.get(key).map(String::as_str),
            TagCase::Insensitive => self.iter().find(|(k, _)| same(k, key, case)).map(|(_, value)| value),
        }
    }

    /// Key and value, sorted by key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// No tags.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Number of tags.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

fn same(a: &str, b: &str, case: TagCase) -> bool {
    match case {
        // IAM's tag keys may hold any letter; folding beyond ASCII follows Unicode's simple lower case.
        TagCase::Insensitive => a == b || a.to_lowercase() == b.to_lowercase(),
        TagCase::Sensitive => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_228_case_of_keys() {
        let mut tags = Tags::default();
        tags.set([("Team", "a")], TagCase::Insensitive, 50).unwrap();
        tags.set([("team", "b")], TagCase::Insensitive, 50).unwrap();
        assert_eq!(tags.iter().collect::<Vec<_>>(), [("team", "b")]);
        tags.set([("Team", "c")], TagCase::Sensitive, 50).unwrap();
        assert_eq!(tags.len(), 2);
        tags.remove(["TEAM"], TagCase::Insensitive);
        assert!(tags.is_empty());
    }

    #[test]
    fn a_refused_set_changes_nothing() {
        let mut tags = Tags::default();
        assert!(matches!(
            tags.set([("a", "1"), ("A", "2")], TagCase::Insensitive, 50),
            Err(TagError::Invalid(_))
        ));
        assert!(matches!(
            tags.set([("a", "1"), ("aws:x", "2")], TagCase::Sensitive, 50),
            Err(TagError::Invalid(_))
        ));
        let many: Vec<String> = (0..51).map(|n| n.to_string()).collect();
        let result = tags.set(many.iter().map(|key| (key.as_str(), "")), TagCase::Sensitive, 50);
        assert!(matches!(result, Err(TagError::Limit(_))));
        assert!(tags.is_empty());
    }
}
