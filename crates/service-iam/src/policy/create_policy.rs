//! CreatePolicy: a new customer managed policy with its first version.

use keygate_ident::{Arn, IdKind};
use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{self, CreatePolicyRequest, CreatePolicyResponse, op};
use keygate_state::{Managed, Policy, PolicyVersion, TagCase};

use crate::policy::view;
use crate::{ask, input, policy};

/// CreatePolicy.
pub(crate) struct CreatePolicy;

impl Write for CreatePolicy {
    type Model = op::CreatePolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &CreatePolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        let path = input::path(input.path.as_deref())?;
        let arn = Arn::iam(cx.partition(), cx.account_id(), "policy", &path, &input.policy_name);
        let tags = input.tags.as_deref().filter(|tags| !tags.is_empty());
        // Other denials name what is to be created by its ARN; AWS makes an exception of policies.
        let ask = |action| {
            ask::creation(action, arn.clone(), tags).shown_as(format!("policy {}", input.policy_name))
        };
        Ok(Asks::one(ask("iam:CreatePolicy")).and_if(tags.is_some(), || ask("iam:TagPolicy")))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: CreatePolicyRequest) -> Outcome<Self::Model> {
        let first = PolicyVersion {
            number: 1,
            document: policy::managed_document(cx, &input.policy_document)?,
            created: cx.now(),
        };
        let policy = Policy {
            id: cx.new_id(IdKind::Policy),
            name: input.policy_name,
            path: input::path(input.path.as_deref())?,
            created: cx.now(),
            updated: cx.now(),
            description: input.description,
            default_version: first.number,
            next_version: first.number + 1,
            versions: vec![first],
            tags: input::new_tags(cx.draft, input.tags.as_deref(), TagCase::Sensitive)?,
        };
        cx.draft.insert(policy.clone())?;
        let shown = view::policy(cx.draft, &Managed::Own(policy.into()));
        // As on AWS: the tags in the order given, and no description.
        let tags = input.tags.filter(|tags| !tags.is_empty());
        Ok(CreatePolicyResponse { policy: Some(iam::Policy { tags, ..shown }) })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::Tag;

    use super::*;
    use crate::policy::testing::{DOCUMENT, arn, error, failure, set_quota};

    fn named(name: &str, document: &str) -> CreatePolicyRequest {
        CreatePolicyRequest {
            policy_name: name.to_owned(),
            policy_document: document.to_owned(),
            ..Default::default()
        }
    }

    fn tag(key: &str) -> Tag {
        Tag { key: key.to_owned(), value: "v".to_owned() }
    }

    #[test]
    fn the_policy_is_there_with_all_that_was_given() {
        let mut world = World::new();
        let input = CreatePolicyRequest {
            path: Some("/team/".to_owned()),
            description: Some("what it is for".to_owned()),
            tags: Some(vec![tag("b"), tag("B")]),
            ..named("Readers", DOCUMENT)
        };
        let shown = world.write(&CreatePolicy, input).unwrap().policy.unwrap();
        assert_eq!(shown.arn, Some(arn("/team/Readers")));
        assert!(shown.policy_id.unwrap().starts_with("ANPA"));
        assert_eq!((shown.default_version_id.as_deref(), shown.attachment_count), (Some("v1"), Some(0)));
        assert_eq!(shown.tags.unwrap(), [tag("b"), tag("B")]);
        assert_eq!(shown.description, None);
        let account = world.account();
        let policy = account.own_policy(&arn("/team/Readers")).unwrap();
        assert_eq!(policy.description.as_deref(), Some("what it is for"));
        assert_eq!(policy.default().unwrap().document.as_str(), DOCUMENT);
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        world.write(&CreatePolicy, named("Readers", DOCUMENT)).unwrap();
        let tagged = CreatePolicyRequest { tags: Some(vec![tag("a"), tag("a")]), ..named("b", DOCUMENT) };
        for (input, code, message) in [
            (
                named("readers", DOCUMENT),
                "EntityAlreadyExists",
                "A policy called readers already exists. Duplicate names are not allowed.",
            ),
            (tagged, "InvalidInput", "Duplicate tag keys found."),
        ] {
            assert_eq!(failure(world.write(&CreatePolicy, input)), error(code, message));
        }
        set_quota(&mut world, "PoliciesPerAccount", 1);
        assert_eq!(
            failure(world.write(&CreatePolicy, named("b", DOCUMENT))),
            error("LimitExceeded", "Cannot exceed quota for PoliciesPerAccount: 1")
        );
    }

    #[test]
    fn rule_99_malformed_documents_are_refused_with_aws_words() {
        let mut world = World::new();
        for (document, message) in [
            ("{", "Syntax errors in policy."),
            (r#"{"Statement":[]}"#, "Syntax errors in policy."),
            (
                r#"{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#,
                "Policy document must be version 2012-10-17 or greater.",
            ),
            (
                r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*"}]}"#,
                "Policy document should not specify a principal.",
            ),
        ] {
            let result = world.write(&CreatePolicy, named("p", document));
            assert_eq!(failure(result), error("MalformedPolicyDocument", message), "{document}");
        }
    }

    #[test]
    fn rule_229_white_space_does_not_count() {
        let mut world = World::new();
        set_quota(&mut world, "PolicySize", DOCUMENT.len());
        world.write(&CreatePolicy, named("fits", &DOCUMENT.replace(',', " ,\n\t"))).unwrap();
        let result = world.write(&CreatePolicy, named("large", &DOCUMENT.replace("s3:List", "s3:*List")));
        let message = format!("Cannot exceed quota for PolicySize: {}", DOCUMENT.len());
        assert_eq!(failure(result), error("LimitExceeded", message));
    }

    #[test]
    fn tagging_is_asked_for_when_tags_are_given() {
        let mut world = World::new();
        for (tags, expected) in [
            (None, vec!["iam:CreatePolicy"]),
            (Some(vec![]), vec!["iam:CreatePolicy"]),
            (Some(vec![tag("a")]), vec!["iam:CreatePolicy", "iam:TagPolicy"]),
        ] {
            let input = CreatePolicyRequest { tags, ..named("p", DOCUMENT) };
            let asks = world.write_asks(&CreatePolicy, &input).unwrap();
            assert_eq!(asks.iter().map(|ask| ask.action.as_ref()).collect::<Vec<_>>(), expected);
        }
    }
}
