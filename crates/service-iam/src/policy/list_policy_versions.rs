//! ListPolicyVersions: the versions of a managed policy without their documents, the newest first.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{ListPolicyVersionsRequest, ListPolicyVersionsResponse, op};
use keygate_state::NoSuchEntity;

use crate::policy::{self, view};

/// ListPolicyVersions.
pub(crate) struct ListPolicyVersions;

impl Read for ListPolicyVersions {
    type Model = op::ListPolicyVersions;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListPolicyVersionsRequest) -> Result<Asks, Failure<Self::Model>> {
        policy::asks(cx, "iam:ListPolicyVersions", &input.policy_arn)
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListPolicyVersionsRequest) -> Outcome<Self::Model> {
        let arn = &input.policy_arn;
        let policy = cx.account.managed(arn).ok_or_else(|| NoSuchEntity::policy(arn))?;
        let versions = view::versions(&policy);
        let page = paginate(cx, arn, input.marker.as_deref(), input.max_items, versions, |version| {
            newest_first(version.version_id.as_deref())
        })?;
        Ok(ListPolicyVersionsResponse {
            versions: Some(page.items),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

/// A key that is smaller for higher version numbers.
fn newest_first(id: Option<&str>) -> String {
    let number: Option<u32> = id.and_then(|id| id.strip_prefix('v')).and_then(|number| number.parse().ok());
    format!("{:010}", u32::MAX - number.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::CreatePolicyVersionRequest;

    use super::*;
    use crate::policy::create_policy_version::CreatePolicyVersion;
    use crate::policy::testing::{DOCUMENT, arn, create_policies, error, failure};

    #[test]
    fn newest_first_in_pages() {
        let mut world = World::new();
        let [policy] = create_policies(&mut world, ["/p"]);
        for _ in 2..=4 {
            let input = CreatePolicyVersionRequest {
                policy_arn: policy.clone(),
                policy_document: DOCUMENT.to_owned(),
                set_as_default: None,
            };
            world.write(&CreatePolicyVersion, input).unwrap();
        }
        let mut list = |marker, max_items| {
            let input = ListPolicyVersionsRequest { policy_arn: policy.clone(), marker, max_items };
            let page = world.read(&ListPolicyVersions, input).unwrap();
            let versions = page.versions.unwrap();
            assert!(versions.iter().all(|version| version.document.is_none()));
            let ids: Vec<_> = versions.into_iter().filter_map(|version| version.version_id).collect();
            (ids.join(" "), page.marker)
        };
        assert_eq!(list(None, None), ("v4 v3 v2 v1".to_owned(), None));
        let (first, marker) = list(None, Some(3));
        assert_eq!(first, "v4 v3 v2");
        assert_eq!(list(marker, Some(3)), ("v1".to_owned(), None));
    }

    #[test]
    fn of_aws_policies_the_default_version_is_kept() {
        let mut world = World::new();
        let list = |arn: &str| ListPolicyVersionsRequest { policy_arn: arn.to_owned(), ..Default::default() };
        let aws = world.read(&ListPolicyVersions, list("arn:aws:iam::aws:policy/ReadOnlyAccess")).unwrap();
        assert_eq!(aws.versions.unwrap().first().unwrap().is_default_version, Some(true));
        let none = arn("/none");
        let message = format!("Policy {none} was not found.");
        assert_eq!(failure(world.read(&ListPolicyVersions, list(&none))), error("NoSuchEntity", message));
    }
}
