//! The path of an IAM entity: `/`, or `/…/` with printable ASCII, at most 512 characters (rule 233).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A path; begins and ends with `/`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EntityPath(String);

/// The text is not a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidPath;

impl EntityPath {
    /// The text, with both slashes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for EntityPath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl FromStr for EntityPath {
    type Err = InvalidPath;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bounded = text.len() <= 512 && text.starts_with('/') && text.ends_with('/');
        let printable = text.bytes().all(|b| (0x21..=0x7f).contains(&b));
        if bounded && printable { Ok(Self(text.to_owned())) } else { Err(InvalidPath) }
    }
}

impl TryFrom<String> for EntityPath {
    type Error = InvalidPath;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EntityPath> for String {
    fn from(path: EntityPath) -> Self {
        path.0
    }
}

impl fmt::Display for EntityPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EntityPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InvalidPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a path begins and ends with / and holds printable ASCII, at most 512 characters")
    }
}

impl std::error::Error for InvalidPath {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_233_paths() {
        for good in ["/", "/a/", "/a/b/", "/!~/", "//"] {
            assert_eq!(good.parse::<EntityPath>().unwrap().as_str(), good);
        }
        let long = format!("/{}/", "x".repeat(511));
        for bad in ["", "a", "/a", "a/", "/a b/", "/ä/", long.as_str()] {
            assert_eq!(bad.parse::<EntityPath>(), Err(InvalidPath), "{bad}");
        }
    }
}
