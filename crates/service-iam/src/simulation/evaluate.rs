//! The simulation itself: every action on every resource, decided and explained by the engine.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use keygate_ident::AccountId;
use keygate_operation::{Failure, ReadCx, paginate};
use keygate_policy::{
    Boundary, Context, Decision, Effect, Layer, Level, Request, Resource, Stack, StatementRef, Trace,
    Verdict, context_keys, explain,
};
use keygate_shapes::declares;
use keygate_shapes::iam::{
    EvaluationResult, OrganizationsDecisionDetail, PermissionsBoundaryDecisionDetail, Position,
    ResourceSpecificResult, SimulatePolicyResponse, Statement,
};
use keygate_state::InvalidInput;
use keygate_wire::OperationModel;

use super::caller::Supposed;
use super::refused::Refused;
use super::resource::{Target, Trusts, is_assumption};
use super::sourced::Sourced;
use super::{position, work};

/// A simulation, all parts of its input read.
pub(super) struct Simulation {
    pub(super) caller: Supposed,
    pub(super) context: Context,
    pub(super) identity: Vec<Sourced>,
    /// `Some(None)`: there is one, but it can not be read (rule 66).
    pub(super) boundary: Option<Option<Sourced>>,
    /// Service control policies, level by level.
    pub(super) scps: Vec<Vec<Sourced>>,
    pub(super) resource_policy: Option<Sourced>,
    pub(super) resources: Vec<String>,
    pub(super) resource_owner: Option<AccountId>,
    /// What guards roles that are to be assumed.
    pub(super) trusts: Trusts,
}

/// Statements times resources that one call may have decided; more is spread over pages.
const STATEMENTS: usize = 250_000;
/// Resources, matched statements and missing keys that one answer lists, together.
const LINES: usize = 25_000;

/// `allowed`, `explicitDeny`, `implicitDeny`; ordered by how much is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    ExplicitDeny,
    ImplicitDeny,
    Allowed,
}

/// Where statements stand, each looked for once.
type Positions = RefCell<HashMap<StatementRef, Option<(Position, Position)>>>;

/// One action on one resource.
struct Pair {
    answer: Answer,
    matched: Vec<(StatementRef, Effect, Statement)>,
    missing: Vec<String>,
    organizations: Option<bool>,
    boundary: Option<bool>,
    /// Per type of policy, if the resource is another account's.
    details: Option<BTreeMap<String, Answer>>,
}

