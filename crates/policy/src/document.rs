//! The structure of a policy document: JSON with the right elements of the right types, nothing more.
//!
//! What is read here is borrowed from the text and dropped once it is compiled. Unknown and doubled elements are
//! faults, so that nothing in a document can be overlooked (rules 77-97).

use std::borrow::Cow;
use std::collections::HashSet;

use crate::condition::Operator;
use crate::json::{self, Member, Node, Value};
use crate::policy::{Effect, PolicyKind, PrincipalKind};
use crate::refusal::{Refusal, RefusalCode};
use crate::span::{Bytes, Span};

/// A policy document as it is written.
pub(crate) struct Document<'t> {
    pub(crate) version: Version,
    pub(crate) statements: Vec<StatementSyntax<'t>>,
}

/// The version of the policy language; a document without one has the old (rule 79).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// `2008-10-17`: policy variables are plain text.
    Old,
    /// `2012-10-17`.
    Current,
}

pub(crate) struct StatementSyntax<'t> {
    pub(crate) at: Bytes,
    pub(crate) sid: Option<Text<'t>>,
    pub(crate) effect: EffectSyntax<'t>,
    pub(crate) principal: Option<PrincipalClause<'t>>,
    pub(crate) action: Option<List<'t>>,
    pub(crate) resource: Option<List<'t>>,
    pub(crate) conditions: Vec<ConditionSyntax<'t>>,
}

/// The effect, and whether it is written as it must be (rule 82).
pub(crate) struct EffectSyntax<'t> {
    pub(crate) effect: Effect,
    pub(crate) exact: bool,
    pub(crate) text: Text<'t>,
}

/// A string of the document and its place, quotes included.
#[derive(Clone)]
pub(crate) struct Text<'t> {
    pub(crate) value: Cow<'t, str>,
    pub(crate) at: Bytes,
}

/// Action, NotAction, Resource or NotResource. `None` stands for a JSON null among resources (rule 87).
pub(crate) struct List<'t> {
    pub(crate) not: bool,
    pub(crate) at: Bytes,
    pub(crate) entries: Vec<Option<Text<'t>>>,
}

/// Principal or NotPrincipal.
pub(crate) struct PrincipalClause<'t> {
    pub(crate) not: bool,
    pub(crate) at: Bytes,
    pub(crate) principal: PrincipalSyntax<'t>,
}

pub(crate) enum PrincipalSyntax<'t> {
    /// A bare string; only `*` is valid.
    Text(Text<'t>),
    /// The values under the keys of the map.
    Map(Vec<(PrincipalKind, Text<'t>)>),
}

/// One key under one operator of a Condition element.
pub(crate) struct ConditionSyntax<'t> {
    pub(crate) operator: Operator,
    pub(crate) operator_text: Text<'t>,
    pub(crate) key: Text<'t>,
    pub(crate) values: Vec<Text<'t>>,
    pub(crate) at: Bytes,
}

/// A fault of a document, before its place is turned into line and column.
#[derive(Debug)]
pub(crate) struct Fault {
    code: RefusalCode,
    message: String,
    at: Bytes,
}

/// The phrases of the three services that check policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    /// IAM, for what is attached to identities.
    Iam,
    /// What checks resource-based policies, trust policies included.
    Resource,
    /// Organizations, which says the same whatever is wrong.
    Organizations,
}

/// Reads the structure of a document of at most so many characters.
pub(crate) fn parse(text: &str, kind: PolicyKind, max_characters: usize) -> Result<Document<'_>, Fault> {
    let words = Words::of(kind);
    let node = json::parse(text, max_characters).map_err(|fault| {
        let message = words.syntax("This policy contains invalid Json");
        Fault::new(RefusalCode::Json, message, fault.offset..fault.offset)
    })?;
    Reader { words }.document(node)
}

struct Reader {
    words: Words,
}

type Read<T> = Result<T, Fault>;

