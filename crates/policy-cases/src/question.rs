//! A case as the engine wants it: request, context and stack.

use keygate_ident::{AccountId, ArnParts};
use keygate_policy::{
    Attached, Boundary, Context, Decision, Layer, Level, Policy, PolicyKind, Request, Resource, ResourceRule,
    Stack, Verdict, decide,
};

use crate::case::{Case, CaseError, CaseLevel, CasePolicy, Value};
use crate::principal::Principal;

/// One question to the engine with everything it borrows.
#[derive(Debug)]
pub struct Question {
    principal: Principal,
    action: String,
    resource: String,
    owner: Option<AccountId>,
    context: Context,
    identity: Vec<Named>,
    boundary: Option<Option<Named>>,
    session: Option<Vec<Named>>,
    scps: Vec<NamedLevel>,
    rcps: Vec<NamedLevel>,
    resource_policy: Option<Named>,
    resource_rule: ResourceRule,
    kms_grant: bool,
    vpc_endpoint: Option<Vec<Named>>,
    unreadable: Vec<Unreadable>,
}

/// A policy that the engine does not understand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The layer in which it stands.
    pub layer: Layer,
    /// The name of the policy.
    pub name: String,
    /// What is wrong with it.
    pub message: String,
}

#[derive(Debug)]
struct Named {
    name: String,
    arn: Option<String>,
    policy: Policy,
}

#[derive(Debug)]
struct NamedLevel {
    id: String,
    policies: Vec<Named>,
}

/// Reads policies and remembers which it could not.
struct Reader {
    unreadable: Vec<Unreadable>,
}

impl Question {
    /// Reads the case.
    ///
    /// # Errors
    /// The principal or an account is of no known form. A policy that cannot be read is no error here: it takes
    /// part in the decision, see [`Question::decide`].
    pub fn new(case: &Case) -> Result<Self, CaseError> {
        let request = &case.request;
        let principal = Principal::of(request)?;
        let owner = owner(case)?;
        let resource_rule = resource_rule(&request.action, &request.resource.arn);
        let resource_kind =
            if resource_rule == ResourceRule::Trust { PolicyKind::Trust } else { PolicyKind::Resource };
        let mut reader = Reader { unreadable: Vec::new() };
        // In the order in which a reason is chosen (rule 9).
        let rcps = reader.levels(&case.rcps, PolicyKind::Rcp, Layer::Rcp)?;
        let scps = reader.levels(&case.scps, PolicyKind::Scp, Layer::Scp)?;
        let resource_policy = reader.optional(&case.resource_policy, resource_kind, Layer::Resource)?;
        let identity = reader.bag(&case.identity_policies, PolicyKind::Identity, Layer::Identity)?;
        let boundary = reader.optional(&case.permissions_boundary, PolicyKind::Boundary, Layer::Boundary)?;
        let session = reader.bag(&case.session_policies, PolicyKind::Session, Layer::Session)?;
        let vpc_endpoint =
            reader.bag(&case.vpc_endpoint_policies, PolicyKind::VpcEndpoint, Layer::VpcEndpoint)?;
        let mut context = Context::new();
        for (key, value) in &request.context {
            match value {
                Value::One(value) => context.insert(key, value.as_str()),
                Value::Many(values) => context.insert_list(key, values.iter().map(String::as_str)),
            }
        }
        let resource = Resource { arn: &request.resource.arn, account: owner };
        context.add_derived(&principal.caller(), &resource);
        Ok(Self {
            principal,
            action: request.action.clone(),
            resource: request.resource.arn.clone(),
            owner,
            context,
            identity,
            boundary: case.permissions_boundary.is_some().then_some(boundary),
            session: (!case.session_policies.is_empty()).then_some(session),
            scps,
            rcps,
            resource_policy,
            resource_rule,
            kms_grant: request.resource.kms_grant,
            vpc_endpoint: (!case.vpc_endpoint_policies.is_empty()).then_some(vpc_endpoint),
            unreadable: reader.unreadable,
        })
    }

    /// Policies that could not be read, in the order in which a reason is chosen (rule 9).
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// Asks the engine. Fails closed (rule 10): if a policy cannot be read, nothing is allowed; a Deny in the
    /// others is still reported as what it is.
    pub fn decide(&self) -> Decision {
        let decision = self.ask(decide);
        match self.unreadable.first() {
            Some(unreadable) if decision.verdict != Verdict::ExplicitlyDenied => Decision {
                verdict: Verdict::ImplicitlyDenied,
                layer: Some(unreadable.layer),
                statement: None,
            },
            _ => decision,
        }
    }

    /// Hands request and stack to a function of the engine, without the policies that could not be read.
    pub fn ask<R>(&self, function: impl FnOnce(&Request<'_>, &Stack<'_>) -> R) -> R {
        let identity = attached(&self.identity);
        let session = self.session.as_deref().map(attached);
        let vpc_endpoint = self.vpc_endpoint.as_deref().map(attached);
        let scp_policies: Vec<_> = self.scps.iter().map(|level| attached(&level.policies)).collect();
        let rcp_policies: Vec<_> = self.rcps.iter().map(|level| attached(&level.policies)).collect();
        let scps = levels(&self.scps, &scp_policies);
        let rcps = levels(&self.rcps, &rcp_policies);
        let boundary = self.boundary.as_ref().map(|boundary| match boundary {
            Some(named) => Boundary::Policy(named.attached()),
            None => Boundary::Unreadable,
        });
        let request = Request {
            caller: self.principal.caller(),
            action: &self.action,
            resource: Resource { arn: &self.resource, account: self.owner },
            context: &self.context,
        };
        let stack = Stack {
            identity: &identity,
            boundary,
            session: session.as_deref(),
            scps: &scps,
            rcps: &rcps,
            resource: self.resource_policy.as_ref().map(Named::attached),
            resource_rule: self.resource_rule,
            kms_grant: self.kms_grant,
            vpc_endpoint: vpc_endpoint.as_deref(),
        };
        function(&request, &stack)
    }
}

