//! The evaluator: one pass over the stack, generic over who watches.
//!
//! Every layer is scanned for a matching Deny and for its strongest matching Allow; then one function draws the
//! conclusion. Without an observer the scan stops as soon as the answer is known and allocates nothing. With one that
//! wants everything the same code goes on, and comes to the same answer.

use crate::compile::CompiledStatement;
use crate::decision::{Decision, Layer, StatementRef};
use crate::layers::{self, Bag, Layers, View};
use crate::linked::{Candidate, Linked};
use crate::policy::{Effect, Statement};
use crate::prepared::{Prepared, Special};
use crate::principal::Grade;
use crate::request::{Caller, CallerKind, Request};
use crate::stack::{Attached, ResourceRule, Stack};

/// Who watches an evaluation.
pub trait Observer {
    /// Whether to evaluate every statement of every layer, and every part of it, though the answer may be known.
    const COMPLETE: bool;

    /// A layer is entered; SCP and RCP layers once per level, with its id.
    fn layer(&mut self, layer: Layer, level: usize, id: Option<&str>);

    /// A policy of the layer is entered.
    fn policy(&mut self, name: &str, arn: Option<&str>);

    /// A part of a statement was matched or not.
    fn part(&mut self, part: Part, matched: bool);

    /// A statement was matched or not; its parts came before.
    fn statement(&mut self, at: StatementRef, statement: &Statement, matched: bool);
}

/// The parts of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Principal or NotPrincipal.
    Principal,
    /// Action or NotAction.
    Action,
    /// Resource or NotResource.
    Resource,
    /// The condition of this index in [`Statement::conditions`].
    Condition(usize),
}

/// Decides a request. Allocates nothing.
pub fn decide(request: &Request<'_>, stack: &Stack<'_>) -> Decision {
    evaluate(request, stack, &mut Nobody)
}

/// Decides a request that was prepared, over layers that were linked. Allocates nothing.
///
/// The decision is the one of [`decide`] about the same policies, to the statement.
pub fn decide_prepared(request: &Prepared<'_>, layers: &Layers<'_>) -> Decision {
    answer(request, &View::from(layers), &mut Nobody)
}

/// Decides a request while somebody watches.
pub fn evaluate<O: Observer>(request: &Request<'_>, stack: &Stack<'_>, observer: &mut O) -> Decision {
    answer(&Prepared::new(*request), &View::from(stack), observer)
}

fn answer<O: Observer>(request: &Prepared<'_>, view: &View<'_>, observer: &mut O) -> Decision {
    if !request.well_formed {
        return Decision::malformed();
    }
    if needs_no_permission(request) {
        return Decision::allowed_without_policy();
    }
    let mut scan = Scan { prepared: request, has_boundary: view.boundary.is_some(), observer, deny: None };
    let findings = scan.view(view);
    match (scan.deny, findings) {
        (Some(at), _) => Decision::denied_by(at),
        (None, Ok(findings)) => conclude(request.request(), view, &findings),
        // A scan that was broken off has found a Deny.
        (None, Err(Denied)) => Decision::malformed(),
    }
}

/// The observer that does not look.
struct Nobody;

impl Observer for Nobody {
    const COMPLETE: bool = false;
    fn layer(&mut self, _: Layer, _: usize, _: Option<&str>) {}
    fn policy(&mut self, _: &str, _: Option<&str>) {}
    fn part(&mut self, _: Part, _: bool) {}
    fn statement(&mut self, _: StatementRef, _: &Statement, _: bool) {}
}

/// What the layers allow; that nothing denies is known when this is used.
struct Findings {
    rcps: Levels,
    scps: Levels,
    vpc_endpoint: Option<Allowed>,
    resource: Option<Allowed>,
    identity: Option<Allowed>,
    boundary: Option<Allowed>,
    session: Option<Allowed>,
}

/// The strongest Allow of a layer. Small, as it is handed from function to function.
#[derive(Clone, Copy)]
struct Allowed {
    place: Place,
    grade: Grade,
}

/// Where in its layer or level a statement stands.
#[derive(Clone, Copy)]
struct Place {
    policy: u32,
    statement: u32,
}

impl Place {
    fn new(policy: usize, statement: usize) -> Self {
        // Nobody has memory for more.
        let number = |index| u32::try_from(index).unwrap_or(u32::MAX);
        Self { policy: number(policy), statement: number(statement) }
    }

