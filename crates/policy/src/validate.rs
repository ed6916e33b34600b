//! What AWS checks when a policy is saved, beyond its structure, in AWS's order (rule 99).

mod action;
mod organization;
mod principal;
mod resource;
mod sid;
mod trust;

use crate::condition::date;
use crate::document::{Document, Fault, List, StatementSyntax, Version, Words};
use crate::policy::PolicyKind;
use crate::refusal::RefusalCode;
use crate::span::Bytes;

pub(crate) use principal::invalid_message;

/// All checks of a document that somebody wants to save.
pub(crate) fn at_the_door(document: &Document<'_>, kind: PolicyKind) -> Result<(), Fault> {
    match kind {
        PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session => identity(document, kind),
        PolicyKind::Scp | PolicyKind::Rcp => {
            identity(document, kind)?;
            organization::check(document, kind)
        }
        PolicyKind::Trust => trust::check(document),
        PolicyKind::Resource | PolicyKind::VpcEndpoint => resource_based(document, kind),
    }
}

/// The checks without which the evaluator would overlook or misread something.
pub(crate) fn as_stored(document: &Document<'_>, kind: PolicyKind) -> Result<(), Fault> {
    let words = Words::of(kind);
    for statement in &document.statements {
        exact_effect(statement, words)?;
        no_principal(statement, kind)?;
        if let Some(clause) = &statement.principal {
            principal::understood(clause, words)?;
        }
        for text in statement.action.iter().flat_map(List::texts) {
            action::understood(text, words)?;
        }
        for text in statement.resource.iter().flat_map(List::texts) {
            resource::understood(text, words)?;
        }
    }
    if matches!(kind, PolicyKind::Scp | PolicyKind::Rcp) {
        organization::short_arns(document, kind)?;
    }
    presence(document, kind)
}

/// The order of IAM's checks.
fn identity(document: &Document<'_>, kind: PolicyKind) -> Result<(), Fault> {
    let words = Words::of(kind);
    version(document, words)?;
    for statement in &document.statements {
        no_principal(statement, kind)?;
    }
    for statement in &document.statements {
        exact_effect(statement, words)?;
        dates(statement, words)?;
    }
    let malformed_resource = resource::first_fault(document, words)?;
    sid::check(document, kind)?;
    malformed_resource.map_or(Ok(()), Err)?;
    for statement in &document.statements {
        for text in statement.action.iter().flat_map(List::texts) {
            action::check(text, words)?;
        }
    }
    presence(document, kind)
}

/// Policies of resources other than roles, and of VPC endpoints. Their services check more than can be known here.
fn resource_based(document: &Document<'_>, kind: PolicyKind) -> Result<(), Fault> {
    let words = Words::of(kind);
    sid::check(document, kind)?;
    for statement in &document.statements {
        exact_effect(statement, words)?;
        match &statement.principal {
            Some(clause) => principal::check(clause, kind)?,
            None if kind == PolicyKind::Resource => {
                return Err(missing_field("Principal", RefusalCode::Principal, &statement.at));
            }
            None => {}
        }
        for text in statement.action.iter().flat_map(List::texts) {
            action::check(text, words)?;
        }
        for text in statement.resource.iter().flat_map(List::texts) {
            if text.value != "*" && !text.value.starts_with("arn:") {
                return Err(Fault::new(
                    RefusalCode::Resource,
                    "Policy has invalid resource",
                    text.at.clone(),
                ));
            }
        }
    }
    presence(document, kind)
}

fn version(document: &Document<'_>, words: Words) -> Result<(), Fault> {
    if document.version == Version::Current {
        return Ok(());
    }
    let message = words.say("Policy document must be version 2012-10-17 or greater.");
    Err(Fault::new(RefusalCode::Version, message, 0..0))
}

/// Who a policy applies to is no business of policies that are attached to somebody (rule 91).
fn no_principal(statement: &StatementSyntax<'_>, kind: PolicyKind) -> Result<(), Fault> {
    let forbidden =
        matches!(kind, PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session | PolicyKind::Scp);
    match &statement.principal {
        Some(clause) if forbidden => Err(Fault::new(
            RefusalCode::Principal,
            Words::of(kind).say("Policy document should not specify a principal."),
            clause.at.clone(),
        )),
        _ => Ok(()),
    }
}

/// Effect in any other case than `Allow` and `Deny` (rule 82).
fn exact_effect(statement: &StatementSyntax<'_>, words: Words) -> Result<(), Fault> {
    let effect = &statement.effect;
    if effect.exact {
        return Ok(());
    }
    let message = match words {
        Words::Resource => format!("Invalid effect: {}", effect.text.value),
        Words::Iam | Words::Organizations => words.say(LEGACY),
    };
    Err(Fault::new(RefusalCode::LegacyParsing, message, effect.text.at.clone()))
}

/// The values of date operators (rule 98).
fn dates(statement: &StatementSyntax<'_>, words: Words) -> Result<(), Fault> {
    for condition in statement.conditions.iter().filter(|condition| condition.operator.is_date()) {
        if let Some(text) = condition.values.iter().find(|text| date::parse(&text.value).is_none()) {
            return Err(legacy(words, &text.at));
        }
    }
    Ok(())
}

/// Each statement needs actions and, where the kind of policy has them, resources (rules 86, 87).
fn presence(document: &Document<'_>, kind: PolicyKind) -> Result<(), Fault> {
    let words = Words::of(kind);
    let missing = |list: &Option<List<'_>>| list.as_ref().is_none_or(|list| list.entries.is_empty());
    if let Some(statement) = document.statements.iter().find(|statement| missing(&statement.action)) {
        return Err(match words {
            Words::Resource => missing_field("Action", RefusalCode::Missing, &statement.at),
            Words::Iam | Words::Organizations => {
                let message = words.say("Policy statement must contain actions.");
                Fault::new(RefusalCode::Missing, message, statement.at.clone())
            }
        });
    }
    let optional = matches!(kind, PolicyKind::Trust | PolicyKind::Resource);
    // An element that is there but empty is wrong even where it may be left out: a NotResource that lists nothing,
    // or nothing but nulls, would match everything.
    let lacks = |statement: &&StatementSyntax<'_>| match &statement.resource {
        Some(list) if list.not => list.texts().next().is_none(),
        Some(list) => list.entries.is_empty(),
        None => !optional,
    };
    match document.statements.iter().find(lacks) {
        Some(statement) => {
            let message = words.say("Policy statement must contain resources.");
            Err(Fault::new(RefusalCode::Missing, message, statement.at.clone()))
        }
        None => Ok(()),
    }
}

const LEGACY: &str = "The policy failed legacy parsing";

fn legacy(words: Words, at: &Bytes) -> Fault {
    Fault::new(RefusalCode::LegacyParsing, words.say(LEGACY), at.clone())
}

fn missing_field(field: &str, code: RefusalCode, at: &Bytes) -> Fault {
    Fault::new(code, format!("Missing required field {field}"), at.clone())
}