impl Reader {
    /// The policy, or nothing if it has no statements or cannot be read.
    fn one(
        &mut self,
        policy: &CasePolicy,
        kind: PolicyKind,
        layer: Layer,
    ) -> Result<Option<Named>, CaseError> {
        let text = policy.text()?;
        if has_no_statements(&text) {
            return Ok(None);
        }
        match Policy::read(&text, kind) {
            Ok(read) => {
                let name = policy.name.clone();
                let arn = policy.arn.clone().or_else(|| name.starts_with("arn:").then(|| name.clone()));
                Ok(Some(Named { name, arn, policy: read }))
            }
            Err(refusal) => {
                let (name, message) = (policy.name.clone(), refusal.message);
                self.unreadable.push(Unreadable { layer, name, message });
                Ok(None)
            }
        }
    }

    fn bag(
        &mut self,
        policies: &[CasePolicy],
        kind: PolicyKind,
        layer: Layer,
    ) -> Result<Vec<Named>, CaseError> {
        policies.iter().filter_map(|policy| self.one(policy, kind, layer).transpose()).collect()
    }

    fn optional(
        &mut self,
        policy: &Option<CasePolicy>,
        kind: PolicyKind,
        layer: Layer,
    ) -> Result<Option<Named>, CaseError> {
        policy.as_ref().map_or(Ok(None), |policy| self.one(policy, kind, layer))
    }

    fn levels(
        &mut self,
        levels: &[CaseLevel],
        kind: PolicyKind,
        layer: Layer,
    ) -> Result<Vec<NamedLevel>, CaseError> {
        let level = |level: &CaseLevel| {
            Ok(NamedLevel { id: level.level.clone(), policies: self.bag(&level.policies, kind, layer)? })
        };
        levels.iter().map(level).collect()
    }
}

impl Named {
    fn attached(&self) -> Attached<'_> {
        Attached { policy: &self.policy, name: &self.name, arn: self.arn.as_deref() }
    }
}

fn attached(policies: &[Named]) -> Vec<Attached<'_>> {
    policies.iter().map(Named::attached).collect()
}

fn levels<'a>(levels: &'a [NamedLevel], policies: &'a [Vec<Attached<'a>>]) -> Vec<Level<'a>> {
    levels.iter().zip(policies).map(|(level, policies)| Level { id: &level.id, policies }).collect()
}

/// A case may say "a policy that says nothing"; AWS refuses such a document when it is saved (rule 81).
fn has_no_statements(text: &str) -> bool {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "members that may stand beside an empty list of statements")]
    struct Empty<'a> {
        #[serde(rename = "Version", default, borrow)]
        version: Option<&'a str>,
        #[serde(rename = "Id", default, borrow)]
        id: Option<&'a str>,
        #[serde(rename = "Statement")]
        statement: [(); 0],
    }
    // Most documents are not of this kind; a look at the text is cheaper than a parse.
    text.len() < 200 && serde_json::from_str::<Empty<'_>>(text).is_ok()
}

/// The account that owns the resource: as the case says, otherwise as its ARN says.
fn owner(case: &Case) -> Result<Option<AccountId>, CaseError> {
    let resource = &case.request.resource;
    match &resource.account_id {
        Some(id) => match id.parse() {
            Ok(account) => Ok(Some(account)),
            Err(_) => Err(CaseError::new(format!("`{id}` is no account"))),
        },
        None => Ok(ArnParts::split(&resource.arn).and_then(|parts| parts.account.parse().ok())),
    }
}

/// How the resource's policy combines with the caller's, which follows from action and resource (rules 29-31).
fn resource_rule(action: &str, arn: &str) -> ResourceRule {
    let mut fields = arn.splitn(6, ':').skip(2);
    let (vendor, _region) = (fields.next().unwrap_or_default(), fields.next());
    let (account, resource) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
    let (action_vendor, name) = action.split_once(':').unwrap_or_default();
    let asks_sts = action_vendor.eq_ignore_ascii_case("sts");
    match vendor {
        "iam" if asks_sts && resource.starts_with("role/") => ResourceRule::Trust,
        "iam" if is_aws_owned(account, resource) && changes(name) => ResourceRule::AwsOwned,
        "kms" if resource.starts_with("key/") => ResourceRule::KmsKey,
        "kms" if resource.starts_with("alias/aws/") && changes(name) => ResourceRule::AwsOwned,
        _ => ResourceRule::Union,
    }
}

/// AWS managed policies, reserved paths, service-linked roles.
fn is_aws_owned(account: &str, resource: &str) -> bool {
    let path = resource.split_once('/').map_or("", |(_, path)| path);
    account == "aws"
        || path.starts_with("aws-reserved/")
        || (resource.starts_with("role/") && path.starts_with("aws-service-role/"))
}

/// Whether an action changes what it is asked for. Service-linked roles come and go by actions of their own
/// (rule 211), and passing a role leaves it as it is.
fn changes(name: &str) -> bool {
    let leaves = ["Get", "List", "Describe", "Generate", "Simulate", "PassRole"];
    let own = ["CreateServiceLinkedRole", "DeleteServiceLinkedRole"];
    let begins = |word: &&str| name.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word));
    !leaves.iter().chain(&own).any(begins)
}
