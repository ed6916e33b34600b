//! What points at what inside an account: the one index behind attachment counts, group members,
//! delete conflicts and the look-up of access keys.

use imbl::{OrdMap, OrdSet};
use keygate_ident::UniqueId;

use crate::entity::Kind;

/// Something an entity points at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// A managed policy, by ARN, attached as permissions policy.
    Attached(String),
    /// A managed policy, by ARN, used as permissions boundary.
    Boundary(String),
    /// A group the user is a member of.
    Group(UniqueId),
    /// The role in an instance profile.
    Role(UniqueId),
    /// The owner of an MFA device; `None` is root.
    MfaOwner(Option<UniqueId>),
    /// An access key; the referrer owns it.
    AccessKey(UniqueId),
}

/// Who points: kind and id.
pub(crate) type Referrer = (Kind, UniqueId);

#[derive(Clone, Debug, Default)]
pub(crate) struct References(OrdMap<Reference, OrdSet<Referrer>>);

impl References {
    pub(crate) fn to<'a>(&'a self, target: &Reference) -> impl Iterator<Item = &'a Referrer> + use<'a> {
        self.0.get(target).into_iter().flatten()
    }

    pub(crate) fn count(&self, target: &Reference) -> usize {
        self.0.get(target).map_or(0, OrdSet::len)
    }

    /// Replaces one entity's old references by its new ones.
    pub(crate) fn replace(&mut self, referrer: &Referrer, old: &[Reference], new: &[Reference]) {
        for target in old.iter().filter(|target| !new.contains(target)) {
            let emptied = self.0.get_mut(target).is_some_and(|set| {
                set.remove(referrer);
                set.is_empty()
            });
            if emptied {
                self.0.remove(target);
            }
        }
        for target in new.iter().filter(|target| !old.contains(target)) {
            self.0.entry(target.clone()).or_default().insert(referrer.clone());
        }
    }

    /// Distinct managed policies in use, for the account summary.
    pub(crate) fn policies_in_use(&self) -> usize {
        let attached = self.0.keys().filter_map(|reference| match reference {
            Reference::Attached(arn) | Reference::Boundary(arn) => Some(arn.as_str()),
            _ => None,
        });
        attached.collect::<std::collections::BTreeSet<_>>().len()
    }
}
