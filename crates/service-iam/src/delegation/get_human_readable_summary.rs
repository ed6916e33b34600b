//! GetHumanReadableSummary: what a delegation request asks for, in sentences. AWS has a language model write them; here
//! they are put together from the request, so that they say no more and no less than it does.

use keygate_ident::ArnParts;
use keygate_operation::{Ask, Asks, Failure, Input, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GetHumanReadableSummaryRequest, GetHumanReadableSummaryResponse, op};
use keygate_state::{AskedStatement, DelegationRequest, InvalidInput, asked_statements};

use super::{ask, find, no_such};

/// GetHumanReadableSummary.
pub(crate) struct GetHumanReadableSummary;

/// The language of the sentences.
const LOCALE: &str = "en";
/// Characters of a summary.
const MAX_SUMMARY: usize = 10_000;

impl Read for GetHumanReadableSummary {
    type Model = op::GetHumanReadableSummary;

    fn asks(&self, cx: &ReadCx<'_>, input: &Input<Self::Model>) -> Result<Asks, Failure<Self::Model>> {
        const ACTION: &str = "iam:GetHumanReadableSummary";
        Ok(Asks::one(match request_id(&input.entity_arn) {
            Some(id) => ask(cx, ACTION, id)?,
            None => Ask::named(ACTION.into(), input.entity_arn.clone()),
        }))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetHumanReadableSummaryRequest) -> Outcome<Self::Model> {
        let arn = &input.entity_arn;
        let other = || InvalidInput::new(format!("{arn} is not the ARN of a delegation request."));
        let id = request_id(arn).ok_or_else(other)?;
        let request = find(cx, id)?.ok_or_else(|| no_such(id))?;
        if request.arn(cx.partition(), cx.account_id()).as_str() != arn {
            return Err(no_such(id).into());
        }
        let locale = input.locale.unwrap_or_else(|| LOCALE.to_owned());
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        let known = language.eq_ignore_ascii_case(LOCALE);
        Ok(GetHumanReadableSummaryResponse {
            summary_content: known.then(|| summary(&request)),
            summary_state: Some(if known { "AVAILABLE" } else { "NOT_SUPPORTED" }.to_owned()),
            locale: Some(locale),
        })
    }
}

/// The id in the ARN of a delegation request.
fn request_id(arn: &str) -> Option<&str> {
    let parts = ArnParts::split(arn)?;
    (parts.service == "iam").then(|| parts.resource.strip_prefix("delegation-request/"))?
}

fn summary(request: &DelegationRequest) -> String {
    let name = request.requestor_name.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
    let mut text = format!(
        "The account {}{name} asks to act in your account for {}, from when the token is sent.",
        request.requestor,
        duration(request.terms.seconds)
    );
    for statement in asked_statements(&request.terms.policy) {
        text.push('\n');
        text.push_str(&sentence(&statement));
    }
    if !request.terms.restrictions.is_empty() {
        let boundaries = request.terms.restrictions.join(", ");
        text.push_str(&format!("\nRoles that it creates must have the permissions boundary {boundaries}."));
    }
    if text.chars().count() > MAX_SUMMARY {
        text = text.chars().take(MAX_SUMMARY - 1).chain(['…']).collect();
    }
    text
}

fn sentence(statement: &AskedStatement) -> String {
    let may = if statement.allows { "It may use" } else { "It must not use" };
    let list = |texts: &[String], all_but: bool, all: &str| match texts {
        [one] if one == "*" && !all_but => all.to_owned(),
        texts if all_but => format!("{all} but {}", texts.join(", ")),
        texts => texts.join(", "),
    };
    let actions = list(&statement.actions, statement.other_actions, "all actions");
    let resources = list(&statement.resources, statement.other_resources, "all resources");
    let conditions = if statement.conditional { ", under conditions" } else { "" };
    format!("{may} {actions} on {resources}{conditions}.")
}

/// In the largest unit that says it exactly.
fn duration(seconds: u32) -> String {
    let (number, unit) = match seconds {
        seconds if seconds % 3600 == 0 => (seconds / 3600, "hour"),
        seconds if seconds % 60 == 0 => (seconds / 60, "minute"),
        seconds => (seconds, "second"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}
