//! A policy: the text as it was given, and the compiled form that decides.

use std::sync::Arc;

use crate::compile::{self, CompiledStatement};
use crate::document::{self, Document, Fault, PrincipalSyntax};
use crate::refusal::{Refusal, RefusalCode};
use crate::size;
use crate::span::{Bytes, Lines, Span};
use crate::validate;

/// What a policy is for; the grammar differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// Attached to a user, group or role, inline or managed.
    Identity,
    /// The trust policy of a role (rule 197).
    Trust,
    /// Attached to a resource, KMS key policies included.
    Resource,
    /// A permissions boundary (rule 61).
    Boundary,
    /// Passed when a session is made (rule 67).
    Session,
    /// A service control policy (rule 49).
    Scp,
    /// A resource control policy (rule 57).
    Rcp,
    /// Attached to a VPC endpoint (rule 33).
    VpcEndpoint,
}

/// Whether a statement grants or forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Forbids, whatever grants (rule 5).
    Deny,
}

/// A policy that was accepted. Immutable; meant to be shared as `Arc<Policy>`.
#[derive(Debug, Clone)]
pub struct Policy {
    text: Box<str>,
    kind: PolicyKind,
    /// Shared with the layers into which the policy is linked.
    statements: Arc<[Statement]>,
    principals: Box<[PrincipalEntry]>,
}

/// One statement of a policy, in the order of the text.
#[derive(Debug, Clone)]
pub struct Statement {
    sid: Option<Box<str>>,
    span: Span,
    compiled: CompiledStatement,
}

/// One key under one operator of a statement's Condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionRef<'a> {
    /// The operator as it is written.
    pub operator: &'a str,
    /// The key as it is written.
    pub key: &'a str,
    /// The bytes of the policy's text that hold key and values.
    pub bytes: Bytes,
}

/// One value of a Principal or NotPrincipal element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalRef<'a> {
    /// The key under which it stands.
    pub kind: PrincipalKind,
    /// The value.
    pub value: &'a str,
    /// The bytes of the policy's text that hold the value, without the quotes.
    pub span: Bytes,
    /// The index of its statement.
    pub statement: usize,
}

/// The keys of a Principal element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    /// Accounts, users, roles, sessions, or `*`.
    Aws,
    /// Service principals.
    Service,
    /// Identity providers.
    Federated,
    /// S3 canonical ids.
    CanonicalUser,
    /// The whole element is `"*"`.
    Star,
}

#[derive(Debug, Clone)]
struct PrincipalEntry {
    kind: PrincipalKind,
    value: Box<str>,
    span: Bytes,
    statement: usize,
}

impl Policy {
    /// Reads a document that somebody wants to save, with every check that AWS makes then (rules 77-102).
    ///
    /// # Errors
    /// The refusal that AWS reports first (rule 99); the error code is `MalformedPolicyDocument`.
    pub fn parse(text: &str, kind: PolicyKind) -> Result<Self, Refusal> {
        Self::build(text, kind, MAX_SAVED, validate::at_the_door)
    }

    /// Reads a document that was accepted before: AWS managed policies, stored policies.
    ///
    /// Checks only what the evaluator must understand; nothing that could change a decision is ignored.
    ///
    /// # Errors
    /// The document is not a policy of this kind.
    pub fn read(text: &str, kind: PolicyKind) -> Result<Self, Refusal> {
        Self::build(text, kind, MAX_STORED, validate::as_stored)
    }

    /// The document, byte for byte as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the policy was read as.
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// Its size as AWS counts it for policies of its kind; [`PolicyKind::size_limit`] says how large it may be.
    pub fn size(&self) -> usize {
        size::size_as(self.kind, &self.text)
    }

    /// The statements in the order of the text.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    pub(crate) fn shared_statements(&self) -> &Arc<[Statement]> {
        &self.statements
    }

    /// All values of the Principal and NotPrincipal elements in the order of the text.
    pub fn principals(&self) -> impl Iterator<Item = PrincipalRef<'_>> {
        self.principals.iter().map(|entry| PrincipalRef {
            kind: entry.kind,
            value: &entry.value,
            span: entry.span.clone(),
            statement: entry.statement,
        })
    }

    /// The refusal for a principal that is well formed but does not exist (rule 102); who exists only the caller knows.
    pub fn refuse_principal(&self, principal: &PrincipalRef<'_>) -> Refusal {
        Refusal {
            code: RefusalCode::Principal,
            message: validate::invalid_message(principal.kind, principal.value),
            span: Some(Span::of(&self.text, &principal.span)),
        }
    }

    fn build(
        text: &str,
        kind: PolicyKind,
        max_characters: usize,
        check: fn(&Document<'_>, PolicyKind) -> Result<(), Fault>,
    ) -> Result<Self, Refusal> {
        let refuse = |fault: Fault| fault.into_refusal(text);
        let document = document::parse(text, kind, max_characters).map_err(refuse)?;
        check(&document, kind).map_err(refuse)?;
        let lines = Lines::new(text);
        let statements = document
            .statements
            .iter()
            .map(|syntax| Statement {
                sid: syntax.sid.as_ref().map(|sid| sid.value.as_ref().into()),
                span: lines.span(&syntax.at),
                compiled: compile::statement(syntax, document.version, kind),
            })
            .collect();
        Ok(Self { text: text.into(), kind, statements, principals: principals(&document) })
    }
}

