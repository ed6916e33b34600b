//! Role trust policies (rule 197): a principal, STS actions, no resource.

use super::{dates, exact_effect, missing_field, principal, sid};
use crate::document::{Document, Fault, List, StatementSyntax, Words};
use crate::policy::{Effect, PolicyKind};
use crate::refusal::RefusalCode;

pub(crate) fn check(document: &Document<'_>) -> Result<(), Fault> {
    for statement in &document.statements {
        exact_effect(statement, Words::Resource)?;
        dates(statement, Words::Resource)?;
        principals(statement)?;
        actions(statement)?;
        no_resource(statement)?;
    }
    sid::check(document, PolicyKind::Trust)
}

fn principals(statement: &StatementSyntax<'_>) -> Result<(), Fault> {
    let fault =
        |message: &str, at: &crate::span::Bytes| Fault::new(RefusalCode::Principal, message, at.clone());
    match &statement.principal {
        None => Err(missing_field("Principal", RefusalCode::Principal, &statement.at)),
        Some(clause) if clause.not && statement.effect.effect == Effect::Allow => {
            Err(fault("Allow with NotPrincipal is not allowed.", &clause.at))
        }
        Some(clause) if clause.not => {
            Err(fault("AssumeRole policy must not contain NotPrincipal field.", &clause.at))
        }
        Some(clause) => principal::check(clause, PolicyKind::Trust),
    }
}

fn actions(statement: &StatementSyntax<'_>) -> Result<(), Fault> {
    let texts = statement.action.iter().flat_map(List::texts);
    for text in texts {
        let vendor = text.value.split_once(':').map(|(vendor, _)| vendor);
        if !vendor.is_some_and(|vendor| vendor.eq_ignore_ascii_case("sts")) {
            let message = "AssumeRole policy may only specify STS AssumeRole actions.";
            return Err(Fault::new(RefusalCode::Action, message, text.at.clone()));
        }
        super::action::check(text, Words::Resource)?;
    }
    if statement.action.as_ref().is_none_or(|list| list.entries.is_empty()) {
        return Err(missing_field("Action", RefusalCode::Missing, &statement.at));
    }
    Ok(())
}

fn no_resource(statement: &StatementSyntax<'_>) -> Result<(), Fault> {
    match &statement.resource {
        None => Ok(()),
        Some(list) => {
            let message = if list.not {
                "AssumeRole policy must not contain resources."
            } else {
                "Has prohibited field Resource"
            };
            Err(Fault::new(RefusalCode::Resource, message, list.at.clone()))
        }
    }
}