impl Reader {
    fn document<'t>(&self, node: Node<'t>) -> Read<Document<'t>> {
        let at = node.at.clone();
        let mut version = Version::Old;
        let mut statements = None;
        for member in self.object(node)? {
            match member.name.as_ref() {
                "Version" => version = self.version(member.node)?,
                "Id" => drop(self.text(member.node)?),
                "Statement" => statements = Some(self.statements(member.node)?),
                _ => return Err(self.unknown(&member)),
            }
        }
        let statements = statements.ok_or_else(|| self.fault("Missing required field Statement", at))?;
        Ok(Document { version, statements })
    }

    fn version(&self, node: Node<'_>) -> Read<Version> {
        let at = node.at.clone();
        let invalid = || self.fault("The policy must contain a valid version string", at.clone());
        match node.value {
            Value::String(text) if text == "2012-10-17" => Ok(Version::Current),
            Value::String(text) if text == "2008-10-17" => Ok(Version::Old),
            _ => Err(invalid()),
        }
    }

    /// One statement or a non-empty list of them (rule 81).
    fn statements<'t>(&self, node: Node<'t>) -> Read<Vec<StatementSyntax<'t>>> {
        let at = node.at.clone();
        match node.value {
            Value::Array(nodes) if nodes.is_empty() => {
                Err(self.fault("Could not parse the policy: Statement is empty!", at))
            }
            Value::Array(nodes) => nodes.into_iter().map(|node| self.statement(node)).collect(),
            _ => Ok(vec![self.statement(node)?]),
        }
    }

    fn statement<'t>(&self, node: Node<'t>) -> Read<StatementSyntax<'t>> {
        let at = node.at.clone();
        let (mut sid, mut effect, mut principal, mut action, mut resource) = (None, None, None, None, None);
        let mut conditions = Vec::new();
        for member in self.object(node)? {
            let name_at = member.name_at.clone();
            let not = member.name.starts_with("Not");
            match member.name.as_ref() {
                "Sid" => sid = Some(self.text(member.node)?),
                "Effect" => effect = Some(self.effect(member.node)?),
                "Principal" | "NotPrincipal" => {
                    let clause =
                        PrincipalClause { not, at: name_at.clone(), principal: self.principal(member.node)? };
                    self.once(principal.replace(clause), name_at)?;
                }
                "Action" | "NotAction" => {
                    let entries = self.list(member.node, false)?;
                    self.once(action.replace(List { not, at: name_at.clone(), entries }), name_at)?;
                }
                "Resource" | "NotResource" => {
                    let entries = self.list(member.node, true)?;
                    self.once(resource.replace(List { not, at: name_at.clone(), entries }), name_at)?;
                }
                "Condition" => conditions = self.conditions(member.node)?,
                _ => return Err(self.unknown(&member)),
            }
        }
        let effect = effect.ok_or_else(|| self.fault("Missing required field Effect", at.clone()))?;
        Ok(StatementSyntax { at, sid, effect, principal, action, resource, conditions })
    }

    /// An element and its negation exclude each other (rule 85).
    fn once<T>(&self, before: Option<T>, at: Bytes) -> Read<()> {
        if before.is_none() { Ok(()) } else { Err(self.shape(at)) }
    }

    fn effect<'t>(&self, node: Node<'t>) -> Read<EffectSyntax<'t>> {
        let text = self.text(node)?;
        let effect = match &text.value {
            word if word.eq_ignore_ascii_case("Allow") => Effect::Allow,
            word if word.eq_ignore_ascii_case("Deny") => Effect::Deny,
            word => return Err(self.fault(&format!("Invalid effect: {word}"), text.at)),
        };
        let exact = matches!(text.value.as_ref(), "Allow" | "Deny");
        Ok(EffectSyntax { effect, exact, text })
    }

    fn principal<'t>(&self, node: Node<'t>) -> Read<PrincipalSyntax<'t>> {
        if matches!(node.value, Value::String(_)) {
            return Ok(PrincipalSyntax::Text(self.text(node)?));
        }
        let at = node.at.clone();
        let mut map = Vec::new();
        for member in self.object(node)? {
            let Some(kind) = PrincipalKind::from_key(&member.name) else {
                let message = format!("Invalid principal in policy: \"{}\"", member.name);
                return Err(self.fault(&message, member.name_at));
            };
            for entry in self.list(member.node, false)? {
                map.extend(entry.map(|text| (kind, text)));
            }
        }
        if map.is_empty() {
            return Err(self.fault("Missing required field Principal cannot be empty!", at));
        }
        Ok(PrincipalSyntax::Map(map))
    }

    /// A string or a list of strings (rule 83).
    fn list<'t>(&self, node: Node<'t>, null_allowed: bool) -> Read<Vec<Option<Text<'t>>>> {
        let Value::Array(nodes) = node.value else { return Ok(vec![Some(self.text(node)?)]) };
        nodes
            .into_iter()
            .map(|node| match node.value {
                Value::Null if null_allowed => Ok(None),
                _ => self.text(node).map(Some),
            })
            .collect()
    }

    /// An object of objects; an operator without keys passes whatever its name (rule 97).
    fn conditions<'t>(&self, node: Node<'t>) -> Read<Vec<ConditionSyntax<'t>>> {
        let mut conditions = Vec::new();
        for operator in self.object(node)? {
            let keys = self.object(operator.node)?;
            if keys.is_empty() {
                continue;
            }
            let operator_text = Text { value: operator.name, at: operator.name_at };
            let Some(operator) = Operator::from_name(&operator_text.value) else {
                let message = format!("Invalid Condition type : {}", operator_text.value);
                return Err(self.fault(&message, operator_text.at));
            };
            for key in keys {
                let at = key.name_at.start..key.node.at.end;
                conditions.push(ConditionSyntax {
                    operator,
                    operator_text: operator_text.clone(),
                    key: Text { value: key.name, at: key.name_at },
                    values: self.condition_values(key.node)?,
                    at,
                });
            }
        }
        Ok(conditions)
    }

    /// Scalars or lists of scalars; numbers and booleans stand for their text (rule 83).
    fn condition_values<'t>(&self, node: Node<'t>) -> Read<Vec<Text<'t>>> {
        match node.value {
            Value::Array(nodes) => nodes.into_iter().map(|node| self.scalar(node)).collect(),
            _ => Ok(vec![self.scalar(node)?]),
        }
    }

    fn scalar<'t>(&self, node: Node<'t>) -> Read<Text<'t>> {
        let value = match node.value {
            Value::String(text) => text,
            Value::Number(text) => Cow::Borrowed(text),
            Value::Bool(true) => Cow::Borrowed("true"),
            Value::Bool(false) => Cow::Borrowed("false"),
            Value::Null | Value::Array(_) | Value::Object(_) => return Err(self.shape(node.at)),
        };
        Ok(Text { value, at: node.at })
    }

    fn text<'t>(&self, node: Node<'t>) -> Read<Text<'t>> {
        match node.value {
            Value::String(value) => Ok(Text { value, at: node.at }),
            _ => Err(self.shape(node.at)),
        }
    }

    /// The members of an object in which no name occurs twice (rule 84).
    fn object<'t>(&self, node: Node<'t>) -> Read<Vec<Member<'t>>> {
        let Value::Object(members) = node.value else { return Err(self.shape(node.at)) };
        let mut names = HashSet::with_capacity(members.len());
        let double = members.iter().find(|member| !names.insert(member.name.as_ref()));
        match double.map(|member| member.name_at.clone()) {
            Some(at) => Err(self.shape(at)),
            None => Ok(members),
        }
    }

    fn unknown(&self, member: &Member<'_>) -> Fault {
        self.fault(&format!("Unknown field {}", member.name), member.name_at.clone())
    }

    fn shape(&self, at: Bytes) -> Fault {
        self.fault(SYNTAX, at)
    }

    fn fault(&self, specific: &str, at: Bytes) -> Fault {
        Fault::new(RefusalCode::Syntax, self.words.syntax(specific), at)
    }
}