    fn within(self, layer: Layer, level: usize) -> StatementRef {
        StatementRef { layer, level, policy: self.policy as usize, statement: self.statement as usize }
    }
}

/// A layer, or one of its levels.
#[derive(Clone, Copy)]
struct Within {
    layer: Layer,
    level: usize,
}

/// Whether every level of an organization allows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Levels {
    AllAllow,
    OneDoesNot,
}

/// A Deny matched, and nobody wants to see the rest.
struct Denied;

struct Scan<'s, O> {
    prepared: &'s Prepared<'s>,
    has_boundary: bool,
    observer: &'s mut O,
    /// The first Deny that matched, in the order of the layers.
    deny: Option<StatementRef>,
}

impl<O: Observer> Scan<'_, O> {
    /// All layers, in the order in which a Deny is reported (rule 9 and the pseudo-code of the specification).
    fn view(&mut self, view: &View<'_>) -> Result<Findings, Denied> {
        // Rule 238: this is how owners come back in who have locked themselves out.
        let resource = view.resource.filter(|_| !recovers_bucket_policy(self.prepared));
        Ok(Findings {
            rcps: if rcps_apply(self.prepared) {
                self.levels(Layer::Rcp, view.rcps)?
            } else {
                Levels::AllAllow
            },
            scps: if scps_apply(self.prepared) {
                self.levels(Layer::Scp, view.scps)?
            } else {
                Levels::AllAllow
            },
            resource: self.layer(Layer::Resource, resource)?,
            identity: self.layer(Layer::Identity, Some(view.identity))?,
            boundary: self.layer(Layer::Boundary, view.boundary)?,
            session: self.layer(Layer::Session, view.session)?,
            vpc_endpoint: self.layer(Layer::VpcEndpoint, view.vpc_endpoint)?,
        })
    }

    /// Rules 45, 59: at every level one policy must allow, at no level may one deny.
    fn levels(&mut self, layer: Layer, levels: layers::Levels<'_>) -> Result<Levels, Denied> {
        let mut result = Levels::AllAllow;
        match levels {
            layers::Levels::Plain(levels) => {
                for (index, level) in levels.iter().enumerate() {
                    self.observer.layer(layer, index, Some(level.id));
                    if self.plain(Within { layer, level: index }, level.policies)?.is_none() {
                        result = Levels::OneDoesNot;
                    }
                }
            }
            layers::Levels::Linked(levels) => {
                for (index, level) in levels.iter().enumerate() {
                    if self.linked(Within { layer, level: index }, level)?.is_none() {
                        result = Levels::OneDoesNot;
                    }
                }
            }
        }
        Ok(result)
    }

    fn layer(&mut self, layer: Layer, bag: Option<Bag<'_>>) -> Result<Option<Allowed>, Denied> {
        let Some(bag) = bag else { return Ok(None) };
        // An empty layer that limits is worth a word: it is why the request is denied.
        if bag.is_empty() && layer == Layer::Identity {
            return Ok(None);
        }
        self.observer.layer(layer, 0, None);
        match bag {
            Bag::Plain(policies) => self.plain(Within { layer, level: 0 }, policies),
            Bag::Linked(linked) => self.linked(Within { layer, level: 0 }, linked),
        }
    }

    /// Rule 7: the policies of a layer are one bag of statements.
    fn plain(&mut self, within: Within, policies: &[Attached<'_>]) -> Result<Option<Allowed>, Denied> {
        let mut allowed = None;
        for (policy, attached) in policies.iter().enumerate() {
            self.observer.policy(attached.name, attached.arn);
            for (statement, found) in attached.policy.statements().iter().enumerate() {
                self.weigh(within, Place::new(policy, statement), found, false, &mut allowed)?;
            }
        }
        Ok(allowed)
    }

    /// The same with the statements that an index yields. The Denies come first, which changes no decision: the
    /// first that matches is reported, be there Allows before it or not.
    fn linked(&mut self, within: Within, linked: &Linked) -> Result<Option<Allowed>, Denied> {
        let mut allowed = None;
        if linked.is_complete() {
            let (denies, allows) = linked.candidates(self.prepared.action);
            for &candidate in denies {
                self.candidate(within, linked, candidate, &mut allowed)?;
            }
            for &candidate in allows {
                self.candidate(within, linked, candidate, &mut allowed)?;
                if is_settled(allowed) {
                    break;
                }
            }
        } else {
            for (policy, statements) in linked.policies().enumerate() {
                for (statement, found) in statements.iter().enumerate() {
                    self.weigh(within, Place::new(policy, statement), found, false, &mut allowed)?;
                }
            }
        }
        Ok(allowed)
    }

    #[inline]
    fn candidate(
        &mut self,
        within: Within,
        linked: &Linked,
        candidate: Candidate,
        allowed: &mut Option<Allowed>,
    ) -> Result<(), Denied> {
        let Some(outline) = linked.outline(candidate) else { return Ok(()) };
        let place = Place::new(outline.policy(), outline.statement());
        if candidate.matches_action()
            && let Some(effect) = outline.bare(within.layer)
        {
            return self.matched(within, place, effect, Grade::Direct, allowed);
        }
        if !outline.may_match(self.prepared) {
            return Ok(());
        }
        match linked.statement(outline) {
            Some(statement) => self.weigh(within, place, statement, candidate.matches_action(), allowed),
            None => Ok(()),
        }
    }

    /// Takes a statement into account if it matches. `matches_action`: it is known that its action does.
    fn weigh(
        &mut self,
        within: Within,
        place: Place,
        statement: &Statement,
        matches_action: bool,
        allowed: &mut Option<Allowed>,
    ) -> Result<(), Denied> {
        let effect = statement.effect();
        if !O::COMPLETE && effect == Effect::Allow && is_settled(*allowed) {
            return Ok(());
        }
        let grade = self.parts(within.layer, statement.compiled(), matches_action);
        self.observer.statement(place.within(within.layer, within.level), statement, grade.is_some());
        match grade {
            Some(grade) => self.matched(within, place, effect, grade, allowed),
            None => Ok(()),
        }
    }

    /// Takes a statement into account that matched.
    #[inline]
    fn matched(
        &mut self,
        within: Within,
        place: Place,
        effect: Effect,
        grade: Grade,
        allowed: &mut Option<Allowed>,
    ) -> Result<(), Denied> {
        match effect {
            Effect::Deny => {
                self.deny = self.deny.or_else(|| Some(place.within(within.layer, within.level)));
                if !O::COMPLETE {
                    return Err(Denied);
                }
            }
            Effect::Allow if allowed.is_none_or(|best| best.grade < grade) => {
                *allowed = Some(Allowed { place, grade });
            }
            Effect::Allow => {}
        }
        Ok(())
    }

    /// How a statement matches the request, if it does (rule 6). Of the action it may be known.
    fn parts(&mut self, layer: Layer, statement: &CompiledStatement, matches_action: bool) -> Option<Grade> {
        let request = self.prepared.request();
        let mut matched = true;
        // The cheap parts that rule out most statements come first.
        matched &= self.part(Part::Action, || {
            matches_action || statement.action.matches(request.action, request.context)
        });
        if matched || O::COMPLETE {
            let resource = request.resource.arn;
            matched &= self.part(Part::Resource, || {
                statement.resource.matches(layer, statement.effect, resource, request.context)
            });
        }
        let mut grade = None;
        if matched || O::COMPLETE {
            grade = self.grade(layer, statement);
            matched &= self.part(Part::Principal, || grade.is_some());
        }
        for (index, clause) in statement.conditions.iter().enumerate() {
            if !(matched || O::COMPLETE) {
                break;
            }
            matched &= self.part(Part::Condition(index), || clause.matches(request.context));
        }
        grade.filter(|_| matched)
    }

    fn part(&mut self, part: Part, matches: impl FnOnce() -> bool) -> bool {
        let matched = matches();
        self.observer.part(part, matched);
        matched
    }

    /// How the statement's principal names the caller. Policies of identities speak of whoever they are attached to;
    /// a policy of a resource that names nobody speaks of nobody (rule 91a).
    fn grade(&self, layer: Layer, statement: &CompiledStatement) -> Option<Grade> {
        match &statement.principal {
            Some(principal) => {
                principal.grade(&self.prepared.request().caller, statement.effect, self.has_boundary)
            }
            None if layer == Layer::Resource => None,
            None => Some(Grade::Direct),
        }
    }
}

