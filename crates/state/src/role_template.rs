//! Role templates: what AcquireRole makes roles from. AWS's services own them and nobody else can see them made; here
//! the operator defines them, in a file whose members are called as in IAM's own shapes.

use std::collections::BTreeMap;
use std::fmt;

use keygate_ident::{ArnParts, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::delegation::{fill_document, fill_text};
use crate::entity::DelegationParameter;

/// The role templates of a server, by ARN.
#[derive(Debug, Clone, Default)]
pub struct RoleTemplates(BTreeMap<String, RoleTemplate>);

/// Why a file of role templates is not accepted; for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleTemplateError(String);

/// A role template of one major version.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RoleTemplate {
    /// `arn:aws:iam::aws:role-template/SERVICE/NAME:MAJOR`
    #[serde(rename = "TemplateArn")]
    pub arn: String,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// The minor version that is used if nobody names one.
    pub default_minor_version: i32,
    /// Whether roles may be made from it.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Its minor versions.
    pub versions: Vec<RoleTemplateVersion>,
}

/// One minor version of a role template. Patterns and documents have placeholders, `@{Name}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RoleTemplateVersion {
    /// Its number.
    pub minor_version: i32,
    /// Its id, if the operator gave it one.
    #[serde(default, rename = "TemplateVersionId")]
    pub id: Option<String>,
    /// Whether roles may be made from it.
    #[serde(default = "yes", rename = "VersionEnabled")]
    pub enabled: bool,
    /// The names of roles.
    pub role_name_pattern: String,
    /// Their paths.
    #[serde(default = "root_path")]
    pub role_path_pattern: String,
    /// Their descriptions.
    #[serde(default)]
    pub role_description_pattern: Option<String>,
    /// Their trust policy.
    #[serde(rename = "AssumeRolePolicyDocumentTemplate", deserialize_with = "document")]
    pub trust: String,
    /// Their inline policies.
    #[serde(default, rename = "InlinePolicyTemplates")]
    pub inline: Vec<InlineTemplate>,
    /// Their managed policies.
    #[serde(default)]
    pub managed_policy_arns: Vec<String>,
    /// Their permissions boundary.
    #[serde(default)]
    pub permission_boundary_arn: Option<String>,
    /// The parameters for the placeholders.
    #[serde(default, rename = "ParametersDefinition")]
    pub parameters: Vec<ParameterDefinition>,
    /// Their tags.
    #[serde(default, rename = "RoleTagsTemplate")]
    pub tags: Vec<TagTemplate>,
    /// The longest session in seconds.
    #[serde(default = "an_hour")]
    pub max_session_duration: u32,
    /// When it was made.
    #[serde(default, deserialize_with = "date")]
    pub create_timestamp: Option<Timestamp>,
    /// When it was last changed.
    #[serde(default, deserialize_with = "date")]
    pub update_timestamp: Option<Timestamp>,
}

/// An inline policy of a role template.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct InlineTemplate {
    /// Its name.
    #[serde(rename = "PolicyName")]
    pub name: String,
    /// The document.
    #[serde(rename = "PolicyDocument", deserialize_with = "document")]
    pub document: String,
}

/// A tag of a role template.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TagTemplate {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
}

/// A parameter of a role template.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ParameterDefinition {
    /// Its name.
    pub name: String,
    /// What its values are.
    #[serde(rename = "Type")]
    pub kind: TemplateParameterType,
    /// Something for whoever reads the template.
    #[serde(default)]
    pub sub_type: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether it must be given a value.
    #[serde(default)]
    pub is_required: bool,
    /// The value that it has if none is given.
    #[serde(default)]
    pub default_value: Option<String>,
    /// Whether it can be changed when the role exists.
    #[serde(default)]
    pub immutable: bool,
}

