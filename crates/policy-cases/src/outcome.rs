//! What became of one line.

use keygate_policy::Verdict;
use serde::{Deserialize, Serialize};

use crate::case::{Case, CaseError, NamedLayer};
use crate::question::Question;

/// What became of one line of a file of cases; serialized it is the line to print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The id of the case; empty where the line has none.
    pub id: String,
    /// `Allowed`, `ExplicitlyDenied` or `ImplicitlyDenied`; nothing if the line is no case.
    pub decision: Option<&'static str>,
    /// The layer that decided, if one did.
    pub decided_by: Option<&'static str>,
    /// Whether this is what the case expects.
    pub ok: bool,
    /// What is wrong with the line or with one of its policies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Decides one line. A line that is no case is an outcome too: one that is not `ok`.
pub fn run_line(line: &str) -> Outcome {
    let case = match Case::parse(line) {
        Ok(case) => case,
        Err(error) => return Outcome::no_case(id_of(line), &error),
    };
    match Question::new(&case) {
        Ok(question) => Outcome::of(&case, &question),
        Err(error) => Outcome::no_case(case.id, &error),
    }
}

impl Outcome {
    /// The outcome as one line of JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn of(case: &Case, question: &Question) -> Self {
        let decision = question.decide();
        let error = question.unreadable().first().map(|unreadable| {
            let layer = NamedLayer::from(unreadable.layer).name();
            format!("{layer} policy `{}`: {}", unreadable.name, unreadable.message)
        });
        Self {
            id: case.id.clone(),
            decision: Some(verdict_name(decision.verdict)),
            decided_by: decision.layer.map(|layer| NamedLayer::from(layer).name()),
            ok: case.expects(decision),
            error,
        }
    }

    fn no_case(id: String, error: &CaseError) -> Self {
        Self { id, decision: None, decided_by: None, ok: false, error: Some(error.to_string()) }
    }
}

/// The name of a verdict in the format.
fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "Allowed",
        Verdict::ExplicitlyDenied => "ExplicitlyDenied",
        Verdict::ImplicitlyDenied => "ImplicitlyDenied",
    }
}

/// The id of a line that is no case, so that the report can name it.
fn id_of(line: &str) -> String {
    #[derive(Deserialize)]
    struct Id {
        id: String,
    }
    serde_json::from_str(line).map_or_else(|_| String::new(), |Id { id }| id)
}
