//! How AWS counts the size of policies, and how large they may be.

use crate::policy::PolicyKind;

/// The characters of a policy without the white space outside JSON strings (rules 229, 230): how IAM counts.
///
/// Space, tab, carriage return and line feed are not counted; characters are counted, not bytes.
pub fn policy_size(text: &str) -> usize {
    let mut in_string = false;
    let mut escaped = false;
    let mut size = 0;
    for character in text.chars() {
        if in_string {
            size += 1;
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_string = false,
                _ => {}
            }
        } else if !matches!(character, ' ' | '\t' | '\r' | '\n') {
            size += 1;
            in_string = character == '"';
        }
    }
    size
}

/// The size of a document as the service counts that keeps policies of this kind: without white space where IAM does
/// (rule 230), all characters of session, organization and endpoint policies (rules 50, 58, 68, 234), bytes of the
/// policies of other resources.
pub(crate) fn size_as(kind: PolicyKind, text: &str) -> usize {
    match kind {
        PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Trust => policy_size(text),
        PolicyKind::Session | PolicyKind::Scp | PolicyKind::Rcp | PolicyKind::VpcEndpoint => {
            text.chars().count()
        }
        PolicyKind::Resource => text.len(),
    }
}

impl PolicyKind {
    /// How large one policy of this kind may be by AWS's default quotas, counted as [`Policy::size`] does; nothing for
    /// policies of resources, whose services differ, see [`resource_policy_limit`].
    ///
    /// Inline policies have a limit for all of a user, group or role together; this is the one of a managed policy.
    ///
    /// [`Policy::size`]: crate::Policy::size
    pub const fn size_limit(self) -> Option<usize> {
        match self {
            Self::Identity | Self::Boundary => Some(6_144),
            Self::Trust | Self::Session => Some(2_048),
            Self::Scp => Some(10_240),
            Self::Rcp => Some(5_120),
            Self::VpcEndpoint => Some(20_480),
            Self::Resource => None,
        }
    }
}

/// How large the policy of a resource of this service may be, in bytes (rule 234); nothing where AWS's limit is not
/// known here.
pub fn resource_policy_limit(service: &str) -> Option<usize> {
    match service {
        "s3" | "lambda" => Some(20_480),
        "kms" => Some(32_768),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_230_white_space_counts_only_inside_strings() {
        for (text, size) in [
            ("", 0),
            (" {\t\r\n} ", 2),
            (r#"{ "a b" : 1 }"#, 9),
            (r#"{"a\" b": "c"}"#, 13),
            (r#"{"é ": 1}"#, 8),
            (r#"["\\" , " "]"#, 10),
        ] {
            assert_eq!(policy_size(text), size, "{text}");
        }
    }

    #[test]
    fn rules_50_and_58_organizations_count_every_character() {
        let text = "{ \"é\":\n 1 }";
        for (kind, size, limit) in [
            (PolicyKind::Scp, 11, Some(10_240)),
            (PolicyKind::Rcp, 11, Some(5_120)),
            (PolicyKind::Identity, 7, Some(6_144)),
            (PolicyKind::Trust, 7, Some(2_048)),
        ] {
            assert_eq!((size_as(kind, text), kind.size_limit()), (size, limit), "{kind:?}");
        }
    }

    #[test]
    fn rule_234_sizes_of_resource_policies() {
        assert_eq!(size_as(PolicyKind::Resource, "{ \"é\": 1 }"), 11, "bytes");
        assert_eq!(size_as(PolicyKind::VpcEndpoint, "{ \"é\": 1 }"), 10, "characters");
        assert_eq!(PolicyKind::VpcEndpoint.size_limit(), Some(20_480));
        assert_eq!(PolicyKind::Resource.size_limit(), None);
        for (service, limit) in [("s3", 20_480), ("lambda", 20_480), ("kms", 32_768)] {
            assert_eq!(resource_policy_limit(service), Some(limit));
        }
        assert_eq!(resource_policy_limit("nowhere"), None);
    }
}