/// What the values of a parameter are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum TemplateParameterType {
    /// One text.
    String,
    /// Texts.
    StringList,
    /// One number.
    Number,
    /// Numbers.
    NumberList,
    /// One ARN.
    Arn,
    /// ARNs.
    ArnList,
}

/// A role as a template makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplatedRole {
    /// The name.
    pub name: String,
    /// The path.
    pub path: String,
    /// The description.
    pub description: Option<String>,
    /// The trust policy.
    pub trust: String,
    /// Inline policies: name and document.
    pub inline: Vec<(String, String)>,
    /// Tags: key and value.
    pub tags: Vec<(String, String)>,
}

impl RoleTemplates {
    /// The templates in a file: `{"RoleTemplates": […]}`.
    ///
    /// # Errors
    /// Anything that is not understood, or that contradicts itself.
    pub fn parse(text: &str) -> Result<Self, RoleTemplateError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase", deny_unknown_fields)]
        struct File {
            role_templates: Vec<RoleTemplate>,
        }
        let file: File = serde_json::from_str(text).map_err(|error| RoleTemplateError(error.to_string()))?;
        let mut templates = BTreeMap::new();
        for template in file.role_templates {
            let problem = |what: &str| RoleTemplateError(format!("{}: {what}", template.arn));
            if RoleTemplate::parts(&template.arn).is_none() {
                return Err(problem(
                    "not an ARN of the form arn:aws:iam::aws:role-template/SERVICE/NAME:MAJOR",
                ));
            }
            if template.version(None).is_none() {
                return Err(problem("the default minor version is not among the versions"));
            }
            let arn = template.arn.clone();
            if templates.insert(arn.clone(), template).is_some() {
                return Err(RoleTemplateError(format!("{arn}: defined twice")));
            }
        }
        Ok(Self(templates))
    }

    /// The template with this ARN.
    pub fn get(&self, arn: &str) -> Option<&RoleTemplate> {
        self.0.get(arn)
    }
}

impl RoleTemplate {
    /// Service principal, name and major version in the ARN of a role template.
    pub fn parts(arn: &str) -> Option<(&str, &str, i32)> {
        let parts = ArnParts::split(arn).filter(|parts| parts.service == "iam" && parts.account == "aws")?;
        let (service, rest) = parts.resource.strip_prefix("role-template/")?.split_once('/')?;
        let (name, major) = rest.rsplit_once(':')?;
        (!service.is_empty() && !name.is_empty()).then(|| Some((service, name, major.parse().ok()?)))?
    }

    /// This minor version, or the default one.
    pub fn version(&self, minor: Option<i32>) -> Option<&RoleTemplateVersion> {
        let minor = minor.unwrap_or(self.default_minor_version);
        self.versions.iter().find(|version| version.minor_version == minor)
    }
}

impl RoleTemplateVersion {
    /// The role that it makes with these values.
    ///
    /// # Errors
    /// Values are missing, too many, or of the wrong type; for the client.
    pub fn role(&self, values: &BTreeMap<String, Vec<String>>) -> Result<TemplatedRole, String> {
        let defined = |name: &String| self.parameters.iter().any(|parameter| parameter.name == *name);
        if let Some(unknown) = values.keys().find(|name| !defined(name)) {
            return Err(format!("The role template has no parameter {unknown}."));
        }
        let mut given = Vec::with_capacity(self.parameters.len());
        for parameter in &self.parameters {
            let default = || parameter.default_value.clone().map(|value| vec![value]);
            if let Some(value) =
                values.get(&parameter.name).into_iter().flatten().find(|value| is_wide(value))
            {
                let name = &parameter.name;
                return Err(format!(
                    "The value {value} of the parameter {name} contains a wildcard or a policy variable."
                ));
            }
            match values.get(&parameter.name).cloned().or_else(default) {
                Some(values) => given.push(parameter.with(values)?),
                None if parameter.is_required => {
                    return Err(format!("The role template needs the parameter {}.", parameter.name));
                }
                None => {}
            }
        }
        let text = |pattern: &str| fill_text(pattern, &given).map_err(|error| error.to_string());
        let document = |template: &str| fill_document(template, &given).map_err(|error| error.to_string());
        let inline = self.inline.iter().map(|one| Ok((text(&one.name)?, document(&one.document)?)));
        let tags = self.tags.iter().map(|tag| Ok((text(&tag.key)?, text(&tag.value)?)));
        Ok(TemplatedRole {
            name: text(&self.role_name_pattern)?,
            path: text(&self.role_path_pattern)?,
            description: self.role_description_pattern.as_deref().map(text).transpose()?,
            trust: document(&self.trust)?,
            inline: inline.collect::<Result<_, String>>()?,
            tags: tags.collect::<Result<_, String>>()?,
        })
    }
}