/// The verdict on a request that nothing denies explicitly.
fn conclude(request: &Request<'_>, stack: &View<'_>, findings: &Findings) -> Decision {
    let caller = &request.caller;
    // Rules 10, 66: a boundary that cannot be read, of which only its place is left, might hold a Deny; so that it
    // limits even whom a resource's policy names.
    if stack.boundary.is_some_and(|boundary| boundary.is_empty()) {
        return Decision::not_allowed_by(Layer::Boundary);
    }
    if findings.rcps == Levels::OneDoesNot {
        return Decision::not_allowed_by(Layer::Rcp);
    }
    if findings.scps == Levels::OneDoesNot {
        return Decision::not_allowed_by(Layer::Scp);
    }
    if stack.vpc_endpoint.is_some() && findings.vpc_endpoint.is_none() {
        return Decision::not_allowed_by(Layer::VpcEndpoint);
    }
    // Nobody, not even a root user, changes what belongs to AWS (rule 31).
    if stack.resource_rule == ResourceRule::AwsOwned {
        return Decision::not_allowed_by(Layer::Identity);
    }
    if stack.resource_rule == ResourceRule::RestrictedPublicBucket
        && caller.kind != CallerKind::Service
        && !same_account(request)
    {
        return Decision::not_allowed_by(Layer::Resource);
    }
    let decision = conclude_by_policies(request, stack, findings);
    if stack.kms_grant && !decision.is_allowed() {
        return conclude_by_grant(request, stack, findings, decision);
    }
    decision
}

