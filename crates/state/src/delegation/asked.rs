//! What a permission policy asks for, in the words of the policy: for people, and for the permission check.

use serde_json::Value;

/// One statement of a permission policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskedStatement {
    /// Whether it grants; else it forbids.
    pub allows: bool,
    /// Its actions, as they are written.
    pub actions: Vec<String>,
    /// It is about all actions but those.
    pub other_actions: bool,
    /// Its resources, as they are written.
    pub resources: Vec<String>,
    /// It is about all resources but those.
    pub other_resources: bool,
    /// It has conditions.
    pub conditional: bool,
}

/// The statements of a permission policy; none if it is no JSON.
pub fn asked_statements(policy: &str) -> Vec<AskedStatement> {
    let Ok(document) = serde_json::from_str::<Value>(policy) else { return Vec::new() };
    document.get("Statement").map(super::each).unwrap_or_default().into_iter().map(statement).collect()
}

fn statement(statement: &Value) -> AskedStatement {
    let texts = |name: &str| -> Option<Vec<String>> {
        let values = super::each(statement.get(name)?);
        Some(values.into_iter().filter_map(|value| value.as_str().map(str::to_owned)).collect())
    };
    let (actions, resources) = (texts("Action"), texts("Resource"));
    AskedStatement {
        allows: statement.get("Effect").is_some_and(|effect| effect == "Allow"),
        other_actions: actions.is_none(),
        actions: actions.or_else(|| texts("NotAction")).unwrap_or_default(),
        other_resources: resources.is_none(),
        resources: resources.or_else(|| texts("NotResource")).unwrap_or_default(),
        conditional: statement.get("Condition").is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_in_the_words_of_the_policy() {
        let policy = r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":"s3:Get*","Resource":["a","b"]},
            {"Effect":"Deny","NotAction":["iam:*"],"NotResource":"*","Condition":{"Bool":{"x":"true"}}}]}"#;
        let text = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let expected = [
            AskedStatement {
                allows: true,
                actions: text(&["s3:Get*"]),
                resources: text(&["a", "b"]),
                ..Default::default()
            },
            AskedStatement {
                allows: false,
                actions: text(&["iam:*"]),
                other_actions: true,
                resources: text(&["*"]),
                other_resources: true,
                conditional: true,
            },
        ];
        assert_eq!(asked_statements(policy), expected);
        assert!(asked_statements("{").is_empty());
    }
}