impl ParameterDefinition {
    fn with(&self, values: Vec<String>) -> Result<DelegationParameter, String> {
        let fits = |value: &String| match self.kind {
            TemplateParameterType::String | TemplateParameterType::StringList => true,
            TemplateParameterType::Number | TemplateParameterType::NumberList => value.parse::<f64>().is_ok(),
            TemplateParameterType::Arn | TemplateParameterType::ArnList => ArnParts::split(value).is_some(),
        };
        if let Some(value) = values.iter().find(|value| !fits(value)) {
            return Err(format!(
                "The value {value} of the parameter {} is not of the type {}.",
                self.name, self.kind
            ));
        }
        Ok(DelegationParameter { name: self.name.clone(), values, list: self.kind.is_list() })
    }
}

/// Whether a policy into which the value is filled would speak of more than one thing by it. What the operator
/// writes, defaults included, may.
fn is_wide(value: &str) -> bool {
    value.contains(['*', '?']) || value.contains("${")
}

impl TemplateParameterType {
    /// As IAM writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::StringList => "StringList",
            Self::Number => "Number",
            Self::NumberList => "NumberList",
            Self::Arn => "Arn",
            Self::ArnList => "ArnList",
        }
    }

    const fn is_list(self) -> bool {
        matches!(self, Self::StringList | Self::NumberList | Self::ArnList)
    }
}

impl fmt::Display for TemplateParameterType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for RoleTemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RoleTemplateError {}

const fn yes() -> bool {
    true
}

fn root_path() -> String {
    "/".to_owned()
}

const fn an_hour() -> u32 {
    3600
}

/// A document may stand in the file as it is, or as a text.
fn document<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        other => other.to_string(),
    })
}

