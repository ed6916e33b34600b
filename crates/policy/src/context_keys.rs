//! Which condition keys a policy reads.

use crate::arn_form::ResourcePattern;
use crate::context::KeyName;
use crate::policy::Policy;

/// The condition keys that a policy reads, in conditions and as variables, as they are first written; each once,
/// whatever its case.
pub fn context_keys(policy: &Policy) -> Vec<&str> {
    let mut keys: Vec<&KeyName> = Vec::new();
    for statement in policy.statements() {
        let compiled = statement.compiled();
        let variables = compiled
            .resource
            .patterns()
            .iter()
            .filter_map(ResourcePattern::pattern)
            .flat_map(|pattern| pattern.variables())
            .map(|variable| &variable.key);
        let conditions = compiled.conditions.iter().flat_map(|clause| clause.keys());
        for key in variables.chain(conditions) {
            if !keys.iter().any(|known| known.same_as(key)) {
                keys.push(key);
            }
        }
    }
    keys.into_iter().map(KeyName::text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::PolicyKind;

    #[test]
    fn keys_of_conditions_and_variables_once_each() {
        let text = r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}/${aws:userid, 'x'}",
             "Condition": {"StringLike": {"s3:prefix": ["${aws:PrincipalTag/team}*", "${*}"]},
                           "Bool": {"AWS:SecureTransport": true}}},
            {"Effect": "Deny", "Action": "*", "Resource": "*",
             "Condition": {"BoolIfExists": {"aws:securetransport": false}, "Null": {"aws:TokenIssueTime": true}}}]}"#;
        let policy = Policy::parse(text, PolicyKind::Identity).unwrap();
        assert_eq!(
            context_keys(&policy),
            [
                "aws:username",
                "aws:userid",
                "s3:prefix",
                "aws:PrincipalTag/team",
                "AWS:SecureTransport",
                "aws:TokenIssueTime"
            ]
        );
    }
}