/// IAM's words for whatever is wrong with the structure.
const SYNTAX: &str = "Syntax errors in policy.";

impl Words {
    pub(crate) fn of(kind: PolicyKind) -> Self {
        match kind {
            PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session => Self::Iam,
            PolicyKind::Trust | PolicyKind::Resource | PolicyKind::VpcEndpoint => Self::Resource,
            PolicyKind::Scp | PolicyKind::Rcp => Self::Organizations,
        }
    }

    /// The message for a fault of the structure that resource-based policies name and IAM does not.
    fn syntax(self, specific: &str) -> String {
        match self {
            Self::Iam => SYNTAX.to_owned(),
            Self::Resource => specific.to_owned(),
            Self::Organizations => ORGANIZATIONS.to_owned(),
        }
    }

    /// The message for any other fault.
    pub(crate) fn say(self, message: impl Into<String>) -> String {
        match self {
            Self::Iam | Self::Resource => message.into(),
            Self::Organizations => ORGANIZATIONS.to_owned(),
        }
    }
}

const ORGANIZATIONS: &str =
    "The provided policy document does not meet the requirements of the specified policy type.";

impl Text<'_> {
    /// The bytes between the quotes.
    pub(crate) fn contents(&self) -> Bytes {
        self.at.start + 1..self.at.end.saturating_sub(1)
    }
}

impl<'t> List<'t> {
    /// The entries that are not null.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &Text<'t>> {
        self.entries.iter().flatten()
    }
}

impl Fault {
    pub(crate) fn new(code: RefusalCode, message: impl Into<String>, at: Bytes) -> Self {
        Self { code, message: message.into(), at }
    }

    /// The fault as callers see it.
    pub(crate) fn into_refusal(self, text: &str) -> Refusal {
        Refusal { code: self.code, message: self.message, span: Some(Span::of(text, &self.at)) }
    }
}
