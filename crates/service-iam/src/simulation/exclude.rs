//! `PolicyExclusionList`: attached policies that a simulation leaves out.

use keygate_ident::{AccountId, ArnParts, Partition};
use keygate_shapes::iam::{InlinePolicyIdentifierType, PolicyIdentifier};
use keygate_state::{Effective, Held, InvalidInput};

use super::sourced::name_of;

/// Which policies to leave out.
enum Exclusion<'a> {
    Inline,
    AwsManaged,
    UserManaged,
    Boundary,
    /// Organization policies, of which there are none.
    Nothing,
    /// Managed policies whose ARN matches.
    Arn(&'a str),
    /// Inline policies of this name whose owner matches.
    Named(&'a InlinePolicyIdentifierType),
}

/// Leaves policies out. A boundary is left out only as such, not by the ARN of its policy.
///
/// # Errors
/// An identifier is not well formed. One that matches nothing is fine.
pub(super) fn apply(
    effective: &mut Effective,
    list: Option<&[PolicyIdentifier]>,
) -> Result<(), InvalidInput> {
    let read = |(index, identifier)| {
        Exclusion::read(identifier).ok_or_else(|| {
            let number = index + 1;
            InvalidInput::new(format!(
                "Policy exclusion list item {number} is not a valid policy identifier."
            ))
        })
    };
    let exclusions: Vec<Exclusion<'_>> =
        list.unwrap_or_default().iter().enumerate().map(read).collect::<Result<_, _>>()?;
    effective.identity.retain(|held| !exclusions.iter().any(|exclusion| exclusion.matches(held)));
    if exclusions.iter().any(|exclusion| matches!(exclusion, Exclusion::Boundary)) {
        effective.boundary = None;
    }
    Ok(())
}

impl<'a> Exclusion<'a> {
    fn read(identifier: &'a PolicyIdentifier) -> Option<Self> {
        match identifier {
            PolicyIdentifier::PolicyType(kind) => match kind.as_str() {
                "inline" => Some(Self::Inline),
                "aws-managed" => Some(Self::AwsManaged),
                "user-managed" => Some(Self::UserManaged),
                "permission-boundary" => Some(Self::Boundary),
                "scp" | "rcp" => Some(Self::Nothing),
                _ => None,
            },
            PolicyIdentifier::PolicyArn(arn) => is_policy_pattern(arn).then_some(Self::Arn(arn)),
            PolicyIdentifier::InlinePolicyIdentifier(inline) => {
                (stars(&inline.attachment_name) <= 1).then_some(Self::Named(inline))
            }
            PolicyIdentifier::Unset => None,
        }
    }

    fn matches(&self, held: &Held) -> bool {
        let arn = held.arn.as_deref();
        let is_aws = arn.and_then(ArnParts::split).is_some_and(|parts| parts.account == "aws");
        match self {
            Self::Inline => held.inline_of.is_some(),
            Self::AwsManaged => is_aws,
            Self::UserManaged => arn.is_some() && !is_aws,
            Self::Boundary | Self::Nothing => false,
            Self::Arn(pattern) => arn.is_some_and(|arn| glob(pattern, arn) || glob(pattern, &pathless(arn))),
            Self::Named(InlinePolicyIdentifierType { policy_name, attachment_type, attachment_name }) => {
                let owned = |(kind, owner): &(keygate_state::PrincipalKind, String)| {
                    kind.word() == attachment_type && glob(attachment_name, owner)
                };
                held.name == *policy_name && held.inline_of.as_ref().is_some_and(owned)
            }
        }
    }
}

/// The ARN of a managed policy, with wildcards behind `policy/` only, and one `*` at most.
fn is_policy_pattern(arn: &str) -> bool {
    ArnParts::split(arn).is_some_and(|parts| {
        Partition::from_name(parts.partition).is_some()
            && parts.service == "iam"
            && parts.region.is_empty()
            && (parts.account == "aws" || parts.account.parse::<AccountId>().is_ok())
            && parts.resource.strip_prefix("policy/").is_some_and(|name| !name.is_empty())
            && stars(arn) <= 1
    })
}

/// The ARN without the policy's path, by which AWS also finds it.
fn pathless(arn: &str) -> String {
    let start = arn.find(":policy/").map_or(0, |colon| colon + ":policy/".len());
    format!("{}{}", arn.get(..start).unwrap_or_default(), name_of(arn))
}

fn stars(text: &str) -> usize {
    text.matches('*').count()
}

/// Whether the text matches a pattern with one `*` at most and any number of `?`.
fn glob(pattern: &str, text: &str) -> bool {
    let same = |pattern: &str, text: &str| {
        pattern.chars().count() == text.chars().count()
            && pattern.chars().zip(text.chars()).all(|(wanted, found)| wanted == '?' || wanted == found)
    };
    let Some((start, end)) = pattern.split_once('*') else { return same(pattern, text) };
    let (first, last, all) = (start.chars().count(), end.chars().count(), text.chars().count());
    let Some(rest) = all.checked_sub(last).filter(|rest| *rest >= first) else { return false };
    let head: String = text.chars().take(first).collect();
    let tail: String = text.chars().skip(rest).collect();
    same(start, &head) && same(end, &tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_one_star_and_question_marks() {
        for (pattern, text, matches) in [
            ("abc", "abc", true),
            ("abc", "abd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a*", "a", true),
            ("a*c", "ac", true),
            ("a*c", "abbc", true),
            ("a*c", "abbd", false),
            ("ab*bc", "abc", false),
            ("*", "", true),
            ("ä?*", "äöü", true),
        ] {
            assert_eq!(glob(pattern, text), matches, "{pattern} {text}");
        }
    }

    #[test]
    fn arns_of_policies_with_wildcards_in_the_name_only() {
        for (arn, good) in [
            ("arn:aws:iam::aws:policy/ReadOnly*", true),
            ("arn:aws:iam::123456789012:policy/team/p?", true),
            ("arn:aws:iam::123456789012:policy/*a*", false),
            ("arn:aws:iam::*:policy/p", false),
            ("arn:aws:iam::123456789012:role/p", false),
            ("arn:aws:iam::123456789012:policy/", false),
            ("arn:none:iam::123456789012:policy/p", false),
            ("no-arn-but-long-enough", false),
        ] {
            assert_eq!(is_policy_pattern(arn), good, "{arn}");
        }
    }
}
