//! Session policies of a request, and how much room they take (rules 67-69).

use keygate_operation::Failure;
use keygate_policy::{Policy, PolicyKind};
use keygate_shapes::declares;
use keygate_shapes::sts::PolicyDescriptorType;
use keygate_state::{Account, MalformedPolicyDocument, Managed, SessionPolicy, Tags};
use keygate_wire::OperationModel;

/// Characters of the inline policy and the ARNs together (rule 68).
const MAX_PLAIN: usize = 2048;
/// Managed policies per session (rule 67).
const MAX_MANAGED: usize = 10;
/// Bytes of policies and tags in a token that count as 100 % of `PackedPolicySize`. AWS does not publish its
/// packed form; this is the size of ours.
const MAX_PACKED: usize = 6144;

/// The session policies of a request; `None` if it passes none.
///
/// # Errors
/// A malformed inline policy, a managed policy that is not this account's or AWS's, or too much text.
pub(crate) fn policies<M>(
    account: &Account,
    inline: Option<&str>,
    managed: Option<&[PolicyDescriptorType]>,
) -> Result<Option<Vec<SessionPolicy>>, Failure<M>>
where
    M: OperationModel + declares::MalformedPolicyDocument + declares::PackedPolicyTooLarge,
{
    // An entry without ARN must not pass for no policy at all.
    let arns: Option<Vec<&str>> =
        managed.unwrap_or_default().iter().map(|policy| policy.arn.as_deref()).collect();
    let arns = arns.ok_or_else(|| Failure::validation("A session policy in PolicyArns has no ARN."))?;
    if inline.is_none() && arns.is_empty() {
        return Ok(None);
    }
    if arns.len() > MAX_MANAGED {
        return Err(Failure::validation(format!(
            "The number of session policy ARNs exceeds the limit of {MAX_MANAGED}."
        )));
    }
    let plain =
        inline.map_or(0, |text| text.chars().count()) + arns.iter().map(|arn| arn.len()).sum::<usize>();
    if plain > MAX_PLAIN {
        return Err(Failure::packed_policy_too_large(format!(
            "The plaintext of the session policies exceeds the limit of {MAX_PLAIN} characters."
        )));
    }
    let mut policies = Vec::with_capacity(arns.len() + 1);
    if let Some(text) = inline {
        let parsed = Policy::parse(text, PolicyKind::Session);
        parsed.map_err(|refusal| MalformedPolicyDocument::new(refusal.message))?;
        policies.push(SessionPolicy::Inline(text.to_owned()));
    }
    for arn in arns {
        let found = match account.managed(arn) {
            Some(Managed::Own(policy)) => {
                policy.default().map(|version| (version.id(), Some(policy.id.clone())))
            }
            Some(Managed::Aws(policy)) => Some((policy.entry().version.to_owned(), None)),
            None => None,
        };
        let missing =
            || MalformedPolicyDocument::new(format!("Policy {arn} does not exist or is not attachable."));
        let (version, id) = found.ok_or_else(missing)?;
        policies.push(SessionPolicy::Managed { arn: arn.to_owned(), version, id });
    }
    Ok(Some(policies))
}

/// `PackedPolicySize`: what policies and tags take of the room in a token, in percent. `None` if there are none.
/// Whatever passes fits into a token.
///
/// # Errors
/// More than all of it.
pub(crate) fn size<M>(
    policies: Option<&[SessionPolicy]>,
    tags: &Tags,
    transitive: &[String],
) -> Result<Option<i32>, Failure<M>>
where
    M: OperationModel + declares::PackedPolicyTooLarge,
{
    let policy = |policy: &SessionPolicy| match policy {
        SessionPolicy::Inline(text) => text.len(),
        SessionPolicy::Managed { arn, .. } => arn.len(),
    };
    let policies = policies.map_or(0, |policies| policies.iter().map(policy).sum());
    let tags: usize = tags.iter().map(|(key, value)| key.len() + value.len()).sum();
    let transitive: usize = transitive.iter().map(String::len).sum();
    let bytes = policies + tags + transitive;
    if bytes == 0 {
        return Ok(None);
    }
    let percent = (bytes * 100).div_ceil(MAX_PACKED);
    if percent > 100 {
        return Err(Failure::packed_policy_too_large(format!(
            "Serialized token too large for session: the policies and tags take {percent}% of the allowed size."
        )));
    }
    Ok(i32::try_from(percent).ok())
}

#[cfg(test)]
mod tests;
