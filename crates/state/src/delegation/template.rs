//! Policy templates: policies with placeholders, `@{Name}`, that a delegation request fills in.
//!
//! Placeholders stand inside of the texts of the document, never outside, so that no value can add to its structure:
//! the document is read first and filled in then.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use super::each;
use crate::entity::DelegationParameter;

/// Why a template could not be filled in; for the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateError {
    /// The template is no JSON.
    Unreadable,
    /// A parameter of type `string` needs exactly one value, one of type `stringList` at least one.
    Values(String),
    /// Two parameters have this name.
    Twice(String),
    /// A placeholder for which there is no parameter.
    Missing(String),
    /// A parameter for which there is no placeholder.
    Unused(String),
    /// A list stands in the middle of a text, or as the name of a member.
    List(String),
}

/// The permission policy: the template with these values in it, as compact JSON.
///
/// `"@{Name}"` as a whole text may be a list: in a list its values take the placeholder's place, elsewhere they become
/// one. Inside of a longer text only single values can stand.
///
/// # Errors
/// Values and placeholders do not fit.
pub fn resolve_template(template: &str, parameters: &[DelegationParameter]) -> Result<String, TemplateError> {
    let mut filling = Filling::of(parameters)?;
    let resolved = filling.document(template)?;
    match parameters.iter().find(|parameter| !filling.used.contains(parameter.name.as_str())) {
        Some(unused) => Err(TemplateError::Unused(unused.name.clone())),
        None => Ok(resolved),
    }
}

/// Like [`resolve_template`], for one document of several: it need not use all parameters.
///
/// # Errors
/// Values and placeholders do not fit.
pub(crate) fn fill_document(
    template: &str,
    parameters: &[DelegationParameter],
) -> Result<String, TemplateError> {
    Filling::of(parameters)?.document(template)
}

/// A text with these values in it; it need not use all of them.
///
/// # Errors
/// Values and placeholders do not fit.
pub(crate) fn fill_text(template: &str, parameters: &[DelegationParameter]) -> Result<String, TemplateError> {
    Filling::of(parameters)?.text(template)
}

/// The permissions boundaries that a policy demands where it lets create roles: the values of
/// `iam:PermissionsBoundary` in its Allow statements for iam:CreateRole. None if the policy is no JSON.
pub fn role_restrictions(policy: &str) -> Vec<String> {
    let Ok(document) = serde_json::from_str::<Value>(policy) else { return Vec::new() };
    let mut found = BTreeSet::new();
    for statement in document.get("Statement").map(each).unwrap_or_default() {
        let allows = statement.get("Effect").is_some_and(|effect| effect == "Allow");
        let actions = statement.get("Action").map(each).unwrap_or_default();
        if !allows || !actions.iter().filter_map(|action| action.as_str()).any(creates_roles) {
            continue;
        }
        let operators = statement.get("Condition").and_then(Value::as_object);
        for keys in
            operators.into_iter().flat_map(|operators| operators.values()).filter_map(Value::as_object)
        {
            let boundary = |(key, _): &(&String, &Value)| key.eq_ignore_ascii_case("iam:PermissionsBoundary");
            let values = keys.iter().filter(boundary).flat_map(|(_, values)| each(values));
            found.extend(values.filter_map(|value| value.as_str().map(str::to_owned)));
        }
    }
    found.into_iter().collect()
}

/// Whether an action is CreateRole, or one of the two patterns by which all of IAM is allowed.
fn creates_roles(action: &str) -> bool {
    action.eq_ignore_ascii_case("iam:CreateRole") || action == "*" || action.eq_ignore_ascii_case("iam:*")
}

struct Filling<'a> {
    parameters: &'a [DelegationParameter],
    used: BTreeSet<&'a str>,
}

impl<'a> Filling<'a> {
    fn of(parameters: &'a [DelegationParameter]) -> Result<Self, TemplateError> {
        let mut names = BTreeSet::new();
        for parameter in parameters {
            if !names.insert(parameter.name.as_str()) {
                return Err(TemplateError::Twice(parameter.name.clone()));
            }
            if parameter.values.is_empty() || (!parameter.list && parameter.values.len() > 1) {
                return Err(TemplateError::Values(parameter.name.clone()));
            }
        }
        Ok(Self { parameters, used: BTreeSet::new() })
    }

    fn document(&mut self, template: &str) -> Result<String, TemplateError> {
        let document = serde_json::from_str(template).map_err(|_| TemplateError::Unreadable)?;
        Ok(self.value(document)?.to_string())
    }

    fn value(&mut self, value: Value) -> Result<Value, TemplateError> {
        Ok(match value {
            Value::String(text) => match self.whole(&text)? {
                Some(parameter) if parameter.list => texts(&parameter.values).collect(),
                _ => Value::String(self.text(&text)?),
            },
            Value::Array(values) => {
                let mut filled = Vec::with_capacity(values.len());
                for value in values {
                    let list = value.as_str().map(|text| self.whole(text)).transpose()?.flatten();
                    match list {
                        Some(parameter) => filled.extend(texts(&parameter.values)),
                        None => filled.push(self.value(value)?),
                    }
                }
                Value::Array(filled)
            }
            Value::Object(members) => {
                let fill = |(name, value): (String, Value)| Ok((self.text(&name)?, self.value(value)?));
                Value::Object(members.into_iter().map(fill).collect::<Result<_, _>>()?)
            }
            other => other,
        })
    }

