//! AWS managed policies: the catalogue's documents, compiled when first needed and shared by all accounts.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, RwLock};

use keygate_catalog::ManagedPolicy;
use keygate_ident::Partition;

use crate::document::PolicyText;

/// An AWS managed policy as seen from one partition.
#[derive(Clone, Copy, Debug)]
pub struct AwsManaged {
    policy: &'static ManagedPolicy,
    partition: Partition,
}

/// The AWS managed policy with this ARN.
pub fn aws_managed(partition: Partition, arn: &str) -> Option<AwsManaged> {
    let rest = arn.strip_prefix("arn:")?.strip_prefix(partition.name())?;
    let standard = format!("arn:aws{rest}");
    keygate_catalog::managed_policy(&standard).map(|policy| AwsManaged { policy, partition })
}

impl AwsManaged {
    /// All of them, in order of name.
    pub fn all(partition: Partition) -> impl Iterator<Item = Self> {
        keygate_catalog::managed_policies().iter().map(move |policy| Self { policy, partition })
    }

    /// Name, path, id, versions and dates.
    pub fn entry(&self) -> &'static ManagedPolicy {
        self.policy
    }

    /// The ARN in this partition.
    pub fn arn(&self) -> String {
        format!("arn:{}:iam::aws:policy{}{}", self.partition, self.policy.path, self.policy.name)
    }

    /// The document of its one version; `None` if the catalogue's data can not be read.
    pub fn document(&self) -> Option<PolicyText> {
        let cache = documents();
        if let Some(text) = cache.read().ok()?.get(self.policy.name) {
            return Some(text.clone());
        }
        let text = PolicyText::stored(self.policy.document().ok()?.to_string());
        let mut cache = cache.write().ok()?;
        Some(cache.entry(self.policy.name).or_insert(text).clone())
    }
}

type Documents = RwLock<HashMap<&'static str, PolicyText>>;

/// Documents that were asked for, so that attached ones are compiled once per process.
fn documents() -> &'static Documents {
    static DOCUMENTS: OnceLock<Documents> = OnceLock::new();
    DOCUMENTS.get_or_init(Documents::default)
}

/// Compiled form, for the effective policies.
pub(crate) fn compiled(
    managed: &AwsManaged,
    kind: keygate_policy::PolicyKind,
) -> Option<Arc<keygate_policy::Policy>> {
    managed.document()?.policy(kind).cloned()
}

#[cfg(test)]
mod tests {
    use keygate_policy::PolicyKind;

    use super::*;

    #[test]
    fn each_partition_has_its_own_arns() {
        for (partition, arn, found) in [
            (Partition::Aws, "arn:aws:iam::aws:policy/ReadOnlyAccess", true),
            (Partition::AwsCn, "arn:aws-cn:iam::aws:policy/ReadOnlyAccess", true),
            (Partition::AwsUsGov, "arn:aws-us-gov:iam::aws:policy/job-function/ViewOnlyAccess", true),
            (Partition::Aws, "arn:aws-cn:iam::aws:policy/ReadOnlyAccess", false),
            (Partition::AwsCn, "arn:aws:iam::aws:policy/ReadOnlyAccess", false),
            (Partition::AwsIso, "arn:aws-iso-b:iam::aws:policy/ReadOnlyAccess", false),
            (Partition::Aws, "arn:aws:iam::aws:policy/ViewOnlyAccess", false),
            (Partition::Aws, "arn:aws:iam::aws:policy/readonlyaccess", false),
            (Partition::Aws, "arn:aws:iam::123456789012:policy/ReadOnlyAccess", false),
            (Partition::Aws, "ReadOnlyAccess", false),
        ] {
            let managed = aws_managed(partition, arn);
            assert_eq!(
                managed.map(|managed| managed.arn()),
                found.then(|| arn.to_owned()),
                "{partition} {arn}"
            );
        }
    }

    #[test]
    fn documents_are_compiled_once_and_shared() {
        let of = |partition| {
            let arn = format!("arn:{partition}:iam::aws:policy/AdministratorAccess");
            compiled(&aws_managed(partition, &arn).unwrap(), PolicyKind::Identity).unwrap()
        };
        assert!(Arc::ptr_eq(&of(Partition::Aws), &of(Partition::AwsCn)));
        assert_eq!(AwsManaged::all(Partition::Aws).count(), keygate_catalog::managed_policies().len());
    }
}
