//! Action and NotAction (rules 103-109).

use crate::pattern::{folded, matches, wild};

/// Whether a pattern matches an action.
pub(crate) fn action_matches(pattern: &str, action: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    // Rule 105: wildcards work in the vendor too, and the colon is a colon.
    match (pattern.split_once(':'), action.split_once(':')) {
        (Some((vendor, name)), Some((asked_vendor, asked_name))) => {
            matches(&folded(wild(vendor)), asked_vendor) && matches(&folded(wild(name)), asked_name)
        }
        _ => false,
    }
}
