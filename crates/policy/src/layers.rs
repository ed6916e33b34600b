//! A stack whose layers are linked: what is decided against many times.

use crate::linked::Linked;
use crate::stack::{Attached, Boundary, Level, ResourceRule, Stack};

/// The policies of one layer, or of one level.
#[derive(Debug, Clone, Copy)]
pub enum Bag<'a> {
    /// As they are; every statement is looked at. For policies that are asked once.
    Plain(&'a [Attached<'a>]),
    /// Linked before.
    Linked(&'a Linked),
}

/// Everything that has a say in one request, as a [`Stack`] has it; `Layers::default()` denies.
///
/// Both come to the same decision about the same policies. To explain one, make a [`Stack`] of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Layers<'a> {
    /// Inline, attached and group policies of the user or role.
    pub identity: Bag<'a>,
    /// The permissions boundary. `None`: there is none. One that cannot be read is an empty bag: nothing is allowed.
    pub boundary: Option<Bag<'a>>,
    /// Session policies. `None`: none were passed.
    pub session: Option<Bag<'a>>,
    /// SCPs of the caller's account, level by level from the organization's root.
    pub scps: &'a [Linked],
    /// RCPs of the resource's account, likewise.
    pub rcps: &'a [Linked],
    /// The policy of the resource, or the trust policy of the role.
    pub resource: Option<Bag<'a>>,
    /// How the resource's policy and the identity policies combine.
    pub resource_rule: ResourceRule,
    /// A grant on the KMS key lets this caller do this.
    pub kms_grant: bool,
    /// The policies of the VPC endpoint by which the request came.
    pub vpc_endpoint: Option<Bag<'a>>,
}

/// A [`Stack`] of which every layer is linked, for many requests about the same policies.
#[derive(Debug, Clone, Default)]
pub struct LinkedStack {
    identity: Linked,
    boundary: Option<Linked>,
    session: Option<Linked>,
    scps: Box<[Linked]>,
    rcps: Box<[Linked]>,
    resource: Option<Linked>,
    vpc_endpoint: Option<Linked>,
}

impl LinkedStack {
    /// Links every layer of a stack. What of it speaks of one request is left out: [`layers`](Self::layers) takes it.
    pub fn new(stack: &Stack<'_>) -> Self {
        let bag = |policies: &[Attached<'_>]| Linked::new(policies.iter().map(|attached| attached.policy));
        let levels = |levels: &[Level<'_>]| levels.iter().map(|level| bag(level.policies)).collect();
        Self {
            identity: bag(stack.identity),
            boundary: stack.boundary.as_ref().map(|boundary| match boundary {
                Boundary::Policy(attached) => bag(std::slice::from_ref(attached)),
                Boundary::Unreadable => Linked::default(),
            }),
            session: stack.session.map(bag),
            scps: levels(stack.scps),
            rcps: levels(stack.rcps),
            resource: stack.resource.as_ref().map(|attached| bag(std::slice::from_ref(attached))),
            vpc_endpoint: stack.vpc_endpoint.map(bag),
        }
    }

    /// The layers, to decide one request against: how its resource's policy and the identity policies combine, and
    /// whether a grant on its KMS key lets this caller do this (rule 237).
    pub fn layers(&self, resource_rule: ResourceRule, kms_grant: bool) -> Layers<'_> {
        Layers {
            identity: Bag::Linked(&self.identity),
            boundary: self.boundary.as_ref().map(Bag::Linked),
            session: self.session.as_ref().map(Bag::Linked),
            scps: &self.scps,
            rcps: &self.rcps,
            resource: self.resource.as_ref().map(Bag::Linked),
            resource_rule,
            kms_grant,
            vpc_endpoint: self.vpc_endpoint.as_ref().map(Bag::Linked),
        }
    }
}

/// What the evaluator goes through: layers, or a stack.
pub(crate) struct View<'a> {
    pub(crate) identity: Bag<'a>,
    pub(crate) boundary: Option<Bag<'a>>,
    pub(crate) session: Option<Bag<'a>>,
    pub(crate) scps: Levels<'a>,
    pub(crate) rcps: Levels<'a>,
    pub(crate) resource: Option<Bag<'a>>,
    pub(crate) resource_rule: ResourceRule,
    pub(crate) kms_grant: bool,
    pub(crate) vpc_endpoint: Option<Bag<'a>>,
}

/// The levels of an organization.
#[derive(Clone, Copy)]
pub(crate) enum Levels<'a> {
    Plain(&'a [Level<'a>]),
    Linked(&'a [Linked]),
}

impl Bag<'_> {
    /// No policies.
    pub const EMPTY: Self = Self::Plain(&[]);

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Plain(policies) => policies.is_empty(),
            Self::Linked(linked) => linked.is_empty(),
        }
    }
}

impl Default for Bag<'_> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<'a> From<&'a Linked> for Bag<'a> {
    fn from(linked: &'a Linked) -> Self {
        Self::Linked(linked)
    }
}

impl<'a> From<&'a [Attached<'a>]> for Bag<'a> {
    fn from(policies: &'a [Attached<'a>]) -> Self {
        Self::Plain(policies)
    }
}

impl<'a> From<&'a Stack<'a>> for View<'a> {
    fn from(stack: &'a Stack<'a>) -> Self {
        Self {
            identity: stack.identity.into(),
            boundary: stack.boundary.as_ref().map(|boundary| match boundary {
                Boundary::Policy(attached) => Bag::Plain(std::slice::from_ref(attached)),
                Boundary::Unreadable => Bag::EMPTY,
            }),
            session: stack.session.map(Bag::from),
            scps: Levels::Plain(stack.scps),
            rcps: Levels::Plain(stack.rcps),
            resource: stack.resource.as_ref().map(|attached| Bag::Plain(std::slice::from_ref(attached))),
            resource_rule: stack.resource_rule,
            kms_grant: stack.kms_grant,
            vpc_endpoint: stack.vpc_endpoint.map(Bag::from),
        }
    }
}

impl<'a> From<&Layers<'a>> for View<'a> {
    fn from(layers: &Layers<'a>) -> Self {
        Self {
            identity: layers.identity,
            boundary: layers.boundary,
            session: layers.session,
            scps: Levels::Linked(layers.scps),
            rcps: Levels::Linked(layers.rcps),
            resource: layers.resource,
            resource_rule: layers.resource_rule,
            kms_grant: layers.kms_grant,
            vpc_endpoint: layers.vpc_endpoint,
        }
    }
}
