//! What the operations on managed policies ask, against the service authorization reference.

use keygate_operation::testing::World;
use keygate_shapes::iam::{
    CreatePolicyRequest, CreatePolicyVersionRequest, DeletePolicyRequest, DeletePolicyVersionRequest,
    GetPolicyRequest, GetPolicyVersionRequest, ListEntitiesForPolicyRequest, ListPoliciesRequest,
    ListPolicyTagsRequest, ListPolicyVersionsRequest, SetDefaultPolicyVersionRequest, Tag, TagPolicyRequest,
    UntagPolicyRequest,
};

use super::testing::{DOCUMENT, arn, error, failure};
use super::*;
use crate::ask::tests::{assert_catalogued, pairs};

#[test]
fn asks_are_those_of_the_service_authorization_reference() {
    let mut world = World::new();
    let tags = vec![Tag { key: "Team".to_owned(), value: "a".to_owned() }];
    let new = CreatePolicyRequest {
        policy_name: "Mine".to_owned(),
        path: Some("/x/".to_owned()),
        policy_document: DOCUMENT.to_owned(),
        tags: Some(tags.clone()),
        ..Default::default()
    };
    let create = world.write_asks(&create_policy::CreatePolicy, &new).unwrap();
    assert_catalogued(&create);
    assert!(create.iter().all(|ask| ask.resource == arn("/x/Mine")));
    assert!(create.iter().all(|ask| ask.shown.as_deref() == Some("policy Mine")));
    world.write(&create_policy::CreatePolicy, new).unwrap();

    let policy_arn = || arn("/x/Mine");
    let version_id = || "v1".to_owned();
    let asks = [
        world.asks(&get_policy::GetPolicy, &GetPolicyRequest { policy_arn: policy_arn() }),
        world.write_asks(&delete_policy::DeletePolicy, &DeletePolicyRequest { policy_arn: policy_arn() }),
        world.write_asks(
            &create_policy_version::CreatePolicyVersion,
            &CreatePolicyVersionRequest { policy_arn: policy_arn(), ..Default::default() },
        ),
        world.asks(
            &get_policy_version::GetPolicyVersion,
            &GetPolicyVersionRequest { policy_arn: policy_arn(), version_id: version_id() },
        ),
        world.asks(
            &list_policy_versions::ListPolicyVersions,
            &ListPolicyVersionsRequest { policy_arn: policy_arn(), ..Default::default() },
        ),
        world.write_asks(
            &set_default_policy_version::SetDefaultPolicyVersion,
            &SetDefaultPolicyVersionRequest { policy_arn: policy_arn(), version_id: version_id() },
        ),
        world.write_asks(
            &delete_policy_version::DeletePolicyVersion,
            &DeletePolicyVersionRequest { policy_arn: policy_arn(), version_id: version_id() },
        ),
        world.write_asks(
            &tag_policy::TagPolicy,
            &TagPolicyRequest { policy_arn: policy_arn(), tags: tags.clone() },
        ),
        world.write_asks(
            &untag_policy::UntagPolicy,
            &UntagPolicyRequest { policy_arn: policy_arn(), tag_keys: vec!["Team".to_owned()] },
        ),
        world.asks(
            &list_policy_tags::ListPolicyTags,
            &ListPolicyTagsRequest { policy_arn: policy_arn(), ..Default::default() },
        ),
        world.asks(
            &list_entities_for_policy::ListEntitiesForPolicy,
            &ListEntitiesForPolicyRequest { policy_arn: policy_arn(), ..Default::default() },
        ),
    ];
    for asks in asks {
        let asks = asks.unwrap();
        assert_catalogued(&asks);
        let ask = asks.iter().next().unwrap();
        assert_eq!(ask.resource, policy_arn());
        assert!(ask.keys.iter().any(|(key, _)| key == "aws:ResourceTag/Team"), "{}", ask.action);
    }
    let list = ListPoliciesRequest { path_prefix: Some("/x/".to_owned()), ..Default::default() };
    let asks = world.asks(&list_policies::ListPolicies, &list).unwrap();
    assert_catalogued(&asks);
    assert_eq!(pairs(&asks), [("iam:ListPolicies", arn("/x/").as_str())]);
    assert_eq!(asks.iter().next().unwrap().shown.as_deref(), Some("policy path /x/"));
}

#[test]
fn a_text_that_is_no_arn_of_a_policy_is_told_before_anything_is_decided() {
    let mut world = World::new();
    let wrong = || "a-name-but-not-an-arn".to_owned();
    let expected = error("ValidationError", "ARN a-name-but-not-an-arn is not valid.");
    let get = world.asks(&get_policy::GetPolicy, &GetPolicyRequest { policy_arn: wrong() });
    assert_eq!(failure(get), expected);
    let delete = world.write_asks(&delete_policy::DeletePolicy, &DeletePolicyRequest { policy_arn: wrong() });
    assert_eq!(failure(delete), expected);
    let tag = TagPolicyRequest { policy_arn: wrong(), tags: Vec::new() };
    assert_eq!(failure(world.write_asks(&tag_policy::TagPolicy, &tag)), expected);
}