/// In ISO 8601, as IAM shows it.
fn date<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse()
        .map(Some)
        .map_err(|_| serde::de::Error::custom(format!("{text} is not a date and time in ISO 8601")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:iam::aws:role-template/backup.amazonaws.com/Vault:1";

    fn file() -> String {
        format!(
            r#"{{"RoleTemplates": [{{"TemplateArn": "{ARN}", "DefaultMinorVersion": 2, "Versions": [
                {{"MinorVersion": 1, "VersionEnabled": false, "RoleNamePattern": "old", "AssumeRolePolicyDocumentTemplate": "{{}}"}},
                {{"MinorVersion": 2, "RoleNamePattern": "vault-@{{Name}}", "RolePathPattern": "/@{{Name}}/",
                  "AssumeRolePolicyDocumentTemplate": {{"a": "@{{Accounts}}"}},
                  "InlinePolicyTemplates": [{{"PolicyName": "p", "PolicyDocument": {{"b": "@{{Name}}"}}}}],
                  "RoleTagsTemplate": [{{"Key": "days", "Value": "@{{Days}}"}}],
                  "ParametersDefinition": [
                    {{"Name": "Name", "Type": "String", "IsRequired": true}},
                    {{"Name": "Accounts", "Type": "ArnList", "IsRequired": true}},
                    {{"Name": "Days", "Type": "Number", "DefaultValue": "7"}}]}}]}}]}}"#
        )
    }

    fn values(pairs: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        let text = |value: &&str| (*value).to_owned();
        pairs.iter().map(|(name, values)| ((*name).to_owned(), values.iter().map(text).collect())).collect()
    }

    #[test]
    fn a_template_makes_a_role() {
        let templates = RoleTemplates::parse(&file()).unwrap();
        let template = templates.get(ARN).unwrap();
        assert!(templates.get("arn:aws:iam::aws:role-template/backup.amazonaws.com/Vault:2").is_none());
        assert_eq!(RoleTemplate::parts(ARN), Some(("backup.amazonaws.com", "Vault", 1)));
        assert_eq!(template.version(None).unwrap().minor_version, 2);
        assert!(!template.version(Some(1)).unwrap().enabled && template.version(Some(3)).is_none());
        let accounts =
            ("Accounts", &["arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:root"][..]);
        let version = template.version(None).unwrap();
        let role = version.role(&values(&[("Name", &["a"]), accounts])).unwrap();
        let expected = TemplatedRole {
            name: "vault-a".to_owned(),
            path: "/a/".to_owned(),
            description: None,
            trust: r#"{"a":["arn:aws:iam::111122223333:root","arn:aws:iam::444455556666:root"]}"#.to_owned(),
            inline: vec![("p".to_owned(), r#"{"b":"a"}"#.to_owned())],
            tags: vec![("days".to_owned(), "7".to_owned())],
        };
        assert_eq!(role, expected);
        for (given, expected) in [
            (values(&[accounts]), "The role template needs the parameter Name."),
            (
                values(&[("Name", &["a"]), ("Else", &["b"]), accounts]),
                "The role template has no parameter Else.",
            ),
            (
                values(&[("Name", &["a", "b"]), accounts]),
                "The parameter Name has the wrong number of values for its type.",
            ),
            (
                values(&[("Name", &["a"]), ("Accounts", &["b"])]),
                "The value b of the parameter Accounts is not of the type ArnList.",
            ),
            (
                values(&[("Name", &["a"]), ("Days", &["b"]), accounts]),
                "The value b of the parameter Days is not of the type Number.",
            ),
            (
                values(&[("Name", &["*"]), accounts]),
                "The value * of the parameter Name contains a wildcard or a policy variable.",
            ),
            (
                values(&[("Name", &["a?"]), accounts]),
                "The value a? of the parameter Name contains a wildcard or a policy variable.",
            ),
            (
                values(&[("Name", &["a"]), ("Accounts", &["arn:aws:iam::${aws:PrincipalAccount}:root"])]),
                "The value arn:aws:iam::${aws:PrincipalAccount}:root of the parameter Accounts contains a wildcard or a policy variable.",
            ),
        ] {
            assert_eq!(version.role(&given).unwrap_err(), expected);
        }
    }

    #[test]
    fn files_that_are_refused() {
        for (from, to, expected) in [
            (
                "\"DefaultMinorVersion\": 2",
                "\"DefaultMinorVersion\": 3",
                "the default minor version is not among",
            ),
            ("Vault:1", "Vault", "not an ARN of the form"),
            ("::aws:role", "::111122223333:role", "not an ARN of the form"),
            ("\"VersionEnabled\"", "\"Enabled\"", "unknown field `Enabled`"),
            ("\"Number\"", "\"Date\"", "unknown variant `Date`"),
        ] {
            let text = file().replacen(from, to, 1);
            let error = RoleTemplates::parse(&text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        let twice = file();
        let one =
            twice.strip_prefix(r#"{"RoleTemplates": ["#).and_then(|rest| rest.strip_suffix("]}")).unwrap();
        let twice = format!(r#"{{"RoleTemplates": [{one},{one}]}}"#);
        assert!(RoleTemplates::parse(&twice).unwrap_err().to_string().ends_with("defined twice"));
    }
}