impl Simulation {
    /// The page of results that was asked for.
    pub(super) fn answer<M>(
        &self,
        cx: &ReadCx<'_>,
        actions: &[String],
        max_items: Option<i32>,
        marker: Option<&str>,
    ) -> Result<SimulatePolicyResponse, Failure<M>>
    where
        M: OperationModel + declares::InvalidInput + declares::PolicyEvaluation,
    {
        let too_much =
            || InvalidInput::new("The policies and resources are too many for one simulation.").into();
        let trusts =
            if actions.iter().any(|action| is_assumption(action)) { self.trusts } else { Trusts::Ignored };
        let work = work::of_action(self.policies(), trusts, &self.context, &self.resources).max(1);
        let statements = self.policies().map(|source| source.policy.statements().len()).sum::<usize>();
        let statements = statements.saturating_mul(self.resources.len()).max(1);
        if work > work::MOST || statements > STATEMENTS {
            return Err(too_much());
        }
        let most = i32::try_from((work::MOST / work).min(STATEMENTS / statements)).unwrap_or(i32::MAX);
        let page_of = |count: i32| {
            let key = |index: &usize| format!("{index:08}");
            let page = paginate::<M, usize>(cx, "", marker, Some(count), 0..actions.len(), key);
            match (page, marker) {
                // A marker that is none is another error here than elsewhere.
                (Err(_), Some(_)) => Err(InvalidInput::new("Invalid marker for pagination.").into()),
                (page, _) => page,
            }
        };
        let mut page = page_of(max_items.unwrap_or(100).min(most))?;
        let positions = Positions::default();
        let (mut results, mut room) = (Vec::new(), LINES);
        for action in page.items.iter().filter_map(|index| actions.get(*index)) {
            match self.action(cx, action, &positions, &mut room)? {
                Some(result) => results.push(result),
                None => break,
            }
        }
        if results.len() < page.items.len() {
            // The page ends early; an action that does not fit into an answer of its own fits into none.
            page = match i32::try_from(results.len()) {
                Ok(count @ 1..) => page_of(count)?,
                _ => return Err(too_much()),
            };
        }
        Ok(SimulatePolicyResponse {
            evaluation_results: Some(results),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }

    fn policies(&self) -> impl Iterator<Item = &Sourced> {
        let boundary = self.boundary.iter().flatten();
        let all = self.identity.iter().chain(boundary).chain(self.scps.iter().flatten());
        all.chain(&self.resource_policy)
    }

    /// Takes what it lists from the room that is left; nothing if there is not enough.
    fn action(
        &self,
        cx: &ReadCx<'_>,
        action: &str,
        positions: &Positions,
        room: &mut usize,
    ) -> Result<Option<EvaluationResult>, Refused> {
        let mut pairs: Vec<(&String, Pair)> = Vec::new();
        for arn in &self.resources {
            let pair = self.pair(cx, action, arn, positions)?;
            match room.checked_sub(1 + pair.matched.len() + pair.missing.len()) {
                Some(left) => *room = left,
                None => return Ok(None),
            }
            pairs.push((arn, pair));
        }
        let all = || pairs.iter().map(|(_, pair)| pair);
        let answer = all().map(|pair| pair.answer).min().unwrap_or(Answer::ImplicitDeny);
        // A denial names nothing but what denies.
        let shown = all().flat_map(|pair| &pair.matched);
        let shown = shown.filter(|(_, effect, _)| answer != Answer::ExplicitDeny || *effect == Effect::Deny);
        let mut seen: HashSet<StatementRef> = HashSet::new();
        let first = shown.filter(|(at, ..)| seen.insert(*at));
        let matched: Vec<Statement> = first.map(|(.., statement)| statement.clone()).collect();
        let mut details: BTreeMap<String, Answer> = BTreeMap::new();
        for (source, found) in all().flat_map(|pair| pair.details.iter().flatten()) {
            let least = details.entry(source.clone()).or_insert(*found);
            *least = (*least).min(*found);
        }
        let explicit = self.resources.first().is_some_and(|arn| arn != "*");
        Ok(Some(EvaluationResult {
            eval_action_name: action.to_owned(),
            eval_resource_name: Some(self.resource_name(action)),
            eval_decision: answer.name().to_owned(),
            matched_statements: Some(matched),
            missing_context_values: Some(once(all().flat_map(|pair| pair.missing.iter().cloned()))),
            organizations_decision_detail: least(all().map(|pair| pair.organizations))
                .map(|allowed| OrganizationsDecisionDetail { allowed_by_organizations: Some(allowed) }),
            permissions_boundary_decision_detail: least(all().map(|pair| pair.boundary)).map(boundary_detail),
            eval_decision_details: explicit.then(|| named(details)),
            resource_specific_results: explicit.then(|| pairs.into_iter().map(specific).collect()),
        }))
    }

    /// The one resource, or the form of the resources that the action has.
    fn resource_name(&self, action: &str) -> String {
        match self.resources.as_slice() {
            [one] => one.clone(),
            [first, ..] => form_of(action, first).unwrap_or("*").to_owned(),
            [] => "*".to_owned(),
        }
    }

    fn pair(&self, cx: &ReadCx<'_>, action: &str, arn: &str, positions: &Positions) -> Result<Pair, Refused> {
        let given = self.resource_policy.as_ref();
        let accounts = (self.caller.account, self.resource_owner);
        let target = Target::of(cx, action, arn, accounts, given, self.trusts)?;
        let mut context = self.context.clone();
        if context.get("aws:ResourceAccount").is_none() {
            context.insert("aws:ResourceAccount", target.owner.to_string());
        }
        let request = Request {
            caller: self.caller.for_policy(),
            action,
            resource: Resource { arn, account: Some(target.owner) },
            context: &context,
        };
        let identity: Vec<_> = self.identity.iter().map(Sourced::attached).collect();
        let levels: Vec<Vec<_>> =
            self.scps.iter().map(|level| level.iter().map(Sourced::attached).collect()).collect();
        let scps: Vec<Level<'_>> =
            levels.iter().map(|policies| Level { id: "", policies: policies.as_slice() }).collect();
        let stack = Stack {
            identity: &identity,
            boundary: self.boundary.as_ref().map(|boundary| match boundary {
                Some(source) => Boundary::Policy(source.attached()),
                None => Boundary::Unreadable,
            }),
            scps: &scps,
            resource: target.policy.as_ref().map(Sourced::attached),
            resource_rule: target.rule,
            ..Stack::default()
        };
        let (decision, trace) = explain(&request, &stack);
        Ok(self.explained(decision, &trace, &target, &context, positions))
    }

    /// What the answer tells of a decision.
    fn explained(
        &self,
        decision: Decision,
        trace: &Trace,
        target: &Target,
        context: &Context,
        positions: &Positions,
    ) -> Pair {
        let answer = Answer::from(decision.verdict);
        let organizations = (!self.scps.is_empty()).then(|| organizations_allow(trace));
        if decision.layer == Some(Layer::Scp) {
            // What the other policies say is not looked at any more.
            let nothing = (Vec::new(), Vec::new());
            let (matched, missing) = nothing;
            return Pair { answer, matched, missing, organizations, boundary: None, details: None };
        }
        let boundary = self.boundary.as_ref().map(|_| of_layer(trace, Layer::Boundary) == Answer::Allowed);
        let is_foreign = target.owner != self.caller.account && target.policy.is_some();
        let details = is_foreign.then(|| {
            let mut details = BTreeMap::from([
                (IAM_POLICY.to_owned(), of_layer(trace, Layer::Identity)),
                (RESOURCE_POLICY.to_owned(), of_layer(trace, Layer::Resource)),
            ]);
            if self.boundary.is_some() {
                details.insert(BOUNDARY_POLICY.to_owned(), of_layer(trace, Layer::Boundary));
            }
            details
        });
        let matched = match answer {
            Answer::Allowed => self.matched(trace, target, Effect::Allow, positions),
            Answer::ExplicitDeny => self.matched(trace, target, Effect::Deny, positions),
            Answer::ImplicitDeny => Vec::new(),
        };
        let missing = if answer == Answer::ImplicitDeny { self.missing(target, context) } else { Vec::new() };
        Pair { answer, matched, missing, organizations, boundary, details }
    }

    /// The statements of this effect that matched. A boundary never grants, so that only its denials count.
    fn matched(
        &self,
        trace: &Trace,
        target: &Target,
        effect: Effect,
        positions: &Positions,
    ) -> Vec<(StatementRef, Effect, Statement)> {
        let found = trace.statements().filter(|found| found.matched && found.effect == effect);
        let shown = |at: StatementRef| Some((at, effect, self.statement(at, target, effect, positions)?));
        found.filter_map(|found| shown(found.at)).collect()
    }

    fn statement(
        &self,
        at: StatementRef,
        target: &Target,
        effect: Effect,
        positions: &Positions,
    ) -> Option<Statement> {
        let (source, kind) = match at.layer {
            Layer::Identity => (self.identity.get(at.policy)?, IAM_POLICY),
            Layer::Resource if target.disclosed => (target.policy.as_ref()?, RESOURCE_POLICY),
            Layer::Boundary if effect == Effect::Deny => (self.boundary.as_ref()?.as_ref()?, BOUNDARY_POLICY),
            _ => return None,
        };
        let mut positions = positions.borrow_mut();
        let found = positions.entry(at).or_insert_with(|| position::of(&source.policy, at.statement));
        let (start, end) = found.clone()?;
        Some(Statement {
            source_policy_id: Some(source.id.clone()),
            source_policy_type: Some(kind.to_owned()),
            start_position: Some(start),
            end_position: Some(end),
        })
    }

    /// The condition keys that the policies read and the request does not carry. As Amazon's simulator does, this
    /// asks all statements, also those of other actions and resources.
    fn missing(&self, target: &Target, context: &Context) -> Vec<String> {
        let boundary = self.boundary.iter().flatten();
        let guarding = target.policy.iter().filter(|_| target.disclosed);
        let policies = self.identity.iter().chain(boundary).chain(guarding);
        let keys = policies.flat_map(|source| context_keys(&source.policy));
        once(keys.filter(|key| context.get(key).is_none()).map(str::to_owned))
    }
}

const IAM_POLICY: &str = "IAM Policy";
const RESOURCE_POLICY: &str = "Resource Policy";
const BOUNDARY_POLICY: &str = "Permissions Boundary Policy";

impl Answer {
    fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::ExplicitDeny => "explicitDeny",
            Self::ImplicitDeny => "implicitDeny",
        }
    }
}

