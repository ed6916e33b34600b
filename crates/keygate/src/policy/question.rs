//! The options that put one request and its policies into words, and the question they make.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use keygate_ident::{AccountId, ArnParts};
use keygate_policy::{Attached, Boundary, Layer, Policy, PolicyKind, Refusal, Stack, StatementRef};
use keygate_policy_cases::{
    Case, CaseLevel, CasePolicy, CaseRequest, CaseResource, PrincipalForm, PrincipalType, Question,
    TypedPrincipal, Unreadable, Value,
};

use super::diagnostic;
use super::file::{self, Source};
use crate::failure::Failure;

#[derive(Debug, Args)]
pub(crate) struct QuestionOptions {
    /// The permission asked for, such as s3:GetObject
    #[arg(long, value_name = "ACTION", value_parser = action)]
    action: String,
    /// What it is asked for: an ARN, or * for actions that have no resource
    #[arg(long, value_name = "ARN", value_parser = resource)]
    resource: String,
    /// Who asks: the ARN of a user, root user or session, a service such as lambda.amazonaws.com,
    /// anonymous, web-identity:PROVIDER or saml:PROVIDER-ARN
    #[arg(long, value_name = "PRINCIPAL")]
    principal: String,
    /// ARN of a session's role, if the role has a path; of a federated user, that of the IAM user behind it
    #[arg(long, value_name = "ARN")]
    role_arn: Option<String>,
    /// Policies of the user (with its groups) or role
    #[arg(long, num_args = 1.., value_name = "[ARN=]FILE")]
    identity: Vec<PolicyFile>,
    /// Permissions boundary
    #[arg(long, value_name = "[ARN=]FILE")]
    boundary: Option<PolicyFile>,
    /// Session policies
    #[arg(long, num_args = 1.., value_name = "[ARN=]FILE")]
    session: Vec<PolicyFile>,
    /// Service control policies, levels from the organization's root down to the account; LEVEL= is a level
    /// to which nothing is attached
    #[arg(long, num_args = 1.., value_name = "LEVEL=[ARN=]FILE")]
    scp: Vec<LevelFile>,
    /// Resource control policies, likewise
    #[arg(long, num_args = 1.., value_name = "LEVEL=[ARN=]FILE")]
    rcp: Vec<LevelFile>,
    /// Policy of the resource; of a role, its trust policy
    #[arg(long, value_name = "FILE")]
    resource_policy: Option<PolicyFile>,
    /// Policies of the VPC endpoint by which the request comes
    #[arg(long, num_args = 1.., value_name = "FILE")]
    vpc_endpoint: Vec<PolicyFile>,
    /// A grant on the KMS key lets the principal do this
    #[arg(long)]
    kms_grant: bool,
    /// Condition keys of the request; a key with several values is given several times
    #[arg(long, num_args = 1.., value_name = "KEY=VALUE")]
    context: Vec<ContextEntry>,
    /// Account that owns the resource [default: the account in the ARN]
    #[arg(long, value_name = "ID")]
    resource_account: Option<AccountId>,
    /// For programs
    #[arg(long)]
    pub(crate) json: bool,
}

/// `FILE`, or `ARN=FILE` for a policy that has an ARN, which denials show.
#[derive(Debug, Clone)]
struct PolicyFile {
    arn: Option<String>,
    path: PathBuf,
}

/// `LEVEL=FILE`.
#[derive(Debug, Clone)]
struct LevelFile {
    level: String,
    file: Option<PolicyFile>,
}

/// `KEY=VALUE`.
#[derive(Debug, Clone)]
struct ContextEntry {
    key: String,
    value: String,
}

/// A question, and what was noticed on the way.
pub(crate) struct Asked {
    pub(crate) question: Question,
    /// What is worth knowing though nobody asked.
    pub(crate) notes: Vec<String>,
}

impl QuestionOptions {
    /// Reads all files and puts the question together.
    pub(crate) fn ask(&self) -> Result<Asked, Failure> {
        let mut files = Files::default();
        let case = Case {
            id: String::new(),
            rules: Vec::new(),
            request: CaseRequest {
                principal: principal(&self.principal),
                principal_role_arn: self.role_arn.clone(),
                principal_canonical_user: None,
                action: self.action.clone(),
                resource: CaseResource {
                    arn: self.resource.clone(),
                    account_id: self.resource_account.map(|account| account.to_string()),
                    kms_grant: self.kms_grant,
                },
                context: context(&self.context)?,
            },
            identity_policies: files.all(&self.identity)?,
            session_policies: files.all(&self.session)?,
            permissions_boundary: files.optional(&self.boundary)?,
            scps: files.levels(&self.scp)?,
            rcps: files.levels(&self.rcp)?,
            resource_policy: files.optional(&self.resource_policy)?,
            vpc_endpoint_policies: files.all(&self.vpc_endpoint)?,
            expected: None,
            decided_by: None,
        };
        let question = Question::new(&case).map_err(|error| Failure::Misused(error.to_string()))?;
        if let Some(unreadable) = question.unreadable().first() {
            return Err(files.refused(unreadable));
        }
        let mut notes = self.unknown_owner().into_iter().collect::<Vec<_>>();
        notes.extend(question.ask(|_, stack| files.without_statements(stack)));
        notes.extend(question.ask(|_, stack| not_saved(stack)));
        Ok(Asked { question, notes })
    }

