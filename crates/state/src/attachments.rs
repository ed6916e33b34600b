//! What users, groups and roles have in common: inline and attached policies.

use std::collections::BTreeMap;

use keygate_ident::{AccountId, Arn, EntityPath, Partition};
use serde::{Deserialize, Serialize};

use crate::document::PolicyText;
use crate::entity::{Entity, Group, Role, User};
use crate::quota::Quota;
use crate::reference::Reference;
use crate::tags::Tags;

static NO_TAGS: Tags = Tags::new();

/// A managed policy by ARN: the customer's (of the same account) or AWS's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ManagedRef(String);

impl ManagedRef {
    /// A reference to this policy; the caller has looked it up.
    pub fn new(arn: impl Into<String>) -> Self {
        Self(arn.into())
    }

    /// The policy's ARN.
    pub fn arn(&self) -> &str {
        &self.0
    }
}

/// Which of the three kinds of entity that carry identity policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    /// An IAM user.
    User,
    /// A group.
    Group,
    /// A role.
    Role,
}

impl PrincipalKind {
    /// `user`, `group`, `role`: as in ARNs and error texts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
        }
    }
}

/// An entity that carries identity policies: user, group, role. Lets the twelve attach, detach, put, delete and
/// list operations be written once.
pub trait Principal: Entity {
    /// Which one.
    const PRINCIPAL: PrincipalKind;
    /// The quota on attached managed policies.
    const ATTACHMENTS: Quota;
    /// The quota on the characters of all inline policies together (rule 229).
    const INLINE_SIZE: Quota;

    /// Inline policies by name.
    fn inline(&self) -> &BTreeMap<String, PolicyText>;
    /// Inline policies by name, to change.
    fn inline_mut(&mut self) -> &mut BTreeMap<String, PolicyText>;
    /// Attached managed policies.
    fn attached(&self) -> &[ManagedRef];
    /// Attached managed policies, to change.
    fn attached_mut(&mut self) -> &mut Vec<ManagedRef>;
    /// The permissions boundary; groups have none.
    fn boundary(&self) -> Option<&ManagedRef>;
    /// Its tags; groups have none.
    fn tags(&self) -> &Tags;
    /// Its ARN.
    fn principal_arn(&self, partition: Partition, account: AccountId) -> Arn;

    /// An ARN for a name that does not exist: path `/`.
    fn arn_of_name(partition: Partition, account: AccountId, name: &str) -> Arn {
        Arn::iam(partition, account, Self::PRINCIPAL.word(), &EntityPath::default(), name)
    }
}

macro_rules! principal {
    ($entity:ident, $kind:ident, $attachments:ident, $size:ident, $boundary:expr, $tags:expr) => {
        impl Principal for $entity {
            const PRINCIPAL: PrincipalKind = PrincipalKind::$kind;
            const ATTACHMENTS: Quota = Quota::$attachments;
            const INLINE_SIZE: Quota = Quota::$size;

            fn inline(&self) -> &BTreeMap<String, PolicyText> {
                &self.inline
            }
            fn inline_mut(&mut self) -> &mut BTreeMap<String, PolicyText> {
                &mut self.inline
            }
            fn attached(&self) -> &[ManagedRef] {
                &self.attached
            }
            fn attached_mut(&mut self) -> &mut Vec<ManagedRef> {
                &mut self.attached
            }
            fn boundary(&self) -> Option<&ManagedRef> {
                let boundary: fn(&Self) -> Option<&ManagedRef> = $boundary;
                boundary(self)
            }
            fn tags(&self) -> &Tags {
                let tags: fn(&Self) -> &Tags = $tags;
                tags(self)
            }
            fn principal_arn(&self, partition: Partition, account: AccountId) -> Arn {
                self.arn(partition, account)
            }
        }
    };
}

principal!(User, User, AttachedPoliciesPerUser, UserPolicySize, |user| user.boundary.as_ref(), |user| &user
    .tags);
principal!(Group, Group, AttachedPoliciesPerGroup, GroupPolicySize, |_| None, |_| &NO_TAGS);
principal!(Role, Role, AttachedPoliciesPerRole, RolePolicySize, |role| role.boundary.as_ref(), |role| &role
    .tags);

pub(crate) fn attachment_references(
    attached: &[ManagedRef],
    boundary: Option<&ManagedRef>,
) -> Vec<Reference> {
    let attached = attached.iter().map(|policy| Reference::Attached(policy.arn().to_owned()));
    let boundary = boundary.map(|policy| Reference::Boundary(policy.arn().to_owned()));
    attached.chain(boundary).collect()
}