/// A KMS grant names its grantee (rule 237). That boundary and session policy, and in another account the identity
/// policies, must allow as well is a choice; it is the smaller set.
fn conclude_by_grant(
    request: &Request<'_>,
    stack: &View<'_>,
    findings: &Findings,
    otherwise: Decision,
) -> Decision {
    let side = IdentitySide::new(request, stack, findings);
    let limits: &[Layer] = match request.caller.kind {
        CallerKind::Service => &[],
        kind if !kind.has_account() => return otherwise,
        _ if same_account(request) => &[Layer::Boundary, Layer::Session],
        _ => &[Layer::Identity, Layer::Boundary, Layer::Session],
    };
    let decision = side.and_all(None, limits);
    if decision.is_allowed() { Decision::allowed_by(Layer::Resource, None) } else { decision }
}

fn conclude_by_policies(request: &Request<'_>, stack: &View<'_>, findings: &Findings) -> Decision {
    let caller = &request.caller;
    let side = IdentitySide::new(request, stack, findings);
    if !caller.kind.has_account() {
        // Rules 27, 28, 200: only a resource's policy can let them in, and only by naming them.
        return match findings.resource {
            Some(Allowed { place, grade: Grade::Direct }) => {
                Decision::allowed_by(Layer::Resource, Some(place.within(Layer::Resource, 0)))
            }
            _ => Decision::not_allowed_by(Layer::Resource),
        };
    }
    let needs_resource_policy = matches!(stack.resource_rule, ResourceRule::Trust | ResourceRule::KmsKey);
    match (findings.resource, same_account(request)) {
        // Rules 35, 36: both accounts must allow, however the resource's policy names the caller.
        (Some(resource), false) => {
            side.and_all(Some(resource), &[Layer::Identity, Layer::Boundary, Layer::Session])
        }
        (None, false) => Decision::not_allowed_by(Layer::Resource),
        // Rules 29, 30.
        (None, true) if needs_resource_policy => Decision::not_allowed_by(Layer::Resource),
        // Rules 4, 26.
        (_, true) if caller.kind == CallerKind::Root && !needs_resource_policy => {
            side.and_all(None, &[Layer::Boundary, Layer::Session])
        }
        // Rules 18, 20, 21.
        (Some(resource), true) if resource.grade == Grade::Direct => {
            side.and_all(Some(resource), limits_of_direct_grants(caller))
        }
        (Some(resource), true) if resource.grade == Grade::Issuer => {
            side.and_all(Some(resource), &[Layer::Boundary, Layer::Session])
        }
        // Rules 13, 22: the account alone delegates, so the identity side decides.
        (_, true) => side.and_all(None, &[Layer::Identity, Layer::Boundary, Layer::Session]),
    }
}

/// What the caller's own account allows.
struct IdentitySide {
    identity: Option<StatementRef>,
    identity_allows: bool,
    boundary_allows: bool,
    session_allows: bool,
}

