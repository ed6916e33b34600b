//! What organization policies may contain beyond the grammar of identity policies (rules 49-57).

use crate::document::{Document, Fault, List, PrincipalSyntax, StatementSyntax, Words};
use crate::policy::{Effect, PolicyKind};
use crate::refusal::RefusalCode;
use crate::span::Bytes;

pub(crate) fn check(document: &Document<'_>, kind: PolicyKind) -> Result<(), Fault> {
    short_arns(document, kind)?;
    if kind == PolicyKind::Rcp {
        document.statements.iter().try_for_each(resource_control)?;
    }
    Ok(())
}

/// ARNs with fewer than six fields: never in RCPs, in SCPs only with a wildcard at the end (rules 51, 115).
pub(crate) fn short_arns(document: &Document<'_>, kind: PolicyKind) -> Result<(), Fault> {
    for text in document.statements.iter().flat_map(|statement| &statement.resource).flat_map(List::texts) {
        let short = text.value != "*" && text.value.split(':').count() < 6;
        if short && (kind == PolicyKind::Rcp || !text.value.ends_with('*')) {
            return Err(fault(&text.at));
        }
    }
    Ok(())
}

/// Customers' RCPs only deny, to everybody, named actions (rules 56, 57).
fn resource_control(statement: &StatementSyntax<'_>) -> Result<(), Fault> {
    if statement.effect.effect != Effect::Deny {
        return Err(fault(&statement.effect.text.at));
    }
    let everybody = statement.principal.as_ref().is_some_and(|clause| {
        !clause.not && matches!(&clause.principal, PrincipalSyntax::Text(text) if text.value == "*")
    });
    if !everybody {
        return Err(fault(&statement.at));
    }
    match &statement.action {
        Some(list) if !list.not => match list.texts().find(|text| text.value.starts_with('*')) {
            Some(text) => Err(fault(&text.at)),
            None => Ok(()),
        },
        _ => Err(fault(&statement.at)),
    }
}

fn fault(at: &Bytes) -> Fault {
    Fault::new(RefusalCode::PolicyType, Words::Organizations.say(""), at.clone())
}
