//! What tests of policies, attachments and inline policies start from.

use keygate_ident::IdKind;
use keygate_operation::testing::World;
use keygate_shapes::iam::CreatePolicyRequest;
use keygate_state::{Group, ManagedRef, PolicyText, Principal, Role, User};
use keygate_wire::ApiError;

use super::create_policy::CreatePolicy;

/// A document that is accepted.
pub(crate) const DOCUMENT: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}]}"#;

/// The trust policy of roles.
pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}}]}"#;

/// The ARN of a policy of the world's account.
pub(crate) fn arn(path_and_name: &str) -> String {
    format!("arn:aws:iam::123456789012:policy{path_and_name}")
}

/// Creates policies with these paths and names (`/team/name`) and gives their ARNs back.
pub(crate) fn create_policies<const N: usize>(world: &mut World, paths: [&str; N]) -> [String; N] {
    paths.map(|path_and_name| {
        let (path, name) = path_and_name.rsplit_once('/').unwrap();
        let input = CreatePolicyRequest {
            policy_name: name.to_owned(),
            path: Some(format!("{path}/")),
            policy_document: DOCUMENT.to_owned(),
            ..Default::default()
        };
        world.write(&CreatePolicy, input).unwrap().policy.unwrap().arn.unwrap()
    })
}

/// Creates a policy with this document.
pub(crate) fn create_policy(world: &mut World, name: &str, document: String) {
    let input =
        CreatePolicyRequest { policy_name: name.to_owned(), policy_document: document, ..Default::default() };
    world.write(&CreatePolicy, input).unwrap();
}

/// Changes a user, group or role by hand.
pub(crate) fn change<P: Principal>(world: &mut World, name: &str, change: impl FnOnce(&mut P)) {
    world.edit(|draft| {
        let entity = draft.principal::<P>(name).unwrap().clone();
        let result: Result<(), ()> = draft.change(&entity, |entity| {
            change(entity);
            Ok(())
        });
        result.unwrap();
    });
}

/// Gives the account another limit.
pub(crate) fn set_quota(world: &mut World, name: &str, limit: usize) {
    let limit = limit.try_into().unwrap();
    world.edit(|draft| {
        draft.change_settings(|settings| {
            settings.quotas.insert(name.to_owned(), limit);
        });
    });
}

/// Code and message of a failure.
pub(crate) fn failure<T: std::fmt::Debug>(result: Result<T, ApiError>) -> (String, String) {
    let error = result.unwrap_err();
    (error.code().to_owned(), error.message().to_owned())
}

/// What [`failure`] is expected to be.
pub(crate) fn error(code: &str, message: impl Into<String>) -> (String, String) {
    (code.to_owned(), message.into())
}

/// A user with this boundary.
pub(crate) fn add_user(world: &mut World, name: &str, path: &str, boundary: Option<&str>) {
    let user = User {
        id: world.new_id(IdKind::User),
        name: name.to_owned(),
        path: path.parse().unwrap(),
        created: world.now,
        tags: Default::default(),
        boundary: boundary.map(ManagedRef::new),
        groups: Vec::new(),
        inline: Default::default(),
        attached: Vec::new(),
        access_keys: Vec::new(),
        login_profile: None,
        passwords: Vec::new(),
        ssh_keys: Vec::new(),
        signing_certificates: Vec::new(),
        service_credentials: Vec::new(),
    };
    world.edit(|draft| draft.insert(user)).unwrap();
}

/// A group.
pub(crate) fn add_group(world: &mut World, name: &str, path: &str) {
    let group = Group {
        id: world.new_id(IdKind::Group),
        name: name.to_owned(),
        path: path.parse().unwrap(),
        created: world.now,
        inline: Default::default(),
        attached: Vec::new(),
    };
    world.edit(|draft| draft.insert(group)).unwrap();
}

/// A role with this boundary; one with a path under `/aws-service-role/` is a service's.
pub(crate) fn add_role(world: &mut World, name: &str, path: &str, boundary: Option<&str>) {
    let role = Role {
        id: world.new_id(IdKind::Role),
        name: name.to_owned(),
        path: path.parse().unwrap(),
        created: world.now,
        description: None,
        source: None,
        max_session_seconds: 3600,
        trust: PolicyText::stored(TRUST.to_owned()),
        tags: Default::default(),
        boundary: boundary.map(ManagedRef::new),
        inline: Default::default(),
        attached: Vec::new(),
    };
    world.edit(|draft| draft.insert(role)).unwrap();
}
