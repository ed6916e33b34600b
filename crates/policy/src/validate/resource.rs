//! Resource strings of policies that IAM checks (rules 93-96).

use keygate_ident::Partition;

use super::legacy;
use crate::document::{Document, Fault, List, Text, Words};
use crate::refusal::RefusalCode;

/// The first malformed resource of the document, to be reported after the statement ids (rule 99).
///
/// # Errors
/// A resource that fails legacy parsing, unless a malformed one comes before it.
pub(crate) fn first_fault(document: &Document<'_>, words: Words) -> Result<Option<Fault>, Fault> {
    for text in document.statements.iter().flat_map(|statement| &statement.resource).flat_map(List::texts) {
        if let Err(message) = check(&text.value) {
            return Ok(Some(fault(text, words.say(message))));
        }
        if fails_legacy_parsing(&text.value) {
            return Err(legacy(words, &text.at));
        }
    }
    Ok(None)
}

/// What the evaluator needs: `*`, or something with a colon in it. Any other text could match nothing, so that a Deny
/// with it would be a Deny that never applies.
pub(crate) fn understood(text: &Text<'_>, words: Words) -> Result<(), Fault> {
    if text.value == "*" || text.value.contains(':') {
        return Ok(());
    }
    Err(fault(text, words.say(no_arn(&text.value))))
}

/// What the resource part of an IAM ARN may begin with.
const IAM_PATHS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// What AWS's message does not list and AWS's own policies name: the root user (for sts:AssumeRoot), trusted contexts,
/// templates of roles; delegation requests, which the service authorization reference has as a resource type.
const UNLISTED_IAM_PATHS: [&str; 3] = ["contextProvider/", "role-template/", "delegation-request/"];

fn is_of_iam(path: &str) -> bool {
    matches!(path, "*" | "root")
        || IAM_PATHS.iter().chain(&UNLISTED_IAM_PATHS).any(|start| path.starts_with(start))
}

/// The kinds of S3 resources that live in a region.
const REGIONAL_S3: [&str; 7] = [
    "accesspoint/",
    "accesspoint:",
    "job/",
    "storage-lens/",
    "storage-lens-group/",
    "access-grants/",
    "async-request/",
];

fn check(resource: &str) -> Result<(), String> {
    if resource == "*" {
        return Ok(());
    }
    let Some((_, rest)) = resource.split_once(':') else {
        return Err(no_arn(resource));
    };
    let mut fields = rest.splitn(5, ':');
    let partition = fields.next().unwrap_or_default();
    let [vendor, region, account, path] = std::array::from_fn(|_| fields.next());
    if partition != "*" && Partition::from_name(partition).is_none() {
        let shown = [vendor, region, account, path].map(|field| field.unwrap_or("*")).join(":");
        return Err(format!(
            "Partition \"{partition}\" is not valid for resource \"arn:{partition}:{shown}\"."
        ));
    }
    match vendor {
        Some(vendor) if !vendor.contains(['*', '?']) => of_vendor(vendor, resource, region, path),
        _ => Err("Resource vendor must be fully qualified and cannot contain regexes.".to_owned()),
    }
}

fn of_vendor(vendor: &str, resource: &str, region: Option<&str>, path: Option<&str>) -> Result<(), String> {
    // A last field that is `*` stands for all that follows, so it is no region.
    let spans_the_rest = region == Some("*") && path.is_none();
    let has_region = region.is_some_and(|region| !region.is_empty()) && !spans_the_rest;
    match vendor {
        "iam" if has_region => Err(format!("IAM resource {resource} cannot contain region information.")),
        "iam" if !path.is_none_or(is_of_iam) => {
            let starts = IAM_PATHS.join(", ");
            Err(format!("IAM resource path must either be \"*\" or start with {starts}."))
        }
        "s3" if has_region
            && !path.is_some_and(|path| REGIONAL_S3.iter().any(|start| path.starts_with(start))) =>
        {
            Err(format!("Resource {resource} can not contain region information."))
        }
        _ => Ok(()),
    }
}

fn no_arn(resource: &str) -> String {
    format!("Resource {resource} must be in ARN format or \"*\".")
}

/// ARNs without a vendor, and ARNs that lack a field though one of theirs is empty: `arn:aws:s3::bucket`.
fn fails_legacy_parsing(resource: &str) -> bool {
    resource != "*"
        && (resource.split(':').nth(2) == Some("")
            || (resource.contains("::") && resource.bytes().filter(|byte| *byte == b':').count() < 5))
}

fn fault(text: &Text<'_>, message: String) -> Fault {
    Fault::new(RefusalCode::Resource, message, text.at.clone())
}