impl Statement {
    /// The statement id as it is written; ids of documents that were only [`Policy::read`] may repeat.
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// Whether it grants or forbids.
    pub fn effect(&self) -> Effect {
        self.compiled.effect
    }

    /// Where the statement's object stands, braces included (rule 194).
    pub fn span(&self) -> Span {
        self.span
    }

    /// The conditions, each key under each operator, in the order of the text.
    pub fn conditions(&self) -> impl Iterator<Item = ConditionRef<'_>> {
        self.compiled.conditions.iter().map(|clause| ConditionRef {
            operator: &clause.operator_text,
            key: clause.key.text(),
            bytes: clause.at.clone(),
        })
    }

    pub(crate) fn compiled(&self) -> &CompiledStatement {
        &self.compiled
    }
}

impl PrincipalKind {
    /// The key of this name.
    pub(crate) fn from_key(key: &str) -> Option<Self> {
        match key {
            "AWS" => Some(Self::Aws),
            "Service" => Some(Self::Service),
            "Federated" => Some(Self::Federated),
            "CanonicalUser" => Some(Self::CanonicalUser),
            _ => None,
        }
    }
}

/// The longest document that may be saved, in characters (rule 100).
const MAX_SAVED: usize = 131_072;
/// The longest document that is read at all; the longest policy of AWS's own has some 157,000 characters.
pub(crate) const MAX_STORED: usize = 1_048_576;

fn principals(document: &Document<'_>) -> Box<[PrincipalEntry]> {
    let mut entries = Vec::new();
    for (statement, syntax) in document.statements.iter().enumerate() {
        let Some(clause) = &syntax.principal else { continue };
        match &clause.principal {
            PrincipalSyntax::Text(text) => entries.push(PrincipalEntry {
                kind: PrincipalKind::Star,
                value: text.value.as_ref().into(),
                span: text.contents(),
                statement,
            }),
            PrincipalSyntax::Map(map) => {
                for (kind, text) in map {
                    entries.push(PrincipalEntry {
                        kind: *kind,
                        value: text.value.as_ref().into(),
                        span: text.contents(),
                        statement,
                    });
                }
            }
        }
    }
    entries.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_statements_and_principals_keep_their_places() {
        let text = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\"Sid\": \"One\", \"Effect\": \"Allow\",\n     \"Principal\": {\"AWS\": [\"111122223333\", \"arn:aws:iam::111122223333:user\\/ann\"], \"Service\": \"ec2.amazonaws.com\"},\n     \"Action\": \"sts:AssumeRole\"},\n    {\"Effect\": \"Deny\", \"Principal\": \"*\", \"Action\": \"sts:TagSession\"}\n  ]\n}\n";
        let policy = Policy::parse(text, PolicyKind::Trust).unwrap();
        assert_eq!(policy.text(), text);
        assert_eq!(policy.kind(), PolicyKind::Trust);
        let shown: Vec<_> = policy
            .statements()
            .iter()
            .map(|s| (s.sid(), s.effect(), s.span().start.line, s.span().start.column, s.span().end.line))
            .collect();
        assert_eq!(shown, [(Some("One"), Effect::Allow, 4, 5, 6), (None, Effect::Deny, 7, 5, 7)]);
        let refusal = policy.refuse_principal(&policy.principals().nth(1).unwrap());
        assert_eq!(
            refusal.message,
            "Invalid principal in policy: \"AWS\":\"arn:aws:iam::111122223333:user/ann\""
        );
        assert_eq!(refusal.span.unwrap().start.line, 5);
        let span = policy.statements()[1].span();
        assert_eq!(&text[span.start.offset..span.start.offset + 9], "{\"Effect\"");
        assert!(text[..span.end.offset].ends_with("TagSession\"}"));
        let principals: Vec<_> = policy
            .principals()
            .map(|p| (p.kind, p.value.to_owned(), text[p.span.clone()].to_owned(), p.statement))
            .collect();
        let ann = "arn:aws:iam::111122223333:user/ann".to_owned();
        assert_eq!(
            principals,
            [
                (PrincipalKind::Aws, "111122223333".into(), "111122223333".into(), 0),
                (PrincipalKind::Aws, ann, "arn:aws:iam::111122223333:user\\/ann".into(), 0),
                (PrincipalKind::Service, "ec2.amazonaws.com".into(), "ec2.amazonaws.com".into(), 0),
                (PrincipalKind::Star, "*".into(), "*".into(), 1),
            ]
        );
    }

    #[test]
    fn a_policy_can_be_shared_between_threads() {
        fn shared<T: Send + Sync + 'static>() {}
        shared::<Policy>();
    }
}
