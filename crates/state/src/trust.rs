//! Principals of trust policies: saved as unique ids, shown as ARNs (rule 180).
//!
//! When a trust policy is saved, the ARNs of users and roles in it are replaced by their unique ids, in place,
//! so that the rest of the text stays as it was given. When it is shown, ids of entities that still exist become
//! their current ARNs again; ids of deleted ones stay visible. A re-created principal has another id and does
//! not regain the trust.

use keygate_ident::{AccountId, Arn, ArnParts, Partition, UniqueId};
use keygate_policy::{Policy, PolicyKind, PrincipalKind, PrincipalRef};

use crate::account::Account;
use crate::directory::{Directory, Unavailable};
use crate::document::PolicyText;
use crate::error::MalformedPolicyDocument;

/// Why a trust policy was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustError {
    /// The document, or a principal in it, is not valid.
    Malformed(MalformedPolicyDocument),
    /// Another account could not be read.
    Unavailable(Unavailable),
}

/// Parses a trust policy and replaces its user and role principals by unique ids.
///
/// # Errors
/// The document is malformed; a user or role in it does not exist (`Invalid principal in policy`, rule 102); or
/// another account could not be read.
pub fn internalize(text: &str, here: &Account, directory: &dyn Directory) -> Result<PolicyText, TrustError> {
    let malformed = |message: String| TrustError::Malformed(MalformedPolicyDocument::new(message));
    let policy = Policy::parse(text, PolicyKind::Trust).map_err(|refusal| malformed(refusal.message))?;
    let mut edits = Vec::new();
    for principal in policy.principals() {
        match stored_form(&principal, here, directory).map_err(TrustError::Unavailable)? {
            Stored::Same => {}
            Stored::As(text) => edits.push((principal.span.clone(), text)),
            Stored::Unknown => {
                return Err(malformed(format!(
                    "Invalid principal in policy: \"AWS\":\"{}\"",
                    principal.value
                )));
            }
        }
    }
    if edits.is_empty() {
        return Ok(PolicyText::accepted(policy));
    }
    let stored = replace(text, edits);
    let policy = Policy::read(&stored, PolicyKind::Trust).map_err(|refusal| malformed(refusal.message))?;
    Ok(PolicyText::accepted(policy))
}

/// The text to show: unique ids of existing users and roles as their current ARNs.
///
/// # Errors
/// Another account could not be read.
pub fn externalize(
    stored: &PolicyText,
    here: &Account,
    directory: &dyn Directory,
) -> Result<String, Unavailable> {
    let Some(policy) = stored.policy(PolicyKind::Trust) else { return Ok(stored.as_str().to_owned()) };
    let mut edits = Vec::new();
    for principal in policy.principals().filter(|principal| principal.kind == PrincipalKind::Aws) {
        let Ok(id) = principal.value.parse::<UniqueId>() else { continue };
        if let Some(arn) = directory.arn_of(here, &id)? {
            edits.push((principal.span.clone(), json_text(&arn)));
        }
    }
    Ok(replace(stored.as_str(), edits))
}

enum Stored {
    /// Keep the text.
    Same,
    /// Replace it.
    As(String),
    /// There is no such principal.
    Unknown,
}

fn stored_form(
    principal: &PrincipalRef<'_>,
    here: &Account,
    directory: &dyn Directory,
) -> Result<Stored, Unavailable> {
    if principal.kind != PrincipalKind::Aws || principal.value == "*" {
        return Ok(Stored::Same);
    }
    let text = principal.value;
    if let Ok(account) = text.parse::<AccountId>() {
        // AWS shows the short form back as the root ARN (rule 182).
        return Ok(Stored::As(Arn::root(here.partition(), account).into()));
    }
    if let Ok(id) = text.parse::<UniqueId>() {
        // A raw id is accepted only while it names something (rule 180).
        return Ok(if directory.arn_of(here, &id)?.is_some() { Stored::Same } else { Stored::Unknown });
    }
    let Some(parts) = ArnParts::split(text) else { return Ok(Stored::Unknown) };
    let Ok(account) = parts.account.parse::<AccountId>() else { return Ok(Stored::Unknown) };
    if Partition::from_name(parts.partition) != Some(here.partition()) {
        return Ok(Stored::Unknown);
    }
    match (parts.service, parts.resource) {
        ("iam", "root") => Ok(Stored::Same),
        ("iam", resource) if resource.starts_with("user/") || resource.starts_with("role/") => {
            let id = if account == here.id() {
                here.principal_id(text)
            } else {
                directory.account(account)?.and_then(|account| account.principal_id(text))
            };
            Ok(id.map_or(Stored::Unknown, |id| Stored::As(id.into())))
        }
        // Sessions are matched by their ARN: they have no id of their own.
        ("sts", resource)
            if resource.starts_with("assumed-role/") || resource.starts_with("federated-user/") =>
        {
            Ok(Stored::Same)
        }
        _ => Ok(Stored::Unknown),
    }
}

/// The text as it stands between the quotes of a JSON string: a path may hold quotes and backslashes.
fn json_text(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default().to_owned()
}

/// The text with these byte ranges replaced.
fn replace(text: &str, mut edits: Vec<(std::ops::Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let mut result = String::with_capacity(text.len() + 64);
    let mut position = 0;
    for (range, replacement) in edits {
        // INVARIANT: spans come from the parser of this very text and do not overlap.
        result.push_str(text.get(position..range.start).unwrap_or_default());
        result.push_str(&replacement);
        position = range.end;
    }
    result.push_str(text.get(position..).unwrap_or_default());
    result
}

#[cfg(test)]
mod tests;