impl From<Verdict> for Answer {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Allowed => Self::Allowed,
            Verdict::ExplicitlyDenied => Self::ExplicitDeny,
            Verdict::ImplicitlyDenied => Self::ImplicitDeny,
        }
    }
}

/// The form of the resource among those that the action is decided on, else the first of them.
fn form_of(action: &str, arn: &str) -> Option<&'static str> {
    let catalog = keygate_catalog::catalog();
    let action = catalog.action(action)?;
    let types = action.resources.iter();
    let types = types.filter_map(|of| catalog.resource_type(action.prefix(), of.resource_type));
    let mut forms = types.flat_map(|of| of.arn_patterns.iter().copied());
    let first = forms.clone().next();
    forms.find(|form| has_form(arn, form)).or(first)
}

/// Whether a text is a form with its `${Placeholder}`s filled in.
fn has_form(text: &str, form: &str) -> bool {
    let mut pieces =
        form.split("${").map(|piece| piece.split_once('}').map_or(piece, |(_, literal)| literal));
    let Some(mut rest) = text.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        match rest.find(piece) {
            Some(at) => rest = rest.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// What the policies of one type say by themselves.
fn of_layer(trace: &Trace, layer: Layer) -> Answer {
    let of = |effect| {
        trace.statements().any(|found| found.at.layer == layer && found.matched && found.effect == effect)
    };
    match (of(Effect::Deny), of(Effect::Allow)) {
        (true, _) => Answer::ExplicitDeny,
        (false, true) => Answer::Allowed,
        (false, false) => Answer::ImplicitDeny,
    }
}

/// Whether every level allows (rule 45); true where no level applies to the caller (rule 44).
fn organizations_allow(trace: &Trace) -> bool {
    trace.layers.iter().filter(|layer| layer.layer == Layer::Scp).all(|level| {
        let statements = || level.policies.iter().flat_map(|policy| &policy.statements);
        let of = |effect| statements().any(|found| found.matched && found.effect == effect);
        of(Effect::Allow) && !of(Effect::Deny)
    })
}

fn specific((arn, pair): (&String, Pair)) -> ResourceSpecificResult {
    let matched: Vec<Statement> = pair.matched.into_iter().map(|(.., statement)| statement).collect();
    ResourceSpecificResult {
        eval_resource_name: arn.clone(),
        eval_resource_decision: pair.answer.name().to_owned(),
        matched_statements: (!matched.is_empty()).then_some(matched),
        missing_context_values: (!pair.missing.is_empty()).then_some(pair.missing),
        eval_decision_details: pair.details.map(named),
        permissions_boundary_decision_detail: pair.boundary.map(boundary_detail),
    }
}

fn boundary_detail(allowed: bool) -> PermissionsBoundaryDecisionDetail {
    PermissionsBoundaryDecisionDetail { allowed_by_permissions_boundary: Some(allowed) }
}

fn named(details: BTreeMap<String, Answer>) -> BTreeMap<String, String> {
    details.into_iter().map(|(source, answer)| (source, answer.name().to_owned())).collect()
}

/// True if all are, nothing if none is there.
fn least(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    answers.flatten().reduce(|one, other| one && other)
}

/// Each key once, whatever its case.
fn once(keys: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    keys.filter(|key| seen.insert(key.to_lowercase())).collect()
}