    /// The parameter whose placeholder is the whole text.
    fn whole(&mut self, text: &str) -> Result<Option<&'a DelegationParameter>, TemplateError> {
        let name = text.strip_prefix("@{").and_then(|rest| rest.strip_suffix('}'));
        name.filter(|name| !name.contains('}')).map(|name| self.parameter(name)).transpose()
    }

    fn text(&mut self, text: &str) -> Result<String, TemplateError> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("@{") {
            let Some((name, after)) = after.split_once('}') else { break };
            let parameter = self.parameter(name)?;
            filled.push_str(before);
            match parameter.values.as_slice() {
                [one] => filled.push_str(one),
                _ => return Err(TemplateError::List(name.to_owned())),
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn parameter(&mut self, name: &str) -> Result<&'a DelegationParameter, TemplateError> {
        let found = self.parameters.iter().find(|parameter| parameter.name == name);
        let found = found.ok_or_else(|| TemplateError::Missing(name.to_owned()))?;
        self.used.insert(&found.name);
        Ok(found)
    }
}

fn texts(values: &[String]) -> impl Iterator<Item = Value> {
    values.iter().cloned().map(Value::String)
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("The policy template is not valid JSON."),
            Self::Values(name) => {
                write!(f, "The parameter {name} has the wrong number of values for its type.")
            }
            Self::Twice(name) => write!(f, "The parameter {name} is given more than once."),
            Self::Missing(name) => write!(f, "The policy template needs the parameter {name}."),
            Self::Unused(name) => write!(f, "The policy template has no parameter {name}."),
            Self::List(name) => write!(f, "The parameter {name} is part of a text and must have one value."),
        }
    }
}

impl std::error::Error for TemplateError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(name: &str, values: &[&str], list: bool) -> DelegationParameter {
        DelegationParameter {
            name: name.to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            list,
        }
    }

    #[test]
    fn values_take_the_place_of_placeholders() {
        let bucket = || parameter("Bucket", &["logs"], false);
        let check = |template: &str, parameters: &[DelegationParameter], expected: &str| {
            assert_eq!(resolve_template(template, parameters).unwrap(), expected, "{template}");
        };
        check(r#"{"a": "arn:aws:s3:::@{Bucket}/*"}"#, &[bucket()], r#"{"a":"arn:aws:s3:::logs/*"}"#);
        check(r#"["@{Bucket}@{Bucket}", "@{", "@"]"#, &[bucket()], r#"["logslogs","@{","@"]"#);
        check(r#"{"tag/@{Bucket}": "@{Bucket}"}"#, &[bucket()], r#"{"tag/logs":"logs"}"#);
        let list = parameter("Regions", &["a", "b"], true);
        check(r#"{"r": "@{Regions}"}"#, std::slice::from_ref(&list), r#"{"r":["a","b"]}"#);
        check(r#"{"r": ["x", "@{Regions}", "y"]}"#, &[list], r#"{"r":["x","a","b","y"]}"#);
        check(r#"{"r": "x@{Regions}"}"#, &[parameter("Regions", &["a"], true)], r#"{"r":"xa"}"#);
        // Values are texts: they neither add to the structure, nor are they looked at for placeholders.
        let hostile = parameter("Bucket", &[r#"","Effect":"Allow","x":"@{Other}"#], false);
        check(r#"{"a": "@{Bucket}"}"#, &[hostile], r#"{"a":"\",\"Effect\":\"Allow\",\"x\":\"@{Other}"}"#);
        // Policy variables are none of ours.
        check(r#"{"a": "${aws:username}"}"#, &[], r#"{"a":"${aws:username}"}"#);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let one = parameter("One", &["1"], false);
        let text = r#"{"a": "@{One}"}"#;
        for (template, parameters, expected) in [
            ("{", vec![one.clone()], TemplateError::Unreadable),
            (text, vec![], TemplateError::Missing("One".to_owned())),
            (
                text,
                vec![one.clone(), parameter("Two", &["2"], false)],
                TemplateError::Unused("Two".to_owned()),
            ),
            (text, vec![one.clone(), one.clone()], TemplateError::Twice("One".to_owned())),
            (text, vec![parameter("One", &["1", "2"], false)], TemplateError::Values("One".to_owned())),
            (text, vec![parameter("One", &[], true)], TemplateError::Values("One".to_owned())),
            (
                r#"{"a": "x@{One}"}"#,
                vec![parameter("One", &["1", "2"], true)],
                TemplateError::List("One".to_owned()),
            ),
            (
                r#"{"@{One}": "x"}"#,
                vec![parameter("One", &["1", "2"], true)],
                TemplateError::List("One".to_owned()),
            ),
        ] {
            assert_eq!(resolve_template(template, &parameters), Err(expected), "{template}");
        }
    }

    #[test]
    fn boundaries_of_roles_that_may_be_created() {
        let check = |statement: &str, expected: &[&str]| {
            let policy = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
            assert_eq!(role_restrictions(&policy), expected, "{statement}");
        };
        let condition = r#""Condition":{"StringEquals":{"iam:permissionsboundary":["arn:b","arn:a"]}}"#;
        check(&format!(r#"{{"Effect":"Allow","Action":"iam:CreateRole",{condition}}}"#), &["arn:a", "arn:b"]);
        check(
            &format!(r#"[{{"Effect":"Allow","Action":["s3:*","iam:createrole"],{condition}}}]"#),
            &["arn:a", "arn:b"],
        );
        check(&format!(r#"{{"Effect":"Deny","Action":"iam:CreateRole",{condition}}}"#), &[]);
        check(&format!(r#"{{"Effect":"Allow","Action":"iam:DeleteRole",{condition}}}"#), &[]);
        check(r#"{"Effect":"Allow","Action":"iam:CreateRole"}"#, &[]);
        assert!(role_restrictions("{").is_empty());
    }
}
