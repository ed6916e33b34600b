//! Principal elements (rules 91a, 175-177, 184, 185).

use keygate_ident::{AccountId, ArnParts, Partition};

use crate::document::{Fault, PrincipalClause, PrincipalSyntax, Text, Words};
use crate::policy::{PolicyKind, PrincipalKind};
use crate::principal::is_unique_id;
use crate::refusal::RefusalCode;

/// A principal that could exist. Whether it does, only the state knows (rule 102).
pub(crate) fn check(clause: &PrincipalClause<'_>, kind: PolicyKind) -> Result<(), Fault> {
    let words = Words::of(kind);
    understood(clause, words)?;
    let PrincipalSyntax::Map(map) = &clause.principal else { return Ok(()) };
    for (key, text) in map {
        let value = text.value.as_ref();
        let valid = match key {
            PrincipalKind::Aws => aws(value, kind),
            PrincipalKind::Service => service(value),
            PrincipalKind::Federated => kind == PolicyKind::Trust && federated(value),
            PrincipalKind::CanonicalUser => {
                kind != PolicyKind::Trust && !value.is_empty() && !value.contains('*')
            }
            PrincipalKind::Star => false,
        };
        if !valid {
            return Err(invalid(*key, text, words));
        }
    }
    Ok(())
}

/// A bare string must be `*` (rule 91a).
pub(crate) fn understood(clause: &PrincipalClause<'_>, words: Words) -> Result<(), Fault> {
    match &clause.principal {
        PrincipalSyntax::Text(text) if text.value != "*" => {
            let message = words.say(format!("Invalid principal in policy: \"{}\"", text.value));
            Err(Fault::new(RefusalCode::Principal, message, text.at.clone()))
        }
        _ => Ok(()),
    }
}

fn aws(value: &str, kind: PolicyKind) -> bool {
    value == "*" || value.parse::<AccountId>().is_ok() || is_unique_id(value) || aws_arn(value, kind)
}

/// The account, a user, a role, or a session; no wildcard anywhere (rule 177), no groups (rule 176).
fn aws_arn(value: &str, kind: PolicyKind) -> bool {
    let Some(arn) = ArnParts::split(value) else { return false };
    let known = Partition::from_name(arn.partition).is_some() && arn.region.is_empty();
    if !known || value.contains(['*', '?']) {
        return false;
    }
    // CloudFront's origin access identities are users of a pseudo account.
    if arn.account == "cloudfront" {
        return kind != PolicyKind::Trust && arn.service == "iam" && arn.resource.starts_with("user/");
    }
    if arn.account.parse::<AccountId>().is_err() {
        return false;
    }
    let (form, name) = arn.resource.split_once('/').unwrap_or((arn.resource, ""));
    match (arn.service, form) {
        ("iam", "root") => arn.resource == "root",
        ("iam", "user" | "role") | ("sts", "federated-user") => !name.is_empty(),
        ("sts", "assumed-role") => {
            name.split_once('/').is_some_and(|(role, session)| !role.is_empty() && !session.is_empty())
        }
        _ => false,
    }
}

fn service(value: &str) -> bool {
    let valid = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '.');
    value.contains('.') && value.chars().all(valid)
}

fn federated(value: &str) -> bool {
    if value.contains(['*', '?']) {
        return false;
    }
    match ArnParts::split(value) {
        Some(arn) => {
            let provider = ["saml-provider/", "oidc-provider/"]
                .iter()
                .any(|start| arn.resource.strip_prefix(start).is_some_and(|name| !name.is_empty()));
            let account = arn.account.parse::<AccountId>().is_ok();
            Partition::from_name(arn.partition).is_some() && arn.service == "iam" && account && provider
        }
        None => value.contains('.') && !value.contains(':'),
    }
}

fn invalid(key: PrincipalKind, text: &Text<'_>, words: Words) -> Fault {
    let message = words.say(invalid_message(key, &text.value));
    Fault::new(RefusalCode::Principal, message, text.at.clone())
}

/// AWS's words for a principal that cannot exist, or does not (rule 102).
pub(crate) fn invalid_message(key: PrincipalKind, value: &str) -> String {
    let key = match key {
        PrincipalKind::Aws | PrincipalKind::Star => "AWS",
        PrincipalKind::Service => "SERVICE",
        PrincipalKind::Federated => "FEDERATED",
        PrincipalKind::CanonicalUser => "CANONICALUSER",
    };
    format!("Invalid principal in policy: \"{key}\":\"{value}\"")
}