    /// The commonest surprise: buckets and their objects name no account.
    fn unknown_owner(&self) -> Option<String> {
        let named =
            ArnParts::split(&self.resource).is_some_and(|arn| arn.account.parse::<AccountId>().is_ok());
        let known = named || self.resource_account.is_some() || self.resource == "*";
        (!known).then(|| {
            format!(
                "{} names no account, so it counts as another account's; --resource-account says whose it is",
                self.resource
            )
        })
    }
}

/// Policies that AWS keeps in force, but would not let anybody save today.
fn not_saved(stack: &Stack<'_>) -> Vec<String> {
    let note = |attached: &Attached<'_>| {
        let refusal = Policy::parse(attached.policy.text(), attached.policy.kind()).err()?;
        Some(format!("AWS would refuse to save {}: {refusal}", attached.name))
    };
    policies(stack).iter().filter_map(note).collect()
}

/// All policies of a stack.
fn policies<'a>(stack: &Stack<'a>) -> Vec<Attached<'a>> {
    let levels = stack.scps.iter().chain(stack.rcps).flat_map(|level| level.policies);
    let boundary = match stack.boundary {
        Some(Boundary::Policy(attached)) => Some(attached),
        Some(Boundary::Unreadable) | None => None,
    };
    let bags = [stack.identity, stack.session.unwrap_or_default(), stack.vpc_endpoint.unwrap_or_default()];
    let mut all: Vec<_> = bags.into_iter().flatten().chain(levels).copied().collect();
    all.extend(boundary);
    all.extend(stack.resource);
    all
}

/// The policy in which a statement stands.
pub(crate) fn policy_at<'a>(stack: &Stack<'a>, at: StatementRef) -> Option<Attached<'a>> {
    let bag = match at.layer {
        Layer::Identity => stack.identity,
        Layer::Session => stack.session?,
        Layer::VpcEndpoint => stack.vpc_endpoint?,
        Layer::Scp => stack.scps.get(at.level)?.policies,
        Layer::Rcp => stack.rcps.get(at.level)?.policies,
        Layer::Resource => return stack.resource,
        Layer::Boundary => {
            return match stack.boundary {
                Some(Boundary::Policy(attached)) => Some(attached),
                Some(Boundary::Unreadable) | None => None,
            };
        }
    };
    bag.get(at.policy).copied()
}

/// The files read so far, by name.
#[derive(Default)]
struct Files {
    texts: BTreeMap<String, String>,
}

impl Files {
    fn one(&mut self, file: &PolicyFile) -> Result<CasePolicy, Failure> {
        let PolicyFile { arn, path } = file;
        let name = file::name(path);
        if !self.texts.contains_key(&name) {
            let source = file::read(path)?;
            self.texts.insert(source.name, source.text);
        }
        let text = self.texts.get(&name).map(String::as_str).unwrap_or_default();
        let document = serde_json::value::to_raw_value(text).map_err(|error| Failure::of(&error))?;
        Ok(CasePolicy { name, arn: arn.clone(), document })
    }

    fn all(&mut self, files: &[PolicyFile]) -> Result<Vec<CasePolicy>, Failure> {
        files.iter().map(|file| self.one(file)).collect()
    }

    fn optional(&mut self, file: &Option<PolicyFile>) -> Result<Option<CasePolicy>, Failure> {
        file.as_ref().map(|file| self.one(file)).transpose()
    }

    /// Levels in the order in which they are named first.
    fn levels(&mut self, files: &[LevelFile]) -> Result<Vec<CaseLevel>, Failure> {
        let mut levels: Vec<CaseLevel> = Vec::new();
        for LevelFile { level, file } in files {
            let policy = self.optional(file)?;
            match levels.iter_mut().find(|known| known.level == *level) {
                Some(known) => known.policies.extend(policy),
                None => {
                    levels.push(CaseLevel { level: level.clone(), policies: policy.into_iter().collect() })
                }
            }
        }
        Ok(levels)
    }

