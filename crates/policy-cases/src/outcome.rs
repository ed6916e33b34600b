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

#[cfg(test)]
mod tests {
    use super::run_line;

    const REQUEST: &str = r#""request": {"principal": "arn:aws:iam::111122223333:user/ann", "action": "s3:GetObject",
        "resource": {"arn": "arn:aws:s3:::b/k", "accountId": "111122223333"}}"#;

    fn check(members: &str, expected: &str) {
        let line = format!(r#"{{"id": "it", {REQUEST}{members}}}"#).replace('\n', " ");
        assert_eq!(run_line(&line).to_json(), expected, "{line}");
    }

    const ALLOW: &str = r#""identityPolicies": [{"document": {"Statement":
        {"Effect": "Allow", "Action": "*", "Resource": "*"}}}]"#;

    #[test]
    fn an_expectation_is_met_or_not() {
        let denied = |ok: bool| {
            format!(r#"{{"id":"it","decision":"ImplicitlyDenied","decidedBy":"IDENTITY","ok":{ok}}}"#)
        };
        check("", &denied(true));
        check(r#", "expected": "ImplicitlyDenied""#, &denied(true));
        check(r#", "expected": "Denied", "decidedBy": "IDENTITY""#, &denied(true));
        check(r#", "expected": "Denied", "decidedBy": "SCP""#, &denied(false));
        check(r#", "expected": "ExplicitlyDenied""#, &denied(false));
        check(r#", "expected": "Allowed""#, &denied(false));
        check(r#", "identityPolicies": null, "scps": null, "expected": "Denied""#, &denied(true));
        let allowed = r#"{"id":"it","decision":"Allowed","decidedBy":"IDENTITY","ok":true}"#;
        check(&format!(r#", {ALLOW}, "expected": "Allowed""#), allowed);
    }

    #[test]
    fn what_is_no_case_fails() {
        let failed = |error: &str| {
            format!(r#"{{"id":"it","decision":null,"decidedBy":null,"ok":false,"error":"{error}"}}"#)
        };
        for (line, error) in [
            (r#"{"id": "it"}"#, "missing field `request`"),
            (r#"{"id": "it", "extra": 1}"#, "unknown field `extra`"),
            (
                r#"{"id": "it", "request": {"principal": "x.y", "action": "a:b", "resource": {"arn": "*"}, "verb": 1}}"#,
                "unknown field `verb`",
            ),
            (
                r#"{"id": "it", "request": {"principal": "nobody", "action": "a:b", "resource": {"arn": "*"}}}"#,
                "`nobody` is no principal",
            ),
            (
                r#"{"id": "it", "request": {"principal": "x.y", "action": "a:b", "resource": {"arn": "*"}, "context": {"k": "1", "k": "2"}}}"#,
                "twice",
            ),
            (
                r#"{"id": "it", "request": {"principal": "x.y", "action": "a:b", "resource": {"arn": "*", "accountId": "12"}}}"#,
                "`12` is no account",
            ),
        ] {
            let outcome = run_line(line);
            assert!(outcome.error.as_ref().is_some_and(|text| text.contains(error)), "{outcome:?}");
            assert!(!outcome.ok && outcome.decision.is_none(), "{outcome:?}");
        }
        assert_eq!(run_line("no json").id, "");
        let group = r#"{"id": "it", "request": {"principal": "arn:aws:iam::111122223333:group/g", "action": "a:b", "resource": {"arn": "*"}}}"#;
        assert_eq!(
            run_line(group).to_json(),
            failed("`arn:aws:iam::111122223333:group/g` is no principal that can ask")
        );
    }

    #[test]
    fn rule_10_a_policy_that_cannot_be_read_denies() {
        let broken = r#"{"document": {"Statement": {"Effect": "Permit", "Action": "*", "Resource": "*"}}}"#;
        let line =
            |layers: &str| format!(r#"{{"id": "it", {REQUEST}, {ALLOW}, {layers}}}"#).replace('\n', " ");
        let boundary = run_line(&line(&format!(r#""permissionsBoundary": {broken}"#)));
        assert_eq!((boundary.decision, boundary.decided_by), (Some("ImplicitlyDenied"), Some("BOUNDARY")));
        assert!(boundary.error.is_some_and(|error| error.contains("BOUNDARY policy")));
        let deny = r#"{"document": {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}}"#;
        let level = format!(r#""scps": [{{"level": "r", "policies": [{broken}, {deny}]}}]"#);
        let scp = run_line(&line(&level));
        assert_eq!((scp.decision, scp.decided_by), (Some("ExplicitlyDenied"), Some("SCP")));
    }

    #[test]
    fn the_example_of_the_format_decides_as_it_says() {
        let line = r#"{"id": "scp-allow-missing-1", "rules": [45, 46],
            "request": {
              "principal": "arn:aws:sts::111122223333:assumed-role/app/session-1",
              "principalRoleArn": "arn:aws:iam::111122223333:role/team/app",
              "action": "s3:GetObject",
              "resource": {"arn": "arn:aws:s3:::bucket/key", "accountId": "111122223333"},
              "context": {"aws:SourceIp": "203.0.113.9", "aws:TagKeys": ["a", "b"]}},
            "identityPolicies": [{"name": "inline:p", "document": {"Version": "2012-10-17", "Statement": []}}],
            "sessionPolicies": [], "permissionsBoundary": null,
            "scps": [{"level": "r-root", "policies": [{"document": {}}]}, {"level": "ou-1", "policies": []}],
            "rcps": [], "resourcePolicy": null, "vpcEndpointPolicies": [],
            "expected": "ImplicitlyDenied", "decidedBy": "SCP"}"#;
        assert!(run_line(line).ok, "{:?}", run_line(line));
    }
}
