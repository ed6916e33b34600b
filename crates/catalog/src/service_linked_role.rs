//! Service-linked roles: which services have one, what it is called, and which policy AWS attaches to it.
//!
//! `service_linked_role.tsv` is reviewed by hand. Its sources: the roles that AWS managed policies name (a test
//! compares all of them), AWS's own pages about each service's role, and answers of AWS that LocalStack's tests
//! recorded (LocalStack, Apache-2.0), which are also the only source for services that take a suffix. A service whose
//! support for suffixes is not known does not take one.

/// The service-linked role of one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceLinkedRole {
    /// The service principal: `ecs.amazonaws.com`, the same in every partition.
    pub service: &'static str,
    /// The role's name without a suffix: `AWSServiceRoleForECS`.
    pub role: &'static str,
    /// The name of the AWS managed policy in it, which has the path `/aws-service-role/`.
    pub policy: &'static str,
    /// Whether there may be several such roles, told apart by a suffix.
    pub takes_suffix: bool,
}

/// The role of this service principal; case matters, as on AWS.
pub fn service_linked_role(service: &str) -> Option<ServiceLinkedRole> {
    service_linked_roles().find(|role| role.service == service)
}

/// All of them, by service principal.
pub fn service_linked_roles() -> impl Iterator<Item = ServiceLinkedRole> {
    TABLE.lines().filter_map(|line| {
        let mut fields = line.split('\t');
        let (service, role, policy) = (fields.next()?, fields.next()?, fields.next()?);
        Some(ServiceLinkedRole { service, role, policy, takes_suffix: fields.next() == Some("suffix") })
    })
}

const TABLE: &str = include_str!("service_linked_role.tsv");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{managed_policies, managed_policy_named};

    #[test]
    fn every_line_names_a_role_and_a_policy_that_exists() {
        assert_eq!(service_linked_roles().count(), TABLE.lines().count());
        assert!(service_linked_roles().count() > 200);
        let services: Vec<_> = service_linked_roles().map(|role| role.service).collect();
        assert!(services.is_sorted());
        assert_eq!(services.iter().collect::<BTreeSet<_>>().len(), services.len());
        let names: BTreeSet<_> = service_linked_roles().map(|role| role.role).collect();
        assert_eq!(names.len(), services.len());
        for role in service_linked_roles() {
            assert!(role.service.ends_with(".amazonaws.com"), "{role:?}");
            assert!(role.role.starts_with("AWSServiceRoleFor") && role.role.len() <= 64, "{role:?}");
            let policy = managed_policy_named(role.policy).unwrap_or_else(|| panic!("{role:?}"));
            assert!(policy.is_for_service_linked_roles(), "{role:?}");
        }
    }

    #[test]
    fn aws_s_own_policies_name_the_same_roles() {
        // `…:role/aws-service-role/SERVICE/ROLE` in documents of AWS managed policies.
        const MARK: &str = ":role/aws-service-role/";
        // Where AWS's policies say less than its documentation.
        const OTHERWISE: [(&str, &str); 4] = [
            ("maintenance.elasticbeanstalk.amazonaws.com", "AWSServiceRoleForElasticBeanstalk"),
            ("managedupdates.elasticbeanstalk.amazonaws.com", "AWSServiceRoleForElasticBeanstalk"),
            // Another principal of Redshift's role, which is made for redshift.amazonaws.com.
            ("redshift-data.amazonaws.com", "AWSServiceRoleForRedshift"),
            // The role of each file system; which policy is in it is not published.
            ("s3.data-source.lustre.fsx.amazonaws.com", "AWSServiceRoleForFSxS3Access_*"),
        ];
        let mut compared = BTreeSet::new();
        for policy in managed_policies() {
            let document = policy.document().unwrap();
            for rest in document.split(MARK).skip(1) {
                let resource = rest.split('"').next().unwrap();
                let Some((service, name)) = resource.split_once('/') else { continue };
                let is_plain = !service.contains(['*', '$']) && name.starts_with("AWSServiceRoleFor");
                if !is_plain || OTHERWISE.contains(&(service, name)) {
                    continue;
                }
                let known =
                    service_linked_role(service).unwrap_or_else(|| panic!("{resource}: {}", policy.name));
                let prefix = name.trim_end_matches('*').trim_end_matches('_');
                assert!(
                    known.role == prefix || name.ends_with('*') && known.role.starts_with(prefix),
                    "{resource}"
                );
                compared.insert(known.service);
            }
        }
        assert!(compared.len() >= 100, "{}", compared.len());
    }

    #[test]
    fn look_up() {
        let role = service_linked_role("autoscaling.amazonaws.com").unwrap();
        assert_eq!((role.role, role.takes_suffix), ("AWSServiceRoleForAutoScaling", true));
        assert_eq!(role.policy, "AutoScalingServiceRolePolicy");
        assert!(!service_linked_role("ecs.amazonaws.com").unwrap().takes_suffix);
        assert_eq!(service_linked_role("ECS.amazonaws.com"), None);
        assert_eq!(service_linked_role("none.amazonaws.com"), None);
    }
}