    /// A document with an empty list of statements takes part as nothing at all.
    fn without_statements(&self, stack: &Stack<'_>) -> Vec<String> {
        let policies = policies(stack);
        let absent = |name: &&String| policies.iter().all(|attached| attached.name != name.as_str());
        let note = |name: &String| format!("{name} has no statements, so it allows nothing");
        self.texts.keys().filter(absent).map(note).collect()
    }

    fn refused(&self, unreadable: &Unreadable) -> Failure {
        let Unreadable { layer, name, message } = unreadable;
        let text = self.texts.get(name).cloned().unwrap_or_default();
        let matching = |kind: &PolicyKind| -> Option<Refusal> {
            Policy::read(&text, *kind).err().filter(|refusal| refusal.message == *message)
        };
        let shown = kinds(*layer).iter().find_map(matching).map_or_else(
            || message.clone(),
            |refusal| diagnostic::render(&Source { name: name.clone(), text: text.clone() }, &refusal),
        );
        Failure::Misused(shown)
    }
}

/// The kinds of policies that can stand in a layer.
fn kinds(layer: Layer) -> &'static [PolicyKind] {
    match layer {
        Layer::Identity => &[PolicyKind::Identity],
        Layer::Resource => &[PolicyKind::Resource, PolicyKind::Trust],
        Layer::Boundary => &[PolicyKind::Boundary],
        Layer::Session => &[PolicyKind::Session],
        Layer::Scp => &[PolicyKind::Scp],
        Layer::Rcp => &[PolicyKind::Rcp],
        Layer::VpcEndpoint => &[PolicyKind::VpcEndpoint],
    }
}

fn principal(word: &str) -> PrincipalForm {
    let typed = |kind, provider: Option<&str>| {
        PrincipalForm::Typed(TypedPrincipal { kind, provider: provider.map(str::to_owned) })
    };
    if word == "anonymous" {
        typed(PrincipalType::Anonymous, None)
    } else if let Some(provider) = word.strip_prefix("web-identity:") {
        typed(PrincipalType::WebIdentity, Some(provider))
    } else if let Some(provider) = word.strip_prefix("saml:") {
        typed(PrincipalType::Saml, Some(provider))
    } else {
        PrincipalForm::Name(word.to_owned())
    }
}

/// The keys in their order; what is given several times has several values.
fn context(entries: &[ContextEntry]) -> Result<Vec<(String, Value)>, Failure> {
    let mut keys: Vec<(String, Value)> = Vec::new();
    for ContextEntry { key, value } in entries {
        // Keys compare without regard to case, so that one of two spellings would be lost; tag keys are kept apart.
        let respelled = |(known, _): &(String, Value)| {
            known != key && known.eq_ignore_ascii_case(key) && !key.contains('/')
        };
        if keys.iter().any(respelled) {
            return Err(Failure::Misused(format!("--context has {key} in two spellings")));
        }
        match keys.iter_mut().find(|(known, _)| known == key) {
            Some((_, Value::Many(values))) => values.push(value.clone()),
            Some((_, values)) => {
                if let Value::One(first) = values {
                    *values = Value::Many(vec![first.clone(), value.clone()]);
                }
            }
            None => keys.push((key.clone(), Value::One(value.clone()))),
        }
    }
    Ok(keys)
}

fn action(word: &str) -> Result<String, String> {
    let whole = word
        .split_once(':')
        .is_some_and(|(vendor, name)| !vendor.is_empty() && !name.is_empty() && !name.contains(':'));
    if whole && !word.contains(['*', '?']) {
        Ok(word.to_owned())
    } else {
        Err("a request is for one action, such as s3:GetObject".to_owned())
    }
}

fn resource(word: &str) -> Result<String, String> {
    if word.is_empty() { Err("a request is for an ARN, or for *".to_owned()) } else { Ok(word.to_owned()) }
}

impl FromStr for PolicyFile {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        // Names of policies may have an `=` of their own.
        match word.rsplit_once('=').filter(|(arn, _)| arn.starts_with("arn:")) {
            Some((_, "")) => Err("say in which file the policy is: ARN=FILE"),
            Some((arn, path)) => Ok(Self { arn: Some(arn.to_owned()), path: PathBuf::from(path) }),
            None => Ok(Self { arn: None, path: PathBuf::from(word) }),
        }
    }
}

impl FromStr for LevelFile {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word.split_once('=') {
            Some((level, file)) if !level.is_empty() => {
                let file = if file.is_empty() { None } else { Some(file.parse()?) };
                Ok(Self { level: level.to_owned(), file })
            }
            _ => Err("say to which root, unit or account it is attached: LEVEL=FILE"),
        }
    }
}

impl FromStr for ContextEntry {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word.split_once('=') {
            Some((key, value)) if !key.is_empty() => {
                Ok(Self { key: key.to_owned(), value: value.to_owned() })
            }
            _ => Err("a condition key is given as KEY=VALUE"),
        }
    }
}