impl IdentitySide {
    fn new(request: &Request<'_>, stack: &View<'_>, findings: &Findings) -> Self {
        let caller = &request.caller;
        // Root has no policies and needs none (rules 4, 26); nor has a federated user that root made.
        let is_root = caller.kind == CallerKind::Root
            || (caller.kind == CallerKind::FederatedUser && caller.issuer_arn.is_some_and(is_root_arn));
        let session_allows = match (stack.session.is_some(), caller.kind) {
            (true, _) => findings.session.is_some(),
            // Rule 24: without session policy a federated user has no permissions.
            (false, CallerKind::FederatedUser) => false,
            (false, _) => true,
        };
        Self {
            identity: findings.identity.map(|allowed| allowed.place.within(Layer::Identity, 0)),
            identity_allows: is_root || findings.identity.is_some(),
            boundary_allows: stack.boundary.is_none() || findings.boundary.is_some(),
            session_allows,
        }
    }

    /// Allowed if all these layers allow; otherwise the first that does not is the reason (rule 9).
    fn and_all(&self, resource: Option<Allowed>, layers: &[Layer]) -> Decision {
        let allows = |layer: &Layer| match layer {
            Layer::Identity => self.identity_allows,
            Layer::Boundary => self.boundary_allows,
            Layer::Session => self.session_allows,
            Layer::Resource | Layer::Scp | Layer::Rcp | Layer::VpcEndpoint => false,
        };
        match (layers.iter().find(|layer| !allows(layer)), resource, self.identity) {
            (Some(layer), ..) => Decision::not_allowed_by(*layer),
            (None, Some(resource), _) => {
                Decision::allowed_by(Layer::Resource, Some(resource.place.within(Layer::Resource, 0)))
            }
            (None, None, Some(identity)) => Decision::allowed_by(Layer::Identity, Some(identity)),
            (None, None, None) => Decision::allowed_without_policy(),
        }
    }
}

/// What still limits a caller whom the resource's policy names directly (rule 18): nothing, for sessions. That root
/// and users have no session policies is the table's premise; where they do have one (AssumeRoot), it counts. Whoever
/// is confined nobody lets out.
fn limits_of_direct_grants(caller: &Caller<'_>) -> &'static [Layer] {
    match caller.kind {
        _ if caller.confined => &[Layer::Boundary, Layer::Session],
        CallerKind::Root => &[Layer::Boundary, Layer::Session],
        CallerKind::User => &[Layer::Session],
        _ => &[],
    }
}

/// Rule 74: what any signed caller may do, whatever policies say. Session tokens are for users and root (rule 72).
fn needs_no_permission(request: &Prepared<'_>) -> bool {
    let kind = request.request().caller.kind;
    match request.special {
        Some(Special::GetCallerIdentity) => kind.has_account() || kind == CallerKind::Service,
        Some(Special::GetSessionToken) => matches!(kind, CallerKind::User | CallerKind::Root),
        Some(Special::RetireGrant) | None => false,
    }
}

/// What the root user of the bucket's owner may always do as far as the bucket policy goes (rule 238); organization and
/// endpoint policies still count.
fn recovers_bucket_policy(request: &Prepared<'_>) -> bool {
    const RECOVERY: [&str; 3] = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];
    let request = request.request();
    request.caller.kind == CallerKind::Root
        && RECOVERY.iter().any(|action| request.action.eq_ignore_ascii_case(action))
        && same_account(request)
}

/// Rules 43, 44: SCPs limit the users, roles and root of their account, but no service-linked roles.
fn scps_apply(request: &Prepared<'_>) -> bool {
    let caller = &request.request().caller;
    caller.kind.has_account() && !caller.service_linked
}

/// Rule 55.
fn rcps_apply(request: &Prepared<'_>) -> bool {
    !request.request().caller.service_linked && request.special != Some(Special::RetireGrant)
}

/// Whether no further Allow of the layer can change anything: the first of the strongest counts.
fn is_settled(allowed: Option<Allowed>) -> bool {
    allowed.is_some_and(|allowed| allowed.grade == Grade::Direct)
}

/// Rule 41; an owner that is not known is another account, except where there is no resource at all.
fn same_account(request: &Request<'_>) -> bool {
    match (request.caller.account, request.resource.account) {
        (Some(caller), Some(owner)) => caller == owner,
        (Some(_), None) => request.resource.arn == "*",
        (None, _) => false,
    }
}

fn is_root_arn(arn: &str) -> bool {
    keygate_ident::ArnParts::split(arn)
        .is_some_and(|parts| parts.service == "iam" && parts.resource == "root")
}
