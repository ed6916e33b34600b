//! Session policies and their sizes, seen through AssumeRole.

use keygate_ident::IdKind;
use keygate_operation::testing::World;
use keygate_shapes::sts::{AssumeRoleRequest, Tag};
use keygate_state::{Policy as CustomerManaged, PolicyText, PolicyVersion};

use super::*;
use crate::assume_role::AssumeRole;
use crate::test_support::{
    ALLOW, act_as_new_user, add_role, assume, in_short, opened, policy_arns, tags, texts,
};

const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

fn world() -> (World, AssumeRoleRequest) {
    let mut world = World::new();
    let arn = add_role(&mut world, "App", |_| ());
    act_as_new_user(&mut world, "bob");
    (world, assume(&arn))
}

/// The policies in the token and `PackedPolicySize`.
fn call(
    world: &mut World,
    input: AssumeRoleRequest,
) -> Result<(Option<Vec<SessionPolicy>>, Option<i32>), String> {
    let answer = world.read(&AssumeRole, input).map_err(|error| in_short(&error))?;
    let session = opened(world, &answer.credentials.unwrap());
    Ok((session.policies, answer.packed_policy_size))
}

/// A policy of exactly this many characters; the filling is white space that does not count for IAM's quotas, but
/// does here.
fn policy_of(characters: usize) -> String {
    format!("{ALLOW}{}", " ".repeat(characters - ALLOW.len()))
}

#[test]
fn rule_67_the_default_version_at_the_time_of_issue() {
    let (mut world, input) = world();
    let version =
        |number| PolicyVersion { number, document: PolicyText::stored(ALLOW.to_owned()), created: world.now };
    let versions = vec![version(2), version(3)];
    let own = CustomerManaged {
        id: world.new_id(IdKind::Policy),
        name: "Own".to_owned(),
        path: "/x/".parse().unwrap(),
        created: world.now,
        updated: world.now,
        description: None,
        default_version: 2,
        next_version: 4,
        versions,
        tags: Tags::default(),
    };
    let id = Some(own.id.clone());
    world.edit(|draft| draft.insert(own)).unwrap();
    let arn = "arn:aws:iam::123456789012:policy/x/Own";
    let input = AssumeRoleRequest { policy_arns: policy_arns(&[arn]), ..input };
    let managed = SessionPolicy::Managed { arn: arn.to_owned(), version: "v2".to_owned(), id };
    assert_eq!(call(&mut world, input).unwrap().0, Some(vec![managed]));
}

#[test]
fn none_is_not_some() {
    let (mut world, input) = world();
    assert_eq!(call(&mut world, input.clone()).unwrap(), (None, None));
    let empty = AssumeRoleRequest { policy_arns: Some(Vec::new()), ..input.clone() };
    assert_eq!(call(&mut world, empty).unwrap(), (None, None));
    // A policy without a name must not become no policy.
    let nameless = AssumeRoleRequest { policy_arns: Some(vec![PolicyDescriptorType { arn: None }]), ..input };
    let error = call(&mut world, nameless).unwrap_err();
    assert_eq!(error, "ValidationError: A session policy in PolicyArns has no ARN.");
}

#[test]
fn policies_that_are_refused() {
    let (mut world, input) = world();
    let arns: Vec<String> = (0..11).map(|n| format!("arn:aws:iam::aws:policy/P{n}")).collect();
    let arns: Vec<&str> = arns.iter().map(String::as_str).collect();
    let principal = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}"#;
    for (policy, managed, code) in [
        (Some("{}"), None, "MalformedPolicyDocument"),
        (Some("not json"), None, "MalformedPolicyDocument"),
        // Session policies have no principal (rule 69).
        (Some(principal), None, "MalformedPolicyDocument"),
        (None, policy_arns(&["arn:aws:iam::aws:policy/None"]), "MalformedPolicyDocument"),
        (None, policy_arns(&["arn:aws-cn:iam::aws:policy/ReadOnlyAccess"]), "MalformedPolicyDocument"),
        (None, policy_arns(&[READ_ONLY, "arn:aws:iam::123456789012:policy/x"]), "MalformedPolicyDocument"),
        (None, policy_arns(&arns), "ValidationError"),
    ] {
        let refused =
            AssumeRoleRequest { policy: policy.map(str::to_owned), policy_arns: managed, ..input.clone() };
        let error = call(&mut world, refused).unwrap_err();
        assert_eq!(error.split(':').next(), Some(code), "{error}");
    }
}

#[test]
fn rule_68_plain_text_and_packed_size() {
    let (mut world, input) = world();
    let with = |characters: usize, managed: &[&str]| AssumeRoleRequest {
        policy: Some(policy_of(characters)),
        policy_arns: policy_arns(managed),
        ..input.clone()
    };
    for (request, fits) in [
        (with(2_048, &[]), true),
        (with(2_049, &[]), false),
        (with(2_048 - READ_ONLY.len(), &[READ_ONLY]), true),
        (with(2_049 - READ_ONLY.len(), &[READ_ONLY]), false),
    ] {
        let answer = call(&mut world, request);
        match answer {
            Ok((_, size)) => assert!(fits && size == Some(34), "{size:?}"),
            Err(error) => assert!(!fits && error.starts_with("PackedPolicyTooLarge: "), "{error}"),
        }
    }
    let tagged = AssumeRoleRequest { tags: tags(&[("key", "value")]), ..input.clone() };
    assert_eq!(call(&mut world, tagged).unwrap(), (None, Some(1)));
    // Each part fits, together they do not.
    let long = "v".repeat(256);
    let many: Vec<Tag> = (0..24).map(|n| Tag { key: format!("k{n}"), value: long.clone() }).collect();
    let error = call(&mut world, AssumeRoleRequest { tags: Some(many), ..input }).unwrap_err();
    assert!(error.starts_with("PackedPolicyTooLarge: Serialized token too large"), "{error}");
}

#[test]
fn whatever_passes_fits_into_a_token() {
    let (mut world, input) = world();
    // As many quotes as there can be: each takes two bytes in a token.
    let sid = |n: usize| {
        format!(
            r#"{{"Sid":"S{n}","Effect":"Allow","Action":["s3:*",{}"s3:*"],"Resource":"*"}}"#,
            r#""a:b","#.repeat(110)
        )
    };
    let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{},{}]}}"#, sid(1), sid(2));
    assert!(policy.len() <= MAX_PLAIN);
    let (mut accepted, mut refused) = (0, 0);
    for number in 0..50 {
        let key = |n: usize| format!("{}{n:03}", "é".repeat(60));
        let some: Vec<Tag> = (0..number).map(|n| Tag { key: key(n), value: "v".repeat(10) }).collect();
        let keys: Vec<String> = some.iter().map(|tag| tag.key.clone()).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let request = AssumeRoleRequest {
            policy: Some(policy.clone()),
            transitive_tag_keys: texts(&keys),
            tags: Some(some),
            source_identity: Some("i".repeat(64)),
            ..input.clone()
        };
        match call(&mut world, request) {
            Ok((_, size)) => {
                assert!(size <= Some(100));
                accepted += 1;
            }
            Err(error) => {
                assert!(error.starts_with("PackedPolicyTooLarge: "), "{error}");
                refused += 1;
            }
        }
    }
    assert!(accepted > 5 && refused > 5, "{accepted} {refused}");
}
